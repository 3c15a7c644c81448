import CSVIngest
import Foundation
import StressBasics
import TestSupport
import Testing

/// Tables that this program wrote, read again.
@Suite struct NamedTableTests {
    private let folder = TemporaryFolder()

    private func table(_ text: String, _ wanted: Set<String>) throws -> NamedTable {
        let path = try folder.subfolder() + "/table.csv"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return try NamedTable(file: path, wanted: wanted)
    }

    @Test func columnsByName() throws {
        let found = try table("a,\"b,c\",d\n1,\"x\ny\",3\n4,\"say \"\"no\"\"\",6\n", ["b,c", "d", "e"])
        #expect(found.rowCount == 2 && found["b,c"] == ["x\ny", "say \"no\""] && found["d"] == ["3", "6"])
        #expect(found["a"] == nil && found["e"] == nil)
        #expect(try table("a,b\n", ["a"]).rowCount == 0)
        #expect(try table("", ["a"])["a"] == nil)
    }

    /// Text that is written by our own rules comes back as it was, whatever it is.
    @Test(arguments: 0..<20)
    func everyTextComesBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let alphabet: [Character] = ["a", ",", "\"", "\n", " ", "ü", "0", "'", ";"]
        func word() -> String { String((0..<Int(random.next() % 6)).map { _ in alphabet[Int(random.next() % 9)] }) }
        let columns = (0..<4).map { _ in (0..<50).map { _ in word() } }
        let names = ["p", "q", "r", "s"]
        func quoted(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
        let lines = (0..<50).map { row in columns.map { quoted($0[row]) }.joined(separator: ",") }
        let found = try table(([names.joined(separator: ",")] + lines).joined(separator: "\n"), Set(names))
        for (name, column) in zip(names, columns) { #expect(found[name] == column, "seed \(seed)") }
    }

    @Test func raggedRowsAreRefused() throws {
        for text in ["a,b\n1,2\n3\n", "a,b\n1,2\n3,4,5\n"] {
            let error = #expect(throws: IngestError.self) { try table(text, ["a"]) }
            #expect(error?.finding.location?.line == 3 && error?.reason == .malformed)
        }
        let error = #expect(throws: IngestError.self) { try table("a,b\n1,\"2\n", ["a"]) }
        #expect(error?.reason == .malformed)
    }
}
