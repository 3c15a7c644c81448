import ContentStore
import Foundation
import PriceSeries
import StressBasics
import TestSupport
import Testing

@testable import CSVIngest

/// Reading with a cache against reading without: the same in every way that can be seen.
@Suite struct SeriesCacheTests {
    private let folder = TemporaryFolder()

    private func cache(_ version: String = "1", settlingTime: Int64 = -5) -> SeriesCache {
        SeriesCache(
            store: ContentStore(folder: folder.path + "/cache"), version: version, leastBytes: 1,
            settlingTime: settlingTime)
    }

    private func options(_ cache: SeriesCache?, threads: Int = 1) -> IngestOptions {
        var options = IngestOptions()
        (options.cache, options.threads, options.baseFolder) = (cache, threads, folder.path)
        return options
    }

    private func write(_ text: String, _ name: String = "prices.csv") throws {
        try text.write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8)
    }

    private func outcome(_ source: BarSource, _ options: IngestOptions) -> Outcome {
        Outcome { () throws(IngestError) in try ingestSeries(source, options: options) }
    }

    /// Whether a series is answered from the cache alone.
    private func isKept(_ source: BarSource, _ options: IngestOptions) -> Bool {
        guard let cache = options.cache, let files = cache.identities(of: source, options) else { return false }
        return cache.series(source, files, options) != nil
    }

    private var entryCount: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache").count) ?? 0
    }

    private static let texts: [String] = [
        hourlyText(3000),
        // Bad rows, repeated times, gaps, a missing volume: findings of every kind.
        hourlyText(3000) { bar in
            switch bar {
            case 5: "1614556800,1,2,0,1,0"
            case 9: hourlyRow(9).replacing("1.5", with: "")
            case 700: hourlyRow(3)
            case 900...950: ""
            case 1200: "x,\"ü\u{202E}\",3"
            case 1300: hourlyRow(1300).replacing("10", with: "1o")
            default: nil
            }
        },
        "time,price\n" + (0..<500).map { "\(1_614_556_800 + 3600 * $0),\(0.1 + Double($0) / 7)\n" }.joined(),
    ]

    @Test(arguments: 0..<3, [1, 3])
    func aSecondReadingIsTheSame(_ text: Int, _ threads: Int) throws {
        try write(SeriesCacheTests.texts[text])
        let source = BarSource(files: ["prices.csv"])
        let plain = outcome(source, options(nil))
        let cached = options(cache(), threads: threads)
        #expect(plain.error == nil && !isKept(source, cached))
        #expect(outcome(source, cached) == plain)
        #expect(isKept(source, cached))
        #expect(outcome(source, cached) == plain)
    }

    @Test func severalFilesAreOneSeries() throws {
        try write(hourlyText(50))
        try write("time,open,high,low,close\n1614900000,1,2,0.5,1\n", "more.csv")
        let source = BarSource(files: ["prices.csv", "more.csv"])
        let plain = outcome(source, options(nil))
        #expect(outcome(source, options(cache())) == plain && isKept(source, options(cache())))
        #expect(outcome(source, options(cache())) == plain)
        #expect(!isKept(BarSource(files: ["more.csv", "prices.csv"]), options(cache())))
    }

    /// One digit of the same file, without a change of its size.
    @Test func aChangedByteIsSeen() throws {
        try write(hourlyText(100))
        let source = BarSource(files: ["prices.csv"])
        let before = outcome(source, options(cache()))
        try write(hourlyText(100).replacing("1614560400,101", with: "1614560400,100"))
        let after = outcome(source, options(cache()))
        #expect(after == outcome(source, options(nil)) && after.columns != before.columns)
    }

    @Test func anotherFileOfTheSameSizeAndTimeIsSeen() throws {
        try write(hourlyText(100))
        let path = folder.path + "/prices.csv", source = BarSource(files: ["prices.csv"])
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        let before = outcome(source, options(cache()))
        try write(hourlyText(100).replacing("1614560400,101", with: "1614560400,100"), "other.csv")
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: folder.path + "/other.csv")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: folder.path + "/other.csv", toPath: path)
        let after = outcome(source, options(cache()))
        #expect(after == outcome(source, options(nil)) && after.columns != before.columns)
    }

    /// The same bytes under another identity are read again, and then known under both.
    @Test func theSameContentHasOneEntry() throws {
        try write(hourlyText(100))
        let source = BarSource(files: ["prices.csv"])
        _ = outcome(source, options(cache()))
        let count = entryCount
        try write(hourlyText(100))
        #expect(!isKept(source, options(cache())))
        _ = outcome(source, options(cache()))
        #expect(isKept(source, options(cache())) && entryCount == count + 1)
    }

    @Test func everySettingHasItsOwnEntry() throws {
        try write(hourlyText(100).replacing("1614560400,101", with: "1614560400,x"))
        let source = BarSource(files: ["prices.csv"])
        _ = outcome(source, options(cache()))
        let changes: [(inout BarSource) -> Void] = [
            { $0.utcOffset = .hours(1) }, { $0.columns = bars(0, 1, 2, 3, 4) }, { $0.format = "ohlc" },
            { $0.time = .seconds }, { $0.header = .present }, { $0.kind = .bars }, { $0.barLength = .minutes(1) },
            { $0.numbers = .point }, { $0.delimiter = .comma }, { $0.symbol = "BTC" },
            { $0.policies = ["bad_ticks": .drop] }, { $0.policies = ["bad_ticks": .drop, "extreme_bars": .drop] },
        ]
        let others = changes.map { change in
            var other = source
            change(&other)
            return other
        }
        // Each under a key of its own, all at once.
        for (index, other) in others.enumerated() {
            if outcome(other, options(cache())).error == nil { #expect(isKept(other, options(cache())), "\(index)") }
            for later in others[(index + 1)...] { #expect(!isKept(later, options(cache())), "\(index), \(later)") }
            #expect(outcome(other, options(cache())) == outcome(other, options(nil)))
        }
        try FileManager.default.removeItem(atPath: folder.path + "/cache")
        _ = outcome(source, options(cache()))
        for other in others { #expect(!isKept(other, options(cache())), "\(other)") }
        #expect(!isKept(source, options(cache("2"))))
        var fewer = options(cache())
        fewer.maxRowFindings = 0
        #expect(!isKept(source, fewer) && isKept(source, options(cache())))
        #expect(outcome(source, fewer) != outcome(source, options(cache())))
    }

    /// Another venue's prices decide which bars are suspicious, and a kept series knows none.
    @Test func aReferenceIsNeverAnsweredFromTheCache() throws {
        try write(hourlyText(300) { $0 == 150 ? "1615096800,101,102,10,101,1" : nil })
        let source = BarSource(files: ["prices.csv"]), flat = [Double](repeating: 101, count: 300)
        let crash = try BarSeries(
            time: flat.indices.map { Int64(1_614_556_800_000 + 3_600_000 * $0) }, open: flat, high: flat,
            low: flat.indices.map { $0 == 150 ? 10 : 101 }, close: flat, volume: nil)
        func read(_ reference: BarSeries?) -> Outcome {
            Outcome { () throws(IngestError) in
                try ingestSeries(source, reference: reference, options: options(cache()))
            }
        }
        for _ in 0..<2 {
            #expect(read(nil).suspicious == [150])
            #expect(read(crash).suspicious.isEmpty)
        }
    }

    /// Archives beside other files, before and behind: what is kept is never another file's.
    @Test(arguments: [["two_members.zip"], ["two_members.zip", "prices.csv"], ["prices.csv", "two_members.zip"]])
    func archivesChangeNothing(_ names: [String]) throws {
        try write(hourlyText(50))
        try Data(DirtyFiles.bytes("two_members.zip")).write(to: URL(fileURLWithPath: folder.path + "/two_members.zip"))
        let source = BarSource(files: names), alone = BarSource(files: ["prices.csv"])
        let plain = outcome(source, options(nil))
        #expect(plain.error == nil && plain.files.count == names.count + 1)
        for _ in 0..<2 {
            #expect(outcome(source, options(cache())) == plain)
            #expect(outcome(alone, options(cache())) == outcome(alone, options(nil)))
        }
        try write(hourlyText(50).replacing("1614560400,101", with: "1614560400,100"))
        #expect(outcome(source, options(cache())) == outcome(source, options(nil)))
    }

    /// `-` is the standard input, even beside a file of that name.
    @Test func theStandardInputHasNoIdentity() throws {
        try write(hourlyText(50), "-")
        #expect(cache().identities(of: BarSource(files: ["-"]), options(nil)) == nil)
        #expect(cache().identities(of: BarSource(files: ["./-"]), options(nil))?.count == 1)
    }

    /// Bars that are not there, in a record that is otherwise whole.
    @Test(arguments: [[-1], [500], [3, 3], [4, 2], [Int.max]])
    func strangeSuspicionsAreRefused(_ suspicious: [Int]) throws {
        let read = try ingest(SeriesCacheTests.texts[2])
        let strange = IngestedSeries(
            series: read.series, formatName: read.formatName, formatReason: read.formatReason,
            recognition: read.recognition, files: read.files, rowCount: read.rowCount, findings: read.findings,
            suspicious: suspicious)
        var parts: [[UInt8]] = []
        #expect(
            SeriesRecord.lend(strange) {
                parts = $0.map(Array.init)
                return true
            })
        #expect(series(of: parts) == nil)
    }

    /// A file that was written a moment ago may change again within the same tick of the clock.
    @Test func freshFilesAreNotTrusted() throws {
        try write(hourlyText(100))
        let source = BarSource(files: ["prices.csv"]), careful = options(cache(settlingTime: 2))
        _ = outcome(source, careful)
        #expect(!isKept(source, careful) && entryCount == 0)
    }

    @Test func refusalsAndSmallFilesAreNotKept() throws {
        try write(hourlyText(10) { _ in "x" })
        #expect(outcome(BarSource(files: ["prices.csv"]), options(cache())).error != nil && entryCount == 0)
        #expect(outcome(BarSource(files: ["none.csv"]), options(cache())).error?.reason == .missing)
        try write(hourlyText(100))
        let usual = SeriesCache(store: ContentStore(folder: folder.path + "/cache"), version: "1")
        #expect(outcome(BarSource(files: ["prices.csv"]), options(usual)).error == nil && entryCount == 0)
    }

    /// Whatever byte of whatever entry is wrong: the file is read again, with the same result, and kept again.
    @Test func damagedEntriesAreReadAgain() throws {
        try write(SeriesCacheTests.texts[1])
        let source = BarSource(files: ["prices.csv"]), cached = options(cache())
        let plain = outcome(source, cached)
        var random = SeededGenerator(seed: 5)
        for _ in 0..<40 {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache").sorted()
            let path = folder.path + "/cache/" + (names.randomElement(using: &random) ?? "")
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let place = Int.random(in: 0..<bytes.count, using: &random)
            if Bool.random(using: &random) { bytes[place] ^= 4 } else { bytes = bytes.prefix(place) }
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(!isKept(source, cached))
            #expect(outcome(source, cached) == plain)
            #expect(isKept(source, cached))
        }
    }

    /// Records that are whole but not what they should be: never a trap, never a series.
    @Test(arguments: 0..<300)
    func strangeRecordsAreRefused(_ seed: UInt64) throws {
        let read = try ingest(SeriesCacheTests.texts[2])
        var parts: [[UInt8]] = []
        #expect(
            SeriesRecord.lend(read) {
                parts = $0.map(Array.init)
                return true
            })
        #expect(series(of: parts) != nil)
        var random = SeededGenerator(seed: seed)
        switch seed % 3 {
        case 0:
            let place = Int.random(in: 0..<24, using: &random)
            parts[0][place] = parts[0][place] &+ UInt8.random(in: 1...255, using: &random)
        case 1:
            let part = Int.random(in: 0..<parts.count, using: &random)
            parts[part].removeLast(Int.random(in: 1...parts[part].count, using: &random))
        default:
            // All bytes are there, but cut elsewhere.
            let part = Int.random(in: 1..<parts.count, using: &random)
            let moved = Int.random(in: 1...parts[part].count, using: &random)
            parts[part - 1] += parts[part].prefix(moved)
            parts[part].removeFirst(moved)
        }
        #expect(series(of: parts) == nil)
    }

    /// What an entry of these parts is read as.
    private func series(of parts: [[UInt8]]) -> IngestedSeries? {
        let store = ContentStore(folder: folder.path + "/records"), key = Digest(of: "record")
        func put(_ rest: ArraySlice<[UInt8]>, _ lent: [UnsafeRawBufferPointer]) -> Bool {
            guard let first = rest.first else { return store.put(key, lent) }
            return first.withUnsafeBytes { put(rest.dropFirst(), lent + [$0]) }
        }
        #expect(put(parts[...], []))
        return store.entry(key).flatMap { SeriesRecord.series($0, threads: 2) }
    }
}
