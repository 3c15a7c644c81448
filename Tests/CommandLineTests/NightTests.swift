import Foundation
import TestSupport
import Testing

/// Nights of a small study: what stands around a run, from outside.
@Suite struct NightTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
    }

    private func study(_ rest: String = "", statistics: String = "statistics: {resamples: 0}") throws {
        try scratch.write(smallStudy(limit: statistics + "\n" + rest), to: "study.yaml")
    }

    /// The prices end at 2023-12-01T13:13:20Z with the close of the last bar.
    private static let dataEnd = 1_701_436_400 + 3600

    /// The program on a night after the data ended.
    private func night(_ number: Int) -> Program {
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = String(NightTests.dataEnd + number * 86_400)
        return program
    }

    @discardableResult
    private func run(_ number: Int, _ more: [String] = []) throws -> Outcome {
        try night(number).run(["run", "study.yaml"] + more)
    }

    private func history(_ more: [String] = []) throws -> [[String: Any]] {
        let listed = try scratch.program.run(["history", "--json"] + more)
        #expect(listed.code == 0, "\(listed.err)")
        return try listed.out.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: scratch.path + "/" + path) }

    // MARK: History

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

    /// Where the folder has no room as a column it has a line of its own.
    @Test(arguments: [(60, 5), (80, 5), (200, 4)])
    func theTableFitsItsWidth(width: Int, count: Int) throws {
        try study()
        try scratch.write(
            try scratch.read("study.yaml").replacing("name: small", with: "name: \(String(repeating: "n", count: 64))"),
            to: "study.yaml")
        try run(1)
        try scratch.write(smallStudy(path: "none.csv"), to: "study.yaml")
        try run(2)
        var program = scratch.program
        program.environment["COLUMNS"] = String(width)
        let table = try program.run(["history"])
        let lines = table.out.split(separator: "\n")
        #expect(table.code == 0 && lines.count == count && lines[0].contains("started (UTC)"))
        #expect(lines.allSatisfy { $0.count <= width && !$0.hasSuffix(" ") }, "\(table.out)")
        #expect(table.out.contains("2023-12-02 14:13") && table.out.contains("none.csv"))
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

    // MARK: Lock

    /// The lock in the hands of another process, which gives it back only when it is killed.
    private func holder() throws -> Process {
        try FileManager.default.createDirectory(atPath: scratch.path + "/Reports", withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(installed("flock")))
        process.arguments = ["-o", "Reports/.belowzero.lock", "sh", "-c", "echo $$ > held; exec sleep 300"]
        process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        // Output that a child keeps open would keep the test runner waiting.
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        while (try? scratch.read("held").hasSuffix("\n")) != true { usleep(10_000) }
        try scratch.write("process 4711, study other, since 2023-01-01T00:00:00Z\n", to: "Reports/.belowzero.lock")
        return process
    }

    /// Ends the owner of the lock as a crash would, and then what it started.
    private func end(_ holder: Process) throws {
        kill(holder.processIdentifier, SIGKILL)
        if let child = pid_t(try scratch.read("held").trimmingCharacters(in: .newlines)) { kill(child, SIGKILL) }
    }

    @Test(.needs("flock")) func aSecondRunWaitsAndGivesUp() throws {
        try study()
        let other = try holder()
        let refused = try run(1, ["--wait", "0"])
        #expect(refused.code == 75 && refused.err.contains("process 4711, study other, since 2023-01-01T00:00:00Z"))
        #expect(!isThere("Reports/small"))
        // A crash of the owner frees the lock: nothing is left to clean up.
        let waiting = try night(2).start(["run", "study.yaml", "--wait", "5m"])
        while try !String(contentsOfFile: waiting.errFile, encoding: .utf8).contains("waiting"),
            waiting.process.isRunning
        {
            usleep(20_000)
        }
        #expect(waiting.process.isRunning)
        try end(other)
        waiting.process.waitUntilExit()
        let outcome = try waiting.outcome()
        #expect(outcome.code == 0 && outcome.err.contains("waiting for another run"), "\(outcome.err)")
    }

    @Test(.needs("flock")) func aWaitCanBeInterrupted() throws {
        try study()
        let other = try holder()
        defer { try? end(other) }
        let waiting = try scratch.program.start(["run", "study.yaml", "--wait", "5m"])
        while try !String(contentsOfFile: waiting.errFile, encoding: .utf8).contains("waiting"),
            waiting.process.isRunning
        {
            usleep(20_000)
        }
        usleep(100_000)
        waiting.process.terminate()
        waiting.process.waitUntilExit()
        #expect(try waiting.outcome().code == 143)
    }

    @Test func twoRunsOfOneSecondFollowEachOther() throws {
        try study()
        let both = try [1, 1].map { try night($0).start(["run", "study.yaml"]) }
        for running in both { running.process.waitUntilExit() }
        #expect(try both.map { try $0.outcome().code } == [0, 0])
        #expect(isThere("Reports/small/2023-12-02T141320Z") && isThere("Reports/small/2023-12-02T141320Z-2"))
        #expect(try history().count == 2)
    }

    // MARK: Limits

    @Test func driftIsHeldAgainstTheNightsBefore() throws {
        try study(
            "limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, drift: {runs: 5, max_change: 0.001}}]"
        )
        for number in 1...3 {
            let run = try run(number)
            #expect(run.code == 0)
            #expect(try scratch.read("Reports/small/latest/limits.csv").contains("no_history"))
        }
        #expect(try run(4).code == 0)
        #expect(try scratch.read("Reports/small/latest/limits.csv").contains(",met,drift,"))
        // The fall by a fifth is gone: so are the entries below zero.
        var calm = "time,open,high,low,close,volume\n"
        for hour in 0..<400 { calm += "\(1_700_000_000 + hour * 3600),100,101,99,100,10\n" }
        try scratch.write(calm, to: "prices.csv")
        let moved = try run(5)
        #expect(moved.code == 3 && moved.err.contains("error limit breach"), "\(moved.err)")
        let row = try #require(rows(try scratch.read("Reports/small/latest/limits.csv")).first)
        #expect(row["status"] == "breach" && row["earlier_runs_count"] == "4" && row["value"] == "0")
        #expect(try scratch.read("Reports/small/latest/index.html").contains("breached"))
        #expect(try run(6, ["--no-store"]).code == 0, "without a history there is nothing to judge by")
    }

    @Test func oldDataIsABreach() throws {
        try study("limits: [{max_age: 36h}]")
        #expect(try run(1).code == 0)
        #expect(try run(2).code == 3)
        let summary = try scratch.read("Reports/small/latest/summary.json")
        #expect(summary.contains("\"measure\": \"newest_bar_age_h\"") && summary.contains("\"value\": 48"))
        #expect(try run(3, ["--no-fail"]).code == 0)
        #expect(try history()[0]["status"] as? String == "limit_breached")
    }

    // MARK: Alerts

    private let breach =
        "limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.001}]\n"

    private func script(_ text: String) throws {
        try scratch.write("#!/bin/sh\n" + text, to: "alert.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path + "/alert.sh")
    }

    @Test func aBreachIsTold() throws {
        try script("cat > told.json; printf '%s|' \"$@\" > words.txt; echo seen >&2; exit 0\n")
        try study(breach + "on_breach: {command: [./alert.sh, 'a b', '$HOME; rm -rf x', s3cret]}")
        let run = try run(1)
        #expect(run.code == 3, "\(run.err)")
        let told = try #require(
            JSONSerialization.jsonObject(with: Data(try scratch.read("told.json").utf8)) as? [String: Any])
        #expect(told["study"] as? String == "small" && told["breaches_count"] as? Int == 1)
        #expect(told["folder"] as? String == "Reports/small/2023-12-02T141320Z" && told["exit_code"] as? Int == 3)
        let first = try #require((told["breaches"] as? [[String: Any]])?.first)
        #expect(first["limit"] as? Double == 0.001 && first["leverage_x"] as? Double == 10)
        #expect(try scratch.read("words.txt") == "a b|$HOME; rm -rf x|s3cret|", "no shell came between")
        #expect(run.err.contains("on_breach: seen") && !run.err.contains("s3cret"))
        #expect(try history()[0]["exit_code"] as? Int == 3)
    }

    @Test(arguments: [
        ("exit 9", "ended with exit code 9"), ("exec <&-; sleep 0.2; exit 0", "on_breach done"),
        ("kill -9 $$", "was ended by signal 9"), ("yes x | head -c 1000000 >&2; exit 1", "ended with exit code 1"),
    ])
    func whatTheCommandDoesChangesNothing(text: String, words: String) throws {
        try script(text + "\n")
        try study(breach + "on_breach: {command: [./alert.sh]}")
        let run = try run(1, ["--log-level", "debug"])
        #expect(run.code == 3 && run.err.contains(words), "\(run.err.prefix(2000))")
        #expect(run.err.utf8.count < 400_000 && isThere("Reports/small/latest/index.html"))
    }

    @Test func aCommandThatHangsIsEndedWithItsChildren() throws {
        try script("sleep 301 & echo $! > child.txt; trap '' TERM; sleep 302\n")
        try study(breach + "on_breach: {command: [./alert.sh], timeout: 500ms}")
        let run = try run(1)
        #expect(run.code == 3 && run.err.contains("took longer than 500ms and was ended"), "\(run.err)")
        let child = try #require(pid_t(try scratch.read("child.txt").trimmingCharacters(in: .whitespacesAndNewlines)))
        // A killed orphan may stay a zombie for a moment.
        let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
        #expect(state == nil || state?.contains(") Z ") == true, "\(state ?? "")")
    }

    @Test func aCommandThatIsNotThereIsSaid() throws {
        try study(breach + "on_breach: {command: [no-such-program-of-ours]}")
        let run = try run(1)
        #expect(run.code == 3 && run.err.contains("cannot run no-such-program-of-ours: No such file"))
    }

    @Test func nothingIsToldWithoutABreach() throws {
        try script("touch told\n")
        try study("limits: [{measure: negative_equity_frac, max: 0.99}]\non_breach: {command: [./alert.sh]}")
        #expect(try run(1).code == 0 && !isThere("told"))
    }

    // MARK: Metrics

    @Test func metricsAreWellFormed() throws {
        try study(breach + "  \nmetrics_file: out/bz.prom")
        let name = "A\\\"B\\\\C"
        try scratch.write(
            try scratch.read("study.yaml").replacing("asset: TWO", with: "asset: \"\(name)\""), to: "study.yaml")
        #expect(try run(1).code == 3)
        let good = MetricsLint(try scratch.read("out/bz.prom"))
        #expect(good.problems.isEmpty, "\(good.problems)")
        #expect(good.value("belowzero_run_exit_code", ["study": "small"]) == 3)
        #expect(good.value("belowzero_newest_bar_age_seconds", ["asset": "A\"B\\C"]) == 86_400)
        #expect(good.value("belowzero_limits", ["status": "breach"]) == 1)
        #expect(good.value("belowzero_limit_threshold", ["measure": "negative_equity_frac"]) == 0.001)
        #expect(good.value("belowzero_run_success_timestamp_seconds") == Double(NightTests.dataEnd + 86_400))
        #expect(good.value("belowzero_negative_equity_ratio", ["side": "long"]).map { $0 > 0.01 } == true)
        try FileManager.default.removeItem(atPath: scratch.path + "/prices.csv")
        #expect(try run(2).code == 66)
        let bad = MetricsLint(try scratch.read("out/bz.prom"))
        #expect(bad.problems.isEmpty, "\(bad.problems)")
        #expect(bad.value("belowzero_run_exit_code") == 66 && bad.value("belowzero_limits", ["status": "met"]) == nil)
        #expect(bad.value("belowzero_run_success_timestamp_seconds") == Double(NightTests.dataEnd + 86_400))
        #expect(bad.value("belowzero_run_start_timestamp_seconds") == Double(NightTests.dataEnd + 2 * 86_400))
        #expect(!scratch.files().contains { $0.hasPrefix("out/.") }, "no half file stays behind")
    }

    @Test func metricsThatCannotBeWrittenAreSaid() throws {
        try study("metrics_file: /proc/belowzero/x.prom")
        let run = try run(1)
        #expect(run.code == 0 && run.err.contains("metrics_file: cannot create"))
    }

    /// The rules of the lint are worth something.
    @Test(arguments: [
        "x 1\n", "# HELP x h\n# TYPE x counter\nx 1\n", "# HELP x h\n# TYPE x gauge\nx 1 1700000000\n",
        "# HELP x h\n# TYPE x gauge\nx{a=\"1\",a=\"2\"} 1\n", "# HELP x h\n# TYPE x gauge\nx 1\nx 1\n",
        "# HELP x_ms h\n# TYPE x_ms gauge\nx_ms 1\n", "# HELP x h\n# TYPE x gauge\nx{a=\"b\nc\"} 1\n",
        "# HELP x h\n# TYPE x gauge\nx 1", "# HELP x_total h\n# TYPE x_total gauge\nx_total 1\n",
    ])
    func theLintFindsMistakes(text: String) { #expect(!MetricsLint(text).problems.isEmpty) }

    // MARK: Logs

    @Test func linesAreJSONWithRunAndJob() throws {
        try study(breach)
        try scratch.write(
            try scratch.read("study.yaml").replacing("asset: TWO", with: #"asset: "A\"B=\\C {x}""#),
            to: "study.yaml")
        let run = try run(1, ["--log-format", "json", "--log-level", "debug"])
        let lines = run.err.split(separator: "\n")
        #expect(run.code == 3 && lines.count >= 4, "\(run.err)")
        var jobs: Set<String> = []
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            #expect(object["run"] as? String == "2023-12-02T141320Z" && object["study"] as? String == "small")
            #expect(object["time"] as? String == "2023-12-02T14:13:20Z" && object.keys.contains("job"))
            #expect(["debug", "info", "warning", "error"].contains(object["level"] as? String ?? ""))
            if let job = object["job"] as? String { jobs.insert(job) }
        }
        #expect(
            jobs == ["A\"B=\\C {x}"] && run.err.contains("\"message\":\"limit breach\"")
                && run.err.contains("\"limit\":0.001"))
    }

    @Test func linesAwayFromATerminalAreStamped() throws {
        try study(breach)
        let run = try run(1)
        let lines = run.err.split(separator: "\n")
        #expect(lines.first?.hasPrefix("2023-12-02T14:13:20Z info  run start cells=12 jobs=1 threads=") == true)
        #expect(run.err.contains("Z info  job done cells=12 study=small run=2023-12-02T141320Z job=TWO\n"))
        #expect(
            lines.allSatisfy { $0.hasPrefix("2023-12-02T14:13:20Z ") && $0.contains(" run=2023-12-02T141320Z job=") })
        #expect(
            run.err.contains(
                "Z error limit breach bound=value cell=TWO/linear/long/10x/1d/typical form=max limit=0.001"))
    }

    @Test func levelsAndQuietAreKept() throws {
        try study(breach)
        let errors = try run(1, ["--log-level", "error"])
        #expect(errors.err.split(separator: "\n").allSatisfy { $0.contains(" error ") } && !errors.err.isEmpty)
        let quiet = try run(2, ["--quiet"])
        #expect(quiet.err.split(separator: "\n").count == 1 && quiet.err.contains("limit breach"))
        let plain = try run(3, ["--log-format", "plain"])
        #expect(plain.err.contains("limit breached: TWO long 10× 1 d on typical: below zero "))
        #expect(try run(4, ["--log-level", "loud"]).code == 64)
    }

    /// Nothing of the machine: neither where the work is done, nor who does it.
    @Test func noLineTellsOfTheMachine() throws {
        try scratch.write(samplePrices, to: "in/prices.csv")
        try scratch.write(smallStudy(limit: "statistics: {resamples: 0}"), to: "in/study.yaml")
        var program = night(1)
        program.environment["BELOWZERO_SECRET"] = "s3cret-of-the-environment"
        let good = try program.run(["run", "in/study.yaml", "--log-level", "debug"])
        #expect(good.code == 0)
        try FileManager.default.removeItem(atPath: scratch.path + "/in/prices.csv")
        let bad = try program.run(["run", "in/study.yaml", "--log-level", "debug", "--log-format", "json"])
        #expect(bad.code == 66)
        for text in [good.err, bad.err] {
            for word in [scratch.path, NSHomeDirectory() + "/", "s3cret", ProcessInfo.processInfo.hostName] {
                #expect(!text.contains(word), "\(word) in \(text)")
            }
        }
    }
}
