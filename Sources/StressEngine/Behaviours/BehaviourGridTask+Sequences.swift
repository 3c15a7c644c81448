import MarginModel
import StressBasics
import StressStatistics
import StudyPlan

/// How positions of one behaviour end that are opened after each other, as far as anybody has asked.
struct SequenceEnds {
    private let bars: Range<Int>
    /// By leverage; without any where nothing but the platform closes them.
    let ends: EndCache
    /// Where levels close them at every leverage.
    let exits: ExitCache
    /// The first bar at whose close the next position may be opened after one that was filled in a bar; past the last for none.
    private let following: [Int32]

    /// - Parameter wait: milliseconds from a fill to the next position.
    init(_ bars: Range<Int>, _ ring: BarRing, rows: Int, wait: Int64, _ times: [Int64]) {
        self.bars = bars
        (ends, exits) = (EndCache(ring, rows: rows), ExitCache(ring))
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
        guard end.cause.isLoss, end.isClosed, end.filledBar <= last else { return nil }
        let bar = Int(following[end.filledBar - bars.lowerBound])
        return bar <= last ? bar : nil
    }
}

/// Those who go on after a loss, where a later position is known from the bar at whose close it is opened.
extension BehaviourGridTask {
    mutating func addSequence(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let first = end(own.row, own.place, own.entry)
        var window = own.seen.first
        while window < grid.count, !isClosed(first, own, window) { window += 1 }
        grid.addHeld(own, from: own.seen.first, to: window)
        guard window < grid.count, let reenter = walk.rules.behaviour.reenter else { return }
        let again = following(own, SequenceEnd(first)).map { self.window(own, from: window, $0) } ?? grid.count
        let whole = whole(own, first)
        guard again < grid.count else { return grid.addClosed(own, whole, from: window) }
        if let bar = whole.liquidationBar { addShared(own, liquidatedIn: bar, from: window) }
        grid.add(own, whole, from: window, to: again)
        if !follow(own, SequenceEnd(first), walk, most: reenter.times, from: again) {
            grid.add(own, whole, from: again, to: grid.count)
        }
    }

    @inline(__always)
    private func isClosed(_ end: UnsafePointer<EndedEntry>, _ own: FollowedEntry, _ window: Int) -> Bool {
        end.pointee.isClosed(by: grid.last(own, window), isCut: window >= own.seen.cut)
    }

    /// The bar at whose close the next position is opened in the longest window; nil where the last was not lost, or there is none.
    @inline(__always)
    private func following(_ own: FollowedEntry, _ end: SequenceEnd) -> Int? {
        guard let bar = ends[own.place].following(end, last: grid.longest(own.entry)), grid.closes[bar] > 0 else {
            return nil
        }
        return bar
    }

    /// The first window from one on that leaves time for a position opened in a bar.
    @inline(__always)
    private func window(_ own: FollowedEntry, from: Int, _ bar: Int) -> Int {
        var window = from
        while window < grid.count, bar >= grid.last(own, window) { window += 1 }
        return window
    }

    /// Opens one position after the other; false where not even one could be opened.
    private mutating func follow(
        _ own: FollowedEntry, _ first: SequenceEnd, _ walk: BehaviourWalk<Position>, most: Int, from: Int
    ) -> Bool {
        var (sequence, window) = (BehaviourSequence(first), from)
        while sequence.reentries < most, let bar = following(own, sequence.current) {
            let again = self.window(own, from: window, bar)
            guard again < grid.count else { break }
            add(own, sequence, from: window, to: again)
            window = again
            guard sequence.spend() != nil, !due.isRejected(own.row, bar) else { break }
            let next = end(own.row, own.place, bar)
            let stands = window
            while window < grid.count, !isClosed(next, own, window) { window += 1 }
            if stands < window { addStanding(own, walk, sequence, bar, from: stands, to: window) }
            guard window < grid.count else { return true }
            join(own, &sequence, SequenceEnd(next), from: window)
        }
        guard sequence.reentries > 0 else { return false }
        add(own, sequence, from: window, to: grid.count)
        return true
    }

    /// Goes on with a position that is closed in windows from one on.
    @inline(__always)
    private mutating func join(
        _ own: FollowedEntry, _ sequence: inout BehaviourSequence, _ next: SequenceEnd, from window: Int
    ) {
        let isFirst = sequence.liquidationBar == nil
        sequence.join(next)
        if isFirst, let bar = sequence.liquidationBar { addShared(own, liquidatedIn: bar, from: window) }
    }

    private mutating func add(_ own: FollowedEntry, _ sequence: BehaviourSequence, from: Int, to: Int) {
        guard from < to else { return }
        let exit = sequence.exit
        let end = grid.kept.keeping(EndedEntry(sequence, exit, tolerance: own.column.tolerance), exit)
        grid.add(own, end, from: from, to: to)
    }

    /// The first liquidation of a sequence is that of all windows from one on; what is cut is counted window by window.
    private mutating func addShared(_ own: FollowedEntry, liquidatedIn bar: Int, from window: Int) {
        if own.seen.cut == grid.count { grid.addLiquidation(own, bar, from: window) }
    }

    /// Windows at whose ends the last position stands.
    private mutating func addStanding(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ sequence: BehaviourSequence, _ bar: Int, from: Int,
        to: Int
    ) {
        let position = walk.kernel.position(entry: bar)
        for window in from..<to {
            let place = own.at * grid.count + window
            var ended = sequence
            ended.join(standing(walk, position, at: grid.tile.lasts[place], grid.tile.prices[place]))
            add(own, ended, from: window, to: window + 1)
        }
    }

    @inline(__always)
    private func standing(
        _ walk: BehaviourWalk<Position>, _ position: Position, at last: Int, _ price: Double
    ) -> SequenceEnd {
        if let summed = walk.summed(position, closedAt: price, walk.rules.closeFee, .horizon) {
            return SequenceEnd(standing: summed, at: last)
        }
        return withUnsafePointer(to: walk.end(position, walk.horizonEnding(last))) { SequenceEnd($0) }
    }

    /// How a position ends that is opened at the close of a bar. What the platform closes ends alike whatever else its trader would have done.
    @inline(__always)
    mutating func end(_ row: Int, _ place: Int, _ bar: Int) -> UnsafePointer<EndedEntry> {
        guard grid.followed[place].hasLevels else { return heldEnd(row, bar) }
        return ends[place].ends.known(row, bar) ?? ends[place].ends.set(row, bar, foundEnd(row, place, bar))
    }

    private mutating func foundEnd(_ row: Int, _ place: Int, _ bar: Int) -> EndedEntry {
        let due = due.bar(row, bar)
        guard let exit = exit(row, place, bar), exit.pointee.ending.bar <= due ?? .max else {
            return heldEnd(row, bar).pointee
        }
        let walk = rows[row].walks[place]
        let position = walk.kernel.position(entry: bar)
        if exit.pointee.ending.bar == due {
            return walk.end(position, walk.ending(position, entry: bar, meeting: exit.pointee))
        }
        guard let summed = walk.summed(position, exit.pointee) else { return walk.end(position, exit.pointee.ending) }
        return EndedEntry(summed, exit.pointee.ending)
    }

    /// Where levels close it whoever liquidates; to be read before another is asked for.
    private func exit(_ row: Int, _ place: Int, _ bar: Int) -> UnsafePointer<SharedExit>? {
        guard grid.followed[place].hasLevels, let last = lastSeen(bar) else { return nil }
        let (search, exits) = (rows[row].searches[place], ends[place].exits)
        guard grid.followed[place].areOfPrice else { return exits.lone(search.sharedExit(entry: bar, last: last)) }
        return exits.isKnown(bar)
            ? exits.known(bar) : exits.set(bar, search.sharedExit(entry: bar, last: last))
    }

    /// What is left of the first position alone, kept in full where that is asked for.
    private mutating func whole(_ own: FollowedEntry, _ first: UnsafePointer<EndedEntry>) -> EndedEntry {
        guard grid.kept.isDetailed else { return first.pointee }
        let due = due.bar(own.row, own.entry)
        guard let exit = exit(own.row, own.place, own.entry), exit.pointee.ending.bar <= due ?? .max else {
            return grid.held.ends[own.at]
        }
        let (walk, position) = (rows[own.row].walks[own.place], positions[own.at])
        let ending =
            exit.pointee.ending.bar == due
            ? walk.ending(position, entry: own.entry, meeting: exit.pointee) : exit.pointee.ending
        return ended(own.row, walk, position, ending)
    }
}
