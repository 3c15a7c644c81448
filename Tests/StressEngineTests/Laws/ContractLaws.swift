import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import TestSupport
import Testing

@testable import StressEngine

/// Laws of every contract and rule, on random histories with random rules; each seed is one.
@Suite struct ContractLaws {
    private static let kinds: [(ContractKind, Side)] = [
        (.linear, .long), (.linear, .short), (.inverse, .long), (.inverse, .short), (.margin, .long), (.margin, .short),
        (.spot, .long),
    ]

    private func market(_ seed: UInt64, bars: Int = 160) throws -> MarketHistory {
        var random = SeededGenerator(seed: seed).stream("market")
        let prices = randomSeries(seed: seed, bars: bars, wildness: 0.04, holes: seed % 3 == 0)
        let stamps = stride(from: prices.time[3], to: prices.time[bars - 1], by: 480_000).map { $0 }
        let funding = try FundingSchedule(time: stamps, rate: stamps.map { _ in 0.02 * (random.uniform() - 0.4) })
        let mark = seed % 4 == 1 ? randomSeries(seed: seed + 7, bars: bars, wildness: 0.04, holes: seed % 3 == 0) : nil
        return MarketHistory(series: prices, funding: seed % 2 == 0 ? funding : nil, mark: mark)
    }

    private func cell(_ seed: UInt64, _ kind: (ContractKind, Side)) -> TestCell {
        var random = SeededGenerator(seed: seed).stream("rules")
        var cell = TestCell(contract: kind.0, side: kind.1, leverage: kind.0 == .spot ? 1 : 1 + 30 * random.uniform())
        cell.horizon = .minutes(25)
        cell.fees = (0.002 * random.uniform(), 0.002 * random.uniform(), 0.01 * random.uniform())
        cell.slippage = 0.003 * random.uniform()
        cell.borrow = (random.uniform(), 1 + 0.2 * random.uniform())
        cell.fill = [.gap, .next, .worst, .best][Int(random.next() % 4)]
        cell.latency = 1 + Int(random.next() % 3)
        cell.trigger = random.next() % 3 == 0 ? .close : .extreme
        if kind.0 == .linear, random.next() % 2 == 0 {
            cell.tiers = [
                MaintenanceTier(notionalCap: 6000, rate: 0.01, amount: 0),
                MaintenanceTier(notionalCap: .infinity, rate: 0.02, amount: 60),
            ]
            cell.isPartial = random.next() % 2 == 0
        }
        return cell
    }

    @Test(arguments: 0..<150)
    func causesSumToTheShortfall(seed: UInt64) throws {
        for kind in ContractLaws.kinds {
            let (market, cell) = (try market(seed), cell(seed, kind))
            for entry in stride(from: 0, to: 130, by: 7) {
                guard let outcome = try cell.outcome(market, entry: entry), outcome.equity < 0 else { continue }
                let total = outcome.exit.causes.total
                #expect(abs(total + outcome.equity) <= 1e-9 * max(1, total), "seed \(seed), \(kind), entry \(entry)")
                #expect(outcome.exit.causes.slippage >= -1e-12, "seed \(seed), \(kind), entry \(entry)")
            }
        }
    }

    @Test(arguments: 0..<60)
    func bestChosenWorstAreOrdered(seed: UInt64) throws {
        for kind in ContractLaws.kinds where kind.0 != .spot {
            var (market, cell) = (try market(seed), cell(seed, kind))
            // Mark triggers may lie outside the traded bar, and a reduction changes what is left to lose.
            market = MarketHistory(series: market.series)
            (cell.trigger, cell.isPartial) = (.extreme, false)
            for entry in stride(from: 0, to: 130, by: 5) {
                guard let gap = try cell.outcome(market, entry: entry, fill: .gap), gap.path.liquidationBar != nil,
                    let best = try cell.outcome(market, entry: entry, fill: .best),
                    let worst = try cell.outcome(market, entry: entry, fill: .worst)
                else { continue }
                let slack = 1e-9 * max(1, abs(worst.equity))
                #expect(
                    worst.equity <= gap.equity + slack && gap.equity <= best.equity + slack, "seed \(seed), \(kind)")
            }
        }
    }

    @Test(arguments: 0..<40)
    func everyThreadCountGivesTheSameBits(seed: UInt64) throws {
        for kind in ContractLaws.kinds {
            let job = HistoryJob(study: try cell(seed, kind).study(), asset: "X", market: try market(seed, bars: 500))
            #expect(try job.run(threads: 1).map(\.tally) == job.run(threads: 3).map(\.tally), "seed \(seed), \(kind)")
        }
    }

    /// `y = 1/p` makes an inverse position a linear one of the other side: with N0 units entered at 1/P0, margin and equity
    /// are the same coins. On whole histories the outcomes agree to rounding.
    @Test(arguments: 0..<40)
    func inverseIsLinearInReciprocalPrices(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 160, wildness: 0.04)
        func inverted(_ column: [Double]) -> [Double] { column.map { 1 / $0 } }
        let mirrored = try BarSeries(
            time: bars.time, open: inverted(bars.open), high: inverted(bars.low), low: inverted(bars.high),
            close: inverted(bars.close))
        for side in Side.allCases {
            var inverse = TestCell(contract: .inverse, side: side, leverage: 12, horizon: .minutes(20))
            var linear = TestCell(side: side == .long ? .short : .long, leverage: 12, horizon: .minutes(20))
            for fill in [FillRule.gap, .worst, .best, .next] {
                (inverse.fill, linear.fill) = (fill, fill)
                for entry in 0..<120 {
                    guard let a = try inverse.outcome(bars, entry: entry),
                        let b = try linear.outcome(mirrored, entry: entry)
                    else { continue }
                    #expect(a.path.liquidationBar == b.path.liquidationBar, "seed \(seed), entry \(entry)")
                    #expect(abs(a.equity - b.equity) < 1e-9 * max(1, abs(a.equity)), "seed \(seed), entry \(entry)")
                }
            }
        }
    }

    @Test(arguments: 0..<40)
    func aCoveredPositionNeverOwes(seed: UInt64) throws {
        let bars = randomSeries(seed: seed, bars: 200, wildness: 0.2)
        let covered: [(ContractKind, Side)] = [(.linear, .long), (.inverse, .short), (.margin, .long), (.spot, .long)]
        for (contract, side) in covered {
            let cell = TestCell(contract: contract, side: side, leverage: 1, horizon: .minutes(60))
            let result = try cell.run(bars)
            #expect(result.estimate(confidence: 0.95).status == .impossible, "\(contract) \(side)")
            #expect(result.tally.exitTotals(fill: 0).negative == 0 && result.tally.windowTotals.unprotected == 0)
        }
    }

    @Test(arguments: 0..<30)
    func funding(seed: UInt64) throws {
        // What longs pay shorts receive: the two carries cancel, at every bar of every entry.
        let market = try market(seed &* 2)
        for entry in stride(from: 0, to: 120, by: 11) {
            var (long, short) = (
                TestCell(leverage: 1.01, liquidation: false), TestCell(side: .short, leverage: 1.01, liquidation: false)
            )
            (long.horizon, short.horizon) = (.minutes(25), .minutes(25))
            guard let a = try long.outcome(market, entry: entry), let b = try short.outcome(market, entry: entry) else {
                continue
            }
            #expect(abs(a.path.carry.funding + b.path.carry.funding) < 1e-9, "seed \(seed), entry \(entry)")
        }
    }
}

/// Faults that were found in other tools, as regressions of ours.
@Suite struct PeerPitfalls {
    /// jesse: a candle that gaps wholly past the liquidation price is not liquidated (`low ≤ price ≤ high`).
    @Test func aWhollyGappedBarIsLiquidated() throws {
        let bars = series([(100, 100, 100, 100), (70, 75, 65, 72), (72, 72, 72, 72)])
        let outcome = try #require(try TestCell(horizon: .minutes(1)).outcome(bars))
        #expect(outcome.path.liquidationBar == 1 && abs(outcome.equity + 2) < 1e-12)
    }

    /// freqtrade: filled at the liquidation price although the bar opened through it, unless the whole bar is beyond.
    @Test func anOpenThroughTheTriggerFillsAtTheOpen() throws {
        let bars = series([(100, 100, 100, 100), (85, 99, 84, 98), (98, 98, 98, 98)])
        #expect(abs(try #require(try TestCell(horizon: .minutes(1)).outcome(bars)).equity + 0.5) < 1e-12)
    }

    /// backtesting.py: liquidation looks at the close only and misses the low.
    @Test func theLowTriggers() throws {
        let bars = series([(100, 100, 100, 100), (100, 101, 85, 100), (100, 100, 100, 100)])
        #expect(try #require(try TestCell(horizon: .minutes(1)).outcome(bars)).path.liquidationBar == 1)
    }

    /// Lean, backtesting.py, passivbot: the run stops at the first ruin, or equity is floored at zero. Ours counts every
    /// entry: twenty entries before one gap are twenty shortfalls.
    @Test func everyEntryIsCountedAfterABankruptcy() throws {
        let flat = Array(repeating: (100.0, 100.0, 100.0, 100.0), count: 20)
        let bars = series(flat + [(80, 80, 80, 80)] + Array(repeating: (80.0, 80.0, 80.0, 80.0), count: 30))
        let result = try TestCell(horizon: .minutes(25)).run(bars)
        #expect(result.tally.exitTotals(fill: 0).negative == 20 && result.tally.windowTotals.entries == 26)
    }

    /// Vibe-Trading: 1× shorts were exempt from liquidation.
    @Test func aOneTimesShortIsLiquidated() throws {
        let bars = series([(100, 100, 100, 100), (150, 210, 150, 205), (205, 205, 205, 205)])
        let outcome = try #require(try TestCell(side: .short, leverage: 1, horizon: .minutes(1)).outcome(bars))
        #expect(outcome.path.liquidationBar == 1 && outcome.path.isUnprotected)
    }

    /// FLOX, Jesse, freqtrade: no fee on a liquidation. With a fee above the maintenance rate it is a shortfall by itself.
    @Test func aLiquidationFeeAloneCanBankrupt() throws {
        let bars = series([(100, 100, 100, 100), (95, 95, 90, 92), (92, 92, 92, 92)])
        let outcome = try #require(try TestCell(horizon: .minutes(1), fees: (0, 0.003, 0.003)).outcome(bars))
        #expect(outcome.equity < 0)
        #expect(abs(outcome.exit.causes.fees + outcome.equity) < 1e-12)
    }
}
