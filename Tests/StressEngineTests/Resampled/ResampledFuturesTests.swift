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
        (rules.method, rules.block, rules.lengths, rules.seed) = (method, block, horizons, seed)
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
            // As long as the history or longer: it goes on for ever.
            let ends = block <= 1 || (block < Double(count) && random.next() < UInt64(0x1p64 / block))
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

    /// Mean of numbers, and its standard error where they are independent.
    private func mean(_ values: [Double]) -> (mean: Double, error: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / Double(values.count - 1) / Double(values.count)).squareRoot())
    }

    /// Every bar is drawn as often as every other, whatever the length of runs: paths are independent, bars of a path are not.
    @Test(
        "Mean and variance of log returns are the history's, within the error of the draws", arguments: [1, 5, 60, 400])
    func moments(block: Int64) throws {
        let futures = try futures(market(5), rules(block: .minutes(block), horizons: [.minutes(700)]))
        let own = futures.bars.close.map { log($0) }
        let center = own.reduce(0, +) / Double(own.count)
        let variance = own.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(own.count)
        let market = futures.market(paths: 0..<300)
        let returns = (0..<300).map { path in
            (1..<futures.barsPerPath).map { bar in
                let place = path * futures.barsPerPath + bar
                return log(market.series.close[place] / market.series.close[place - 1])
            }
        }
        let means = mean(returns.map { $0.reduce(0, +) / Double($0.count) })
        #expect(abs(means.mean - center) < 4 * means.error, "\(means) \(center)")
        let spreads = mean(
            returns.map { path in path.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(path.count) })
        #expect(abs(spreads.mean - variance) < 4 * spreads.error, "\(spreads) \(variance)")
        // And an error that shows something: a fifth of the variance at most.
        #expect(spreads.error < variance / 5)
    }

    /// Filtered paths have the volatility of the law that was fitted: the history's own in the long run.
    @Test("Mean and variance of filtered futures are the history's, within the error of the draws")
    func filteredMoments() throws {
        var random = SeededGenerator(seed: 17)
        var (price, variance) = (100.0, 1e-4)
        let prices = (0..<6000).map { _ in
            let normal = (0..<12).reduce(-6.0) { sum, _ in sum + random.uniform() }
            let surprise = variance.squareRoot() * normal
            variance = 1e-4 * 0.1 + 0.08 * surprise * surprise + 0.82 * variance
            price *= exp(surprise)
            return price
        }
        let history = MarketHistory(
            series: try BarSeries(time: prices.indices.map { Int64($0) * 60_000 }, price: prices))
        let futures = try futures(history, rules(.filtered, horizons: [.minutes(400)]))
        let filter = try #require(futures.filter?.filter)
        let market = futures.market(paths: 0..<400)
        let returns = (0..<400).map { path in
            (101..<futures.barsPerPath).map { bar in
                let place = path * futures.barsPerPath + bar
                return log(market.series.close[place] / market.series.close[place - 1])
            }
        }
        let means = mean(returns.map { $0.reduce(0, +) / Double($0.count) })
        #expect(abs(means.mean - filter.mean) < 4 * means.error, "\(means) \(filter)")
        let spreads = mean(
            returns.map { path in
                path.reduce(0) { $0 + ($1 - filter.mean) * ($1 - filter.mean) } / Double(path.count)
            })
        // The start is forgotten within a hundred bars; what is left is the fit's own error, which is of a few per cent.
        #expect(
            abs(spreads.mean / filter.firstVariance - 1) < 4 * spreads.error / filter.firstVariance + 0.05,
            "\(spreads) \(filter)")
    }

    // MARK: The history itself

    /// A history whose bars are rotated, in plain words: from a bar on, round and round.
    private func rotated(_ history: MarketHistory, from start: Int, bars count: Int) throws -> MarketHistory {
        let series = history.series
        let whole = series.count - 1
        var (columns, funding) = ([[Double]](repeating: [], count: 4), [0.0])
        var price = series.close[whole]
        for column in columns.indices { columns[column].append(price) }
        for bar in 0..<count {
            let place = 1 + (start + bar) % whole
            for (column, own) in [series.open, series.high, series.low, series.close].enumerated() {
                columns[column].append(price * (own[place] / series.close[place - 1]))
            }
            price *= series.close[place] / series.close[place - 1]
            funding.append(history.fundingPerBar?[place] ?? 0)
        }
        return MarketHistory(
            simulated: BarSeries(
                checkedTime: (0...count).map { series.time[whole] + Int64($0) * 60_000 }, open: columns[0],
                high: columns[1], low: columns[2], close: columns[3], volume: nil),
            fundingPerBar: funding, mark: nil, volatility: history.volatility)
    }

    /// What the engine finds of single entries at the beginning of markets, summed up by cell.
    private func sums(
        _ markets: [MarketHistory], _ futures: ResampledFutures, _ horizon: TimeSpan
    ) throws -> [[Double]] {
        var sums: [[Double]] = []
        for market in markets {
            let study = try study(futures, horizons: [horizon], liquidates: true)
            let job = HistoryJob(study: study, asset: "COIN", market: market)
            for (place, result) in try job.run(threads: 1).enumerated() {
                let counts = result.tally.windowTotals
                let exit = result.estimate(confidence: 0.95).exit
                let own = [
                    Double(counts.entries), Double(result.estimate(confidence: 0.95).windows.liquidated), exit.negative,
                    (exit.meanEquity ?? 0) * Double(counts.entries),
                ]
                if sums.count == place { sums.append(own) } else { sums[place] = zip(sums[place], own).map(+) }
            }
        }
        return sums
    }

    @Test(
        "A block as long as the history draws the history: its bars in their order from a bar on, and what the engine finds in them",
        arguments: [699, 700, 100_000] as [Int64])
    func wholeHistory(block: Int64) throws {
        let history = try market(13)
        let horizon = TimeSpan.minutes(200)
        let futures = try futures(history, rules(block: .minutes(block), horizons: [horizon]))
        #expect(futures.bars.count == 699 && futures.block == .minutes(699))
        let starts = (0..<60).map { futures.draws(of: $0)[0] }
        #expect(Set(starts).count > 40)
        let own = try starts.map { try rotated(history, from: $0, bars: futures.barsPerPath - 1) }
        let expected = try sums(own, futures, horizon)
        let found = try sums([futures.market(paths: 0..<60)], futures, horizon)
        for (found, expected) in zip(found, expected) {
            #expect(found.count == 4 && found[0] == 60 && found[1] == expected[1], "\(found) \(expected)")
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-8 * max(1, abs($1)) }, "\(found) \(expected)")
        }
        // Some are closed and some are not, so that something was compared.
        #expect(found.contains { $0[1] > 0 && $0[1] < 60 }, "\(found)")
    }

    @Test("As long as the history as well, every future ends where the history does, and holds each of its bars once")
    func wholeLength() throws {
        let history = try market(14)
        let plain = MarketHistory(series: history.series)
        let rules = rules(block: .minutes(699), horizons: [.minutes(699)])
        let futures = try self.futures(plain, rules)
        let gain = plain.series.close[699] / plain.series.close[0]
        let paths = futures.market(paths: 0..<30)
        for path in 0..<30 {
            let first = path * futures.barsPerPath
            #expect(abs(paths.series.close[first + 699] / paths.series.close[first] / gain - 1) < 1e-9)
            #expect(Set(futures.draws(of: path).prefix(699)).count == 699)
        }
        let job = HistoryJob(
            study: try study(futures, horizons: [.minutes(699)], liquidates: false), asset: "COIN", market: paths)
        for result in try job.run(threads: 1) {
            let (leverage, side) = (result.rules.cell.leverage.value, result.rules.cell.side)
            let left = 1 + (side == .long ? leverage : -leverage) * (gain - 1)
            let exit = result.estimate(confidence: 0.95).exit
            #expect(abs((exit.meanEquity ?? 9) - left) < 1e-8 && exit.negative == (left < 0 ? 30 : 0))
        }
    }

    @Test("A share of futures of the whole history is that of its own windows, within the error of the draws")
    func wholeShare() throws {
        let history = try market(15)
        let horizon = TimeSpan.minutes(60)
        let futures = try futures(history, rules(block: .minutes(699), horizons: [horizon]))
        let all = try (0..<699).map { try rotated(history, from: $0, bars: futures.barsPerPath - 1) }
        let own = try sums(all, futures, horizon)
        let found = try sums([futures.market(paths: 0..<2000)], futures, horizon)
        for (found, own) in zip(found, own) {
            for figure in [1, 2] {
                let share = own[figure] / own[0]
                let error = (max(share * (1 - share), 1e-6) / 2000).squareRoot()
                #expect(abs(found[figure] / 2000 - share) <= 4 * error, "\(found) \(own)")
            }
        }
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

    /// Bars of prices that go up by a factor and a little noise, hourly.
    private func steady(_ count: Int, factor: Double, noise: Double, stillFrom: Int = .max) throws -> MarketHistory {
        var random = SeededGenerator(seed: 23)
        var price = 100.0
        var columns = [[Double]](repeating: [], count: 4)
        for bar in 0..<count {
            let isStill = bar >= stillFrom && bar < stillFrom + 340
            let next = isStill ? price : price * factor * exp(noise * (random.uniform() - 0.5))
            for (column, value) in [price, max(price, next), min(price, next), next].enumerated() {
                columns[column].append(value)
            }
            price = next
        }
        return MarketHistory(
            series: try BarSeries(
                time: (0..<count).map { Int64($0) * 60_000 }, open: columns[0], high: columns[1], low: columns[2],
                close: columns[3]))
    }

    /// What is measured in the deviation of closes that hardly vary is a million of them; so is a bar behind a market that stood still.
    @Test(
        "Where no volatility describes a history its bars stay as they were",
        arguments: [
            (60, 1.6, 1e-7, Int.max), (60, 1.6, 1e-3, .max), (600, 1.05, 1e-6, .max), (450, 1, 0.02, 60),
        ])
    func degenerate(count: Int, factor: Double, noise: Double, still: Int) throws {
        let history = try steady(count, factor: factor, noise: noise, stillFrom: still)
        let filtered = try futures(history, rules(.filtered, horizons: [.minutes(30)]))
        #expect(filtered.filter == nil)
        let plain = try futures(history, rules(.stationary, horizons: [.minutes(30)]))
        #expect(columns(filtered.market(paths: 0..<20)) == columns(plain.market(paths: 0..<20)))
    }

    @Test("A rising market of ordinary noise, and one that stands still now and then, have a volatility")
    func ordinary() throws {
        #expect(try futures(steady(450, factor: 1.002, noise: 0.02), rules(.filtered)).filter?.filter.law == .ewma)
        #expect(
            try futures(steady(900, factor: 1, noise: 0.02, stillFrom: 100), rules(.filtered)).filter?.filter.law
                == .garch)
        #expect(try futures(market(8), rules(.filtered)).filter != nil)
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
