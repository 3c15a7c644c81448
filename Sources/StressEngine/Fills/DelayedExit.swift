import MarginModel
import StressBasics
import StressStatistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a liquidation is filled under the law of a delay.
struct DelayedFill {
    /// The price that could be had at once, or the fill itself where there is no spread.
    var anchor: Double
    /// What the fill's logarithm over the anchor may be; nil where the fill is certain.
    var spread: DelaySpread?
}

/// What an exit leaves at a fill of `a e^X`: `base + slope e^{kX}`, in parts of any unit.
///
/// The one place where a law of the fill becomes a law of equity. Both kernels come here, with figures that differ by rounding.
package struct AffineEquity: Equatable, Sendable {
    package let base: Double
    package let slope: Double
    /// `k`.
    package let power: Double

    /// Straight through what is left at the anchor, and where nothing of the price is left.
    package init(atAnchor: Double, base: Double, power: Double) {
        (self.base, slope, self.power) = (base, atAnchor - base, power)
    }

    /// What is left at the anchor.
    private var atAnchor: Double { base + slope }

    /// Expected equity.
    package func mean(_ spread: DelaySpread) -> Double { mean(spread, spread.weighted(power: power)) }

    /// The same where it is asked for with the expected shortfall.
    fileprivate func mean(_ spread: DelaySpread, _ weighted: DelaySpread.Weighted) -> Double {
        base + slope * spread.mean(weighted)
    }

    /// What a fill at `x` leaves.
    package func equity(_ x: Double) -> Double { base + slope * exp(power * x) }

    /// The `x` that leaves `equity`; nil when none does.
    package func place(of equity: Double) -> Double? {
        let part = (equity - base) / slope
        return part > 0 && part.isFinite ? log(part) / power : nil
    }

    /// The part of the law that leaves less than −`tolerance`; nil for none.
    package func below(_ tolerance: Double, _ spread: DelaySpread) -> Shortfall? {
        let isBelow = (slope > 0) == (power > 0)
        let ratio = 1 - (atAnchor + tolerance) / slope
        if ratio <= 0 {
            // No price takes all of it, or every price does.
            return slope > 0 ? nil : Shortfall(self, spread, edge: nil, isBelow: isBelow, tolerance: tolerance)
        }
        let edge = log1p(-(atAnchor + tolerance) / slope) / power
        let isReached = isBelow ? edge > spread.lower : edge < spread.upper
        guard isReached else { return nil }
        let isCut = isBelow ? edge < spread.upper : edge > spread.lower
        return Shortfall(self, spread, edge: isCut ? edge : nil, isBelow: isBelow, tolerance: tolerance)
    }

    /// The fills that leave a shortfall.
    package struct Shortfall {
        private let equity: AffineEquity
        private let spread: DelaySpread
        /// Where it begins; nil where every fill has one.
        private let edge: Double?
        private let isBelow: Bool
        private let tolerance: Double
        /// The probability.
        package let probability: Double

        fileprivate init(
            _ equity: AffineEquity, _ spread: DelaySpread, edge: Double?, isBelow: Bool, tolerance: Double
        ) {
            (self.equity, self.spread, self.edge) = (equity, spread, edge)
            (self.isBelow, self.tolerance) = (isBelow, tolerance)
            probability =
                edge.map {
                    isBelow
                        ? spread.probability(from: spread.lower, to: $0)
                        : spread.probability(from: $0, to: spread.upper)
                } ?? 1
        }

        /// Expected shortfall, fills without one counting as none.
        package var mean: Double { mean(spread.weighted(power: equity.power)) }

        fileprivate func mean(_ weighted: DelaySpread.Weighted) -> Double {
            guard let edge else { return -equity.mean(spread, weighted) }
            let worth = abs(equity.slope) * exp(equity.power * edge)
            return tolerance * probability + worth * spread.excess(weighted, edge: edge, isBelow: isBelow)
        }

        /// The largest.
        var largest: Double { -equity.equity(isBelow ? spread.lower : spread.upper) }

        /// The one that a share of the probability of one does not pass.
        func quantile(_ share: Double) -> Double {
            let from = isBelow ? spread.lower : edge ?? spread.lower
            let to = isBelow ? edge ?? spread.upper : spread.upper
            return -equity.equity(spread.quantile(isBelow ? 1 - share : share, from: from, to: to))
        }
    }
}

extension AffineEquity {
    /// An exit under the law without what it is made of; below zero means below −`tolerance`.
    func exit(_ spread: DelaySpread, tolerance: Double) -> EntryExit {
        let weighted = spread.weighted(power: power)
        let equity = mean(spread, weighted)
        guard let below = below(tolerance, spread) else { return EntryExit(equity: equity, spread: ShortfallSpread()) }
        let negative = EventCount(probability: below.probability)
        guard negative > 0 else { return EntryExit(equity: equity, spread: ShortfallSpread()) }
        return EntryExit(
            equity: equity,
            spread: ShortfallSpread(negative: negative, shortfall: below.mean(weighted)))
    }

    /// The expected shortfall, below a tolerance of nothing.
    fileprivate func expectedShortfall(_ spread: DelaySpread) -> Double { below(0, spread)?.mean ?? 0 }
}

/// An exit whose fill is known by a law, stage by stage; everything in parts of the initial margin.
struct DelayedExit {
    /// Equity at the trigger price and at the price that could be had at once, without any cost.
    var atTrigger: Double
    var atOnce: Double
    /// Equity after the delay, after slippage, after fees, and at last, over the fill; after fees only where something else was paid
    /// since entry.
    var delayed: AffineEquity
    var slipped: AffineEquity
    var afterFees: AffineEquity?
    var final: AffineEquity

    /// The exit under the law; below zero means below −`tolerance`.
    func exit(_ spread: DelaySpread, tolerance: Double) -> EntryExit {
        let weighted = spread.weighted(power: final.power)
        let equity = final.mean(spread, weighted)
        guard let below = final.below(tolerance, spread) else {
            return EntryExit(equity: equity, spread: ShortfallSpread())
        }
        let negative = EventCount(probability: below.probability)
        guard negative > 0 else { return EntryExit(equity: equity, spread: ShortfallSpread()) }
        let shortfall = below.mean(weighted)
        let causes = ShortfallCauses(
            stages: (
                price: atTrigger, gap: atOnce, latency: -delayed.expectedShortfall(spread),
                slippage: -slipped.expectedShortfall(spread),
                fees: -(afterFees?.expectedShortfall(spread) ?? shortfall), funding: -shortfall
            ))
        return EntryExit(
            equity: equity, causes: causes,
            spread: ShortfallSpread(
                negative: negative, shortfall: shortfall, largest: below.largest, quantile: below.quantile))
    }
}
