import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

@Suite struct FirstPassageTests {
    @Test(arguments: 0..<60)
    func searchEqualsAScan(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = [1, 15, 16, 17, 255, 256, 257, 5000][Int(random.next() % 8)]
        // Few different values, so that ties are everywhere.
        let values = (0..<count).map { _ in Double(random.next() % 40) - 5 }
        for negated in [false, true] {
            let tree = FirstPassage(values, negated: negated)
            for _ in 0..<80 {
                let from = Int(random.next() % UInt64(count))
                let through = from + Int(random.next() % UInt64(count - from))
                let level = Double(random.next() % 50) - 20
                let expected = (from...through).first { (negated ? -values[$0] : values[$0]) <= level }
                #expect(tree.first(from: from, through: through, atOrBelow: level) == expected, "seed \(seed)")
            }
        }
    }

    @Test func emptyRangesAndExtremeLevels() {
        let tree = FirstPassage((0..<1000).map(Double.init), negated: false)
        #expect(tree.first(from: 5, through: 4, atOrBelow: .infinity) == nil)
        #expect(tree.first(from: 5, through: 999, atOrBelow: .infinity) == 5)
        #expect(tree.first(from: 0, through: 999, atOrBelow: -.infinity) == nil)
    }

    /// Histories with ties, flat stretches, holes, zeros and negative prices; every contract, trigger and rule.
    @Test(arguments: 0..<60)
    func firstPassageEqualsThePlainWalk(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("agreement")
        let market = MarketHistory(
            series: try history(seed), mark: seed % 5 == 0 ? try history(seed + 1000) : nil)
        for contract in ContractKind.allCases {
            var cell = TestCell(
                contract: contract, fees: (0.0005, 0.0005, 0.001), slippage: 0.0005,
                hasBounds: seed % 2 == 0, fill: .auto)
            cell.borrow = (0.2, 1.1)
            cell.trigger = seed % 3 == 0 ? .close : .extreme
            cell.liquidation = seed % 7 != 6
            cell.maxGap = seed % 4 == 0 ? .automatic : .off
            if contract == .linear, seed % 2 == 1 {
                cell.tiers = [
                    MaintenanceTier(notionalCap: 6000, rate: 0.004, amount: 0),
                    MaintenanceTier(notionalCap: .infinity, rate: 0.02, amount: 96),
                ]
                cell.isPartial = seed % 4 == 1
            }
            let leverages = [1, 1.0 + random.uniform(), 2, 3, 7, 20, 60, 125]
            var study = try cell.study(
                leverages: leverages.sorted(), horizons: [.minutes(1), .minutes(30), .minutes(700)])
            study.grid.sides = [.long, .short]
            let fast = try HistoryJob(study: study, asset: "X", market: market).run(threads: 2)
            let plain = try HistoryJob(study: study, asset: "X", market: market, kernel: .plain).run(threads: 1)
            for (one, other) in zip(fast, plain) { expectAgreement(one, other, "seed \(seed)") }
        }
    }

    private func history(_ seed: UInt64) throws -> BarSeries {
        let base = randomSeries(
            seed: seed, bars: 600, wildness: [0.001, 0.01, 0.1][Int(seed % 3)], holes: seed % 2 == 0)
        // Rounded to few values for ties; every fourth history is pushed to zero and below.
        let shift = seed % 4 == 3 ? -(base.close.min() ?? 0) - 2 : 0
        func shaped(_ column: [Double]) -> [Double] { column.map { (($0 + shift) * 2).rounded() / 2 } }
        return try BarSeries(
            time: base.time, open: shaped(base.open), high: shaped(base.high), low: shaped(base.low),
            close: shaped(base.close))
    }
}
