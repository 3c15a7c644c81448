import CSVIngest
import PriceSeries
import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The package's folder of small broken files.
enum DirtyFiles {
    static let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Data/Dirty"

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The names of all price files, sorted.
    static var names: [String] { names(in: folder) }

    /// The names of all files of a folder, sorted.
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            // Files have an ending, the folders beside them have none.
            if !name.hasPrefix("."), name.contains("."), name != "README.md" { names.append(name) }
        }
        return names.sorted()
    }

    static func bytes(_ name: String) -> [UInt8] {
        guard let file = fopen(path(name), "rb") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// Everything that can be seen of an ingestion, in a form that compares.
struct Outcome: Equatable {
    var error: IngestError?
    var rendered = ""
    var columns: [[UInt64]] = []
    var rowCount = 0
    var format = ""
    var files: [IngestedFile] = []
    var findings: [Finding] = []
    var recognition: [RecognisedTrait] = []
    var suspicious: [Int] = []

    init(_ body: () throws(IngestError) -> IngestedSeries) {
        do {
            let read = try body()
            let series = read.series
            columns = [series.time.map { UInt64(bitPattern: $0) }]
            columns += [series.open, series.high, series.low, series.close, series.volume ?? []].map {
                $0.map(\.bitPattern)
            }
            (rowCount, format, files, findings) = (read.rowCount, read.formatName, read.files, read.findings)
            (recognition, suspicious) = (read.recognition, read.suspicious)
        } catch {
            self.error = error
            rendered = error.rendered()
        }
    }
}

/// Reads text as a file in memory.
func ingest(
    _ text: String, name: String = "x.csv", options: IngestOptions = .init(),
    _ change: (inout BarSource) -> Void = { _ in }
) throws(IngestError) -> IngestedSeries {
    var source = BarSource(files: [])
    change(&source)
    return try ingestSeries(bytes: Array(text.utf8), name: name, source: source, options: options)
}

/// Hourly bars from 2021-03-01 with a header; `change` may replace any row.
func hourlyText(_ count: Int, _ change: (Int) -> String? = { _ in nil }) -> String {
    var text = "time,open,high,low,close,volume\n"
    for bar in 0..<count {
        text += change(bar) ?? hourlyRow(bar)
        text += "\n"
    }
    return text
}

/// One ordinary row of ``hourlyText(_:_:)``.
func hourlyRow(_ bar: Int) -> String {
    "\(1_614_556_800 + 3600 * bar),\(100 + bar % 7),\(102 + bar % 7),\(99 + bar % 7),\(101 + bar % 7),1.5"
}
