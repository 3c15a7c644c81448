import StressStatistics
import StudyPlan

/// One entry followed to the ends of several windows at once.
///
/// What happens up to a bar does not depend on how long is left, so that the longest window's walk is that of the shorter ones: at the
/// end of each it is asked what closing there would leave. What closes the position closes it in all windows that have not ended.
extension BehaviourWalk {
    /// What becomes of the position opened at the close of bar `entry`, by the end of each window. As ``outcome(entry:to:events:)``.
    ///
    /// - Parameters:
    ///   - ends: of what is seen of each window.
    ///   - outcomes: becomes one a window.
    func outcomes(entry: Int, to ends: WindowEnds, into outcomes: inout [BehaviourOutcome]) {
        outcomes.removeAll(keepingCapacity: true)
        // What a platform leaves standing goes on to the end of the window.
        guard !rules.isPartial else {
            var events: [BehaviourEvent]?
            for place in ends.lasts.indices {
                outcomes.append(outcome(entry: entry, to: ends.end(place), events: &events))
            }
            return
        }
        var state = opened(entry, to: ends.end(ends.lasts.startIndex), part: 1)
        follow(&state, ends, into: &outcomes)
        goOn(ends, &outcomes)
    }

    /// Follows a position through windows of which the first has not ended; appends one outcome a window.
    private func follow(
        _ state: inout BehaviourState<Position>, _ ends: WindowEnds, into outcomes: inout [BehaviourOutcome]
    ) {
        let lasts = ends.lasts
        var (place, bar) = (lasts.startIndex, state.entry + 1)
        while state.ending == nil {
            if let trees { bar = passOver(&state, from: bar, trees) }
            kernel.advance(&state.carry, state.position, entry: state.entry, to: bar)
            if state.dueTopUp == bar { payIn(&state, bar) }
            tradeInside(&state, bar)
            if state.ending == nil, bar == state.last, !state.isCut {
                let ended = outcome(of: state, horizonEnding(bar))
                while place < min(ends.cut, lasts.endIndex), lasts[place] == bar {
                    outcomes.append(ended)
                    place += 1
                }
                guard place < lasts.endIndex else { return }
                (state.last, state.isCut) = (lasts[place], place >= ends.cut)
            }
            if state.ending == nil { tradeAtClose(&state, bar) }
            bar += 1
        }
        let ended = outcome(of: state)
        for _ in place..<lasts.endIndex { outcomes.append(ended) }
    }

    /// Opens positions after those that were lost, where the trader does, in the windows that leave time for it.
    ///
    /// - Parameter outcomes: of the first position, by window.
    func goOn(_ ends: WindowEnds, _ outcomes: inout [BehaviourOutcome]) {
        guard let reenter = rules.behaviour.reenter, reenter.times > 0 else { return }
        // Windows that the first position was lost in: from the first of them on in all, and in the same way.
        guard let first = outcomes.firstIndex(where: { $0.exit.closedBar != nil }) else { return }
        var sequence = BehaviourSequence(outcomes[first], tolerance: tolerance)
        let start = ends.lasts.startIndex
        var (rest, found) = (ends, [BehaviourOutcome]())
        rest.lasts = rest.lasts.dropFirst(first)
        while sequence.reentries < reenter.times {
            rest.lasts = rest.lasts.drop { entry(after: sequence.current, reenter, last: $0) == nil }
            guard let last = rest.lasts.first, let bar = entry(after: sequence.current, reenter, last: last),
                let part = sequence.spend().map(size), !isRejected(bar, part: part)
            else { return }
            var next = opened(bar, to: rest.end(rest.lasts.startIndex), part: part)
            found.removeAll(keepingCapacity: true)
            follow(&next, rest, into: &found)
            let before = sequence
            for (window, ended) in zip(rest.lasts.indices, found) {
                sequence = before
                sequence.join(SequenceEnd(ended, tolerance: tolerance))
                outcomes[window - start] = sequence.outcome
            }
        }
    }
}
