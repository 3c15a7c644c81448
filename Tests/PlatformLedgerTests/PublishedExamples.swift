import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import struct PlatformLedger.Candidate
@testable import struct PlatformLedger.CandidateHeap
@testable import func PlatformLedger.levelledCuts

/// Worked examples that venues and their simulators have published.
@Suite struct PublishedExamples {
    /// Everybody enters at the first close; then the price moves once, and stays.
    private func run(
        from entry: Double, to exit: Double, _ classes: [(Side, Double, Double)], openInterest: Double,
        fees: Fees? = nil, _ edit: (inout SafeguardRules) -> Void
    ) throws -> (tally: LedgerTally, events: [LedgerEvent]) {
        let bars = [(entry, entry, entry, entry), (exit, exit, exit, exit), (exit, exit, exit, exit)]
        let market = MarketHistory(series: series(bars))
        let population = Population(
            classes: try classes.map {
                TraderClass(side: $0.0, leverage: try #require(Leverage($0.1)), weight: $0.2)
            }, openInterestPerBar: openInterest, horizon: .minutes(5), stride: 100)
        let rules = try PlatformRules(
            fees: fees ?? Fees(open: 0, close: 0, liquidation: 0), slippage: Slippage(base: 0),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules(fill: .worst))
        var safeguards = SafeguardRules()
        safeguards.surplusToFund = 0
        edit(&safeguards)
        let asset = LedgerAsset(name: "X", market: market, population: population, rules: rules, maxGap: nil)
        let input = PlatformInput(
            assets: [asset], population: population, rules: rules, safeguards: safeguards, seed: 1)
        let (tally, list) = try input.run(into: EventList())
        return (tally, list.events)
    }

    /// 10 coins long at 100 with 50 of equity, 5 and 10 short with 100 each, and a long at 1× that balances the sides.
    private let flox: [(Side, Double, Double)] = [(.long, 20, 2), (.long, 1, 1), (.short, 5, 1), (.short, 10, 2)]

    /// FLOX, tests of its liquidation engine: 550 short at 40, a fund of 1,000 is left with 450.
    @Test func fundPaysADeficit() throws {
        let (tally, _) = try run(from: 100, to: 40, flox, openInterest: 1500) { $0.fund.amount = 1000 }
        #expect(tally.sums(group: 0).shortfall == 550_000_000)
        #expect(tally.sums(group: 0).fund == 550_000_000)
        #expect(tally.books.fund == 450_000_000)
        #expect(tally.total.owed == 0)
    }

    /// The same without a fund: only the larger winner is closed, gives up 550 of 600, and has 150 instead of 100.
    @Test(arguments: [DeleveragingRule.profit, .bitmex, .binance]) func theFirstWinnerPays(rule: DeleveragingRule)
        throws
    {
        let (tally, events) = try run(from: 100, to: 40, flox, openInterest: 1500) { $0.deleveraging = rule }
        let touched = events.compactMap { event -> (Int, Int64)? in
            guard case .deleveraged(let position, let haircut, _) = event else { return nil }
            return (position.group, haircut)
        }
        #expect(touched.map(\.0) == [3])
        #expect(touched.map(\.1) == [550_000_000])
        #expect(tally.total.deleveraging == 550_000_000 && tally.total.owed == 0)
    }

    /// Without either the deficit is not paid.
    @Test func nobodyPays() throws {
        let (tally, _) = try run(from: 100, to: 40, flox, openInterest: 1500) { $0.recourse = .platform }
        #expect(tally.total.platform == 550_000_000)
    }

    /// lfest-rs: equity 100 and a loss of 150 leave nothing and a bad debt of 50; a fee of 101 leaves 1.
    @Test func badDebt() throws {
        let (loss, _) = try run(from: 100, to: 85, [(.long, 10, 1)], openInterest: 1000) { _ in }
        #expect(loss.total.owed == 50_000_000)
        let fee = try Fees(open: 0, close: 0.1, liquidation: 0.001)
        let (charged, _) = try run(from: 1000, to: 1000, [(.long, 10, 1)], openInterest: 1000, fees: fee) { _ in }
        // Not due: the fee is charged at the close, and takes all of the margin but nothing more.
        #expect(charged.total.owed == 0)
    }

    /// dYdX, loss mechanisms: A and B hold 500 against each other at 1 with 100 each; at 2 B has −400, and A gets 100 of its 500.
    @Test func theWinnerGetsWhatTheLoserHad() throws {
        let (tally, events) = try run(from: 1, to: 2, [(.long, 5, 1), (.short, 5, 1)], openInterest: 500) {
            $0.deleveraging = .profit
        }
        #expect(tally.sums(group: 1).shortfall == 400_000_000)
        #expect(tally.sums(group: 1).deleveraging == 400_000_000)
        #expect(events.contains { if case .deleveraged(_, 400_000_000, 1) = $0 { true } else { false } })
        #expect(tally.total.owed == 0)
    }

    /// BitMEX, auto-deleveraging: of six with these scores, a liquidation of 20 closes 10 of account 2 and 10 of account 5.
    @Test func theQueueOfTheTable() {
        let accounts = [(1, 10, 3), (2, 10, 6), (3, 20, 1), (4, 30, 4), (5, 20, 5), (6, 10, 2)]
        var queue = CandidateHeap()
        for account in accounts { queue.add(Candidate(score: Double(account.2), row: account.0, slot: 0)) }
        var order: [Int] = []
        while let next = queue.removeFirst() { order.append(next.row) }
        #expect(order == [2, 5, 4, 1, 6, 3])
    }

    /// In one event queues differ in who pays, not in how much.
    @Test func oneEventCostsTheSameUnderEveryQueue() throws {
        let classes: [(Side, Double, Double)] = [
            (.long, 20, 2), (.long, 1, 4), (.short, 2, 1), (.short, 5, 2), (.short, 10, 3),
        ]
        let runs = try DeleveragingRule.allCases.map { rule in
            try run(from: 100, to: 40, classes, openInterest: 6000) { $0.deleveraging = rule }.tally
        }
        #expect(Set(runs.map(\.total.deleveraging)).count == 1)
        #expect(runs[0].total.deleveraging > 0)
        let haircuts = runs.map { run in run.blocks.map { block in block.map { $0.map(\.haircut) } } }
        #expect(Set(haircuts).count > 1)
    }

    @Test func cutsAreLevel() {
        let cuts: [Int64] = levelledCuts([10, 4, 7], wanted: 8)
        #expect(cuts == [5, 0, 2] || cuts == [5, 0, 3])
        #expect(cuts.reduce(0, +) == 8)
        #expect(levelledCuts([10, 4, 7], wanted: 30) == [10, 4, 7])
        #expect(levelledCuts([5, 5, 5], wanted: 4).reduce(0, +) == 4)
        #expect(levelledCuts([], wanted: 4) == [])
    }
}
