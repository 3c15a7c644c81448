import PriceSeries
import StressBasics
import StudyPlan

/// The farthest that the price went against each entry within its window, in parts of the entry price.
public struct AdverseMoves: Hashable, Sendable {
    /// Entry bars.
    public var bars: [Int32] = []
    /// Their resampled blocks.
    public var blocks: [Int32] = []
    /// Their open times, milliseconds.
    public var times: [Int64] = []
    /// `1 − lowest / entry` for a long and `highest / entry − 1` for a short; below 0 when the price never stood that badly.
    public var moves: [Double] = []
}

extension HistoryJob {
    /// The farthest move against every entry that is not excluded. O(bars).
    ///
    /// - Parameters:
    ///   - horizon: one of the study's.
    ///   - side: which direction is against it.
    public func adverseMoves(horizon: TimeSpan, side: Side) -> AdverseMoves {
        guard let windows = windows[horizon] else { return AdverseMoves() }
        let series = market.series
        let against = side == .long ? series.low : series.high
        var (result, queue, head, next) = (AdverseMoves(), [Int](), 0, 0)
        func isWorse(_ a: Double, _ b: Double) -> Bool { side == .long ? a <= b : a >= b }
        for (block, bars) in blocks.blocks.enumerated() {
            for entry in bars where windows.lastBar[entry] >= 0 {
                let last = Int(windows.lastBar[entry])
                // Ends of windows never go back, so each bar enters the queue once; its head is the worst of the window.
                while next <= last {
                    while queue.count > head, isWorse(against[next], against[queue[queue.count - 1]]) {
                        queue.removeLast()
                    }
                    queue.append(next)
                    next += 1
                }
                while queue[head] <= entry { head += 1 }
                let ratio = against[queue[head]] / series.close[entry]
                result.bars.append(Int32(entry))
                result.blocks.append(Int32(block / resamplingBlocks))
                result.times.append(series.time[entry])
                result.moves.append(side == .long ? 1 - ratio : ratio - 1)
            }
        }
        return result
    }
}
