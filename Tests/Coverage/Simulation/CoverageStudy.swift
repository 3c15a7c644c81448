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
    public func history(seed: Int) -> History { history(seed: seed, furtherDays: 0).past }

    /// The same, and the block sums of the days that follow it, a column a level. Entries of the history whose window reaches into
    /// them are of neither.
    func history(seed: Int, furtherDays: Int) -> (past: History, next: [BlockShare]) {
        let perDay = CoverageStudy.barsPerDay
        let random = SeededGenerator(seed: UInt64(seed)).stream("trial \(process.rawValue) \(horizonDays)")
        let after = furtherDays > 0 ? furtherDays + horizonDays : 0
        let prices = CoverageStudy.logPrices(process, bars: (days + after) * perDay, random: random)
        // The last entries have no whole window, as in every real file.
        let falls = CoverageStudy.falls(prices, horizon: horizonDays)
        let past = (days - horizonDays) * perDay
        let columns = columns(falls[..<min(past, falls.count)], days: days)
        let next = furtherDays > 0 ? self.columns(falls[(days * perDay)...], days: furtherDays) : []
        let memory = MarketMemory(logPrices: Array(prices[..<(days * perDay)]), barsPerBlock: perDay)
        return (History(columns: columns, memory: memory), next)
    }

    private func columns(_ falls: ArraySlice<Double>, days: Int) -> [BlockShare] {
        let perDay = CoverageStudy.barsPerDay
        var entries = [UInt32](repeating: 0, count: days)
        for bar in falls.indices { entries[(bar - falls.startIndex) / perDay] += 1 }
        return levels.map { level in
            var counts = [UInt32](repeating: 0, count: days)
            for bar in falls.indices where falls[bar] >= level.fall {
                counts[(bar - falls.startIndex) / perDay] += 1
            }
            return BlockShare(counts: counts, entries: entries)
        }
    }
}
