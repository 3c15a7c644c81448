import MarginModel
import StressBasics
import StressStatistics

/// What the tallies of a behaviour take of an entry. Loops over windows stand here, in one place for all contracts.
extension FollowedGrid {
    /// An entry that ends as holding does, in a range of windows.
    mutating func addHeld(_ own: FollowedEntry, from: Int, to: Int) {
        let closed = held.closed[own.at]
        let (stands, isRare) = (min(to, closed), held.isRare[own.at])
        var window = from
        while window < stands {
            if isRare {
                addLone(own, standing(own, window), window)
            } else {
                addStanding(own, held.summed + (own.at * count + window), window)
            }
            window += 1
        }
        if stands < to { addClosed(own, held.ends + own.at, from: max(from, closed)) }
    }

    /// What is left of an entry that is held and stands at the end of a window.
    private mutating func standing(_ own: FollowedEntry, _ window: Int) -> EndedEntry {
        let place = own.at * count + window
        return isPlain ? held.standing[place] : kept.ended(held.outcomes[place], tolerance: own.column.tolerance)
    }

    /// An entry that is closed in the same way in all windows from one on.
    mutating func addClosed(_ own: FollowedEntry, _ end: EndedEntry, from: Int) {
        withUnsafePointer(to: end) { addClosed(own, $0, from: from) }
    }

    /// The same, read in place.
    mutating func addClosed(_ own: FollowedEntry, _ end: UnsafePointer<EndedEntry>, from: Int) {
        guard own.seen.cut == count else {
            for window in from..<count { addLone(own, end.pointee, window) }
            return
        }
        for window in from..<count { add(own, end.pointee.summed, window) }
        if let bar = end.pointee.closedBar { addLostHalf(own, end.pointee.summed.lostHalf, in: bar, from: from) }
        if end.pointee.isRare { addRest(own, end, from: from) }
    }

    private mutating func addRest(_ own: FollowedEntry, _ end: UnsafePointer<EndedEntry>, from: Int) {
        let (below, first) = (end.pointee.summed.negative, own.column.first)
        if let bar = end.pointee.liquidationBar { addLiquidation(own, bar, from: from) }
        guard below > 0 || !end.pointee.summed.isBounded else { return }
        let exit = kept.exit(end.pointee)
        for cell in first + from..<first + count {
            store.sums[cell].addOwed(exit, below, tolerance: own.column.tolerance, isCut: false)
        }
        guard below > 0 else { return }
        store.shared[first + from].addNegative(exit, below, after: exit.closedBar.map { bars(own.entry, $0) })
        guard end.pointee.isPastStop else { return }
        let dated = dated(end.pointee)
        for cell in first + from..<first + count { store.tallies[cell].addJump(dated, below, isCut: false) }
    }

    /// So much of an entry lost more than half that is closed in a bar in all windows from one on, none of which is cut.
    @inline(__always)
    private mutating func addLostHalf(_ own: FollowedEntry, _ events: EventCount, in bar: Int, from: Int) {
        guard events > 0 else { return }
        store.shared[own.column.first + from].addLostHalf(events, after: bars(own.entry, bar))
    }

    /// The same in one window, which may be cut.
    private mutating func addLostHalf(_ own: FollowedEntry, _ end: EndedEntry, _ window: Int) {
        guard end.summed.lostHalf > 0, let bar = end.closedBar else { return }
        store.lone[own.column.first + window].addLostHalf(end.summed.lostHalf, after: bars(own.entry, bar))
    }

    /// When holding ended below zero on an entry that a behaviour makes that does not make all.
    mutating func addHeldNegative(_ own: FollowedEntry) {
        for window in own.seen.first..<count {
            let below = held.summed[own.at * count + window].negative
            guard below > 0 else { continue }
            let closedBar = heldClosedBar(own.at, window)
            // What still stands where a window is cut has not ended.
            guard window < own.seen.cut || closedBar != nil else { continue }
            let after = closedBar.map { bars(own.entry, $0) }
            store.tallies[own.column.first + window].addHeldNegative(below, after: after)
        }
    }

    /// The bar in which a position that is held is closed in a window; nil at its end.
    private func heldClosedBar(_ at: Int, _ window: Int) -> Int? {
        guard isPlain else { return held.outcomes[at * count + window].exit.closedBar }
        return window < held.closed[at] ? nil : held.ends[at].closedBar
    }

    /// An entry that is liquidated in a bar in all windows from one on, none of which is cut.
    mutating func addLiquidation(_ own: FollowedEntry, _ bar: Int, from: Int) {
        for cell in own.column.first + from..<own.column.first + count { store.sums[cell].addLiquidated() }
        store.shared[own.column.first + from].addLiquidated(after: bars(own.entry, bar))
    }

    /// What was found by the ends of all windows that are seen.
    mutating func addFound(_ own: FollowedEntry, _ found: [BehaviourOutcome]) {
        for (place, outcome) in found.enumerated() {
            addLone(own, kept.ended(outcome, tolerance: own.column.tolerance), own.seen.first + place)
        }
    }

    /// An entry of which sums hold all, and that is closed alike in all windows from one on, none of which is cut.
    mutating func addSummed(_ own: FollowedEntry, _ end: SummedEntry, closedIn bar: Int, from: Int) {
        for window in from..<count { add(own, end, window) }
        addLostHalf(own, end.lostHalf, in: bar, from: from)
    }

    /// The same end in a range of windows, of which ``addLiquidation(_:_:from:)`` says that a position was liquidated; what is cut is counted
    /// window by window.
    mutating func add(_ own: FollowedEntry, _ end: EndedEntry, from: Int, to: Int) {
        for window in from..<to {
            guard own.seen.cut == count else {
                addLone(own, end, window)
                continue
            }
            add(own, end.summed, window)
            addLostHalf(own, end, window)
            if end.isRare { addOwed(own, end, window) }
        }
    }

    /// An entry in one window.
    mutating func addLone(_ own: FollowedEntry, _ end: EndedEntry, _ window: Int) {
        guard window < own.seen.cut else { return addCut(own, end, window) }
        add(own, end.summed, window)
        addLostHalf(own, end, window)
        guard end.isRare else { return }
        if let bar = end.liquidationBar {
            let cell = own.column.first + window
            store.sums[cell].addLiquidated()
            store.lone[cell].addLiquidated(after: bars(own.entry, bar))
        }
        addOwed(own, end, window)
    }

    /// What an entry owes in one window that is not cut.
    private mutating func addOwed(_ own: FollowedEntry, _ end: EndedEntry, _ window: Int) {
        let (below, cell) = (end.summed.negative, own.column.first + window)
        guard below > 0 || !end.summed.isBounded else { return }
        let exit = kept.exit(end)
        store.sums[cell].addOwed(exit, below, tolerance: own.column.tolerance, isCut: false)
        guard below > 0 else { return }
        store.lone[cell].addNegative(exit, below, after: exit.closedBar.map { bars(own.entry, $0) })
        if end.isPastStop { store.tallies[cell].addJump(dated(end), below, isCut: false) }
    }

    private mutating func addCut(_ own: FollowedEntry, _ end: EndedEntry, _ window: Int) {
        let (cell, last) = (own.column.first + window, tile.lasts[own.at * count + window])
        let liquidatedAfter = end.liquidationBar.map { bars(own.entry, $0) }
        store.sums[cell].addCut()
        if liquidatedAfter != nil { store.sums[cell].addLiquidated() }
        store.tallies[cell].addCut(
            WatchedPath(
                liquidatedAfter: liquidatedAfter, unprotectedAfter: nil, cutAfter: bars(own.entry, last)))
        if let liquidatedAfter { store.lone[cell].addLiquidated(after: liquidatedAfter) }
        guard let closedBar = end.closedBar else { return }
        let (exit, below) = (kept.exit(end), end.summed.negative)
        store.sums[cell].addOwed(exit, below, tolerance: own.column.tolerance, isCut: true)
        store.sums[cell].addCutLostHalf(end.summed.lostHalf)
        addLostHalf(own, end, window)
        guard below > 0 else { return }
        store.lone[cell].addNegative(exit, below, after: bars(own.entry, closedBar))
        if end.isPastStop { store.tallies[cell].addJump(dated(end), below, isCut: true) }
    }

    /// What sums take of an entry of a complete window.
    mutating func addSummed(_ own: FollowedEntry, _ end: SummedEntry, _ window: Int) { add(own, end, window) }

    @inline(__always)
    private mutating func add(_ own: FollowedEntry, _ end: SummedEntry, _ window: Int) {
        let (hodl, cell) = (held.summed[own.at * count + window], own.column.first + window)
        store.sums[cell].add(end, hodl: hodl)
        if own.column.takesHeld { store.sums[cell].addHeld(hodl) }
    }

    /// What sums take of an entry of a complete window that stands at its end, as when it is held.
    @inline(__always)
    private mutating func addStanding(_ own: FollowedEntry, _ end: UnsafePointer<SummedEntry>, _ window: Int) {
        let cell = own.column.first + window
        store.sums[cell].addStanding(end.pointee)
        if own.column.takesHeld { store.sums[cell].addHeld(end.pointee) }
    }

    /// With the day on which a stop order did not keep it above zero.
    private mutating func dated(_ end: EndedEntry) -> BehaviourEntry {
        let day = end.closedBar.map { Int(floorDivide(times[$0], 86_400_000)) }
        return BehaviourEntry(
            exit: kept.exit(end), closing: end.cause, lostHalf: end.summed.lostHalf, stopDay: end.isPastStop ? day : nil
        )
    }

    private mutating func bars(_ entry: Int, _ bar: Int) -> Int {
        BarClock.bars(from: job.clock.place(times[entry]), to: job.clock.place(times[bar]))
    }
}
