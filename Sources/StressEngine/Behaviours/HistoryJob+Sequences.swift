import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

extension HistoryJob {
    /// Whether every bar is an entry, and not only those of a stride.
    public var entersAtEveryBar: Bool { stride == 1 }

    /// How the positions of a behaviour end that goes on after a loss, one opened at each bar that can be entered at: what a risk of ruin
    /// is counted of. A stride says where sequences begin; who goes on does not wait for it. Each is followed on its own, to the end of its
    /// own window. Throws when `control` was cancelled. O(bars × log bars) as a rule with trees.
    ///
    /// - Parameters:
    ///   - behaviour: with an order of bars that is not `split`.
    ///   - cell: place of the cell in this job's plan order.
    ///   - trees: of this history; nil for the plain walk.
    public func sequencePositions(
        of behaviour: Behaviour, cell: Int, trees: BehaviourTrees?, threads: Int, control: RunControl = RunControl()
    ) throws(RunCancelled) -> [SequencePosition] {
        let (rules, count) = (rules[cell], blocks.chunks.count)
        let everyBar = EntryWindows(series: market.series, horizon: rules.cell.horizon, maxGap: maxGap)
        let found = parallelMap(count: count, threads: threads) { chunk -> [SequencePosition]? in
            guard !control.isCancelled else { return nil }
            let run = SequenceRun(
                job: self, rules: rules, behaviour: behaviour, trees: trees, windows: everyBar, chunk: chunk)
            return withPosition(rules.cell.contract, rules.cell.side, run)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return found.flatMap { $0 }
    }
}

/// The positions of one chunk.
private struct SequenceRun: PositionVisitor {
    let job: HistoryJob
    let rules: CellRules
    let behaviour: Behaviour
    let trees: BehaviourTrees?
    /// Of every bar.
    let windows: EntryWindows
    let chunk: Int

    func visit<Position: KernelPosition>(_: Position.Type) -> [SequencePosition] {
        let kernel: PlainKernel<Position> = job.kernel(rules)
        let alone = BehaviourRules(behaviour, cell: rules, market: job.market).withoutReentry
        let walk = BehaviourWalk(kernel, alone, trees: trees, .estimated)
        var found: [SequencePosition] = []
        for block in job.blocks.chunks[chunk] {
            for entry in job.blocks.blocks[block] {
                guard let (last, isCut) = windows.watched(entry), !kernel.isRejected(entry: entry) else { continue }
                let isStart = !isCut && kernel.windows.lastBar[entry] != EntryWindows.notAnEntry
                let isMade = isStart && behaviour.enterAfter?.lets(entry, closes: walk.closes) ?? true
                let end = WindowEnd(last: last, isCut: isCut)
                found.append(position(walk, entry, end, isStart: isMade, block: block))
            }
        }
        return found
    }

    private func position<Position>(
        _ walk: BehaviourWalk<Position>, _ entry: Int, _ end: WindowEnd, isStart: Bool, block: Int
    ) -> SequencePosition {
        var events: [BehaviourEvent]?
        let outcome = walk.outcome(entry: entry, to: end, events: &events)
        let lostBar = outcome.lostBar
        return SequencePosition(
            time: walk.times[entry], exitTime: walk.times[outcome.exit.closedBar ?? end.last],
            block: Int32(block / job.resamplingBlocks), isStart: isStart, isLost: lostBar != nil,
            gone: lostBar != nil ? outcome.gone : .zero)
    }
}
