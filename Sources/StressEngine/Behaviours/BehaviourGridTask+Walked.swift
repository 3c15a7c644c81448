import MarginModel
import StressStatistics

/// Entries that are followed on their own, once for all windows: what ``BehaviourWalk/outcomes(entry:lasts:into:)`` says, without what
/// nobody asks. Only where nothing is carried, positions are taken over whole and none is opened after another.
extension BehaviourGridTask {
    /// An entry in windows from one on.
    ///
    /// - Parameter exit: what is met first; nil where that is not known.
    mutating func addWalked(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, from first: Int, after exit: UnsafePointer<SharedExit>?
    ) {
        var state = walk.opened(own.entry, last: longest(own.entry), part: 1)
        let isPlatformAlone = !walk.rules.hasStop && walk.rules.exits.isEmpty
        var (window, bar) = (first, own.entry + 1)
        if let exit { (state.best, bar) = (exit.pointee.best, exit.pointee.ending.bar) }
        while true {
            if let trees = walk.trees { bar = walk.passOver(&state, from: bar, trees) }
            while window < count, last(own, window) < bar { addStanding(own, walk, state, &window) }
            if state.dueTopUp == bar { walk.payIn(&state, bar) }
            if !isPlatformAlone {
                walk.tradeInside(&state, bar)
                if state.ending != nil { break }
            } else if walk.rules.liquidates, walk.isDue(state, bar) {
                let outcome = walk.outcome(state.position, entry: own.entry, dueIn: bar, of: state.wholeMargin)
                return addClosed(own, EndedEntry(outcome, tolerance: own.column.tolerance), from: window)
            }
            while window < count, last(own, window) == bar { addStanding(own, walk, state, &window) }
            guard window < count else { return }
            walk.tradeAtClose(&state, bar)
            if state.ending != nil { break }
            bar += 1
        }
        addClosed(own, EndedEntry(walk.outcome(of: state), tolerance: own.column.tolerance), from: window)
    }

    @inline(__always)
    func last(_ own: FollowedEntry, _ window: Int) -> Int { tile.lasts[own.at * count + window] }

    /// A window at whose end the position stands.
    @inline(__always)
    mutating func addStanding(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ state: BehaviourState<Position>, _ window: inout Int
    ) {
        defer { window += 1 }
        let price = tile.prices[own.at * count + window]
        if window < own.seen.cut,
            let summed = state.released != 0
                ? walk.summed(state.account, closedAt: price, walk.rules.closeFee, .horizon)
                : walk.summed(state.position, closedAt: price, walk.rules.closeFee, .horizon)
        {
            return add(own, summed, window)
        }
        addLone(
            own,
            EndedEntry(
                walk.outcome(of: state, walk.horizonEnding(last(own, window))), tolerance: own.column.tolerance),
            window)
    }
}
