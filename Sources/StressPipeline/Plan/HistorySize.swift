import CSVIngest
import DurableFiles
import Foundation
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// How long a price history is, as far as its files tell without reading them whole.
struct HistorySize {
    /// Bytes of all files.
    private(set) var bytes = 0
    /// Rows, about.
    private(set) var rows = 0
    /// Bars, about.
    private(set) var bars = 0
    /// Length of a bar, when the first file tells.
    private(set) var barLength: TimeSpan?

    /// One that is not looked at.
    init() {}

    /// A history that is read; its files need no more memory.
    init(_ market: MarketHistory) {
        (bars, barLength) = (market.series.count, market.barLength)
    }

    /// A row of prices takes about this much of a compressed file.
    private static let packedRowBytes = 16.0
    private static let sampleBytes = 1 << 16

    /// Looks at the first piece of the first file, and at the sizes of the others.
    init(_ input: StudyInput, files: InputFiles) {
        var rowBytes = HistorySize.packedRowBytes
        var barsPerRow = 1.0
        // The market's part of the rows.
        var share = 1.0
        if let first = input.source.files.first, let sample = HistorySize.sample(files.located(first)) {
            let lines = sample.count { $0 == 0x0A }
            rowBytes = Double(sample.count) / Double(max(1, lines))
            // Trades and quotes become bars, many to one.
            if let read = try? ingestSeries(bytes: sample, name: first, source: input.source) {
                barLength = read.series.barLength
                let others = read.findings.first { $0.check == "other_symbols" }?.count ?? 0
                barsPerRow = min(1, Double(read.series.count) / Double(max(1, read.rowCount)))
                share = Double(read.rowCount) / Double(max(1, read.rowCount + others))
            }
        }
        for name in input.source.files { bytes += HistorySize.size(files.located(name)) }
        rows = Int(Double(bytes) / max(8, rowBytes) * share)
        bars = Int((Double(rows) * barsPerRow).rounded(.up))
        let side = input.sideFiles.reduce(0) { $0 + HistorySize.size(files.located($1)) }
        bytes += side
        rows += Int(Double(side) / max(8, rowBytes))
    }

    /// Size of a regular file; 0 for anything else.
    private static func size(_ path: String) -> Int {
        guard let facts = FileFacts(path, followsLinks: true), facts.kind == .file else { return 0 }
        return facts.bytes
    }

    /// The first whole lines of a plain text file; nil for anything else. Opening a pipe would wait for its writer.
    private static func sample(_ path: String) -> [UInt8]? {
        guard size(path) > 0, let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let start = try? handle.read(upToCount: sampleBytes) else { return nil }
        let isPacked = [[0x1F, 0x8B], [0x28, 0xB5], [0x50, 0x4B]].contains { start.starts(with: $0) }
        guard !isPacked, let end = start.lastIndex(of: 0x0A) else { return nil }
        return Array(start[...end])
    }
}
