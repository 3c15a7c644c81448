import MarginModel
import StressBasics
import StudyPlan

/// The positions that a scenario is asked for.
public struct ScenarioGrid: Sendable {
    /// Kinds of contract.
    public var contracts: [ContractKind]
    /// Directions.
    public var sides: [Side]
    /// Leverages, ascending.
    public var leverages: [Leverage]
    /// Their tables read.
    public var platforms: [NamedPlatform]
    /// `N0`, quote currency.
    public var notional: Double
    /// `P0`; no result depends on it but where brackets are in coin.
    public var entryPrice: Double

    /// A grid of the given axes; prices, notional and entry price are above 0.
    public init(
        contracts: [ContractKind], sides: [Side], leverages: [Leverage], platforms: [NamedPlatform], notional: Double,
        entryPrice: Double
    ) {
        (self.contracts, self.sides, self.leverages) = (contracts, sides, leverages)
        (self.platforms, self.notional, self.entryPrice) = (platforms, notional, entryPrice)
    }

    /// One position of the grid.
    public struct Cell: Sendable {
        /// The contract.
        public let contract: ContractKind
        /// The direction.
        public let side: Side
        /// The leverage.
        public let leverage: Leverage
        /// The platform's name.
        public let platform: String
        /// What it is opened with.
        public let terms: PositionTerms
        /// The position; nil where the platform would not open it.
        public let position: PathPosition?
    }

    /// All positions: contract, side, leverage, platform, the last running fastest.
    public var cells: [Cell] {
        contracts.flatMap { contract in
            sides.flatMap { side in
                leverages.flatMap { leverage in platforms.map { cell(contract, side, leverage, $0) } }
            }
        }
    }

    private func cell(_ contract: ContractKind, _ side: Side, _ leverage: Leverage, _ platform: NamedPlatform) -> Cell {
        let terms = PositionTerms(side: side, leverage: leverage, notional: notional, rules: platform.rules)
        return Cell(
            contract: contract, side: side, leverage: leverage, platform: platform.name, terms: terms,
            position: PathPosition(contract, terms, entryPrice: entryPrice))
    }

    /// What a reader should know of the platforms before a known path is followed on them.
    public var findings: [Finding] {
        platforms.flatMap { platform in
            let rules = platform.rules.liquidation
            return [
                rules.enabled && ![.auto, .delay].contains(rules.fill)
                    ? Finding(
                        check: "scenario_fill", severity: .warning,
                        message:
                            "platform '\(platform.name)' fills by '\(rules.fill.rawValue)'; on a known path it closes "
                            + "\(rules.delay.text) after the trigger, its delay", action: "kept") : nil,
                rules.enabled && rules.isPartial
                    ? Finding(
                        check: "scenario_partial", severity: .warning,
                        message:
                            "platform '\(platform.name)' reduces positions by bracket; on a known path it closes them whole",
                        action: "kept") : nil,
            ].compactMap { $0 }
        }
    }

    /// Why the grid cannot be followed on known paths; nil when it can.
    public func objection(knowsPrice: Bool) -> Finding? {
        if let dated = platforms.first(where: { $0.rules.schedule != nil }) {
            return Finding(
                check: "scenario_schedule", severity: .error,
                message: "platform '\(dated.name)' has dated margins per contract, and a scenario has no date",
                hint: "choose another with --platform")
        }
        let inCoin = platforms.first { $0.rules.tiers.tiers.count > 1 }
        guard !knowsPrice, contracts.contains(.inverse), let inCoin else { return nil }
        return Finding(
            check: "scenario_price", severity: .error,
            message: "the brackets of '\(inCoin.name)' are in coin for inverse contracts: an entry price is needed",
            hint: "give one, such as --price 60000")
    }
}
