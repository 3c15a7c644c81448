import Foundation
import TestSupport
import Testing

/// Behaviours from a study to files and pages, through the program.
@Suite struct BehaviourRunTests {
    private static let rules = """
        behaviours:
          - {name: none, stop_loss: .inf, instalments: {count: 1, every: 1d}}
          - {name: tight, stop_loss: 2%, take_profit: 3%, order: split}
          - panic seller
          - {name: rising, enter_after: {gain: 1%, bars: 3}}
          - {name: topper, top_up: {at: 3, add: 1, times: 2}}
        """

    private func rows(_ scratch: Scratch, _ file: String) throws -> [[String: String]] {
        let lines = try scratch.read(file).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { Dictionary(zip(lines[0], $0), uniquingKeysWith: { first, _ in first }) }
    }

    /// Holding is what the results say, a behaviour without a rule is holding, and pages are written again from what is kept.
    @Test func behavioursStandBesideHolding() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(limit: BehaviourRunTests.rules), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        try #require(run.code == 0, "\(run.err)")
        let (behaviours, results) = (try rows(scratch, "run/behaviours.csv"), try rows(scratch, "run/results.csv"))
        #expect(results.count == 12 && behaviours.count == 12 * 7)
        let names = ["hodl", "none", "tight", "tight", "panic seller", "rising", "topper"]
        for (place, result) in results.enumerated() {
            let own = Array(behaviours[7 * place..<7 * place + 7])
            #expect(own.map { $0["behaviour"] } == names)
            #expect(
                own.map { $0["order"] } == ["", "adverse", "adverse", "favourable", "adverse", "adverse", "adverse"])
            for key in ["side", "leverage_x", "horizon_h"] { #expect(own.allSatisfy { $0[key] == result[key] }) }
            let shared = [
                "entries_count", "liquidated_count", "liquidated_frac", "negative_equity_frac",
                "excluded_count", "rejected_count", "cut_count",
            ]
            for key in shared {
                #expect(own[0][key] == result[key], "\(key) of \(result["cell"] ?? "\(place)")")
            }
            // The sweep adds in another order.
            let equity = [own[0], result].map { Double($0["equity_mean_margin_frac"] ?? "") ?? .nan }
            #expect(abs(equity[0] - equity[1]) <= 1e-12 * max(1, abs(equity[1])))
            let same = own[0].filter {
                !$0.key.contains("difference") && !$0.key.contains("winners") && !$0.key.contains("same_entries")
                    && !$0.key.contains("forgone") && !["behaviour", "order"].contains($0.key)
            }
            #expect(same.allSatisfy { own[1][$0.key] == $0.value })
            #expect(own[1]["equity_difference_margin_frac"] == "0.0" && own[0]["equity_difference_margin_frac"] == "")
        }
        #expect(behaviours.contains { $0["behaviour"] == "tight" && $0["stopped_count"] != "0" })
        #expect(behaviours.contains { $0["behaviour"] == "rising" && $0["filtered_count"] != "0" })
        let page = try scratch.read("run/reports/two-long.html")
        #expect(page.contains("What protects") && page.contains("panic seller"))
        let before = try scratch.read("run/behaviours.csv")
        let again = try scratch.program.run(["report", "run"])
        #expect(again.code == 0, "\(again.err)")
        #expect(try scratch.read("run/behaviours.csv") == before)
        #expect(try scratch.read("run/reports/two-long.html") == page)
    }

    /// The same bytes for every number of threads, by the search and by the walk.
    @Test func threadsAndKernelsChangeNothing() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(limit: BehaviourRunTests.rules), to: "study.yaml")
        var found: [String] = []
        for options in [["--threads", "1"], ["--threads", "5"], ["--kernel", "plain"]] {
            let run = try scratch.program.run(
                ["run", "study.yaml", "--out", "r\(found.count)", "--no-store", "--no-cache"] + options)
            try #require(run.code == 0, "\(run.err)")
            found.append(try scratch.read("r\(found.count)/behaviours.csv"))
        }
        #expect(found[0] == found[1] && found[0] == found[2])
    }

    @Test func aSlipIsNamed() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(limit: "behaviours: [{name: a, stop_los: 5%}]"), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 78 && run.err.contains("did you mean 'stop_loss'?"), "\(run.err)")
    }

    /// A sweep's options are a set of rules, and its study says so.
    @Test func aSweepHasStops() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let sweep = [
            "sweep", "prices.csv", "--leverage", "10", "--horizon", "1d", "--stop-loss", "5%", "--behaviour",
            "panic seller",
        ]
        let run = try scratch.program.run(sweep + ["--out", "run", "--no-store"])
        try #require(run.code == 0, "\(run.err)")
        let rows = try rows(scratch, "run/behaviours.csv")
        #expect(rows.count == 6 && Set(rows.map { $0["behaviour"] }) == ["hodl", "stop-loss 5%", "panic seller"])
        #expect(try scratch.program.run(sweep + ["--print-study"]).out.contains("stop_loss: 0.05"))
        let wrong = try scratch.program.run(["sweep", "prices.csv", "--behaviour", "panic seler"])
        #expect(wrong.code == 64 && wrong.err.contains("did you mean 'panic seller'?"), "\(wrong.err)")
        let negative = try scratch.program.run(["sweep", "prices.csv", "--stop-loss", "0"])
        #expect(negative.code == 64 && negative.err.contains("--stop-loss"), "\(negative.err)")
    }

    /// A price that jumps over a stop, and traders who come back after every liquidation.
    @Test func stopsAreJumpedAndCapitalsAreLost() throws {
        let scratch = try Scratch()
        var bars = ["time,open,high,low,close"]
        for hour in 0..<2400 {
            // Every hundred hours the price opens a fifth lower, three times, and climbs back.
            let phase = hour % 100
            let climbing = hour < 100 ? 100 : min(100, 52 + 3 * Double(phase))
            let price = [97: 80.0, 98: 64, 99: 51.2][phase] ?? climbing
            bars.append("\(1_577_836_800_000 + hour * 3_600_000),\(price),\(price),\(price),\(price)")
        }
        try scratch.write(bars.joined(separator: "\n") + "\n", to: "prices.csv")
        try scratch.write(
            """
            version: 1
            data: [{asset: a, path: prices.csv}]
            grid: {side: [long], leverage: [2, 10, 20], horizon: [90h]}
            platforms: {typical: {fees: {open: 0, close: 0}, slippage: 0, tiers: [{to: .inf, rate: 0.01}], liquidation: {fill: gap}}}
            statistics: {resamples: 200}
            headline: {asset: a, side: long, leverage: 20, horizon: 90h}
            behaviours:
              - {name: never again, stop_loss: 2%, reenter: {after: 0s, times: 0}}
              - {name: stop, stop_loss: 2%}
              - {name: again, reenter: {after: 0s, times: 2}}
              - {name: stops and comes back, stop_loss: 2%, reenter: {after: 0s, times: 2}}
            """, to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        try #require(run.code == 0, "\(run.err)")
        let jumps = try rows(scratch, "run/stop_jumps.csv").filter { $0["leverage_x"] == "20" }
        // 20 % lower at 20×: the margin, and three more of it, through the stop and the trigger at once. Each is a day of its own.
        #expect(!jumps.isEmpty)
        #expect(jumps.allSatisfy { $0["liquidated_count"] == $0["entries_count"] })
        let lowest = jumps.filter { $0["behaviour"] == "stop" }.compactMap {
            Double($0["equity_min_margin_frac"] ?? "")
        }
        #expect(!lowest.isEmpty && lowest.allSatisfy { $0 > -3.001 }, "\(lowest)")
        #expect(abs(lowest[0] + 3) < 1e-9)
        #expect(jumps[0]["day_utc"] == "2020-01-05T00:00:00Z", "\(jumps[0])")
        let all = try rows(scratch, "run/ruin.csv")
        // Who never goes on has no sequence.
        #expect(Set(all.map { $0["behaviour"] }) == ["again", "stops and comes back"])
        let ruin = all.filter { $0["behaviour"] == "again" }
        #expect(ruin.count == 9 && ruin.allSatisfy { $0["order"] == "adverse" })
        // At 2× a stop is filled two fifths of the margin lower: what is left opens the next one, and none is ever gone.
        let stopped = all.filter { $0["behaviour"] == "stops and comes back" && $0["leverage_x"] == "2" }
        #expect(stopped.count == 3 && stopped.allSatisfy { $0["ruined_count"] == "0" }, "\(stopped)")
        let at20 = ruin.filter { $0["leverage_x"] == "20" }.map { Int($0["ruined_count"] ?? "") ?? -1 }
        #expect(at20[0] > at20[1] && at20[1] > at20[2] && at20[2] > 0, "\(at20)")
        let held = try rows(scratch, "run/results.csv").first { $0["leverage_x"] == "20" }
        #expect(held?["liquidated_count"] == String(at20[0]))
        let page = try scratch.read("run/reports/a-long.html")
        #expect(page.contains("Going on after every liquidation") && page.contains("jumped over it"))
        #expect(try !scratch.read("run/charts/a-long-ruin.svg").isEmpty)
        let (table, columns) = (try scratch.read("run/ruin.csv"), try scratch.read("run/columns.csv"))
        #expect(columns.contains("ruin.csv,ruined_frac") && columns.contains("stop_jumps.csv,day_utc"))
        #expect(try scratch.program.run(["report", "run"]).code == 0)
        #expect(try scratch.read("run/ruin.csv") == table)
    }

    /// Call, top-up, stop and fill stand bar by bar, and what they end with is what the table's entry ended with.
    @Test func explainFollowsABehaviour() throws {
        let scratch = try Scratch()
        let bars = ["0,100,100,100,100", "60000,100,101,99,100", "120000,100,100,93,94", "180000,94,97,94,97"]
        let prices = "time,open,high,low,close\n" + (bars + ["240000,97,97,80,81"]).joined(separator: "\n") + "\n"
        try scratch.write(prices, to: "prices.csv")
        let study = """
            version: 1
            data: [{asset: a, path: prices.csv, columns: {time: time, open: open, high: high, low: low, close: close}, time: ms}]
            grid: {side: [long], leverage: [10], horizon: [4m]}
            platforms: {typical: {fees: {open: 0, close: 0}, slippage: 0, tiers: [{to: .inf, rate: 0.01}], liquidation: {fill: gap}}}
            headline: {asset: a, side: long, leverage: 10, horizon: 4m}
            behaviours: [{name: topper, top_up: {at: 5, add: 1, times: 1, latency: 1}}, {name: never, enter_after: {gain: 90%, bars: 1}}]
            """
        try scratch.write(study, to: "study.yaml")
        let command = ["explain", "study.yaml", "--entry", "1970-01-01T00:00Z"]
        let text = try scratch.program.run(
            command + ["--stop-loss", "5%", "--behaviour", "topper", "--behaviour", "never"])
        try #require(text.code == 0, "\(text.err)")
        for line in [
            "As 'stop-loss 5%':", "1970-01-01 00:02  closed: stopped, level 95, got 95",
            "ended       with 50.00 % of the margin paid in; held, it ended with",
            "00:02  margin called for at the close of 94", "00:03  margin paid in, before the checks of the bar",
            "00:04  closed: liquidated, level 80.80808", "(2 times the initial margin)",
            "not entered: the filter does not let it",
        ] { #expect(text.out.contains(line), "\(line) in\n\(text.out)") }
        let json = try scratch.program.run(command + ["--behaviour", "topper", "--json"])
        #expect(json.out.contains("\"kind\"") && json.out.contains("\"top_up\""), "\(json.out)")
        let wrong = try scratch.program.run(command + ["--behaviour", "toper"])
        #expect(wrong.code == 64 && wrong.err.contains("did you mean 'topper'?"), "\(wrong.err)")
    }
}
