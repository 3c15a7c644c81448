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
