import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// What must happen to one broken file.
struct DirtyCase: CustomTestStringConvertible, Sendable {
    var file: String
    /// The reason of the refusal, or nil when the file is read.
    var refusal: IngestError.Reason?
    /// The check whose finding is looked at, when the file is read.
    var check = "bad_row"
    var line: Int?
    var column: Int?
    var text: String?
    /// A part of the message.
    var says = ""
    var bars = 0
    var count = 1
    var severity = Finding.Severity.warning

    var testDescription: String { file }

    static func refused(
        _ file: String, _ reason: IngestError.Reason, line: Int? = nil, column: Int? = nil, text: String? = nil,
        _ says: String
    ) -> DirtyCase {
        DirtyCase(file: file, refusal: reason, line: line, column: column, text: text, says: says)
    }

    static func read(
        _ file: String, bars: Int, _ check: String, _ severity: Finding.Severity, count: Int = 1, line: Int? = nil,
        column: Int? = nil, _ says: String
    ) -> DirtyCase {
        DirtyCase(
            file: file, check: check, line: line, column: column, says: says, bars: bars, count: count,
            severity: severity)
    }

    static let all: [DirtyCase] = [
        .refused("bad_number.csv", .malformed, line: 4, column: 5, text: "12x.5", "expected a decimal number"),
        .refused("hex_number.csv", .malformed, line: 4, column: 2, text: "0x1F", "expected a decimal number"),
        .refused("infinity.csv", .malformed, line: 4, column: 3, text: "inf", "expected a decimal number"),
        .refused("quoted_newline.csv", .malformed, line: 8, column: 6, text: "oops", "expected a decimal number"),
        .refused("unterminated_quote.csv", .malformed, line: 4, "a quote is left open"),
        .refused("stray_quote.csv", .malformed, line: 4, "stands where none may be"),
        .refused("nul_byte.csv", .malformed, line: 4, column: 5, text: "10·0.5", "expected a decimal number"),
        .refused("short_row.csv", .malformed, line: 4, "3 fields instead of 6"),
        .refused("long_row.csv", .malformed, line: 4, "7 fields instead of 6"),
        .refused(
            "digits_309.csv", .malformed, line: 4, column: 3, text: String(repeating: "9", count: 309),
            "expected a decimal number"),
        .refused("bad_time.csv", .malformed, line: 4, column: 1, text: "2021-02-30T00:00:00Z", "cannot read time"),
        .refused("empty.csv", .empty, "it holds no rows"),
        .refused("header_only.csv", .empty, "a header and no data rows"),
        .refused("blank_only.csv", .empty, "it holds no rows"),
        .refused("all_missing.csv", .empty, "none of 2 data rows"),
        .refused("truncated.csv.gz", .malformed, "the file ends inside the compressed data"),
        .refused("corrupt.csv.gz", .malformed, "of the compressed file"),
        .refused("trailing_garbage.csv.gz", .malformed, "incorrect header check"),
        .refused("archive.zip", .malformed, "cannot read the archive"),
        .refused("truncated.zip", .malformed, "cannot read the archive"),
        .refused("corrupt.zip", .malformed, "cannot read the archive"),
        .refused("locked.zip", .malformed, "No password"),
        .refused("empty.zip", .empty, "it holds no file"),
        .refused("truncated.csv.zst", .malformed, "the data end too early"),
        .refused("corrupt.csv.zst", .malformed, "in the compressed file"),
        .refused("trailing_garbage.csv.zst", .malformed, "in the compressed file"),
        .refused("utf32.csv", .unsupported, "UTF-32"),
        .refused("stated_twice.csv", .notRecognised, line: 1, "it may be 1 \"close\" or 2 \"close\""),
        .refused("two_markets.csv", .notRecognised, line: 1, "\"BTC\", \"ETH\""),
        .refused("trades.csv", .setting, line: 1, "each row is a single trade"),
        .refused("spreadsheet_days.csv", .notRecognised, line: 2, column: 1, text: "44256", "2021-03-01 00:00"),
        .refused("ambiguous_dates.csv", .notRecognised, line: 2, column: 1, text: "01/04/2020", "2020-04-01"),
        .refused(
            "contradictory_dates.csv", .notRecognised, line: 3, column: 1, text: "04/14/2020", "month comes first"),
        .refused("wrong_order.csv", .notRecognised, line: 1, "open, close, high, low fits 8 of 8"),
        .refused("rounded_stamps.csv", .malformed, line: 2, column: 1, text: "1.61888E+12", "which now repeat"),
        .refused("too_many_columns.csv", .tooLarge, line: 4, "more than 1 024 fields"),
        .read("utf16.csv", bars: 4, "time_order", .pass, count: 0, "ascending"),
        .read("utf16_unmarked.csv", bars: 4, "time_order", .pass, count: 0, "ascending"),
        .read("clean.zip", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("stored.zip", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("two_members.zip", bars: 6, "file_seams", .pass, count: 0, "2 files follow each other"),
        .read("clean.csv.zst", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("two_frames.csv.zst", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("utf16_big_endian.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("decimal_comma.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("split_time.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("trailing_commas.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("disclaimer.csv", bars: 6, "preamble", .note, line: 1, "1 row before the table"),
        .read("thousands_comma.csv", bars: 6, "extreme_bars", .note, line: 4, "(101 against 10501.3)"),
        .read("clean.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("bom.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("bom_quoted.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("crlf.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("lone_cr.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("blank_lines.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("no_final_newline.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("semicolons.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("quoted.csv", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("two_members.csv.gz", bars: 6, "time_order", .pass, count: 0, "ascending"),
        .read("missing_values.csv", bars: 5, "missing_value", .warning, line: 4, column: 2, "no price"),
        .read("duplicate_times.csv", bars: 6, "duplicate_times", .note, line: 4, "1 of 7 rows"),
        .read(
            "conflicting_duplicates.csv", bars: 6, "conflicting_duplicates", .warning, count: 2, line: 3,
            "101.5 and 777"),
        .read("out_of_order.csv", bars: 6, "time_order", .warning, line: 5, "1 of 5 rows"),
        .read("newest_first.csv", bars: 6, "time_order", .note, count: 5, line: 3, "newest first"),
        .read("gap.csv", bars: 6, "missing_bars", .warning, count: 3, line: 5, "3 bars of 1h missing"),
        .read("zero_price.csv", bars: 6, "non_positive_prices", .warning, line: 4, "the lowest is 0"),
        .read("negative_price.csv", bars: 6, "non_positive_prices", .warning, line: 4, "the lowest is -37.6"),
        .read("ohlc_inconsistent.csv", bars: 6, "ohlc_consistency", .warning, line: 4, "by 2.3"),
        .read("mixed_units.csv", bars: 4, "mixed_time_units", .note, "seconds in 2 rows, milliseconds in 1 row"),
        .read("preamble.csv", bars: 6, "preamble", .note, line: 1, "1 row before the table"),
        .read(
            "volume_words.csv", bars: 3, "zero_volume", .note, count: 2, line: 3,
            "2 of 3 bars have no volume (67 %); 1 of them missing or unreadable"),
        .read("proven_dates.csv", bars: 3, "date_order", .note, line: 3, column: 1, "13/04/2020"),
    ]
}

@Suite struct DirtyFileTests {
    @Test(arguments: DirtyCase.all)
    func expectedOutcome(_ wanted: DirtyCase) throws {
        let outcome = Outcome { () throws(IngestError) in
            try ingestSeries(BarSource(files: [DirtyFiles.path(wanted.file)]))
        }
        #expect(outcome.error?.reason == wanted.refusal, "\(outcome.rendered)")
        let finding = try #require(
            outcome.error?.finding ?? outcome.findings.first { $0.check == wanted.check }, "\(outcome.findings)")
        #expect(finding.message.contains(wanted.says), "\(finding.message)")
        #expect(finding.location?.line == wanted.line)
        if let column = wanted.column { #expect(finding.location?.column == column) }
        if let text = wanted.text { #expect(finding.location?.text == SourceLocation.presentable(text)) }
        if wanted.refusal == nil {
            #expect(outcome.columns.first?.count == wanted.bars)
            #expect(finding.count == wanted.count && finding.severity == wanted.severity)
        }
    }

    @Test func everyFileHasAnExpectation() {
        let expected = Set(DirtyCase.all.map(\.file)).union(["binary_junk.csv"])
        #expect(Set(DirtyFiles.names) == expected)
    }

    @Test func binaryJunkIsRefused() {
        #expect(throws: IngestError.self) {
            try ingestSeries(BarSource(files: [DirtyFiles.path("binary_junk.csv")]))
        }
    }

    @Test func cleanFormsAreTheSameSeries() {
        let forms = [
            "clean.csv", "bom.csv", "bom_quoted.csv", "crlf.csv", "lone_cr.csv", "blank_lines.csv", "semicolons.csv",
            "no_final_newline.csv", "quoted.csv", "two_members.csv.gz", "clean.zip", "stored.zip",
            "two_members.zip", "clean.csv.zst", "two_frames.csv.zst", "utf16_big_endian.csv", "decimal_comma.csv",
            "split_time.csv", "trailing_commas.csv", "disclaimer.csv", "preamble.csv", "newest_first.csv",
            "out_of_order.csv",
        ]
        let columns = forms.map { form in
            Outcome { () throws(IngestError) in try ingestSeries(BarSource(files: [DirtyFiles.path(form)])) }.columns
        }
        for (form, column) in zip(forms, columns) { #expect(column == columns[0], "\(form)") }
    }

    /// The result does not depend on where the text is cut, down to the lines in the findings.
    @Test(arguments: DirtyFiles.names)
    func everyChunkSize(_ name: String) {
        let bytes = DirtyFiles.bytes(name)
        func outcome(_ chunk: Int) -> Outcome {
            Outcome { () throws(IngestError) in
                try ingestSeries(
                    bytes: bytes, name: name, source: BarSource(files: []), options: IngestOptions(chunkBytes: chunk))
            }
        }
        let whole = outcome(max(1, bytes.count))
        for chunk in 1...max(1, bytes.count) {
            let cut = outcome(chunk)
            #expect(cut == whole, "chunk \(chunk)")
            if cut != whole { return }
        }
    }

    @Test func missingAndUnreadableFilesAreNoInput() {
        let missing = Outcome { () throws(IngestError) in try ingestSeries(BarSource(files: ["no/such/file.csv"])) }
        #expect(missing.error?.reason == .missing && missing.error?.exitIsNoInput == true)
        let folder = Outcome { () throws(IngestError) in try ingestSeries(BarSource(files: [DirtyFiles.folder])) }
        #expect(folder.error?.exitIsNoInput == true && folder.rendered.contains("directory"))
        let bad = Outcome { () throws(IngestError) in
            try ingestSeries(BarSource(files: [DirtyFiles.path("bad_number.csv")]))
        }
        #expect(bad.error?.exitIsNoInput == false)
        let none = Outcome { () throws(IngestError) in try ingestSeries(BarSource(files: [])) }
        #expect(none.error?.reason == .missing)
    }
}
