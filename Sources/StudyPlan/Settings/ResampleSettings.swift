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
        static let placed: [PlacedSetting<ResampleRules>] = [
            PlacedSetting(method, \.method), PlacedSetting(paths, \.paths), PlacedSetting(block, \.block),
            PlacedSetting(seed, \.seed),
        ]
        static let section = Section("resample", placed.map(\.facts), others: ["horizon"])
    }
}

extension StudyLoader {
    /// Holding times of simulated futures in a study.
    private static let mostHorizons = 10

    /// The `resample` section.
    static func resampleSection(_ reader: YAMLReader) -> ResampleRules? {
        typealias Known = Settings.Resample
        guard let map = reader.map(known: Known.section.keys),
            var rules = Known.placed.read(map, into: ResampleRules()),
            let horizons = axis(map["horizon"], default: rules.horizons, read: { $0.span() })
        else { return nil }
        guard horizons.count <= mostHorizons else {
            return reader.wrong("has \(horizons.count) holding times", hint: "name at most \(mostHorizons)")
        }
        rules.horizons = horizons.sorted()
        return rules
    }
}

extension ResampleRules {
    /// The line of a study's text, as the loader reads it.
    var line: String {
        "resample: {\(Settings.Resample.placed.entries(self)), horizon: [\(horizons.map(\.text).joined(separator: ", "))]}"
    }
}
