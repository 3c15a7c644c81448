#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import StressStatistics

/// How often the interval of a return level holds the truth: invented histories, each judged as a run would judge it.
public struct TailCoverage: Sendable {
    /// How prices move.
    public let process: ReturnProcess
    /// Holding time, days.
    public let horizonDays: Int
    /// Length of a history, days.
    public let days: Int
    /// What is extrapolated.
    public let subject: Subject
    /// The values that separate events go beyond once in each of ``periods``, in the long run.
    public let truth: [Double]

    /// What a tail is of.
    public enum Subject: Hashable, Sendable {
        /// The farthest fall of the log price while an entry is held.
        case falls
        /// How far the log price had fallen at the exit of those that a platform closes late, from a trigger price at a distance: the
        /// loss behind the shortfalls.
        case lateExits(distance: Double)
    }

    /// Return periods, years.
    public static let periods = [1.0, 2, 5, 10, 20]

    /// A study whose truth is read off one history of `longRun` bars, with a seed of its own.
    public init(_ process: ReturnProcess, horizonDays: Int, days: Int, longRun: Int) {
        let market = Market(process, horizonDays: horizonDays, bars: longRun)
        self.init(process, horizonDays: horizonDays, days: days, subject: .falls, truth: market.levels(.falls))
    }

    /// A study of a known truth.
    public init(_ process: ReturnProcess, horizonDays: Int, days: Int, subject: Subject, truth: [Double]) {
        (self.process, self.horizonDays, self.days) = (process, horizonDays, days)
        (self.subject, self.truth) = (subject, truth)
    }

    /// What a run would say of each period about the history of a seed: nil where the level lies under the threshold.
    public func outcomes(seed: Int) -> [Result<TailFit.ReturnLevel, TailRefusal.Failure>?] {
        let bars = CoverageStudy.barsPerDay
        let market = Market(process, horizonDays: horizonDays, bars: days * bars, seed: seed)
        let memory = MarketMemory(logPrices: market.prices, barsPerBlock: bars)
        let run = max(Double(horizonDays), memory.runBlocks)
        let span = TailSpan(
            first: 0, last: market.time(max(0, market.falls.count - 1)),
            run: TimeSpan(milliseconds: Int64(run * Double(TimeSpan.days(1).milliseconds))),
            spells: memory.spells?.count)
        guard let span else { return [] }
        let analysis = analysis(market, span: span, random: SeededGenerator(seed: UInt64(seed)))
        return TailCoverage.periods.map { period in
            switch analysis.outcome {
            case .failure(let failure): .failure(failure)
            case .success(let fit):
                fit.returnLevel(years: period, confidence: 0.95, farthest: scale.farthestExtrapolation)
            }
        }
    }

    /// As a run makes it: of moves the largest of each day, of shortfalls all in the order in which they ended.
    private func analysis(_ market: Market, span: TailSpan, random: SeededGenerator) -> TailAnalysis {
        let values = market.values(subject)
        let times = values.map { market.time($0.bar) }
        switch subject {
        case .falls:
            let maxima = blockMaxima(
                times: times, values: values.map(\.value),
                blocks: values.map { Int32($0.bar / CoverageStudy.barsPerDay) })
            return TailAnalysis(
                times: maxima.times, values: maxima.values, separation: .days(Int64(horizonDays)), span: span,
                random: random)
        case .lateExits:
            return TailAnalysis(
                times: times, values: values.map(\.value), separation: .days(1), span: span,
                shares: TailAnalysis.eventShares, random: random)
        }
    }

    /// A history of one process.
    public struct Market: Sendable {
        let prices: [Double]
        let falls: [Double]
        private let horizonBars: Int

        /// The one whose long run is the truth.
        public init(_ process: ReturnProcess, horizonDays: Int, bars: Int) {
            self.init(process, horizonDays, bars, SeededGenerator(seed: 2024), "tail truth")
        }

        /// The one of a seed.
        init(_ process: ReturnProcess, horizonDays: Int, bars: Int, seed: Int) {
            self.init(process, horizonDays, bars, SeededGenerator(seed: UInt64(seed)), "trial")
        }

        private init(
            _ process: ReturnProcess, _ horizonDays: Int, _ bars: Int, _ random: SeededGenerator, _ name: String
        ) {
            horizonBars = horizonDays * CoverageStudy.barsPerDay
            let stream = random.stream("\(name) \(process.rawValue) \(horizonDays)")
            prices = CoverageStudy.logPrices(process, bars: bars, random: stream)
            falls = windowFalls(prices, horizon: horizonBars)
        }

        /// Milliseconds.
        func time(_ bar: Int) -> Int64 {
            Int64(bar) * TimeSpan.days(1).milliseconds / Int64(CoverageStudy.barsPerDay)
        }

        /// The fall that a share of the entries meets.
        public func fall(share: Double) -> Double { falls.sorted(by: >)[Int(share * Double(falls.count))] }

        /// In order of time, with the bar at which each is seen: its entry, or its exit.
        func values(_ subject: Subject) -> [(bar: Int, value: Double)] {
            guard case .lateExits(let distance) = subject else { return falls.enumerated().map { ($0, $1) } }
            let exits = LateExits(prices, distance: distance, entries: falls.count, horizon: horizonBars)
            return exits.chances.indices.filter { exits.chances[$0] > 0 }.map { entry in
                let shortfall = exits.shortfalls[entry] / exits.chances[entry]
                return (exits.bars[entry], distance + LateExits.gap + shortfall)
            }.sorted { ($0.bar, $0.value) < ($1.bar, $1.value) }
        }

        /// The values passed once in each period: by falls that lie more than the holding time and twenty days apart, and by exits more
        /// than a day apart, as crashes are counted.
        public func levels(_ subject: Subject) -> [Double] {
            let values = values(subject)
            let days = CoverageStudy.barsPerDay
            let apart = subject == .falls ? horizonBars + 20 * days : days
            let years = Double(falls.count) / Double(CoverageStudy.barsPerDay) / 365.25
            // The deepest is no rarer than once in the shortest period, and the rest need not be looked at again and again.
            let floor = values.map(\.value).sorted()[values.count - min(values.count, 1 + falls.count / 50)]
            let far = values.filter { $0.value > floor }
            func events(above level: Double) -> Int {
                var (count, last) = (0, -1_000_000)
                for (bar, value) in far where value > level {
                    if bar - last > apart { count += 1 }
                    last = bar
                }
                return count
            }
            return periods.map { period in
                var (low, high) = (floor, 2 * (far.map(\.value).max() ?? floor))
                for _ in 0..<40 {
                    let middle = (low + high) / 2
                    if Double(events(above: middle)) * period > years { low = middle } else { high = middle }
                }
                return (low + high) / 2
            }
        }
    }

    /// One return period over many histories.
    public struct Row: Sendable {
        /// Years.
        public let period: Double
        /// The true fall in parts of the price, or shortfall in parts of the margin.
        public let truth: Double
        /// Histories for which an interval was given.
        public var given = 0
        /// Those whose interval held the truth, those it lay under, and those it lay above.
        public var held = 0, below = 0, above = 0
        /// Widths of the intervals over the truth.
        public var widths: [Double] = []
        /// Why none was given.
        public var refusals: [TailRefusal: Int] = [:]
    }

    /// From the log price to what tables have; a position whose margin is gone at a distance has so much leverage.
    private var scale: TailScale {
        switch subject {
        case .falls: .moves(isFall: true)
        case .lateExits(let distance):
            .shortfalls(isBounded: true, largestLoss: -1 / expm1(-(distance + LateExits.gap)))
        }
    }

    /// Judges `trials` histories, of seeds from the first on.
    public func table(trials: Int, firstSeed: Int = 0) -> [Row] {
        let scale = scale
        var rows = zip(TailCoverage.periods, truth).map { Row(period: $0, truth: scale.value($1)) }
        for seed in firstSeed..<firstSeed + trials {
            for (place, outcome) in outcomes(seed: seed).enumerated() {
                switch outcome {
                case nil: break
                case .failure(let failure): rows[place].refusals[failure.reason, default: 0] += 1
                case .success(let level):
                    let (low, high) = (scale.value(level.interval.low), scale.value(level.interval.high))
                    rows[place].given += 1
                    if high < rows[place].truth {
                        rows[place].below += 1
                    } else if low > rows[place].truth {
                        rows[place].above += 1
                    } else {
                        rows[place].held += 1
                    }
                    rows[place].widths.append((high - low) / rows[place].truth)
                }
            }
        }
        return rows
    }
}
