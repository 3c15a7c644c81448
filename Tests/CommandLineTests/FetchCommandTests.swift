import Foundation
import TestSupport
import Testing

/// `belowzero fetch` as a user types it, against the local archive.
@Suite(.serialized, .needs("python3")) struct FetchCommandTests {
    /// Fetches with the clock of the day after the archive's last file.
    private func fetch(_ mode: String, _ arguments: [String], in scratch: Scratch) throws -> Outcome {
        let server = try #require(ArchiveServer.shared)
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1715313600"  // 2024-05-10T04:00:00Z
        return try program.run(
            ["fetch"] + arguments + ["--base", server.base(mode), "--allow-http", "--interval", "1h", "--stall", "60s"])
    }

    /// What the fetch prints for a study is a study that runs: months and days of prices, marks and funding, all in archives.
    @Test func whatWasFetchedIsReadAndRuns() throws {
        let scratch = try Scratch()
        let arguments = [
            "LTCUSDT", "ETHUSDT", "--market", "futures-um", "--kind", "klines,markPriceKlines,fundingRate", "--from",
            "2024-02",
        ]
        let run = try fetch("ok", arguments, in: scratch)
        #expect(run.code == 0, "\(run.err)")
        #expect(run.out.contains("LTCUSDT klines 1h: 12 files from 2024-02 to 2024-05-09; 12 fetched now"))
        let check = try #require(
            run.out.range(of: "Next: belowzero check --together (.*)\n?$", options: .regularExpression))
        #expect(run.out[check].contains("prices/futures-um/klines/LTCUSDT/1h/*.zip"))
        let start = try #require(run.out.range(of: "data:\n"))
        let end = try #require(run.out.range(of: "\nNext:"))
        let study = """
            version: 1
            name: fetched
            \(run.out[start.lowerBound..<end.lowerBound])
            grid: {leverage: [10], horizon: [1d]}
            platforms: {typical: {tiers: [{to: .inf, rate: 0.005}]}}
            """
        try scratch.write(study, to: "study.yaml")
        let audit = try scratch.program.run(["check", "study.yaml", "--json"])
        let bars = 24 * (29 + 31 + 30 + 9)
        #expect(audit.code == 0 && audit.out.contains("\"bars\":\(bars)"), "\(audit.err)\n\(audit.out)")
        let stress = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(stress.code == 0, "\(stress.err)")
        let quality = rows(try scratch.read("run/results.csv"))
        #expect(quality.count == 4 && quality.allSatisfy { $0["entries_count"].flatMap { Int($0) } ?? 0 > bars - 100 })
        let manifest = try scratch.read("run/run.json")
        #expect(
            manifest.contains("LTCUSDT-fundingRate-2024-04.zip") && manifest.contains("markPriceKlines/LTCUSDT/1h/"))
    }

    @Test func theSecondTimeNothingIsFetched() throws {
        let scratch = try Scratch()
        _ = try fetch("ok", ["BTCUSDT", "--from", "2023-01", "--to", "2023-03"], in: scratch)
        let again = try fetch("ok", ["BTCUSDT", "--from", "2023-01", "--to", "2023-03", "--json"], in: scratch)
        let report = try #require(JSONSerialization.jsonObject(with: Data(again.out.utf8)) as? [String: Any])
        let series = try #require((report["series"] as? [[String: Any]])?.first)
        #expect(series["files_count"] as? Int == 3 && series["fetched_count"] as? Int == 0)
        #expect((report["study_data"] as? String)?.contains("prices/spot/klines/BTCUSDT/1h/*.zip") == true)
        #expect(scratch.files().allSatisfy { !$0.contains(".part") })
    }

    @Test func endsGapsAndAbsencesAreTold() throws {
        let scratch = try Scratch()
        let run = try fetch(
            "ok", ["ENDUSDT", "GAPUSDT", "NONEUSDT", "--from", "2022-01", "--to", "2022-08"], in: scratch)
        #expect(run.code == 66 && run.err.contains("the archive has no NONEUSDT klines 1h in these months"))
        #expect(run.out.contains("ends: the last file is 2022-05"))
        #expect(run.out.contains("gap: the archive lacks 2022-03"))
        #expect(run.out.contains("NONEUSDT klines 1h: the archive has nothing of these months"))
    }

    @Test(arguments: [("wrongsum", 65 as Int32), ("busyforever", 75), ("forbidden", 65)])
    func failuresHaveTheirCode(mode: String, code: Int32) throws {
        let scratch = try Scratch()
        let run = try fetch(
            mode, ["BTCUSDT", "--from", "2023-01", "--to", "2023-01", "--retries", "1"], in: scratch)
        #expect(run.code == code && run.err.contains("error: BTCUSDT klines 1h 2023-01: "), "\(run.err)")
    }

    /// What would not be cured by the same command is not said to be.
    @Test func aWrongChecksumIsTheArchives() throws {
        let scratch = try Scratch()
        let run = try fetch(
            "wrongsum", ["BTCUSDT", "--from", "2023-01", "--to", "2023-01", "--retries", "1"], in: scratch)
        #expect(run.err.contains("damaged there; try again another day"), "\(run.err)")
        #expect(!run.err.contains("the same command goes on"), "\(run.err)")
        #expect(run.out.contains("BTCUSDT klines 1h: no file is here; 0 fetched now"), "\(run.out)")
    }

    /// Files that are here stay, and are said to be, when nobody tells whether they were replaced.
    @Test func aRefreshWithoutAnAnswerKeepsWhatIsHere() throws {
        let scratch = try Scratch()
        let months = ["BTCUSDT", "--from", "2023-01", "--to", "2023-02"]
        #expect(try fetch("ok", months, in: scratch).code == 0)
        let before = scratch.files()
        let run = try fetch("always500", months + ["--refresh", "--retries", "1"], in: scratch)
        #expect(run.code == 75, "\(run.err)")
        #expect(run.out.contains("BTCUSDT klines 1h: 2 files from 2023-01 to 2023-02; 0 fetched now"), "\(run.out)")
        #expect(run.out.contains("here as they were, not refreshed: 2023-01, 2023-02"), "\(run.out)")
        #expect(run.out.contains("failed: 2023-01") && scratch.files() == before)
        #expect(run.err.contains("the same command goes on where this one stopped"), "\(run.err)")
    }

    @Test func aFolderThatCannotBeWrittenIs74() throws {
        let scratch = try Scratch()
        try scratch.write("a file", to: "taken")
        let run = try fetch(
            "ok", ["BTCUSDT", "--from", "2023-01", "--to", "2023-01", "--out", "taken/prices"], in: scratch)
        #expect(run.code == 74 && run.err.contains("cannot write"), "\(run.code) \(run.err)")
    }

    @Test func anInterruptedFetchIsGoneOnWith() throws {
        let server = try #require(ArchiveServer.shared)
        let scratch = try Scratch()
        let arguments = [
            "fetch", "HALTUSDT", "--from", "2023-01", "--to", "2023-01", "--interval", "1h", "--allow-http",
        ]
        // It gives a few bytes and then falls silent.
        let running = try scratch.program.start(arguments + ["--base", server.base("stallingcrumbs")])
        let part = "prices/spot/klines/HALTUSDT/1h/.HALTUSDT-1h-2023-01.zip.part"
        while running.process.isRunning, !scratch.files().contains(part + ".state") {
            Thread.sleep(forTimeInterval: 0.02)
        }
        kill(running.process.processIdentifier, SIGINT)
        running.process.waitUntilExit()
        let outcome = try running.outcome()
        #expect(outcome.code == 130, "\(outcome.err)")
        #expect(scratch.files().contains(part))
        let again = try scratch.program.run(arguments + ["--base", server.base("ok")])
        #expect(again.code == 0, "\(again.err)")
        #expect(scratch.files().filter { $0.contains("HALTUSDT-1h") }.count == 2)
    }

    @Test(arguments: [
        ["../evil", "--from", "2023-01"], ["btcusdt", "--from", "2023-01"], ["BTCUSDT", "--from", "2023"],
        ["BTCUSDT", "--from", "2023-01", "--kind", "trades"],
        ["BTCUSDT", "--from", "2023-01", "--kind", "fundingRate"],
        ["BTCUSDT", "--from", "2023-01", "--interval", "7m"], ["BTCUSDT", "--from", "2023-02", "--to", "2023-01"],
        ["BTCUSDT", "--from", "2023-01", "--base", "http://127.0.0.1:1"],
        ["BTCUSDT", "--from", "2023-01", "--base", "file:///etc"],
        ["BTCUSDT", "--from", "2023-01", "--base", "https://user:pw@host"],
        ["BTCUSDT", "--from", "2023-01", "--stall", "0s"],
        ["--from", "2023-01"], ["BTCUSDT"],
    ])
    func wrongUseIs64(arguments: [String]) throws {
        let scratch = try Scratch()
        let run = try scratch.program.run(["fetch"] + arguments)
        #expect(run.code == 64 && !run.err.isEmpty, "\(run.code) \(run.err)")
        #expect(scratch.files().isEmpty)
    }

    /// The address may stand in the study, which prints it and whose results do not depend on it.
    @Test func theStudyNamesTheArchive() throws {
        let server = try #require(ArchiveServer.shared)
        let scratch = try Scratch()
        try scratch.write(smallStudy() + "archive: {base: \(server.base("ok"))}\n", to: "with.yaml")
        try scratch.write(smallStudy(), to: "without.yaml")
        try scratch.write(samplePrices, to: "prices.csv")
        let run = try scratch.program.run([
            "fetch", "BTCUSDT", "--from", "2023-01", "--to", "2023-01", "--study", "with.yaml", "--allow-http",
            "--interval", "1h",
        ])
        #expect(run.code == 0 && run.err.contains(server.base("ok")), "\(run.err)")
        let printed = try scratch.program.run(["run", "with.yaml", "--print-study"])
        #expect(printed.out.contains("archive: {base: \"\(server.base("ok"))\"}"))
        let (a, b) = (
            try scratch.program.run(["run", "with.yaml", "--out", "-"]),
            try scratch.program.run(["run", "without.yaml", "--out", "-"])
        )
        #expect(a.code == 0 && a.out == b.out)
        try scratch.write(smallStudy() + "archive: {base: \"https://host/?q\"}\n", to: "with.yaml")
        let bad = try scratch.program.run(["run", "with.yaml"])
        #expect(bad.code == 78 && bad.err.contains("no address of an archive"))
    }
}
