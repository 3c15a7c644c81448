import Foundation
import TestSupport
import Testing

/// Limits whose interval holds them, through everything that tells a night.
extension NightTests {
    /// A limit just above the share: the interval holds it.
    private func unshown(_ rule: String) throws {
        let cell = "side: long, leverage: 10, horizon: 1d, measure: negative_equity_frac"
        try study("limits: [{\(cell), max: 0.001, bound: value}]")
        try #require(try run(1, ["--no-fail"]).code == 0)
        let row = try #require(rows(try scratch.read("Reports/small/latest/limits.csv")).first)
        let value = try #require(row["value"].flatMap(Double.init))
        let high = try #require(row["high"].flatMap(Double.init))
        try #require(high > value)
        try study(
            "limits: [{\(cell), max: \((value + high) / 2)\(rule)}]\n"
                + "metrics_file: night.prom\n" + "on_breach: {command: [./alert.sh]}")
        try scratch.write("#!/bin/sh\ncat > told.json\n", to: "alert.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.path + "/alert.sh")
    }

    @Test(arguments: ["", ", not_shown: warn", ", not_shown: ok", ", bound: value, not_shown: warn"])
    func whatIsNotShownEndsAsTheStudySays(rule: String) throws {
        try unshown(rule)
        let night = try run(2)
        #expect(night.code == 0 && !isThere("told.json"), "\(night.err)")
        let warns = !rule.hasSuffix("ok")
        let told = night.err.split(separator: "\n").count { $0.contains("limit not shown") }
        #expect(told == (warns ? 1 : 0), "each is said once: \(night.err)")
        #expect(try scratch.read("Reports/small/latest/limits.csv").contains(",not_shown,max,"))
        let summary = try scratch.read("Reports/small/latest/summary.json")
        #expect(summary.contains("\"status\": \"not_shown\"") && summary.contains("\"status\": \"ok\""))
        #expect(try scratch.read("Reports/small/latest/index.html").contains("1\u{00A0}limit not shown"))
        #expect(try scratch.read("night.prom").contains("belowzero_limits{study=\"small\",status=\"not_shown\"} 1"))
        let limits = try #require(try history()[0]["limits"] as? [[String: Any]])
        #expect(limits[0]["status"] as? String == "not_shown")
        #expect(try scratch.program.run(["history"]).out.contains("0/1, 1 not shown"))
        #expect(try scratch.read("Reports/index.html").contains("no limit is breached, 1 not shown"))
    }

    @Test(arguments: [", not_shown: fail", ", bound: value, not_shown: fail", ", bound: upper"])
    func whatMustBeShownFailsTheNight(rule: String) throws {
        try unshown(rule)
        let night = try run(2)
        #expect(night.code == 3, "\(night.err)")
        let isUpper = rule.hasSuffix("upper")
        #expect(night.err.contains(isUpper ? "limit breach" : "limit not shown"))
        let told = try #require(
            JSONSerialization.jsonObject(with: Data(try scratch.read("told.json").utf8)) as? [String: Any])
        #expect(told["not_shown_count"] as? Int == (isUpper ? 0 : 1))
        #expect(told["breaches_count"] as? Int == (isUpper ? 1 : 0))
        #expect(try history()[0]["status"] as? String == "limit_breached")
        if !isUpper {
            #expect(try scratch.read("night.prom").contains("belowzero_limit_not_shown{"))
            #expect(try scratch.read("Reports/small/latest/summary.txt").hasPrefix("Subject: [not shown] "))
            #expect(try scratch.read("Reports/index.html").contains("1\u{00A0}limit not shown"))
        }
        #expect(try run(3, ["--no-fail"]).code == 0)
    }
}

/// Many limits at once, and looks every night, through the program.
extension NightTests {
    @Test func limitsAreHeldTogetherAndMonitored() throws {
        let cell = "side: long, leverage: 10, horizon: 1d"
        func night(_ number: Int, _ limits: [String]) throws -> [[String: String]] {
            try study(
                "metrics_file: night.prom\nlimits: [\(limits.map { "{\(cell), \($0)}" }.joined(separator: ", "))]",
                statistics: "statistics: {resamples: 500}")
            let run = try run(number, ["--no-fail"])
            #expect(run.code == 0, "\(run.err)")
            return rows(try scratch.read("Reports/small/latest/limits.csv"))
        }
        func number(_ row: [String: String], _ column: String) throws -> Double {
            try #require(row[column].flatMap(Double.init), "\(column)")
        }
        let one = try night(1, ["measure: negative_equity_frac, max: 0.5"])
        let alone = try number(one[0], "together_high")
        #expect(try alone >= number(one[0], "high"))
        // The same figure twice costs nothing, another one does.
        let twice = try night(
            2, ["measure: negative_equity_frac, max: 0.5", "measure: negative_equity_frac, max: 0.001"])
        #expect(try number(twice[0], "together_high") == alone && number(twice[1], "together_high") == alone)
        let many = try night(
            3,
            [
                "measure: negative_equity_frac, max: 0.5, monitor: {false_alarm: 5% a year}",
                "measure: liquidated_frac, max: 0.9", "measure: unprotected_frac, max: 0.9",
            ])
        for row in many {
            #expect(try number(row, "together_low") <= number(row, "low"))
            #expect(try number(row, "together_high") >= number(row, "high"))
            #expect(row["together_status"]?.isEmpty == false)
        }
        #expect(try number(many[0], "together_high") >= alone)
        #expect(
            try number(many[0], "monitored_high") > number(many[0], "high") && many[0]["false_alarm_frac"] == "0.05")
        #expect(many[1]["monitored_high"] == "")
        let summary = try scratch.read("Reports/small/latest/summary.json")
        #expect(summary.contains("\"limits_together\": {") && summary.contains("\"checks_count\": 3"))
        #expect(try scratch.read("night.prom").contains("belowzero_limits_together{study=\"small\",status=\"met\"} "))
        let copy = try scratch.program.run(["report", "Reports/small/latest", "--out", "copy"])
        #expect(copy.code == 0, "\(copy.err)")
        for name in ["limits.csv", "index.html", "summary.json"] {
            #expect(try scratch.read("copy/" + name) == scratch.read("Reports/small/latest/" + name), "\(name)")
        }
    }
}
