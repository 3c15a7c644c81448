import MarginModel
import PriceSeries
import StressBasics

/// Names the results of each chunk of a history by all that they depend on.
///
/// A tally of a chunk depends on the bars from its first entry to the end of its longest windows and the fills that may come
/// after, on whether the history goes on behind them, and on the rules of its cells. When a history has grown, the chunks whose
/// windows ended inside the old part keep their names; a changed byte changes the names of all chunks that look at it.
struct ChunkKeys: Sendable {
    /// One digest a chunk.
    private let contents: [Digest]

    /// Raised whenever the same rules and bars would give other bits, or their record has another form.
    private static let version = 4

    /// O(bars).
    init(_ run: StressRun, threads: Int) {
        let blocks = run.blocks
        let funding = FundingSums(run.market, isInverse: false)
        let inverse = FundingSums(run.market, isInverse: true)
        func digests(_ digest: @escaping @Sendable (Int) -> Digest) -> [Digest] {
            parallelMap(count: blocks.chunks.count, threads: threads) { digest($0) } ?? []
        }
        let pieces = digests { ChunkKeys.digest(run.market, bars: blocks.bars($0..<$0 + 1)) }
        contents = digests { chunk in
            let needed = run.needed(by: chunk)
            var builder = DigestBuilder()
            builder.update("\(needed.lowerBound) \(needed.upperBound == run.market.series.count)")
            // Funding sums start at the first bar, so their last digits depend on all bars before.
            let before = [funding.sums, funding.absolute, inverse.sums, inverse.absolute].map {
                needed.lowerBound > 0 && !$0.isEmpty ? $0[needed.lowerBound - 1].bitPattern : 0
            }
            builder.update("\(before)")
            var (next, start) = (chunk, needed.lowerBound)
            while next < pieces.count, blocks.bars(next..<next + 1).upperBound <= needed.upperBound {
                builder.update(pieces[next].hex)
                start = blocks.bars(next..<next + 1).upperBound
                next += 1
            }
            builder.update(ChunkKeys.digest(run.market, bars: start..<needed.upperBound).hex)
            return builder.finish()
        }
    }

    /// The key of some cells over one chunk.
    func key(_ chunk: Int, rules: String) -> Digest {
        Digest(of: "tallies \(ChunkKeys.version)\n\(contents[chunk].hex)\n\(rules)")
    }

    private static func digest(_ market: MarketHistory, bars: Range<Int>) -> Digest {
        var builder = DigestBuilder()
        func add<Number>(_ column: [Number]) {
            column[bars].withUnsafeBytes { builder.update($0) }
        }
        let series = market.series
        add(series.time)
        for column in [series.open, series.high, series.low, series.close] { add(column) }
        for column in [series.volume, market.fundingPerBar] { column.map { add($0) } }
        if let mark = market.mark { for column in [mark.high, mark.low, mark.close] { add(column) } }
        builder.update("\(series.volume != nil) \(market.fundingPerBar != nil) \(market.mark != nil)")
        return builder.finish()
    }
}

extension ResolvedFill {
    /// Bars after the trigger that a fill may look at.
    fileprivate var latency: Int { if case .next(let latency) = self { latency } else { 0 } }
}

extension StressRun {
    /// The bars that the results of a chunk depend on. Past the longest window the next bar tells that it is whole, and as
    /// many more as a fill may be late.
    func needed(by chunk: Int) -> Range<Int> {
        let entries = blocks.bars(chunk..<chunk + 1)
        let time = market.series.time
        let longest = windows.keys.max()?.milliseconds ?? 0
        var (low, high) = (entries.upperBound, time.count)
        let deadline = time[entries.upperBound - 1] + longest
        while low < high {
            let middle = (low + high) / 2
            if time[middle] <= deadline { low = middle + 1 } else { high = middle }
        }
        let latest = rules.flatMap { $0.fills.map(\.rule.latency) }.max() ?? 0
        return entries.lowerBound..<min(time.count, low + latest + 1)
    }

    /// All that a result depends on besides the bars of its windows.
    func rulesText(_ rules: [CellRules]) -> String {
        // Volatility is that of the whole history, and counts only where slippage grows with it.
        let hasImpact = rules.contains { $0.platform.slippage.impact > 0 }
        let volatility = hasImpact ? "\(market.volatility.bitPattern)" : "none"
        let common = "\(blockLength) \(blocks.barsPerChunk) \(clock.unit) \(volatility) \(windowText)"
        return rules.reduce(into: common) { text, rule in
            let cell = rule.cell
            text += "\n\(cell.contract) \(cell.side) \(cell.leverage) \(cell.horizon) \(rule.terms) \(rule.fills)"
        }
    }

    private var windowText: String { "\(stride) \(String(describing: maxGap))" }
}
