import CSVIngest
import PriceSeries
import StressBasics
import Testing

/// What must happen to one broken funding, margin or tier file.
struct AuxiliaryCase: CustomTestStringConvertible, Sendable {
    var file: String
    /// The reason of the refusal, or nil when the file is read.
    var refusal: IngestError.Reason?
    var check = ""
    var severity = Finding.Severity.warning
    var count = 1
    var line: Int?
    /// A part of the message, or of the hint.
    var says: String

    var testDescription: String { file }

    static func refused(
        _ file: String, _ reason: IngestError.Reason, line: Int? = nil, _ says: String
    ) -> AuxiliaryCase {
        AuxiliaryCase(file: file, refusal: reason, line: line, says: says)
    }

    static func read(
        _ file: String, _ check: String, _ severity: Finding.Severity, count: Int = 1, line: Int? = nil, _ says: String
    ) -> AuxiliaryCase {
        AuxiliaryCase(file: file, check: check, severity: severity, count: count, line: line, says: says)
    }

    static let all: [AuxiliaryCase] = [
        .read("funding_clean.csv", "funding_gaps", .pass, count: 0, "0 of 5 steps are longer than the usual 8h"),
        .read("funding_newest_first.csv", "funding_order", .note, count: 5, line: 3, "newest first"),
        .read("funding_duplicate.csv", "funding_duplicates", .note, line: 4, "1 of 7 rows repeat a time (14 %)"),
        .read("funding_conflict.csv", "funding_duplicates", .warning, line: 4, "1 of them with another value"),
        .read("funding_gap.csv", "funding_gaps", .warning, line: 4, "2021-03-01 08:00 → 2021-03-02 08:00"),
        .read("funding_percent.csv", "extreme_rates", .warning, count: 3, line: 3, "the widest is 0.3"),
        .read("funding_jitter.csv", "funding_jitter", .note, count: 3, "3 stamps are up to 12 ms off"),
        .read("funding_missing_rate.csv", "missing_value", .warning, line: 4, "the row has no funding rate"),
        .refused("funding_bad_rate.csv", .malformed, line: 4, "cannot read funding rate"),
        .refused("funding_bad_time.csv", .malformed, line: 4, "cannot read time"),
        .refused("funding_no_rate.csv", .notRecognised, line: 1, "the header has \"timestamp\", \"symbol\""),
        .refused("funding_header_only.csv", .empty, "cannot find funding rate rows"),
        .read("funding_clean.csv.zst", "dropped_rows", .pass, count: 0, "could not be read"),
        .read("margin_clean.zip", "dropped_rows", .pass, count: 0, "0 of 3 rows"),
        .read("tiers_clean.zip", "amounts_rounded", .pass, count: 0, "0 amounts"),
        .refused("tiers_two.zip", .unsupported, "one file is wanted, and it has 2"),
        .read("margin_clean.csv", "dropped_rows", .pass, count: 0, "0 of 3 rows"),
        .read("margin_newest_first.csv", "margin_order", .note, count: 2, line: 3, "newest first"),
        .read("margin_conflict.csv", "margin_duplicates", .warning, line: 4, "1 of 4 rows repeat a time"),
        .refused("margin_swapped.csv", .malformed, line: 3, "maintenance exceeds the initial margin"),
        .refused("margin_negative.csv", .malformed, line: 4, "amounts must be above 0"),
        .refused("margin_no_column.csv", .setting, line: 1, "cannot find column \"maintenance\""),
        .refused("margin_bad_number.csv", .malformed, line: 3, "cannot read margin"),
        .read("tiers_clean.json", "amounts_rounded", .pass, count: 0, "0 amounts"),
        .read("tiers_rounded.json", "amounts_rounded", .note, "1 amount is rounded, tier 3 most, by 0.4"),
        .read("tiers_no_amounts.json", "amounts_computed", .note, count: 3, "3 of 3 tiers"),
        .read("tiers_capped.json", "capped_table", .note, "ends at a notional of 1000000"),
        .read("tiers_other_broken.json", "capped_table", .pass, count: 0, "no cap"),
        .refused(
            "tiers_wrong_amount.json", .malformed, "tier 3: amount 1305 breaks continuity at 250000, expected 1300"),
        .refused("tiers_hole.json", .malformed, "tier 2: it starts at 60000 instead of 50000 and leaves a hole"),
        .refused("tiers_overlap.json", .malformed, "tier 2: it starts at 40000 instead of 50000 and overlaps"),
        .refused("tiers_falling_rate.json", .malformed, "tier 2: its rate is below the tier before"),
        .refused("tiers_text_rate.json", .malformed, "tier 2: maintenanceMarginRate is of another type"),
        .refused("tiers_missing_floor.json", .malformed, "tier 2: minNotional is missing"),
        .refused("tiers_text_amount.json", .malformed, "tier 2: cum is not a number that can be read"),
        .refused("tiers_early_end.json", .malformed, "tier 1: it has no cap but is not the last"),
        .refused("tiers_empty_list.json", .malformed, "the tier table is empty"),
        .refused("tiers_no_list.json", .malformed, "\"AAA/USDT:USDT\" is of another type"),
        .refused("tiers_array.json", .malformed, "no object of symbols"),
        .refused("tiers_nan.json", .malformed, "not valid JSON"),
        .refused("tiers_huge.json", .malformed, "a number in it is out of range"),
        .refused("tiers_truncated.json", .malformed, "not valid JSON"),
        .refused("tiers_deep.json", .tooLarge, "nested too deep"),
        .refused("tiers_empty.json", .malformed, "not valid JSON"),
        .refused("tiers_ambiguous.json", .setting, "it may be \"AAA/USD:AAA\", \"AAA/USD:USD\""),
    ]

    /// Reads the file by the reader that its name begins with.
    func findings() throws(IngestError) -> [Finding] {
        let path = DirtyFiles.path("Auxiliary/\(file)")
        if file.hasPrefix("funding") { return try ingestFunding(FundingSource(file: path)).findings }
        if file.hasPrefix("margin") { return try ingestMarginHistory(file: path, contractSize: 5).findings }
        let symbol = file == "tiers_ambiguous.json" ? "AAAUSD" : "AAAUSDT"
        return try ingestTiers(file: path, symbol: symbol).findings
    }
}

@Suite struct DirtyAuxiliaryTests {
    @Test(arguments: AuxiliaryCase.all)
    func expectedOutcome(_ wanted: AuxiliaryCase) throws {
        var findings: [Finding] = []
        var error: IngestError?
        do { findings = try wanted.findings() } catch let refused { error = refused }
        #expect(error?.reason == wanted.refusal, "\(error?.rendered() ?? "")")
        let finding = try #require(error?.finding ?? findings.first { $0.check == wanted.check }, "\(findings)")
        #expect(finding.message.contains(wanted.says), "\(finding.message)")
        #expect(finding.location?.line == wanted.line)
        if wanted.refusal == nil {
            #expect(finding.count == wanted.count && finding.severity == wanted.severity, "\(finding)")
        }
    }

    @Test func everyFileHasAnExpectation() {
        let expected = AuxiliaryCase.all.map(\.file).sorted()
        #expect(DirtyFiles.names(in: DirtyFiles.path("Auxiliary")) == expected)
    }

    /// Every other finding of the clean files passes, in a fixed order.
    @Test func cleanFilesPassEveryCheck() throws {
        func checks(_ file: String) throws -> [String] {
            let found = try #require(AuxiliaryCase.all.first { $0.file == file }).findings()
            #expect(found.allSatisfy { $0.severity <= .note }, "\(found)")
            return found.map(\.check)
        }
        #expect(
            try checks("funding_clean.csv") == [
                "dropped_rows", "funding_order", "funding_duplicates", "funding_gaps", "funding_rates",
                "extreme_rates", "funding_jitter",
            ])
        #expect(try checks("margin_clean.csv") == ["dropped_rows", "margin_order", "margin_duplicates"])
        #expect(try checks("tiers_clean.json") == ["capped_table", "amounts_rounded", "amounts_computed"])
    }

    @Test(arguments: [0, -5, .infinity, .nan])
    func contractSizesAreSettings(_ size: Double) {
        let error = #expect(throws: IngestError.self) {
            try ingestMarginHistory(file: DirtyFiles.path("Auxiliary/margin_clean.csv"), contractSize: size)
        }
        #expect(error?.reason == .setting && error?.why == "the contract size must be above 0")
    }

    @Test func theBadLineIsShown() {
        let error = #expect(throws: IngestError.self) {
            try ingestMarginHistory(file: DirtyFiles.path("Auxiliary/margin_swapped.csv"), contractSize: 5)
        }
        #expect(error?.context?.first == "20210315,43245,39313")
        let missing = #expect(throws: IngestError.self) { try ingestTiers(file: "no/such.json", symbol: "A") }
        #expect(missing?.exitIsNoInput == true)
    }

    /// Damaged in any way, a file is read or refused; nothing crashes.
    @Test(arguments: 0..<300)
    func mutatedFilesDoNotCrash(_ seed: Int) {
        let names = DirtyFiles.names(in: DirtyFiles.path("Auxiliary")).filter { $0.contains("clean") }
        for name in names {
            var bytes = DirtyFiles.bytes("Auxiliary/\(name)")
            var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
            for _ in 0...(seed % 4) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let place = Int(state >> 33) % bytes.count
                if seed % 3 == 0 { bytes.removeSubrange(place...) } else { bytes[place] = UInt8(state >> 24 & 0x7F) }
                if bytes.isEmpty { break }
            }
            _ = try? ingestFunding(bytes: bytes, source: FundingSource(file: "f"))
            _ = try? ingestMarginHistory(bytes: bytes, name: "m", contractSize: 5)
            _ = try? ingestTiers(bytes: bytes, name: "t", symbol: "AAA/USDT")
        }
    }
}
