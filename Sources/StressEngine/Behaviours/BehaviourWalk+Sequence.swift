import MarginModel
import StressBasics
import StressStatistics
import StudyPlan

/// Going on after a position was lost: each new one is opened with what the last one left.
///
/// Equity of a later position is in parts of its own margin, so that what a sequence leaves is a product; where a fill is known by a
/// law, the next position is opened with what is left on average when anything is.
extension BehaviourWalk {
    func goOn(
        _ reenter: Reentry, after outcome: inout BehaviourOutcome, last: Int, _ events: inout [BehaviourEvent]?
    ) {
        var capital = 1.0
        var (survives, shortfall) = (1.0, 0.0)
        var current = outcome
        while outcome.reentries < reenter.times, let bar = entry(after: current, reenter, last: last) {
            let negative = current.exit.negative(tolerance: kernel.rules.toleranceOfMargin).value
            let owed = negative > 0 ? current.exit.shortfall : 0
            shortfall += capital * owed
            capital *= current.exit.equity + owed
            survives *= 1 - negative
            guard capital > 0, capital.isFinite, survives > 0 else { break }
            let part = capital / survives
            guard !isRejected(bar, part: part) else { break }
            var next = opened(bar, last: last, part: part)
            next.events = events
            next.note(.reentered, bar, level: closes[bar], price: closes[bar])
            follow(&next)
            events = next.events
            guard let ended = next.outcome else { break }
            outcome.reentries += 1
            join(ended, to: &outcome, capital: capital, survives: survives, shortfall: shortfall)
            current = ended
        }
    }

    /// The bar at whose close the next position is opened; nil when none is.
    private func entry(after outcome: BehaviourOutcome, _ reenter: Reentry, last: Int) -> Int? {
        guard [.liquidated, .stopped, .trailed].contains(outcome.cause), outcome.exit.closedBar != nil else {
            return nil
        }
        let closed = outcome.filledBar
        let time = times[closed] + reenter.after.milliseconds
        guard closed <= last, times[last] >= time else { return nil }
        var (low, high) = (closed, last)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] >= time { high = middle } else { low = middle + 1 }
        }
        // Nothing is opened at the close at which the horizon ends.
        return low < last && closes[low] > 0 ? low : nil
    }

    private func isRejected(_ bar: Int, part: Double) -> Bool {
        let margin = kernel.scheduled.map { $0[bar] } ?? .none
        return kernel.terms(part: part).rejection(
            kernel.rules.cell.contract, entryPrice: closes[bar], scheduled: margin) != nil
    }

    /// The sequence so far with a position that was opened with `capital`.
    private func join(
        _ ended: BehaviourOutcome, to outcome: inout BehaviourOutcome, capital: Double, survives: Double,
        shortfall: Double
    ) {
        let negative = ended.exit.negative(tolerance: kernel.rules.toleranceOfMargin).value
        let owed = shortfall + (negative > 0 ? capital * ended.exit.shortfall : 0)
        let all = EventCount(probability: 1 - survives * (1 - negative))
        let equity = capital * ended.exit.equity - shortfall
        let isCertain = owed == 0 || all == .one
        outcome.exit = EntryExit(
            equity: equity,
            spread: isCertain
                ? nil : ShortfallSpread(negative: all, shortfall: owed, largest: owed, parts: SIMD2(owed, owed)),
            closedBar: ended.exit.closedBar)
        (outcome.cause, outcome.filledBar) = (ended.cause, ended.filledBar)
        outcome.liquidationBar = outcome.liquidationBar ?? ended.liquidationBar
        outcome.lostHalf = equity < 0.5 ? .one : .zero
    }
}
