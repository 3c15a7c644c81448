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
            "block", standard: .days(1), "Mean length of what is drawn together, such as 1d; a bar at least.")
        /// Seed of the draws.
        public static let seed = Setting("seed", standard: UInt64(1), "Seed of the draws.")
        /// Holding times in a study.
        static let mostHorizons = 10
        static let horizon = Setting<[TimeSpan]>(
            "horizon", .list(.span(nil), most: mostHorizons, different: true), standard: ResampleRules().horizons,
            "Holding times of the futures, such as [30d, 365d].", read: StudyLoader.futureHorizons,
            text: { "[\($0.map(\.text).joined(separator: ", "))]" })
        static let placed: [PlacedSetting<ResampleRules>] = [
            PlacedSetting(method, \.method), PlacedSetting(paths, \.paths), PlacedSetting(block, \.block),
            PlacedSetting(seed, \.seed), PlacedSetting(horizon, \.horizons),
        ]
        static let section = Section("resample", placed.map(\.facts))
    }
}

extension StudyLoader {
    /// The `resample` section.
    static func resampleSection(_ reader: YAMLReader) -> ResampleRules? {
        reader.map(Settings.Resample.section).flatMap { Settings.Resample.placed.read($0, into: ResampleRules()) }
    }

    /// Holding times of simulated futures, ascending.
    static func futureHorizons(_ reader: YAMLReader) -> [TimeSpan]? {
        guard let horizons = axis(reader, readAll: { [$0.span()] }) else { return nil }
        guard horizons.count <= Settings.Resample.mostHorizons else {
            return reader.wrong(
                "has \(horizons.count) holding times", hint: "name at most \(Settings.Resample.mostHorizons)")
        }
        return horizons.sorted()
    }
}
