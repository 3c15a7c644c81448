import StressBasics

extension Settings {
    /// What is done with a run beside computing it.
    public enum Operation {
        /// How long runs are kept.
        public static let retention = SettingFacts("retention", .section(Retained.section), "How long runs are kept.")
        /// On a breach.
        public static let onBreach = SettingFacts(
            "on_breach", .section(Alert.section), "The command to run when a limit is breached.")
        /// On a failure.
        public static let onFailure = SettingFacts(
            "on_failure", .section(Alert.section), "The command to run when a run fails or is partial.")
        static let metricsFile = Setting(
            "metrics_file", .form(#"([^\n]*/)?[^./\n][^/\n]*\.prom"#, words: "a path that ends in .prom"),
            "The file for the Prometheus node exporter, relative to the study.", read: StudyLoader.metricsFile)
        /// Bounds of a job.
        public static let job = SettingFacts("job", .section(Job.section), "What one job may take.")
    }

    /// How long runs are kept.
    enum Retained {
        static let days = Setting("days", 1...36_525, "Runs older than so many days go.")
        static let runs = Setting("runs", 1...1_000_000, "All but the newest so many runs go.")
        static let placed: [PlacedSetting<Operations.Retention>] = [
            PlacedSetting(optional: days, \.days), PlacedSetting(optional: runs, \.runs),
        ]
        static let section = Section("retention", placed.map(\.facts), isFilled: true)
    }

    /// A command that is run when something happens.
    enum Alert {
        /// The program and its arguments.
        static let mostWords = 256
        static let command = SettingFacts(
            "command", .array(.scalar, first: .text, 1...mostWords),
            "The program and its arguments; there is no shell to take a line apart.")
        static let timeout = Setting(
            "timeout", upTo: .hours(1), standard: .seconds(30), "After this it is killed, at most 1h.")
        static let section = Section("alert", [command, timeout.facts], required: [command.key])
    }

    /// What one job may take.
    enum Job {
        static let timeout = Setting<TimeSpan>("timeout", "The longest that one job may take.")
        static let memory = Setting<MemorySize>(
            "memory", .form(#"([0-9]+(\.[0-9]*)?|\.[0-9]+)[KMGTkmgt]"#, words: "500M, 2G; 1M to 1024T"), standard: nil,
            "Memory that the run may use.",
            read: { reader in
                reader.text().flatMap { MemorySize($0) ?? reader.expected("a size such as 500M or 2G") }
            }, text: \.text)
        static let placed: [PlacedSetting<Operations.JobLimits>] = [
            PlacedSetting(optional: timeout, \.timeout), PlacedSetting(optional: memory, \.memory),
        ]
        static let section = Section("job", placed.map(\.facts))
    }

    /// Where prices are fetched.
    enum Archive {
        static let base = Setting<WebAddress>(
            "base", .form(#"[Hh][Tt][Tt][Pp][Ss]?://[^@?#\s]+"#, words: "https://host/path"), standard: nil,
            "The address of the archive, without user name, query or fragment.",
            read: { reader in
                reader.text().flatMap { text in
                    WebAddress(text)
                        ?? reader.wrong(
                            "'\(SourceLocation.presentable(text))' is no address of an archive",
                            hint: "write https://host/path, without user name, query or fragment")
                }
            }, text: { yamlText($0.text) })
        static let section = Section("archive", [base.facts], required: [base.key])
    }
}

extension Setting where Value == TimeSpan {
    /// A duration above zero with an upper end alone.
    init(_ key: String, upTo most: TimeSpan, standard: TimeSpan, _ help: String) {
        self.init(
            key, .span(TimeSpan(milliseconds: 1)...most), standard: standard, help,
            read: { reader in reader.span().flatMap { $0 <= most ? $0 : reader.wrong("at most \(most.text)") } },
            text: \.text)
    }
}
