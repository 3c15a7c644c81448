import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file in the making, `.NAME.part` beside its final place, which survives an interruption and is gone on with.
///
/// A second file, `.NAME.part.state`, says what the bytes are the beginning of. The lock on the part keeps two programs from
/// writing the same file; the system drops it when its owner dies.
final class PartialFile {
    private let folder: String
    private let name: String
    private let descriptor: Int32
    /// Bytes kept so far.
    private(set) var count: Int64

    private var path: String { "\(folder)/.\(name).part" }
    private var statePath: String { path + ".state" }

    /// Opens or makes the part of `folder/name`.
    init(folder: String, name: String) throws(ArchiveError) {
        (self.folder, self.name) = (folder, name)
        let path = "\(folder)/.\(name).part"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard file >= 0 else { throw fileError(path, errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw ArchiveError(.tryAgain, "another belowzero is fetching \(name)", hint: "wait until it is done")
        }
        let size = lseek(file, 0, SEEK_END)
        guard size >= 0 else {
            let code = errno
            close(file)
            throw fileError(path, code)
        }
        (descriptor, count) = (file, Int64(size))
    }

    deinit { close(descriptor) }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = write(descriptor, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw fileError(path, errno)
            }
            count += Int64(written)
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Begins anew.
    func truncate() throws(ArchiveError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw fileError(path, errno) }
        count = 0
    }

    /// What the bytes are the beginning of: as ``keepState(_:)`` wrote it.
    var state: String? { readSmallFile(statePath, most: 4096) }

    /// Remembers what the bytes are the beginning of.
    func keepState(_ text: String) throws(ArchiveError) {
        try replaceFile(statePath, with: text)
    }

    /// SHA-256 of the bytes as they are on disk now. O(bytes).
    func digest() throws(ArchiveError) -> Digest {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw fileError(path, errno) }
        let digest = try hash(descriptor, path)
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw fileError(path, errno) }
        return digest
    }

    /// Forces the bytes to disk and gives the file its name, replacing an older one.
    func publish() throws(ArchiveError) {
        guard fsync(descriptor) == 0, rename(path, "\(folder)/\(name)") == 0 else {
            throw fileError("\(folder)/\(name)", errno)
        }
        unlink(statePath)
        try syncFolder(folder)
    }

    /// Removes part and state.
    func remove() {
        unlink(path)
        unlink(statePath)
    }
}

/// SHA-256 of a file, nil when there is none. O(bytes).
func fileDigest(_ path: String) throws(ArchiveError) -> Digest? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
        if errno == ENOENT { return nil }
        throw fileError(path, errno)
    }
    defer { close(file) }
    return try hash(file, path)
}

private func hash(_ file: Int32, _ path: String) throws(ArchiveError) -> Digest {
    var builder = DigestBuilder()
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    while true {
        let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        if count < 0 {
            if errno == EINTR { continue }
            throw fileError(path, errno)
        }
        if count == 0 { return builder.finish() }
        buffer.withUnsafeBytes { builder.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
}

/// The text of a small file; nil when it is missing, larger or not UTF-8.
func readSmallFile(_ path: String, most: Int) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: most + 1)
    var count = 0
    while count < buffer.count {
        let got = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress! + count, $0.count - count) }
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { return nil }
        if got == 0 { break }
        count += got
    }
    return count > most ? nil : String(validating: buffer[..<count], as: UTF8.self)
}

/// Writes a small file whole: temporary name, fsync, rename.
func replaceFile(_ path: String, with text: String) throws(ArchiveError) {
    let temporary = "\(path).\(getpid()).new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard file >= 0 else { throw fileError(temporary, errno) }
    let bytes = Array(text.utf8)
    var code: Int32 = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count ? 0 : max(errno, 1)
    if code == 0, fsync(file) != 0 { code = errno }
    if close(file) != 0, code == 0 { code = errno }
    if code == 0, rename(temporary, path) != 0 { code = errno }
    guard code == 0 else {
        unlink(temporary)
        throw fileError(path, code)
    }
}

/// Makes a folder and those above it.
func makeFolders(_ path: String) throws(ArchiveError) {
    var status = stat()
    if path.isEmpty || stat(path, &status) == 0 { return }
    if let slash = path.lastIndex(of: "/") { try makeFolders(String(path[..<slash])) }
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw fileError(path, errno) }
}

func syncFolder(_ path: String) throws(ArchiveError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw fileError(path, errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw fileError(path, errno) }
}

/// Bytes that are free for us where `path` lies; nil when the system does not say.
func freeBytes(_ path: String) -> Int64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
}

func fileError(_ path: String, _ code: Int32) -> ArchiveError {
    let hint =
        code == ENOSPC || code == EDQUOT
        ? "free some space; the same command goes on where it stopped"
        : "check the folder's permissions, or choose another --out"
    return ArchiveError(.inputOutput, "cannot write \(path): \(String(cString: strerror(code)))", hint: hint)
}
