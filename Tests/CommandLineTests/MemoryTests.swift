import Foundation
import TestSupport
import Testing

/// The memory budget: kept, and without a trace in the results.
@Suite(
    .serialized,
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status"), "there is no /proc to read memory from"))
struct MemoryTests {
    /// Six long histories; they are one file under six names.
    private func folder() throws -> (Scratch, [String]) {
        let scratch = try Scratch()
        try scratch.write(barsText(400_000, seconds: 60) { 100 + $0 * 7919 % 61 }, to: "one.csv")
        let names = (1...6).map { "history-\($0).csv" }
        for name in names {
            try FileManager.default.linkItem(atPath: scratch.path + "/one.csv", toPath: scratch.path + "/" + name)
        }
        return (scratch, names)
    }

    /// The most memory that a process took so far, bytes; nil once it has ended.
    private func peak(_ process: Int32) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }

    private func run(_ scratch: Scratch, _ arguments: [String]) throws -> (outcome: Outcome, peak: Int) {
        let running = try scratch.program.start(arguments)
        var most = 0
        while running.process.isRunning {
            most = max(most, peak(running.process.processIdentifier) ?? 0)
            // The kernel remembers the most; looking more often would cost as much as a tenth of the run.
            usleep(4000)
        }
        return (try running.outcome(), most)
    }

    /// Mebibytes that a dry run says it would take.
    private func planned(_ plan: String) throws -> Int {
        let words = try #require(plan.firstMatch(of: /Memory: about ([0-9.]+) (MiB|GiB)/))
        return Int(try #require(Double(words.1)) * (words.2 == "GiB" ? 1024 : 1))
    }

    @Test func theBudgetIsKeptAndChangesNothing() throws {
        let (scratch, names) = try folder()
        let arguments =
            ["sweep"] + names + [
                "--leverage", "1,20", "--side", "long", "--horizon", "1d", "--resamples", "0", "--no-cache", "--out",
                "-",
            ]
        let budget = 180 << 20
        let tight = try run(scratch, arguments + ["-j", "6", "--memory", "180M"])
        #expect(tight.outcome.code == 0, "\(tight.outcome.err)")
        #expect(tight.peak > 0 && tight.peak <= budget, "\(tight.peak >> 20) MiB")
        let free = try run(scratch, arguments + ["-j", "6"])
        let alone = try run(scratch, arguments + ["-j", "1", "--memory", "180M"])
        #expect(tight.outcome.out == free.outcome.out && alone.outcome.out == free.outcome.out)
        #expect(rows(free.outcome.out).count == 12)
        // One history after the other, not six together. How many really meet in memory without a budget is up to the machine.
        let plans = try [["--memory", "180M"], []].map {
            try scratch.program.run(arguments + ["-j", "6", "--dry-run"] + $0).out
        }
        #expect(plans[0].contains("6 in 6 groups") && plans[1].contains("6 in 1 group"), "\(plans)")
    }

    @Test func whatIsPlannedIsAboveWhatIsTaken() throws {
        let (scratch, names) = try folder()
        let arguments = [
            "sweep", names[0], "--leverage", "1:125:4", "--horizon", "1h,1d", "--no-cache", "--resamples", "200",
            "-j", "2",
        ]
        let plan = try scratch.program.run(arguments + ["--dry-run"]).out
        let planned = try planned(plan)
        let taken = try run(scratch, arguments + ["--out", "run"])
        #expect(taken.outcome.code == 0, "\(taken.outcome.err)")
        let peak = taken.peak >> 20
        #expect(peak < planned && planned < 4 * peak, "planned \(planned), taken \(peak) MiB")
    }

    /// Everybody lives through all histories at once: what that takes is planned, and refused before anything is read.
    @Test func theLedgerIsPlanned() throws {
        let scratch = try Scratch()
        for name in ["a", "b"] {
            try scratch.write(barsText(150_000, seconds: 60) { 100 + $0 % 2 }, to: name + ".csv")
        }
        try scratch.write(
            """
            version: 1
            data: [{asset: A, path: a.csv}, {asset: B, path: b.csv}]
            grid: {leverage: [2], horizon: [1h]}
            platforms: {p: {tiers: [{to: .inf, rate: 0.005}]}}
            statistics: {resamples: 0}
            ledger: {population: bitmex-2019, horizon: 7d}
            """, to: "study.yaml")
        let arguments = ["run", "study.yaml", "--no-cache", "--no-store", "-j", "2"]
        let planned = try planned(try scratch.program.run(arguments + ["--dry-run"]).out)
        let taken = try run(scratch, arguments + ["--out", "run"])
        #expect(taken.outcome.code == 0, "\(taken.outcome.err)")
        #expect(taken.peak >> 20 < planned, "\(taken.peak >> 20) MiB of \(planned) planned")
        let refused = try scratch.program.run(arguments + ["--out", "no", "--memory", "160M"])
        #expect(refused.code == 78 && refused.err.contains("fewer classes of the population"), "\(refused.err)")
        #expect(!scratch.files().contains { $0.hasPrefix("no/") })
    }

    /// A grid too large to be computed at once is computed in parts, and nothing shows it.
    @Test func aLargeGridIsComputedInParts() throws {
        let scratch = try Scratch()
        #expect(try scratch.program.run(["synth", "--out", "p", "--bars", "12000", "--quiet"]).code == 0)
        let arguments = [
            "sweep", "p/SYN-MAJOR.csv", "--leverage", "1:125:1", "--horizon", "1h,4h,1d,2d,3d,7d,14d,30d",
            "--resamples", "100", "--no-cache", "-j", "2",
        ]
        let budget = "540M"
        // What is planned is below the budget, and what is taken is below what is planned: the promise has a margin.
        let plan = try scratch.program.run(arguments + ["--dry-run", "--memory", budget]).out
        #expect(plan.contains("its cells in 2 parts"), "\(plan)")
        let whole = try planned(try scratch.program.run(arguments + ["--dry-run"]).out)
        let planned = try planned(plan)
        #expect(planned < 540 && planned < whole)
        let tight = try run(scratch, arguments + ["--out", "tight", "--memory", budget])
        let free = try run(scratch, arguments + ["--out", "free"])
        #expect(tight.outcome.code == 0 && free.outcome.code == 0, "\(tight.outcome.err)")
        for table in scratch.files().filter({ $0.hasPrefix("free/") && $0.hasSuffix(".csv") }) {
            let isEqual =
                try scratch.read(table) == scratch.read(table.replacingOccurrences(of: "free/", with: "tight/"))
            #expect(isEqual, "\(table)")
        }
        #expect(tight.peak >> 20 < planned, "\(tight.peak >> 20) MiB of \(planned) planned")
    }

    /// A packed file holds far more bars than its size tells: its job fails once they are counted, and the others go on.
    @Test func aHistoryThatIsLargerThanItLooksFailsAlone() throws {
        let scratch = try Scratch()
        try scratch.write(barsText(400_000, seconds: 60) { _ in 100 }, to: "large.csv")
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", scratch.path + "/large.csv"]
        try gzip.run()
        gzip.waitUntilExit()
        try scratch.write(samplePrices, to: "small.csv")
        let study = smallStudy(path: "small.csv").replacingOccurrences(
            of: "path: small.csv}", with: "path: small.csv}, {asset: LARGE, path: large.csv.gz}")
        try scratch.write(study, to: "study.yaml")
        let outcome = try scratch.program.run(["run", "study.yaml", "--out", "run", "--memory", "140M", "--no-store"])
        #expect(outcome.code == 4, "\(outcome.err)")
        #expect(outcome.err.contains("LARGE: it needs about") && outcome.err.contains("140 MiB are allowed"))
        let summary = try JSONSerialization.jsonObject(with: Data(scratch.read("run/summary.json").utf8))
        let failures = (summary as? [String: Any])?["failures"] as? [[String: Any]]
        #expect(failures?.map { $0["reason"] as? String } == ["memory"])
        #expect(try scratch.read("run/index.html").contains("LARGE: it needs about"))
        let cells = rows(try scratch.read("run/results.csv"))
        #expect(cells.allSatisfy { ($0["status"] == "no_data") == ($0["asset"] == "LARGE") } && cells.count == 24)
    }
}
