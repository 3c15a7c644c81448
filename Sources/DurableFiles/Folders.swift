#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FileCalls {
    /// Makes a folder and its parents; gives those that were not there, outermost first. After an error none of them is left.
    @discardableResult
    public func makeFolders(_ path: String, mode: mode_t = 0o777) throws(FileError) -> [String] {
        if exists(path) || path.isEmpty { return [] }
        let made = try makeFolders(splitPath(path).parent, mode: mode)
        do throws(FileError) {
            return try makeNewFolder(path, mode: mode) ? made + [path] : made
        } catch {
            removeFolders(made)
            throw error
        }
    }

    /// Makes one folder; false when something stands there already.
    public func makeNewFolder(_ path: String, mode: mode_t = 0o777) throws(FileError) -> Bool {
        guard let code = failure({ makeFolder(path, mode) }) else { return true }
        if code == EEXIST { return false }
        throw FileError(.creating, path, code)
    }

    /// Removes folders that were made for nothing, innermost first, as far as they are empty.
    public func removeFolders(_ made: [String]) {
        for folder in made.reversed() { _ = failure { removeFolder(folder) } }
    }

    /// Forces the names in a folder to disk. A link to a folder is followed.
    public func syncFolder(_ path: String) throws(FileError) { try force(path, .folder(followsLinks: true)) }

    /// Forces the files in a folder, their names, and all folders below it to disk. O(files).
    ///
    /// Together at the end: file systems with a journal then write most of it once, and not once a file.
    public func syncTree(_ path: String) throws(FileError) {
        for inner in namesInFolder(path).map({ "\(path)/\($0)" }) {
            if PathKind(inner) == .folder { try syncTree(inner) } else { try force(inner, .reading()) }
        }
        try syncFolder(path)
    }

    private func force(_ path: String, _ way: OpenFile.Way) throws(FileError) {
        do throws(FileError) {
            try OpenFile(path, way, calls: self).sync()
        } catch {
            throw FileError(.writing, error.path, error.code)
        }
    }

    /// Removes a folder and everything in it, as far as possible. Links are removed, not followed. O(files).
    public func removeTree(_ path: String) {
        removeContents(path)
        _ = failure { removeFolder(path) }
    }

    /// The same for what is in a folder.
    public func removeContents(_ path: String) {
        for inner in namesInFolder(path).map({ "\(path)/\($0)" }) {
            if PathKind(inner) == .folder { removeTree(inner) } else { remove(inner) }
        }
    }
}
