import StressBasics

/// The settings of a study by their sections. Loader, text, schema, template and the help of options are made of these.
public enum Settings {
    /// All sections, each after those that it is a part of.
    static let sections: [Section] = {
        var found: [Section] = []
        func visit(_ kind: SettingKind) {
            switch kind {
            case .section(let section):
                guard !found.contains(section) else { return }
                found.append(section)
                for setting in section.settings { visit(setting.kind) }
            case .list(let kind, _, _), .named(let kind): visit(kind)
            case .array(let kind, let first, _):
                if let first { visit(first) }
                visit(kind)
            case .oneOf(let kinds): kinds.forEach(visit)
            default: return
            }
        }
        visit(.section(Whole.section))
        return found
    }()

    /// What is opened, and when.
    public enum Position {
        /// Entry notional.
        public static let notional = Setting(
            "notional", 1e-6...1e15, standard: 10_000, "Entry notional, quote currency.")
        /// Bars from one entry to the next.
        public static let stride = Setting("stride", 1...1_000_000_000, standard: 1, "Enter only at every N-th bar.")
        /// The widest step that a window may span.
        public static let maxGap = Setting<MaxGap>(
            "max_gap", .spanOr(["auto", "off"]), standard: .automatic,
            "Widest step a window may span: auto, off or a duration.",
            read: { reader in
                switch reader.node.scalar?.string {
                case "auto": .automatic
                // A program that reads YAML and writes it again makes false of a bare off.
                case "off", "false": .off
                default: reader.span().map(MaxGap.span)
                }
            },
            text: { gap in
                switch gap {
                case .automatic: "auto"
                case .off: "off"
                case .span(let span): span.text
                }
            })
        static let placed: [PlacedSetting<PositionRules>] = [
            PlacedSetting(notional, \.notional), PlacedSetting(stride, \.stride), PlacedSetting(maxGap, \.maxGap),
        ]
        static let section = Section("position", placed.map(\.facts))
    }

    /// How sure a result is.
    public enum Statistics {
        /// Confidence of every interval.
        public static let confidence = Setting(
            "confidence", 0.5...0.9999, standard: 0.95, "Confidence of every interval.")
        /// Resamples. A few would only look like an interval.
        public static let resamples = Setting(
            "resamples", zeroOr: 100...100_000, standard: 2000,
            "Resamples behind differences, bands and what the headline is made of; 0 leaves these out.")
        /// Length of the time blocks.
        public static let block = Setting(
            "block", standard: .days(1), "Length of the time blocks that entries are counted in.")
        /// Seed of the resamples.
        public static let seed = Setting("seed", standard: UInt64(1), "Seed of the resamples.")
        /// The share below zero that margins and leverages are looked for at.
        public static let maxFrequency = Setting(
            "max_frequency", 1e-6...0.5, standard: 0.01,
            "Share of entries below zero that the highest leverage and the margin are looked for at.")
        static let placed: [PlacedSetting<StatisticsRules>] = [
            PlacedSetting(confidence, \.confidence), PlacedSetting(block, \.block),
            PlacedSetting(resamples, \.resamples), PlacedSetting(seed, \.seed),
            PlacedSetting(maxFrequency, \.maxFrequency),
        ]
        static let lookBack = SettingFacts(
            "look_back_margin", .section(LookBackMargin.section),
            "Margins of a day that the moves of a look-back would have asked for, as supervisors publish them.")
        static let section = Section("statistics", placed.map(\.facts) + [lookBack])
    }

    /// Margins of a look-back.
    enum LookBackMargin {
        private static let usual = LookBackRules()
        /// A month at least: a margin of fewer days says nothing of one day in a hundred.
        static let lookBack = Setting<[TimeSpan]>(
            axis: "look_back", .span(.days(30)...TimeSpan.longest), standard: usual.lookBacks,
            "Lengths of the look-backs, at least 30d.",
            read: { reader in
                [reader.span().flatMap { $0 >= .days(30) ? $0 : reader.wrong("a look-back of at least 30d") }]
            },
            text: \.text)
        static let frequency = Setting<[Double]>(
            axis: "frequency", .number(1e-6...0.5), standard: usual.frequencies,
            "Shares of the days that a move may go beyond the margin.", read: { [$0.number(1e-6...0.5)] },
            text: numberText)
        static let hour = Setting<[Int]>(
            axis: "hour", .integer(0...23), standard: usual.hours,
            "Hours of the day, UTC, whose last known price stands for the day.", read: { [$0.integer(0...23)] },
            text: { String($0) })
        static let asOf = Setting<[UTCInstant]>(
            axis: "as_of", .form("[0-9]{4}-[0-9]{2}-[0-9]{2}", words: "a date, as 2025-08-23"), standard: [],
            "Days at whose hour each look-back ends; the newest price where none is named.",
            read: { [StudyLoader.day($0)] }, text: \.civil.dateText)
        static let section = Section(
            "look_back_margin", [lookBack.facts, frequency.facts, hour.facts, asOf.facts])
    }
}
