import DurableFiles
import StressBasics
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of results that can be computed again, each under the digest of everything it was computed from.
///
/// An entry is written under a temporary name, forced to disk and renamed, so that readers and other writers, in this
/// process or another, see all of it or nothing. Each of its segments carries a checksum. What is cut short, damaged or of
/// another layout is removed and counts as absent; nothing that goes wrong here is an error, it only costs time. When the
/// entries take more than ``mostBytes``, those not used for longest are removed.
///
/// The folder belongs to one user: entries are trusted once their checksums agree.
public final class ContentStore: Sendable {
    /// The folder, made when the first entry is written.
    public let folder: String
    /// Bytes of all entries together after a sweep.
    public let mostBytes: Int
    /// Bytes written since the folder was last swept; nil before the first sweep.
    private let unswept = Mutex<Int?>(nil)
    private let calls: FileCalls
    private static let serial = Atomic(0)

    /// A store in `folder`, which need not exist.
    public convenience init(folder: String, mostBytes: Int = 4 << 30) {
        self.init(folder: folder, mostBytes: mostBytes, calls: .system)
    }

    init(folder: String, mostBytes: Int, calls: FileCalls) {
        (self.folder, self.mostBytes, self.calls) = (folder, mostBytes, calls)
    }

    /// The entry under `key`; nil when there is none that is whole, as far as that can be told without looking at all of
    /// it. Its age starts anew. O(segments).
    public func entry(_ key: Digest) -> MappedEntry? {
        let path = path(of: key)
        guard let file = MappedFile(path) else { return nil }
        guard let entry = MappedEntry(file, key: key) else {
            calls.remove(path)
            return nil
        }
        utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW)
        return entry
    }

    /// A copy of the payload under `key`, checked; nil when there is none that is whole. For small entries. O(bytes).
    public func get(_ key: Digest) -> [UInt8]? {
        guard let entry = entry(key) else { return nil }
        guard let bytes = entry.checkedBytes() else {
            remove(key)
            return nil
        }
        return Array(bytes)
    }

    /// Removes an entry that turned out to be of no use. Those who have it open may go on.
    public func remove(_ key: Digest) { calls.remove(path(of: key)) }

    /// Keeps `parts`, one behind the other, under `key`. False when that was not possible.
    ///
    /// O(bytes), and a scan of the folder now and then.
    @discardableResult
    public func put(_ key: Digest, _ parts: [UnsafeRawBufferPointer]) -> Bool {
        let header = EntryHeader(key: key, parts: parts)
        guard header.totalBytes <= mostBytes, (try? write(header, parts, to: path(of: key))) != nil else {
            return false
        }
        sweepIfDue(header.totalBytes)
        return true
    }

    /// Entries, and folders that are made for them, are for this user alone.
    private func write(
        _ header: EntryHeader, _ parts: [UnsafeRawBufferPointer], to path: String
    ) throws(FileError) {
        try calls.makeFolders(folder, mode: 0o700)
        // Other threads may be writing the same entry.
        let temporary = temporaryPath(for: path) + ".\(ContentStore.serial.add(1, ordering: .relaxed).oldValue)"
        var file = try TemporaryFile(for: path, at: temporary, mode: 0o600, calls: calls)
        try header.bytes.withUnsafeBufferPointer { words throws(FileError) in
            try file.append(UnsafeRawBufferPointer(words))
        }
        for part in parts { try file.append(part) }
        try file.publish()
    }

    private func path(of key: Digest) -> String { "\(folder)/\(key.hex)" }

    /// Sweeps with the first entry and whenever a sixteenth of the bound was written since.
    private func sweepIfDue(_ bytes: Int) {
        let isDue = unswept.withLock { unswept in
            let sum = unswept.map { $0 + bytes }
            unswept = sum.map { $0 > mostBytes / 16 ? 0 : $0 } ?? 0
            return unswept == 0
        }
        if isDue { sweep() }
    }

    /// Removes the entries not used for longest until the rest is within the bound, and files left by writers that died.
    public func sweep() {
        let files = namesInFolder(folder).compactMap { name in
            FileFacts("\(folder)/\(name)").flatMap { $0.kind == .file ? (name: name, facts: $0) : nil }
        }
        let now = time(nil)
        for stale in files where stale.name.hasPrefix(".") && now - stale.facts.changed.seconds > 3600 {
            calls.remove("\(folder)/\(stale.name)")
        }
        let entries = files.filter { ContentStore.isKey($0.name) }.sorted {
            ($1.facts.changed, $0.name) < ($0.facts.changed, $1.name)
        }
        var sum = 0
        for entry in entries {
            sum += entry.facts.bytes
            if sum > mostBytes { calls.remove("\(folder)/\(entry.name)") }
        }
    }

    private static func isKey(_ name: String) -> Bool {
        name.utf8.count == 64 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
