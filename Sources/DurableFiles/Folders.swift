import Dispatch
import Synchronization

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
        let forcing = TreeForcing(FileCalls.tree(path))
        onThreads(min(forcedAtOnce, forcing.files.count)) {
            while let file = forcing.next() {
                do throws(FileError) {
                    try force(file.path, file.isFolder ? .folder(followsLinks: true) : .reading())
                } catch {
                    forcing.fail(error, at: file.place)
                }
            }
        }
        if let error = forcing.error { throw error }
    }

    /// Runs the same on so many threads, this one among them. They wait for the disk, so there may be more than processors.
    private func onThreads(_ count: Int, _ work: @escaping @Sendable () -> Void) {
        let others = DispatchGroup()
        for _ in 1..<max(1, count) { DispatchQueue(label: "forcing files").async(group: others, execute: work) }
        work()
        others.wait()
    }

    /// The files in a folder and in all folders below it, and each folder behind what is in it.
    private static func tree(_ path: String) -> [(path: String, isFolder: Bool)] {
        let inner = namesInFolder(path).map { "\(path)/\($0)" }
        return inner.flatMap { PathKind($0) == .folder ? tree($0) : [($0, false)] } + [(path, true)]
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

/// Files and folders that are forced to disk by several threads, until one of them fails.
private final class TreeForcing: Sendable {
    let files: [(path: String, isFolder: Bool)]
    private let handedOut = Atomic(0)
    private let failed = Mutex<(place: Int, error: FileError)?>(nil)

    init(_ files: [(path: String, isFolder: Bool)]) { self.files = files }

    /// One that nobody has taken; nil when there is none, or one has failed.
    func next() -> (path: String, isFolder: Bool, place: Int)? {
        let place = handedOut.add(1, ordering: .relaxed).oldValue
        guard place < files.count, error == nil else { return nil }
        return (files[place].path, files[place].isFolder, place)
    }

    /// Of several failures that are met the first in order of the files is told.
    func fail(_ error: FileError, at place: Int) {
        failed.withLock { if place <= $0?.place ?? place { $0 = (place, error) } }
    }

    var error: FileError? { failed.withLock { $0?.error } }
}
