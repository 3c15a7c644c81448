import StressBasics

/// Fees as fractions of the traded notional; negative values are rebates.
public struct Fees: Hashable, Sendable {
    /// Charged at entry.
    public let open: Double
    /// Charged at every exit, liquidation included.
    public let close: Double
    /// Charged on top when the exit is a liquidation.
    public let liquidation: Double

    /// Checks that each fee lies within ±10 % of notional.
    public init(open: Double, close: Double, liquidation: Double) throws(RuleError) {
        for (name, fee) in [("open", open), ("close", close), ("liquidation", liquidation)] where !(abs(fee) <= 0.1) {
            throw RuleError("the \(name) fee \(numberText(fee)) is outside -0.1…0.1 of notional")
        }
        self.open = open
        self.close = close
        self.liquidation = liquidation
    }
}

/// Which price of a bar is compared with the trigger price.
public enum LiquidationTrigger: String, Hashable, Sendable, CaseIterable {
    /// The bar's worst price for the position: low for a long, high for a short.
    case extreme
    /// The bar's close.
    case close
}

/// The price at which a liquidation is filled, as a study names it.
public enum FillRule: String, Hashable, Sendable, CaseIterable {
    /// `next` with the platform's latency (one bar unless said otherwise) for bars of at most 5 minutes, else `gap`
    /// shown beside `worst`.
    case auto
    /// The open when it is already through the trigger price, else the trigger price.
    case gap
    /// The open some bars later.
    case next
    /// The bar's extreme: nobody can be filled worse inside the bar.
    case worst
    /// Exactly the trigger price, also across gaps: what tools that cannot go negative assume.
    case best

    /// The longest bar for which ``auto`` takes `next`.
    public static let longestNextBar = TimeSpan.minutes(5)

    /// The rule that is computed, for bars of `barLength` and a latency in bars.
    public func resolved(barLength: TimeSpan, latency: Int) -> ResolvedFill {
        switch self {
        case .auto: barLength <= FillRule.longestNextBar ? .next(latency: latency) : .gap
        case .gap: .gap
        case .next: .next(latency: latency)
        case .worst: .worst
        case .best: .best
        }
    }
}

/// A fill rule with nothing left to decide.
public enum ResolvedFill: Hashable, Sendable {
    /// The open when it is already through the trigger price, else the trigger price.
    case gap
    /// The open `latency` bars later, or the last close before the data ends or breaks off.
    case next(latency: Int)
    /// The bar's extreme.
    case worst
    /// Exactly the trigger price.
    case best

    /// The name in outputs.
    public var name: String {
        switch self {
        case .gap: "gap"
        case .next: "next"
        case .worst: "worst"
        case .best: "best"
        }
    }
}

/// Whether and how a platform closes positions that no longer meet the requirement.
public struct LiquidationRules: Hashable, Sendable {
    /// Off: positions stay open to the horizon whatever they owe.
    public let enabled: Bool
    /// Which price triggers.
    public let trigger: LiquidationTrigger
    /// Which price fills.
    public let fill: FillRule
    /// Bars between trigger and fill, for the `next` rule; 1…10,000.
    public let latency: Int

    /// Checks the latency.
    public init(
        enabled: Bool = true, trigger: LiquidationTrigger = .extreme, fill: FillRule = .auto, latency: Int = 1
    ) throws(RuleError) {
        guard (1...10_000).contains(latency) else { throw RuleError("latency must be 1 to 10000 bars, got \(latency)") }
        self.enabled = enabled
        self.trigger = trigger
        self.fill = fill
        self.latency = latency
    }
}

/// Everything a platform decides about a leveraged position.
public struct PlatformRules: Hashable, Sendable {
    /// Fees.
    public let fees: Fees
    /// Slippage of every exit, a fraction of the price, 0 ≤ s < 1.
    public let slippage: Double
    /// The maintenance margin table.
    public let tiers: MaintenanceTiers
    /// Liquidation.
    public let liquidation: LiquidationRules

    /// Checks the slippage; the parts check themselves.
    public init(
        fees: Fees, slippage: Double, tiers: MaintenanceTiers, liquidation: LiquidationRules
    ) throws(RuleError) {
        guard slippage >= 0, slippage < 1 else { throw RuleError("slippage must be at least 0 and below 1") }
        self.fees = fees
        self.slippage = slippage
        self.tiers = tiers
        self.liquidation = liquidation
    }

    /// Why a position of `notional` at `leverage` may not be opened, or nil when it may.
    ///
    /// Only platforms that liquidate reject: a margin already at or below the requirement would be closed at once.
    public func rejection(leverage: Leverage, notional: Double) -> String? {
        guard liquidation.enabled else { return nil }
        if let limit = tiers.tier(for: notional).maxLeverage, limit < leverage.value {
            return "the tier allows at most \(numberText(limit))× at this size"
        }
        let margin = notional / leverage.value - fees.open * notional
        if margin <= tiers.requirement(notional) {
            return "the margin after the opening fee does not exceed the maintenance margin"
        }
        return nil
    }
}
