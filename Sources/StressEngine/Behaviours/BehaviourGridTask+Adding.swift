import MarginModel
import StressBasics
import StressStatistics

/// What the tallies of a behaviour take of an entry.
extension BehaviourGridTask {
    /// An entry that ends as holding does, in a range of windows.
    @inline(__always)
    mutating func addHeld(_ own: FollowedEntry, from: Int, to: Int) {
        let closed = held.closed[own.at]
        let (stands, isRare) = (min(to, closed), held.isRare[own.at] || own.seen.cut < count)
        var window = from
        while window < stands {
            if isRare {
                addLone(own, EndedEntry(standing(own.row, own.at, window), tolerance: own.column.tolerance), window)
            } else {
                add(own, held.summed[own.at * count + window], window)
            }
            window += 1
        }
        if stands < to { addClosed(own, held.ends + own.at, from: max(from, closed)) }
    }

    /// An entry that is closed in the same way in all windows from one on.
    @inline(__always)
    mutating func addClosed(_ own: FollowedEntry, _ end: EndedEntry, from: Int) {
        withUnsafePointer(to: end) { addClosed(own, $0, from: from) }
    }

    /// The same, read in place.
    @inline(__always)
    private mutating func addClosed(_ own: FollowedEntry, _ end: UnsafePointer<EndedEntry>, from: Int) {
        guard own.seen.cut == count else {
            for window in from..<count { addLone(own, end.pointee, window) }
            return
        }
        for window in from..<count { add(own, end.pointee.summed, window) }
        if end.pointee.isRare { addRest(own, end, from: from) }
    }

    private mutating func addRest(_ own: FollowedEntry, _ end: UnsafePointer<EndedEntry>, from: Int) {
        let (below, first) = (end.pointee.summed.negative, own.column.first)
        if let bar = end.pointee.outcome.liquidationBar {
            for cell in first + from..<first + count { store.sums[cell].addLiquidated() }
            store.shared[first + from].addLiquidated(after: bars(own.entry, bar))
        }
        guard below > 0 || !end.pointee.summed.isBounded else { return }
        for cell in first + from..<first + count {
            store.sums[cell].addOwed(end.pointee.outcome.exit, below, tolerance: own.column.tolerance, isCut: false)
        }
        guard below > 0 else { return }
        store.shared[first + from].addNegative(
            end.pointee.outcome.exit, below, after: end.pointee.outcome.exit.closedBar.map { bars(own.entry, $0) })
        guard end.pointee.outcome.isPastStop else { return }
        let dated = dated(end.pointee.outcome)
        for cell in first + from..<first + count { store.tallies[cell].addJump(dated, below) }
    }

    /// The outcomes that were found by the ends of windows from one on.
    mutating func addFound(_ own: FollowedEntry, from window: Int) {
        for (place, outcome) in found.enumerated() {
            addLone(own, EndedEntry(outcome, tolerance: own.column.tolerance), window + place)
        }
    }

    /// An entry in one window.
    mutating func addLone(_ own: FollowedEntry, _ end: EndedEntry, _ window: Int) {
        guard window < own.seen.cut else { return addCut(own, end.outcome, window) }
        add(own, end.summed, window)
        guard end.isRare else { return }
        let (outcome, below, cell) = (end.outcome, end.summed.negative, own.column.first + window)
        if let bar = outcome.liquidationBar {
            store.sums[cell].addLiquidated()
            store.lone[cell].addLiquidated(after: bars(own.entry, bar))
        }
        store.sums[cell].addOwed(outcome.exit, below, tolerance: own.column.tolerance, isCut: false)
        guard below > 0 else { return }
        store.lone[cell].addNegative(outcome.exit, below, after: outcome.exit.closedBar.map { bars(own.entry, $0) })
        if outcome.isPastStop { store.tallies[cell].addJump(dated(outcome), below) }
    }

    private mutating func addCut(_ own: FollowedEntry, _ outcome: BehaviourOutcome, _ window: Int) {
        let (cell, last) = (own.column.first + window, tile.lasts[own.at * count + window])
        let liquidatedAfter = outcome.liquidationBar.map { bars(own.entry, $0) }
        store.sums[cell].addCut()
        if liquidatedAfter != nil { store.sums[cell].addLiquidated() }
        store.tallies[cell].addCut(
            WatchedPath(
                liquidatedAfter: liquidatedAfter, unprotectedAfter: nil, cutAfter: bars(own.entry, last)))
        if let liquidatedAfter { store.lone[cell].addLiquidated(after: liquidatedAfter) }
        guard let closedBar = outcome.exit.closedBar else { return }
        let below = outcome.exit.negative(tolerance: own.column.tolerance)
        store.sums[cell].addOwed(outcome.exit, below, tolerance: own.column.tolerance, isCut: true)
        if below > 0 { store.lone[cell].addNegative(outcome.exit, below, after: bars(own.entry, closedBar)) }
    }

    /// What sums take of an entry of a complete window.
    @inline(__always)
    mutating func add(_ own: FollowedEntry, _ end: SummedEntry, _ window: Int) {
        let (hodl, cell) = (held.summed[own.at * count + window], own.column.first + window)
        store.sums[cell].add(end, hodl: hodl)
        if own.column.takesHeld { store.sums[cell].addHeld(hodl) }
    }

    /// With the day on which a stop order did not keep it above zero.
    private mutating func dated(_ outcome: BehaviourOutcome) -> BehaviourEntry {
        var entry = BehaviourEntry(exit: outcome.exit, closing: outcome.cause, lostHalf: outcome.lostHalf)
        guard outcome.isPastStop, let bar = entry.exit.closedBar else { return entry }
        entry.stopDay = Int(floorDivide(times[bar], 86_400_000))
        return entry
    }

    private mutating func bars(_ entry: Int, _ bar: Int) -> Int {
        BarClock.bars(from: job.clock.place(times[entry]), to: job.clock.place(times[bar]))
    }
}
