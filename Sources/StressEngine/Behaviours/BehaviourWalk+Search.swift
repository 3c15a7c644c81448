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
    /// What stays as it is until something happens. Levels are times the side's sign.
    private struct Watch {
        /// The nearest level against the position that stays where it is.
        let floor: Double
        let profit: Double
        /// What liquidations are searched in where their level moves, or where other prices than the traded extremes trigger.
        let checked: FirstPassage?
        /// Times of the requirement at which the platform calls; nil where nothing is paid in.
        let call: Double?
        let course: CarryCourse<Position>
        let slack: Double

        /// Whether equity and requirement are looked at.
        var hasFigures: Bool { checked != nil || call != nil }
    }

    /// The first bar from `bar` on in which something may happen, at most the last of the window; takes the state there.
    func passOver(_ state: inout BehaviourState<Position>, from bar: Int, _ trees: BehaviourTrees) -> Int {
        let limit = limit(state)
        guard bar < limit else { return bar }
        if let levels = fixedLevels(state, trees) {
            return trees.blocks.firstBar(from: bar, through: limit - 1, isLong: sign > 0, levels) ?? limit
        }
        let watch = watch(state, from: bar, through: limit, trees)
        let (isLong, blocks) = (sign > 0, trees.blocks)
        var (next, last, best) = (bar, 0, sign * state.best)
        while next < limit {
            // Never more than one level above the last: near its entry a position meets more than far from it.
            var level = min(last + 1, next.trailingZeroBitCount / PriceBlocks.shift, blocks.top)
            var bestClose = best
            while level >= 0 {
                let size = 1 << (PriceBlocks.shift * level)
                let extremes = blocks.extremes(level, next, isLong: isLong)
                if next + size <= limit, isQuiet(watch, extremes, best: best, level, next, last: next + size - 1, trees)
                {
                    bestClose = extremes.bestClose
                    break
                }
                level -= 1
            }
            if level < 0 { break }
            next += 1 << (PriceBlocks.shift * level)
            last = level
            best = max(best, bestClose)
        }
        state.best = sign * best
        if next > bar, kernel.hasCarry { state.carry = kernel.carry(watch.course, at: next - 1, trees.passages) }
        return next
    }

    /// Bars that have to be looked at whatever the prices do.
    private func limit(_ state: BehaviourState<Position>) -> Int {
        let limit = min(state.last, state.dueTopUp ?? state.last)
        guard state.bought < rules.instalments else { return limit }
        return firstBar(ofInstalment: state.bought, entry: state.entry, through: limit)
    }

    /// The first bar at whose close an instalment is due, the first being 0; that in which a range ends where none is.
    func firstBar(ofInstalment place: Int, entry: Int, through last: Int) -> Int {
        let (time, overflows) = rules.instalmentStep.multipliedReportingOverflow(by: Int64(place))
        guard !overflows, time <= times[last] - times[entry] else { return last }
        // Bars of even steps are where they are looked for.
        let guess = entry + Int(clamping: time / barLength)
        if guess > entry, guess <= last, times[guess] - times[entry] >= time, times[guess - 1] - times[entry] < time {
            return guess
        }
        var (low, high) = (entry, last)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] - times[entry] >= time { high = middle } else { low = middle + 1 }
        }
        return high
    }

    /// Levels that stay where they are until something happens; nil where it is not levels of the traded price alone that matter.
    @inline(__always)
    private func fixedLevels(_ state: BehaviourState<Position>, _ trees: BehaviourTrees) -> FixedLevels? {
        guard trees.areTraded, !kernel.hasCarry, !rules.triggersAtClose, !rules.isTrailing else { return nil }
        var levels = FixedLevels()
        if rules.stop.isFinite { levels.floor = sign * (state.entryPrice * (1 - sign * rules.stop)) }
        if rules.liquidates {
            let trigger = nearTrigger(state.position, entryPrice: state.entryPrice)
            // Not a number where anything may trigger.
            levels.floor = trigger > levels.floor || trigger.isNaN ? trigger : levels.floor
        }
        if state.nextExit < rules.exits.count {
            levels.profit = sign * (state.entryPrice * (1 + sign * rules.exits[state.nextExit].distance))
        }
        guard state.dueTopUp == nil, state.paid < rules.topUps, let topUp = rules.behaviour.topUp else { return levels }
        guard let call = nearCall(state.position, times: topUp.at, entryPrice: state.entryPrice) else { return nil }
        levels.closeFloor = call
        return levels
    }

    /// A little before the close at which the platform calls for margin, times the side's sign; nil where equity less so many times the
    /// requirement does not rise evenly in favour of the position.
    func nearCall(_ position: Position, times: Double, entryPrice: Double) -> Double? {
        guard Position.pricePower == 1, !Position.bearsInterest, !rules.hasTiers, entryPrice > 0 else { return nil }
        func excess(_ price: Double) -> Double {
            position.equity(at: price, .none) - times * position.requirement(at: price, .none)
        }
        let (atNothing, atEntry) = (excess(0), excess(entryPrice))
        let slope = (atEntry - atNothing) / entryPrice
        guard sign * slope > 0, slope.isFinite else { return nil }
        let level = -atNothing / slope
        // At prices below 0 the requirement rises again.
        let nearest = sign > 0 ? max(level, 0) : level
        return nearest.isFinite ? sign * nearest + 1e-9 * (entryPrice + abs(level)) : nil
    }

    private func watch(
        _ state: BehaviourState<Position>, from bar: Int, through limit: Int, _ trees: BehaviourTrees
    ) -> Watch {
        let course = CarryCourse(position: state.position, entry: state.entry, base: state.carry, since: bar - 1)
        let next = state.nextExit < rules.exits.count ? rules.exits[state.nextExit].distance : .infinity
        let stop = sign * (state.entryPrice * (1 - sign * rules.stop))
        let isFixed = trees.areTraded && !kernel.hasCarry && !rules.triggersAtClose
        let isCallable = state.dueTopUp == nil && state.paid < rules.topUps
        return Watch(
            floor: isFixed && rules.liquidates
                ? max(stop, nearTrigger(state.position, entryPrice: state.entryPrice, state.carry)) : stop,
            profit: sign * (state.entryPrice * (1 + sign * next)),
            checked: rules.liquidates && !isFixed
                ? trees.passages.checked(kernel.rules.cell.side, rules.triggersAtClose ? .close : .extreme) : nil,
            call: isCallable ? rules.behaviour.topUp?.at : nil, course: course,
            slack: kernel.slack(course, through: limit, trees.passages))
    }

    /// A little before the trigger price, by more than rounding can move it.
    func nearTrigger(_ position: Position, entryPrice: Double, _ carry: Carry = .none) -> Double {
        let trigger = position.triggerPrice(carry)
        return sign * trigger + 1e-9 * (abs(entryPrice) + (trigger.isFinite ? abs(trigger) : 0))
    }

    @inline(__always)
    private func isQuiet(
        _ watch: Watch, _ extremes: BlockExtremes, best: Double, _ level: Int, _ bar: Int, last: Int,
        _ trees: BehaviourTrees
    ) -> Bool {
        guard extremes.worst > watch.floor, extremes.best < watch.profit else { return false }
        if rules.isTrailing, !isCalm(extremes, best) { return false }
        return !watch.hasFigures || isQuiet(watch, figures: extremes, level, bar, last: last, trees)
    }

    /// Whether equity stays above the requirement, and closes call for nothing.
    private func isQuiet(
        _ watch: Watch, figures extremes: BlockExtremes, _ level: Int, _ bar: Int, last: Int, _ trees: BehaviourTrees
    ) -> Bool {
        let carry =
            kernel.hasCarry
            ? kernel.worstCarry(watch.course, bar, level, last: last, trees.passages) : watch.course.base
        if let checked = watch.checked {
            let price = sign * checked.minimum(height: level, at: bar)
            guard excess(watch.course.position, price, carry) > watch.slack else { return false }
        }
        return watch.call.map { isUncalled(watch, times: $0, extremes, carry) } ?? true
    }

    /// Whether no stop that follows the price is reached and nobody panics, wherever the best close of the block comes.
    @inline(__always)
    private func isCalm(_ extremes: BlockExtremes, _ best: Double) -> Bool {
        let most = max(best, extremes.bestClose)
        func level(_ distance: Double) -> Double {
            distance.isFinite ? max(best - distance * abs(best), most - distance * abs(most)) : -.infinity
        }
        let rounding = 1e-9 * max(abs(best), abs(most))
        return extremes.worst > level(rules.trailing) + rounding
            && extremes.worstClose > level(rules.panic) + rounding
    }

    private func isUncalled(_ watch: Watch, times: Double, _ extremes: BlockExtremes, _ carry: Carry) -> Bool {
        let position = watch.course.position
        let (worst, best) = (sign * extremes.worstClose, sign * extremes.bestClose)
        let most = max(position.requirement(at: worst, carry), position.requirement(at: best, carry))
        return position.equity(at: worst, carry) - times * most > (1 + times) * watch.slack
    }

    @inline(__always)
    private func excess(_ position: Position, _ price: Double, _ carry: Carry) -> Double {
        position.equity(at: price, carry) - position.requirement(at: price, carry)
    }
}
