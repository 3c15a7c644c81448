import Foundation
import TestSupport
import Testing

/// What must not be called fine, must not be written and must not be run, from outside.
@Suite struct TrustTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
    }

    private func study(_ rest: String = "", to file: String = "study.yaml", path: String = "prices.csv") throws {
        try scratch.write(smallStudy(path: path, limit: "statistics: {resamples: 0}\n" + rest), to: file)
    }

    /// The program `days` after the data ended.
    private func night(_ days: Int) -> Program {
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = String(1_701_440_000 + days * 86_400)
        return program
    }

    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: scratch.path + "/" + path) }

    private func script(_ name: String, _ text: String) throws {
        try scratch.write("#!/bin/sh\n" + text + "\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path + "/" + name)
    }

    private let limit = "limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.9}]\n"
    private let breach =
        "limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.001}]\n"

    // MARK: Nothing is known

    /// The night's file is cut to a few rows: the shortest window no longer fits.
    @Test func aFileCutShortIsNotFine() throws {
        try script("failed.sh", "cat > failed.json")
        try study(limit + "metrics_file: m.prom\non_failure: {command: [./failed.sh]}\n")
        #expect(try night(1).run(["run", "study.yaml"]).code == 0)
        #expect(!isThere("failed.json"))
        try scratch.write(
            samplePrices.split(separator: "\n").prefix(13).joined(separator: "\n") + "\n", to: "prices.csv")
        let cut = try night(2).run(["run", "study.yaml", "--log-format", "plain"])
        #expect(cut.code == 4, "\(cut.err)")
        let place = "TWO long 10× 1 d on typical"
        #expect(cut.err.contains("limit not met: the headline \(place) has no data"), "\(cut.err)")
        #expect(
            cut.err.contains("limit not met: \(place): below zero has no value, as no entry has a whole window"))
        #expect(cut.err.contains("the history is shorter than in the run before: 12 bars"))
        #expect(try scratch.read("Reports/small/latest/summary.txt").hasPrefix("Subject: [no data] "))
        let metrics = MetricsLint(try scratch.read("m.prom"))
        #expect(metrics.problems.isEmpty && metrics.value("belowzero_run_exit_code") == 4)
        #expect(metrics.value("belowzero_limit_breached") == nil)
        #expect(metrics.value("belowzero_limit_without_value") == 1)
        #expect(metrics.value("belowzero_headline_without_data") == 1)
        let told = try #require(
            JSONSerialization.jsonObject(with: Data(try scratch.read("failed.json").utf8)) as? [String: Any])
        #expect(told["exit_code"] as? Int == 4 && (told["without_value"] as? [String])?.count == 2)
        try study(limit.replacing("max: 0.9", with: "max: 0.9, on_no_value: ignore"))
        try scratch.write(
            try scratch.read("study.yaml").replacing("horizon: 1d}\n", with: "horizon: 1d, on_no_value: ignore}\n"),
            to: "study.yaml")
        #expect(try night(3).run(["run", "study.yaml"]).code == 0)
    }

    @Test func aRunThatFailsIsTold() throws {
        try script("failed.sh", "cat > failed.json")
        try study("on_failure: {command: [./failed.sh]}\n", path: "gone.csv")
        #expect(try night(1).run(["run", "study.yaml"]).code == 66)
        let told = try #require(
            JSONSerialization.jsonObject(with: Data(try scratch.read("failed.json").utf8)) as? [String: Any])
        #expect(told["status"] as? String == "failed" && told["exit_code"] as? Int == 66)
    }

    // MARK: Standard output

    @Test(
        .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full"), "there is no /dev/full"),
        arguments: [
            ["run", "study.yaml", "--out", "-"], ["check", "prices.csv", "--json"], ["history", "--json"], ["history"],
            ["run", "study.yaml"], ["run", "study.yaml", "--json"], ["run", "study.yaml", "--dry-run"],
            ["run", "study.yaml", "--print-study"], ["explain", "study.yaml"], ["venues"], ["--help"],
            ["run", "--help"],
            ["--version"], ["index", "--json"], ["manual"],
            ["export", "Reports/small/latest", "--to", "npy", "-o", "-"],
        ])
    func aFullDiskIsSaid(words: [String]) throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        // What the command needs to come so far as to print: a study that ran, or nothing.
        try study()
        if ["history", "index", "export"].contains(words[0]) {
            #expect(try night(1).run(["run", "study.yaml"]).code == 0)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        process.environment = ["BELOWZERO_CACHE": scratch.path + "/.cache", "PATH": "/usr/bin:/bin"]
        _ = FileManager.default.createFile(atPath: scratch.path + "/err", contents: nil)
        process.standardOutput = full
        process.standardError = FileHandle(forWritingAtPath: scratch.path + "/err")
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 74)
        #expect(try scratch.read("err").contains("cannot write to standard output: No space left on device"))
    }

    // MARK: Before a run

    @Test(arguments: [
        ("funding: {path: side.csv}", 66), ("mark: {path: side.csv}", 66), ("reference: {path: side.csv}", 66),
        ("funding: {path: bad.csv}", 65), ("mark: {path: bad.csv}", 65), ("path: none-*.csv", 66), ("", 0),
    ])
    func whatARunWouldReadIsLookedAt(side: String, code: Int32) throws {
        try scratch.write("nothing,of,use\n1,2,3\n", to: "bad.csv")
        let path = side.hasPrefix("path") ? "none-*.csv" : "prices.csv" + (side.isEmpty ? "" : ", \(side)")
        try study(path: path)
        for words in [["check", "study.yaml"], ["run", "study.yaml", "--dry-run"], ["run", "study.yaml"]] {
            let outcome = try night(1).run(words)
            #expect(outcome.code == code, "\(words): \(outcome.err)")
            #expect(code == 0 || outcome.err.contains("error"), "\(words)")
        }
    }

    @Test func tablesAndProgramsAreLookedAt() throws {
        try study("on_breach: {command: [./gone]}\n")
        for words in [["check", "study.yaml"], ["run", "study.yaml", "--dry-run"]] {
            let outcome = try night(1).run(words)
            #expect(outcome.code == 66 && outcome.err.contains("on_breach: cannot run ./gone"), "\(outcome.err)")
        }
        try study()
        try scratch.write(
            try scratch.read("study.yaml").replacing(
                "tiers: [{to: .inf, rate: 0.005}]", with: "tiers: {file: t.json, symbol: X}"), to: "study.yaml")
        for words in [["check", "study.yaml"], ["run", "study.yaml", "--dry-run"], ["run", "study.yaml"]] {
            #expect(try night(1).run(words).code == 66, "\(words)")
        }
    }

    @Test func aDeadProgramIsAnErrorAndAMetric() throws {
        try study(breach + "on_breach: {command: [./gone]}\nmetrics_file: m.prom\n")
        let run = try night(1).run(["run", "study.yaml", "--quiet"])
        #expect(run.code == 3 && run.err.contains("error on_breach: cannot run ./gone"), "\(run.err)")
        let metrics = MetricsLint(try scratch.read("m.prom"))
        #expect(metrics.value("belowzero_command_failed", ["command": "on_breach"]) == 1)
        try script("gone", "exit 0")
        #expect(try night(2).run(["run", "study.yaml", "--quiet"]).code == 3)
        #expect(MetricsLint(try scratch.read("m.prom")).value("belowzero_command_failed") == 0)
    }

    // MARK: What is run and written

    @Test func theFolderOfPricesRunsNothing() throws {
        try script("data/alert.sh", "touch ../owned")
        try script("alert.sh", "touch told")
        try scratch.write(samplePrices, to: "data/prices.csv")
        try study(breach + "on_breach: {command: [./alert.sh]}\nmetrics_file: m.prom\n", to: "in/study.yaml")
        try script("in/alert.sh", "touch told")
        let run = try night(1).run(["run", "in/study.yaml", "--prices", "data"])
        #expect(run.code == 3, "\(run.err)")
        #expect(isThere("told") && !isThere("owned") && isThere("in/m.prom") && !isThere("data/m.prom"))
    }

    @Test func filesOfOthersAreLeftAlone() throws {
        try study("metrics_file: mine.prom\n")
        for name in ["mine.html", "mine.prom"] { try scratch.write("a year of work", to: name) }
        let page = try scratch.program.run(["explain", "study.yaml", "--page", "mine.html"])
        #expect(page.code == 73 && page.err.contains("is not a page of this program"), "\(page.err)")
        let mail = try night(1).run(["run", "study.yaml", "--mail-body", "mine.html"])
        #expect(mail.code == 73 && !isThere("Reports"), "\(mail.err)")
        #expect(try scratch.read("mine.html") == "a year of work")
        let run = try night(1).run(["run", "study.yaml", "--mail-body", "mail.html"])
        #expect(run.code == 0 && run.err.contains("mine.prom is not a metrics file of this program"))
        #expect(try night(2).run(["run", "study.yaml", "--mail-body", "mail.html"]).code == 0, "our own is replaced")
        #expect(try night(3).run(["run", "study.yaml", "--mail-body", "mine.html", "--force"]).code == 0)
        #expect(try scratch.program.run(["explain", "study.yaml", "--page", "p.html"]).code == 0)
        #expect(try scratch.program.run(["explain", "study.yaml", "--page", "p.html"]).code == 0)
        #expect(try scratch.read("mine.prom") == "a year of work")
        let export = ["export", "Reports/small/latest", "--to", "csv.gz", "-o"]
        #expect(try scratch.program.run(export + ["mine.prom"]).code == 73)
        #expect(try scratch.program.run(export + ["mine.prom", "--force"]).code == 0)
        let printing = try scratch.program.start(export + ["-"])
        printing.process.waitUntilExit()
        let printed = try Data(contentsOf: URL(fileURLWithPath: printing.outFile))
        #expect(printing.process.terminationStatus == 0 && printed.starts(with: [0x1F, 0x8B]) && !isThere("-"))
    }

    // MARK: Names

    @Test func aNameBelongsToOneStudy() throws {
        try study()
        try study(to: "other/study.yaml", path: "../prices.csv")
        #expect(try night(1).run(["run", "study.yaml"]).code == 0)
        let refused = try night(2).run(["run", "other/study.yaml"])
        #expect(refused.code == 78 && refused.err.contains("/study.yaml") && refused.err.contains("/other/study.yaml"))
        #expect(refused.err.contains("--take-over"))
        #expect(try night(3).run(["run", "./other/../study.yaml"]).code == 0, "the same file by another path")
        #expect(try night(4).run(["run", "other/study.yaml", "--take-over"]).code == 0)
        #expect(try night(5).run(["run", "other/study.yaml"]).code == 0)
        // What is rebuilt from the folders knows it, too.
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: scratch.path + "/Reports/belowzero.sqlite" + ending)
        }
        #expect(try night(6).run(["run", "study.yaml"]).code == 78)
    }

    @Test func aClockThatWasSetBackLosesNoRun() throws {
        try study("retention: {runs: 1}\n")
        for day in [8, 9, 3] { #expect(try night(day).run(["run", "study.yaml"]).code == 0) }
        #expect(isThere("Reports/small/2023-12-04T141320Z/index.html"))
    }

    // MARK: init

    @Test func aSecondStudyStandsBesideTheFirst() throws {
        #expect(try scratch.program.run(["init", "nightly.yaml"]).code == 0)
        let second = try scratch.program.run(["init", "weekly.yaml"])
        #expect(second.code == 0, "\(second.err)")
        #expect(try scratch.read("weekly.yaml").contains("\nname: weekly "))
        #expect(try scratch.read("weekly.yaml").contains("belowzero run weekly.yaml"))
        #expect(try scratch.program.run(["run", "weekly.yaml", "--dry-run"]).code == 0)
        #expect(try scratch.program.run(["init", "a b ü.yaml"]).code == 0)
        #expect(try scratch.read("a b ü.yaml").contains("\nname: a-b-- "))
    }

    @Test func initWritesAllOrNothing() throws {
        try scratch.write("a file where a folder should be", to: "in/demo")
        let refused = try scratch.program.run(["init", "in/nightly.yaml"])
        #expect(refused.code == 73 && scratch.files().filter { $0.hasPrefix("in/") } == ["in/demo"], "\(refused.err)")
        try scratch.write("mine", to: "units/belowzero.timer")
        #expect(try scratch.program.run(["init", "new/nightly.yaml", "--systemd", "units"]).code == 73)
        #expect(!isThere("new") && !isThere("units/belowzero.service"))
    }
}
