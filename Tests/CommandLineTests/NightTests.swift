import Foundation
import TestSupport
import Testing

/// Nights of a small study: what stands around a run, from outside.
@Suite struct NightTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
    }

    func study(_ rest: String = "", statistics: String = "statistics: {resamples: 0}") throws {
        try scratch.write(smallStudy(limit: statistics + "\n" + rest), to: "study.yaml")
    }

    /// The prices end at 2023-12-01T13:13:20Z with the close of the last bar.
    static let dataEnd = 1_701_436_400 + 3600

    /// The program on a night after the data ended.
    func night(_ number: Int) -> Program {
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = String(NightTests.dataEnd + number * 86_400)
        return program
    }

    @discardableResult
    func run(_ number: Int, _ more: [String] = []) throws -> Outcome {
        try night(number).run(["run", "study.yaml"] + more)
    }

    func history(_ more: [String] = []) throws -> [[String: Any]] {
        let listed = try scratch.program.run(["history", "--json"] + more)
        #expect(listed.code == 0, "\(listed.err)")
        return try listed.out.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: scratch.path + "/" + path) }

    @Test func aRunEntersTheHistory() throws {
        try study("limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.5}]")
        for number in 1...3 { #expect(try run(number).code == 0) }
        let runs = try history()
        #expect(runs.map { $0["exit_code"] as? Int } == [0, 0, 0])
        #expect(Set(runs.compactMap { $0["run_id"] as? String }).count == 1, "equal content, equal name")
        #expect(runs.compactMap { $0["started_utc"] as? String }.first == "2023-12-04T14:13:20Z")
        let manifest = try scratch.read("Reports/small/latest/run.json")
        #expect(manifest.contains("2023-12-04T14:13:20Z") && manifest.contains("\"is_recorded\": true"))
        let limit = try #require((runs[0]["limits"] as? [[String: Any]])?.first)
        #expect(limit["status"] as? String == "met" && limit["value"] as? Double ?? 0 > 0)
        // Closed at once a fall between two bars is felt as well, and both sides of the bracket are kept.
        let headline = try #require((runs[0]["headlines"] as? [[String: Any]])?.first)
        let (atOnce, worst) = (headline["gap_negative_equity_frac"], headline["worst_negative_equity_frac"])
        #expect((atOnce as? Double ?? 0) > 0 && (worst as? Double ?? 0) >= (atOnce as? Double ?? 1))
        let input = try #require((runs[0]["inputs"] as? [[String: Any]])?.first)
        #expect(input["file"] as? String == "prices.csv" && (input["sha256"] as? String)?.count == 64)
        let check = try scratch.program.run(["store", "check"])
        #expect(check.code == 0 && check.err.contains("Nothing wrong"))
        #expect(try history(["--limit", "1"]).count == 1 && history(["--study", "other"]).isEmpty)
        #expect(try history(["--since", "2023-12-04"]).count == 1)
        let since = try night(3).run(["history", "--json", "--since", "25h"])
        #expect(since.out.split(separator: "\n").count == 2)
    }

    /// A night that went well, of a study with a long name, and one without its prices. Made once and only read after.
    private static let twoNights = Result { () -> Scratch in
        let nights = try NightTests()
        try nights.study()
        try nights.scratch.write(
            try nights.scratch.read("study.yaml").replacing(
                "name: small", with: "name: \(String(repeating: "n", count: 64))"),
            to: "study.yaml")
        try nights.run(1)
        try nights.scratch.write(smallStudy(path: "none.csv"), to: "study.yaml")
        try nights.run(2)
        return nights.scratch
    }

    /// Where the folder has no room as a column it has a line of its own: it is there to be copied, whole.
    @Test(arguments: [(60, 5), (80, 5), (200, 5), (240, 4)])
    func theTableFitsItsWidth(width: Int, count: Int) throws {
        let scratch = try Scratch(copyOf: NightTests.twoNights.get())
        var program = scratch.program
        program.environment["COLUMNS"] = String(width)
        let table = try program.run(["history"])
        let lines = table.out.split(separator: "\n")
        #expect(table.code == 0 && lines.count == count && lines[0].contains("started (UTC)"))
        #expect(lines.allSatisfy { $0.count <= width && !$0.hasSuffix(" ") }, "\(table.out)")
        #expect(table.out.contains("2023-12-02 14:13") && table.out.contains("none.csv"))
        #expect(width < 100 || table.out.contains("/2023-12-02T141320Z"), "\(table.out)")
    }

    @Test func whatIsDoneWithARunIsNotItsContent() throws {
        try study()
        try run(1)
        try study(
            "retention: {days: 9}\non_breach: {command: [x, --token, s3cret]}\nmetrics_file: m.prom\n")
        try run(2)
        for file in ["results.csv", "summary.json", "columns.csv"] {
            let (a, b) = ("2023-12-02T141320Z", "2023-12-03T141320Z")
            #expect(try scratch.read("Reports/small/\(a)/\(file)") == scratch.read("Reports/small/\(b)/\(file)"))
        }
        #expect(try !scratch.read("Reports/small/latest/run.json").contains("s3cret"))
        let printed = try scratch.program.run(["run", "study.yaml", "--print-study"])
        #expect(printed.out.contains("retention: {days: 9}") && printed.out.contains("metrics_file:"))
    }

    @Test func aLostStoreComesBack() throws {
        try study("limits: [{measure: liquidated_frac, max: 0.99}]")
        for number in 1...3 { try run(number) }
        let before = try scratch.program.run(["history", "--json"]).out
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: scratch.path + "/Reports/belowzero.sqlite" + ending)
        }
        let after = try scratch.program.run(["history", "--json"])
        #expect(after.out == before && !before.isEmpty)
        #expect(try scratch.program.run(["store", "check"]).code == 0)
    }

    @Test func aDamagedStoreIsSetAsideByTheNextRun() throws {
        try study()
        try run(1)
        try scratch.write("this is no database at all, whatever it is called", to: "Reports/belowzero.sqlite")
        let check = try scratch.program.run(["store", "check", "--json"])
        #expect(check.code == 1 && check.out.contains("\"kind\":\"damaged\""))
        let next = try run(2)
        #expect(next.code == 0 && next.err.contains("set aside as Reports/belowzero.sqlite.corrupt-1"))
        #expect(try scratch.read("Reports/belowzero.sqlite.corrupt-1").hasPrefix("this is no database"))
        #expect(try history().count == 2)
    }

    @Test(.needs("python3")) func aStoreOfAnotherProgramIsAnError() throws {
        try study()
        try FileManager.default.createDirectory(atPath: scratch.path + "/Reports", withIntermediateDirectories: true)
        let made = Process()
        made.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        made.arguments = [
            "python3", "-c",
            "import sqlite3; c = sqlite3.connect('Reports/belowzero.sqlite'); c.execute('create table t (x)'); c.commit()",
        ]
        made.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        try made.run()
        made.waitUntilExit()
        try #require(made.terminationStatus == 0)
        let refused = try run(1)
        #expect(refused.code == 73 && refused.err.contains("a database of another program"))
        #expect(!isThere("Reports/small"), "nothing was computed for nothing")
        #expect(try run(1, ["--no-store"]).code == 0)
    }

    @Test func failedRunsAreRecorded() throws {
        try study()
        #expect(try scratch.program.run(["run", "nowhere.yaml"]).code == 66)
        #expect(!isThere("Reports"), "a slip of the finger makes no store")
        try run(1)
        try scratch.write(smallStudy(path: "gone.csv"), to: "study.yaml")
        #expect(try run(2).code == 66)
        try scratch.write("version: 1\nnome: x\n", to: "study.yaml")
        #expect(try run(3).code == 78)
        try scratch.write(smallStudy(path: "bad.csv"), to: "study.yaml")
        try scratch.write("time,open,high,low,close\n1700000000,1,2,x,1\n", to: "bad.csv")
        #expect(try run(4).code == 65)
        let runs = try history()
        #expect(runs.map { $0["exit_code"] as? Int } == [65, 78, 66, 0])
        #expect(runs.map { $0["study"] as? String } == ["small", "study", "small", "small"])
        #expect((runs[2]["message"] as? String)?.contains("gone.csv") == true)
        #expect(runs[0]["folder"] == nil && runs[3]["folder"] as? String == "small/2023-12-02T141320Z")
    }

    /// Whether it stops by itself or is ended where it stands: here, waiting for a pipe that says nothing.
    @Test func runsThatAreStoppedAreRecordedOnce() throws {
        try study()
        #expect(mkfifo(scratch.path + "/silent.csv", 0o600) == 0)
        try scratch.write(smallStudy(path: "silent.csv"), to: "study.yaml")
        let running = try night(1).start(["run", "study.yaml"])
        // Opens once the run has opened it to read.
        let pipe = open(scratch.path + "/silent.csv", O_WRONLY)
        defer { close(pipe) }
        kill(running.process.processIdentifier, SIGTERM)
        running.process.waitUntilExit()
        let outcome = try running.outcome()
        #expect(outcome.code == 143 && outcome.err.contains("terminated; nothing was written"), "\(outcome.err)")
        let runs = try history()
        #expect(runs.map { $0["exit_code"] as? Int } == [143])
        #expect(runs.first?["message"] as? String == "terminated; nothing was written")
        try study()
        #expect(try run(2).code == 0)
        #expect(try scratch.program.run(["store", "check"]).code == 0)
    }

    @Test func nothingIsWrittenWhereNobodyAsked() throws {
        try study()
        for more in [["--out", "here"], ["--no-store"], ["--out", "-"], ["--dry-run"], ["--print-study"]] {
            _ = try run(1, more)
        }
        _ = try night(2).run(["sweep", "prices.csv", "--resamples", "0"])
        #expect(!isThere("Reports/belowzero.sqlite") && !isThere("Reports/.belowzero.lock") && isThere("here/run.json"))
        #expect(try run(3).code == 0)
        let runs = try history()
        #expect(runs.count == 1, "what did not want to be in the history is not taken in later")
        #expect(try run(4, ["--out", "there", "--store", "own/history.sqlite"]).code == 0)
        let own = try history(["--store", "own/history.sqlite"])
        #expect(own.map { $0["folder"] as? String } == [scratch.path + "/there"])
        #expect(try run(5, ["--store", "x", "--no-store"]).code == 64)
    }

    /// An operator wants the night's numbers, whatever the disk of the history says.
    @Test func aStoreThatCannotBeUsedDoesNotLoseTheRun() throws {
        try study()
        let run = try run(1, ["--store", "/proc/belowzero/history.sqlite"])
        #expect(run.code == 0 && run.err.contains("this run will not be in the history"), "\(run.err)")
        #expect(isThere("Reports/small/latest/index.html"))
        #expect(try scratch.read("Reports/small/latest/run.json").contains("\"is_recorded\": false"))
    }

    /// A crash between folder and row, or between row and link.
    @Test func whatACrashLeftIsTakenIn() throws {
        try study()
        try run(1)
        let store = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/Reports/belowzero.sqlite"))
        try run(2)
        try store.write(to: URL(fileURLWithPath: scratch.path + "/Reports/belowzero.sqlite"))
        let check = try scratch.program.run(["store", "check", "--json"])
        #expect(check.code == 1 && check.out.contains("orphaned_folder"))
        let next = try run(3)
        #expect(next.err.contains("runs adopted runs=1"))
        #expect(try history().count == 3 && scratch.program.run(["store", "check"]).code == 0)
    }

    @Test func oldRunsArePruned() throws {
        try study("retention: {runs: 2}")
        for number in 1...5 { #expect(try run(number).code == 0) }
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/Reports/small/mine", withIntermediateDirectories: true)
        try run(6)
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/Reports/small").sorted()
        #expect(left.filter { !$0.hasPrefix(".") } == ["2023-12-06T141320Z", "2023-12-07T141320Z", "latest", "mine"])
        #expect(try history().count == 2 && scratch.program.run(["store", "check"]).code == 0)
    }

    @Test func aRebuildForgetsAndFinds() throws {
        try study()
        for number in 1...3 { try run(number) }
        try FileManager.default.removeItem(atPath: scratch.path + "/Reports/small/2023-12-02T141320Z")
        let check = try scratch.program.run(["store", "check"])
        #expect(check.code == 1 && check.out.contains("missing folder: small/2023-12-02T141320Z"))
        let rebuilt = try scratch.program.run(["store", "rebuild"])
        #expect(rebuilt.code == 0 && rebuilt.err.contains("2 runs with a folder, 1 without one forgotten"))
        #expect(try scratch.program.run(["store", "check"]).code == 0)
        #expect(try Scratch().program.run(["store", "check"]).code == 66)
    }
}
