import PriceSeries
import StressBasics

/// Cuts a price history into time blocks, blocks into chunks, and chunks into tasks.
///
/// A block is a fixed stretch of UTC time (a calendar day by default) by which entries are counted; a chunk is a fixed run of
/// blocks in which sums are added; a task is a run of whole chunks. Blocks and chunks begin at fixed moments, whatever the
/// history's first bar is, and sums are joined across chunks in time order: no choice of tasks can change a result, and bars
/// appended to a history leave all chunks but the last ones as they were.
struct BlockRuns: Sendable {
    /// The bars of each block that has any, oldest first.
    let blocks: [Range<Int>]
    /// The blocks of each chunk that has any, as ranges of indices into ``blocks``.
    let chunks: [Range<Int>]
    /// About how many bars a chunk was meant to hold: no more than that, as far as its time allows.
    let barsPerChunk: Int
    /// Bars of a chunk of which none is missing.
    let chunkBars: Double

    /// And no more than this, where bars are long: a history of hours has settled chunks, too, and most of it is kept from one night to
    /// the next. But not fewer bars than are worth sums of their own.
    static let mostPerChunk = (time: TimeSpan.days(256), bars: 4096)

    /// A chunk holds about this many bars: enough to make its sums small beside the work, few enough that an appended day
    /// leaves most of a history alone.
    static let defaultBarsPerChunk = 16_384

    init(_ market: MarketHistory, block: TimeSpan, barsPerChunk: Int = BlockRuns.defaultBarsPerChunk) {
        self.barsPerChunk = barsPerChunk
        let numbers = market.series.time.map { floorDivide($0, block.milliseconds) }
        blocks = BlockRuns.runs(numbers)
        let width = BlockRuns.blocksPerChunk(market.barLength, block: block, barsPerChunk: barsPerChunk)
        chunkBars = BlockRuns.chunkBars(market.barLength, block: block, barsPerChunk: barsPerChunk)
        chunks = BlockRuns.runs(blocks.map { floorDivide(numbers[$0.lowerBound], width) })
    }

    /// Blocks of a chunk of a history with bars of a length: a power of two, so that a slightly different length does not move every
    /// boundary.
    private static func blocksPerChunk(_ barLength: TimeSpan, block: TimeSpan, barsPerChunk: Int) -> Int64 {
        let (bar, most) = (barLength.milliseconds, BlockRuns.mostPerChunk)
        let wanted =
            min(Int64(barsPerChunk) * bar, max(most.time.milliseconds, Int64(most.bars) * bar)) / block.milliseconds
        return Int64(1) << (64 - max(0, wanted - 1).leadingZeroBitCount)
    }

    /// See ``chunkBars-swift.property``; at least 1.
    static func chunkBars(
        _ barLength: TimeSpan, block: TimeSpan, barsPerChunk: Int = BlockRuns.defaultBarsPerChunk
    ) -> Double {
        let width = blocksPerChunk(barLength, block: block, barsPerChunk: barsPerChunk)
        return max(1, Double(width) * block.over(barLength))
    }

    /// The runs of equal elements.
    private static func runs(_ numbers: [Int64]) -> [Range<Int>] {
        var (runs, start): ([Range<Int>], Int) = ([], 0)
        for index in numbers.indices where index + 1 == numbers.count || numbers[index + 1] != numbers[index] {
            runs.append(start..<index + 1)
            start = index + 1
        }
        return runs
    }

    /// The bars of a run of chunks.
    func bars(_ chunks: Range<Int>) -> Range<Int> {
        blocks[self.chunks[chunks.lowerBound].lowerBound]
            .lowerBound..<blocks[self.chunks[chunks.upperBound - 1].upperBound - 1].upperBound
    }

    /// The blocks of a run of chunks, as indices into ``blocks``.
    func blocks(_ chunks: Range<Int>) -> Range<Int> {
        self.chunks[chunks.lowerBound].lowerBound..<self.chunks[chunks.upperBound - 1].upperBound
    }

    /// Runs of chunks with about equally many bars, at most `most` of them.
    func tasks(most: Int) -> [Range<Int>] {
        let barsPerTask = ((blocks.last?.upperBound ?? 1) - 1) / most + 1
        var (tasks, first): ([Range<Int>], Int) = ([], 0)
        for chunk in chunks.indices where bars(first..<chunk + 1).count >= barsPerTask || chunk + 1 == chunks.count {
            tasks.append(first..<chunk + 1)
            first = chunk + 1
        }
        return tasks
    }

    /// Runs of so many chunks from the first on: a history that has grown has the same runs, and some more behind them.
    func runs(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: chunks.count, by: count).map { $0..<min($0 + count, chunks.count) }
    }
}
