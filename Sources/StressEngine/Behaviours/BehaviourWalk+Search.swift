import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// Passing over bars in which nothing happens to a position.
///
/// A block of bars is passed over whole when its worst price reaches no level against the position, its best none in its favour, and its
/// closes call for nothing. The best close in it bounds where a trailing stop can stand; what is carried is bounded by the worst of each part,
/// as for liquidations alone. What a bar that is not passed over means is for the step to say, so that a bound may be wide but never wrong.
extension BehaviourWalk {
    /// What stays as it is until something happens.
    private struct Watch {
        let trees: BehaviourTrees.Sided
        let checked: FirstPassage?
        let course: CarryCourse<Position>
        /// Levels, times the side's sign.
        let stop: Double
        let profit: Double
        let slack: Double
        /// Times of the requirement at which the platform calls; nil where nothing is paid in.
        let call: Double?
    }

    /// The first bar from `bar` on in which something may happen, at most the last of the window; takes the state there.
    func passOver(_ state: inout BehaviourState<Position>, from bar: Int, _ trees: BehaviourTrees) -> Int {
        let limit = limit(state)
        guard bar < limit else { return bar }
        let watch = watch(state, from: bar, through: limit, trees)
        var next = bar
        while next < limit {
            let skipped = skippable(watch, state.best, at: next, limit: limit, trees)
            if skipped.bars == 0 { break }
            next += skipped.bars
            state.best = sign * max(sign * state.best, skipped.best)
        }
        if next > bar, kernel.hasCarry { state.carry = kernel.carry(watch.course, at: next - 1, trees.passages) }
        return next
    }

    /// Bars that have to be looked at whatever the prices do.
    private func limit(_ state: BehaviourState<Position>) -> Int {
        var limit = min(state.last, state.dueTopUp ?? state.last)
        guard state.bought < rules.instalments else { return limit }
        let (time, overflows) = rules.instalmentStep.multipliedReportingOverflow(by: Int64(state.bought))
        guard !overflows, time <= times[limit] - times[state.entry] else { return limit }
        var low = state.entry
        while low < limit {
            let middle = (low + limit) / 2
            if times[middle] - times[state.entry] >= time { limit = middle } else { low = middle + 1 }
        }
        return limit
    }

    private func watch(
        _ state: BehaviourState<Position>, from bar: Int, through limit: Int, _ trees: BehaviourTrees
    ) -> Watch {
        let side = kernel.rules.cell.side
        let liquidation = kernel.rules.platform.liquidation
        let course = CarryCourse(position: state.position, entry: state.entry, base: state.carry, since: bar - 1)
        let next = state.nextExit < rules.exits.count ? rules.exits[state.nextExit].distance : .infinity
        let topUp = rules.behaviour.topUp
        let isCallable = topUp.map { state.dueTopUp == nil && state.paid < $0.times } ?? false
        return Watch(
            trees: trees.sided(side),
            checked: liquidation.enabled ? trees.passages.checked(side, liquidation.trigger) : nil, course: course,
            stop: sign * (state.entryPrice * (1 - sign * rules.stop)),
            profit: sign * (state.entryPrice * (1 + sign * next)),
            slack: kernel.slack(course, through: limit, trees.passages), call: isCallable ? topUp?.at : nil)
    }

    /// How many bars from `bar` on nothing happens in, in blocks that start there, and the best close among them.
    @inline(__always)
    private func skippable(
        _ watch: Watch, _ best: Double, at bar: Int, limit: Int, _ trees: BehaviourTrees
    ) -> (bars: Int, best: Double) {
        var found = (bars: 0, best: -Double.infinity)
        for height in 0..<watch.trees.height {
            guard let size = FirstPassage.block(height: height, startingAt: bar), bar + size <= limit,
                isQuiet(watch, best, height, bar, last: bar + size - 1, trees)
            else { break }
            found = (size, watch.trees.bestClose(height, bar))
        }
        return found
    }

    @inline(__always)
    private func isQuiet(
        _ watch: Watch, _ best: Double, _ height: Int, _ bar: Int, last: Int, _ trees: BehaviourTrees
    ) -> Bool {
        guard watch.trees.worst(height, bar) > watch.stop, watch.trees.best(height, bar) < watch.profit else {
            return false
        }
        if rules.isTrailing, !isCalm(watch, best, height, bar) { return false }
        guard watch.checked != nil || watch.call != nil else { return true }
        let carry =
            kernel.hasCarry
            ? kernel.worstCarry(watch.course, bar, height, last: last, trees.passages) : watch.course.base
        if let checked = watch.checked {
            let price = sign * checked.minimum(height: height, at: bar)
            guard excess(watch.course.position, price, carry) > watch.slack else { return false }
        }
        return watch.call.map { isUncalled(watch, times: $0, height, bar, carry) } ?? true
    }

    /// Whether no stop that follows the price is reached and nobody panics, wherever the best close of the block comes.
    @inline(__always)
    private func isCalm(_ watch: Watch, _ best: Double, _ height: Int, _ bar: Int) -> Bool {
        let (from, to) = (sign * best, max(sign * best, watch.trees.bestClose(height, bar)))
        func level(_ distance: Double) -> Double {
            distance.isFinite ? max(from - distance * abs(from), to - distance * abs(to)) : -.infinity
        }
        let rounding = 1e-9 * max(abs(from), abs(to))
        return watch.trees.worst(height, bar) > level(rules.trailing) + rounding
            && watch.trees.worstClose(height, bar) > level(rules.panic) + rounding
    }

    @inline(__always)
    private func isUncalled(_ watch: Watch, times: Double, _ height: Int, _ bar: Int, _ carry: Carry) -> Bool {
        let position = watch.course.position
        let (worst, best) = (sign * watch.trees.worstClose(height, bar), sign * watch.trees.bestClose(height, bar))
        let most = max(position.requirement(at: worst, carry), position.requirement(at: best, carry))
        return position.equity(at: worst, carry) - times * most > (1 + times) * watch.slack
    }

    @inline(__always)
    private func excess(_ position: Position, _ price: Double, _ carry: Carry) -> Double {
        position.equity(at: price, carry) - position.requirement(at: price, carry)
    }
}
