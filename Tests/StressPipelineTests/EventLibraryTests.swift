import Foundation
import MarginModel
import PriceSeries
import Scenarios
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import StressPipeline

@Suite struct EventLibraryTests {
    /// One source of truth: what is built in is what lies in the data folder, file by file.
    @Test func thePipelineHoldsEveryEventOfItsData() throws {
        let folder = packageRoot + "/Data/Events"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        #expect(EventLibrary.embedded.map(\.file) == names.sorted())
        for (file, text) in EventLibrary.embedded {
            #expect(text == (try String(contentsOfFile: folder + "/" + file, encoding: .utf8)), "\(file)")
        }
        let events = try EventLibrary().events
        #expect(events.count == 55 && events.map(\.start) == events.map(\.start).sorted())
        #expect(try EventLibrary().event(named: "march-2020").asset == "BTC")
        let error = #expect(throws: Failure.self) { try EventLibrary().event(named: "march-2002") }
        #expect(error?.messages.first?.contains("did you mean 'march-2020'?") == true)
    }

    private func grid(_ leverages: [Double], fill: FillRule = .auto) throws -> ScenarioGrid {
        let rules = try PlatformRules(
            fees: Fees(open: 0.0005, close: 0.0005, liquidation: 0), slippage: Slippage(base: 0.0005),
            tiers: MaintenanceTiers(flatRate: 0.005), liquidation: LiquidationRules(fill: fill))
        return ScenarioGrid(
            contracts: [.linear], sides: [.long, .short], leverages: leverages.compactMap { Leverage($0) },
            platforms: [NamedPlatform(name: "typical", rules: rules)], notional: 10_000, entryPrice: 1)
    }

    /// Hours of one price, and a fall by a tenth an hour from the event's begin on.
    private func prices(_ event: MarketEvent, hoursBefore: Int, bars: Int) -> String {
        var csv = "time,open,high,low,close\n"
        var price = 100.0
        for bar in 0..<bars {
            let begin = event.start.milliseconds / 1000 + Int64(bar - hoursBefore) * 3600
            let next = bar >= hoursBefore && bar < hoursBefore + 3 ? price * 0.9 : price
            csv += "\(begin),\(price),\(price),\(next),\(next)\n"
            price = next
        }
        return csv
    }

    private func ended(_ outcome: EventOutcome) -> EventOutcome.Ended? {
        if case .ended(let end) = outcome { end } else { nil }
    }

    /// On paper: three hours that fall by a tenth each, filled exactly at the trigger.
    @Test func aReplayOnPaper() throws {
        let folder = TemporaryFolder()
        let event = try EventLibrary().event(named: "may-2021-btc")
        let file = folder.path + "/p.csv"
        try prices(event, hoursBefore: 30, bars: 60).write(toFile: file, atomically: true, encoding: .utf8)
        let replay = try EventReplay(
            event, source: BarSource(files: [file]), grid: grid([2, 5, 300], fill: .gap),
            leads: [.hours(1), .days(1), .days(7)],
            caches: RunCaches(nil), threads: 1)
        #expect(replay.entries.map(\.entered) == [event.start + .hours(-1), event.start + .hours(-24), nil])
        for entry in replay.entries.prefix(2) {
            #expect(entry.price == 100 && entry.outcomes.count == 6)
            // Long, twice: held to the end of the third hour, at 72.9.
            let two = try #require(ended(entry.outcomes[0]))
            let fill = 0.729 * (1 - 0.0005)
            #expect(!two.isLiquidated && abs(two.equity - (1 - 0.001 + 2 * (fill - 1) - 0.001 * fill)) < 1e-9)
            // Five times: due at (1 − 1/5 + f_o)/(1 − m) and filled there.
            let five = try #require(ended(entry.outcomes[1]))
            let trigger = (1 - 0.2 + 0.0005) / 0.995 * (1 - 0.0005)
            #expect(five.isLiquidated && abs(five.equity - (1 - 0.0025 + 5 * (trigger - 1) - 0.0025 * trigger)) < 1e-9)
            #expect(five.negative == 0 && five.owed == 0)
            if case .rejected = entry.outcomes[2] {} else { Issue.record("300 times is not opened") }
            #expect(try #require(ended(entry.outcomes[3])).equity > 1.5)
        }
        #expect(replay.entries[2].outcomes.allSatisfy { if case .unknown = $0 { true } else { false } })
    }

    @Test func pricesOfAnotherTimeAreRefused() throws {
        let folder = TemporaryFolder()
        let file = folder.path + "/p.csv"
        let event = try EventLibrary().event(named: "may-2021-btc")
        try prices(event, hoursBefore: 30, bars: 60).write(toFile: file, atomically: true, encoding: .utf8)
        let other = try EventLibrary().event(named: "march-2020")
        let error = #expect(throws: Failure.self) {
            try EventReplay(
                other, source: BarSource(files: [file]), grid: grid([2]), leads: [.hours(1)], caches: RunCaches(nil),
                threads: 1)
        }
        #expect(error?.code == .badData && error?.messages.first?.contains("march-2020") == true)
    }

    /// Black Thursday in real hours: twice is closed a day before and an hour before, and a short gains.
    @Test(.needsSharedData) func blackThursday() throws {
        let file = try #require(sharedFolder) + "/data/cryptodatadownload/Binance_BTCUSDT_1h.csv.gz"
        let event = try EventLibrary().event(named: "march-2020")
        let replay = try EventReplay(
            event, source: BarSource(files: [file]), grid: grid([1, 2, 10]),
            leads: [.hours(1), .days(1), .days(7), .days(30)],
            caches: RunCaches(nil), threads: 2)
        #expect(replay.entries.allSatisfy { $0.entered != nil })
        for entry in replay.entries {
            let longs = try entry.outcomes.prefix(3).map { try #require(ended($0)) }
            #expect(longs.map(\.isLiquidated) == [false, entry.lead != .hours(1) || longs[1].isLiquidated, true])
            #expect(longs[0].equity > 0 && longs[0].owed == 0)
            #expect(try #require(ended(entry.outcomes[3])).equity > 1)
        }
    }
}
