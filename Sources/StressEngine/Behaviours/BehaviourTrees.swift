import MarginModel
import PriceSeries
import StressBasics

/// What a search for the next event of a behaviour looks into: the extremes of blocks of bars, and what liquidations are searched in. An
/// object: who searches at every entry counts no references to columns.
public final class BehaviourTrees: Sendable {
    let passages: PassageTrees
    let blocks: PriceBlocks
    /// Whether liquidations are decided by the extremes of the traded bars alone, so that ``blocks`` tell of them, too.
    let areTraded: Bool

    /// Builds the trees that the given triggers need. O(bars).
    init(_ market: MarketHistory, triggers: Set<LiquidationTrigger>, passages: PassageTrees?) {
        self.passages = passages ?? PassageTrees(market, triggers: triggers)
        blocks = PriceBlocks(market.series)
        areTraded = market.mark == nil
    }

    deinit { blocks.free() }
}

/// Lowest and highest prices and closes of blocks of 16 bars and powers of it. 34 bytes a bar, in storage that is read in place; to be freed.
struct PriceBlocks: @unchecked Sendable {
    /// Minima of the lowest price, of the highest negated, of the close, and of the close negated; opens are among the prices.
    private let lanes: UnsafeMutablePointer<SIMD4<Double>>
    /// Where each level begins; level 0 holds the bars, level `k` blocks of 16^k.
    private let starts: UnsafeMutablePointer<Int>
    /// The highest level.
    let top: Int

    /// O(bars).
    init(_ series: BarSeries) {
        var level = series.close.indices.map { bar in
            SIMD4(
                min(series.low[bar], series.open[bar]), -max(series.high[bar], series.open[bar]), series.close[bar],
                -series.close[bar])
        }
        var (lanes, starts) = ([SIMD4<Double>](), [Int]())
        while true {
            starts.append(lanes.count)
            lanes += level
            guard level.count > PriceBlocks.width else { break }
            level = stride(from: 0, to: level.count, by: PriceBlocks.width).map { first in
                level[first..<min(first + PriceBlocks.width, level.count)].dropFirst()
                    .reduce(level[first]) { pointwiseMin($0, $1) }
            }
        }
        (self.lanes, self.starts) = (.allocate(capacity: lanes.count), .allocate(capacity: starts.count))
        self.lanes.initialize(from: lanes, count: lanes.count)
        self.starts.initialize(from: starts, count: starts.count)
        top = starts.count - 1
    }

    fileprivate func free() {
        lanes.deallocate()
        starts.deallocate()
    }

    private static let width = 1 << shift
    /// Bits of a block's number that the next level does not have.
    static let shift = 4

    /// Extremes of the block of a level that a bar lies in.
    @inline(__always)
    func extremes(_ level: Int, _ bar: Int, isLong: Bool) -> BlockExtremes {
        let lanes = lanes[starts[level] + bar >> (PriceBlocks.shift * level)]
        return BlockExtremes(
            lanes: isLong ? lanes : SIMD4(lanes[1], lanes[0], lanes[3], lanes[2]))
    }
}

extension PriceBlocks {
    /// The worst price of a range of bars, times the side's sign; infinite of none. O(log bars).
    func worst(from: Int, through last: Int, isLong: Bool) -> Double {
        var (next, worst) = (from, Double.infinity)
        while next <= last {
            var level = min(next.trailingZeroBitCount / PriceBlocks.shift, top)
            while level > 0, next + 1 << (PriceBlocks.shift * level) > last + 1 { level -= 1 }
            worst = min(worst, extremes(level, next, isLong: isLong).worst)
            next += 1 << (PriceBlocks.shift * level)
        }
        return worst
    }
}

/// Extremes of a block as one side sees them: prices times the side's sign, so that lower is worse.
struct BlockExtremes {
    fileprivate let lanes: SIMD4<Double>

    /// The worst price.
    var worst: Double { lanes[0] }
    /// The best price.
    var best: Double { -lanes[1] }
    /// The worst close.
    var worstClose: Double { lanes[2] }
    /// The best close.
    var bestClose: Double { -lanes[3] }
}
