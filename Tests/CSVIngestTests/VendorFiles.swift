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

    /// The text of a small file of the folder.
    static func text(_ name: String) -> String? {
        guard let file = fopen(path(name), "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    /// All files below the folder, by path.
    static var names: [String] { files(below: "") }

    private static func files(below folder: String) -> [String] {
        guard let directory = opendir(path(folder)) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            let inside = files(below: folder + name + "/")
            names += inside.isEmpty ? [folder + name] : inside
        }
        return names
    }

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
