import Dispatch
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
    }

    // MARK: To bytes

    /// Lends the bytes of a series, part by part. False when it cannot be written as bytes.
    static func lend(_ read: IngestedSeries, to body: ([UnsafeRawBufferPointer]) -> Bool) -> Bool {
        let series = read.series
        let notes = Notes(
            formatName: read.formatName, formatReason: read.formatReason, files: read.files, rowCount: read.rowCount,
            findings: read.findings)
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

    /// The series that `bytes` hold; nil when they are laid out otherwise. Columns are copied by several threads.
    static func series(_ bytes: UnsafeRawBufferPointer, threads: Int) -> IngestedSeries? {
        guard bytes.count >= headWords * 8 else { return nil }
        let head = (0..<headWords).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self).littleEndian }
        let kinds = Kinds(rawValue: head[1])
        guard let count = Int(exactly: head[0]), let jsonBytes = Int(exactly: head[2]), count > 0,
            count <= BarColumns.mostRows, kinds.isSubset(of: .all), jsonBytes <= bytes.count,
            bytes.count == headWords * 8 + (1 + kinds.columns) * count * 8 + jsonBytes
        else { return nil }
        let json = Data(bytes[(bytes.count - jsonBytes)...])
        guard let notes = try? JSONDecoder().decode(Notes.self, from: json) else { return nil }
        let words = UnsafeRawBufferPointer(rebasing: bytes[(headWords * 8)...])
        let (time, columns) = copy(words, columns: kinds.columns, count: count, threads: threads)
        let (close, isBars) = (columns[0], kinds.contains(.bars))
        let series = BarSeries(
            checkedTime: time, open: isBars ? columns[1] : close, high: isBars ? columns[2] : close,
            low: isBars ? columns[3] : close, close: close,
            volume: kinds.contains(.volume) ? columns[columns.count - 1] : nil)
        return IngestedSeries(
            series: series, formatName: notes.formatName, formatReason: notes.formatReason, files: notes.files,
            rowCount: notes.rowCount, findings: notes.findings)
    }

    private static func copy(
        _ words: UnsafeRawBufferPointer, columns: Int, count: Int, threads: Int
    ) -> ([Int64], [[Double]]) {
        var doubles: [[Double]] = []
        let time = [Int64](unsafeUninitializedCapacity: count) { buffer, used in
            let first = UnsafeMutableRawBufferPointer(buffer)
            doubles = filled(columns, count, [first]) { copy(words, to: $0, threads: threads) }
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
            rest = filled(columns - 1, count, targets + [UnsafeMutableRawBufferPointer(buffer)], fill: fill)
            used = count
        }
        return [column] + rest
    }

    /// Copies one column behind the other, each in pieces for all threads.
    private static func copy(_ words: UnsafeRawBufferPointer, to targets: [UnsafeMutableRawBufferPointer], threads: Int)
    {
        let size = targets[0].count, piece = 1 << 20
        let pieces = (size + piece - 1) / piece
        // Each piece is written by the one thread that was handed its number.
        let sharedWords = SharedBytes(words), sharedTargets = targets.map { SharedBytes(UnsafeRawBufferPointer($0)) }
        let total = pieces * targets.count
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, total))) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < total else { return }
                let (column, start) = (index / pieces, index % pieces * piece)
                let count = min(piece, size - start)
                UnsafeMutableRawPointer(mutating: sharedTargets[column].base + start).copyMemory(
                    from: sharedWords.base + column * size + start, byteCount: count)
            }
        }
    }
}

/// `@unchecked Sendable`: threads that share it touch separate parts.
private struct SharedBytes: @unchecked Sendable {
    let base: UnsafeRawPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        // Columns are never empty.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8)!
    }
}
