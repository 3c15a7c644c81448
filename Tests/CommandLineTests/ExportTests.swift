import Foundation
import TestSupport
import Testing

/// `belowzero export` and `--mail-body`. That other tools read what is written is tested by Tests/Readers.
@Suite struct ExportTests {
    /// A copy of a folder with a run, which is made once.
    private func run() throws -> Scratch { try Scratch(copyOf: ExportTests.ran.get()) }

    private static let ran = Result { try fresh() }

    private static func fresh() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write(smallStudy(), to: "study.yaml")
        let run = try scratch.program.run(["run", "study.yaml", "--out", "night/one", "--mail-body", "mail.html"])
        #expect(run.code == 0, "\(run.err)")
        return scratch
    }

    private func bytes(_ scratch: Scratch, _ name: String) -> Data {
        FileManager.default.contents(atPath: scratch.path + "/" + name) ?? Data()
    }

    @Test func equalRunsGiveEqualFiles() throws {
        let scratch = try run()
        #expect(try scratch.program.run(["run", "study.yaml", "--out", "night/two", "-j", "1"]).code == 0)
        for format in ["sqlite", "npy", "csv.gz", "parquet"] {
            for name in ["one", "two"] {
                let export = try scratch.program.run([
                    "export", "night/\(name)/", "--to", format, "-o", "\(name).\(format)",
                ])
                #expect(export.code == 0 && export.err.contains("Wrote \(name).\(format)"), "\(export.err)")
            }
            #expect(
                bytes(scratch, "one.\(format)") == bytes(scratch, "two.\(format)")
                    && !bytes(scratch, "one.\(format)").isEmpty)
        }
    }

    @Test func filesAreNamedAfterTheRun() throws {
        let scratch = try run()
        for (arguments, name) in [
            (["--to", "sqlite"], "one.sqlite"), (["--to", "npy"], "one-results.npy"),
            (["--to", "npy", "--table", "events"], "one-events.npy"), (["--to", "csv.gz"], "one-results.csv.gz"),
            (["--to", "parquet", "--table", "severity"], "one-severity.parquet"),
        ] {
            #expect(try scratch.program.run(["export", "night/one"] + arguments).code == 0)
            #expect(scratch.files().contains(name), "\(name)")
        }
        #expect(bytes(scratch, "one-results.npy").starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]))
        #expect(bytes(scratch, "one.sqlite").starts(with: Array("SQLite format 3\u{0}".utf8)))
        let parquet = bytes(scratch, "one-severity.parquet")
        #expect(parquet.starts(with: Array("PAR1".utf8)) && parquet.suffix(4) == Data("PAR1".utf8))
        #expect(!scratch.files().contains { $0.contains(".partial") })
    }

    @Test func nothingIsOverwritten() throws {
        let scratch = try run()
        try scratch.write("mine", to: "one.sqlite")
        for format in ["sqlite", "npy", "csv.gz", "parquet"] {
            let export = try scratch.program.run(["export", "night/one", "--to", format, "-o", "one.sqlite"])
            #expect(export.code == 73 && export.err.contains("exists already"), "\(export.err)")
        }
        #expect(try scratch.read("one.sqlite") == "mine")
    }

    @Test func whatIsNoRunIsRefused() throws {
        let scratch = try run()
        let none = try scratch.program.run(["export", "night", "--to", "sqlite"])
        #expect(none.code == 66 && none.err.contains("no run"))
        let table = try scratch.program.run(["export", "night/one", "--to", "npy", "--table", "event"])
        #expect(table.code == 64 && table.err.contains("did you mean 'events'?"))
        #expect(try scratch.program.run(["export", "night/one", "--to", "xlsx"]).code == 64)
    }

    @Test(arguments: [
        ("results.csv", "\n", ",surplus\n"), ("results.csv", "entries_count", "entries"),
        ("results.csv", ",long,", ",\"long,"),
        ("columns.csv", ",integer,", ",whole,"), ("columns.csv", "results.csv,", "../results.csv,"),
        ("results.csv", ",typical,delay,", ",typical,delay,many"),
    ])
    func aDamagedRunIsRefusedAndLeavesNothing(file: String, old: String, new: String) throws {
        let scratch = try run()
        let text = try scratch.read("night/one/" + file)
        try scratch.write(text.replacing(old, with: new), to: "night/one/" + file)
        for format in ["sqlite", "npy", "parquet"] {
            let export = try scratch.program.run(["export", "night/one", "--to", format])
            #expect(export.code == 65, "\(export.code) \(export.err)")
        }
        #expect(
            !scratch.files().contains { file in
                [".sqlite", ".npy", ".parquet"].contains(where: file.hasSuffix) || file.contains(".partial")
            })
    }

    @Test func theMailIsReplacedEveryNight() throws {
        let scratch = try run()
        let first = try scratch.read("mail.html")
        #expect(first.hasPrefix("<table") && first.contains("At 10×, a TWO long"))
        let again = try scratch.program.run(["run", "study.yaml", "--out", "again", "--mail-body", "mail.html"])
        #expect(try again.code == 0 && scratch.read("mail.html") == first)
        let text = try scratch.read("night/one/summary.txt")
        #expect(text.hasPrefix("Subject: [ok] TWO long 10× 1 d on typical: below zero "), "\(text)")
        #expect(text.contains("data to 2023-12-01"))
        let summary = try #require(
            JSONSerialization.jsonObject(with: bytes(scratch, "night/one/summary.json")) as? [String: Any])
        #expect(text.hasPrefix("Subject: \(summary["subject"] as? String ?? "–")\n"))
        // A mail that cannot be written is said; the run stands.
        let blocked = try scratch.program.run([
            "run", "study.yaml", "--out", "third", "--mail-body", "prices.csv/mail.html",
        ])
        #expect(
            blocked.code == 0 && blocked.err.contains("--mail-body") && scratch.files().contains("third/index.html"))
    }
}
