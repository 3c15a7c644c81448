import MarginModel
import StressStatistics
import StudyPlan

/// Going on after a position was lost: each new one is opened with what the last one left.
///
/// Equity of a later position is in parts of its own margin, so that what a sequence leaves is a product; where a fill is known by a
/// law, the next position is opened with what is left on average when anything is. Where a platform asks of all sizes the same, a position is
/// followed as if it were whole: what becomes of it in parts of its margin is the same, but for rounding.
extension BehaviourWalk {
    func goOn(
        _ reenter: Reentry, after outcome: inout BehaviourOutcome, to end: WindowEnd,
        _ events: inout [BehaviourEvent]?
    ) {
        var sequence = BehaviourSequence(outcome, tolerance: tolerance)
        while sequence.reentries < reenter.times,
            let bar = entry(after: sequence.current, reenter, last: end.last),
            let part = sequence.spend().map(size), !isRejected(bar, part: part)
        {
            var next = opened(bar, to: end, part: part)
            next.events = events
            next.note(.reentered, bar, level: closes[bar], price: closes[bar])
            follow(&next)
            events = next.events
            sequence.join(SequenceEnd(self.outcome(of: next), tolerance: tolerance))
        }
        if sequence.reentries > 0 { outcome = sequence.outcome }
    }

    /// The bar at whose close the next position is opened; nil when none is.
    func entry(after end: SequenceEnd, _ reenter: Reentry, last: Int) -> Int? {
        guard let bar = firstBar(after: end, reenter, last: last) else { return nil }
        // Nothing is opened at the close at which the horizon ends.
        return bar < last && closes[bar] > 0 ? bar : nil
    }

    /// The first bar of a window in which a trader who goes on may open the next position.
    func firstBar(after end: SequenceEnd, _ reenter: Reentry, last: Int) -> Int? {
        guard end.cause.isLoss, end.isClosed else { return nil }
        let closed = end.filledBar
        guard closed <= last, reenter.after.milliseconds > 0 else { return closed <= last ? closed : nil }
        let time = times[closed] + reenter.after.milliseconds
        guard times[last] >= time else { return nil }
        var (low, high) = (closed, last)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The part of the notional that a position of a sequence is followed with.
    func size(_ part: Double) -> Double { rules.isScaleFree ? 1 : part }

    func isRejected(_ bar: Int, part: Double) -> Bool {
        guard part != 1 else { return kernel.isRejected(entry: bar) }
        let margin = kernel.scheduled.map { $0[bar] } ?? .none
        return kernel.terms(part: part).rejection(
            kernel.rules.cell.contract, entryPrice: closes[bar], scheduled: margin) != nil
    }
}

/// How a position of a sequence ended, as the next one asks. Amounts are in parts of its own margin.
struct SequenceEnd {
    let equity: Double
    /// How much of it ended below zero, and what it then owes.
    let (negative, shortfall): (Double, Double)
    /// The bar in which it was closed, and that of its liquidation; below 0 without.
    private let (closed, liquidated): (Int32, Int32)
    private let filled: Int32
    let cause: Closing
    let isPastStop: Bool

    init(_ outcome: BehaviourOutcome, tolerance: Double) {
        self.init(
            equity: outcome.exit.equity, negative: outcome.exit.negative(tolerance: tolerance),
            shortfall: outcome.exit.shortfall, closedBar: outcome.exit.closedBar, outcome.cause,
            filledBar: outcome.filledBar, liquidationBar: outcome.liquidationBar, isPastStop: outcome.isPastStop)
    }

    /// The same of an end as tallies take it.
    @inline(__always)
    init(_ end: UnsafePointer<EndedEntry>) {
        (equity, negative) = (end.pointee.summed.equity, end.pointee.summed.negative.value)
        shortfall = end.pointee.summed.negative > 0 ? end.pointee.shortfall : 0
        (closed, liquidated, filled) = (end.pointee.closed, end.pointee.liquidated, end.pointee.filled)
        (cause, isPastStop) = (end.pointee.cause, end.pointee.isPastStop)
    }

    /// Of a position that stands at the end of a window, and owes nothing.
    @inline(__always)
    init(standing summed: SummedEntry, at bar: Int) {
        (equity, negative, shortfall) = (summed.equity, 0, 0)
        (closed, liquidated, filled) = (-1, -1, Int32(bar))
        (cause, isPastStop) = (.horizon, false)
    }

    private init(
        equity: Double, negative: EventCount, shortfall: Double, closedBar: Int?, _ cause: Closing, filledBar: Int,
        liquidationBar: Int?, isPastStop: Bool
    ) {
        (self.equity, self.negative) = (equity, negative.value)
        self.shortfall = negative > 0 ? shortfall : 0
        (closed, liquidated) = (Int32(closedBar ?? -1), Int32(liquidationBar ?? -1))
        (filled, self.cause, self.isPastStop) = (Int32(filledBar), cause, isPastStop)
    }

    var isClosed: Bool { closed >= 0 }
    var closedBar: Int? { closed < 0 ? nil : Int(closed) }
    var liquidationBar: Int? { liquidated < 0 ? nil : Int(liquidated) }
    var filledBar: Int { Int(filled) }
}

extension Closing {
    /// Whether the trader lost a position, to the platform or to a stop order.
    var isLoss: Bool {
        switch self {
        case .liquidated, .stopped, .trailed: true
        case .horizon, .tookProfit, .panicked: false
        }
    }
}

/// Positions that follow each other, up to the last that was opened.
struct BehaviourSequence {
    /// What became of the last, in parts of its own margin.
    private(set) var current: SequenceEnd
    /// Positions opened after the first.
    private(set) var reentries = 0
    private let paidIn: Double
    private(set) var liquidationBar: Int?
    /// With what the last was opened, and what is left of it.
    private var (opened, left) = (Purse(), Purse())

    /// What a sequence has, in parts of the first margin: what is left on average, how probable it is that anything is, and what is owed.
    private struct Purse {
        var (capital, survives, shortfall) = (1.0, 1.0, 0.0)
    }

    init(_ first: BehaviourOutcome, tolerance: Double) {
        current = SequenceEnd(first, tolerance: tolerance)
        (paidIn, liquidationBar) = (first.paidIn, first.liquidationBar)
    }

    /// Of a first position of which no more is known.
    init(_ end: SequenceEnd) { (current, paidIn, liquidationBar) = (end, 1, end.liquidationBar) }

    /// The part of the notional that what is left opens, once the last position is gone; nil where nothing is left.
    mutating func spend() -> Double? {
        left.shortfall = opened.shortfall + opened.capital * current.shortfall
        left.capital = opened.capital * (current.equity + current.shortfall)
        left.survives = opened.survives * (1 - current.negative)
        guard left.capital > 0, left.capital.isFinite, left.survives > 0 else { return nil }
        return left.capital / left.survives
    }

    /// Goes on with a position that was opened with what ``spend()`` left.
    @inline(__always)
    mutating func join(_ ended: SequenceEnd) {
        (opened, current) = (left, ended)
        if liquidationBar == nil { liquidationBar = ended.liquidationBar }
        reentries += 1
    }

    /// What became of all of them together, of which one was opened after the first, in parts of the first one's margin.
    var exit: EntryExit {
        let equity = opened.capital * current.equity - opened.shortfall
        let owed = opened.shortfall + (current.negative > 0 ? opened.capital * current.shortfall : 0)
        guard owed != 0 else { return EntryExit(equity: equity, closedBar: current.closedBar) }
        let all = EventCount(probability: 1 - opened.survives * (1 - current.negative))
        let spread =
            all == .one
            ? nil : ShortfallSpread(negative: all, shortfall: owed, largest: owed) { _ in owed }
        return EntryExit(equity: equity, spread: spread, closedBar: current.closedBar)
    }

    /// How much of it lost more than half: all where it does on average, and else what ends below zero.
    static func lostHalf(_ exit: EntryExit) -> EventCount { exit.equity < 0.5 ? .one : exit.negative(tolerance: 0) }

    /// The same with what is said of it beside.
    var outcome: BehaviourOutcome {
        let exit = exit
        return BehaviourOutcome(
            exit: exit, cause: current.cause, liquidationBar: liquidationBar,
            lostHalf: BehaviourSequence.lostHalf(exit), paidIn: paidIn, isPastStop: current.isPastStop,
            filledBar: current.filledBar, reentries: reentries)
    }
}

extension EndedEntry {
    /// What became of positions that followed each other.
    init(_ sequence: BehaviourSequence, _ exit: EntryExit, tolerance: Double) {
        self.init(
            exit, sequence.current.cause, lostHalf: BehaviourSequence.lostHalf(exit), closedBar: exit.closedBar,
            liquidationBar: sequence.liquidationBar, filledBar: sequence.current.filledBar,
            isPastStop: sequence.current.isPastStop, tolerance: tolerance)
    }
}
