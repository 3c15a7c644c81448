import MarginModel
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// The plain walk, which passes over prices that were worse before, against one that asks the formulas in every bar.
@Suite struct PlainWalkTests {
    /// Every contract and side under rules drawn at random, on histories with holes, ties and prices below zero.
    @Test(arguments: 0..<40)
    func noBarIsPassedOverThatDecides(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("walk")
        let market = try RandomStudy.market(seed, &random)
        for contract in ContractKind.allCases {
            var cell = try RandomStudy.cell(contract, &random)
            cell.horizon = try RandomStudy.horizons(market, &random).randomElement(using: &random) ?? .minutes(60)
            for (leverage, side) in [(1.0, Side.long), (3, .short), (12, .long), (45, .short)] {
                (cell.leverage, cell.side) = (contract == .spot ? 1 : leverage, contract == .spot ? .long : side)
                let walk = EveryEntry(cell: cell, market: market, comment: "seed \(seed), \(contract), \(leverage)")
                try withPosition(contract, cell.side, walk).get()
            }
        }
    }

    private struct EveryEntry: PositionVisitor {
        let cell: TestCell
        let market: MarketHistory
        let comment: String

        func visit<Position: KernelPosition>(_: Position.Type) -> Result<Void, any Error> {
            Result {
                let kernel: PlainKernel<Position> = try cell.kernel(market)
                var different = 0
                // Where no margin is known nothing is opened, and what is carried is no number.
                for entry in stride(from: 0, to: market.series.count, by: 7)
                where kernel.windows.lastBar[entry] > entry && !kernel.isRejected(entry: entry) {
                    let last = Int(kernel.windows.lastBar[entry])
                    if kernel.path(entry: entry, last: last) != kernel.everyBar(entry: entry, last: last) {
                        different += 1
                    }
                }
                #expect(different == 0, "\(comment)")
            }
        }
    }

    /// What is known of all prices at once is what the rule says at each: prices below zero, none and those without coins among them.
    @Test(arguments: 0..<60)
    func rejectedIsWhatTheRuleRejects(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed).stream("rejections")
        let odd: [Double] = [0, -3, -1e15, 1e-15, 1e15, 1, -1e-15]
        let prices = (0..<40).map {
            $0 % 3 == 0 ? odd[$0 / 3 % odd.count] : Double.random(in: 1...50_000, using: &random)
        }
        let market = MarketHistory(series: series(prices.map { ($0, $0, $0, $0) }))
        for contract in ContractKind.allCases {
            var cell = try RandomStudy.cell(contract, &random)
            for (leverage, side) in [(1.0, Side.long), (10, .short), (90, .long), (195, .short), (199, .long)] {
                (cell.leverage, cell.side) = (leverage, side)
                let entries = Rejections(cell: cell, market: market, comment: "seed \(seed), \(contract), \(leverage)")
                try withPosition(contract, side, entries).get()
            }
        }
    }

    private struct Rejections: PositionVisitor {
        let cell: TestCell
        let market: MarketHistory
        let comment: String

        func visit<Position: KernelPosition>(_: Position.Type) -> Result<Void, any Error> {
            Result {
                let kernel: PlainKernel<Position> = try cell.kernel(market)
                for (entry, price) in market.series.close.enumerated() {
                    let why = kernel.rules.terms.rejection(
                        cell.contract, entryPrice: price, scheduled: kernel.scheduled.map { $0[entry] } ?? .none)
                    #expect(kernel.isRejected(entry: entry) == (why != nil), "\(comment), \(price)")
                }
            }
        }
    }
}

extension PlainKernel {
    /// The definition read aloud: in each bar, what is carried, then whether equity is below zero, then whether it is due.
    fileprivate func everyBar(entry: Int, last: Int) -> EntryPath {
        let position = position(entry: entry)
        var carry = Carry.none
        var path = EntryPath(liquidationBar: nil, unprotectedBar: nil, carry: .none)
        for bar in entry + 1...last {
            advance(&carry, position, entry: entry, to: bar)
            let isBelow = position.equity(at: pricing.extremes[bar], carry) < -CellRules.tolerance * position.entryValue
            if isBelow, path.unprotectedBar == nil { path.unprotectedBar = bar }
            if rules.platform.liquidation.enabled, path.liquidationBar == nil,
                isDue(position, at: checkedPrices[bar], carry)
            {
                (path.liquidationBar, path.carry) = (bar, carry)
            }
        }
        if path.liquidationBar == nil { path.carry = carry }
        return path
    }
}
