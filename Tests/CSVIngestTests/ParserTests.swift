import StressBasics
import Testing

@testable import CSVIngest

/// The wrapper of libcsv against a splitter that is too simple to be wrong.
@Suite struct ParserTests {
    /// Rows as the parser delivers them, with the line each begins on.
    struct Row: Equatable {
        var line: Int
        var fields: [String]
    }

    /// Random rows as text, and what must be read from them.
    private func randomText(_ random: inout SeededGenerator) -> (text: String, rows: [Row]) {
        var text = ""
        var rows: [Row] = []
        var line = 1
        let ending = ["\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            while Int.random(in: 0..<4, using: &random) == 0 {
                text += ending
                line += 1
            }
            let fields = (0..<Int.random(in: 1...5, using: &random)).map { _ in randomField(ending, &random) }
            // A lone unquoted empty field is a blank line, which libcsv skips.
            guard fields.count > 1 || !fields[0].written.isEmpty else { continue }
            let written = fields.map(\.written).joined(separator: ",")
            rows.append(Row(line: line, fields: fields.map(\.value)))
            text += written + ending
            line += 1 + fields.reduce(0) { $0 + $1.lineEnds }
        }
        return (Bool.random(using: &random) ? text : String(text.unicodeScalars.dropLast(ending.utf8.count)), rows)
    }

    private func randomField(
        _ ending: String, _ random: inout SeededGenerator
    ) -> (written: String, value: String, lineEnds: Int) {
        let alphabet = ["a", "7", ".", "é", "x", "-"]
        var value = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            alphabet.randomElement(using: &random) ?? "a"
        }
        guard Bool.random(using: &random) else { return (value.joined(), value.joined(), 0) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            value.insert([",", "\"", ending, " "].randomElement(using: &random) ?? ",", at: 0)
        }
        let written = "\"" + value.map { $0 == "\"" ? "\"\"" : $0 }.joined() + "\""
        return (written, value.joined(), value.count { $0 == ending })
    }

    private func parse(_ text: String, chunk: Int) throws -> [Row] {
        final class Rows {
            var rows: [Row] = []
            var fields: [String] = []
            let cursor: UnsafeMutablePointer<RowCursor>
            init(_ cursor: UnsafeMutablePointer<RowCursor>) { self.cursor = cursor }
        }
        var parser = CSVParser()
        let collected = Rows(parser.cursor)
        let callbacks = RowCallbacks(
            field: { text, count, data in
                guard let data else { return }
                let rows = Unmanaged<Rows>.fromOpaque(data).takeUnretainedValue()
                rows.fields.append(
                    String(decoding: UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : count), as: UTF8.self)
                )
            },
            row: { _, data in
                guard let data else { return }
                let rows = Unmanaged<Rows>.fromOpaque(data).takeUnretainedValue()
                rows.rows.append(Row(line: rows.cursor.pointee.line, fields: rows.fields))
                rows.fields = []
            }, data: Unmanaged.passUnretained(collected).toOpaque())
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try bytes[start..<min(bytes.count, start + chunk)].withUnsafeBufferPointer {
                try parser.feed($0, to: callbacks)
            }
        }
        try parser.finish(callbacks)
        return withExtendedLifetime(collected) { collected.rows }
    }

    @Test(arguments: 0..<400)
    func randomTextsAreSplitLikeTheReference(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (text, wanted) = randomText(&random)
        for chunk in [1, 2, 3, 7, max(1, text.utf8.count)] {
            let rows = try parse(text, chunk: chunk)
            #expect(rows == wanted, "seed \(seed), chunk \(chunk): \(text.debugDescription)")
        }
    }

    @Test func longFieldsAreRefused() throws {
        #expect(try parse(String(repeating: "a", count: 65_000), chunk: 1000).count == 1)
        #expect(throws: CSVParser.Failure.self) { try parse(String(repeating: "a", count: 70_000), chunk: 1000) }
        #expect(throws: CSVParser.Failure.self) {
            try parse("a,\"" + String(repeating: "b\n", count: 70_000), chunk: 1000)
        }
    }

    @Test func linesOfEveryEnding() throws {
        let rows = try parse("a\nb\r\nc\rd\r\r\n\n\"e\rf\r\ng\nh\"\ni", chunk: 1)
        #expect(rows.map(\.line) == [1, 2, 3, 4, 7, 11])
    }
}
