import StressBasics
import StressStatistics

extension Settings {
    /// What ends a run with an exit code of its own.
    enum Limits {
        static let measure = Setting<Measure>(
            "measure", .choice(Measure.allCases.filter { !$0.isOfHistory }.map(\.rawValue)), standard: nil,
            "Which figure is held against the limit.", read: { $0.choice() }, text: \.rawValue)
        static let behaviour = Setting(
            "behaviour", .title, "The behaviour under which the cells are looked at; holding where none is named.",
            read: { $0.text() })
        static let bound = Setting(
            "bound", standard: StudyLimit.Bound.value,
            "What is held against the limit: the value, the lower or upper end of its interval, or all of the interval."
        )
        static let notShown = Setting(
            StudyLimit.notShownKey, standard: StudyLimit.NotShownRule.warn,
            "What an interval that holds the limit makes of the run: warn, fail or ok.")
        static let monitor = SettingFacts(
            "monitor", .section(Monitoring.section), "Counts that the limit is looked at every night.")
        static let onNoValue = Headline.onNoValue
        /// Amounts of money are among them.
        private static let range = -1e15...1e15
        static let max = Setting(
            "max", share: range,
            "The largest value that is not a breach, in the measure's unit; a share may be in percent.")
        static let min = Setting(
            "min", share: range,
            "The smallest value that is not a breach, in the measure's unit; a share may be in percent."
        )
        static let drift = SettingFacts("drift", .section(Drift.section), "Against the runs before.")
        static let maxAge = Setting<TimeSpan>("max_age", "How old the newest bar may be.")
        /// A history has a bar in any case.
        static let minBars = Setting("min_bars", 2...2_000_000_000, "Bars that a history has at least.")

        /// What a limit is, one of them.
        static let forms: [SettingFacts] = [max.facts, min.facts, drift, maxAge.facts, minBars.facts]
        /// What limits on whole histories have no place for.
        static let ofCells: [SettingFacts] = [
            behaviour.facts, measure.facts, bound.facts, notShown.facts, monitor,
        ]
        static let section = Section(
            "limits", Cells.facts + ofCells + [onNoValue.facts] + forms,
            forms: Section.Form.one(of: forms.map(\.key)).map { form in
                form.has == [maxAge.key] || form.has == [minBars.key]
                    ? Section.Form(
                        has: form.has, lacks: form.lacks + (ofCells + Cells.facts.dropFirst()).map(\.key))
                    : Section.Form(has: form.has + [measure.key], lacks: form.lacks)
            })
    }

    /// A bound on false alarms.
    enum Monitoring {
        static let falseAlarm = Setting<StudyLimit.Monitor>(
            "false_alarm", .form("[ ]*[0-9.eE+-]+% +a +year *", words: "such as 5% a year, from 0.01% to 50%"),
            standard: nil, "Chance of a false alarm in any night of a year.",
            read: { reader in
                reader.text().flatMap { text in
                    StudyLimit.Monitor(text)
                        ?? reader.expected(
                            "false alarms, from 0.01% to 50% a year",
                            hint: "write it like monitor: {false_alarm: 5% a year}")
                }
            }, text: \.text)
        static let section = Section("limits.monitor", [falseAlarm.facts], required: [falseAlarm.key])
    }

    /// A limit on the distance from the runs before.
    enum Drift {
        static let runs = Setting(
            "runs", StudyLimit.Drift.fewestRuns...1000, standard: 20, "How many of the runs before are looked at.")
        static let maxChange = Setting(
            "max_change", share: 0...1e9,
            "The largest distance from their median, in the measure's unit; of a share it may be in percent.")
        static let halfWidths = Setting(
            "half_widths", 1e-3...1e6, "The same, in half-widths of tonight's interval.")
        static let nightMoves = Setting(
            "night_moves", 0.1...1e6, "The largest distance from the run before, in usual moves from run to run.")
        static let forms = [maxChange, halfWidths, nightMoves].map(\.key)
        static let section = Section(
            "limits.drift", [runs.facts, maxChange.facts, halfWidths.facts, nightMoves.facts],
            forms: Section.Form.one(of: forms), example: "drift: {runs: 20, max_change: 0.002}")
    }
}
