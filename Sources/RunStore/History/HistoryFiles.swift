#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// What the history asks of the file system beside the calls that run folders are written with.

/// What stands at a path, not followed when it is a link.
enum PathKind {
    case nothing
    case file
    case folder
    case link
    case other

    init(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            self = .nothing
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        default: self = .other
        }
    }
}

/// The names in a folder in byte order; empty when it cannot be read.
func namesInFolder(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            // The name ends in a zero byte within the field that the system filled.
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

/// The bytes of a regular file that is not a link.
func wholeFile(_ path: String, atMost most: Int) throws(HistoryError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw unreadable(path, errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= most else {
        throw HistoryError(.badFolder, "\(path) is not a file of at most \(most >> 20) MiB")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
        while count < buffer.count {
            // The range is within the buffer by the loop's condition.
            let got = read(file, buffer.baseAddress! + count, buffer.count - count)
            if got < 0, errno == EINTR { continue }
            if got < 0 { failure = errno }
            if got <= 0 { break }
            count += got
        }
    }
    guard failure == 0 else { throw unreadable(path, failure) }
    return bytes
}

private func unreadable(_ path: String, _ code: Int32) -> HistoryError {
    HistoryError(.badFolder, "cannot read \(path): \(String(cString: strerror(code)))")
}

/// Replaces the file at `path` by one with these contents, whole or not at all: temporary name, fsync, rename.
///
/// Readers see the old file or the new one. A link at `path` is replaced, not followed; anything else that is not a file
/// is left alone.
public func replaceWholeFile(_ contents: String, at path: String) throws(StoreError) {
    let kind = PathKind(path)
    guard kind == .nothing || kind == .file || kind == .link else {
        throw StoreError(.cannotCreate, "\(path) is not a file", hint: "choose another path")
    }
    let (parent, name) = splitPath(path)
    try makeFolders(parent)
    let temporary = "\(parent)/.\(name).\(getpid()).partial"
    unlink(temporary)
    do throws(StoreError) {
        try writeFile(contents, to: temporary)
        guard rename(temporary, path) == 0 else { throw creationError(path, errno) }
    } catch {
        unlink(temporary)
        throw error
    }
    try syncFolder(parent)
}
