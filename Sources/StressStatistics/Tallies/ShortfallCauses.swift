import StressBasics

/// What a shortfall is made of, in parts of the initial margin; the parts sum to the shortfall.
///
/// A shortfall is followed through the stages of an exit, each of which may deepen or lessen it: the position at its trigger
/// price (or at the horizon's close when nobody liquidated) without any cost, the gap to the price that could be had at once,
/// the delay, the slippage, the fees, and last the funding or interest paid since entry. A part is the change of
/// `max(0, −equity)` over its stage, so a delay in which the price recovers has a negative part.
public struct ShortfallCauses: Hashable, Sendable {
    /// The price itself: already below zero at the trigger price, or never closed in time.
    public var price = 0.0
    /// From the trigger price to the price that could be had at once.
    public var gap = 0.0
    /// From there to the price some bars later.
    public var latency = 0.0
    /// Slippage.
    public var slippage = 0.0
    /// Opening, closing and liquidation fees.
    public var fees = 0.0
    /// Funding and interest since entry.
    public var funding = 0.0

    /// No shortfall.
    @inlinable
    public init() {}

    /// Equity after each stage, in parts of the initial margin: at the trigger price, after the gap, after the delay, after
    /// slippage, after fees, after funding.
    @inlinable
    public init(stages: (price: Double, gap: Double, latency: Double, slippage: Double, fees: Double, funding: Double))
    {
        // A stage at a price of 0 or below has no bound for an inverse contract; what it did is told by the stage after it.
        func shortfall(_ equity: Double, _ next: Double) -> Double { equity.isFinite ? max(0, -equity) : next }
        let afterFunding = shortfall(stages.funding, 0)
        let afterFees = shortfall(stages.fees, afterFunding)
        let afterSlippage = shortfall(stages.slippage, afterFees)
        let afterLatency = shortfall(stages.latency, afterSlippage)
        let afterGap = shortfall(stages.gap, afterLatency)
        price = shortfall(stages.price, afterGap)
        gap = afterGap - price
        latency = afterLatency - afterGap
        slippage = afterSlippage - afterLatency
        fees = afterFees - afterSlippage
        funding = afterFunding - afterFees
    }

    /// The shortfall they sum to.
    public var total: Double { price + gap + latency + slippage + fees + funding }

    /// The shortfall of six parts in stage order.
    init(parts: [Double]) {
        (price, gap, latency) = (parts[0], parts[1], parts[2])
        (slippage, fees, funding) = (parts[3], parts[4], parts[5])
    }

    /// The parts by name, in stage order.
    public var parts: [(name: String, value: Double)] {
        [
            ("price", price), ("gap", gap), ("latency", latency), ("slippage", slippage), ("fees", fees),
            ("funding", funding),
        ]
    }

    /// Adds the parts of another shortfall.
    @inlinable
    public static func += (a: inout ShortfallCauses, b: ShortfallCauses) {
        a.price += b.price
        a.gap += b.gap
        a.latency += b.latency
        a.slippage += b.slippage
        a.fees += b.fees
        a.funding += b.funding
    }
}
