import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// One cell with every choice made: what the kernels need to try it at an entry.
public struct CellRules: Sendable {
    /// The cell.
    public let cell: StudyCell
    /// The platform's rules.
    public let platform: PlatformRules
    /// `N0`, quote currency.
    public let notional: Double
    /// The fill rules to settle a liquidation by; the first is the cell's own, a second one is the worst fill.
    public let fills: [ResolvedFill]
    /// Whether the platform would open the position at all. Entry notional and fees are the cell's constants, so every
    /// entry of a cell is rejected or none is.
    public let isRejected: Bool
    /// Whether no price at or above zero can take the position below zero.
    public let isImpossible: Bool

    /// Resolves the choices of `cell` for a price history.
    public init(
        cell: StudyCell, platform: PlatformRules, notional: Double, barLength: TimeSpan, pricesNeverNegative: Bool
    ) {
        self.cell = cell
        self.platform = platform
        self.notional = notional
        fills = CellRules.fills(platform.liquidation, barLength: barLength)
        isRejected = platform.rejection(leverage: cell.leverage, notional: notional) != nil
        isImpossible = pricesNeverNegative && CellRules.isCovered(cell, openingFee: platform.fees.open)
    }

    private static func fills(_ rules: LiquidationRules, barLength: TimeSpan) -> [ResolvedFill] {
        let own = rules.fill.resolved(barLength: barLength, latency: rules.latency)
        let unsettled = rules.enabled && rules.fill == .auto && own == .gap
        return unsettled ? [own, .worst] : [own]
    }

    /// A long whose margin after the opening fee pays for the whole position cannot owe: at price 0 its equity is
    /// `M − f_o N0 − N0 ≥ 0`, and exit fees and slippage are fractions of what is received.
    private static func isCovered(_ cell: StudyCell, openingFee: Double) -> Bool {
        cell.side == .long && 1 / cell.leverage.value - openingFee >= 1
    }

    /// The name of the cell's own fill rule in outputs; `off` when nobody liquidates.
    public var fillName: String { platform.liquidation.enabled ? fills[0].name : "off" }

    /// `M = N0/L`, quote currency.
    public var initialMargin: Double { notional / cell.leverage.value }

    /// The share of the entry value by which equity must be below zero to count, against rounding.
    public static let tolerance = 1e-12

    /// ``tolerance`` in parts of the initial margin.
    public var toleranceOfMargin: Double { CellRules.tolerance * cell.leverage.value }
}
