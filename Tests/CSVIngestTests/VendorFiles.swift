import CSVIngest
import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder of real vendor files, which is not part of the repository: `../shared` beside the package, or the
/// environment variable BELOWZERO_SHARED.
enum VendorFiles {
    static let shared: String? = {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let named = getenv("BELOWZERO_SHARED").map { String(cString: $0) }
        let candidates = [named, "/\(package)/../shared"].compactMap { $0 }
        let found = candidates.first { access($0 + "/data/README.md", R_OK) == 0 }
        if found == nil { print("vendor files not found, their tests are skipped; set BELOWZERO_SHARED") }
        return found
    }()

    static var areHere: Bool { shared != nil }

    static func path(_ name: String) -> String { "\(shared ?? "")/data/\(name)" }
}

/// Reads one vendor file.
func readVendor(
    _ name: String, columns: ColumnMapping? = nil, time: TimeNotation = .automatic, format: String? = nil
) throws(IngestError) -> IngestedSeries {
    try ingestSeries(BarSource(files: [VendorFiles.path(name)], format: format, columns: columns, time: time))
}

/// A mapping of full bars by position.
func bars(_ time: Int, _ open: Int, _ high: Int, _ low: Int, _ close: Int, volume: Int? = nil) -> ColumnMapping {
    ColumnMapping(
        time: .index(time),
        prices: .bars(open: .index(open), high: .index(high), low: .index(low), close: .index(close)),
        volume: volume.map { .index($0) })
}

extension IngestedSeries {
    /// The summary of a check.
    func summary(_ check: String) -> Finding? { findings.first { $0.check == check } }

    /// All findings of a check.
    func all(_ check: String) -> [Finding] { findings.filter { $0.check == check } }
}
