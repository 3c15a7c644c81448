import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Laws of simulated futures.
@Suite("Resampled futures") struct ResampledFuturesTests {
    private func rules(
        _ method: ResampleMethod = .stationary, block: TimeSpan = .minutes(1), horizons: [TimeSpan] = [.minutes(90)],
        seed: UInt64 = 1
    ) -> ResampleRules {
        var rules = ResampleRules()
        (rules.method, rules.block, rules.horizons, rules.seed) = (method, block, horizons, seed)
        return rules
    }

    private func market(_ seed: UInt64, bars: Int = 700, holes: Bool = false) throws -> MarketHistory {
        let base = randomSeries(seed: seed, bars: bars, wildness: 0.004, holes: holes)
        let funding = try FundingSchedule(
            time: (0..<60).map { base.time[0] + Int64($0) * 411_000 }, rate: (0..<60).map { Double($0) / 5000 })
        let volume = base.time.indices.map { 5 + Double($0 % 7) }
        let series = try BarSeries(
            time: base.time, open: base.open, high: base.high, low: base.low, close: base.close, volume: volume)
        return MarketHistory(series: series, funding: funding)
    }

    private func futures(_ market: MarketHistory, _ rules: ResampleRules, maxGap: TimeSpan? = .minutes(1)) throws
        -> ResampledFutures
    {
        ResampledFutures(try RelativeBars(market, maxGap: maxGap), rules: rules, name: "COIN", reserve: 2)
    }

    /// Every column of paths, to be compared as a whole.
    private func columns(_ market: MarketHistory) -> [[Double]] {
        let series = market.series
        return [series.open, series.high, series.low, series.close, market.fundingPerBar ?? [], series.volume ?? []]
    }

    // MARK: Draws

    /// The stationary bootstrap in plain words.
    private func plainDraws(_ futures: ResampledFutures, _ path: Int, block: Double, seed: UInt64) -> [Int] {
        var random = SeededGenerator(seed: seed).stream("resample").stream("COIN").stream("\(path)")
        let count = futures.bars.count
        func start() -> Int { Int(random.next().multipliedFullWidth(by: UInt64(count)).high) }
        var (places, place) = ([Int](), start())
        while places.count < futures.barsPerPath - 1 {
            places.append(place)
            let ends = block <= 1 || random.next() < UInt64(0x1p64 / block)
            place = ends ? start() : (place + 1) % count
        }
        return places
    }

    @Test(arguments: [1, 2, 5, 60, 4000]) func drawsAreThoseOfAPlainBootstrap(block: Int64) throws {
        let futures = try futures(market(3), rules(block: .minutes(block), seed: 9))
        for path in 0..<40 {
            #expect(futures.draws(of: path) == plainDraws(futures, path, block: Double(block), seed: 9), "path \(path)")
        }
    }

    @Test("Runs have the mean length that was asked for") func meanLength() throws {
        let futures = try futures(market(4), rules(block: .minutes(12), horizons: [.minutes(3000)]))
        var (bars, runs) = (0, 0)
        for path in 0..<60 {
            let draws = futures.draws(of: path)
            bars += draws.count
            runs += zip(draws, draws.dropFirst()).count { $1 != ($0 + 1) % futures.bars.count }
        }
        // A run ends with chance 1/12 a bar; 4 standard errors of a binomial share.
        let share = Double(runs) / Double(bars)
        #expect(abs(share - 1.0 / 12) < 4 * (1.0 / 12 * 11 / 12 / Double(bars)).squareRoot(), "\(share)")
    }

    @Test("With a block of one bar the mean of log returns is the history's, within its exact standard error")
    func meanReturn() throws {
        let futures = try futures(market(5), rules(horizons: [.minutes(2000)]))
        let own = futures.bars.close.map { log($0) }
        let mean = own.reduce(0, +) / Double(own.count)
        let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count)
        let drawn = (0..<50).flatMap { futures.draws(of: $0).map { own[$0] } }
        let found = drawn.reduce(0, +) / Double(drawn.count)
        #expect(abs(found - mean) < 4 * (variance / Double(drawn.count)).squareRoot())
        let spread = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(drawn.count)
        #expect(abs(spread / variance - 1) < 0.1, "\(spread) \(variance)")
    }

    // MARK: Paths

    @Test("A path holds bars of the history and nothing else", arguments: [false, true]) func onlyBars(holes: Bool)
        throws
    {
        let history = try market(6, holes: holes)
        let futures = try futures(history, rules(block: .minutes(7)))
        let path = futures.market(paths: 4..<5)
        let draws = futures.draws(of: 4)
        let series = path.series
        #expect(series.count == futures.barsPerPath && series.close[0] == history.series.close.last)
        for (bar, draw) in draws.enumerated() {
            let place = futures.bars.places[draw]
            #expect(!holes || history.series.time[place] - history.series.time[place - 1] == 60_000)
            for (own, whole) in [
                (series.open, history.series.open), (series.high, history.series.high),
                (series.low, history.series.low),
                (series.close, history.series.close),
            ] {
                let ratio = own[bar + 1] / series.close[bar]
                #expect(abs(ratio / (whole[place] / history.series.close[place - 1]) - 1) < 1e-12, "bar \(bar)")
            }
            #expect(path.fundingPerBar?[bar + 1] == history.fundingPerBar?[place])
            let traded = (series.volume?[bar + 1] ?? 0) * series.close[bar + 1]
            #expect(abs(traded / history.quoteVolume(place) - 1) < 1e-12)
        }
    }

    @Test("Bars keep their shape", arguments: ResampleMethod.allCases) func shape(method: ResampleMethod) throws {
        let futures = try futures(market(7), rules(method, block: .minutes(3)))
        #expect((futures.filter != nil) == (method == .filtered))
        let series = futures.market(paths: 0..<30).series
        for bar in series.time.indices {
            let (top, bottom) = (max(series.open[bar], series.close[bar]), min(series.open[bar], series.close[bar]))
            #expect(series.high[bar] >= top * (1 - 1e-12) && series.low[bar] <= bottom * (1 + 1e-12))
        }
    }

    @Test("A market that stands still has futures that do", arguments: ResampleMethod.allCases)
    func constant(method: ResampleMethod) throws {
        let time = (0..<100).map { Int64($0) * 60_000 }
        let still = MarketHistory(series: try BarSeries(time: time, price: [Double](repeating: 42, count: 100)))
        let path = try futures(still, rules(method)).market(paths: 0..<9)
        #expect(columns(path).prefix(4).allSatisfy { $0.allSatisfy { $0 == 42 } })
    }

    @Test("Filtered bars of one volatility are those of the plain bootstrap, nearly") func oneVolatility() throws {
        var random = SeededGenerator(seed: 11)
        var price = 100.0
        let prices = (0..<3000).map { _ in
            price *= exp(0.01 * (random.uniform() + random.uniform() + random.uniform() - 1.5))
            return price
        }
        let time = prices.indices.map { Int64($0) * 60_000 }
        let calm = MarketHistory(series: try BarSeries(time: time, price: prices))
        let both = try ResampleMethod.allCases.map { try futures(calm, rules($0)).market(paths: 0..<20).series.close }
        for (plain, filtered) in zip(both[0], both[1]) { #expect(abs(log(filtered / plain)) < 0.03) }
    }

    @Test("A bar that is drawn at its own volatility is itself") func unstretched() throws {
        let filter = try #require(BarFilter(RelativeBars(market(8), maxGap: nil)))
        for ratio in [0.4, 0.99, 1, 1.7] { #expect(abs(filter.stretched(ratio, by: 1) / ratio - 1) < 1e-12) }
    }

    @Test("Volatility at the end of the history is that of the first bar of a path") func now() throws {
        // Calm for long, then wild: plain futures are mostly calm at first, filtered ones begin wild.
        var random = SeededGenerator(seed: 5)
        var price = 100.0
        let prices = (0..<3000).map { bar in
            price *= exp((bar < 2800 ? 0.001 : 0.03) * (random.uniform() - 0.5))
            return price
        }
        let late = MarketHistory(
            series: try BarSeries(time: prices.indices.map { Int64($0) * 60_000 }, price: prices))
        func firstMove(_ method: ResampleMethod) throws -> Double {
            let futures = try futures(late, rules(method))
            let close = futures.market(paths: 0..<200).series.close
            return (0..<200).reduce(0) { $0 + abs(log(close[$1 * futures.barsPerPath + 1] / prices[2999])) }
        }
        #expect(try firstMove(.filtered) > 3 * firstMove(.stationary))
    }

    @Test(
        "A seed gives the same futures, and a path does not depend on those beside it",
        arguments: ResampleMethod.allCases)
    func seeds(method: ResampleMethod) throws {
        let history = try market(9)
        let futures = try futures(history, rules(method, block: .minutes(5)))
        let all = columns(futures.market(paths: 0..<6))
        let part = columns(futures.market(paths: 4..<6))
        let length = futures.barsPerPath
        #expect(zip(all, part).allSatisfy { Array($0.dropFirst(4 * length)) == $1 })
        #expect(columns(try self.futures(history, rules(method, block: .minutes(5))).market(paths: 0..<6)) == all)
        #expect(
            columns(try self.futures(history, rules(method, block: .minutes(5), seed: 2)).market(paths: 0..<6)) != all)
    }

    // MARK: Refusals

    @Test func whatHasNoReturnsIsRefused() throws {
        let base = randomSeries(seed: 1, bars: 60)
        let sunk = try BarSeries(
            time: base.time, open: base.open, high: base.high, low: base.low.map { $0 - 90 }, close: base.close)
        #expect(throws: RelativeBars.Refusal.notPositive) {
            try RelativeBars(MarketHistory(series: sunk), maxGap: nil)
        }
        #expect(throws: RelativeBars.Refusal.tooShort) {
            try RelativeBars(MarketHistory(series: randomSeries(seed: 1, bars: 20)), maxGap: nil)
        }
    }

    // MARK: Engine

    private func study(_ futures: ResampledFutures, horizons: [TimeSpan], liquidates: Bool) throws -> Study {
        let rules = PlatformRules(
            fees: try Fees(open: 0, close: 0, liquidation: 0), slippage: try Slippage(base: 0),
            tiers: try MaintenanceTiers(flatRate: 0.005),
            liquidation: try LiquidationRules(enabled: liquidates))
        var study = Study(
            name: "s", inputs: [StudyInput(asset: "COIN", source: BarSource(files: ["p.csv"]))],
            grid: StudyGrid(
                contracts: [.linear], leverages: [2, 20, 100].compactMap { Leverage($0) }, horizons: horizons),
            platforms: [NamedPlatform(name: "p", rules: rules)])
        study.position.stride = futures.barsPerPath
        study.position.maxGap = .span(futures.maxGap)
        study.statistics.resamples = 0
        study.statistics.block = .days(36_500)
        return study
    }

    @Test("The engine enters once a path, and sees every holding time whole") func entries() throws {
        let horizons: [TimeSpan] = [.minutes(17), .minutes(90)]
        let futures = try futures(market(10), rules(horizons: horizons))
        let paths = futures.market(paths: 0..<50)
        for kernel in KernelChoice.allCases {
            let job = HistoryJob(
                study: try study(futures, horizons: horizons, liquidates: true), asset: "COIN", market: paths,
                kernel: kernel)
            for result in try job.run(threads: 2) {
                let windows = result.tally.windowTotals
                #expect(windows.entries == 50 && windows.excluded == 0 && windows.cut == 0, "\(kernel)")
            }
        }
    }

    @Test("Without liquidation what is left is the path's own last price") func finalEquity() throws {
        let futures = try futures(market(12), rules(horizons: [.minutes(90)]))
        let history = try market(12)
        let plain = MarketHistory(series: history.series)
        let unfunded = try self.futures(plain, rules(horizons: [.minutes(90)]))
        let paths = unfunded.market(paths: 0..<40)
        let job = HistoryJob(
            study: try study(futures, horizons: [.minutes(90)], liquidates: false), asset: "COIN", market: paths)
        for result in try job.run(threads: 1) where result.rules.cell.side == .long {
            let leverage = result.rules.cell.leverage.value
            let equities = (0..<40).map { path -> Double in
                let first = path * unfunded.barsPerPath
                return 1 + leverage * (paths.series.close[first + 90] / paths.series.close[first] - 1)
            }
            let estimate = result.estimate(confidence: 0.95)
            #expect(abs((estimate.exit.meanEquity ?? 9) - equities.reduce(0, +) / 40) < 1e-9)
            #expect(estimate.exit.negative == Double(equities.count { $0 < 0 }))
        }
    }
}
