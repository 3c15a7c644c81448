#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressStatistics

extension MarketMemory {
    /// The memory of invented prices, as the program would find it in a file of them.
    init(logPrices: [Double], barsPerBlock: Int) {
        let prices = logPrices.map { exp($0) }
        let moves = zip(logPrices, logPrices.dropFirst()).map { $1 - $0 }
        let mean = moves.reduce(0, +) / Double(moves.count)
        let variance = moves.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(moves.count - 1)
        let blocks = stride(from: 0, to: prices.count, by: barsPerBlock).map {
            $0..<min($0 + barsPerBlock, prices.count)
        }
        self.init(
            close: prices, low: prices, high: prices, deviation: variance.squareRoot(), blocks: blocks,
            spellBlocks: Int(TurbulentSpells.windowDays) * CoverageStudy.barsPerDay / barsPerBlock)
    }
}
