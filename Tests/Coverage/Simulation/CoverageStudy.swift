import StressBasics
import StressStatistics

/// How often intervals hold the truth: many invented histories of a process, each judged as a run would judge it.
public struct CoverageStudy: Sendable {
    /// How prices move.
    public let process: ReturnProcess
    /// Longest holding time, days.
    public let horizonDays: Int
    /// Length of a history, days.
    public let days: Int
    /// The falls that end below zero, and how often they do in truth, most frequent first.
    public let levels: [Level]

    /// A fall and its true frequency.
    public struct Level: Sendable {
        /// Fall of the log price.
        public let fall: Double
        /// Share of entries that meet it, in the long run.
        public let truth: Double
    }

    static let barsPerDay = 4

    /// A study of the falls that about the given shares of entries meet.
    ///
    /// The truth is read off one history of `longRun` bars, with a seed of its own.
    public init(
        _ process: ReturnProcess, horizonDays: Int, days: Int, frequencies: [Double], longRun: Int
    ) {
        self.process = process
        self.horizonDays = horizonDays
        self.days = days
        let random = SeededGenerator(seed: 2024).stream("truth \(process.rawValue) \(horizonDays)")
        let falls = CoverageStudy.falls(
            CoverageStudy.logPrices(process, bars: longRun + horizonDays * CoverageStudy.barsPerDay, random: random),
            horizon: horizonDays
        ).sorted(by: >)
        levels = frequencies.map { share in
            let place = Int(share * Double(falls.count))
            return Level(fall: falls[place], truth: Double(place) / Double(falls.count))
        }
    }

    static func logPrices(_ process: ReturnProcess, bars: Int, random: SeededGenerator) -> [Double] {
        var stream = ReturnStream(process, seed: random)
        var prices = [0.0]
        prices.reserveCapacity(bars)
        for bar in 1..<bars { prices.append(prices[bar - 1] + stream.next()) }
        return prices
    }

    private static func falls(_ logPrices: [Double], horizon days: Int) -> [Double] {
        windowFalls(logPrices, horizon: days * barsPerDay)
    }

    /// One invented history.
    public struct History: Hashable, Sendable {
        /// Block sums, a column a level.
        public let columns: [BlockShare]
        /// What its prices remember.
        public let memory: MarketMemory
    }

    /// The history of a seed.
    public func history(seed: Int) -> History {
        let perDay = CoverageStudy.barsPerDay
        let random = SeededGenerator(seed: UInt64(seed)).stream("trial \(process.rawValue) \(horizonDays)")
        let prices = CoverageStudy.logPrices(process, bars: days * perDay, random: random)
        // The last entries have no whole window, as in every real file.
        let falls = CoverageStudy.falls(prices, horizon: horizonDays)
        var entries = [UInt32](repeating: 0, count: days)
        for bar in falls.indices { entries[bar / perDay] += 1 }
        let columns = levels.map { level in
            var counts = [UInt32](repeating: 0, count: days)
            for (bar, fall) in falls.enumerated() where fall >= level.fall { counts[bar / perDay] += 1 }
            return BlockShare(counts: counts, entries: entries)
        }
        return History(columns: columns, memory: MarketMemory(logPrices: prices, barsPerBlock: perDay))
    }
}
