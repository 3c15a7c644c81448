import Foundation
import TestSupport
import Testing

/// One bad input fails its job, not the night.
@Suite struct PartialFailureTests {
    private func folder(_ bad: String = "gone.csv", limit: String = "") throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let data = "data: [{asset: BAD, path: \(bad)}, {asset: TWO, path: prices.csv}]"
        let study = smallStudy(limit: limit).replacing("data: [{asset: TWO, path: prices.csv}]", with: data)
        try scratch.write(study.replacing("headline: {", with: "headline: {asset: TWO, "), to: "study.yaml")
        return scratch
    }

    private func summary(_ scratch: Scratch, _ run: String) throws -> [String: Any] {
        let data = Data(try scratch.read(run + "/summary.json").utf8)
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func theOthersAreDoneAndTheFailureIsSaid() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 4, "\(run.code) \(run.err)")
        #expect(run.err.contains("gone.csv") && run.err.contains("1 of 2 jobs failed"))
        let summary = try summary(scratch, "run")
        #expect(summary["status"] as? String == "partial")
        let failure = try #require((summary["failures"] as? [[String: Any]])?.first)
        #expect(failure["asset"] as? String == "BAD" && failure["stage"] as? String == "reading")
        #expect(failure["reason"] as? String == "no_input" && failure["exit_code"] as? Int == 66)
        let cells = rows(try scratch.read("run/results.csv"))
        let (bad, good) = (cells.filter { $0["asset"] == "BAD" }, cells.filter { $0["asset"] == "TWO" })
        #expect(bad.count == 12 && bad.allSatisfy { $0["status"] == "no_data" && $0["entries_count"] == "0" })
        // What is there is what a study without the bad input gives.
        try scratch.write(smallStudy(), to: "alone.yaml")
        #expect(try scratch.program.run(["run", "alone.yaml", "--out", "alone"]).code == 0)
        let strip = { (row: [String: String]) in row.filter { $0.key != "run_id" } }
        #expect(good.map(strip) == rows(try scratch.read("alone/results.csv")).map(strip))
        #expect(FileManager.default.fileExists(atPath: scratch.path + "/run/reports/two-long.html"))
    }

    /// Limits without a value are counted alike wherever they are counted, those of a failed job among them.
    @Test func limitsWithoutAValueHaveOneCount() throws {
        let limits = """
            limits:
              - {leverage: 10, measure: negative_equity_frac, max: 0.99}
              - {leverage: 50, measure: time_to_liquidation_p50_h, min: 1}
              - {max_age: 1d}
            """
        let scratch = try folder(limit: limits)
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--mail-body", "mail.html", "-q"])
        #expect(run.code == 4, "\(run.err)")
        let empty = rows(try scratch.read("run/limits.csv")).count { $0["status"] == "no_value" }
        #expect(empty >= 9, "four cells and the age of the history that is gone")
        let words = try Regex("([0-9]+) without a value")
        func counts(_ text: String) -> [Int] {
            text.matches(of: words).compactMap { $0.output[1].substring.flatMap { Int($0) } }
        }
        let summary = try scratch.read("run/summary.txt")
        #expect(counts(summary).first == empty, "\(summary)")
        #expect(try counts(scratch.read("mail.html")).first == empty)
        let listed = summary.split(separator: "\n").count { $0.hasPrefix("  NO VALUE  ") }
        let rest = summary.firstMatch(of: /and ([0-9]+) more without a value; see limits.csv/).flatMap { Int($0.1) }
        #expect(listed + (rest ?? 0) == empty, "\(summary)")
        let page = try scratch.read("run/index.html")
        let lines = page.matches(of: /within[^<]*?, ([0-9]+) without a value/).compactMap { Int($0.1) }
        // A limit on one thing says that it has no value.
        let single = page.components(separatedBy: "no value: ").count - 1
        #expect(lines.reduce(single, +) == empty, "\(lines) and \(single)")
        #expect(run.err.contains("more limits without a value"), "\(run.err)")
    }

    @Test(arguments: [("bad.csv", "bad_data", 65), ("none/*.csv", "no_input", 66)])
    func everyKindOfBadInputFailsItsJobAlone(path: String, reason: String, code: Int) throws {
        let scratch = try folder(path)
        try scratch.write("\u{0}\u{1}\u{2}", to: "bad.csv")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--json"])
        #expect(run.code == 4)
        let failure = try #require((try summary(scratch, "run")["failures"] as? [[String: Any]])?.first)
        #expect(failure["reason"] as? String == reason && failure["exit_code"] as? Int == code)
    }

    /// Of several price files each bad one has its own words; at last it is said what was computed, and nothing else.
    @Test(arguments: [
        ["resample", "FILES", "--length", "1d", "--leverage", "5", "--paths", "100"],
        ["custody", "--years", "0.01", "--hazard", "1%", "--leverage", "5", "--prices", "FILES"],
        ["backtest", "FILES", "--leverage", "5", "--horizon", "1d"],
        ["ledger", "FILES", "--population", "bitmex-2019"],
    ])
    func whatWasComputedIsSaid(question: [String]) throws {
        let scratch = try Scratch()
        for name in ["one.csv", "two.csv"] { try scratch.write(samplePrices, to: name) }
        try scratch.write("time,open\n", to: "bad.csv")
        func asked(_ files: [String]) throws -> Outcome {
            try scratch.program.run(question.flatMap { $0 == "FILES" ? files : [$0] })
        }
        let some = try asked(["one.csv", "bad.csv", "two.csv", "gone.csv"])
        #expect(some.code == 4 && !some.out.isEmpty, "\(some.code) \(some.err)")
        #expect(some.err.contains("bad.csv") && some.err.contains("gone.csv"))
        #expect(some.err.contains("error: 2 of 4 price histories failed; the others were computed"), "\(some.err)")
        #expect(!some.err.contains("nothing was computed"))
        let none = try asked(["bad.csv", "gone.csv"])
        #expect(none.code == 65 && none.err.contains("bad.csv") && none.err.contains("gone.csv"), "\(none.err)")
        #expect(none.err.contains("error: 2 inputs rejected, nothing was computed"), "\(none.err)")
        let missing = try asked(["gone.csv"])
        #expect(missing.code == 66 && missing.err.contains("1 input rejected, nothing was computed"), "\(missing.err)")
    }

    @Test func aFailedJobWinsOverABreachedLimit() throws {
        let limit = "limits: [{asset: TWO, side: long, leverage: 10, measure: negative_equity_frac, max: 0.01}]"
        let scratch = try folder(limit: limit)
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 4 && run.err.contains("limit breach"))
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "again", "--no-fail"]).code == 4)
    }

    @Test func theHeadlineMayBeAmongTheMissing() throws {
        let scratch = try folder()
        try scratch.write(
            try scratch.read("study.yaml").replacing("headline: {asset: TWO, ", with: "headline: {asset: BAD, "),
            to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 4 && run.out.contains("No data for BAD"), "\(run.out)")
        #expect(FileManager.default.fileExists(atPath: scratch.path + "/run/index.html"))
    }

    /// With `--out -` the table has the rows, and the exit code says that it is not all.
    @Test func theTableAloneIsPartialToo() throws {
        let run = try folder().program.run(["run", "study.yaml", "--out", "-"])
        #expect(run.code == 4 && rows(run.out).count == 24)
    }

    // MARK: Time

    @Test func aJobThatTakesTooLongFails() throws {
        let scratch = try folder("long.csv")
        // Every bar is the lowest so far, so that the plain walk asks its formulas in each.
        try scratch.write(barsText(50_000, seconds: 3600) { 1_000_000 - $0 }, to: "long.csv")
        let arguments = ["run", "study.yaml", "--kernel", "plain", "--no-cache", "--out"]
        let study = try scratch.read("study.yaml").replacing("horizon: [4h, 1d]", with: "horizon: [1d, 365d]")
        try scratch.write(study, to: "study.yaml")
        let run = try scratch.program.run(arguments + ["run", "--job-timeout", "2s"])
        #expect(run.code == 4 && run.err.contains("it took longer than the 2s"), "\(run.code) \(run.err)")
        let failure = try #require((try summary(scratch, "run")["failures"] as? [[String: Any]])?.first)
        #expect(failure["asset"] as? String == "BAD" && failure["reason"] as? String == "timeout")
        #expect(failure["stage"] as? String == "computing" && failure["exit_code"] as? Int == 75)
        // What was read is on record although it was not computed.
        #expect(try scratch.read("run/data_quality.csv").contains("BAD"))
        let alone = try scratch.program.run(["sweep", "long.csv", "--job-timeout", "1ms", "--out", "none"])
        #expect(alone.code == 75 && !scratch.files().contains { $0.hasPrefix("none") }, "\(alone.code)")
        #expect(try scratch.program.run(["sweep", "long.csv", "--job-timeout", "soon"]).code == 64)
    }

    // MARK: Memory

    @Test func aStudyThatDoesNotFitIsRefusedBeforeItStarts() throws {
        let scratch = try folder("prices.csv")
        let before = scratch.files()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--memory", "20M"])
        #expect(run.code == 78 && run.err.contains("the study is too large: it needs about"), "\(run.code)")
        #expect(run.err.contains("20 MiB is what --memory allows") && run.err.contains("ask for fewer"))
        #expect(scratch.files() == before)
        #expect(try scratch.program.run(["run", "study.yaml", "--memory", "much"]).code == 64)
    }

    @Test func aDryRunSaysWhatItWillTake() throws {
        let scratch = try folder("prices.csv")
        let run = try scratch.program.run(["run", "study.yaml", "--dry-run", "--memory", "4G", "-j", "2"])
        #expect(run.code == 0 && run.out.contains("24 cells") && run.out.contains("Time:   about"))
        #expect(run.out.contains("of the 4 GiB that --memory allows") && run.out.contains("an estimate"))
        #expect(run.out.contains("prices.csv ("), "\(run.out)")
    }
}
