import Foundation
import TestSupport
import Testing

/// What `check` prints, and what it leaves out.
@Suite struct CheckAnswerTests {
    @Test func aQuietCheckPrintsErrorsOnly() throws {
        let scratch = try Scratch()
        try scratch.write(samplePrices, to: "prices.csv")
        try scratch.write("nothing\n", to: "bad.csv")
        let fine = try scratch.program.run(["check", "-q", "prices.csv"])
        #expect(fine.code == 0 && fine.out.isEmpty && fine.err.isEmpty, "\(fine.out) \(fine.err)")
        let bad = try scratch.program.run(["check", "-q", "prices.csv", "bad.csv"])
        #expect(bad.code == 65 && bad.out.isEmpty && bad.err.contains("bad.csv"), "\(bad.out) \(bad.err)")
        #expect(try scratch.program.run(["check", "-q", "--json", "prices.csv"]).out.contains("\"status\""))
    }

    /// An archive without members is its directory's end alone.
    @Test func anEmptyArchiveHoldsNoFile() throws {
        let scratch = try Scratch()
        let end = Data([0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18))
        try end.write(to: URL(fileURLWithPath: scratch.path + "/none.zip"))
        let found = try scratch.program.run(["check", "none.zip"])
        #expect(found.code == 65 && found.err.contains("it holds no file"), "\(found.code) \(found.err)")
    }

    /// Counts beside each other are grouped alike.
    @Test func countsAreGroupedAlike() throws {
        let scratch = try Scratch()
        let rows = (0..<1500).map { "\(1_700_000_000 + $0 * 3600),1,1,1,1,1" }
        try scratch.write((["time,open,high,low,close,volume"] + rows).joined(separator: "\n") + "\n", to: "p.csv")
        let text = try scratch.program.run(["check", "p.csv"]).out
        #expect(text.contains("1 500, of which 1 500 became bars") && !text.contains("1500"), "\(text)")
    }
}
