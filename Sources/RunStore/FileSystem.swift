#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The few calls that writing whole folders takes, with the system's words in every error.

func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
}

/// The folder and the last component of a path; `.` when there is no folder.
func splitPath(_ path: String) -> (parent: String, name: String) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return (".", trimmed) }
    let parent = String(trimmed[..<slash])
    return (parent.isEmpty ? "/" : parent, String(trimmed[trimmed.index(after: slash)...]))
}

func makeFolders(_ path: String) throws(StoreError) {
    if exists(path) || path.isEmpty { return }
    try makeFolders(splitPath(path).parent)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw creationError(path, errno) }
}

func creationError(_ path: String, _ code: Int32) -> StoreError {
    let words = String(cString: strerror(code))
    if code == ENOSPC || code == EIO || code == EDQUOT { return writingError(path, code) }
    return StoreError(
        .cannotCreate, "cannot create \(path): \(words)",
        hint: "check the folder's permissions, or choose another --out")
}

func writingError(_ path: String, _ code: Int32) -> StoreError {
    let hint = code == ENOSPC || code == EDQUOT ? "free some space; nothing was left behind" : "nothing was left behind"
    return StoreError(.inputOutput, "cannot write \(path): \(String(cString: strerror(code)))", hint: hint)
}

/// Writes a new file and forces it to disk.
func writeFile(_ contents: String, to path: String) throws(StoreError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw creationError(path, errno) }
    var failure = writeAll(contents, to: file)
    if failure == nil, fsync(file) != 0 { failure = errno }
    if close(file) != 0, failure == nil { failure = errno }
    if let failure { throw writingError(path, failure) }
}

/// The error number of the first write that failed, nil when all bytes were taken.
private func writeAll(_ contents: String, to file: Int32) -> Int32? {
    var copy = contents
    return copy.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = write(file, base, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        return nil
    }
}

func syncFolder(_ path: String) throws(StoreError) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw writingError(path, errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw writingError(path, errno) }
}

/// Forces the names in a folder and all folders below it to disk.
func syncTree(_ path: String) throws(StoreError) {
    for (name, isFolder) in entries(of: path) where isFolder { try syncTree("\(path)/\(name)") }
    try syncFolder(path)
}

/// Removes a folder and everything in it, as far as possible. Links are removed, not followed.
func removeTree(_ path: String) {
    for (name, isFolder) in entries(of: path) {
        if isFolder { removeTree("\(path)/\(name)") } else { unlink("\(path)/\(name)") }
    }
    rmdir(path)
}

private func entries(of path: String) -> [(name: String, isFolder: Bool)] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var found: [(String, Bool)] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        var status = stat()
        let isFolder = lstat("\(path)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        found.append((name, isFolder))
    }
    return found
}
