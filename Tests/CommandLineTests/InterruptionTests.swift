import Foundation
import TestSupport
import Testing

/// Stopping the program in the middle: nothing half stands anywhere.
///
/// A child of a test's thread inherits its blocked signals, which is not how people start programs: `stopped_runs.py` starts them from
/// an empty mask, from a shell, and on a terminal.
@Suite struct InterruptionTests {
    /// Minute bars enough for many seconds when they are held for a month and walked bar by bar. Made once and only read after.
    private static let prices = Result { () -> Scratch in
        let scratch = try Scratch()
        let made = try scratch.program.run(
            ["synth", "--out", "prices", "--bars", "80000", "--interval", "1m", "--quiet"])
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
        ("QUIT to a background job", "131"), ("INT to synth", "130"), ("INT to check", "130"),
        ("INT to check of a study", "130"), ("INT to explain", "130"), ("INT to a sweep that reads", "130"),
        ("INT to a run that reads", "130"), ("INT to diff", "130"), ("INT to diff into a full pipe", "130"),
        ("INT to export into a full pipe", "130"), ("INT to a fetch", "130"), ("TERM to a fetch", "143"),
        ("HUP to a fetch", "143"),
    ])
    func otherWaysToStop(name: String, code: String) throws {
        let (ended, scratch) = try stopped(name)
        let said = (try? scratch.read("err")) ?? ""
        #expect(ended == code, "\(name): \(ended) \(said)")
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/out/run"))
        if name.hasSuffix("a fetch") { #expect(said.contains("what was fetched is kept"), "\(said)") }
    }

    /// Nothing of a file that is not whole stays, under any name, and it is said why.
    @Test(arguments: ["sqlite", "parquet"])
    func aStoppedExportLeavesNothing(form: String) throws {
        let (ended, scratch) = try stopped("INT to export as \(form)")
        let said = try scratch.read("err")
        #expect(ended == "130" && said.contains("interrupted; nothing was written"), "\(ended) \(said)")
        #expect(!scratch.files().contains { $0.contains("exported") }, "\(scratch.files())")
    }

    /// At work and while it waits for its turn: the history knows how the run ended, and what was finished can be gone on with.
    @Test(arguments: [
        ("INT", 130, "interrupted"), ("TERM", 143, "terminated"), ("HUP", 143, "the terminal was closed"),
    ])
    func aStoppedNightLeavesAWord(signal: String, code: Int, word: String) throws {
        for place in ["a night", "a run that waits"] {
            let (ended, scratch) = try stopped("\(signal) to \(place)")
            let said = try scratch.read("err")
            #expect(ended == String(code) && said.contains("\(word); nothing was written"), "\(ended) \(said)")
            let history = try scratch.program.run(["history", "--json", "--study", "small"])
            #expect(history.code == 0 && history.out.split(separator: "\n").count == 1, "\(place): \(history.out)")
            #expect(history.out.contains("\"exit_code\":\(code)") && history.out.contains(word), "\(history.out)")
            guard place == "a night" else { continue }
            #expect(said.contains("--resume goes on from there"))
            #expect(scratch.files().contains { $0.contains(".partial/pieces/") })
        }
    }

    /// Results that were not all read are 74, in silence: `| head` wants no words.
    @Test(arguments: ["a reader that left", "a reader that left, its signal ignored"])
    func readersMayLeave(name: String) throws {
        let (ended, scratch) = try stopped(name)
        #expect(ended == "74")
        #expect(try scratch.read("err").isEmpty)
    }

    /// Whoever reads a run's log or its words is not what the run is for.
    @Test(arguments: [("a reader of a run that left", "74"), ("a reader of a log that left", "0")])
    func aRunStandsWhoeverLeaves(name: String, code: String) throws {
        let (ended, scratch) = try stopped(name)
        #expect(ended == code)
        #expect(try scratch.read("out/run/results.csv").contains(",linear,long,100,"))
        #expect(!scratch.files().contains { $0.contains(".partial") })
        guard code == "74" else { return }
        #expect(try scratch.read("err").contains("closed by its reader before all was written; the run stands whole"))
    }

    /// Commands that are started are not told to ignore what we ignore: a pipeline of theirs ends as in any shell.
    @Test func commandsEndByTheirPipes() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let alert = "sh, -c, \"grep SigIgn /proc/self/status > seen\""
        let limit = "limits: [{measure: equity_mean_margin_frac, min: 5}]\non_breach: {command: [\(alert)]}"
        try scratch.write(smallStudy(limit: limit), to: "study.yaml")
        #expect(try scratch.program.run(["run", "study.yaml"]).code == 3)
        let mask = try #require(try scratch.read("seen").split(separator: "\t").last)
        let ignored = try #require(UInt64(mask.trimmingCharacters(in: .whitespacesAndNewlines), radix: 16))
        #expect(ignored & (1 << UInt64(SIGPIPE - 1)) == 0)
    }

    /// What the program blocks to wait for is not blocked in what it starts, however it was started itself.
    @Test func commandsStartWithTheirSignalsFree() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        let alert = """
            import signal
            free = [n for n in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1) if signal.getsignal(n) == signal.SIG_DFL]
            open("seen", "w").write(f"{len(signal.pthread_sigmask(signal.SIG_BLOCK, []))} {len(free)}")
            """
        try scratch.write(alert, to: "alert.py")
        let limit = "limits: [{measure: equity_mean_margin_frac, min: 5}]\non_breach: {command: [python3, alert.py]}"
        try scratch.write(smallStudy(limit: limit), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml"])
        #expect(run.code == 3, "\(run.err)")
        #expect(try scratch.read("seen") == "0 3")
    }
}
