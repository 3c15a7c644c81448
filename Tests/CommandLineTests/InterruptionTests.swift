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
        // What stands is what the message names: the unfinished run, hidden.
        #expect(scratch.files().filter { $0.hasPrefix("out/") }.allSatisfy { $0.hasPrefix("out/.run.partial") })
    }
}
