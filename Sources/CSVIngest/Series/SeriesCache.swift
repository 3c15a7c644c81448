import ContentStore
import PriceSeries
import StressBasics

/// Keeps what was read from price files, so that the same bytes need not be parsed twice.
///
/// A series is kept under the digest of its files' contents, of how they were to be read, and of the version of the reader.
/// To know a file's content without reading it, the digest is kept too, under the file's identity: device, file number,
/// size and the times of its last change, by the nanosecond. A file that was written to, replaced or renamed over has
/// another identity and is read again; one that changed within the last seconds is not trusted to show its next change and
/// gets no identity yet.
public struct SeriesCache: Sendable {
    private let store: ContentStore
    /// Whatever decides how text becomes a series, beside the settings; asked for when something is looked up.
    private let version: @Sendable () -> String
    /// Files that together are smaller are read faster than looked up.
    private let leastBytes: Int
    /// Seconds after a change until the next one is sure to show in the times of a file.
    private let settlingTime: Int64

    /// Series with more findings, or more suspicious bars, are not kept.
    static let mostFindings = 100_000

    /// A cache in `store` for the reader that `version` names; for files of 1 MiB and more.
    public init(store: ContentStore, version: @escaping @autoclosure @Sendable () -> String) {
        self.init(store: store, version: version(), leastBytes: 1 << 20, settlingTime: 2)
    }

    init(
        store: ContentStore, version: @escaping @autoclosure @Sendable () -> String, leastBytes: Int,
        settlingTime: Int64
    ) {
        (self.store, self.version) = (store, version)
        (self.leastBytes, self.settlingTime) = (leastBytes, settlingTime)
    }

    /// The series that was kept for these very files and settings, and nil when there is none.
    func series(_ source: BarSource, _ files: [FileIdentity], _ options: IngestOptions) -> IngestedSeries? {
        let digests = files.compactMap { store.get($0.key).flatMap { $0.withUnsafeBytes(Digest.init(hexBytes:)) } }
        guard digests.count == files.count else { return nil }
        let key = key(source, digests, options)
        guard let entry = store.entry(key) else { return nil }
        let series = SeriesRecord.series(entry, threads: options.threads)
        if series == nil { store.remove(key) }
        return series
    }

    /// Keeps a series that was just read. `files` are the identities from before the reading.
    func keep(_ read: IngestedSeries, _ source: BarSource, _ files: [FileIdentity], _ options: IngestOptions) {
        // An archive of several tables is one file here and several there, whose digests do not tell them apart.
        guard read.files.count == files.count, read.findings.count <= SeriesCache.mostFindings,
            read.suspicious.count <= SeriesCache.mostFindings,
            identities(of: source, options) == files, files.allSatisfy({ $0.isSettled(for: settlingTime) })
        else { return }
        let key = key(source, read.files.map(\.sha256), options)
        guard SeriesRecord.lend(read, to: { store.put(key, $0) }) else { return }
        for (identity, file) in zip(files, read.files) {
            var hex = file.sha256.hex
            hex.withUTF8 { _ = store.put(identity.key, [UnsafeRawBufferPointer($0)]) }
        }
    }

    /// The identities of all files; nil when one of them has none, as the standard input, or when they are too small to
    /// matter.
    func identities(of source: BarSource, _ options: IngestOptions) -> [FileIdentity]? {
        let found = source.files.compactMap { InputPlace.named($0, options).identity }
        let bytes = found.reduce(0) { $0 + $1.byteCount }
        return found.count == source.files.count && bytes >= leastBytes ? found : nil
    }

    private func key(_ source: BarSource, _ digests: [Digest], _ options: IngestOptions) -> Digest {
        // The description of a source names every setting, with texts in quotes.
        var plain = source
        plain.policies = [:]
        // A dictionary's order is another in every process.
        let policies = source.policies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }
        let parts =
            [version(), String(reflecting: plain), policies.joined(separator: ","), "\(options.maxRowFindings)"]
            + digests.map(\.hex)
        return Digest(of: "series " + parts.joined(separator: "\n"))
    }
}
