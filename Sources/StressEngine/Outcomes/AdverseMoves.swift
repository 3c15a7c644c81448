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
    public var times: [Int64] { bars.map { openTimes[Int($0)] } }
    /// Of all bars.
    fileprivate var openTimes: [Int64] = []
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
        var result = AdverseMoves(openTimes: series.time)
        result.makeRoom(for: windows.lastBar.count { $0 >= 0 })
        var worst = WorstAhead(against: side == .long ? series.low : series.high, side: side)
        for (block, bars) in blocks.blocks.enumerated() {
            for entry in bars where windows.lastBar[entry] >= 0 {
                let ratio = worst.price(after: entry, last: Int(windows.lastBar[entry])) / series.close[entry]
                result.bars.append(Int32(entry))
                result.blocks.append(Int32(block / resamplingBlocks))
                result.moves.append(side == .long ? 1 - ratio : ratio - 1)
            }
        }
        return result
    }
}

extension AdverseMoves {
    fileprivate mutating func makeRoom(for entries: Int) {
        bars.reserveCapacity(entries)
        blocks.reserveCapacity(entries)
        moves.reserveCapacity(entries)
    }
}

/// The worst price of windows whose ends never go back: each bar enters the queue once, and its head is the worst of the window.
private struct WorstAhead: ~Copyable {
    private let against: [Double]
    /// 1 where low prices are worse, −1 where high ones are.
    private let sign: Double
    private let queue: Column<Int32>
    private var (head, end, next) = (0, 0, 0)

    /// - Parameter against: lows for a long, highs for a short.
    init(against: [Double], side: Side) {
        (self.against, sign) = (against, side.sign)
        queue = Column(unset: against.count)
    }

    /// The worst price behind `entry` up to `last`.
    mutating func price(after entry: Int, last: Int) -> Double {
        while next <= last {
            let price = sign * against[next]
            while end > head, price <= sign * against[Int(queue[end - 1])] { end -= 1 }
            queue[end] = Int32(truncatingIfNeeded: next)
            end += 1
            next += 1
        }
        while queue[head] <= entry { head += 1 }
        return against[Int(queue[head])]
    }
}
