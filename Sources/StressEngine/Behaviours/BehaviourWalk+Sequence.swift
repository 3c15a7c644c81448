import MarginModel
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
        var sequence = BehaviourSequence(outcome)
        while sequence.outcome.reentries < reenter.times,
            let bar = entry(after: sequence.current, reenter, last: last),
            let part = sequence.spend(tolerance: kernel.rules.toleranceOfMargin), !isRejected(bar, part: part)
        {
            var next = opened(bar, last: last, part: part)
            next.events = events
            next.note(.reentered, bar, level: closes[bar], price: closes[bar])
            follow(&next)
            events = next.events
            sequence.join(self.outcome(of: next), tolerance: kernel.rules.toleranceOfMargin)
        }
        outcome = sequence.outcome
    }

    /// The bar at whose close the next position is opened; nil when none is.
    func entry(after outcome: BehaviourOutcome, _ reenter: Reentry, last: Int) -> Int? {
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

    func isRejected(_ bar: Int, part: Double) -> Bool {
        let margin = kernel.scheduled.map { $0[bar] } ?? .none
        return kernel.terms(part: part).rejection(
            kernel.rules.cell.contract, entryPrice: closes[bar], scheduled: margin) != nil
    }
}

/// Positions that follow each other, up to the last that was opened.
struct BehaviourSequence {
    /// What became of all of them together, in parts of the first one's margin.
    private(set) var outcome: BehaviourOutcome
    /// What became of the last, in parts of its own.
    private(set) var current: BehaviourOutcome
    private var capital = 1.0
    private var (survives, shortfall) = (1.0, 0.0)

    init(_ first: BehaviourOutcome) { (outcome, current) = (first, first) }

    /// The part of the notional that what is left opens, once the last position is gone; nil where nothing is left.
    mutating func spend(tolerance: Double) -> Double? {
        let negative = current.exit.negative(tolerance: tolerance).value
        let owed = negative > 0 ? current.exit.shortfall : 0
        shortfall += capital * owed
        capital *= current.exit.equity + owed
        survives *= 1 - negative
        guard capital > 0, capital.isFinite, survives > 0 else { return nil }
        return capital / survives
    }

    /// The sequence with a position that was opened with what ``spend(tolerance:)`` left.
    mutating func join(_ ended: BehaviourOutcome, tolerance: Double) {
        let negative = ended.exit.negative(tolerance: tolerance).value
        let owed = shortfall + (negative > 0 ? capital * ended.exit.shortfall : 0)
        let all = EventCount(probability: 1 - survives * (1 - negative))
        let equity = capital * ended.exit.equity - shortfall
        let isCertain = owed == 0 || all == .one
        outcome.exit = EntryExit(
            equity: equity,
            spread: isCertain
                ? nil : ShortfallSpread(negative: all, shortfall: owed, largest: owed, parts: SIMD2(owed, owed)),
            closedBar: ended.exit.closedBar)
        (outcome.cause, outcome.filledBar, outcome.isPastStop) = (ended.cause, ended.filledBar, ended.isPastStop)
        outcome.liquidationBar = outcome.liquidationBar ?? ended.liquidationBar
        outcome.lostHalf = equity < 0.5 ? .one : .zero
        outcome.reentries += 1
        current = ended
    }
}
