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
    /// ``delay``, shown beside `gap` and `worst` where the bars are too long to tell.
    case auto
    /// Some seconds after the trigger, by the ``DelayLaw`` where bars are too long to tell, else some bars later.
    case delay
    /// The open when it is already through the trigger price, else the trigger price.
    case gap
    /// The open some bars later.
    case next
    /// The bar's extreme: nobody can be filled worse inside the bar.
    case worst
    /// Exactly the trigger price, also across gaps: what tools that cannot go negative assume.
    case best
}

extension LiquidationRules {
    /// The rule that is computed for bars of `barLength`.
    ///
    /// - Parameter delay: from trigger to fill where that is asked for; the platform's own when nil.
    public func resolvedFill(barLength: TimeSpan, delay: TimeSpan? = nil) -> ResolvedFill {
        switch fill {
        case .auto, .delay: resolved(delay: delay ?? self.delay, barLength: barLength)
        case .gap: .gap
        case .next: .next(latency: latency)
        case .worst: .worst
        case .best: .best
        }
    }

    /// Bars of at most twice the delay tell themselves where the price stood: at the open of the bar after the one in which it ends.
    private func resolved(delay: TimeSpan, barLength: TimeSpan) -> ResolvedFill {
        guard barLength.milliseconds > 2 * delay.milliseconds else {
            return .next(latency: 1 + Int(clamping: delay.milliseconds / max(1, barLength.milliseconds)))
        }
        return .delay(DelayLaw(delay: delay, overshoot: overshoot, barLength: barLength))
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
    /// Somewhere in the bar, by a law around the price that could be had at once.
    case delay(DelayLaw)

    /// The name in outputs.
    public var name: String {
        switch self {
        case .gap: "gap"
        case .next: "next"
        case .worst: "worst"
        case .best: "best"
        case .delay: "delay"
        }
    }
}

/// Slippage of an exit: a fixed fraction of the price, or one that grows with the share of the bar's volume.
public struct Slippage: Hashable, Sendable {
    /// `s_0`: a fraction of the price, 0 ≤ s < 1.
    public let base: Double
    /// `κ` of the square-root law `s_0 + κ σ_Δ √(N0/V_j)`; 0 for fixed slippage.
    public let impact: Double

    /// Checks the ranges: 0 ≤ base < 1, 0 ≤ impact ≤ 100.
    public init(base: Double, impact: Double = 0) throws(RuleError) {
        guard base >= 0, base < 1 else { throw RuleError("slippage must be at least 0 and below 1") }
        guard impact >= 0, impact <= 100 else { throw RuleError("the slippage's kappa must be 0 to 100") }
        self.base = base
        self.impact = impact
    }

    /// The most that impact can raise an exit's slippage to.
    public static let most = 0.99

    /// The fraction lost by an exit of `notional` in a bar that traded `volume` quote currency, where the price moves by
    /// `volatility` (standard deviation of a bar's log return). Without a known volume above 0 the base alone.
    @inlinable
    public func fraction(notional: Double, volume: Double, volatility: Double) -> Double {
        guard impact > 0, volume > 0 else { return base }
        return max(base, min(Slippage.most, base + impact * volatility * (notional / volume).squareRoot()))
    }
}

/// The terms of borrowed cash or coin.
public struct BorrowRules: Hashable, Sendable {
    /// Simple interest a year of 365 days, a fraction.
    public let yearlyRate: Double
    /// Assets over liabilities at which the lender closes the position, above 1; 1 when nothing but the debt itself is asked.
    public let marginLevel: Double

    /// Checks the ranges: 0 ≤ rate ≤ 10, 1 ≤ level ≤ 10.
    public init(yearlyRate: Double, marginLevel: Double) throws(RuleError) {
        guard yearlyRate >= 0, yearlyRate <= 10 else { throw RuleError("the yearly borrow rate must be 0 to 10") }
        guard marginLevel >= 1, marginLevel <= 10 else { throw RuleError("the margin level must be 1 to 10") }
        self.yearlyRate = yearlyRate
        self.marginLevel = marginLevel
    }

    /// Nothing borrowed.
    public static let none = BorrowRules()

    private init() { (yearlyRate, marginLevel) = (0, 1) }
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
    /// From trigger to fill, for the `delay` rule.
    public let delay: TimeSpan
    /// How far the price moves on in that time, a multiple of its volatility, for the ``DelayLaw``; ``defaultOvershoot`` was fitted to minutes.
    public let overshoot: Double
    /// Whether a position above the lowest bracket is first reduced to the next lower one, and so on, before what is left
    /// is taken over.
    public let isPartial: Bool
    /// Whether the best and the worst fill are evaluated beside the chosen one.
    public let hasBounds: Bool

    /// How long a platform takes to close a position, unless it is said.
    public static let defaultDelay = TimeSpan.seconds(30)
    /// Delays that a rule may have.
    public static let allowedDelays = TimeSpan.seconds(1)...TimeSpan.days(1)
    /// See ``overshoot``.
    public static let defaultOvershoot = 2.2
    /// Overshoots that a rule may have.
    public static let allowedOvershoots = 0.0...20

    /// Checks latency, delay and overshoot.
    public init(
        enabled: Bool = true, trigger: LiquidationTrigger = .extreme, fill: FillRule = .auto, latency: Int = 1,
        delay: TimeSpan = LiquidationRules.defaultDelay, overshoot: Double = LiquidationRules.defaultOvershoot,
        isPartial: Bool = false, hasBounds: Bool = false
    ) throws(RuleError) {
        guard (1...10_000).contains(latency) else { throw RuleError("latency must be 1 to 10000 bars, got \(latency)") }
        guard LiquidationRules.allowedDelays.contains(delay) else {
            throw RuleError("the delay must be 1s to 1d, got \(delay.text)")
        }
        guard LiquidationRules.allowedOvershoots.contains(overshoot) else {
            throw RuleError("overshoot must be 0 to 20, got \(numberText(overshoot))")
        }
        self.enabled = enabled
        self.trigger = trigger
        self.fill = fill
        self.latency = latency
        self.delay = delay
        self.overshoot = overshoot
        self.isPartial = isPartial
        self.hasBounds = hasBounds
    }

    private init(bounding rules: LiquidationRules) {
        (enabled, trigger, fill, latency) = (rules.enabled, rules.trigger, rules.fill, rules.latency)
        (delay, overshoot) = (rules.delay, rules.overshoot)
        (isPartial, hasBounds) = (rules.isPartial, true)
    }

    /// The same rules with bounds.
    var withBounds: LiquidationRules { LiquidationRules(bounding: self) }
}

/// Everything a platform decides about a leveraged position.
public struct PlatformRules: Hashable, Sendable {
    /// Fees.
    public let fees: Fees
    /// Slippage of every exit.
    public let slippage: Slippage
    /// The maintenance margin table.
    public let tiers: MaintenanceTiers
    /// Liquidation.
    public let liquidation: LiquidationRules
    /// Borrowing, for margin contracts.
    public let borrow: BorrowRules
    /// Dated margins per contract, for linear contracts; they take the place of brackets, which are then flat at 0.
    public let schedule: MarginSchedule?

    /// Rules of the given parts, which have checked themselves.
    public init(
        fees: Fees, slippage: Slippage, tiers: MaintenanceTiers, liquidation: LiquidationRules,
        borrow: BorrowRules = .none, schedule: MarginSchedule? = nil
    ) {
        self.schedule = schedule
        self.fees = fees
        self.borrow = borrow
        self.slippage = slippage
        self.tiers = tiers
        self.liquidation = liquidation
    }

    /// The same rules with another table, for platforms whose table comes from a file.
    public func replacing(tiers: MaintenanceTiers? = nil, schedule: MarginSchedule? = nil) -> PlatformRules {
        PlatformRules(
            fees: fees, slippage: slippage, tiers: tiers ?? self.tiers, liquidation: liquidation, borrow: borrow,
            schedule: schedule ?? self.schedule)
    }

    /// The same rules with the best and the worst fill evaluated beside the chosen one.
    public var withBounds: PlatformRules {
        PlatformRules(
            fees: fees, slippage: slippage, tiers: tiers, liquidation: liquidation.withBounds, borrow: borrow,
            schedule: schedule)
    }

    /// The 1-based brackets whose maintenance rate is below what a liquidation costs in fees: a position that is due there is
    /// bankrupt before it is closed, at any price. (Binance's liquidation FAQ says so of its smallest bracket.)
    public var bracketsBankruptOnEntry: [Int] {
        guard liquidation.enabled, schedule == nil else { return [] }
        let cost = fees.close + fees.liquidation
        return tiers.tiers.indices.filter { cost > tiers.tiers[$0].rate }.map { $0 + 1 }
    }
}
