import StressBasics

extension StudyLoader {
    /// The keys that say what is done with a run beside computing it.
    static let operationKeys = ["retention", "on_breach", "on_failure", "metrics_file", "job"]

    /// The sections of those keys; nil after a problem.
    func operations(_ map: YAMLMap) -> Operations? {
        var operations = Operations()
        if let reader = map["retention"] {
            guard let retention = retention(reader) else { return nil }
            operations.retention = retention
        }
        if let reader = map["on_breach"] {
            guard let command = alertCommand(reader) else { return nil }
            operations.onBreach = command
        }
        if let reader = map["on_failure"] {
            guard let command = alertCommand(reader) else { return nil }
            operations.onFailure = command
        }
        if let reader = map["metrics_file"] {
            guard let file = metricsFile(reader) else { return nil }
            operations.metricsFile = file
        }
        if let reader = map["job"] {
            guard let job = jobLimits(reader) else { return nil }
            operations.job = job
        }
        return operations
    }

    private func jobLimits(_ reader: YAMLReader) -> Operations.JobLimits? {
        guard let map = reader.map(known: ["timeout", "memory"]) else { return nil }
        var limits = Operations.JobLimits()
        if let value = map["timeout"] {
            guard let timeout = value.span() else { return nil }
            limits.timeout = timeout
        }
        if let value = map["memory"] {
            guard let text = value.text() else { return nil }
            guard let memory = MemorySize(text) else { return value.expected("a size such as 500M or 2G") }
            limits.memory = memory
        }
        return limits
    }

    private func retention(_ reader: YAMLReader) -> Operations.Retention? {
        typealias Known = Settings.Retained
        guard let map = reader.map(known: Known.section.keys) else { return nil }
        var retention = Operations.Retention()
        (retention.days, retention.runs) = (map.value(of: Known.days), map.value(of: Known.runs))
        guard (retention.days == nil) == (map[Known.days.key] == nil),
            (retention.runs == nil) == (map[Known.runs.key] == nil)
        else { return nil }
        guard retention != Operations.Retention() else {
            return reader.wrong(
                "has no 'days' or 'runs'", hint: "write it like retention: {days: 90, runs: 60}")
        }
        return retention
    }

    private func alertCommand(_ reader: YAMLReader) -> Operations.AlertCommand? {
        guard let map = reader.map(known: ["command", "timeout"]), let command = map.required("command") else {
            return nil
        }
        guard command.node.sequence != nil else {
            return command.expected(
                "a list of the program and its arguments",
                hint: "write it like command: [/usr/local/bin/alert, --page]; there is no shell to take a line apart")
        }
        guard let words = command.list(most: 256)?.map({ $0.text() }), !words.contains(nil) else { return nil }
        let texts = words.compactMap { $0 }
        guard texts.allSatisfy({ !$0.unicodeScalars.contains("\0") && $0.utf8.count <= 4096 }), texts[0] != "" else {
            return command.wrong("a program and arguments of at most 4096 bytes, without zero bytes")
        }
        var result = Operations.AlertCommand(words: texts)
        if let value = map["timeout"] {
            guard let timeout = value.span() else { return nil }
            guard timeout <= .hours(1) else { return value.wrong("at most 1h") }
            result.timeout = timeout
        }
        return result
    }

    func metricsFile(_ reader: YAMLReader) -> String? {
        guard let file = reader.text() else { return nil }
        let name = file.split(separator: "/").last ?? ""
        guard name.hasSuffix(".prom"), name.count > 5, !name.hasPrefix("."), !file.hasSuffix("/"),
            !file.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            return reader.wrong(
                "the name must end in .prom, the only files that the node exporter reads",
                hint: "write it like metrics_file: /var/lib/node_exporter/textfile/belowzero.prom")
        }
        return file
    }
}
