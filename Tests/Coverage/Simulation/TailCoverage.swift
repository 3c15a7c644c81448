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
    /// The falls of the log price that separate events go beyond once in each of ``periods``, in the long run.
    public let truth: [Double]

    /// Return periods, years.
    public static let periods = [1.0, 2, 5, 10, 20]

    /// A study whose truth is read off one history of `longRun` bars, with a seed of its own.
    public init(_ process: ReturnProcess, horizonDays: Int, days: Int, longRun: Int) {
        self.init(
            process, horizonDays: horizonDays, days: days,
            truth: TailCoverage.truth(process, horizonDays: horizonDays, longRun: longRun))
    }

    /// A study of a known truth.
    public init(_ process: ReturnProcess, horizonDays: Int, days: Int, truth: [Double]) {
        (self.process, self.horizonDays, self.days, self.truth) = (process, horizonDays, days, truth)
    }

    /// Falls passed once in each period: by events that lie more than the holding time and twenty days apart.
    public static func truth(_ process: ReturnProcess, horizonDays: Int, longRun: Int) -> [Double] {
        let random = SeededGenerator(seed: 2024).stream("tail truth \(process.rawValue) \(horizonDays)")
        let bars = CoverageStudy.barsPerDay
        let falls = windowFalls(
            CoverageStudy.logPrices(process, bars: longRun, random: random), horizon: horizonDays * bars)
        let years = Double(falls.count) / Double(bars) / 365.25
        let floor = falls.sorted()[Int(0.98 * Double(falls.count))]
        let far = falls.indices.filter { falls[$0] > floor }
        func events(above level: Double) -> Int {
            var (count, last) = (0, -1_000_000)
            for bar in far where falls[bar] > level {
                if bar - last > (horizonDays + 20) * bars { count += 1 }
                last = bar
            }
            return count
        }
        return periods.map { period in
            var (low, high) = (floor, 2 * falls.max()!)
            for _ in 0..<40 {
                let middle = (low + high) / 2
                if Double(events(above: middle)) * period > years { low = middle } else { high = middle }
            }
            return (low + high) / 2
        }
    }

    /// What a run would say of each period about the history of a seed: nil where the level lies under the threshold.
    public func outcomes(seed: Int) -> [Result<TailFit.ReturnLevel, TailRefusal.Failure>?] {
        let bars = CoverageStudy.barsPerDay
        let random = SeededGenerator(seed: UInt64(seed)).stream("trial \(process.rawValue) \(horizonDays)")
        let prices = CoverageStudy.logPrices(process, bars: days * bars, random: random)
        let falls = windowFalls(prices, horizon: horizonDays * bars)
        let times = falls.indices.map { Int64($0) * TimeSpan.days(1).milliseconds / Int64(bars) }
        let memory = max(Double(horizonDays), MarketMemory(logPrices: prices, barsPerBlock: bars).runBlocks)
        let run = TimeSpan(milliseconds: Int64(memory * Double(TimeSpan.days(1).milliseconds)))
        guard let last = times.last, let span = TailSpan(first: 0, last: last, run: run) else { return [] }
        let maxima = blockMaxima(times: times, values: falls, blocks: falls.indices.map { Int32($0 / bars) })
        let analysis = TailAnalysis(
            times: maxima.times, values: maxima.values, separation: .days(Int64(horizonDays)), span: span,
            random: SeededGenerator(seed: UInt64(seed)))
        return TailCoverage.periods.map { period in
            switch analysis.outcome {
            case .failure(let failure): .failure(failure)
            case .success(let fit): fit.returnLevel(years: period, confidence: 0.95)
            }
        }
    }

    /// One return period over many histories.
    public struct Row: Sendable {
        /// Years.
        public let period: Double
        /// The true fall, in parts of the price.
        public let truth: Double
        /// Histories for which an interval was given.
        public var given = 0
        /// Those whose interval held the truth, those it lay under, and those it lay above.
        public var held = 0, below = 0, above = 0
        /// Widths of the intervals over the true fall, as falls of the price.
        public var widths: [Double] = []
        /// Why none was given.
        public var refusals: [TailRefusal: Int] = [:]
    }

    /// Judges `trials` histories, seeds from 0.
    public func table(trials: Int) -> [Row] {
        let scale = TailScale.moves(isFall: true)
        var rows = zip(TailCoverage.periods, truth).map { Row(period: $0, truth: scale.value($1)) }
        for seed in 0..<trials {
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
