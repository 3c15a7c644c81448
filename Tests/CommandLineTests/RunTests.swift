import Foundation
import TestSupport
import Testing

/// The program from outside: a user's runs that end well.
@Suite struct RunTests {
    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        return scratch
    }

    @Test func aRunWritesEveryFileTheDesignNames() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(run.code == 0, "\(run.err)")
        let wanted = [
            "results.csv", "severity.csv", "data_quality.csv", "columns.csv", "summary.json", "run.json", "index.html",
            "reports/two-long.html", "reports/two-short.html", "events.csv", "calendar.csv", "calendar_years.csv",
            "conditions.csv",
            "time_to_liquidation.csv", "sensitivity.csv", "tail.csv", "max_leverage.csv", "intervals.csv",
            "differences.csv",
            "bands.csv",
        ]
        for name in wanted { #expect(FileManager.default.fileExists(atPath: scratch.path + "/run/" + name), "\(name)") }
        #expect(run.out.contains("At 10×, a TWO long held for up to 1 day"))
        #expect(run.out.contains("run/index.html"))
        #expect(!scratch.files().contains { $0.contains(".partial") })
    }

    @Test func theSameBytesForEveryThreadCount() throws {
        let scratch = try folder()
        for threads in [1, 2, 5] {
            #expect(
                try scratch.program.run(["run", "study.yaml", "--out", "run\(threads)", "-j", "\(threads)"]).code == 0)
        }
        for file in [
            "results.csv", "severity.csv", "data_quality.csv", "columns.csv", "summary.json", "intervals.csv",
            "events.csv", "conditions.csv", "sensitivity.csv", "tail.csv", "max_leverage.csv",
        ] {
            let first = try scratch.read("run1/" + file)
            #expect(try scratch.read("run2/" + file) == first && scratch.read("run5/" + file) == first, "\(file)")
        }
    }

    /// Episodes, months and conditions are of the same entries as the results.
    @Test func partsAreOfTheSameEntries() throws {
        let scratch = try folder()
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "run"]).code == 0)
        let months = rows(try scratch.read("run/calendar.csv"))
        let cell = try #require(
            rows(try scratch.read("run/results.csv")).first { row in
                ["asset", "side", "leverage_x", "horizon_h", "platform"].allSatisfy { row[$0] == months[0][$0] }
            })
        func sum(_ file: String, _ column: String, where isWanted: ([String: String]) -> Bool = { _ in true }) throws
            -> Double
        {
            rows(try scratch.read("run/" + file)).filter { $0["side"] == cell["side"] && isWanted($0) }
                .reduce(0) { $0 + (Double($1[column]!) ?? 0) }
        }
        let counts = [
            "entries_count", "negative_count", "liquidated_count", "cut_count", "cut_negative_count",
            "cut_liquidated_count",
        ]
        #expect(cell["cut_count"] != "0")
        func own(_ count: String) throws -> Double { try #require(Double(cell[count] ?? "")) }
        for count in counts {
            for file in ["calendar.csv", "calendar_years.csv"] {
                // Probabilities are whole numbers of 2⁻³².
                #expect(try abs(sum(file, count) - own(count)) < 1e-6, "\(file) \(count)")
            }
            guard !count.hasSuffix("liquidated_count") else { continue }
            let weekdays = try sum("conditions.csv", count) { $0["condition"] == "weekday" }
            #expect(try abs(weekdays - own(count)) < 1e-6, "\(count)")
        }
        let seen = try own("negative_count") + own("cut_negative_count")
        #expect(try abs(sum("events.csv", "entries_count") - seen) < 1e-6)
        let first = try #require(rows(try scratch.read("run/sensitivity.csv")).first)
        #expect(first["assumption"] == "none" && first["ci_high_frac"] == cell["ci95_high_frac"])
        #expect(first["entries_count"] == cell["entries_count"] && first["cut_count"] == cell["cut_count"])
    }

    /// A difference is that of the two rows; a band holds every interval's own Wilson form.
    @Test func comparisonsAreOfTheResults() throws {
        let scratch = try folder()
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "run"]).code == 0)
        let results = rows(try scratch.read("run/results.csv"))
        func share(_ side: String?, _ leverage: String?, like row: [String: String]) -> Double? {
            results.first {
                $0["side"] == side && $0["leverage_x"] == leverage && $0["horizon_h"] == row["horizon_h"]
                    && $0["asset"] == row["asset"]
            }.flatMap { Double($0["negative_equity_frac"]!) }
        }
        let differences = rows(try scratch.read("run/differences.csv"))
        #expect(!differences.isEmpty)
        for row in differences {
            let first = try #require(share(row["side"], row["leverage_x"], like: row))
            let second = try #require(share(row["other_side"], row["other_leverage_x"], like: row))
            #expect(abs(Double(row["difference_frac"]!)! - (first - second)) < 1e-12)
            #expect(Double(row["ci_low_frac"]!)! <= Double(row["ci_high_frac"]!)!)
        }
        let intervals = rows(try scratch.read("run/intervals.csv")).filter { $0["measure"] == "negative_equity_frac" }
        for row in rows(try scratch.read("run/bands.csv")) {
            let own = try #require(
                intervals.first { own in ["asset", "side", "leverage_x", "horizon_h"].allSatisfy { own[$0] == row[$0] }
                })
            #expect(Double(row["band_high_frac"]!)! >= Double(own["wilson_effective_high_frac"]!)!)
            #expect(Double(row["band_low_frac"]!)! <= Double(own["wilson_effective_low_frac"]!)!)
        }
    }

    @Test func pagesDifferInTheFooterOnly() throws {
        let scratch = try folder()
        for (name, epoch) in [("a", "1700000000"), ("b", "1800000000")] {
            var program = scratch.program
            program.environment["SOURCE_DATE_EPOCH"] = epoch
            #expect(try program.run(["run", "study.yaml", "--out", name]).code == 0)
        }
        for page in ["index.html", "reports/two-long.html"] {
            let (a, b) = (try scratch.read("a/" + page), try scratch.read("b/" + page))
            func body(_ html: String) -> Substring { html[..<(html.range(of: "<footer")?.lowerBound ?? html.endIndex)] }
            #expect(body(a) == body(b) && a != b, "\(page)")
        }
    }

    @Test func resultsAreInPlanOrderAndCountEveryEntry() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "-"])
        let cells = rows(run.out)
        #expect(run.code == 0 && cells.count == 2 * 3 * 2)
        #expect(
            cells.map { "\($0["side"]!) \($0["leverage_x"]!) \($0["horizon_h"]!)" }.prefix(3) == [
                "long 1 4", "long 1 24", "long 10 4",
            ])
        for cell in cells {
            let counts = ["entries_count", "excluded_count", "rejected_count"].compactMap { Int(cell[$0]!) }
            #expect(counts.reduce(0, +) == 400)
        }
        // The fall by a fifth happens between two bars: a 10× long entered in the day before it owes.
        let hit = cells.first { $0["side"] == "long" && $0["leverage_x"] == "10" && $0["horizon_h"] == "24" }
        #expect(hit?["gap_negative_count"] == "24" && hit?["fill"] == "delay")
        // The law moves prices within the bar only, which lies below the bankruptcy price as a whole or nearly.
        let (law, worst) = (Double(hit?["negative_count"] ?? ""), Double(hit?["worst_negative_count"] ?? ""))
        #expect(law.map { $0 > 23 } == true && worst.map { $0 >= 24 } == true)
    }

    @Test func aSweepEqualsTheStudyThatSaysTheSame() throws {
        let scratch = try folder()
        let study = try scratch.program.run(["run", "study.yaml", "--out", "-"])
        let sweep = try scratch.program.run([
            "sweep", "prices.csv", "--leverage", "1,10,50", "--horizon", "4h,1d", "--out", "-",
        ])
        #expect(sweep.code == 0, "\(sweep.err)")
        let strip = { (row: [String: String]) in row.filter { !["run_id", "asset"].contains($0.key) } }
        #expect(rows(sweep.out).map(strip) == rows(study.out).map(strip))
    }

    @Test func initThenRunWorks() throws {
        let scratch = try Scratch()
        #expect(try scratch.program.run(["init", "nightly.yaml"]).code == 0)
        let again = try scratch.program.run(["init", "nightly.yaml"])
        #expect(again.code == 73 && again.err.contains("exists already"))
        let run = try scratch.program.run(["run", "nightly.yaml", "--out", "run"])
        #expect(run.code == 0, "\(run.err)")
        #expect(run.out.contains("At 20×, a DEMO long held for up to 7 days"))
    }

    @Test func theSamplesAreWhatSynthMakes() throws {
        let scratch = try Scratch()
        #expect(try scratch.program.run(["synth", "--out", "Data/Samples", "--quiet"]).code == 0)
        for name in ["SYN-MAJOR.csv", "SYN-SQUEEZE.csv", "SYN-COLLAPSE.csv", "metadata.json"] {
            let shipped = try String(contentsOfFile: packageRoot + "/Data/Samples/" + name, encoding: .utf8)
            let made = try scratch.read("Data/Samples/" + name)
            #expect(made == shipped, "\(name) was made with other code or another mathematics library")
        }
    }

    @Test func printedStudiesRunToTheSameResults() throws {
        let scratch = try folder()
        let printed = try scratch.program.run(["run", "study.yaml", "--print-study"])
        try scratch.write(printed.out, to: "again.yaml")
        let (a, b) = (
            try scratch.program.run(["run", "study.yaml", "--out", "-"]),
            try scratch.program.run(["run", "again.yaml", "--out", "-"])
        )
        #expect(a.out == b.out && a.code == 0)
    }

    @Test func aDryRunPlansAndWritesNothing() throws {
        let scratch = try folder()
        let before = scratch.files()
        let run = try scratch.program.run(["run", "study.yaml", "--dry-run"])
        #expect(run.code == 0 && run.out.contains("12 cells") && run.out.contains("prices.csv"))
        #expect(scratch.files() == before)
    }

    @Test func jsonIsReadable() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--json"])
        let summary = try #require(JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
        #expect(summary["schema_version"] as? Int == 1 && run.err.isEmpty)
        let check = try scratch.program.run(["check", "prices.csv", "--json"])
        let audit = try #require(JSONSerialization.jsonObject(with: Data(check.out.utf8)) as? [String: Any])
        #expect(audit["status"] as? String == "ok" && audit["bars"] as? Int == 400 && audit["bar_s"] as? Double == 3600)
        #expect(audit["first_utc"] as? String == "2023-11-14T22:13:20Z" && audit["path"] as? String == "prices.csv")
        let bad = try scratch.program.run(["run", "nowhere.yaml", "--json"])
        let failure = try #require(JSONSerialization.jsonObject(with: Data(bad.out.utf8)) as? [String: Any])
        #expect(failure["exit_code"] as? Int == 66 && bad.code == 66)
    }

    @Test func quietSaysNothing() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--quiet"])
        #expect(run.code == 0 && run.out.isEmpty && run.err.isEmpty)
    }

    @Test func outputAwayFromATerminalHasNoEscapes() throws {
        let scratch = try folder()
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run"])
        #expect(!(run.out + run.err).contains("\u{1B}") && !run.err.contains("\r"))
    }

    @Test(arguments: ["", "run", "sweep", "check", "explain", "init", "synth", "venues"])
    func helpShowsAFullExample(command: String) throws {
        let help = try Scratch().program.run([command, "--help"].filter { !$0.isEmpty })
        #expect(help.code == 0 && help.out.contains("EXAMPLE") && help.out.contains("belowzero \(command)"))
    }

    @Test func globsAreReadInNameOrderAsOneSeries() throws {
        let scratch = try Scratch()
        let lines = samplePrices.split(separator: "\n").map(String.init)
        try scratch.write(([lines[0]] + lines[1...150]).joined(separator: "\n"), to: "data/b-2.csv")
        try scratch.write(([lines[0]] + lines[151...400]).joined(separator: "\n") + "\n", to: "data/b-10.csv")
        try scratch.write(smallStudy(path: "data/*.csv"), to: "study.yaml")
        let check = try scratch.program.run(["check", "study.yaml", "--json"])
        #expect(check.code == 0 && check.out.contains("\"bars\":400"))
        #expect(check.out.contains("data/b-10.csv, data/b-2.csv"))
    }
}
