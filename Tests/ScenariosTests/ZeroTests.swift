import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan
import Testing

@testable import Scenarios

@Suite struct ZeroTests {
    private func rules(_ fees: Double = 0, slippage: Double = 0, fill: FillRule = .auto) throws -> PlatformRules {
        try PlatformRules(
            fees: Fees(open: fees, close: fees, liquidation: fees), slippage: Slippage(base: slippage),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules(fill: fill),
            borrow: BorrowRules(yearlyRate: 0, marginLevel: 1.1))
    }

    private func position(
        _ contract: ContractKind, _ side: Side, _ leverage: Double, _ rules: PlatformRules
    ) throws -> PathPosition {
        let terms = PositionTerms(side: side, leverage: Leverage(leverage)!, notional: 1000, rules: rules)
        return try #require(PathPosition(contract, terms, entryPrice: 100))
    }

    /// At once, without fees: what the definition says of every contract.
    @Test func atOnce() throws {
        let rules = try rules()
        let way = CoinToZero(bars: 0, barLength: .hours(1))
        func end(_ contract: ContractKind, _ side: Side, _ leverage: Double) throws -> CoinToZero.Outcome {
            way.outcome(of: try position(contract, side, leverage, rules), fill: .worst)
        }
        let spot = try end(.spot, .long, 1)
        #expect(spot.equity == 0 && spot.owed == 0 && !spot.isLiquidated)
        for leverage in [2.0, 5, 8] {
            let linear = try end(.linear, .long, leverage)
            #expect(abs(linear.equity + (leverage - 1)) < 1e-12 && linear.owed == -linear.equity && linear.isLiquidated)
            let short = try end(.linear, .short, leverage)
            #expect(abs(short.equity - (1 + leverage)) < 1e-12 && short.owed == 0 && !short.isLiquidated)
            #expect(abs(try end(.margin, .long, leverage).owed - (leverage - 1)) < 1e-12)
            #expect(abs(try end(.margin, .short, leverage).equity - (1 + leverage)) < 1e-12)
            // In quote money: the coins of the margin are worth nothing.
            let inverse = try end(.inverse, .long, leverage)
            #expect(abs(inverse.equity + leverage) < 1e-12 && abs(inverse.owed - leverage) < 1e-12)
            #expect(abs(try end(.inverse, .short, leverage).equity - leverage) < 1e-12)
        }
    }

    /// Bar by bar, as the engine follows the same bars.
    @Test(arguments: [1, 2, 10, 37, 100]) func theEngineAgrees(bars: Int) throws {
        let levels = (0...bars).map { 100 * Double(bars - $0) / Double(bars) }
        let series = try BarSeries(
            time: (0...bars).map { Int64($0) * 3_600_000 }, open: [100] + levels.dropLast(),
            high: [100] + levels.dropLast(),
            low: levels, close: levels)
        var owing = 0
        for contract in [ContractKind.linear, .margin, .inverse] {
            for side in Side.allCases {
                for leverage in [1.5, 4, 8] {
                    for fill in CoinToZero.fills where !(contract == .inverse && (fill == .delay || side == .short)) {
                        let rules = try rules(0.0005, slippage: 0.001, fill: fill)
                        let own = CoinToZero(bars: bars, barLength: .hours(1))
                            .outcome(of: try position(contract, side, leverage, rules), fill: fill)
                        let trace = try trace(contract, side, leverage, rules, series)
                        // Coins are worth what the position was closed at.
                        let money = contract == .inverse ? trace.exitPrices[2].price / 100 : 1
                        guard money > 0 else { continue }
                        let equity = trace.exit.equity * money
                        let owed = trace.exit.negative(tolerance: 1e-12) > 0 ? trace.exit.shortfall * money : 0
                        let place = "\(contract) \(side) \(leverage) \(fill) in \(bars)"
                        #expect(abs(own.equity - equity) < 1e-9, "\(place): \(own) \(equity)")
                        #expect(abs(own.owed - owed) < 1e-9, "\(place): \(own) \(owed)")
                        #expect(own.isLiquidated == (trace.path.liquidationBar != nil), "\(place)")
                        owing += own.owed > 0 ? 1 : 0
                    }
                }
            }
        }
        #expect(owing > 5)
    }

    private func trace(
        _ contract: ContractKind, _ side: Side, _ leverage: Double, _ rules: PlatformRules, _ series: BarSeries
    ) throws -> EntryTrace {
        let study = Study(
            name: "zero", inputs: [StudyInput(asset: "X", source: BarSource(files: ["x.csv"]))],
            grid: StudyGrid(
                contracts: [contract], sides: [side], leverages: [Leverage(leverage)!],
                horizons: [.hours(Int64(series.count - 1))]),
            position: PositionRules(notional: 1000, maxGap: .off), platforms: [NamedPlatform(name: "p", rules: rules)])
        let job = HistoryJob(study: study, asset: "X", market: MarketHistory(series: series))
        return try #require(job.trace(cell: 0, entry: 0))
    }

    /// Without fees nobody owes who is closed at the trigger; at bars' ends one owes the less the more bars there are.
    @Test func moreBarsOweLess() throws {
        let rules = try rules()
        for contract in [ContractKind.linear, .margin, .inverse] {
            for leverage in [2.0, 4, 8] {
                let position = try position(contract, .long, leverage, rules)
                func owed(_ bars: Int, _ fill: FillRule) -> Double {
                    CoinToZero(bars: bars, barLength: .hours(1)).outcome(of: position, fill: fill).owed
                }
                #expect([1, 10, 100].allSatisfy { owed($0, .gap) == 0 })
                let worst = [1, 10, 100, 1000].map { owed($0, .worst) }
                #expect(
                    worst[0] > 0
                        && worst[0] == CoinToZero(bars: 0, barLength: .hours(1)).outcome(of: position, fill: .gap).owed)
                #expect(worst[3] <= worst[1] && worst[1] <= worst[0])
                #expect([1, 10, 100].allSatisfy { owed($0, .delay) <= owed($0, .worst) + 1e-12 })
            }
        }
    }

    /// Bars shorter than the delay tell where the price stood.
    @Test func shortBarsTellThemselves() throws {
        let position = try position(.linear, .long, 10, rules())
        // Due at 0.9/0.995 = 0.9045, in the tenth bar of a hundredth; 30 seconds later two bars of 15 seconds are over.
        let found = CoinToZero(bars: 100, barLength: .seconds(15)).outcome(of: position, fill: .delay)
        #expect(abs(found.equity - (1 + 10 * (0.88 - 1))) < 1e-12)
    }
}
