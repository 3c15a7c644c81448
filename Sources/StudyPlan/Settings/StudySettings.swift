import MarginModel
import StressBasics

extension Settings {
    /// A study file.
    public enum Whole {
        static let version = SettingFacts(
            "version", .integer(Study.version...Study.version), "The version of studies that the file is written for.")
        /// What a study may be called.
        static let nameWords =
            "1 to 64 letters of A to Z and a to z, digits, '.', '_' or '-', not beginning with '.' or '-'"
        static let name = Setting(
            "name",
            .scalarForm(
                "[A-Za-z0-9_][A-Za-z0-9._-]{0,63}",
                words: nameWords),
            "The study's name: outputs go to a folder of that name.", read: StudyLoader.nameSection)
        static let data = SettingFacts("data", .list(.section(Input.section)), "The price histories.")
        static let grid = SettingFacts("grid", .section(Grid.section), "Which positions are stressed.")
        static let position = SettingFacts("position", .section(Position.section), "What is opened, and when.")
        static let platforms = SettingFacts(
            "platforms", .named(.section(Platform.section)), "The rules of platforms, each under its name.")
        /// Who pays.
        public static let ledger = SettingFacts("ledger", .section(Ledger.section), "Who pays what is owed.")
        static let statistics = SettingFacts("statistics", .section(Statistics.section), "How sure a result is.")
        static let limits = SettingFacts(
            "limits", .list(.section(Limits.section)), "What ends a run with an exit code of its own.")
        static let headline = SettingFacts(
            "headline", .section(Headline.section), "The cell that a run is summed up by.")
        static let archive = SettingFacts(
            "archive", .section(Archive.section), "Where 'belowzero fetch' gets prices; no result depends on it.")
        /// What traders do beside holding.
        public static let behaviours = SettingFacts(
            "behaviours",
            .list(
                .oneOf([.choice(Behaviour.known.map(\.behaviour.name)), .section(Behaviours.section)]),
                most: Behaviours.most), "What traders do beside holding: rules, or a known set by its name.")
        /// Positions that are opened together.
        public static let baskets = SettingFacts(
            "baskets", .list(.section(Baskets.section), most: Baskets.most),
            "Several positions that are opened together, and their account.")
        /// Simulated futures.
        public static let resample = SettingFacts(
            "resample", .section(Resample.section), "Futures simulated from the bars of each history, in simulated.csv."
        )
        /// Where capital is held.
        public static let custody = SettingFacts(
            "custody", .section(CustodyRates.section), "What may be lost wherever the price goes; it is not advice.")
        /// Taxes on a loss.
        public static let tax = SettingFacts(
            "tax", .section(TaxRates.section), "What a realised loss does to taxes; it is not advice.")
        /// What is done with a run beside computing it.
        static let operations: [SettingFacts] = [
            Operation.retention, Operation.onBreach, Operation.onFailure, Operation.metricsFile.facts, Operation.job,
        ]
        static let section = Section(
            "study",
            [
                version, name.facts, data, grid, position, platforms, ledger, statistics, limits, headline, archive,
                behaviours, baskets, resample, custody, tax,
            ] + operations, required: [version.key, data.key, grid.key])
    }

    /// Which positions are stressed.
    enum Grid {
        static let contract = Setting<[ContractKind]>(
            axis: "contract", .words(ContractKind.allCases.map(\.rawValue)), standard: [.linear],
            "Contracts: linear, inverse (coin-margined), margin (borrowed), spot.",
            read: { $0.parts().map { $0.choice() } }, text: \.rawValue)
        static let side = Setting<[Side]>(
            axis: "side", .words(Side.allCases.map(\.rawValue) + ["both"]), standard: Side.allCases,
            "Directions: long, short, or both.", read: { $0.parts().flatMap(StudyLoader.sides) }, text: \.rawValue)
        static let leverage = Setting<[Leverage]>(
            "leverage", .oneOf([.axis(.leverages), .section(LeverageSteps.section)]), standard: nil,
            "Leverages: 5, [1, 5, 20], 1:125, 1:100:5 or {from: 1, to: 125, step: 1}.",
            read: StudyLoader.leverageAxis, text: { "[\($0.map { numberText($0.value) }.joined(separator: ", "))]" })
        static let horizon = Setting<[TimeSpan]>(
            axis: "horizon", .spans, standard: nil, "How long a position is held: 30s, 15m, 4h, 7d.",
            read: { $0.parts().map { $0.span() } }, text: \.text)
        static let platform = SettingFacts(
            "platform", .axis(.label), "Platforms of the study, or venues that 'belowzero venues' lists.")
        static let placed: [PlacedSetting<StudyGrid>] = [
            PlacedSetting(contract, \.contracts), PlacedSetting(side, \.sides),
            PlacedSetting(required: leverage, \.leverages), PlacedSetting(required: horizon, \.horizons),
        ]
        static let section = Section(
            "grid", placed.map(\.facts) + [platform], required: [leverage.key, horizon.key])
    }

    /// Leverages at equal distances.
    enum LeverageSteps {
        static let from = Setting("from", Leverage.allowed, "The lowest.")
        static let to = Setting("to", Leverage.allowed, "The highest.")
        static let step = Setting("step", 1e-3...1000, standard: 1, "From one to the next.")
        static let section = Section(
            "grid.leverage", [from.facts, to.facts, step.facts], required: [from.key, to.key])
    }

    /// Parts that pick cells: one of them is left out to mean every value.
    enum Cells {
        static let asset = Setting(CellAxis.asset.rawValue, .label, "One price history.", read: { $0.text() })
        static let contract = Setting<ContractKind>(CellAxis.contract.rawValue, "One contract.")
        static let side = Setting<Side>(CellAxis.side.rawValue, "One direction.")
        static let leverage = Setting<Leverage>(
            CellAxis.leverage.rawValue, .number(Leverage.allowed), standard: nil, "One leverage.",
            read: StudyLoader.leverage, text: { numberText($0.value) })
        static let horizon = Setting<TimeSpan>(CellAxis.horizon.rawValue, "One holding time.")
        static let platform = Setting(CellAxis.platform.rawValue, .label, "One platform.", read: { $0.text() })
        static let placed: [PlacedSetting<CellSelector>] = [
            PlacedSetting(optional: asset, \.asset), PlacedSetting(optional: contract, \.contract),
            PlacedSetting(optional: side, \.side), PlacedSetting(optional: leverage, \.leverage),
            PlacedSetting(optional: horizon, \.horizon), PlacedSetting(optional: platform, \.platform),
        ]
        static let facts = placed.map(\.facts)
    }

    /// The cell that a run is summed up by.
    enum Headline {
        static let onNoValue = Setting(
            "on_no_value", standard: StudyLimit.NoValueRule.fail,
            "What a missing value makes of the run: fail, or ignore to pass over it.")
        static let section = Section("headline", Cells.facts + [onNoValue.facts])
    }
}

extension Setting {
    /// An axis: one value or several, none twice.
    init<Element: Hashable & Sendable>(
        axis key: String, _ kind: SettingKind, standard: [Element]?, _ help: String,
        read: @escaping @Sendable (YAMLReader) -> [Element?], text: @escaping @Sendable (Element) -> String
    ) where Value == [Element] {
        self.init(
            key, .axis(kind), standard: standard, help,
            read: { StudyLoader.axis($0, readAll: read) },
            text: { "[\($0.map(text).joined(separator: ", "))]" })
    }
}
