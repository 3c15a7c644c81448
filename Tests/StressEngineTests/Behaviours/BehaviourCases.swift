import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Behaviours on a few bars that a person can follow on paper: 10× long of 10,000 bought at 100 without costs, trigger 90.4523.
@Suite struct BehaviourCases {
    private typealias Bar = (Double, Double, Double, Double)

    private func outcome(
        _ bars: [Bar], in cell: TestCell = TestCell(), entry: Int = 0, _ change: (inout Behaviour) -> Void
    ) throws -> BehaviourOutcome {
        var behaviour = Behaviour(name: "b")
        change(&behaviour)
        var cell = cell
        cell.horizon = .minutes(Int64(bars.count))
        let market = MarketHistory(series: series([(100, 100, 100, 100)] + bars))
        let kernel: PlainKernel<LinearPosition> = try cell.kernel(market)
        let walk = BehaviourWalk(kernel, BehaviourRules(behaviour, cell: kernel.rules, market: market))
        var events: [BehaviourEvent]?
        return walk.outcome(entry: entry, last: bars.count, events: &events)
    }

    private func expect(
        _ outcome: BehaviourOutcome, _ cause: Closing, _ equity: Double,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.cause == cause, sourceLocation: sourceLocation)
        #expect(abs(outcome.exit.equity - equity) < 1e-4, "\(outcome.exit.equity)", sourceLocation: sourceLocation)
    }

    /// A bar that reaches the stop and the take-profit, the stop and the trigger, or all three.
    @Test func twoLevelsInOneBar() throws {
        func plan(_ stop: Double, _ order: BarOrder = .adverse) -> (inout Behaviour) -> Void {
            { ($0.stopLoss, $0.exits, $0.order) = (stop, [PlannedExit(distance: 0.05)], order) }
        }
        let (both, fall) = ([(100.0, 106.0, 94.0, 100.0)], [(100.0, 106.0, 80.0, 100.0)])
        expect(try outcome(both, plan(0.05)), .stopped, 0.5)
        expect(try outcome(both, plan(0.05, .favourable)), .tookProfit, 1.5)
        expect(try outcome(fall, plan(0.05)), .stopped, 0.5)
        expect(try outcome(fall, plan(0.098)), .liquidated, 0.04523)
        expect(try outcome(fall, plan(0.098, .favourable)), .tookProfit, 1.5)
    }

    @Test func gapsThroughOneAndBoth() throws {
        func plan(_ behaviour: inout Behaviour) {
            (behaviour.stopLoss, behaviour.exits) = (0.05, [PlannedExit(distance: 0.05)])
        }
        expect(try outcome([(93, 93, 92, 93)], plan), .stopped, 0.3)
        expect(try outcome([(93, 120, 80, 93)], plan), .stopped, 0.3)
        expect(try outcome([(88, 120, 80, 93)], plan), .liquidated, -0.2)
        expect(try outcome([(107, 120, 80, 93)], plan), .tookProfit, 1.7)
    }

    /// A stop exactly at the trigger price leaves the position to the platform.
    @Test func equalLevels() throws {
        var cell = TestCell()
        cell.tiers = [MaintenanceTier(notionalCap: .infinity, rate: 0, amount: 0)]
        expect(try outcome([(100, 100, 80, 100)], in: cell) { $0.stopLoss = 0.1 }, .liquidated, 0)
        expect(try outcome([(100, 100, 80, 100)], in: cell) { $0.stopLoss = 0.0999 }, .stopped, 0.001)
    }

    @Test func distancesOfTheMargin() throws {
        let bars = [(100.0, 100.0, 94.0, 97.0)]
        expect(try outcome(bars) { ($0.stopLoss, $0.unit) = (0.5, .margin) }, .stopped, 0.5)
    }

    /// The trailing stop follows closes, one bar later; of it and a fixed one the nearer holds.
    @Test func trailingStops() throws {
        let bars = [(100.0, 115.0, 96.0, 110.0), (110.0, 110.0, 104.0, 106.0)]
        expect(try outcome(bars) { $0.trailingStop = 0.05 }, .trailed, 1.45)
        expect(try outcome(bars) { ($0.trailingStop, $0.stopLoss) = (0.05, 0.03) }, .stopped, 0.7)
        expect(try outcome(bars) { ($0.trailingStop, $0.stopLoss) = (0.2, 0.15) }, .horizon, 1.6)
    }

    @Test func panicAtAClose() throws {
        let bars = [(100.0, 110.0, 100.0, 110.0), (110.0, 110.0, 92.0, 103.0), (103.0, 130.0, 103.0, 130.0)]
        expect(try outcome(bars) { $0.panicExit = 0.06 }, .panicked, 1.3)
        expect(try outcome(bars) { $0.panicExit = 0.07 }, .horizon, 4)
    }

    /// Half at 100 and half at 50, with a margin of 1: 50 coins and 100 coins at 60 are 9,000 of the 10,000 paid for them.
    @Test func instalmentsAddUp() throws {
        let bars = [(100.0, 100.0, 50.0, 50.0), (50.0, 60.0, 50.0, 60.0)]
        func plan(_ behaviour: inout Behaviour) { behaviour.instalments = Instalments(count: 2, every: .minutes(1)) }
        let whole = try outcome(bars, in: TestCell(leverage: 1), plan)
        expect(whole, .horizon, 0.9)
        #expect(whole.paidIn == 1)
        // Closed before the second: a half of the margin was paid in, and nothing is bought afterwards.
        let stopped = try outcome(bars, in: TestCell(leverage: 10), plan)
        expect(stopped, .liquidated, 0.04523)
        #expect(stopped.paidIn == 0.5)
        // Not at the close at which the horizon ends.
        #expect(try outcome([(100, 100, 100, 100)], plan).paidIn == 0.5)
    }

    /// Called at 90.8, where equity of 80 is below twice the requirement of 45.4; the fall to 85 comes when the margin is there.
    @Test func topUpsSave() throws {
        let bars = [(100.0, 100.0, 90.8, 90.8), (90.8, 100.0, 85.0, 100.0)]
        func plan(_ latency: Int) -> (inout Behaviour) -> Void {
            { $0.topUp = TopUp(at: 2, add: 1, times: 1, latency: latency) }
        }
        let saved = try outcome(bars, plan(1))
        expect(saved, .horizon, 1)
        #expect(saved.paidIn == 2)
        expect(try outcome(bars, plan(2)), .liquidated, 0.04523)
    }

    @Test func partsOfAnExitPlan() throws {
        let plan = [PlannedExit(distance: 0.05, part: 0.5), PlannedExit(distance: 0.1, part: 0.5)]
        expect(try outcome([(100, 112, 100, 100)]) { $0.exits = plan }, .tookProfit, 1.75)
        // What was sold is out of reach: a half at 105, the rest below zero at 88.
        expect(try outcome([(100, 106, 100, 100), (88, 88, 88, 88)]) { $0.exits = plan }, .liquidated, 0.65)
    }

    /// Stopped at 95 with a half, in again at the close of the same bar, 10 % up: all of it is back.
    @Test func reentryInTheBarOfTheExit() throws {
        let bars = [(100.0, 100.0, 94.0, 100.0), (100.0, 110.0, 100.0, 110.0)]
        let again = try outcome(bars) {
            ($0.stopLoss, $0.reenter) = (0.05, Reentry(after: .minutes(0), times: 3))
        }
        expect(again, .horizon, 1)
        #expect(again.reentries == 1)
        // Nothing is left after a gap below zero, and nobody goes on.
        let gone = try outcome([(80, 80, 80, 80), (80, 90, 80, 90)]) {
            $0.reenter = Reentry(after: .minutes(0), times: 3)
        }
        expect(gone, .liquidated, -1)
        #expect(gone.reentries == 0)
    }

    @Test func filtersLookBack() {
        let closes = [100.0, 100, 111, 100, 89]
        #expect(
            [1, 2, 3, 4].map { EntryFilter.gain(0.1, bars: 2).lets($0, closes: closes) } == [false, true, false, false])
        #expect(
            [1, 2, 3, 4].map { EntryFilter.fall(0.1, bars: 2).lets($0, closes: closes) } == [false, false, false, true])
        let calm = (0..<30).map { 100 + Double($0 % 2) }
        #expect(!EntryFilter.highVolatility(bars: 2).lets(29, closes: calm))
        #expect(EntryFilter.highVolatility(bars: 2).lets(29, closes: calm.dropLast() + [110]))
    }
}
