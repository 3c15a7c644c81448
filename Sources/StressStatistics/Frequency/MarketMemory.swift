#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How long a price history remembers: the mean length of the runs that its resamples are made of.
///
/// It belongs to the prices, not to what is asked of them: volatility clusters, and so does everything that happens when prices move
/// far, also where events are too few to show it. So a cell's interval is the same whatever else stands in the grid.
public struct MarketMemory: Hashable, Sendable {
    /// Mean length of a run, in blocks, at least 1.
    public let runBlocks: Double
    /// The turbulent spells it has been through; nil where only the length is known.
    public let spells: TurbulentSpells?

    /// A known length.
    public init(runBlocks: Double) { self.init(runBlocks: runBlocks, spells: nil) }

    private init(runBlocks: Double, spells: TurbulentSpells?) {
        (self.runBlocks, self.spells) = (max(1, runBlocks), spells)
    }

    /// The automatic block length of the realised variance of the blocks, of the number of far falls in each, or of the far rises,
    /// whichever is longest.
    ///
    /// A bar falls far when its low lies more than ``farMove`` standard deviations of a bar's log return below the close before.
    /// Moves from or to a price of 0 or below are left out.
    ///
    /// - Parameters:
    ///   - close: of each bar; `low` and `high` likewise.
    ///   - deviation: standard deviation of the log return from close to close, 0 or more.
    ///   - blocks: consecutive runs of bars, oldest first.
    ///   - spellBlocks: blocks in the days that make a spell (``TurbulentSpells/windowDays``).
    ///
    /// O(bars + blocks^1.5 + blocks × spellBlocks).
    public init(
        close: [Double], low: [Double], high: [Double], deviation: Double, blocks: [Range<Int>],
        spellBlocks: Int
    ) {
        let (down, up) = (exp(-MarketMemory.farMove * deviation), exp(MarketMemory.farMove * deviation))
        func sums(_ value: (_ before: Double, _ bar: Int) -> Double) -> [Double] {
            blocks.map { block in
                block.reduce(0) { sum, bar in
                    let before = bar > 0 ? close[bar - 1] : 0
                    return before > 0 ? sum + value(before, bar) : sum
                }
            }
        }
        let series = [
            sums { before, bar in MarketMemory.square(close[bar] > 0 ? log(close[bar] / before) : 0) },
            sums { before, bar in low[bar] < down * before ? 1 : 0 },
            sums { before, bar in high[bar] > up * before ? 1 : 0 },
        ]
        self.init(
            runBlocks: series.compactMap { AutomaticBlockLength($0)?.stationary }.max() ?? 1,
            spells: TurbulentSpells(variances: series[0], window: spellBlocks))
    }

    private static func square(_ value: Double) -> Double { value * value }

    /// Standard deviations; about one bar in a hundred of a coin's moves farther.
    public static let farMove = 3.0
}
