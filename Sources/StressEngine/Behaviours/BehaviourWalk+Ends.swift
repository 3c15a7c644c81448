import MarginModel
import StressStatistics

/// How one entry ends in several windows, as far as tallies ask.
struct FollowedWindows {
    /// By window from the first that is seen on, as long as the position stands at its end; of what may owe something, the outcome.
    var standing: [(summed: SummedEntry, outcome: BehaviourOutcome?)] = []
    /// How it ends in all later windows; nil where there are none.
    var closed: BehaviourOutcome?
}

extension BehaviourWalk {
    /// Follows the position opened at the close of a bar to the ends of several windows at once: what
    /// ``outcomes(entry:lasts:into:)`` says, without what nobody asks. Only where nothing is carried, positions are taken over whole and
    /// none is opened after another.
    ///
    /// - Parameters:
    ///   - bar: before it nothing happens.
    ///   - best: the best close before that bar.
    ///   - lasts: the last bar of each window, rising.
    ///   - prices: those that a position is closed at there.
    func ends(
        entry: Int, from bar: Int, best: Double, lasts: ArraySlice<Int>, prices: ArraySlice<Double>,
        into found: inout FollowedWindows
    ) {
        found.standing.removeAll(keepingCapacity: true)
        found.closed = nil
        var state = opened(entry, last: lasts[lasts.endIndex - 1], part: 1)
        state.best = best
        var (place, bar) = (lasts.startIndex, bar)
        while state.ending == nil {
            if let trees { bar = passOver(&state, from: bar, trees) }
            while place < lasts.endIndex, lasts[place] < bar { stand(state, lasts, prices, &place, into: &found) }
            if state.dueTopUp == bar { payIn(&state, bar) }
            tradeInside(&state, bar)
            guard state.ending == nil else { break }
            while place < lasts.endIndex, lasts[place] == bar { stand(state, lasts, prices, &place, into: &found) }
            guard place < lasts.endIndex else { return }
            tradeAtClose(&state, bar)
            bar += 1
        }
        found.closed = outcome(of: state)
    }

    @inline(__always)
    private func stand(
        _ state: BehaviourState<Position>, _ lasts: ArraySlice<Int>, _ prices: ArraySlice<Double>, _ place: inout Int,
        into found: inout FollowedWindows
    ) {
        let account = state.released != 0 ? state.account : state.position
        if let summed = summed(account, closedAt: prices[place], rules.closeFee, .horizon) {
            found.standing.append((summed, nil))
        } else {
            let ended = EndedEntry(
                outcome(of: state, horizonEnding(lasts[place])), tolerance: kernel.rules.toleranceOfMargin)
            found.standing.append((ended.summed, ended.outcome))
        }
        place += 1
    }
}
