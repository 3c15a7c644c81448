import Foundation
import StressBasics
import TestSupport
import Testing

/// Killing the program at any moment: the whole run is there or nothing of it, and `--resume` finishes it with the same bytes.
///
/// `make check` leaves these out, as all of this target; `make test` runs them.
@Suite(.serialized) struct CrashTests {
    /// A study of three histories, of which the runs can be compared byte by byte.
    private struct Bench {
        let scratch: Scratch
        let program: Program
        /// The files of an uninterrupted run.
        let wanted: [String: Data]
        /// How long it took, seconds.
        let duration: Double
    }

    private static let study = """
        version: 1
        name: small
        data: [{asset: ONE, path: one.csv}, {asset: TWO, path: two.csv}, {asset: SIX, path: six.csv}]
        grid: {side: [long], leverage: [10], horizon: [4h, 1d]}
        platforms: {typical: {fees: {open: 0.0005, close: 0.0005}, slippage: 0.0005, tiers: [{to: .inf, rate: 0.005}]}}
        headline: {side: long, leverage: 10, horizon: 1d}
        """

    /// A folder with the study and its prices, and nothing else.
    private static func prepared() throws -> (scratch: Scratch, program: Program) {
        let scratch = try Scratch()
        for (name, shift) in [("one", "0"), ("two", "1"), ("six", "2")] {
            try scratch.write(samplePrices.replacing(",10\n", with: ",1\(shift)\n"), to: name + ".csv")
        }
        try scratch.write(CrashTests.study, to: "study.yaml")
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1700000000"
        return (scratch, program)
    }

    /// What nobody interrupts: its files, and how long it takes. Run once for all tests.
    private static let whole = Result { () -> (wanted: [String: Data], duration: Double) in
        let (scratch, program) = try prepared()
        let run = try program.run(["run", "study.yaml", "--out", "whole"])
        try #require(run.code == 0, "\(run.err)")
        // The second is as fast as those that will be killed.
        let begin = Date()
        #expect(try program.run(["run", "study.yaml", "--out", "timed"]).code == 0)
        return (try contents(scratch, "whole"), Date().timeIntervalSince(begin))
    }

    private func bench() throws -> Bench {
        let whole = try CrashTests.whole.get()
        let (scratch, program) = try CrashTests.prepared()
        return Bench(scratch: scratch, program: program, wanted: whole.wanted, duration: whole.duration)
    }

    /// Kills the program after a share of the time that an uninterrupted run takes.
    private func kill(_ bench: Bench, after share: Double, _ arguments: [String]) throws {
        let running = try bench.program.start(arguments)
        Thread.sleep(forTimeInterval: bench.duration * share)
        try running.killed()
    }

    /// Kills the program as soon as an unfinished run in `folder` has kept so many jobs, whichever they are; false when it came to its end
    /// before.
    private func kill(_ bench: Bench, in folder: String, onceItKept jobs: Int, _ arguments: [String]) throws -> Bool {
        let running = try bench.program.start(arguments)
        while running.process.isRunning, kept(in: bench.scratch.path + "/" + folder) < jobs { usleep(1000) }
        return try running.killed().code == -SIGKILL
    }

    private func kept(in folder: String) -> Int {
        let runs = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let run = runs.first(where: { $0.hasSuffix(".partial") }) else { return 0 }
        let pieces = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(run)/pieces")
        return pieces?.count { $0.hasPrefix("job-") } ?? 0
    }

    @Test func aHundredKillsAtRandomMoments() throws {
        let seed =
            UInt64(ProcessInfo.processInfo.environment["BELOWZERO_TEST_SEED"] ?? "") ?? UInt64.random(in: 1...99_999)
        print("kills at random moments: BELOWZERO_TEST_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let bench = try bench()
        #expect(bench.wanted.count > 15)
        var (whole, resumed) = (0, 0)
        for round in 0..<100 {
            let out = "out/\(round)"
            let arguments = ["run", "study.yaml", "--out", out]
            // Now and then the resumed run is killed, too.
            let kills = round % 5 == 0 ? 2 : 1
            for _ in 0..<kills { try kill(bench, after: random.uniform() * 1.1, arguments + ["--resume"]) }
            // A machine with other things to do comes less far in the same time.
            if round % 10 == 9 { _ = try kill(bench, in: "out", onceItKept: 1, arguments + ["--resume"]) }
            let left = (try? FileManager.default.contentsOfDirectory(atPath: bench.scratch.path + "/out")) ?? []
            #expect(left.allSatisfy { $0 == "\(round)" || $0 == ".\(round).partial" }, "seed \(seed): \(left)")
            if left.contains("\(round)") {
                whole += 1
                #expect(try contents(bench.scratch, out) == bench.wanted, "seed \(seed), round \(round)")
            }
            let end = try bench.program.run(arguments + ["--resume"])
            if end.err.contains("run resumed") { resumed += 1 }
            #expect(end.code == 0, "seed \(seed), round \(round): \(end.err)")
            let found = try contents(bench.scratch, out)
            for (name, text) in bench.wanted {
                #expect(found[name] == text, "seed \(seed), round \(round): \(name) differs")
            }
            #expect(found.count == bench.wanted.count)
            try FileManager.default.removeItem(atPath: bench.scratch.path + "/out")
        }
        print("of 100 kills \(whole) came after the end, and \(resumed) left jobs to go on from")
        #expect(resumed > 0, "kills hit runs that had finished something")
    }

    /// A run that was killed is found without its name, too, where the clock names the folder.
    @Test func theClocksFolderIsResumedAsWell() throws {
        let bench = try bench()
        var isKilled = false
        for _ in 0..<CrashTests.mostTries where !isKilled {
            try? FileManager.default.removeItem(atPath: bench.scratch.path + "/Reports")
            isKilled = try kill(bench, in: "Reports/small", onceItKept: 1, ["run", "study.yaml"])
        }
        try #require(isKilled, "one of the kills came between the first job and the end")
        let end = try bench.program.run(["run", "study.yaml", "--resume"])
        #expect(end.code == 0 && end.err.contains("run resumed"), "\(end.err)")
        let runs = try FileManager.default.contentsOfDirectory(atPath: bench.scratch.path + "/Reports/small")
        #expect(!runs.contains { $0.hasSuffix(".partial") })
        let run = try #require(runs.first { $0.hasPrefix("20") })
        #expect(try contents(bench.scratch, "Reports/small/" + run) == bench.wanted)
    }

    /// Whether a kill comes between two steps of the program is up to the machine; in so many tries one does.
    private static let mostTries = 200

    // MARK: What was kept

    /// Leaves a run with the first and another job kept and nothing written, as a kill before the writing does.
    private func unfinished(_ bench: Bench) throws {
        for _ in 0..<CrashTests.mostTries {
            try? FileManager.default.removeItem(atPath: bench.scratch.path + "/out")
            let isKilled = try kill(
                bench, in: "out", onceItKept: 2, ["run", "study.yaml", "--out", "out/run"])
            let isWhole = FileManager.default.fileExists(atPath: bench.scratch.path + "/out/run")
            let first = bench.scratch.path + "/out/.run.partial/pieces/job-1"
            if isKilled, !isWhole, FileManager.default.fileExists(atPath: first) { return }
        }
        Issue.record("no kill came between the first and another job and the end")
    }

    @Test func whatCannotBeTrustedIsComputedAgain() throws {
        let bench = try bench()
        let piece = "out/.run.partial/pieces/job-1"
        let resume = ["run", "study.yaml", "--out", "out/run", "--resume"]
        try unfinished(bench)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: bench.scratch.path + "/" + piece))
        bytes[bytes.count / 2] ^= 4
        try bytes.write(to: URL(fileURLWithPath: bench.scratch.path + "/" + piece))
        let damaged = try bench.program.run(resume)
        #expect(damaged.code == 0 && damaged.err.contains("what was kept of ONE is damaged; it is computed again"))
        #expect(try contents(bench.scratch, "out/run") == bench.wanted)

        try unfinished(bench)
        try bench.scratch.write(CrashTests.study.replacing("[4h, 1d]", with: "[4h, 2d, 1d]"), to: "study.yaml")
        let foreign = try bench.program.run(resume)
        #expect(
            foreign.code == 0 && foreign.err.contains("what was kept of ONE is of another program or study"),
            "\(foreign.err)")
        try bench.scratch.write(CrashTests.study, to: "study.yaml")

        try unfinished(bench)
        let prices = try bench.scratch.read("one.csv")
        try bench.scratch.write(prices.replacing(",80.5,", with: ",80.6,"), to: "one.csv")
        let changed = try bench.program.run(resume)
        #expect(changed.code == 0 && changed.err.contains("the files of ONE have changed; it is computed again"))
        #expect(try contents(bench.scratch, "out/run") != bench.wanted)
    }

    @Test func withoutResumeARunBeginsAnew() throws {
        let bench = try bench()
        try unfinished(bench)
        let run = try bench.program.run(["run", "study.yaml", "--out", "out/run"])
        #expect(
            run.code == 0 && run.err.contains("an unfinished run was discarded") && !run.err.contains("run resumed"))
        #expect(try contents(bench.scratch, "out/run") == bench.wanted)
        let again = try bench.program.run(["run", "study.yaml", "--out", "out/run", "--resume"])
        #expect(again.code == 0 && again.err.contains("finished already"))
        #expect(try bench.program.run(["run", "study.yaml", "--out", "-", "--resume"]).code == 64)
    }

    @Test func aRunAtWorkIsNotTakenOver() throws {
        let scratch = try Scratch()
        try scratch.write(longPrices(), to: "long.csv")
        let arguments = [
            "sweep", "long.csv", "--leverage", "1:125", "--horizon", "30d", "--kernel", "plain", "--out", "out/run",
        ]
        let running = try scratch.program.start(arguments)
        while running.process.isRunning, !scratch.files().contains("out/.run.partial") { usleep(1000) }
        let second = try scratch.program.run(arguments)
        #expect(second.code == 75 && second.err.contains("another process is at work"), "\(second.code) \(second.err)")
        #expect(running.process.isRunning)
        try running.killed()
    }

    // MARK: Signals

    /// Hourly prices of years, over which the judge walks for minutes.
    private func longPrices(bars: Int = 60_000, lowest: Int = 100) -> String {
        barsText(bars, seconds: 3600, decimals: true) { max(lowest, 100 + $0 * 7919 % 61) }
    }

    /// At any moment of a run, whatever it is doing: reading, walking, resampling, taking apart, writing.
    ///
    /// The histories are so short that reading, taking apart and writing have their share of the signals: of 60,000 bars the jobs took all
    /// but one of them, of 20,000 two thirds, of 8000 a half. How long that takes is printed, not tested: the machine may have other
    /// things to do.
    @Test func signalsEndARunAtEveryStage() throws {
        let scratch = try Scratch()
        try scratch.write(longPrices(bars: 8000), to: "long.csv")
        try scratch.write(longPrices(bars: 8000, lowest: 101), to: "other.csv")
        var program = scratch.program
        program.environment["SOURCE_DATE_EPOCH"] = "1700000000"
        let arguments = [
            "sweep", "long.csv", "other.csv", "--leverage", "1:125:4", "--horizon", "1d,7d,30d", "--no-cache", "--out",
        ]
        let begin = Date()
        #expect(try program.run(arguments + ["whole"]).code == 0)
        let duration = Date().timeIntervalSince(begin)
        let wanted = try contents(scratch, "whole")
        var longest = 0.0
        for step in 0..<12 {
            let running = try program.start(arguments + ["out/run", "--resume"])
            Thread.sleep(forTimeInterval: duration * (Double(step) + 0.5) / 12)
            let isTermination = step % 2 == 0
            let sent = Date()
            Foundation.kill(running.process.processIdentifier, isTermination ? SIGTERM : SIGINT)
            running.process.waitUntilExit()
            let outcome = try running.outcome()
            let stands = FileManager.default.fileExists(atPath: scratch.path + "/out/run")
            if outcome.code == 0 {
                #expect(stands)
            } else if outcome.code == -(isTermination ? SIGTERM : SIGINT) {
                // It came before there was anything to tidy up, and did what it does to any program.
                #expect(!outcome.err.contains("run start"))
            } else {
                #expect(outcome.code == (isTermination ? 143 : 130), "\(outcome.code) \(outcome.err)")
                longest = max(longest, Date().timeIntervalSince(sent))
                let kept = scratch.files().contains { $0.contains(".run.partial/pieces/") }
                #expect(stands || kept == outcome.err.contains("--resume goes on"), "step \(step): \(outcome.err)")
            }
            if stands { try FileManager.default.removeItem(atPath: scratch.path + "/out") }
        }
        print("a signal ended a run within \((longest * 1000).rounded() / 1000) s")
        #expect(try program.run(arguments + ["out/run", "--resume"]).code == 0)
        #expect(try contents(scratch, "out/run") == wanted)
    }

    /// Inside a job the judge's tallies are kept, too.
    @Test func aStoppedWalkGoesOnInsideItsJob() throws {
        let scratch = try Scratch()
        try scratch.write(longPrices(), to: "long.csv")
        let arguments = [
            "sweep", "long.csv", "--leverage", "1:125:10", "--horizon", "1d", "--kernel", "plain", "--resamples", "0",
            "--out",
        ]
        #expect(try scratch.program.run(arguments + ["whole"]).code == 0)
        let running = try scratch.program.start(arguments + ["out/run"])
        let tallies = { scratch.files().filter { $0.contains("/pieces/tally-") } }
        while running.process.isRunning, tallies().count < 3 { usleep(2000) }
        try running.killed()
        #expect(tallies().count >= 3)
        #expect(try scratch.program.run(arguments + ["out/run", "--resume"]).code == 0)
        #expect(try scratch.read("out/run/results.csv") == scratch.read("whole/results.csv"))
    }
}
