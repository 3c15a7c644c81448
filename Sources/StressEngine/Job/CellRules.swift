import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// One cell with every choice made: what the kernels need to try it at an entry.
public struct CellRules: Sendable {
    /// A fill rule and the question it answers.
    public struct Fill: Hashable, Sendable {
        /// The question.
        public let role: FillRole
        /// The rule.
        public let rule: ResolvedFill
    }

    /// The cell.
    public let cell: StudyCell
    /// What positions are opened with.
    public let terms: PositionTerms
    /// The fill rules to settle a liquidation by; the first is the chosen one.
    public private(set) var fills: [Fill]
    /// Whether no price at or above zero can take the position below zero.
    public let isImpossible: Bool
    /// ``tolerance`` in parts of the initial margin.
    public let toleranceOfMargin: Double

    /// Resolves the choices of `cell` for a price history.
    public init(cell: StudyCell, platform: PlatformRules, notional: Double, market: MarketHistory) {
        self.cell = cell
        terms = PositionTerms(side: cell.side, leverage: cell.leverage, notional: notional, rules: platform)
        fills = CellRules.fills(platform.liquidation, barLength: market.barLength)
        toleranceOfMargin = CellRules.tolerance * cell.leverage.value
        isImpossible =
            market.fundingPerBar == nil && terms.isCovered(cell.contract) && market.isNeverNegative
    }

    /// The same cell with every liquidation filled by each of some rules, all of them chosen; no bounds beside them.
    func filled(by fills: [ResolvedFill]) -> CellRules {
        var rules = self
        rules.fills = fills.map { Fill(role: .chosen, rule: $0) }
        return rules
    }

    /// The platform's rules.
    public var platform: PlatformRules { terms.rules }

    private static func fills(_ rules: LiquidationRules, barLength: TimeSpan) -> [Fill] {
        let own = rules.resolvedFill(barLength: barLength)
        let chosen = Fill(role: .chosen, rule: own)
        guard rules.enabled else { return [chosen] }
        if rules.hasBounds { return [chosen, Fill(role: .worst, rule: .worst), Fill(role: .best, rule: .best)] }
        // Bars that are too long to tell: what lies on both sides of the law stands beside it.
        guard rules.fill == .auto, case .delay = own else { return [chosen] }
        return [chosen, Fill(role: .worst, rule: .worst), Fill(role: .gap, rule: .gap)]
    }

    /// The name of the cell's own fill rule in outputs; `off` when nobody liquidates.
    public var fillName: String {
        platform.liquidation.enabled && cell.contract != .spot ? fills[0].rule.name : "off"
    }

    /// The share of the entry value by which equity must be below zero to count, against rounding.
    public static let tolerance = 1e-12
}
