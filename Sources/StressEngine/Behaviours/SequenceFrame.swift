import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// What sequences of positions have in common in all cells of a history: when the next one is opened, and which entries begin one.
public struct SequenceFrame: Sendable {
    /// By bar the first one at whose close a position may be opened after one that was lost there; past the last for none.
    fileprivate let following: [Int32]
    /// By bar whether the behaviour makes the entry; nil for all.
    fileprivate let isMade: [Bool]?

    /// O(bars), and what a filter looks back at each.
    ///
    /// - Parameters:
    ///   - job: of the history.
    ///   - behaviour: of who goes on after a loss.
    ///   - wait: from a loss to the next position.
    public init(_ job: HistoryJob, _ behaviour: Behaviour, wait: TimeSpan) {
        let (times, closes) = (job.market.series.time, job.market.series.close)
        var next = 0
        following = times.indices.map { bar in
            while next < times.count, times[next] < times[bar] + wait.milliseconds { next += 1 }
            return Int32(next)
        }
        isMade = behaviour.enterAfter.map { filter in
            let decision = FilterDecision(filter, closes: closes, closes.indices)
            return closes.indices.map { decision.lets($0) }
        }
    }
}

extension HistoryJob {
    /// What is counted of a cell's sequences of positions: the same as of ``sequencePositions(of:cell:trees:threads:control:)``, from what
    /// following the behaviour has found. O(bars).
    ///
    /// - Parameters:
    ///   - cell: place of the cell in this job's plan order.
    ///   - lost: of the cell's leverage.
    ///   - frame: of this history and the behaviour.
    public func sequences(cell: Int, lost: LostBars, frame: SequenceFrame) -> PositionSequences {
        guard let windows = windows[rules[cell].cell.horizon] else { return PositionSequences() }
        let opened = openedFrom(windows, lost)
        var starts: [PositionSequences.Start] = []
        starts.reserveCapacity(blocks.blocks.reduce(0) { $0 + $1.count })
        for (block, bars) in blocks.blocks.enumerated() {
            let block = Int32(block / resamplingBlocks)
            for bar in bars where Int(opened[bar]) == bar && frame.isMade?[bar] ?? true {
                guard let (last, isCut) = windows.watched(bar), !isCut else { continue }
                starts.append(PositionSequences.Start(bar: Int32(bar), last: Int32(last), block: block))
            }
        }
        return PositionSequences(
            starts: starts, lost: lost.bars, next: frame.following.map { opened[Int($0)] }, gone: lost.gone)
    }

    /// By bar the first one from it on at whose close a position can be opened; past the last for none, there too.
    private func openedFrom(_ windows: EntryWindows, _ lost: LostBars) -> [Int32] {
        var opened = [Int32](repeating: Int32(lost.bars.count), count: lost.bars.count + 1)
        for bar in lost.bars.indices.reversed() {
            let isOpened = lost.bars[bar] != DueTable.rejected && windows.watched(bar) != nil
            opened[bar] = isOpened ? Int32(bar) : opened[bar + 1]
        }
        return opened
    }
}
