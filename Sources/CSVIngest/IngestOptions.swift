import PriceSeries
import StressBasics

/// How files are found and read; nothing here changes what is read.
public struct IngestOptions: Sendable {
    /// Bytes handed to the CSV parser at a time, at least 1. The result does not depend on it.
    public var chunkBytes: Int = 1 << 18
    /// Threads that read one file together, at least 1. The result does not depend on it.
    public var threads: Int = 1
    /// How the rows of a file are walked. The result does not depend on it.
    public var path = ReadingPath.automatic
    /// Where series that were read before are kept; nil to read everything again. The result does not depend on it.
    public var cache: SeriesCache?
    /// Bad rows listed one by one for each file; counts stay exact beyond it.
    public var maxRowFindings: Int = 1000
    /// Asked before every piece of a file; true stops the reading with ``IngestError/Reason/cancelled``.
    public var isCancelled: @Sendable () -> Bool = { false }
    /// The folder that relative file names start from; empty for the working directory. Names are shown without it.
    public var baseFolder: String = ""
    /// Where files are that do not lie where their names say, by name. They are shown under their names.
    public var paths: [String: String] = [:]
    /// Bytes read at a time and the slices they are cut into; nil to choose. For tests of places to cut.
    var windowBytes: Int?
    var sliceCount: Int?

    /// Options with their defaults unless said otherwise.
    public init(chunkBytes: Int = 1 << 18, maxRowFindings: Int = 1000) {
        self.chunkBytes = chunkBytes
        self.maxRowFindings = maxRowFindings
    }
}

extension IngestOptions {
    /// Options for reading `files` files at once on `threads` threads together.
    public init(threads: Int, files: Int) {
        self.init()
        self.threads = max(1, threads / max(1, files))
    }
}

/// How the rows of a file are walked.
public enum ReadingPath: Sendable, CaseIterable {
    /// In slices on all threads, each line cut down to the columns in use, wherever no quote can change what a line is.
    case automatic
    /// The whole text from front to back, one line at a time: the plain way that the other is measured by.
    case lineByLine
}

/// A price history together with everything that was noticed while it was read.
public struct IngestedSeries: Sendable {
    /// The bars, ascending, one for each open time.
    public let series: BarSeries
    /// The format's name: one of ``knownFormats``, or `explicit columns`.
    public let formatName: String
    /// One sentence: how the format was recognised.
    public let formatReason: String
    /// What else was found out about the first file, and how sure that is: encoding, delimiter, columns, time, numbers.
    public let recognition: [RecognisedTrait]
    /// The files in the order in which they were read.
    public let files: [IngestedFile]
    /// Data rows read from all files, the dropped ones included.
    public let rowCount: Int
    /// One summary for each check, also for those that passed, in a fixed order; then single rows and bars in file order.
    public let findings: [Finding]
    /// Bars that are kept although their prices may never have been traded: with an extreme that the bars around them do not
    /// know and no other venue confirms, or of zeros. Ascending.
    public let suspicious: [Int]

    /// The series without its suspicious bars; nil when there are none, or no other.
    public var withoutSuspicious: BarSeries? {
        guard !suspicious.isEmpty, suspicious.count < series.count else { return nil }
        let gone = Set(suspicious)
        let kept = series.time.indices.filter { !gone.contains($0) }
        func pick<Value>(_ column: [Value]) -> [Value] { kept.map { column[$0] } }
        return try? BarSeries(
            time: pick(series.time), open: pick(series.open), high: pick(series.high), low: pick(series.low),
            close: pick(series.close), volume: series.volume.map(pick))
    }
}

/// One file that was read.
public struct IngestedFile: Hashable, Codable, Sendable {
    /// The name as given.
    public let name: String
    /// Bytes on the disk, before decompression.
    public let byteCount: Int
    /// Data rows, the dropped ones included; header and blank lines do not count.
    public let rowCount: Int
    /// The digest of the bytes on the disk.
    public let sha256: Digest
}
