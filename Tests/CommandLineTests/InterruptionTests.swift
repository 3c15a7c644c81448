import Foundation
import TestSupport
import Testing

/// Stopping the program in the middle: nothing half stands anywhere.
@Suite struct InterruptionTests {
    /// A run of many seconds: minute bars held for a month, walked bar by bar.
    private func longRun() throws -> (Scratch, [String]) {
        let scratch = try Scratch()
        #expect(
            try scratch.program.run(["synth", "--out", "prices", "--bars", "200000", "--interval", "1m", "--quiet"])
                .code == 0)
        return (
            scratch,
            [
                "sweep", "prices/SYN-MAJOR.csv", "--leverage", "1:125", "--horizon", "30d", "--kernel", "plain",
                "--out", "out/run",
            ]
        )
    }

    @Test(arguments: [(SIGINT, 130 as Int32, "interrupted"), (SIGTERM, 143, "terminated")])
    func signalsStopARunWithoutOutput(signal: Int32, code: Int32, word: String) throws {
        let (scratch, arguments) = try longRun()
        let running = try scratch.program.start(arguments)
        Thread.sleep(forTimeInterval: 1.5)
        #expect(running.process.isRunning)
        kill(running.process.processIdentifier, signal)
        running.process.waitUntilExit()
        let outcome = try running.outcome()
        #expect(
            outcome.code == code && outcome.err.contains("\(word); nothing was written"),
            "\(outcome.code) \(outcome.err)")
        #expect(!scratch.files().contains { $0.hasPrefix("out") })
    }

    @Test(arguments: 0..<12)
    func aKillNeverLeavesAHalfRunThatLooksWhole(moment: Int) throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        let running = try scratch.program.start(["run", "study.yaml", "--out", "out/run"])
        Thread.sleep(forTimeInterval: Double(moment) * 0.015)
        kill(running.process.processIdentifier, SIGKILL)
        running.process.waitUntilExit()
        let whole = FileManager.default.fileExists(atPath: scratch.path + "/out/run")
        let files = scratch.files().filter { $0.hasPrefix("out/run/") }
        #expect(whole == files.contains("out/run/index.html") && (!whole || files.contains("out/run/run.json")))
        #expect(
            scratch.files().filter { $0.hasPrefix("out/") && !$0.hasPrefix("out/run") }.allSatisfy {
                $0.hasPrefix("out/.run.")
            })
    }
}
