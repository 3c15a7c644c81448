import DurableFiles

/// Writes `contents` to a new file at `path`, whole or not at all: temporary name, fsync, rename. An existing file is left
/// alone and reported.
public func writeWholeFile(_ contents: String, to path: String) throws(StoreError) {
    try writeWholeFiles([(path, contents)])
}

/// Writes several new files, in order, all of them or none: when one cannot be written those before it are removed again, with
/// the folders that were made for them. Existing files are left alone and reported.
public func writeWholeFiles(_ files: [(path: String, contents: String)]) throws(StoreError) {
    try writeWholeFiles(files, calls: .system)
}

func writeWholeFiles(_ files: [(path: String, contents: String)], calls: FileCalls) throws(StoreError) {
    for file in files where exists(file.path) {
        throw StoreError(.cannotCreate, "\(file.path) exists already", hint: "move it away first")
    }
    var (written, folders) = ([String](), [String]())
    do throws(FileError) {
        for file in files {
            let parent = splitPath(file.path).parent
            folders += try calls.makeFolders(parent)
            do throws(FileError) {
                try calls.replaceFile(file.path, file.contents)
            } catch {
                throw FileError(error.step, file.path, error.code)
            }
            written.append(file.path)
            try calls.syncFolder(parent)
        }
    } catch {
        for path in written.reversed() { calls.remove(path) }
        calls.removeFolders(folders)
        throw StoreError(error)
    }
}

/// Replaces the file at `path` by one with these contents, whole or not at all: temporary name, fsync, rename.
///
/// Readers see the old file or the new one. A link at `path` is replaced, not followed; anything else that is not a file
/// is left alone.
public func replaceWholeFile(_ contents: String, at path: String) throws(StoreError) {
    try replaceWholeFile(contents, at: path, calls: .system)
}

func replaceWholeFile(_ contents: String, at path: String, calls: FileCalls) throws(StoreError) {
    try expectReplaceable(path)
    let parent = splitPath(path).parent
    _ = try storing(calls.makeFolders(parent))
    try storing(calls.replaceFile(path, contents))
    try storing(calls.syncFolder(parent))
}

/// Throws when what stands at `path` is neither a file nor a link.
func expectReplaceable(_ path: String) throws(StoreError) {
    let kind = PathKind(path)
    guard kind == .nothing || kind == .file || kind == .link else {
        throw StoreError(.cannotCreate, "\(path) is not a file", hint: "choose another path")
    }
}

/// The bytes of a file of a run folder.
func runFile(_ path: String, atMost most: Int) throws(StoreError) -> [UInt8] {
    do throws(UnreadFile) {
        return try wholeFile(path, atMost: most)
    } catch {
        switch error {
        case .failed(let error): throw StoreError(.badFolder, "cannot read \(path): \(error.words)")
        case .unfit: throw StoreError(.badFolder, "\(path) is not a file of at most \(most >> 20) MiB")
        }
    }
}
