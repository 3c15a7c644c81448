import Foundation
import TestSupport
import Testing

/// Who pays, from the command line.
@Suite struct LedgerTests {
    private static let study =
        """
        version: 1
        name: small
        data: [{asset: TWO, path: prices.csv}]
        grid: {leverage: [10, 50], horizon: [1d]}
        platforms:
          typical: {slippage: 0.001, tiers: [{to: .inf, rate: 0.005}], liquidation: {fill: worst}}
          lender: {tiers: [{to: .inf, rate: 0.005}], liquidation: {enabled: false}, ledger: {adl: off, surplus: trader}}
        ledger: {population: {classes: [{side: both, leverage: "10,50"}]}, horizon: 1d, adl: binance, surplus: trader}
        """

    private func scratch(_ study: String = LedgerTests.study) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(study, to: "study.yaml")
        return scratch
    }

    /// A run and the command say the same, and results.csv has what is owed in the cells that the ledger holds.
    @Test func theCommandAndTheRunAgree() throws {
        let scratch = try scratch()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 0, "\(run.err)")
        let printed = try scratch.program.run(["ledger", "study.yaml", "--out", "-"])
        #expect(printed.code == 0, "\(printed.err)")
        let own = rows(try scratch.read("run/safeguards.csv")).filter { $0["step"] == "ledger" }
        let table = rows(printed.out)
        #expect(table.count == own.count && table.count == 2 * (1 + 1 + 4 + 4))
        for (asked, found) in zip(table, own) {
            for (name, value) in asked where name != "entries_count" { #expect(found[name] == value, "\(name)") }
            #expect(Double(asked["entries_count"]!) == Double(found["entries_count"]!))
        }
        try theSummarySaysThem(scratch)
        let results = rows(try scratch.read("run/results.csv"))
        #expect(results.count == 8)
        for row in results {
            let cell = try #require(
                own.first {
                    $0["asset"] == "TWO" && $0["side"] == row["side"] && $0["platform"] == row["platform"]
                        && Double($0["leverage_x"]!) == Double(row["leverage_x"]!)
                })
            #expect(Double(row["owed_frac"]!) == Double(cell["owed_frac"]!), "\(row)")
        }
        #expect(results.contains { Double($0["owed_frac"]!)! > 0 })
    }

    /// Money adds up to the last unit in what is printed.
    @Test func theColumnsAddUp() throws {
        let scratch = try scratch()
        let printed = try scratch.program.run(["ledger", "study.yaml", "--out", "-"])
        var (short, queued) = (0, Decimal(0))
        for row in rows(printed.out) {
            func money(_ name: String) throws -> Decimal { try #require(Decimal(string: row[name]!)) }
            let names = ["fund_quote", "adl_quote", "socialised_quote", "platform_quote", "owed_quote"]
            let paid = try names.reduce(Decimal(0)) { try $0 + money($1) }
            #expect(try money("shortfall_quote") == paid, "\(row)")
            short += try money("shortfall_quote") > 0 ? 1 : 0
            queued += try money("adl_quote")
        }
        #expect(short > 4 && queued > 0)
    }

    @Test func pricesNeedNoStudy() throws {
        let scratch = try scratch()
        let found = try scratch.program.run([
            "ledger", "prices.csv", "--platform", "okx,bare-lender", "--horizon", "1d", "--fund", "1000",
        ])
        #expect(found.code == 0, "\(found.err)")
        #expect(
            found.out.contains("On okx:")
                && found.out.contains(
                    "The same traders and prices: okx’s clients owe nothing, bare-lender’s clients owe "),
            "\(found.out)")
        let json = try scratch.program.run(["ledger", "prices.csv", "--platform", "bare-lender", "--json"])
        let lines = try #require(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) as? [[String: Any]])
        #expect(lines.count == 2 * 13 && lines[0]["platform"] as? String == "bare-lender")
    }

    /// Where no volume is known, open interest that follows it would be constant without a word: the file, the setting and what to do are
    /// named, before anything is computed; a history beside it that has one goes on.
    @Test(arguments: [("open,high,low,close", "the prices have no volume"), ("", "no bar has a volume above 0")])
    func aVolumeThatIsNotThereIsAnError(header: String, why: String) throws {
        let study = LedgerTests.study.replacing("\"10,50\"}]", with: "\"10,50\"}], scale: volume")
        let scratch = try scratch(study)
        #expect(try scratch.program.run(["ledger", "study.yaml"]).code == 0)
        let lines = samplePrices.split(separator: "\n").map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            let last = header.isEmpty ? [line == samplePrices.split(separator: "\n").first ? fields[5] : "0"] : []
            return (fields.prefix(5) + last).joined(separator: ",")
        }
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "bare.csv")
        try scratch.write(study.replacing("prices.csv", with: "bare.csv"), to: "bare.yaml")
        for words in [
            ["ledger", "bare.yaml"], ["run", "bare.yaml", "--out", "r", "--no-store"], ["check", "bare.yaml"],
        ] {
            let found = try scratch.program.run(words)
            #expect(found.code == 65, "\(words): \(found.code) \(found.err)")
            let said = found.err + found.out
            #expect(said.contains("bare.csv") && said.contains(why), "\(said)")
            #expect(said.contains("leave 'scale' out of ledger.population"), "\(said)")
        }
        let both = study.replacing("path: prices.csv}", with: "path: prices.csv}, {asset: BARE, path: bare.csv}")
        try scratch.write(both, to: "both.yaml")
        let some = try scratch.program.run(["ledger", "both.yaml"])
        #expect(some.code == 4 && some.err.contains(why) && some.out.contains("On typical"), "\(some.err)")
    }

    /// A run of which no trader opened a position says so everywhere, and no limit is met by it.
    @Test(arguments: [("1000", "1d"), ("10,50", "30m")])
    func nothingOpenedIsNoGoodNews(leverage: String, horizon: String) throws {
        let study = LedgerTests.study.replacing(
            "leverage: \"10,50\"}]}, horizon: 1d", with: "leverage: \"\(leverage)\"}]}, horizon: \(horizon)"
        ).split(separator: "\n").filter { !$0.contains("lender:") }.joined(separator: "\n")
        let scratch = try scratch(study + "\nlimits: [{measure: ledger_owed_quote, max: 0, on_no_value: ignore}]\n")
        let printed = try scratch.program.run(["ledger", "study.yaml"])
        #expect(printed.code == 0 && printed.out.contains("No position was opened"), "\(printed.out)")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 0, "\(run.err)")
        let asked = try scratch.program.run(["ask", "run"])
        #expect(asked.out.contains("no trader of its ledger opened a position"), "\(asked.out)")
        let page = try scratch.read("run/index.html")
        for (place, text) in [printed.out, asked.out, page, run.err].enumerated() {
            for wrong in [
                "nobody had anything to pay", "has nothing to pay", "was seen to owe",
                "beginning of a day would have paid",
            ] {
                #expect(!text.contains(wrong), "\(place): \(wrong)")
            }
        }
        #expect(rows(try scratch.read("run/fund_needed.csv")).isEmpty)
        #expect(rows(try scratch.read("run/limits.csv")).allSatisfy { $0["status"] != "met" })
        #expect(try scratch.read("run/data_quality.csv").contains("ledger_not_opened"))
    }

    /// `summary.json` has what the command prints of everybody, and the fund.
    private func theSummarySaysThem(_ scratch: Scratch) throws {
        func objects(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
        let json = try scratch.program.run(["ledger", "study.yaml", "--json"])
        let lines = try #require(try objects(json.out) as? [[String: Any]])
        let everybody = lines.filter { $0["asset"] is NSNull && $0["side"] is NSNull }
        let summary = try #require(try objects(try scratch.read("run/summary.json")) as? [String: Any])
        let ledger = try #require(summary["ledger"] as? [[String: Any]])
        #expect(ledger.count == 2 && everybody.count == 2)
        for (found, line) in zip(ledger, everybody) {
            for (name, value) in line { #expect("\(found[name] ?? "")" == "\(value)", "\(name)") }
            #expect(found["fund_end_quote"] is Double && found["exhausted_count"] is Int)
        }
    }

    @Test func mistakesAreNamed() throws {
        let scratch = try scratch()
        func run(_ words: String...) throws -> Outcome { try scratch.program.run(["ledger"] + words) }
        let platform = try run("prices.csv", "--platform", "bare-lendr")
        #expect(platform.code == 64 && platform.err.contains("did you mean 'bare-lender'?"))
        let population = try run("prices.csv", "--population", "bitmex")
        #expect(population.code == 64 && population.err.contains("bitmex-2019"))
        #expect(try run("prices.csv", "--horizon", "soon").code != 0)
        #expect(try run("nowhere.csv").code == 66)
        #expect(try run("study.yaml", "prices.csv").code == 64)
        try scratch.write("hello\n", to: "notes.csv")
        let some = try run("prices.csv", "notes.csv", "--platform", "bare-lender")
        #expect(some.code == 4 && some.err.contains("notes.csv") && some.out.contains("bare-lender"))
        try scratch.write("mine\n", to: "c.csv")
        #expect(try run("study.yaml", "--out", "c.csv").code == 73)
        #expect(try scratch.read("c.csv") == "mine\n")
    }

    /// Every number of the sections about who pays is in a file, with an impact and without; one that is not is noticed.
    @Test(arguments: ["", ", impact: {depth: 20000}, fund: {amount: 300}"])
    func everyNumberOfWhoPaysIsInAFile(more: String) throws {
        let scratch = try scratch(LedgerTests.study.replacing("surplus: trader}", with: "surplus: trader\(more)}"))
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 0, "\(run.err)")
        var files: [String: String] = [:]
        for name in scratch.files() where name.hasPrefix("run/") && name.hasSuffix(".csv") {
            files[String(name.dropFirst(4))] = try scratch.read(name)
        }
        let (numbers, page) = (PageNumbers(files: files), try scratch.read("run/index.html"))
        let entries = numbers.entries(in: page, scope: PageNumbers.Scope())
        let faults = Set(entries.filter { !$0.isFound }.map(\.description)).sorted()
        #expect(faults.isEmpty, "\(faults.count): \(faults.prefix(30).joined(separator: "\n"))")
        let own = ["[who-pays]", "[fund-1]", "[needed-1]", "[queue-1]", "[givers-1]"]
        for section in own where !section.hasPrefix("[fund") && !section.hasPrefix("[needed") || !more.isEmpty {
            #expect(entries.count { $0.description.hasPrefix(section) } > 3, "\(section)")
        }
        // The missing money of the story with another first digit.
        let story = try #require(page.firstMatch(of: /\), ([1-9])[^,()]* short in all/))
        let digit = try #require(story.1.first?.wholeNumberValue)
        var wrong = page
        wrong.replaceSubrange(story.1.startIndex..<story.1.endIndex, with: String(digit == 9 ? 4 : digit + 1))
        #expect(!numbers.faults(in: wrong, scope: PageNumbers.Scope()).isEmpty)
    }

    /// On two years of three invented coins money over the margin and over the notional has intervals that hold it, where nobody
    /// liquidates too.
    @Test func moneyHasIntervals() throws {
        let program = try Scratch().program
        let printed = try program.run(["ledger", packageRoot + "/Data/Studies/who-pays.yaml", "--out", "-"])
        #expect(printed.code == 0, "\(printed.err)")
        var judged: [String: Int] = [:]
        for row in rows(printed.out) {
            for name in ["shortfall", "fund", "adl", "owed"] {
                func value(_ part: String) -> Double? { row[name + part].flatMap(Double.init) }
                let (low, high) = (value("_notional_ci_low_frac"), value("_notional_ci_high_frac"))
                #expect((low == nil) == (high == nil))
                guard let low, let high else { continue }
                let share = try #require(value("_notional_frac"))
                #expect(0 < low && low <= share && share <= high, "\(row)")
                #expect(try abs(share * #require(Double(row["notional_quote"]!)) - #require(value("_quote"))) < 1e-3)
                judged[name, default: 0] += 1
            }
            // The same evidence, another base.
            #expect(row["owed_margin_ci_low_frac"]!.isEmpty == row["owed_notional_ci_low_frac"]!.isEmpty, "\(row)")
        }
        #expect(judged.count == 4 && judged.values.allSatisfy { $0 > 4 }, "\(judged)")
    }

    /// Where the platform bears what is left, its traders owe nothing by its terms, which needs no interval; a bound on what has none is a
    /// limit without a value. A folder that is read back says the same.
    @Test func whatNobodyCanOweIsMet() throws {
        let platform =
            "  protected: {tiers: [{to: .inf, rate: 0.005}], liquidation: {fill: worst}, ledger: {recourse: platform}}"
        let limits = ["ledger_owed_margin_frac", "owed_frac", "negative_equity_frac"].map {
            "{measure: \($0), max: 0.9, bound: upper}"
        }
        let study = LedgerTests.study.replacing("ledger: {population", with: "\(platform)\nledger: {population")
            .replacing("grid: {", with: "grid: {side: [long], ")
        let scratch = try scratch(study + "\nlimits: [\(limits.joined(separator: ", "))]\n")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        #expect(run.code == 4, "\(run.err)")
        let table = rows(try scratch.read("run/limits.csv"))
        let protected = table.filter { $0["platform"] == "protected" }
        #expect(protected.count > 3 && protected.allSatisfy { $0["status"] == "met" }, "\(protected)")
        let others = table.filter { $0["measure"] == "ledger_owed_margin_frac" && $0["platform"] != "protected" }
        #expect(others.count == 2 && others.allSatisfy { $0["status"] == "no_value" && $0["high"] == "" }, "\(others)")
        let again = try scratch.program.run(["report", "run", "--out", "again"])
        #expect(again.code == 0 || again.code == 4, "\(again.err)")
        #expect(try scratch.read("again/limits.csv") == scratch.read("run/limits.csv"))
        #expect(try scratch.read("again/summary.txt") == scratch.read("run/summary.txt"))
    }

    /// A limit on what the ledger found is judged on every platform: in the table, the summary, the history, the metrics and the exit code.
    @Test func moneyHasLimits() throws {
        let limits = [
            "{platform: lender, measure: ledger_owed_quote, max: 1}",
            "{measure: ledger_shortfall_margin_frac, max: 40}",
            "{asset: TWO, platform: typical, measure: ledger_haircut_quote, max: 1e9}",
            "{measure: ledger_fund_lowest_quote, min: 1e6, on_no_value: ignore}",
        ]
        let judged = "\nlimits: [\(limits.joined(separator: ", "))]\nmetrics_file: m.prom\n"
        let scratch = try scratch(LedgerTests.study + judged)
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--store", "h.sqlite"])
        #expect(run.code == 3, "\(run.err)")
        #expect(
            run.err.contains("cell=everybody/lender") && run.err.contains("measure=ledger_owed_quote"), "\(run.err)")
        let table = rows(try scratch.read("run/limits.csv"))
        #expect(table.map { $0["platform"] } == ["lender", "typical", "lender", "typical", "typical", "lender"])
        #expect(table.map { $0["status"] } == ["breach", "not_shown", "not_shown", "met", "breach", "breach"])
        // So few days give no interval: what is within the limit is not shown to be.
        #expect(table[1]["high"]!.isEmpty && table[2]["high"]!.isEmpty)
        #expect(table[0]["asset"]!.isEmpty && table[3]["asset"] == "TWO" && table[0]["unit"] == "quote")
        let own = rows(try scratch.read("run/safeguards.csv")).filter { $0["class"] == "all" && $0["asset"] == "" }
        let lender = try #require(own.first { $0["platform"] == "lender" })
        #expect(Double(table[0]["value"]!) == Double(lender["owed_quote"]!))
        #expect(Double(table[2]["value"]!) == Double(lender["shortfall_margin_frac"]!))
        #expect(Double(table[2]["high"]!) == Double(lender["shortfall_margin_ci_high_frac"]!))
        let history = try scratch.program.run(["history", "--json", "--store", "h.sqlite"]).out
        let stored = try JSONSerialization.jsonObject(with: Data(history.utf8)) as? [String: Any]
        let kept = try #require(stored?["limits"] as? [[String: Any]])
        #expect(
            kept.count == 6 && kept[0]["platform"] as? String == "lender" && kept[0]["status"] as? String == "breach")
        #expect(kept[0]["value"] as? Double == Double(table[0]["value"]!))
        let metrics = try scratch.read("m.prom")
        let labels = "platform=\"lender\",measure=\"ledger_owed_quote\""
        #expect(
            metrics.split(separator: "\n").contains {
                $0.hasPrefix("belowzero_limit_breached{") && $0.contains(labels) && $0.hasSuffix(" 1")
            }, "\(metrics)")
        let page = try scratch.read("run/index.html")
        #expect(page.contains("lender: owed by traders ≤ 1"), "the front page names the platform")
        let report = try scratch.program.run(["report", "run"])
        #expect(report.code == 0, "\(report.err)")
        #expect(try rows(scratch.read("run/limits.csv")) == table, "a stored run keeps them")
    }

    /// With an impact the summary has everybody with it and without, as `platforms.csv` does.
    @Test func theSummaryHasTheImpact() throws {
        let scratch = try scratch(
            LedgerTests.study.replacing(
                "surplus: trader}", with: "surplus: trader, impact: {depth: 20000}, fund: {amount: 300}}"))
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"]).code == 0)
        let object = try JSONSerialization.jsonObject(with: Data(scratch.read("run/summary.json").utf8))
        let ledger = try #require((object as? [String: Any])?["ledger"] as? [[String: Any]])
        let table = rows(try scratch.read("run/platforms.csv"))
        #expect(ledger.count == 2 && table.count == 4)
        for (place, platform) in ledger.enumerated() {
            let (moved, still) = (table[2 * place], table[2 * place + 1])
            let impact = try #require(platform["impact"] as? [String: Any])
            #expect(impact["depth_quote"] as? Double == 20000 && impact["half_life_s"] as? Double == 3600)
            let without = try #require(platform["without_impact"] as? [String: Any])
            for name in ["shortfall_count", "liquidated_count", "shortfall_quote", "adl_quote", "fund_end_quote"] {
                #expect((platform[name] as? NSNumber)?.doubleValue == Double(moved[name]!), "\(name)")
                #expect((without[name] as? NSNumber)?.doubleValue == Double(still[name]!), "\(name)")
            }
        }
        let typical = try #require(ledger.first)
        #expect(
            typical["shortfall_quote"] as? Double != (typical["without_impact"] as? [String: Any])?["shortfall_quote"]
                as? Double)
    }

    /// A platform that reduces by bracket counts its steps; what is closed whole has none.
    @Test func brackets() throws {
        let brackets =
            "tiers: [{to: 3000, rate: 0.005}, {to: .inf, rate: 0.01, amount: 15}], liquidation: {fill: worst, partial: true}"
        let scratch = try scratch(
            LedgerTests.study.replacing(
                "tiers: [{to: .inf, rate: 0.005}], liquidation: {fill: worst}}", with: brackets + "}"))
        let run = try scratch.program.run(["ledger", "study.yaml", "--out", "-"])
        #expect(run.code == 0, "\(run.err)")
        let all = rows(run.out).filter { $0["class"] == "all" && $0["asset"] == "" }
        #expect(all.count == 2 && Int(all[0]["reduced_count"]!)! > 0 && all[1]["reduced_count"] == "0", "\(all)")
        #expect(Int(all[0]["liquidated_count"]!)! <= Int(all[0]["entries_count"]!)!)
    }

    /// Threads, and whether others are computed beside it, change nothing.
    @Test func threadsChangeNothing() throws {
        let scratch = try scratch()
        for threads in ["1", "3"] {
            let run = try scratch.program.run(
                ["run", "study.yaml", "--out", "run\(threads)", "--no-store", "--threads", threads])
            #expect(run.code == 0, "\(run.err)")
        }
        for file in ["safeguards.csv", "fund.csv", "adl.csv", "differences.csv", "results.csv", "fund_needed.csv"] {
            #expect(try scratch.read("run1/" + file) == scratch.read("run3/" + file), "\(file)")
        }
    }
}
