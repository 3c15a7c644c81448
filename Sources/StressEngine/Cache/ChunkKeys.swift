import MarginModel
import PriceSeries
import StressBasics

/// Names the results of each chunk of a history by all that they depend on.
///
/// A tally of a chunk depends on the rules of its cells and on the bars in ``Reach`` of them: from its first entry to the end of its
/// longest windows, and as far around as a rule looks that is asked about one of these. It also depends on whether the history goes on
/// behind. When a history has grown, the chunks of which all that was in the old part keep their names; a changed byte changes the
/// names of all chunks that look at it.
struct ChunkKeys: Sendable {
    /// One digest a chunk, for each reach that some cells of the job have.
    private let contents: [Reach: [Digest]]

    /// Raised whenever the same rules and bars would give other bits, or their record has another form.
    private static let version = 11

    /// Keys for cells of the given reaches; by default those of the job. O(bars × reaches).
    init(_ job: HistoryJob, reaches: Set<Reach>? = nil, threads: Int) {
        let market = MarketDigests(job, threads: threads)
        let reaches = reaches ?? Set(job.parts.map(job.reach))
        contents = Dictionary(
            uniqueKeysWithValues: reaches.map { reach in
                let digests = parallelMap(count: job.blocks.chunks.count, threads: threads) { chunk in
                    market.digest(job.needed(by: chunk, reach), chunk: chunk)
                }
                return (reach, digests ?? [])
            })
    }

    /// The key of some cells over a run of chunks.
    func key(_ chunks: Range<Int>, _ cells: KeyedCells) -> Digest {
        guard let digests = contents[cells.reach] else {
            preconditionFailure("keys are made for every reach of the job's cells")
        }
        let seen = digests[chunks].map(\.hex).joined(separator: " ")
        return Digest(of: "tallies \(ChunkKeys.version)\n\(seen)\n\(cells.rest.hex)")
    }
}

/// What of some cells a key depends on.
struct KeyedCells: Sendable {
    /// The bars that their rules look at.
    let reach: Reach
    /// Everything else, which is long.
    let rest: Digest
}

/// Digests of a history's bars, each read once.
private struct MarketDigests: Sendable {
    private let market: MarketHistory
    private let blocks: BlockRuns
    /// One a chunk.
    private let chunks: [Digest]
    private let funding: [FundingSums]

    init(_ job: HistoryJob, threads: Int) {
        let (market, blocks) = (job.market, job.blocks)
        (self.market, self.blocks) = (market, blocks)
        funding = [false, true].map { FundingSums(market, isInverse: $0) }
        chunks =
            parallelMap(count: blocks.chunks.count, threads: threads) {
                MarketDigests.digest(market, bars: blocks.bars($0..<$0 + 1))
            } ?? []
    }

    /// The digest of all that the entries of a chunk see in `needed`, which holds them.
    func digest(_ needed: Range<Int>, chunk: Int) -> Digest {
        var builder = DigestBuilder()
        builder.update("\(needed.lowerBound) \(blocks.bars(chunk..<chunk + 1))")
        builder.update(" \(needed.upperBound == market.series.count)")
        // Funding sums start at the first bar, so their last digits depend on all bars before.
        let before = funding.flatMap { [$0.sums, $0.absolute] }.map {
            needed.lowerBound > 0 && !$0.isEmpty ? $0[needed.lowerBound - 1].bitPattern : 0
        }
        builder.update("\(before)")
        for piece in chunks.indices {
            let bars = blocks.bars(piece..<piece + 1)
            let seen = bars.clamped(to: needed)
            if seen.isEmpty { continue }
            builder.update(seen == bars ? chunks[piece].hex : MarketDigests.digest(market, bars: seen).hex)
        }
        return builder.finish()
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

extension HistoryJob {
    /// The bars that the results of a chunk depend on. Past the longest window the next bar tells that it is whole, and around them lie
    /// those that rules of the given reach look at.
    func needed(by chunk: Int, _ reach: Reach) -> Range<Int> {
        let entries = blocks.bars(chunk..<chunk + 1)
        let time = market.series.time
        let longest = windows.keys.max()?.milliseconds ?? 0
        var (low, high) = (entries.upperBound, time.count)
        let deadline = time[entries.upperBound - 1] + longest
        while low < high {
            let middle = (low + high) / 2
            if time[middle] <= deadline { low = middle + 1 } else { high = middle }
        }
        return reach.bars(of: entries.lowerBound..<min(time.count, low + 1), count: time.count)
    }

    /// The reach of a part's cells.
    func reach(_ part: Part) -> Reach { places(part).reduce(.none) { $0.union(rules[$1].reach) } }

    /// What the key of a part's results depends on.
    func keyed(_ part: Part) -> KeyedCells {
        KeyedCells(
            reach: reach(part), rest: Digest(of: "\(kind(part)) \(rulesText(places(part).map { rules[$0] }))"))
    }

    /// All that a result depends on besides the bars of its windows.
    private func rulesText(_ rules: [CellRules]) -> String {
        var text = "\(blockLength) \(blocks.barsPerChunk) \(clock.unit) \(windowText)"
        var before: CellRules?
        for rule in rules {
            // Writing them out is slow, and those of neighbours are mostly the same.
            if before?.platform != rule.platform || before?.fills != rule.fills {
                text += "\n\(rule.platform) \(rule.fills)"
            }
            let (cell, terms) = (rule.cell, rule.terms)
            text += "\n\(cell.contract.rawValue) \(cell.side.rawValue) \(cell.leverage.value) "
            text += "\(cell.horizon.milliseconds) \(terms.side.rawValue) \(terms.leverage.value) \(terms.notional)"
            before = rule
        }
        return text
    }

    private var windowText: String { "\(stride) \(String(describing: maxGap))" }
}
