import StressBasics

extension StudyLoader {
    /// The sections of those keys; nil after a problem.
    func operations(_ map: YAMLMap) -> Operations? {
        typealias Known = Settings.Operation
        var operations = Operations()
        if let reader = map[Known.retention] {
            guard let retention = retention(reader) else { return nil }
            operations.retention = retention
        }
        if let reader = map[Known.onBreach] {
            guard let command = alertCommand(reader) else { return nil }
            operations.onBreach = command
        }
        if let reader = map[Known.onFailure] {
            guard let command = alertCommand(reader) else { return nil }
            operations.onFailure = command
        }
        if let reader = map[Known.metricsFile.facts] {
            guard let file = Known.metricsFile.read(reader) else { return nil }
            operations.metricsFile = file
        }
        if let reader = map[Known.job] {
            guard let job = reader.map(Settings.Job.section).flatMap({ Settings.Job.placed.read($0, into: .init()) })
            else { return nil }
            operations.job = job
        }
        return operations
    }

    private func retention(_ reader: YAMLReader) -> Operations.Retention? {
        typealias Known = Settings.Retained
        guard let map = reader.map(Known.section),
            let retention = Known.placed.read(map, into: Operations.Retention())
        else { return nil }
        guard retention != Operations.Retention() else {
            return reader.wrong(
                "has no 'days' or 'runs'", hint: "write it like retention: {days: 90, runs: 60}")
        }
        return retention
    }

    private func alertCommand(_ reader: YAMLReader) -> Operations.AlertCommand? {
        typealias Known = Settings.Alert
        guard let map = reader.map(Known.section), let command = map.required(Known.command) else { return nil }
        guard command.node.sequence != nil else {
            return command.expected(
                "a list of the program and its arguments",
                hint: "write it like command: [/usr/local/bin/alert, --page]; there is no shell to take a line apart")
        }
        guard let words = command.list(most: Known.mostWords)?.map({ $0.text() }), !words.contains(nil) else {
            return nil
        }
        let texts = words.compactMap { $0 }
        guard texts.allSatisfy({ !$0.unicodeScalars.contains("\0") && $0.utf8.count <= 4096 }), texts[0] != "" else {
            return command.wrong("a program and arguments of at most 4096 bytes, without zero bytes")
        }
        return map.value(of: Known.timeout).map { Operations.AlertCommand(words: texts, timeout: $0) }
    }

    static func metricsFile(_ reader: YAMLReader) -> String? {
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
