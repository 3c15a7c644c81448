import PriceSeries
import StressBasics
import Testing

@testable import CSVIngest

/// Reading in slices against reading line by line: whatever can be seen of a file must be the same.
@Suite struct SliceTests {
    /// Every cut that one thread or several may make, small windows included.
    private func cutOptions(windowBytes: Int, slices: Int, threads: Int) -> IngestOptions {
        var options = IngestOptions()
        (options.windowBytes, options.sliceCount, options.threads) = (windowBytes, slices, threads)
        return options
    }

    private func plainOptions() -> IngestOptions {
        var options = IngestOptions()
        options.path = .lineByLine
        return options
    }

    private func outcome(_ bytes: [UInt8], _ name: String, _ options: IngestOptions) -> Outcome {
        Outcome { () throws(IngestError) in
            try ingestSeries(bytes: bytes, name: name, source: BarSource(files: []), options: options)
        }
    }

    @Test(arguments: DirtyFiles.names)
    func everyDirtyFileInEverySliceCount(_ name: String) {
        let bytes = DirtyFiles.bytes(name)
        let plain = outcome(bytes, name, plainOptions())
        for slices in 1...64 {
            let cut = outcome(bytes, name, cutOptions(windowBytes: 1 << 16, slices: slices, threads: 1 + slices % 3))
            #expect(cut == plain, "\(slices) slices")
            if cut != plain { return }
        }
    }

    @Test(arguments: DirtyFiles.names)
    func everyDirtyFileInEveryWindowSize(_ name: String) {
        let bytes = DirtyFiles.bytes(name)
        let plain = outcome(bytes, name, plainOptions())
        for window in 1...max(1, min(bytes.count, 700)) {
            let cut = outcome(bytes, name, cutOptions(windowBytes: window, slices: 3, threads: 1 + window % 2))
            #expect(cut == plain, "window of \(window)")
            if cut != plain { return }
        }
    }

    /// Text with everything that could move a row or a line: quotes, lone CRs, empty lines, blanks, bad and short rows.
    @Test(arguments: 0..<120)
    func randomTextInRandomSlices(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = Array(randomFile(&random).utf8)
        let plain = outcome(bytes, "random.csv", plainOptions())
        for _ in 0..<12 {
            let options = cutOptions(
                windowBytes: Int.random(in: 1...4000, using: &random), slices: Int.random(in: 1...64, using: &random),
                threads: Int.random(in: 1...4, using: &random))
            let cut = outcome(bytes, "random.csv", options)
            #expect(cut == plain, "seed \(seed), window \(options.windowBytes ?? 0), slices \(options.sliceCount ?? 0)")
            if cut != plain { return }
        }
    }

    /// The random files would prove little if most of them were refused.
    @Test func randomFilesAreOfBothKinds() {
        let errors = (0..<120).map { seed in
            var random = SeededGenerator(seed: UInt64(seed))
            return outcome(Array(randomFile(&random).utf8), "random.csv", plainOptions()).error
        }
        let read = errors.count { $0 == nil }
        #expect(read > 40 && read < 110, "\(read) of 120 are read")
        #expect(Set(errors.compactMap { $0?.why }).count > 5)
    }

    private func randomFile(_ random: inout SeededGenerator) -> String {
        let ending = ["\n", "\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
        let oddity = [0, 0, 1, 3, 30].randomElement(using: &random) ?? 0
        var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
        if Int.random(in: 0..<4, using: &random) == 0 { text += "# a remark\(ending)" }
        text += ["time", "\"time\""][Int.random(in: 0...1, using: &random)]
        text += ",open,high,low,close,volume,extra,more\(ending)"
        for bar in 0..<Int.random(in: 1...400, using: &random) {
            let isOdd = Int.random(in: 0..<1000, using: &random) < oddity
            text += isOdd ? oddLine(bar, ending, &random) : ordinaryLine(bar)
            text += ending
        }
        return Bool.random(using: &random) ? text : String(text.unicodeScalars.dropLast(ending.unicodeScalars.count))
    }

    private func ordinaryLine(_ bar: Int) -> String { hourlyRow(bar) + ",x\(bar),y" }

    private func oddLine(_ bar: Int, _ ending: String, _ random: inout SeededGenerator) -> String {
        let row = ordinaryLine(bar)
        let lines = [
            "", " ", "\t ", ",", ",,,,,,,", " \(row)", "\(row) ", "\(row),", "1,2", "\(row)\(ending)\(ending)",
            row.replacing("102", with: "\"102\""), row.replacing(",y", with: ",\"a\(ending)b,\""),
            row.replacing(",y", with: ",a\rb"), row.replacing("102", with: "1o2"), row.replacing("102", with: ""),
            row.replacing("1.5", with: "much"), row.replacing("16", with: "x"),
            row + String(repeating: "z", count: 9000),
            "\(row)\"", String(repeating: "1,", count: 1100), row.replacing(",", with: " , "), "\0\(row)",
            String(repeating: "9", count: 70_000), "\(row)\r", ",\(row.dropFirst())",
        ]
        return lines.randomElement(using: &random) ?? row
    }
}
