import StressBasics

extension Settings {
    /// Simulated futures.
    public enum Resample {
        /// How they are made.
        public static let method = Setting<ResampleMethod>(
            "method", .choice(ResampleMethod.allCases.map(\.rawValue) + ["block"]), standard: .stationary,
            "How futures are made of the history: stationary, or block (runs of bars as they were), or filtered (bars at the volatility of the path).",
            read: { reader in
                reader.node.scalar?.string == "block" ? .stationary : reader.choice(ResampleMethod.self)
            }, text: \.rawValue)
        /// How many.
        public static let paths = Setting("paths", 100...100_000, standard: 1000, "Simulated futures of each history.")
        /// Mean length of what is drawn together.
        public static let block = Setting(
            "block", standard: .days(1),
            "Mean length of what is drawn together, such as 1d: a bar at least, and as long as the history to draw it whole."
        )
        /// Seed of the draws.
        public static let seed = Setting("seed", standard: UInt64(1), "Seed of the draws.")
        /// Lengths in a study.
        static let mostLengths = 10
        /// Lengths of the futures.
        public static let length = Setting<[TimeSpan]>(
            "length", .list(.spans, most: mostLengths, different: true), standard: ResampleRules().lengths,
            "Lengths of the futures, which positions are held for, such as 365d or [30d, 365d].",
            read: StudyLoader.futureLengths,
            text: { "[\($0.map(\.text).joined(separator: ", "))]" })
        static let placed: [PlacedSetting<ResampleRules>] = [
            PlacedSetting(method, \.method), PlacedSetting(paths, \.paths), PlacedSetting(block, \.block),
            PlacedSetting(seed, \.seed), PlacedSetting(length, \.lengths),
        ]
        static let section = Section("resample", placed.map(\.facts))
    }
}

extension StudyLoader {
    /// The `resample` section.
    static func resampleSection(_ reader: YAMLReader) -> ResampleRules? {
        reader.map(Settings.Resample.section).flatMap { Settings.Resample.placed.read($0, into: ResampleRules()) }
    }

    /// Lengths of simulated futures, ascending.
    static func futureLengths(_ reader: YAMLReader) -> [TimeSpan]? {
        guard let lengths = axis(reader, readAll: { $0.parts().map { $0.span() } }) else { return nil }
        guard lengths.count <= Settings.Resample.mostLengths else {
            return reader.wrong(
                "has \(lengths.count) lengths", hint: "name at most \(Settings.Resample.mostLengths)")
        }
        return lengths.sorted()
    }
}
