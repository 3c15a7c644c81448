import Foundation
import TestSupport
import Testing

/// Stopping the program in the middle: nothing half stands anywhere.
///
/// A child of a test's thread inherits its blocked signals, which is not how people start programs: `stopped_runs.py` starts them from
/// an empty mask, from a shell, and on a terminal.
@Suite struct InterruptionTests {
    /// Minute bars enough for many seconds when they are held for a month and walked bar by bar. Made once and only read after.
    nonisolated(unsafe) private static let prices = Result { () -> Scratch in
        let scratch = try Scratch()
        let made = try scratch.program.run(
            ["synth", "--out", "prices", "--bars", "200000", "--interval", "1m", "--quiet"])
        guard made.code == 0 else { throw CocoaError(.fileReadUnknown) }
        return scratch
    }

    private func stopped(_ name: String) throws -> (code: String, scratch: Scratch) {
        let scratch = try Scratch()
        let prices = try InterruptionTests.prices.get().path + "/prices"
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/prices", withDestinationPath: prices)
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = [
            "python3", packageRoot + "/Tests/Support/stopped_runs.py", Program.path, scratch.path, name,
        ]
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        return (text.trimmingCharacters(in: .whitespacesAndNewlines), scratch)
    }

    @Test(arguments: [
        ("INT", "130", "interrupted"), ("TERM", "143", "terminated"), ("HUP", "143", "the terminal was closed"),
        ("INT, all blocked by the parent", "130", "interrupted"), ("INT to a background job", "130", "interrupted"),
        ("HUP under nohup, then TERM", "143", "terminated"),
    ])
    func signalsStopARunThatCanBeGoneOnWith(name: String, code: String, word: String) throws {
        let (ended, scratch) = try stopped(name)
        let said = try scratch.read("err")
        #expect(ended == code && said.contains("\(word); nothing was written"), "\(ended) \(said)")
        // What stands is what the message names: the unfinished run, hidden.
        #expect(scratch.files().filter { $0.hasPrefix("out/") }.allSatisfy { $0.hasPrefix("out/.run.partial") })
    }

    @Test(arguments: [
        ("Ctrl-C on a terminal", "130"), ("a terminal that is closed", "143"), ("QUIT", "131"),
        ("QUIT to a background job", "131"), ("INT to synth", "130"),
    ])
    func otherWaysToStop(name: String, code: String) throws {
        let (ended, scratch) = try stopped(name)
        #expect(ended == code, "\(name)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/out/run"))
    }
}
