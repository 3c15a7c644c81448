import MarginModel
import StressBasics
import StressStatistics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a trader would close a position that no platform closes: the same bar and price at every leverage, for rules whose levels are
/// parts of the price.
struct SharedExit {
    /// The bar in which it is closed, and its prices.
    let ending: BehaviourEnding
    /// The best close before that bar.
    let best: Double
    /// What stands for the law of the fill; nil where the fill is certain.
    let law: Law?

    /// Figures of a law that are the same whatever is held.
    struct Law {
        /// What could be had at once, less slippage.
        let slipped: Double
        /// What the fill is on average, and, but for rounding, at least and at most, over the price that could be had at once, raised to the
        /// power in which equity is straight.
        let mean, least, most: Double
    }

    /// Whether it closes a position whose window ends in a bar: who would sell at the close at which the holding time ends is not asked, and
    /// who would where the window is cut is.
    @inline(__always)
    func closes(by last: Int, isCut: Bool) -> Bool {
        ending.bar < last || (ending.bar == last && (isCut || ending.cause != .panicked))
    }
}

extension BehaviourRules {
    /// Whether it is levels alone that close a position, so that they are met where they are whatever is owed.
    var areLevels: Bool { isPlan && (exits.isEmpty || exits[0].part >= 1) }

    /// The same, but for limit orders that may close parts: up to the first of them nothing is done otherwise than holding.
    var isPlan: Bool { !behaviour.changesMargin && (behaviour.reenter?.times ?? 0) == 0 && !isPartial }

    /// Whether it is holding what is bought in several parts, of a platform that looks into bars.
    var areInstalments: Bool {
        instalments > 1 && topUps == 0 && !behaviour.hasExitRule && !isPartial && !triggersAtClose
    }

    /// Whether it is holding until the platform, which looks into bars, calls for margin, or until one of fixed levels of the price, the same at
    /// every leverage, closes all of it.
    var isCalled: Bool {
        topUps > 0 && instalments == 1 && !isPartial && !triggersAtClose
            && (!behaviour.hasExitRule || areOfPrice && !isTrailing && (exits.isEmpty || exits[0].part >= 1))
    }

    /// Whether it is holding until a position is lost.
    var isReentry: Bool { !behaviour.changesMargin && !behaviour.hasExitRule && !isPartial }

    /// Whether all that it does is a stop order beyond the trigger of a position bought at 1: the platform closes the position before. Only
    /// where a trigger is a part of the price, and is met in bars.
    func isBeyond(_ trigger: Double, side: Side) -> Bool {
        guard areLevels, liquidates, !triggersAtClose, !hasTiers, exits.isEmpty, !isTrailing,
            behaviour.enterAfter == nil, stop.isFinite
        else { return false }
        return side.sign * (trigger - (1 - side.sign * stop)) > 1e-9
    }

    /// Whether nothing but fixed levels decides, each the nearer the higher the leverage is.
    var areFixed: Bool { isPlan && !isTrailing }

    /// Whether no level depends on the leverage.
    var areOfPrice: Bool { behaviour.unit == .price || (!stop.isFinite && exits.isEmpty) }

    /// The same of who does not go on after a loss.
    var withoutReentry: BehaviourRules {
        var copy = self
        copy.behaviour.reenter = nil
        return copy
    }

    /// The same where nobody liquidates, and the first limit order closes all.
    var ofFirstExit: BehaviourRules {
        var copy = self
        copy.liquidates = false
        copy.exits = exits.prefix(1).map { PlannedExit(distance: $0.distance) }
        return copy
    }
}

extension BehaviourWalk {
    /// The first exit of a position that nobody liquidates, up to the end of a window; nil where it stands there. At that close somebody
    /// panics as if the window were cut: it is for ``SharedExit/closes(by:isCut:)`` to say whether it is.
    func sharedExit(entry: Int, last: Int) -> SharedExit? {
        if !rules.isTrailing, blocks != nil {
            // A bar that reaches a level closes it.
            return reached(entry: entry, from: entry + 1, through: last).flatMap { sharedExit(entry: entry, at: $0) }
        }
        var state = opened(entry, to: WindowEnd(last: last, isCut: true), part: 1)
        var (bar, best) = (entry + 1, state.best)
        while state.ending == nil {
            if let trees { bar = passOver(&state, from: bar, trees) }
            best = state.best
            tradeInside(&state, bar)
            if state.ending == nil { tradeAtClose(&state, bar) }
            bar += 1
        }
        guard let ending = state.ending, ending.cause != .horizon else { return nil }
        return SharedExit(ending: ending, best: best, law: law(ending.prices))
    }

    func law(_ prices: ExitPrices) -> SharedExit.Law? {
        guard let spread = prices.spread else { return nil }
        let power = Position.pricePower
        func part(_ price: Double) -> Double { power == 1 ? price / prices.gap : pow(price / prices.gap, power) }
        let ends = (part(kernel.pricing.lows[prices.bar]), part(kernel.pricing.highs[prices.bar]))
        return SharedExit.Law(
            slipped: kernel.pricing.slipped(prices.gap, bar: prices.bar), mean: spread.mean(power: power),
            least: min(ends.0, ends.1), most: max(ends.0, ends.1))
    }

    /// What closes a position that is liquidated in the bar in which it would be closed: whichever comes first.
    func ending(_ position: Position, entry: Int, meeting exit: borrowing SharedExit) -> BehaviourEnding {
        var state = BehaviourState(
            position, entry: entry, to: WindowEnd(last: .max, isCut: false), entryPrice: closes[entry], parts: 1)
        state.best = exit.best
        step(&state, exit.ending.bar)
        guard let ending = state.ending else { preconditionFailure("a position that is due is closed in its bar") }
        return ending
    }

    /// The same bits as a tally takes of ``end(_:_:)``, without its logarithms and causes; nil where something may be owed.
    @inline(__always)
    func summed(_ position: Position, _ exit: SharedExit) -> SummedEntry? {
        let ending = exit.ending
        guard let law = exit.law else {
            guard ending.prices.spread == nil else { return nil }
            return summed(position, closedAt: ending.prices.slipped, ending.feeRate, ending.cause)
        }
        let margin = position.initialMargin
        let exitFee = ending.feeRate * position.tradedNotional(at: law.slipped)
        let atAnchor = (position.equity(at: law.slipped, .none) - exitFee) / margin
        let base = position.equity(at: Position.vanishingPrice, .none) / margin
        let slope = atAnchor - base
        let ends = (base + slope * law.least, base + slope * law.most)
        let rounding = 1e-9 * (1 + abs(base) + abs(slope) * law.most)
        let least = min(ends.0, ends.1) - rounding
        guard least > 0 else { return nil }
        let lostHalf: EventCount
        if least > Self.half {
            lostHalf = .zero
        } else if max(ends.0, ends.1) + rounding < Self.half {
            lostHalf = .one
        } else {
            lostHalf = partlyBelowHalf(AffineEquity(atAnchor: atAnchor, base: base, power: Position.pricePower), ending)
        }
        return SummedEntry(equity: base + slope * law.mean, lostHalf: lostHalf, negative: .zero, ending.cause)
    }

    private func partlyBelowHalf(_ equity: AffineEquity, _ ending: BehaviourEnding) -> EventCount {
        guard let spread = ending.prices.spread else { return .zero }
        return EventCount(probability: equity.below(-Self.half, spread)?.probability ?? 0)
    }

    /// The same of a position that is closed at a known price, slippage included, or at its horizon.
    @inline(__always)
    func summed(_ position: Position, closedAt price: Double, _ feeRate: Double, _ cause: Closing) -> SummedEntry? {
        let equity = position.equity(at: price, .none) - feeRate * position.tradedNotional(at: price)
        guard equity >= 0, equity.isFinite else { return nil }
        let part = equity / position.initialMargin
        return SummedEntry(equity: part, lostHalf: part < Self.half ? .one : .zero, negative: .zero, cause)
    }
}
