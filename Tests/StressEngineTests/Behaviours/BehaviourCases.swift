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
        return walk.outcome(entry: entry, to: WindowEnd(last: bars.count, isCut: false), events: &events)
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

    /// The trigger and the take-profit in one bar, and a stop that follows the price against either of them.
    @Test func theTriggerAgainstOtherLevels() throws {
        let wild = [(100.0, 106.0, 80.0, 100.0)]
        func profit(_ order: BarOrder) -> (inout Behaviour) -> Void {
            { ($0.exits, $0.order) = ([PlannedExit(distance: 0.05)], order) }
        }
        expect(try outcome(wild, profit(.adverse)), .liquidated, 0.04523)
        expect(try outcome(wild, profit(.favourable)), .tookProfit, 1.5)
        // Best close 110: the stop at 104.5 and the profit at 120 in one bar, the stop and the trigger in another.
        func trail(_ order: BarOrder) -> (inout Behaviour) -> Void {
            { ($0.trailingStop, $0.exits, $0.order) = (0.05, [PlannedExit(distance: 0.2)], order) }
        }
        let rise = (100.0, 110.0, 100.0, 110.0)
        expect(try outcome([rise, (110, 121, 80, 100)], trail(.adverse)), .trailed, 1.45)
        expect(try outcome([rise, (110, 121, 80, 100)], trail(.favourable)), .tookProfit, 3)
        expect(try outcome([rise, (104, 121, 80, 100)], trail(.favourable)), .trailed, 1.4)
        expect(try outcome([rise, (90, 121, 80, 100)], trail(.favourable)), .liquidated, 0)
    }

    /// The same of a short: trigger at 110 / 1.005 = 109.4527.
    @Test func aShortIsTheMirror() throws {
        func plan(_ stop: Double, _ order: BarOrder = .adverse) -> (inout Behaviour) -> Void {
            { ($0.stopLoss, $0.exits, $0.order) = (stop, [PlannedExit(distance: 0.05)], order) }
        }
        let short = TestCell(side: .short)
        expect(try outcome([(100, 120, 94, 100)], in: short, plan(0.05)), .stopped, 0.5)
        expect(try outcome([(100, 120, 94, 100)], in: short, plan(0.05, .favourable)), .tookProfit, 1.5)
        expect(try outcome([(100, 120, 94, 100)], in: short, plan(0.098)), .liquidated, 0.05473)
        expect(try outcome([(107, 120, 94, 100)], in: short, plan(0.05)), .stopped, 0.3)
        expect(try outcome([(112, 120, 94, 100)], in: short, plan(0.05)), .liquidated, -0.2)
        expect(try outcome([(93, 120, 90, 100)], in: short, plan(0.05)), .tookProfit, 1.7)
    }

    /// A stop that is jumped at the open, one that the platform is past at the open, one whose fill slips inside the bar, and a liquidation
    /// before the stop's turn, which is no jump.
    @Test func whichStopsWereJumped() throws {
        func jumps(
            _ bars: [Bar], in cell: TestCell = TestCell(), stop: Double, horizon: Int = 1
        ) throws -> [StopJumps.Day] {
            var (cell, behaviour) = (cell, Behaviour(name: "b"))
            behaviour.stopLoss = stop
            cell.horizon = .minutes(Int64(bars.count))
            let market = MarketHistory(series: series([(100, 100, 100, 100)] + bars))
            let job = HistoryJob(study: try cell.study(), asset: "X", market: market, kernel: .automatic)
            let found = try [nil, job.behaviourTrees].map { trees in
                try job.tallies(of: [behaviour], cell: 0, trees: trees, threads: 1)[1].jumps.days
            }
            #expect(found[0] == found[1])
            return found[0]
        }
        let calm = (100.0, 100.0, 100.0, 100.0)
        // Nobody liquidates: the stop is filled at the open of 85, half a margin below zero.
        var unwatched = TestCell()
        unwatched.liquidation = false
        let atOpen = try jumps([calm, (85, 86, 84, 85)], in: unwatched, stop: 0.05)
        // The second entry meets the same open before its window is cut.
        #expect(atOpen.map(\.entries) == [2] && atOpen[0].cut == 1)
        #expect(atOpen[0].liquidated == 0 && atOpen[0].negative == 2)
        #expect(abs((atOpen.first?.lowest ?? 0) + 0.5) < 1e-9)
        // Through the stop and the trigger at once: the platform closes it.
        let both = try jumps([calm, (85, 86, 84, 85)], stop: 0.05)
        #expect(both.map(\.entries) == [2] && both[0].liquidated == 2)
        // Reached inside the bar, and filled where the next bar opens.
        var late = TestCell()
        late.fill = .next
        let inside = try jumps([(100, 100, 94, 94), (85, 86, 84, 85)], in: late, stop: 0.05)
        #expect(inside.map(\.entries) == [1] && inside[0].liquidated == 0)
        // Reached inside the bar and filled at its level: nothing was jumped.
        #expect(try jumps([(100, 100, 84, 85)], stop: 0.05).isEmpty)
        // The platform's trigger at 90.45 comes before a stop at 80, whatever the fall does then.
        #expect(try jumps([(100, 100, 70, 75), (75, 75, 75, 75)], in: late, stop: 0.2).isEmpty)
        #expect(try jumps([calm, (75, 75, 75, 75)], stop: 0.2).isEmpty)
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
