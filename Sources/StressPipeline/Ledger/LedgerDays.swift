import PriceSeries
import StressBasics
import StressEngine
import StressStatistics

/// Days that are judged together: of one history, or of all.
struct LedgerDays: Sendable {
    /// Places of the histories.
    let assets: [Int]
    /// The day of each of their blocks among ours.
    let blocks: [[Int]]
    /// Number of days.
    let count: Int
    /// The population's horizon over a day, or over a bar where bars are longer.
    let horizonBlocks: Double
    /// Windows that share no bar.
    let disjointWindows: Int
    /// How long the prices remember.
    let memory: MarketMemory
    /// Names the resamples' stream.
    let name: String

    /// Those of all histories together, then those of each.
    ///
    /// - Parameter windows: of the horizon, a history each.
    static func panels(
        _ histories: [LedgerStage.History], windows: [EntryWindows], horizon: TimeSpan
    ) -> [LedgerDays] {
        let days = histories.map { BarDays($0.market) }
        let own = histories.indices.map { place -> LedgerDays in
            let bars = days[place]
            return LedgerDays(
                assets: [place], blocks: [Array(bars.numbers.indices)], count: bars.numbers.count,
                horizonBlocks: max(1, horizon.over(bars.blockLength)),
                disjointWindows: windows[place].disjointCount(in: histories[place].market.series),
                memory: bars.memory(histories[place].market), name: "ledger \(horizon.text)")
        }
        return [together(own, days)] + own
    }

    /// What happens to one history may happen to all at once: together they remember no less than the one that remembers longest, and
    /// say no more than the one that says most.
    private static func together(_ own: [LedgerDays], _ days: [BarDays]) -> LedgerDays {
        let all = Set(days.flatMap(\.numbers)).sorted()
        let place = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, $0) })
        return LedgerDays(
            assets: Array(own.indices), blocks: days.map { $0.numbers.compactMap { place[$0] } }, count: all.count,
            horizonBlocks: own.map(\.horizonBlocks).max() ?? 1, disjointWindows: own.map(\.disjointWindows).max() ?? 0,
            memory: own.map(\.memory).max { $0.runBlocks < $1.runBlocks } ?? MarketMemory(runBlocks: 1),
            name: own.first?.name ?? "ledger")
    }
}

/// The UTC days of a history that have bars.
private struct BarDays {
    /// Days since the epoch, in order.
    let numbers: [Int64]
    /// The bars of each.
    private let bars: [Range<Int>]
    /// A day, or a bar where bars are longer.
    let blockLength: TimeSpan

    init(_ market: MarketHistory) {
        var (numbers, starts): ([Int64], [Int]) = ([], [])
        for (bar, time) in market.series.time.enumerated() {
            let day = floorDivide(time, TimeSpan.days(1).milliseconds)
            guard day != numbers.last else { continue }
            numbers.append(day)
            starts.append(bar)
        }
        self.numbers = numbers
        bars = zip(starts, starts.dropFirst() + [market.series.count]).map { $0..<$1 }
        blockLength = max(.days(1), market.barLength)
    }

    /// How long the history remembers, in days with bars.
    func memory(_ market: MarketHistory) -> MarketMemory {
        let series = market.series
        let spell = max(2, Int((TimeSpan.days(1).over(blockLength) * TurbulentSpells.windowDays).rounded()))
        return MarketMemory(
            close: series.close, low: series.low, high: series.high, deviation: market.volatility, blocks: bars,
            spellBlocks: spell)
    }
}
