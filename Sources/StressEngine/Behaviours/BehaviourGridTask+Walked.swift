import MarginModel
import StressStatistics

/// Entries that are followed on their own, once for all windows: what ``BehaviourWalk/outcomes(entry:to:into:)`` says, without what
/// nobody asks. Only where nothing is carried, positions are taken over whole and none is opened after another.
extension BehaviourGridTask {
    /// An entry in windows from one on.
    ///
    /// - Parameter exit: what is met first; nil where that is not known.
    mutating func addWalked(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, from first: Int, after exit: UnsafePointer<SharedExit>?
    ) {
        var state = walk.opened(own.entry, to: grid.longestEnd(own), part: 1)
        if let exit { state.best = exit.pointee.best }
        addWalked(own, walk, &state, exit?.pointee.ending.bar ?? own.entry + 1, from: first)
    }

    /// An entry that stands as a bar begins, in windows from one on that have not ended.
    mutating func addWalked(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ state: inout BehaviourState<Position>, _ begin: Int,
        from first: Int
    ) {
        let isPlatformAlone = !walk.rules.hasStop && walk.rules.exits.isEmpty
        var (window, bar) = (first, begin)
        while true {
            if let trees = walk.trees { bar = walk.passOver(&state, from: bar, trees) }
            while window < grid.count, grid.last(own, window) < bar { addStanding(own, walk, state.account, &window) }
            if state.dueTopUp == bar { walk.payIn(&state, bar) }
            if !isPlatformAlone {
                walk.tradeInside(&state, bar)
                if state.ending != nil { break }
            } else if walk.rules.liquidates, walk.isDue(state, bar) {
                let ending = walk.ending(state.position, dueIn: bar)
                return grid.addClosed(own, ended(own.row, walk, state.position, ending), from: window)
            }
            while window < own.seen.cut, grid.last(own, window) == bar {
                addStanding(own, walk, state.account, &window)
            }
            guard window < grid.count else { return }
            walk.tradeAtClose(&state, bar)
            if state.ending != nil { break }
            bar += 1
        }
        guard let ending = state.ending else { return }
        if ending.cause == .horizon {
            // Of what is cut.
            while window < grid.count { addStanding(own, walk, state.account, &window) }
            return
        }
        grid.addClosed(own, ended(own.row, walk, state.account, ending), from: window)
    }

    /// A window at whose end the position stands.
    @inline(__always)
    mutating func addStanding(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ account: Position, _ window: inout Int
    ) {
        defer { window += 1 }
        let price = grid.tile.prices[own.at * grid.count + window]
        if window < own.seen.cut, let summed = walk.summed(account, closedAt: price, walk.rules.closeFee, .horizon) {
            return grid.addSummed(own, summed, window)
        }
        let ending = walk.horizonEnding(grid.last(own, window))
        grid.addLone(own, ended(own.row, walk, account, ending), window)
    }
}
