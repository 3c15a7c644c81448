import Foundation
import StressBasics
import TestSupport
import Testing

/// `belowzero report`: what a run's folder keeps is enough to write every page and table again.
@Suite struct ReportCommandTests {
    private func contents(_ scratch: Scratch, _ folder: String) -> [String: Data] {
        let root = scratch.path + "/" + folder
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                FileManager.default.contents(atPath: root + "/" + name).map { (name, $0) }
            })
    }

    /// Limits of every form, two histories of which one fails, suspicious bars, comparisons and look-backs.
    private static let study = """
        version: 1
        name: small
        data: [{asset: TWO, path: prices.csv}, {asset: ODD, path: odd.csv}, {asset: GONE, path: gone.csv}]
        grid: {leverage: [1, 5, 10, 50], horizon: [4h, 1d], side: [long, short], contract: [linear, inverse, margin]}
        platforms:
          typical: {fees: {open: 0.0005, close: 0.0005}, slippage: 0.0005, tiers: [{to: .inf, rate: 0.005}], liquidation: {fill: bounds}, borrow: {rate: 0.1, margin_level: 1.1}}
          table: {tiers: {file: tiers.json, symbol: "TWO/USDT:USDT"}, borrow: {rate: 0.1, margin_level: 1.1}}
        headline: {asset: ODD, side: long, leverage: 10, horizon: 1d}
        ledger: {population: {classes: [{side: both, leverage: "10,50"}]}, horizon: 1d, surplus: trader, adl: bitmex, socialised: {cap: 0.1}}
        limits:
          - {leverage: 10, horizon: 1d, measure: owed_frac, max: 0.5, on_no_value: ignore}
          - {leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.2, on_no_value: ignore}
          - {leverage: 50, horizon: 4h, measure: liquidated_frac, min: 0.0001, bound: lower, on_no_value: ignore}
          - {asset: TWO, max_age: 36500d}
          - {leverage: 10, horizon: 1d, side: long, measure: shortfall_p50_margin_frac, drift: {runs: 5, max_change: 0.1}, on_no_value: ignore}
        """

    /// A limit asks for the age of a bar, which the clock decides.
    private static func clocked(_ scratch: Scratch) -> Program {
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1702000000"
        return program
    }

    /// A copy of a folder with a run, which is made once.
    private func run() throws -> Scratch { try Scratch(copyOf: ReportCommandTests.ran.get()) }

    private static let ran = Result { try fresh() }

    private static func fresh() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        var lines = samplePrices.split(separator: "\n").map(String.init)
        // A bar whose low was hardly traded.
        lines[100] = lines[100].split(separator: ",").enumerated().map { $0 == 3 ? "1.5" : String($1) }
            .joined(separator: ",")
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "odd.csv")
        try scratch.write(
            """
            {"TWO/USDT:USDT": [{"tier": 1, "currency": "USDT", "minNotional": 0, "maxNotional": 1e18, "maintenanceMarginRate": 0.01, "maxLeverage": 75, "info": {"cum": "0"}}]}
            """, to: "tiers.json")
        try scratch.write(ReportCommandTests.study, to: "study.yaml")
        let run = try clocked(scratch).run(["run", "study.yaml", "--out", "night/one", "--no-store"])
        try #require(run.code == 4, "\(run.code) \(run.err)")
        return scratch
    }

    /// With the prices gone: nothing but the run's own folder is read.
    @Test func everyFileIsWrittenAgain() throws {
        let scratch = try run()
        for name in ["prices.csv", "odd.csv", "tiers.json", "study.yaml"] {
            try FileManager.default.removeItem(atPath: scratch.path + "/" + name)
        }
        let report = try scratch.program.run(["report", "night/one"])
        #expect(report.code == 0 && report.out.contains("Wrote one-report ("), "\(report.err)")
        let (wanted, found) = (contents(scratch, "night/one"), contents(scratch, "one-report"))
        #expect(wanted.count > 30 && Set(found.keys) == Set(wanted.keys))
        for (name, bytes) in wanted { #expect(found[name] == bytes, "\(name) differs") }
        let again = try scratch.program.run(["report", "night/one", "--out", "one-report"])
        #expect(again.code == 73 && again.err.contains("one-report"), "\(again.err)")
    }

    @Test func equalResultsHaveEqualDocuments() throws {
        let scratch = try run()
        #expect(
            try ReportCommandTests.clocked(scratch).run(
                ["run", "study.yaml", "--out", "night/two", "--no-store", "-j", "1"]).code == 4)
        let name = "results.json.gz"
        #expect(contents(scratch, "night/one")[name] == contents(scratch, "night/two")[name])
    }

    /// What is printed for machines, what stands in the folder, and what the summary says of it are the same files.
    @Test func theListOfFilesIsWhole() throws {
        struct Listed: Decodable { let files: [String] }
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "one", "--no-store", "--json"])
        let copy = try scratch.program.run(["report", "one", "--out", "two", "--json"])
        #expect(run.code == 0 && copy.code == 0, "\(run.err)\(copy.err)")
        let there = contents(scratch, "one").keys.sorted()
        let summary = try #require(contents(scratch, "one")["summary.json"])
        for text in [Data(run.out.utf8), Data(copy.out.utf8), summary] {
            #expect(try JSONDecoder().decode(Listed.self, from: text).files.sorted() == there)
        }
    }

    /// The sections of the pages as text, and as an object each; nothing is written.
    @Test func sectionsArePrinted() throws {
        struct Section: Decodable { let page, section, title: String }
        let scratch = try run()
        let before = scratch.files()
        let text = try scratch.program.run(["report", "night/one", "--text"])
        let json = try scratch.program.run(["report", "night/one", "--text", "--json"])
        #expect(text.code == 0 && json.code == 0 && scratch.files() == before, "\(text.err)\(json.err)")
        let sections = try json.out.split(separator: "\n").map {
            try JSONDecoder().decode(Section.self, from: Data($0.utf8))
        }
        #expect(Set(sections.map(\.page)).count == 5 && sections.contains { $0.section == "who-pays" })
        for page in Set(sections.map(\.page)) { #expect(text.out.contains("\n\(page)\n") || text.out.hasPrefix(page)) }
        #expect(try scratch.program.run(["report", "night/one", "--text", "--out", "two"]).code == 64)
    }

    /// The tables of the sections as CSV: the files that are named are those that are there, and a folder that stands is left alone.
    @Test func tablesOfSectionsAreWritten() throws {
        struct Written: Decodable { let folder: String, files: [String] }
        let scratch = try run()
        let json = try scratch.program.run(["report", "night/one", "--csv", "--json"])
        #expect(json.code == 0, "\(json.err)")
        let written = try JSONDecoder().decode(Written.self, from: Data(json.out.utf8))
        let there = contents(scratch, "one-tables")
        #expect(written.folder == "one-tables" && written.files.sorted() == there.keys.sorted())
        let known = ["tables.csv", "columns.csv", "index/who-pays-1.csv"]
        #expect(known.allSatisfy(written.files.contains), "\(written.files)")
        #expect(try scratch.program.run(["report", "night/one", "--csv"]).code == 73)
        #expect(try scratch.program.run(["report", "night/one", "--csv", "--text"]).code == 64)
        #expect(contents(scratch, "one-tables") == there)
        let again = try scratch.program.run(["report", "night/one", "--csv", "--out", "two"])
        #expect(again.code == 0 && again.out.contains("two/tables.csv"))
        #expect(contents(scratch, "two") == there)
    }

    /// A copy of a recorded run is no second night: it says so, and is else the same.
    @Test func aCopyIsNoNight() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        #expect(try scratch.program.run(["run", "study.yaml"]).code == 0)
        let copy = try scratch.program.run(["report", "Reports/small/latest", "--out", "Reports/small/copy"])
        #expect(copy.code == 0, "\(copy.err)")
        #expect(try scratch.program.run(["store", "rebuild"]).code == 0)
        let history = try scratch.program.run(["history", "--json"])
        #expect(history.out.ranges(of: "\"run_id\"").count == 1, "\(history.out)")
        let runs = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/Reports/small")
        let run = try #require(runs.first { $0.hasPrefix("20") })
        let (wanted, found) = (contents(scratch, "Reports/small/\(run)"), contents(scratch, "Reports/small/copy"))
        #expect(wanted.filter { found[$0.key] != $0.value }.map(\.key) == ["run.json"])
    }

    @Test func whatIsMissingOrDamagedIsSaid() throws {
        let scratch = try run()
        func refusal(_ folder: String) throws -> Outcome { try scratch.program.run(["report", folder]) }
        #expect(try refusal("night").code == 66)
        let name = "results.json.gz"
        let path = scratch.path + "/night/one/" + name
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        var random = SeededGenerator(seed: 5)
        var same = 0
        for round in 0..<24 {
            var bytes = whole
            switch round % 3 {
            case 0: bytes = whole.prefix(Int(random.uniform() * Double(whole.count)))
            case 1: bytes[Int(random.uniform() * Double(whole.count - 20)) + 10] ^= 0x41
            default: bytes.append(contentsOf: [1, 2, 3])
            }
            try bytes.write(to: URL(fileURLWithPath: path))
            let refused = try refusal("night/one")
            if refused.code == 0 {
                // Packed bytes can say the same in other bits: then nothing is damaged, and the pages are those of the run.
                var (wanted, found) = (contents(scratch, "night/one"), contents(scratch, "one-report"))
                (wanted[name], found[name]) = (nil, nil)
                #expect(round % 3 == 1 && wanted == found, "round \(round)")
                try FileManager.default.removeItem(atPath: scratch.path + "/one-report")
                same += 1
                continue
            }
            #expect(refused.code == 65 && refused.err.contains(name), "round \(round): \(refused.err)")
            #expect(!scratch.files().contains { $0.contains("one-report") })
        }
        #expect(same < 3, "nearly every change is damage")
        try FileManager.default.removeItem(atPath: path)
        let old = try refusal("night/one")
        #expect(old.code == 66 && old.err.contains("run the study again"), "\(old.err)")
    }
}
