import CLibCSV
import CSVIngest
import ContentStore
import Foundation
import PriceSeries
import StressBasics

/// Reads one kline file again and again on command, for `Tests/Peers/read_peers.py`, which times other readers beside.
///
/// Each line of standard input names one way of reading; the answer is one line with the seconds it took.
struct ReadingBench {
    let path: String
    let cacheFolder: String

    /// The part of the bench that was asked for by `arguments`; false when that is none of this.
    static func run(_ arguments: [String]) throws -> Bool {
        guard arguments.count >= 3 else { return false }
        switch arguments[1] {
        case "--write-klines":
            try writeKlines(arguments[2], bytes: 240_000_000)
            return true
        case "--read" where arguments.count == 4:
            try ReadingBench(path: arguments[2], cacheFolder: arguments[3]).serve()
            return true
        case "--ledger" where arguments.count == 4:
            try LedgerBench.run(positions: Int(arguments[2]) ?? 0, ranking: arguments[3])
            return true
        default: return false
        }
    }

    private func serve() throws {
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard let what = words.first else { continue }
            let threads = words.count > 1 ? Int(words[1]) ?? 1 : 1
            let begin = DispatchTime.now().uptimeNanoseconds
            let rows = try perform(what, threads)
            let seconds = Double(DispatchTime.now().uptimeNanoseconds - begin) / 1e9
            print("\(seconds) \(rows)")
            fflush(nil)
        }
    }

    /// Rows or bytes read, so that nothing can be left out unseen.
    private func perform(_ what: String, _ threads: Int) throws -> Int {
        var options = IngestOptions()
        options.threads = threads
        switch what {
        case "cold": return try ingestSeries(BarSource(files: [path]), options: options).series.count
        case "warm":
            options.cache = SeriesCache(store: ContentStore(folder: cacheFolder), version: "bench")
            return try ingestSeries(BarSource(files: [path]), options: options).series.count
        case "peak": return ReadingBench.peakMemory
        case "digest": return try inPieces { (builder: inout DigestBuilder, bytes) in builder.update(bytes) }
        default: return try bareParse()
        }
    }

    /// Most bytes this process has had in memory since it began.
    static var peakMemory: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    private func inPieces(_ body: (inout DigestBuilder, UnsafeRawBufferPointer) -> Void) throws -> Int {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        var (builder, count) = (DigestBuilder(), 0)
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { body(&builder, $0) }
            count += piece.count
        }
        return builder.finish().hex.isEmpty ? 0 : count
    }

    /// libcsv over all fields, with callbacks that do nothing.
    private func bareParse() throws -> Int {
        var parser = csv_parser()
        csv_init(&parser, UInt8(CSV_STRICT))
        defer { csv_free(&parser) }
        let count = try inPieces { _, bytes in
            _ = csv_parse(&parser, bytes.baseAddress, bytes.count, { _, _, _ in }, { _, _ in }, nil)
        }
        csv_fini(&parser, { _, _, _ in }, { _, _ in }, nil)
        return count
    }

    /// Minute klines of twelve columns as Binance writes them, of at least `bytes` bytes in all.
    private static func writeKlines(_ path: String, bytes: Int) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let series = SyntheticMarket.samples(
            start: UTCInstant(milliseconds: 1_500_000_000_000), barLength: .minutes(1), bars: bytes / 100)[0]
            .series(seed: 3)
        var (text, written, bar) = ("", 0, 0)
        while written < bytes, bar < series.count {
            text += kline(series, bar)
            bar += 1
            if text.utf8.count > 1 << 20 || bar == series.count {
                try file.write(contentsOf: Data(text.utf8))
                written += text.utf8.count
                text = ""
            }
        }
    }

    private static func kline(_ series: BarSeries, _ bar: Int) -> String {
        let volume = series.volume?[bar] ?? 0
        let prices = [series.open[bar], series.high[bar], series.low[bar], series.close[bar], volume]
        let values = prices.map { fixedText($0, decimals: 8) }.joined(separator: ",")
        let (taken, paid) = (fixedText(volume / 2, decimals: 8), fixedText(volume * series.close[bar] / 2, decimals: 8))
        return "\(series.time[bar]),\(values),\(series.time[bar] + 59_999),"
            + "\(fixedText(volume * series.close[bar], decimals: 8)),\(bar % 5000),\(taken),\(paid),0\n"
    }
}
