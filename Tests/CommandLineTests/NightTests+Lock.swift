import Foundation
import TestSupport
import Testing

/// Runs that wait for one another.
extension NightTests {
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
}
