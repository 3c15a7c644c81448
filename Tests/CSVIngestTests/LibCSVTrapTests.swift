import CLibCSV
import PriceSeries
import StressBasics
import Testing

@testable import CSVIngest

/// Four habits of libcsv 3.0.3 that lose or invent rows for whoever does not know them: each shown, and each avoided.
@Suite struct LibCSVTrapTests {
    /// What a plain use of libcsv collects: fields joined by `|`, rows closed by `;`.
    private final class Collected {
        var text = ""
        var afterParse = ""
        var error: Int32 = 0
        var parsed = 0
    }

    private func parse(_ text: String, options: Int32) -> Collected {
        let collected = Collected()
        var parser = csv_parser()
        csv_init(&parser, UInt8(options))
        defer { csv_free(&parser) }
        let data = Unmanaged.passUnretained(collected).toOpaque()
        let field: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = {
            bytes, count, data in
            guard let data else { return }
            let text = String(
                decoding: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count), as: UTF8.self)
            Unmanaged<Collected>.fromOpaque(data).takeUnretainedValue().text += text + "|"
        }
        let row: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { _, data in
            guard let data else { return }
            Unmanaged<Collected>.fromOpaque(data).takeUnretainedValue().text += ";"
        }
        let bytes = Array(text.utf8)
        collected.parsed = csv_parse(&parser, bytes, bytes.count, field, row, data)
        collected.error = csv_error(&parser)
        collected.afterParse = collected.text
        csv_fini(&parser, field, row, data)
        return collected
    }

    private let strict = CSV_STRICT | CSV_STRICT_FINI
    private let header = "time,open,high,low,close,volume\n"

    private func read(_ text: String) -> Outcome {
        Outcome { () throws(IngestError) in try ingest(text) }
    }

    /// The last row of a file that does not end in a line end comes only with `csv_fini`.
    @Test func theLastRowComesAtTheEnd() {
        let plain = parse("1,2\n3,4", options: strict)
        #expect(plain.afterParse == "1|2|;3|" && plain.text == "1|2|;3|4|;")
        let whole = read(header + hourlyRow(0) + "\n" + hourlyRow(1))
        #expect(whole.columns.first?.count == 2)
    }

    /// After an error `csv_fini` still hands out the broken row.
    @Test func anErrorIsFollowedByARow() {
        let plain = parse("1,2\n3,a\"b\n", options: strict)
        #expect(plain.error == CSV_EPARSE && plain.parsed < 9)
        #expect(plain.text == "1|2|;3|a|;", "the row in two is handed out as if it were whole")
        let outcome = read(header + hourlyRow(0) + "\n" + hourlyRow(1) + "\"\n")
        #expect(outcome.columns.isEmpty && outcome.error?.finding.location?.line == 3, "\(outcome.rendered)")
        #expect(outcome.error?.why.contains("a quote is left open, or stands where none may be") == true)
    }

    /// A quote that is never closed takes the rest of the file for one field, without a word unless both flags are set.
    @Test func anOpenQuoteTakesTheRest() {
        let text = "1,\"2\n3,4\n5,6\n"
        for options in [0, CSV_STRICT] {
            let plain = parse(text, options: options)
            #expect(plain.error == 0 && plain.text == "1|2\n3,4\n5,6\n|;", "options \(options)")
        }
        let rows = (0..<3).map(hourlyRow)
        let outcome = read(header + rows[0] + "\n\"" + rows[1] + "\n" + rows[2] + "\n")
        #expect(
            outcome.error?.reason == .malformed && outcome.error?.finding.location?.line == 3, "\(outcome.rendered)")
        #expect(outcome.error?.why.contains("a quote is left open") == true)
    }

    /// A byte order mark before a quoted field makes the quotes part of the text, or an error in strict mode.
    @Test func aMarkBreaksAQuotedField() {
        #expect(parse("\u{FEFF}\"a\",b\n", options: 0).text == "\u{FEFF}\"a\"|b|;")
        #expect(parse("\u{FEFF}\"a\",b\n", options: strict).error == CSV_EPARSE)
        let outcome = read("\u{FEFF}\"time\",open,high,low,close,volume\n" + hourlyRow(0) + "\n" + hourlyRow(1) + "\n")
        #expect(outcome.columns.first?.count == 2, "\(outcome.rendered)")
    }
}
