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
}
