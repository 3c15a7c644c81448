import MarginModel
import StressBasics
import StressStatistics
import StudyPlan

/// How positions of one behaviour end, by leverage and the bar at whose close they are opened, as far as anybody has asked.
struct SequenceEnds {
    private let bars: Range<Int>
    private var ends: [SequenceEnd?]
    /// Where levels close them at every leverage.
    private var exits: [SharedExit??]
    /// The first bar at whose close the next position may be opened after one that was filled in a bar; past the last for none.
    private let following: [Int32]

    /// - Parameter wait: milliseconds from a fill to the next position.
    init(_ bars: Range<Int>, rows: Int, wait: Int64, _ times: [Int64]) {
        self.bars = bars
        ends = Array(repeating: nil, count: rows * bars.count)
        exits = Array(repeating: nil, count: bars.count)
        var next = bars.lowerBound
        following = bars.map { bar in
            next = max(next, bar)
            while next < bars.upperBound, times[next] < times[bar] + wait { next += 1 }
            return Int32(next)
        }
    }

    /// The first bar at whose close a trader may open the next position within a window.
    @inline(__always)
    func following(_ end: SequenceEnd, last: Int) -> Int? {
        guard end.isLoss, end.isClosed, end.filledBar <= last else { return nil }
        let bar = Int(following[end.filledBar - bars.lowerBound])
        return bar <= last ? bar : nil
    }

    /// How the position opened at the close of a bar ends; nil where nobody has asked.
    subscript(row: Int, bar: Int) -> SequenceEnd? {
        get { ends[row * bars.count + bar - bars.lowerBound] }
        set { ends[row * bars.count + bar - bars.lowerBound] = newValue }
    }

    /// Where levels close it at every leverage; nil where nobody has asked.
    subscript(bar: Int) -> SharedExit?? {
        get { exits[bar - bars.lowerBound] }
        set { exits[bar - bars.lowerBound] = newValue }
    }
}

/// Those who go on after a loss, where a later position is known from the bar at whose close it is opened.
extension BehaviourGridTask {
    mutating func addSequence(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let first = end(own.row, own.place, own.entry)
        var window = own.seen.first
        while window < count, !first.isClosed(by: tile.lasts[own.at * count + window]) { window += 1 }
        addHeld(own, from: own.seen.first, to: window)
        guard window < count, let reenter = walk.rules.behaviour.reenter else { return }
        let again = following(own, first).map { self.window(own, from: window, $0) } ?? count
        if window < again { addFirst(own, first, from: window, to: again) }
        guard again < count else { return }
        if !follow(own, first, walk, most: reenter.times, from: again) { addFirst(own, first, from: again, to: count) }
    }

    /// The bar at whose close the next position is opened in the longest window; nil where the last was not lost, or there is none.
    @inline(__always)
    private func following(_ own: FollowedEntry, _ end: SequenceEnd) -> Int? {
        guard let bar = ends[own.place].following(end, last: longest(own.entry)), closes[bar] > 0 else { return nil }
        return bar
    }

    /// The first window from one on that leaves time for a position opened in a bar.
    @inline(__always)
    private func window(_ own: FollowedEntry, from: Int, _ bar: Int) -> Int {
        var window = from
        while window < count, bar >= tile.lasts[own.at * count + window] { window += 1 }
        return window
    }

    /// Windows in which the first position is the only one.
    private mutating func addFirst(_ own: FollowedEntry, _ first: SequenceEnd, from: Int, to: Int) {
        let whole = EndedEntry(outcome(own, first), tolerance: own.column.tolerance)
        for window in from..<to { addLone(own, whole, window) }
    }

    /// Opens one position after the other; false where not even one could be opened.
    private mutating func follow(
        _ own: FollowedEntry, _ first: SequenceEnd, _ walk: BehaviourWalk<Position>, most: Int, from: Int
    ) -> Bool {
        var (sequence, window) = (BehaviourSequence(first), from)
        while sequence.reentries < most, let bar = following(own, sequence.current) {
            let again = self.window(own, from: window, bar)
            guard again < count else { break }
            add(own, sequence, from: window, to: again)
            window = again
            guard sequence.spend() != nil, !due.isRejected(own.row, bar) else { break }
            let next = end(own.row, own.place, bar)
            let stands = window
            while window < count, !next.isClosed(by: tile.lasts[own.at * count + window]) { window += 1 }
            if stands < window { addStanding(own, walk, sequence, bar, from: stands, to: window) }
            guard window < count else { return true }
            sequence.join(next)
        }
        guard sequence.reentries > 0 else { return false }
        add(own, sequence, from: window, to: count)
        return true
    }

    private mutating func add(_ own: FollowedEntry, _ sequence: BehaviourSequence, from: Int, to: Int) {
        guard from < to else { return }
        let end = EndedEntry(sequence.outcome, tolerance: own.column.tolerance)
        for window in from..<to { addLone(own, end, window) }
    }

    /// Windows at whose ends the last position stands.
    private mutating func addStanding(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ sequence: BehaviourSequence, _ bar: Int, from: Int,
        to: Int
    ) {
        let position = walk.kernel.position(entry: bar)
        for window in from..<to {
            let place = own.at * count + window
            var ended = sequence
            ended.join(
                standing(walk, position, bar, at: tile.lasts[place], tile.prices[place], own.column.tolerance))
            addLone(own, EndedEntry(ended.outcome, tolerance: own.column.tolerance), window)
        }
    }

    private mutating func standing(
        _ walk: BehaviourWalk<Position>, _ position: Position, _ entry: Int, at last: Int, _ price: Double,
        _ tolerance: Double
    ) -> SequenceEnd {
        if let summed = walk.summed(position, closedAt: price, walk.rules.closeFee, .horizon) {
            return SequenceEnd(
                equity: summed.equity, negative: .zero, shortfall: 0, closedBar: nil, .horizon, filledBar: last,
                liquidationBar: nil, isPastStop: false)
        }
        let state = BehaviourState(position, entry: entry, last: last, entryPrice: closes[entry], parts: 1)
        return SequenceEnd(walk.outcome(of: state, walk.horizonEnding(last)), tolerance: tolerance)
    }

    /// How a position ends that is opened at the close of a bar.
    @inline(__always)
    private mutating func end(_ row: Int, _ place: Int, _ bar: Int) -> SequenceEnd {
        if let known = ends[place][row, bar] { return known }
        let end = foundEnd(row, place, bar)
        ends[place][row, bar] = end
        return end
    }

    private mutating func foundEnd(_ row: Int, _ place: Int, _ bar: Int) -> SequenceEnd {
        let (walk, tolerance) = (rows[row].walks[place], rows[row].tolerance)
        let due = due.bar(row, bar)
        if let exit = exit(row, place, bar), exit.ending.bar <= due ?? .max {
            let position = walk.kernel.position(entry: bar)
            if exit.ending.bar == due {
                return SequenceEnd(walk.outcome(position, entry: bar, meeting: exit), tolerance: tolerance)
            }
            guard let summed = walk.summed(position, exit) else {
                return SequenceEnd(walk.outcome(position, entry: bar, exit), tolerance: tolerance)
            }
            let ending = exit.ending
            return SequenceEnd(
                equity: summed.equity, negative: .zero, shortfall: 0, closedBar: ending.bar, ending.cause,
                filledBar: ending.prices.bar, liquidationBar: nil, isPastStop: ending.isPastStop)
        }
        // What the platform closes ends alike whatever else its trader would have done.
        if let held = heldSequence, held != place { return end(row, held, bar) }
        return due.map { walk.end(walk.kernel.position(entry: bar), dueIn: $0) }
            ?? SequenceEnd(
                equity: 0, negative: .zero, shortfall: 0, closedBar: nil, .horizon, filledBar: 0, liquidationBar: nil,
                isPastStop: false)
    }

    /// Where levels close it whoever liquidates.
    private mutating func exit(_ row: Int, _ place: Int, _ bar: Int) -> SharedExit? {
        guard followed[place].hasLevels, let last = lastSeen(bar) else { return nil }
        guard followed[place].areOfPrice else { return rows[row].searches[place].sharedExit(entry: bar, last: last) }
        if let known = ends[place][bar] { return known }
        let exit = rows[0].searches[place].sharedExit(entry: bar, last: last)
        ends[place][bar] = .some(exit)
        return exit
    }

    /// What is left of the first position alone.
    private mutating func outcome(_ own: FollowedEntry, _ first: SequenceEnd) -> BehaviourOutcome {
        let walk = rows[own.row].walks[own.place]
        let due = due.bar(own.row, own.entry)
        if let exit = exit(own.row, own.place, own.entry), exit.ending.bar <= due ?? .max {
            let position = held.positions[own.at]
            return exit.ending.bar == due
                ? walk.outcome(position, entry: own.entry, meeting: exit)
                : walk.outcome(position, entry: own.entry, exit)
        }
        return held.ends[own.at].outcome
    }
}

extension BehaviourWalk {
    /// What the platform leaves of a position that it closes in a bar, as the next of a sequence asks: the same bits as
    /// ``outcome(_:entry:dueIn:)``, without its causes.
    func end(_ position: Position, dueIn bar: Int) -> SequenceEnd {
        let prices = liquidationPrices(position, bar)
        let tolerance = kernel.rules.toleranceOfMargin
        let exit =
            prices.spread.map {
                kernel.delayedEquity(position, prices, feeRate: rules.liquidationFee, .none)
                    .exit($0, tolerance: tolerance)
            } ?? kernel.settle(position, prices, feeRate: rules.liquidationFee, .none)
        return SequenceEnd(
            equity: exit.equity, negative: exit.negative(tolerance: tolerance), shortfall: exit.shortfall,
            closedBar: bar, .liquidated, filledBar: prices.bar, liquidationBar: bar, isPastStop: false)
    }
}
