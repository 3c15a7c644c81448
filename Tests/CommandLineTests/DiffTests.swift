import Foundation
import TestSupport
import Testing

/// `belowzero diff` on runs of the program itself: each cause is told from the others by computing it alone.
@Suite struct DiffTests {
    private static let lines = samplePrices.split(separator: "\n").map(String.init)

    /// The first `count` hours; `revised` deepens the fall at hour 200.
    private func prices(_ count: Int, revised: Bool = false) -> String {
        DiffTests.lines.prefix(count + 1).enumerated().map { line, text in
            guard line == 201, revised else { return text }
            var fields = text.split(separator: ",").map(String.init)
            fields[3] = "40"
            return fields.joined(separator: ",")
        }.joined(separator: "\n") + "\n"
    }

    private let study = smallStudy().replacingOccurrences(of: "tiers: [", with: "liquidation: {fill: worst}, tiers: [")
    private var changedStudy: String {
        study.replacingOccurrences(of: "slippage: 0.0005", with: "slippage: 0.01")
            .replacingOccurrences(of: "[1, 10, 50]", with: "[1, 10, 25]")
    }

    private func run(_ scratch: Scratch, _ prices: String, _ study: String, to folder: String) throws {
        try scratch.write(prices, to: "prices.csv")
        try scratch.write(study, to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", folder, "-q"])
        #expect(run.code == 0, "\(run.err)")
    }

    private func key(_ row: [String: String]) -> String {
        ["asset", "contract", "side", "leverage_x", "horizon_h", "platform"].map { row[$0] ?? "" }
            .joined(separator: "/")
    }

    /// After a cause, cells are what a run made for it alone says they are.
    private func expectState(after cause: String, in changes: [[String: String]], equals results: String) {
        let judge = Dictionary(uniqueKeysWithValues: rows(results).map { (key($0), $0) })
        let steps = changes.filter { $0["cause"] == cause }
        #expect(!steps.isEmpty)
        for step in steps {
            let cell = judge[key(step)]
            for (own, theirs) in [
                ("after_entries_count", "entries_count"), ("after_negative_count", "negative_count"),
                ("after_ci_low_frac", "ci95_low_frac"), ("after_ci_high_frac", "ci95_high_frac"),
            ] { #expect(step[own] == cell?[theirs] ?? "", "\(cause) \(key(step)) \(own)") }
        }
    }

    @Test func theSameRunTwiceIsTheSame() throws {
        let scratch = try Scratch()
        try run(scratch, prices(400), study, to: "a")
        try run(scratch, prices(400), study, to: "b")
        let diff = try scratch.program.run(["diff", "a", "b"])
        #expect(diff.code == 0 && diff.out.contains("Nothing moved: 12 cells are the same"), "\(diff.out)\(diff.err)")
    }

    @Test func appendedPricesAreNothingElse() throws {
        let scratch = try Scratch()
        try run(scratch, prices(300), study, to: "a")
        try run(scratch, prices(400), study, to: "b")
        let diff = try scratch.program.run(["diff", "a", "b", "--out", "d"])
        #expect(diff.code == 1, "\(diff.err)")
        #expect(diff.out.contains("TWO: 300 bars to 2023-11-27 09:13; then 400 bars"))
        let changes = rows(try scratch.read("d/changes.csv"))
        #expect(Set(changes.map { $0["cause"] }) == ["all", "data_appended"])
    }

    /// Everything at once. The state after each cause is what a run of that study on those prices says, and the states join.
    @Test func everyCauseStandsAlone() throws {
        let scratch = try Scratch()
        try run(scratch, prices(300), study, to: "a")
        // Runs that hold one more change each are the judges.
        try run(scratch, prices(300, revised: true), study, to: "revised")
        try run(scratch, prices(400, revised: true), study, to: "appended")
        try run(scratch, prices(400, revised: true), changedStudy, to: "b")
        let diff = try scratch.program.run(["diff", "a", "b", "--out", "d", "--json"])
        #expect(diff.code == 1, "\(diff.err)")
        let changes = rows(try scratch.read("d/changes.csv"))
        #expect(Set(changes.map { $0["cause"] }) == ["all", "data_revised", "data_appended", "study_changed"])
        for (cause, folder) in [("data_revised", "revised"), ("data_appended", "appended"), ("study_changed", "b")] {
            expectState(after: cause, in: changes, equals: try scratch.read("\(folder)/results.csv"))
        }
        for whole in changes where whole["cause"] == "all" {
            let steps = changes.filter { key($0) == key(whole) && $0["cause"] != "all" }
            for figure in ["entries_count", "negative_count", "negative_equity_frac", "status"] {
                #expect(steps.first?["before_" + figure] == whole["before_" + figure])
                #expect(steps.last?["after_" + figure] == whole["after_" + figure])
                for (one, next) in zip(steps, steps.dropFirst()) {
                    #expect(one["after_" + figure] == next["before_" + figure])
                }
            }
        }
        let object = try #require(JSONSerialization.jsonObject(with: Data(diff.out.utf8)) as? [String: Any])
        let counts = ["moved", "new", "gone"].map { object["\($0)_count"] as? Int ?? -1 }
        #expect(counts.reduce(0, +) == changes.count { $0["cause"] == "all" })
        // 50× has gone and 25× has come, on both sides and for both holding times.
        #expect(counts[1...] == [4, 4] && counts[0] > 0)
        #expect((object["study_lines"] as? [String])?.contains("+     slippage: 0.01") == true)
        let page = try scratch.read("d/diff.html")
        #expect(page.contains("data revised") && page.contains("Content-Security-Policy"))
    }

    /// Every number of the page is in its tables and its JSON, and a changed one is not.
    @Test func everyNumberOfThePageIsInItsFiles() throws {
        let scratch = try Scratch()
        try run(scratch, prices(300), study, to: "a")
        try run(scratch, prices(400, revised: true), changedStudy, to: "b")
        #expect(try scratch.program.run(["diff", "a", "b", "--out", "d"]).code == 1)
        let files = try ["changes.csv", "causes.csv"].map { ($0, try scratch.read("d/" + $0)) }
        let json = try scratch.read("d/diff.json")
        let sections = ["page", "answer", "causes", "cells", "study", "inputs"]
        let numbers = PageNumbers(
            files: Dictionary(uniqueKeysWithValues: files),
            documents: Dictionary(uniqueKeysWithValues: sections.map { ($0, json) }))
        let page = try scratch.read("d/diff.html")
        let entries = numbers.entries(in: page, scope: PageNumbers.Scope())
        let faults = entries.filter { !$0.isFound }.map(\.description)
        #expect(entries.count > 80 && faults.isEmpty, "\(faults.count) of \(entries.count): \(faults.prefix(20))")
        #expect(numbers.unnoticedChanges(in: page) < 0.4)
        let title = try #require(page.firstMatch(of: /<h1[^>]*>[^<]* moved in ([0-9]+) of/))
        let wrong = page.replacing("\(title.1) of", with: "\(title.1)7 of")
        #expect(!numbers.faults(in: wrong, scope: PageNumbers.Scope()).isEmpty)
    }

    /// A constant funding rate is a setting of the study; only funding that stands in files is data.
    @Test func aConstantFundingRateIsTheStudys() throws {
        let scratch = try Scratch()
        let funded = { (rate: Double) in
            study.replacingOccurrences(
                of: "path: prices.csv}", with: "path: prices.csv, funding: {rate: \(rate), interval: 4h}}")
        }
        try run(scratch, prices(300), funded(0.0001), to: "a")
        try run(scratch, prices(400), funded(0.0001), to: "appended")
        try run(scratch, prices(400), funded(0.02), to: "b")
        #expect(try scratch.program.run(["diff", "a", "b", "--out", "d"]).code == 1)
        let changes = rows(try scratch.read("d/changes.csv"))
        #expect(Set(changes.map { $0["cause"] }) == ["all", "data_appended", "study_changed"])
        expectState(after: "data_appended", in: changes, equals: try scratch.read("appended/results.csv"))
        expectState(after: "study_changed", in: changes, equals: try scratch.read("b/results.csv"))
    }

    /// Cells that only one run has have not moved.
    @Test func cellsThatOnlyOneRunHasAreNotMoved() throws {
        let scratch = try Scratch()
        try run(scratch, prices(400), study, to: "a")
        let grid = { (text: String) in
            study.replacingOccurrences(of: "leverage: [1, 10, 50]", with: "leverage: [\(text)]")
                .replacingOccurrences(of: "leverage: 10,", with: "leverage: \(text.split(separator: ",")[0]),")
        }
        try run(scratch, prices(400), grid("2, 20, 40"), to: "apart")
        let apart = try scratch.program.run(["diff", "a", "apart", "--out", "d"])
        #expect(apart.code == 1 && !apart.out.contains("moved,"), "\(apart.err)")
        #expect(
            apart.out.contains("The runs have no cell in common: 12 cells are new and 12 cells are gone"),
            "\(apart.out)")
        #expect(apart.out.contains("is not in the earlier run; in the later one it is "), "\(apart.out)")
        let causes = rows(try scratch.read("d/causes.csv"))
        #expect(causes.map { $0["moved_count"] } == ["0"] && causes.map { $0["new_count"] } == ["12"])
        #expect(causes.map { $0["gone_count"] } == ["12"])
        try run(scratch, prices(400), grid("10, 1, 50, 20"), to: "more")
        let more = try scratch.program.run(["diff", "a", "more", "--json"])
        let object = try #require(JSONSerialization.jsonObject(with: Data(more.out.utf8)) as? [String: Any])
        let counts = ["moved", "same", "new", "gone", "shared", "cells"].map { object["\($0)_count"] as? Int }
        #expect(counts == [0, 12, 4, 0, 12, 16])
        let text = try scratch.program.run(["diff", "a", "more"])
        #expect(text.out.contains("None of the 12 cells of both runs moved; 4 cells are new"), "\(text.out)")
    }

    /// What cannot be computed again is not explained away.
    @Test func withoutTheFilesCausesAreNotToldApart() throws {
        let scratch = try Scratch()
        try run(scratch, prices(300), study, to: "a")
        try run(scratch, prices(400), study, to: "b")
        try scratch.write(prices(350), to: "prices.csv")
        let changed = try scratch.program.run(["diff", "a", "b"])
        #expect(changed.code == 1 && changed.out.contains("have changed since the later run"), "\(changed.out)")
        #expect(changed.out.contains("not told apart"))
        try FileManager.default.removeItem(atPath: scratch.path + "/prices.csv")
        let gone = try scratch.program.run(["diff", "a", "b"])
        #expect(gone.code == 1 && gone.out.contains("cannot find the file"), "\(gone.out)")
        let asked = try scratch.program.run(["diff", "a", "b", "--no-recompute"])
        #expect(asked.code == 1 && asked.out.contains("as asked"), "\(asked.out)")
    }

    /// An earlier run of another version whose results this program does not give.
    @Test func anotherVersionIsTold() throws {
        let scratch = try Scratch()
        try run(scratch, prices(400), study, to: "b")
        try FileManager.default.copyItem(atPath: scratch.path + "/b", toPath: scratch.path + "/a")
        let manifest = try scratch.read("a/run.json").replacingOccurrences(
            of: "\"version\": \"", with: "\"version\": \"old-")
        try scratch.write(manifest, to: "a/run.json")
        let results = try scratch.read("a/results.csv")
        let cell = try #require(rows(results).first { $0["leverage_x"] == "50" && $0["side"] == "long" })
        let count = try #require(cell["entries_count"])
        try scratch.write(
            results.replacingOccurrences(of: "typical,worst,\(count),", with: "typical,worst,1\(count),"),
            to: "a/results.csv")
        let diff = try scratch.program.run(["diff", "a", "b", "--out", "d"])
        #expect(diff.code == 1)
        #expect(
            Set(rows(try scratch.read("d/changes.csv")).map { $0["cause"] }) == ["all", "version_changed"],
            "\(diff.out)\(diff.err)")
    }

    @Test func whatIsNoRunIsRefused() throws {
        let scratch = try Scratch()
        try run(scratch, prices(300), study, to: "a")
        let missing = try scratch.program.run(["diff", "a", "nowhere"])
        #expect(missing.code == 66 && missing.err.contains("cannot read nowhere/run.json"))
        try FileManager.default.copyItem(atPath: scratch.path + "/a", toPath: scratch.path + "/b")
        try scratch.write("{}", to: "b/run.json")
        #expect(try scratch.program.run(["diff", "a", "b"]).code == 65)
        try scratch.write(try scratch.read("a/run.json"), to: "b/run.json")
        for bad in ["nan", "", "-1", "1e400", "x"] {
            let results = try scratch.read("a/results.csv").replacingOccurrences(
                of: ",linear,long,50,", with: ",linear,long,\(bad),")
            try scratch.write(results, to: "b/results.csv")
            let refused = try scratch.program.run(["diff", "a", "b"])
            #expect(
                refused.code == 65 && refused.err.contains("cannot read leverage_x in b/results.csv"), "\(refused.err)")
        }
        try scratch.write("asset,contract\n", to: "b/results.csv")
        let columns = try scratch.program.run(["diff", "a", "b"])
        #expect(columns.code == 65 && columns.err.contains("has no column side"), "\(columns.err)")
    }
}
