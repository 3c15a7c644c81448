import Foundation
import TestSupport
import Testing

/// Where commands write what a user names: `-`, other people's files, names made of a file's.
@Suite struct WrittenPlaceTests {
    private let scratch: Scratch

    /// A folder with a run. Made once; every test has a copy.
    private static let ran = Result { try fresh() }

    init() throws { scratch = try Scratch(copyOf: WrittenPlaceTests.ran.get()) }

    private static func fresh() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(limit: "statistics: {resamples: 0}\n"), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml"])
        try #require(run.code == 0, "\(run.err)")
        return scratch
    }

    private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: scratch.path + "/" + path) }

    /// `-` is standard output or is refused: it is never the name of a file.
    @Test(arguments: [
        (["index", "--out", "-"], "<!doctype html>"), (["explain", "study.yaml", "--page", "-"], "<!doctype html>"),
        (["run", "study.yaml", "--out", "-"], "run_id,"), (["sweep", "prices.csv", "--out", "-"], "run_id,"),
    ])
    func aDashIsStandardOutput(arguments: [String], start: String) throws {
        let before = scratch.files()
        let printed = try scratch.program.run(arguments)
        #expect(printed.code == 0 && printed.out.hasPrefix(start), "\(printed.err)")
        if start.hasPrefix("<") { #expect(printed.out.hasSuffix("</html>\n")) }
        #expect(scratch.files() == before)
        let json = try scratch.program.run(arguments + ["--json"])
        #expect(json.code == 64 && json.err.contains("is no JSON"), "\(json.err)")
    }

    @Test(arguments: [
        ["run", "study.yaml", "--mail-body", "-"], ["sweep", "prices.csv", "--mail-body", "-"],
        ["run", "study.yaml", "--store", "-"], ["history", "--store", "-"], ["store", "rebuild", "--store", "-"],
        ["run", "study.yaml", "--cache", "-"], ["check", "prices.csv", "--cache", "-"],
        ["diff", "Reports/small/latest", "Reports/small/latest", "--out", "-"], ["synth", "--out", "-"],
        ["fetch", "BTCUSDT", "--from", "2023-01", "--out", "-"], ["init", "-"], ["init", "new.yaml", "--systemd", "-"],
        ["export", "Reports/small/latest", "--to", "npy", "--out", "-", "--json"],
        ["report", "Reports/small/latest", "--out", "-"], ["report", "Reports/small/latest", "--csv", "--out", "-"],
    ])
    func whatCannotBeStandardOutputIsRefused(arguments: [String]) throws {
        let before = scratch.files()
        let refused = try scratch.program.run(arguments)
        #expect(refused.code == 64 && refused.err.contains("standard output"), "\(refused.code) \(refused.err)")
        #expect(scratch.files() == before)
    }

    /// Every option whose help speaks of a file or folder to write is in the lists above.
    @Test func noOptionIsForgotten() throws {
        let manual = try scratch.program.run(["manual"]).out.replacing("\\-", with: "-")
        let writing = Set(
            manual.matches(of: /--(out|page|mail-body|store|cache|systemd|output|log-file|csv|html)\b/).map {
                "\($0.1)"
            })
        // With --csv the place is that of --out.
        #expect(writing == ["out", "page", "mail-body", "store", "cache", "systemd", "csv"])
    }

    /// A slip in `--store` must not put somebody's prices aside.
    @Test(arguments: [
        ["run", "study.yaml", "--store", "prices.csv"], ["history", "--store", "prices.csv"],
        ["store", "check", "--store", "prices.csv"], ["store", "rebuild", "--store", "prices.csv"],
        ["index", "--store", "prices.csv"],
    ])
    func whatIsNoHistoryIsLeftAlone(arguments: [String]) throws {
        // Whoever takes a turn leaves the lock of the folder.
        func files() -> [String] { scratch.files().filter { !$0.hasSuffix(".belowzero.lock") } }
        let before = files()
        let refused = try scratch.program.run(arguments)
        #expect(
            refused.code == 73 && refused.err.contains("prices.csv is no history of runs, so it is left alone"),
            "\(refused.code) \(refused.err)")
        #expect(try scratch.read("prices.csv") == samplePrices && files() == before)
    }

    /// What the run would refuse or warn of is known before the night.
    @Test func aCheckKnowsNamesAndMetrics() throws {
        // The history knows a study by its place.
        let scratch = try WrittenPlaceTests.fresh()
        let own = try scratch.program.run(["check", "study.yaml"])
        #expect(own.code == 0, "\(own.err)")
        try scratch.write(try scratch.read("study.yaml"), to: "copy.yaml")
        for command in [["check", "copy.yaml"], ["run", "copy.yaml", "--dry-run"], ["run", "copy.yaml"]] {
            let taken = try scratch.program.run(command)
            #expect(taken.code == 78 && taken.err.contains("the name 'small' belongs to"), "\(command) \(taken.err)")
        }
        try scratch.write("mine", to: "mine.prom")
        try scratch.write(try scratch.read("study.yaml") + "metrics_file: mine.prom\n", to: "study.yaml")
        for command in [["check", "study.yaml"], ["run", "study.yaml", "--dry-run"], ["run", "study.yaml"]] {
            let warned = try scratch.program.run(command)
            #expect(
                warned.code == 0 && warned.err.contains("mine.prom is not a metrics file of this program"),
                "\(command) \(warned.err)")
        }
    }

    /// The name that `init` makes of a file's is one that a study may have.
    @Test(arguments: ["=x.yaml", "--.yaml", ".hidden.yaml", "a b.yaml", "ü.yaml", "-.-9.yaml", "null.yaml"])
    func initNamesAStudyThatRuns(file: String) throws {
        let path = "./" + file
        let made = try scratch.program.run(["init", path])
        #expect(made.code == 0, "\(made.err)")
        let check = try scratch.program.run(["check", path])
        #expect(check.code == 0, "\(check.err)")
    }
}
