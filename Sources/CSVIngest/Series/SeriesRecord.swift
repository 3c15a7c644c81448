import ContentStore
import Foundation
import PriceSeries
import StressBasics
import Synchronization

/// An ingested series as bytes: eight words, the columns as they lie in memory, the rest as JSON.
///
/// The words are the number of bars, the kind of columns, the bytes of the JSON, and zeros. Columns are little-endian words
/// of eight bytes: times, closes, then opens, highs and lows unless they are the closes, then volumes when there are any.
enum SeriesRecord {
    private static let headWords = 8

    private struct Kinds: OptionSet {
        let rawValue: UInt64
        static let bars = Kinds(rawValue: 1)
        static let volume = Kinds(rawValue: 2)
        static let all: Kinds = [.bars, .volume]
        var columns: Int { 1 + (contains(.bars) ? 3 : 0) + (contains(.volume) ? 1 : 0) }
    }

    /// Everything but the columns.
    private struct Notes: Codable {
        var formatName: String
        var formatReason: String
        var files: [IngestedFile]
        var rowCount: Int
        var findings: [Finding]
        var recognition: [RecognisedTrait]
        var suspicious: [Int]

        /// Whether the suspicious bars are some of `count`, ascending.
        func fits(_ count: Int) -> Bool {
            zip(suspicious, suspicious.dropFirst()).allSatisfy(<) && suspicious.first ?? 0 >= 0
                && suspicious.last ?? 0 < count
        }
    }

    // MARK: To bytes

    /// Lends the bytes of a series, part by part. False when it cannot be written as bytes.
    static func lend(_ read: IngestedSeries, to body: ([UnsafeRawBufferPointer]) -> Bool) -> Bool {
        let series = read.series
        let notes = Notes(
            formatName: read.formatName, formatReason: read.formatReason, files: read.files, rowCount: read.rowCount,
            findings: read.findings, recognition: read.recognition, suspicious: read.suspicious)
        guard let json = try? JSONEncoder().encode(notes) else { return false }
        var kinds: Kinds = series.volume == nil ? [] : .volume
        var columns = [series.close]
        if !series.isPriceOnly {
            kinds.insert(.bars)
            columns += [series.open, series.high, series.low]
        }
        columns += [series.volume].compactMap { $0 }
        let head = [UInt64(series.count), kinds.rawValue, UInt64(json.count), 0, 0, 0, 0, 0].map(\.littleEndian)
        return head.withUnsafeBytes { head in
            series.time.withUnsafeBytes { time in
                json.withUnsafeBytes { json in lend(columns[...], [head, time]) { body($0 + [json]) } }
            }
        }
    }

    private static func lend(
        _ columns: ArraySlice<[Double]>, _ parts: [UnsafeRawBufferPointer], to body: ([UnsafeRawBufferPointer]) -> Bool
    ) -> Bool {
        guard let first = columns.first else { return body(parts) }
        return first.withUnsafeBytes { lend(columns.dropFirst(), parts + [$0], to: body) }
    }

    // MARK: From bytes

    /// What the head says.
    private struct Shape {
        var count: Int
        var kinds: Kinds
        var jsonBytes: Int
        /// Bytes of one column.
        var columnBytes: Int { count * 8 }
        /// Where the JSON begins.
        var jsonStart: Int { headWords * 8 + (1 + kinds.columns) * columnBytes }

        /// Nil unless it fits a record of `total` bytes.
        init?(_ head: UnsafeRawBufferPointer, total: Int) {
            guard head.count == headWords * 8 else { return nil }
            func word(_ at: Int) -> UInt64 { head.loadUnaligned(fromByteOffset: at * 8, as: UInt64.self).littleEndian }
            kinds = Kinds(rawValue: word(1))
            guard let count = Int(exactly: word(0)), let jsonBytes = Int(exactly: word(2)), count > 0,
                count <= BarColumns.mostRows, kinds.isSubset(of: .all), jsonBytes <= total
            else { return nil }
            (self.count, self.jsonBytes) = (count, jsonBytes)
            guard total == jsonStart + jsonBytes else { return nil }
        }
    }

    /// The series that an entry holds; nil when it is damaged or laid out otherwise. Several threads check and copy it.
    static func series(_ entry: MappedEntry, threads: Int) -> IngestedSeries? {
        guard let head = entry.firstSegment(), let shape = Shape(head, total: entry.count) else { return nil }
        var json = Data(count: shape.jsonBytes)
        var isWhole = false
        let (time, columns) = filled(shape.kinds.columns, shape.count) { targets in
            json.withUnsafeMutableBytes { json in
                isWhole = copy(entry, into: (targets + [json]).map(SharedBytes.init), shape, threads: threads)
            }
        }
        guard isWhole, let notes = try? JSONDecoder().decode(Notes.self, from: json), notes.fits(shape.count)
        else { return nil }
        return series(time, columns, shape.kinds, notes)
    }

    /// Copies the columns of an entry, and behind them its notes; false when it is damaged or laid out otherwise.
    private static func copy(_ entry: MappedEntry, into targets: [SharedBytes], _ shape: Shape, threads: Int) -> Bool {
        // Segments that lie across two parts: a record that was not written here.
        let misfits = Atomic(0)
        let isWhole = entry.forEachSegment(threads: threads) { start, bytes in
            guard start >= headWords * 8, let from = bytes.baseAddress else { return }
            let place = start - headWords * 8
            let column = min(place / shape.columnBytes, targets.count - 1)
            let offset = place - column * shape.columnBytes
            // A segment ends with its part; the head has said how long that is.
            guard offset + bytes.count <= targets[column].count else {
                misfits.add(1, ordering: .relaxed)
                return
            }
            (targets[column].base + offset).copyMemory(from: from, byteCount: bytes.count)
        }
        return isWhole && misfits.load(ordering: .relaxed) == 0
    }

    private static func series(_ time: [Int64], _ columns: [[Double]], _ kinds: Kinds, _ notes: Notes) -> IngestedSeries
    {
        let (close, isBars) = (columns[0], kinds.contains(.bars))
        let series = BarSeries(
            checkedTime: time, open: isBars ? columns[1] : close, high: isBars ? columns[2] : close,
            low: isBars ? columns[3] : close, close: close,
            volume: kinds.contains(.volume) ? columns[columns.count - 1] : nil)
        return IngestedSeries(
            series: series, formatName: notes.formatName, formatReason: notes.formatReason,
            recognition: notes.recognition, files: notes.files, rowCount: notes.rowCount, findings: notes.findings,
            suspicious: notes.suspicious)
    }

    /// A column of times and some of numbers, all filled by one call of `fill`.
    private static func filled(
        _ columns: Int, _ count: Int, fill: ([UnsafeMutableRawBufferPointer]) -> Void
    ) -> ([Int64], [[Double]]) {
        var doubles: [[Double]] = []
        let time = [Int64](unsafeUninitializedCapacity: count) { buffer, used in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            preferLargePages(bytes)
            doubles = filled(columns, count, [bytes], fill: fill)
            used = count
        }
        return (time, doubles)
    }

    /// Arrays of `count` numbers, all filled by one call of `fill`.
    private static func filled(
        _ columns: Int, _ count: Int, _ targets: [UnsafeMutableRawBufferPointer],
        fill: ([UnsafeMutableRawBufferPointer]) -> Void
    ) -> [[Double]] {
        guard columns > 0 else {
            fill(targets)
            return []
        }
        var rest: [[Double]] = []
        let column = [Double](unsafeUninitializedCapacity: count) { buffer, used in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            preferLargePages(bytes)
            rest = filled(columns - 1, count, targets + [bytes], fill: fill)
            used = count
        }
        return [column] + rest
    }
}

/// `@unchecked Sendable`: threads that share it write to separate parts.
private struct SharedBytes: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let count: Int

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        // Only the JSON may be empty, and nothing is copied to it then.
        (base, count) = (bytes.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 8)!, bytes.count)
    }
}
