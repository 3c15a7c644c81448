#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// The few steps that writing whole folders takes, with the system's words in every error.

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

func creationError(_ path: String, _ code: Int32) -> StoreError {
    let words = String(cString: strerror(code))
    if code == ENOSPC || code == EIO || code == EDQUOT { return writingError(path, code) }
    return StoreError(
        .cannotCreate, "cannot create \(path): \(words)",
        hint: "check the folder's permissions, or choose another path")
}

func writingError(_ path: String, _ code: Int32) -> StoreError {
    let isFull = code == ENOSPC || code == EDQUOT
    return StoreError(
        .inputOutput, "cannot write \(path): \(String(cString: strerror(code)))",
        hint: isFull ? "free some space and run it again" : "check the disk, and run it again")
}

extension FileCalls {
    /// Calls again while a signal comes between; then the error number, nil for success.
    private func failure(_ call: () -> Int32) -> Int32? {
        while call() < 0 {
            if errno != EINTR { return errno }
        }
        return nil
    }

    /// Makes a folder and its parents; gives those that were not there, outermost first.
    @discardableResult
    func makeFolders(_ path: String) throws(StoreError) -> [String] {
        if exists(path) || path.isEmpty { return [] }
        let made = try makeFolders(splitPath(path).parent)
        guard let code = failure({ makeFolder(path) }) else { return made + [path] }
        if code == EEXIST { return made }
        removeFolders(made)
        throw creationError(path, code)
    }

    /// Removes folders that were made for nothing, innermost first, as far as they are empty.
    func removeFolders(_ made: [String]) {
        for folder in made.reversed() { _ = failure { removeFolder(folder) } }
    }

    /// Makes one folder; false when it stands already.
    func makeNewFolder(_ path: String) throws(StoreError) -> Bool {
        guard let code = failure({ makeFolder(path) }) else { return true }
        if code == EEXIST { return false }
        throw creationError(path, code)
    }

    /// Writes a new file and, unless that is not wanted, forces it to disk.
    func writeFile(_ path: String, _ parts: [[UInt8]], isSynced: Bool = true) throws(StoreError) {
        var file: Int32 = -1
        let refusal = failure {
            file = create(path)
            return file
        }
        if let refusal { throw creationError(path, refusal) }
        var code: Int32?
        for part in parts where code == nil { code = part.withUnsafeBytes { writeAll($0, to: file) } }
        if code == nil, isSynced { code = failure { sync(file) } }
        // After an interrupted close the descriptor is gone, and the bytes are on the disk already.
        if close(file) != 0, errno != EINTR, code == nil { code = errno }
        if let code { throw writingError(path, code) }
    }

    /// Writes a text as a new file.
    func writeFile(_ path: String, _ contents: String, isSynced: Bool = true) throws(StoreError) {
        try writeFile(path, [Array(contents.utf8)], isSynced: isSynced)
    }

    /// The error number of the first write that failed, nil when all bytes were taken.
    private func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let written = write(file, rest)
            if written < 0, errno == EINTR { continue }
            if written < 0 { return errno }
            // A disk that takes nothing and says nothing would keep us for ever.
            if written == 0 { return EIO }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
        return nil
    }

    /// Writes a file under a temporary name, forces it to disk and gives it its own: whole or not at all. What stood there
    /// before is replaced.
    func replaceFile(_ path: String, _ parts: [[UInt8]], isSynced: Bool = true) throws(StoreError) {
        let (parent, name) = splitPath(path)
        let temporary = "\(parent)/.\(name).\(getpid()).partial"
        remove(temporary)
        do throws(StoreError) {
            try writeFile(temporary, parts, isSynced: isSynced)
            try move(temporary, to: path)
        } catch {
            remove(temporary)
            throw error
        }
    }

    /// The same for a text.
    func replaceFile(_ path: String, _ contents: String) throws(StoreError) {
        try replaceFile(path, [Array(contents.utf8)])
    }

    func move(_ from: String, to path: String) throws(StoreError) {
        if let code = failure({ rename(from, path) }) { throw creationError(path, code) }
    }

    func remove(_ path: String) { _ = failure { removeFile(path) } }

    func syncFolder(_ path: String) throws(StoreError) { try force(path, openFolder) }

    /// Forces the files in a folder, their names, and all folders below it to disk.
    ///
    /// Together at the end: file systems with a journal then write most of it once, and not once a file.
    func syncTree(_ path: String) throws(StoreError) {
        for (name, isFolder) in entries(of: path) {
            if isFolder { try syncTree("\(path)/\(name)") } else { try force("\(path)/\(name)", openFile) }
        }
        try syncFolder(path)
    }

    private func force(_ path: String, _ open: (String) -> Int32) throws(StoreError) {
        var file: Int32 = -1
        let refusal = failure {
            file = open(path)
            return file
        }
        if let refusal { throw writingError(path, refusal) }
        defer { _ = close(file) }
        if let code = failure({ sync(file) }) { throw writingError(path, code) }
    }

    /// Removes a folder and everything in it, as far as possible. Links are removed, not followed.
    func removeTree(_ path: String) {
        removeContents(path)
        _ = failure { removeFolder(path) }
    }

    /// The same for what is in a folder.
    func removeContents(_ path: String) {
        for (name, isFolder) in entries(of: path) {
            if isFolder { removeTree("\(path)/\(name)") } else { remove("\(path)/\(name)") }
        }
    }
}

func entries(of path: String) -> [(name: String, isFolder: Bool)] {
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

// The same steps for those who write beside run folders.

func makeFolders(_ path: String) throws(StoreError) { try FileCalls.system.makeFolders(path) }
func writeFile(_ contents: String, to path: String) throws(StoreError) {
    try FileCalls.system.writeFile(path, contents)
}
func syncFolder(_ path: String) throws(StoreError) { try FileCalls.system.syncFolder(path) }
func removeTree(_ path: String) { FileCalls.system.removeTree(path) }
