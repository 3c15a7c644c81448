import DurableFiles
import StressBasics

/// A file in the making, `.NAME.part` beside its final place, which survives an interruption and is gone on with.
///
/// A second file, `.NAME.part.state`, says what the bytes are the beginning of. The lock on the part keeps two programs from
/// writing the same file; the system drops it when its owner dies.
final class PartialFile {
    private let folder: String
    private let name: String
    private let calls: FileCalls
    private let file: OpenFile
    /// Bytes kept so far.
    private(set) var count: Int64

    private var path: String { file.path }
    private var statePath: String { path + ".state" }

    /// Opens or makes the part of `folder/name`.
    init(folder: String, name: String, calls: FileCalls = .system) throws(ArchiveError) {
        (self.folder, self.name, self.calls) = (folder, name, calls)
        let path = "\(folder)/.\(name).part"
        let file: OpenFile?
        do throws(FileError) {
            file = try calls.lockedFile(path)
        } catch {
            throw error.step == .locking ? PartialFile.busy(name) : ArchiveError(error)
        }
        guard let file else { throw PartialFile.busy(name) }
        count = try archiving(file.goToEnd())
        self.file = file
    }

    private static func busy(_ name: String) -> ArchiveError {
        ArchiveError(.tryAgain, "another belowzero is fetching \(name)", hint: "wait until it is done")
    }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        do throws(FileError) {
            try file.append(bytes)
            count += Int64(bytes.count)
        } catch {
            // A full disk took some of them.
            count = (try? file.goToEnd()) ?? count
            throw ArchiveError(error)
        }
    }

    /// Begins anew.
    func truncate() throws(ArchiveError) {
        try archiving(file.truncate())
        count = 0
    }

    /// What the bytes are the beginning of: as ``keepState(_:)`` wrote it.
    var state: String? { readSmallFile(statePath, most: 4096) }

    /// Remembers what the bytes are the beginning of.
    func keepState(_ text: String) throws(ArchiveError) {
        try replaceFile(statePath, with: text, calls: calls)
    }

    /// SHA-256 of the bytes as they are on disk now. O(bytes).
    func digest() throws(ArchiveError) -> Digest {
        try archiving(file.rewind())
        let digest = try archiving(hash(file))
        _ = try archiving(file.goToEnd())
        return digest
    }

    /// Forces the bytes to disk and gives the file its name, replacing an older one.
    func publish() throws(ArchiveError) {
        let target = "\(folder)/\(name)"
        do throws(FileError) {
            try file.sync()
            try calls.move(path, to: target)
        } catch {
            throw ArchiveError(error.naming(target))
        }
        calls.remove(statePath)
        try archiving(calls.syncFolder(folder))
    }

    /// Removes part and state.
    func remove() {
        calls.remove(path)
        calls.remove(statePath)
    }
}

/// SHA-256 of a file, nil when there is none. O(bytes).
func fileDigest(_ path: String) throws(ArchiveError) -> Digest? {
    do throws(FileError) {
        return try hash(OpenFile(path, .reading(followsLinks: true)))
    } catch {
        if error.isAbsence { return nil }
        throw ArchiveError(error)
    }
}

private func hash(_ file: borrowing OpenFile) throws(FileError) -> Digest {
    var builder = DigestBuilder()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
        let count = try buffer.withUnsafeMutableBufferPointer { bytes throws(FileError) in
            try file.read(into: UnsafeMutableRawBufferPointer(bytes))
        }
        if count == 0 { return builder.finish() }
        buffer.withUnsafeBytes { builder.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}

/// The text of a small file; nil when it is missing, larger or not UTF-8.
func readSmallFile(_ path: String, most: Int) -> String? {
    (try? wholeFile(path, atMost: most)).flatMap { String(validating: $0, as: UTF8.self) }
}

/// Writes a small file whole: temporary name, fsync, rename.
func replaceFile(_ path: String, with text: String, calls: FileCalls = .system) throws(ArchiveError) {
    do throws(FileError) { try calls.replaceFile(path, text) } catch { throw ArchiveError(error.naming(path)) }
}

/// Does something with files, and says what failed as the archive does.
func archiving<Value: ~Copyable>(
    _ body: @autoclosure () throws(FileError) -> Value
) throws(ArchiveError) -> Value {
    do throws(FileError) { return try body() } catch { throw ArchiveError(error) }
}

extension ArchiveError {
    /// What a call to the file system failed with.
    init(_ error: FileError) {
        self.init(
            .inputOutput, "cannot write \(error.path): \(error.words)",
            hint: error.isFull
                ? "free some space; the same command goes on where it stopped"
                : "check the folder's permissions, or choose another --out")
    }
}
