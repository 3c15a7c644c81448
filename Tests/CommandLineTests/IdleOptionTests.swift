import Foundation
import TestSupport
import Testing

/// What was typed and has no effect, or cannot be meant, is said and not passed over.
@Suite struct IdleOptionTests {
    private func folder() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        return scratch
    }

    @Test(arguments: [
        ("--fill gap --delay 5m", "--delay is of --fill auto and delay, and decides nothing with --fill gap"),
        ("--fill worst --overshoot 3", "--overshoot is of --fill auto and delay"),
        ("--fill gap --latency 3", "--latency is of --fill next"),
        ("--no-liquidation --fill worst", "--fill decides nothing with --no-liquidation"),
        ("--no-liquidation --bounds", "--bounds decides nothing with --no-liquidation"),
    ]) func optionsWithoutEffectAreRefused(options: String, words: String) throws {
        let command = ["sweep", "prices.csv"] + options.split(separator: " ").map(String.init) + ["--out", "run"]
        let found = try folder().program.run(command)
        #expect(found.code == 64 && found.err.contains(words), "\(found.code) \(found.err)")
    }

    @Test func optionsWithEffectAreTaken() throws {
        for options in [["--fill", "delay", "--delay", "5m"], ["--no-liquidation"], ["--fill", "gap", "--bounds"]] {
            let found = try folder().program.run(["sweep", "prices.csv", "--print-study"] + options)
            #expect(found.code == 0, "\(options): \(found.err)")
        }
    }

    /// Zero is as far as a price falls, where it is no future of oil.
    @Test func aStopBeyondZeroIsSaid() throws {
        let scratch = try folder()
        func words(_ options: [String]) throws -> String {
            try scratch.program.run(["sweep", "prices.csv", "--print-study"] + options).err
        }
        let beyond = "stop_loss of 500% is met by a long at prices of zero or less alone"
        #expect(try words(["--stop-loss", "500%"]).contains(beyond))
        #expect(try !words(["--stop-loss", "500%", "--side", "short"]).contains(beyond))
        #expect(try !words(["--stop-loss", "50%"]).contains("prices of zero"))
    }

    @Test func aFileIsOneHistory() throws {
        let scratch = try folder()
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/link.csv", withDestinationPath: scratch.path + "/prices.csv")
        for again in ["prices.csv", "./prices.csv", "link.csv"] {
            let found = try scratch.program.run(["sweep", "prices.csv", again, "--out", "run"])
            #expect(found.code == 64 && found.err.contains("\(again) is given twice"), "\(found.code) \(found.err)")
        }
    }

    /// The parser asks for the nearest of all names, however far.
    @Test func onlyANearNameIsAskedFor() throws {
        let far = try folder().program.run(["run", "--bogus"])
        #expect(far.code == 64 && far.err.contains("Unknown option '--bogus'\n"), "\(far.err)")
        let near = try folder().program.run(["run", "--print-studi"])
        #expect(near.code == 64 && near.err.contains("Did you mean '--print-study'?"), "\(near.err)")
        let own = try folder().program.run(["sweep", "prices.csv", "prices.csv", "--json"])
        #expect(own.code == 64 && own.out.split(separator: "\n").count == 1, "a failure is one object: \(own.out)")
        let json = try folder().program.run(["run", "--bogus", "--json"])
        #expect(json.out.contains("\"Unknown option '--bogus'\""), "\(json.out)")
    }
}
