import Foundation
import TestSupport
import Testing

/// Every contract and rule from a study file, from outside.
@Suite struct WholeModelTests {
    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(
            "time,rate\n" + (0..<50).map { "\(1_700_000_000 + $0 * 28_800),0.0001\n" }.joined(), to: "funding.csv")
        try scratch.write(samplePrices, to: "mark.csv")
        let tier = { (n: Int, from: Int, to: String, rate: Double, cum: String) in
            "{\"tier\": \(n), \"currency\": \"USDT\", \"minNotional\": \(from), \"maxNotional\": \(to), \"maintenanceMarginRate\": \(rate), \"maxLeverage\": \(100 / n), \"info\": {\"cum\": \"\(cum)\"}}"
        }
        try scratch.write(
            "{\"TWO/USDT:USDT\": [\(tier(1, 0, "5000", 0.01, "0")), \(tier(2, 5000, "1e18", 0.02, "50"))]}",
            to: "tiers.json")
        try scratch.write("date,initial,maintenance\n20231101,60,50\n20231120,80,60\n", to: "margins.csv")
        return scratch
    }

    private func study(contracts: String, platforms: String, grid: String) -> String {
        """
        version: 1
        name: whole
        data: [{asset: TWO, path: prices.csv, funding: {path: funding.csv, time: s}, mark: {path: mark.csv}}]
        grid: {contract: \(contracts), leverage: [1, 5, 60], horizon: [1d], platform: \(grid)}
        platforms:
        \(platforms)
        headline: {side: long, leverage: 5}
        """
    }

    @Test func everyContractRuns() throws {
        let scratch = try folder()
        let platforms = """
              p: {tiers: {file: tiers.json, symbol: TWOUSDT}, slippage: {base: 0.0005, kappa: 0.5}, borrow: {rate: 0.1, margin_level: 1.1}, liquidation: {fill: bounds}}
            """
        try scratch.write(
            study(contracts: "[linear, inverse, margin, spot]", platforms: platforms, grid: "[p]"), to: "s.yaml")
        let run = try scratch.program.run(["run", "s.yaml", "--out", "run"])
        #expect(run.code == 0, "\(run.err)")
        let cells = rows(try scratch.read("run/results.csv"))
        #expect(cells.count == 4 * 2 * 3)
        func cell(_ contract: String, _ side: String, _ leverage: String) -> [String: String] {
            cells.first { $0["contract"] == contract && $0["side"] == side && $0["leverage_x"] == leverage } ?? [:]
        }
        // The second bracket, in which 10,000 lies, allows 50×.
        #expect(
            cell("linear", "long", "60")["status"] == "rejected" && cell("linear", "long", "5")["status"] != "rejected")
        #expect(cell("spot", "short", "1")["status"] == "rejected" && cell("spot", "long", "1")["fill"] == "off")
        #expect(Int(cell("linear", "long", "5")["undecided_count"] ?? "") != nil)
        let severity = rows(try scratch.read("run/severity.csv"))
        for row in severity where row["shortfall_mean_margin_frac"] != "" {
            let mean = try #require(Double(row["shortfall_mean_margin_frac"] ?? ""))
            let causes = row.filter { $0.key.hasPrefix("cause_") && $0.key.hasSuffix("_margin_frac") }.compactMap {
                Double($0.value)
            }
            #expect(causes.count == 6 && abs(causes.reduce(0, +) - mean) < 1e-9 * max(1, mean))
        }
        let quality = try scratch.read("run/data_quality.csv")
        #expect(quality.contains("funding_coverage") && quality.contains("mark_coverage"))
        #expect(quality.contains("tiers_in_coin"), "the table is in USDT, and the study has an inverse contract")
        #expect(try scratch.read("run/run.json").contains("funding.csv"))
    }

    @Test func marginsPerContractAndPartialLiquidation() throws {
        let scratch = try folder()
        let platforms = """
              dated: {tiers: {file: margins.csv, contract_size: 5}}
              parts: {tiers: {file: tiers.json, symbol: "TWO/USDT:USDT"}, liquidation: {partial: true}}
            """
        try scratch.write(study(contracts: "linear", platforms: platforms, grid: "[dated, parts]"), to: "s.yaml")
        let run = try scratch.program.run(["run", "s.yaml", "--out", "-"])
        #expect(run.code == 0, "\(run.err)")
        #expect(rows(run.out).count == 2 * 3 * 2)
        // Initial margins of 12 to 16 a coin at a price near 100 leave no room for 60×.
        let dated = rows(run.out).first { $0["platform"] == "dated" && $0["leverage_x"] == "60" }
        #expect(dated?["status"] == "rejected")
    }

    @Test func badTierFilesAreNamed() throws {
        let scratch = try folder()
        try scratch.write(
            study(contracts: "linear", platforms: "  p: {tiers: {file: tiers.json, symbol: THREEUSDT}}", grid: "[p]"),
            to: "s.yaml")
        let unknown = try scratch.program.run(["run", "s.yaml", "--out", "-"])
        #expect(unknown.code == 65 && unknown.err.contains("THREEUSDT") && unknown.err.contains("tiers.json"))
        try scratch.write(
            study(contracts: "linear", platforms: "  p: {tiers: {file: gone.json, symbol: X}}", grid: "[p]"),
            to: "s.yaml")
        #expect(try scratch.program.run(["run", "s.yaml", "--out", "-"]).code == 66)
        try scratch.write(
            study(contracts: "margin", platforms: "  p: {tiers: [{to: .inf, rate: 0.01}]}", grid: "[p]"), to: "s.yaml")
        let borrow = try scratch.program.run(["run", "s.yaml", "--out", "-"])
        #expect(borrow.code == 78 && borrow.err.contains("has no 'borrow'"))
    }

    @Test func bothFilesOfOneAssetAreReported() throws {
        let scratch = try folder()
        try scratch.write("x", to: "prices.csv")
        try scratch.write("", to: "mark.csv")
        try scratch.write(
            study(contracts: "linear", platforms: "  p: {tiers: [{to: .inf, rate: 0.01}]}", grid: "[p]"), to: "s.yaml")
        let run = try scratch.program.run(["run", "s.yaml", "--out", "-"])
        #expect(
            run.code == 65 && run.err.contains("prices.csv") && run.err.contains("mark.csv")
                && run.err.contains("2 inputs rejected"))
    }

    /// The account of a cell says what its row of `results.csv` says, and its page is a whole page.
    @Test func explainSaysWhatTheRunSays() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "run"]).code == 0)
        let found = try scratch.program.run(["explain", "study.yaml", "--page", "page.html"])
        #expect(found.code == 0, "\(found.err)")
        let months = rows(try scratch.read("run/calendar.csv")).filter { $0["side"] == "long" }
        func sum(_ columns: [String]) -> Double {
            months.reduce(0) { sum, row in columns.reduce(sum) { $0 + (Double(row[$1] ?? "") ?? 0) } }
        }
        let (held, negative) = (
            Int(sum(["entries_count", "cut_count"])), sum(["negative_count", "cut_negative_count"])
        )
        #expect(found.out.contains("entries     \(held) held"), "\(found.out)")
        // A sum of probabilities, to three digits.
        let said = try #require(found.out.firstMatch(of: /below zero  ([0-9.]+) \(/))
        #expect(negative > 1 && abs(Double(said.1)! / negative - 1) < 0.006, "\(found.out)")
        let page = try scratch.read("page.html")
        #expect(
            page.hasPrefix("<!doctype html>") && page.hasSuffix("</html>\n") && page.contains("The way of one entry"))
        #expect(try scratch.program.run(["explain", "study.yaml", "--page", "no/such/folder.html"]).code == 73)
    }

    /// Every number of a cell's page is in what `--json` prints, and a changed one is not; for contracts in both units.
    @Test(arguments: ["linear", "inverse"]) func everyNumberOfACellsPageIsInItsJSON(contract: String) throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(
            smallStudy().replacingOccurrences(
                of: "path: prices.csv}", with: "path: prices.csv, funding: {rate: 0.0003, interval: 4h}}"
            ).replacingOccurrences(of: "grid: {", with: "grid: {contract: [\(contract)], "), to: "study.yaml")
        let found = try scratch.program.run(
            ["explain", "study.yaml", "--contract", contract, "--page", "page.html", "--json"])
        #expect(found.code == 0, "\(found.err)")
        let sections = ["page", "answer", "episodes", "entry", "exit"]
        let numbers = PageNumbers(
            files: [:], documents: Dictionary(uniqueKeysWithValues: sections.map { ($0, found.out) }))
        let page = try scratch.read("page.html")
        let entries = numbers.entries(in: page, scope: PageNumbers.Scope())
        let faults = entries.filter { !$0.isFound }.map(\.description)
        #expect(entries.count > 60 && faults.isEmpty, "\(faults.count) of \(entries.count): \(faults.prefix(20))")
        #expect(numbers.unnoticedChanges(in: page) < 0.3)
        let held = try #require(page.firstMatch(of: /<dd>([0-9]+) held/))
        let wrong = page.replacing("\(held.1) held", with: "\(held.1)1 held")
        #expect(!numbers.faults(in: wrong, scope: PageNumbers.Scope()).isEmpty)
    }

    @Test func explainShowsTheClosedForms() throws {
        let scratch = try folder()
        try scratch.write(smallStudy(), to: "s.yaml")
        let text = try scratch.program.run([
            "explain", "s.yaml", "--side", "long", "--leverage", "10", "--horizon", "1d",
        ])
        #expect(
            text.code == 0 && text.out.contains("TWO/linear/long/10x/1d/typical") && text.out.contains("liquidated")
                && text.out.contains("made of     gap"), "\(text.err)")
        let json = try scratch.program.run(["explain", "s.yaml", "--leverage", "10", "--json"])
        let trace = try #require(JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [String: Any])
        // p* = (1 − 0.1 + 0.0005)/(1 − 0.005) of the entry price.
        let (entry, trigger) = (trace["entry_price"] as? Double ?? 0, trace["trigger_price"] as? Double ?? 0)
        #expect(abs(trigger / entry - 0.9005 / 0.995) < 1e-12)
        #expect(try scratch.program.run(["explain", "s.yaml", "--leverage", "11"]).code == 64)
    }

    /// Oil at −36.98: a long paid for in full ends below zero, and the report says so.
    @Test(.needsSharedData) func negativeOil() throws {
        let shared = try #require(sharedFolder)
        let scratch = try Scratch()
        let run = try scratch.program.run([
            "sweep", shared + "/data/datahub/wti-daily.csv", "--leverage", "1", "--side", "long", "--horizon", "3d",
            "--out", "run",
        ])
        #expect(run.code == 0 && run.out.contains("At 1×") && run.out.contains("ended below zero in"), "\(run.out)")
        let page = try scratch.read("run/reports/wti-daily-long.html")
        #expect(page.contains("ended below zero in") && !page.contains("cannot end below zero"))
    }
}
