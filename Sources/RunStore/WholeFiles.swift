import StressBasics

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

func writeWholeFile(_ contents: String, to path: String, calls: FileCalls) throws(StoreError) {
    try writeWholeFiles([(path, contents)], calls: calls)
}

func writeWholeFiles(_ files: [(path: String, contents: String)], calls: FileCalls) throws(StoreError) {
    for file in files where exists(file.path) {
        throw StoreError(.cannotCreate, "\(file.path) exists already", hint: "move it away first")
    }
    var (written, folders) = ([String](), [String]())
    do throws(StoreError) {
        for file in files {
            let parent = splitPath(file.path).parent
            folders += try calls.makeFolders(parent)
            try calls.replaceFile(file.path, file.contents)
            written.append(file.path)
            try calls.syncFolder(parent)
        }
    } catch {
        written.reversed().forEach(calls.remove)
        calls.removeFolders(folders)
        throw error
    }
}
