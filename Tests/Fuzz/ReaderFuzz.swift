import Foundation
import PriceSeries
import StressBasics

@testable import CSVIngest

/// Hands the arguments to libFuzzer. SwiftPM gives the program a main of its own, so that libFuzzer's cannot be it.
@main
struct ReaderFuzz {
    static func main() {
        var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
        exit(runFuzzer(&count, &arguments, fuzzReader))
    }
}

/// libFuzzer's loop: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ execution: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// One execution of libFuzzer: reads the bytes as a price file, line by line and in slices, and as the other kinds of file.
///
/// Whatever the bytes: no crash, and both ways of reading prices give the same series or the same error. The last byte of the
/// input chooses where the slices are cut; it stays part of the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzReader(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let choice = Int(bytes.last ?? 0)
    let plain = outcome(bytes) { $0.path = .lineByLine }
    let sliced = outcome(bytes) {
        $0.windowBytes = 1 + choice * 17
        $0.sliceCount = 1 + choice % 7
    }
    guard plain == sliced else { fatalError("slices differ\n\(plain)\n\(sliced)") }
    switch choice % 4 {
    case 0: _ = try? ingestFunding(bytes: bytes, source: FundingSource(file: "f"))
    case 1: _ = try? ingestMarginHistory(bytes: bytes, name: "f", contractSize: 5)
    case 2: _ = try? ingestTiers(bytes: bytes, name: "f", symbol: "BTC/USDT")
    default: break
    }
    return 0
}

/// Everything that can be seen, in a form that compares: bit patterns, since NaN is a volume too.
private struct Outcome: Equatable {
    var error: IngestError?
    var time: [Int64] = []
    var columns: [[UInt64]] = []
    var files: [IngestedFile] = []
    var findings: [Finding] = []
}

private func outcome(_ bytes: [UInt8], _ change: (inout IngestOptions) -> Void) -> Outcome {
    var options = IngestOptions(chunkBytes: 4096)
    change(&options)
    do {
        var source = BarSource(files: [])
        // Trades and quotes are read too; other rows have no use for it.
        source.barLength = .minutes(1)
        let read = try ingestSeries(bytes: bytes, name: "f", source: source, options: options)
        let series = read.series
        return Outcome(
            time: series.time,
            columns: [series.open, series.high, series.low, series.close, series.volume ?? []].map {
                $0.map(\.bitPattern)
            }, files: read.files, findings: read.findings)
    } catch {
        return Outcome(error: error)
    }
}
