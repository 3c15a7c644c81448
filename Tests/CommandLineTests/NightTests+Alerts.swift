import Foundation
import TestSupport
import Testing

/// Limits over nights, whom a breach is told, and what metrics say.
extension NightTests {
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
        let nights = try scratch.program.run(["index", "--json"]).out
        #expect(nights.contains("\"drift\""), "\(nights.prefix(400))")
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

    var breach: String {
        "limits: [{side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac, max: 0.001}]\n"
    }

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
}
