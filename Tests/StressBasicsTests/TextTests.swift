import StressBasics
import Testing

@Suite struct TextTests {
    @Test func numbersReadBackBitForBit() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<100_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(Double(numberText(value)) == value)
        }
    }

    @Test(
        arguments: [(20.0, "20"), (0.0005, "0.0005"), (-0.0, "0"), (1e-7, "1e-07"), (.nan, ""), (.infinity, "")]
            as [(Double, String)])
    func numberForms(value: Double, text: String) {
        #expect(numberText(value) == text)
    }

    @Test(
        arguments: [
            (3.14159, 2, "3.14"), (0.5, 0, "0"), (1.5, 0, "2"), (-0.004, 2, "0.00"), (-1.006, 2, "-1.01"),
            (99.995, 1, "100.0"),
            (0.0123, 3, "0.012"),
        ] as [(Double, Int, String)])
    func fixedForms(value: Double, decimals: Int, text: String) {
        #expect(fixedText(value, decimals: decimals) == text)
    }

    @Test(
        arguments: [
            (0.0023146, 3, "0.00231"), (141.3, 3, "141"), (12_345, 2, "12345"), (0.5, 3, "0.5"), (1.004, 3, "1"),
            (9.999, 2, "10"),
        ] as [(Double, Int, String)])
    func significantForms(value: Double, digits: Int, text: String) {
        #expect(significantText(value, digits: digits) == text)
    }

    /// Down to the smallest prices that are read, and with the same text as ``significantText`` where that has room.
    @Test(
        arguments: [
            (1.2912e-9, 5, "0.0000000012912"), (1.23456e-13, 5, "0.00000000000012346"), (1.4e-8, 5, "0.000000014"),
            (-4.12345e-7, 4, "-0.0000004123"), (9.99996e-6, 5, "0.00001"), (1e-15, 5, "0.000000000000001"),
            (0, 5, "0"), (.infinity, 5, ""),
        ] as [(Double, Int, String)])
    func smallForms(value: Double, digits: Int, text: String) { #expect(smallText(value, digits: digits) == text) }

    @Test func smallTextsReadBack() throws {
        var random = SeededGenerator(seed: 20)
        for _ in 0..<20_000 {
            let value = (random.uniform() - 0.5) * 2 * [1, 1e3, 1e-4, 1e-6, 1e-9, 1e-15, 1e-40][Int(random.next() % 7)]
            let text = smallText(value, digits: 5)
            let read = try #require(Double(text))
            #expect(abs(read - value) <= abs(value) * 0.500001e-4, "\(value) \(text)")
            if abs(value) >= 1e-5 { #expect(text == significantText(value, digits: 5)) }
        }
    }

    @Test(arguments: [
        (9999, "9999"), (10_000, "10,000"), (61_200, "61,200"), (1_234_567, "1,234,567"), (-61_200, "-61,200"),
        (0, "0"),
    ])
    func groups(value: Int, text: String) {
        #expect(groupedText(value, separator: ",") == text)
    }

    @Test func csvQuotesOnlyWhatItMust() {
        var csv = CSVText(header: ["a", "b"])
        csv.append(["plain", "with,comma"])
        csv.append(["with \"quote\"", "two\nlines"])
        csv.append(["\"", "\r"])
        #expect(csv.text == "a,b\nplain,\"with,comma\"\n\"with \"\"quote\"\"\",\"two\nlines\"\n\"\"\"\",\"\r\"\n")
    }

    @Test func aColumnOfNumbersHasPointsInAllFieldsOrNone() {
        let csv = CSVText(
            header: ["n", "c", "t"], types: [.number, .integer, .text],
            rows: [["3", "4", "5"], ["", "", "=1+x"], ["1e-07", "6", ""], ["0.5", "7", "a,b"]])
        #expect(csv.text == "n,c,t\n3.0,4,5\n,,'=1+x\n1e-07,6,\n0.5,7,\"a,b\"\n")
        #expect(CSVText(header: ["n"], types: [.number], rows: [["3"], ["4"]]).text == "n\n3\n4\n")
    }

    /// Texts that repeat from row to row, in the last column as well, are written as they are where they stand alone.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func textsThatRepeatAreWrittenAsTheFirst(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let texts = ["", "a", "=1", "a,b", "\"", "x\ny", "é"]
        let rows = (0..<30).map { _ in (0..<3).map { _ in texts[Int(random.next() % UInt64(1 + seed % 7))] } }
        let types: [ColumnType] = [.text, .integer, .text]
        let found = CSVText(header: ["a", "b", "c"], types: types, rows: rows).text
        let alone = rows.map { row in
            String(CSVText(header: ["a", "b", "c"], types: types, rows: [row]).text.dropFirst("a,b,c\n".count))
        }
        #expect(found == "a,b,c\n" + alone.joined(), "seed \(seed)")
    }

    /// Rows in groups are the table of the same rows each with all of its fields.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func groupsOfRowsAreTheirRows(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let types: [ColumnType] = [.text, .number, .number, .text, .integer]
        func field(_ type: ColumnType) -> String {
            let texts = ["", "a", "=1", "a,b", "\"", "é"]
            let fields = type == .text ? texts : ["", "1", "-2", seed % 2 == 0 ? "3" : "0.5", "1e-07"]
            return fields[Int(random.next() % UInt64(fields.count - (type == .integer ? 2 : 0)))]
        }
        let groups = (0..<6).map { _ in
            (
                names: types[..<2].map(field),
                rows: (0..<random.next() % 4).map { _ in types[2...].map(field) }
            )
        }
        let found = CSVText(
            header: ["a", "b", "c", "d", "e"], types: types, groups: groups,
            fields: (0..<3).map { column in { $0[column] } })
        let plain = CSVText(
            header: ["a", "b", "c", "d", "e"], types: types,
            rows: groups.flatMap { group in group.rows.map { group.names + $0 } })
        #expect(found.text == plain.text, "seed \(seed)")
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a & b < c > \"d\" 'e'", "a &amp; b &lt; c &gt; &quot;d&quot; &#39;e&#39;"),
        ("é–\u{202E}", "é–·"), ("a\nb\u{7}", "a&#10;b·"),
    ])
    func markupIsEscaped(text: String, escaped: String) {
        #expect(markupText(text, lineEnd: "&#10;") == escaped)
        #expect(markupText("line\nend") == "line\nend")
    }

    /// The rule of markup, scalar by scalar.
    private func plainMarkup(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            case "\n": "&#10;"
            default: scalar.isHostile ? "·" : String(scalar)
            }
        }.joined()
    }

    @Test func markupOfAnyTextIsThatOfItsScalars() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let kinds: [ClosedRange<UInt32>] = [0x20...0x7E, 0...0x2FF, 0x2000...0x206F, 0x2190...0x2C10, 0xE000...0x1F9FF]
        for _ in 0..<2000 {
            var text = "x"
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let kind = kinds.randomElement(using: &random)!
                Unicode.Scalar(UInt32.random(in: kind, using: &random)).map { text.unicodeScalars.append($0) }
            }
            #expect(markupText(text, lineEnd: "&#10;") == plainMarkup(text), "seed \(seed)")
            var bytes = Array("before ".utf8)
            appendMarkup(text, lineEnd: "&#10;", to: &bytes)
            #expect(String(decoding: bytes, as: UTF8.self) == "before " + plainMarkup(text), "seed \(seed)")
        }
    }

    /// The list by ranges gives what Unicode's properties give.
    @Test func hostileScalarsAreThoseOfTheProperties() {
        for value in UInt32(0)...0x1_FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isHostile =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                default: scalar.properties.isDefaultIgnorableCodePoint && !(0xFE00...0xFE0F).contains(value)
                }
            #expect(scalar.isHostile == isHostile, "\(scalar.codeText)")
        }
    }

    @Test func quotedInputCannotForgeOutput() {
        let shown = SourceLocation.presentable("a\u{1B}[31mred\u{202E}txt.exe\n" + String(repeating: "x", count: 200))
        #expect(!shown.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x1B || $0.value == 0x202E })
        #expect(shown.count == SourceLocation.longestText + 1)
    }

    /// The end of a path names the file: two files deep in the same folder are told apart.
    @Test func pathsKeepTheirEnds() {
        let folder = "/home/a/" + String(repeating: "prices of an exchange/", count: 10)
        #expect(SourceLocation.presentablePath(folder + "a.csv") == folder + "a.csv")
        #expect(SourceLocation.presentablePath(folder + "\u{1B}.csv") == folder + "·.csv")
        let deep = String(repeating: folder, count: 100) + "the file.csv"
        let shown = SourceLocation.presentablePath(deep)
        #expect(shown.count == SourceLocation.longestPath + 1)
        #expect(shown.hasPrefix(folder.prefix(90)) && shown.hasSuffix("exchange/the file.csv") && shown.contains("…"))
    }

    @Test func nearestNames() {
        let names = ["leverage", "horizon", "platform", "side"]
        #expect(nearestName(to: "levrage", among: names) == "leverage")
        #expect(nearestName(to: "Horizons", among: names) == "horizon")
        #expect(nearestName(to: "quantity", among: names) == nil)
        #expect(nearestName(to: String(repeating: "x", count: 100), among: names) == nil)
    }

    @Test(
        "A slip asks for the nearest name, a beginning for the names that go on from it",
        arguments: [
            ("bybt", "did you mean 'bybit'?"), ("binance", "did you mean 'binance-coinm' or 'binance-usdm'?"),
            ("Binance-", "did you mean 'binance-coinm' or 'binance-usdm'?"), ("krak", "did you mean 'kraken'?"),
            ("bi", nil), ("deribit-linear", nil), ("", nil), ("may", nil), ("sp\u{7}ot", "did you mean 'spot'?"),
        ] as [(String, String?)])
    func didYouMeanAsks(typed: String, asked: String?) {
        let names =
            ["binance-coinm", "binance-usdm", "bybit", "kraken", "kraken-us", "spot"] + (1...5).map { "may-2020-\($0)" }
        #expect(didYouMean(typed, among: names) == asked)
        #expect(didYouMean(typed, among: names, rest: "or none") == (asked.map { $0 + " " } ?? "") + "or none")
    }

    @Test func digestIsSHA256() {
        // FIPS 180-2, appendix B.1.
        #expect(Digest(of: "abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        var pieces = DigestBuilder()
        pieces.update("a")
        pieces.update("bc")
        #expect(pieces.finish() == Digest(of: "abc"))
        // The same appendix, B.3: a million times "a", in pieces that fall across the blocks.
        var million = DigestBuilder()
        for count in [1, 63, 64, 65, 999_807] { million.update(String(repeating: "a", count: count)) }
        #expect(million.finish().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        #expect(DigestBuilder().finish() == Digest(of: ""))
    }

    @Test func digestBuildersAreValues() {
        var first = DigestBuilder()
        first.update("a")
        var second = first
        second.update("b")
        first.update("c")
        #expect(first.finish() == Digest(of: "ac"))
        #expect(second.finish() == Digest(of: "ab"))
        first.update("d")
        #expect(first.finish() == Digest(of: "acd"), "a builder goes on after finish()")
    }

    @Test func generatorIsSplitMix64() {
        // The reference implementation's first numbers for seed 1234567 (S. Vigna, splitmix64.c).
        var random = SeededGenerator(seed: 1_234_567)
        #expect(
            [random.next(), random.next(), random.next()] == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test func namedStreamsDifferAndRepeat() {
        let base = SeededGenerator(seed: 5)
        var (a, b, again) = (base.stream("a"), base.stream("b"), base.stream("a"))
        let first = a.next()
        #expect(first == again.next())
        #expect(first != b.next())
    }
}
