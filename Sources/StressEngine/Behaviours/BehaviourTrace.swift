import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// One entry as a trader with a behaviour lives through it, bar by bar. Prices are quote currency per coin.
public struct BehaviourTrace: Sendable {
    /// The first position in a bar: what can close it as the bar opens, and where its prices went; quote currency per coin.
    public struct Step: Sendable {
        /// The bar.
        public var bar: Int
        /// Where the nearer of its stop orders stands; nil without one.
        public var stopPrice: Double?
        /// Where its next limit order stands; nil without one.
        public var limitPrice: Double?
        /// Where the platform closes it; not finite where it never does.
        public var triggerPrice: Double
        /// The best and the worst price of the bar for the position, and its close.
        public var favourable, adverse, close: Double
    }

    /// Whose rules they are.
    public var behaviour: Behaviour
    /// The entry bar and the last of its window.
    public var entry, last: Int
    /// Bars of the first position, from the one after the entry; empty where the entry is not made.
    public var steps: [Step]
    /// What happened, in order.
    public var events: [BehaviourEvent]
    /// How it ended; nil where the behaviour does not make the entry.
    public var outcome: BehaviourOutcome?
}

extension HistoryJob {
    /// The entry at bar `entry` of a cell under a behaviour, bar by bar; nil when the cell does not hold it. O(bars of a window).
    ///
    /// - Parameters:
    ///   - cell: place of the cell in this job's plan order.
    ///   - behaviour: with an order of bars that is not `split`.
    public func trace(cell: Int, entry: Int, behaviour: Behaviour) -> BehaviourTrace? {
        let rules = rules[cell]
        let tracer = BehaviourTracer(job: self, rules: rules, entry: entry, behaviour: behaviour)
        return withPosition(rules.cell.contract, rules.cell.side, tracer)
    }
}

private struct BehaviourTracer: PositionVisitor {
    let job: HistoryJob
    let rules: CellRules
    let entry: Int
    let behaviour: Behaviour

    func visit<Position: KernelPosition>(_: Position.Type) -> BehaviourTrace? {
        let kernel: PlainKernel<Position> = job.kernel(rules)
        guard kernel.windows.lastBar[entry] != EntryWindows.notAnEntry,
            let (last, isCut) = kernel.windows.watched(entry), !kernel.isRejected(entry: entry)
        else { return nil }
        let walk = BehaviourWalk(kernel, BehaviourRules(behaviour, cell: rules, market: job.market))
        if let filter = behaviour.enterAfter, !filter.lets(entry, closes: walk.closes) {
            return BehaviourTrace(behaviour: behaviour, entry: entry, last: last, steps: [], events: [], outcome: nil)
        }
        return walk.trace(entry, to: WindowEnd(last: last, isCut: isCut))
    }
}

extension BehaviourWalk {
    fileprivate func trace(_ entry: Int, to end: WindowEnd) -> BehaviourTrace {
        var state = opened(entry, to: end, part: 1)
        var steps: [BehaviourTrace.Step] = []
        var bar = entry
        while state.ending == nil {
            bar += 1
            steps.append(traceStep(state, bar))
            step(&state, bar)
        }
        // Once more from the start: a sequence goes on where the first position ends.
        var events: [BehaviourEvent]? = []
        let outcome = outcome(entry: entry, to: end, events: &events)
        return BehaviourTrace(
            behaviour: rules.behaviour, entry: entry, last: end.last, steps: steps, events: events ?? [],
            outcome: outcome)
    }

    private func traceStep(_ state: BehaviourState<Position>, _ bar: Int) -> BehaviourTrace.Step {
        let hasLimit = state.nextExit < rules.exits.count
        return BehaviourTrace.Step(
            bar: bar, stopPrice: rules.hasStop ? nearerStop(state).price : nil,
            limitPrice: hasLimit ? state.entryPrice * (1 + sign * rules.exits[state.nextExit].distance) : nil,
            triggerPrice: rules.liquidates ? state.position.triggerPrice(state.carry) : .nan,
            favourable: favourable[bar], adverse: adverse[bar], close: closes[bar])
    }
}
