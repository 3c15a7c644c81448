import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a run could not be written.
public struct StoreError: Error, Hashable, Sendable {
    /// What failed.
    public enum Reason: Hashable, Sendable {
        /// The folder cannot be made: permission, a file in the way, it exists already.
        case cannotCreate
        /// Writing failed half way: disk full, device error.
        case inputOutput
        /// A file of a run is not as it was written.
        case damaged
    }
    /// What failed.
    public let reason: Reason
    /// One sentence with the path and the system's words.
    public let message: String
    /// What to do.
    public let hint: String

    /// An error of the given parts.
    public init(_ reason: Reason, _ message: String, hint: String = "") {
        self.reason = reason
        self.message = message
        self.hint = hint
    }
}

/// A run folder in the making: written under a hidden temporary name beside its final place, then renamed whole.
///
/// Until ``publish()`` has returned nothing stands at the final path; after it, everything does, on disk. Whatever happens
/// in between leaves at most a folder whose name begins with `.` and ends in `.partial`.
public struct RunFolder: ~Copyable {
    /// Where the run will stand.
    public let finalPath: String
    private let temporaryPath: String
    private var isOpen = true

    /// Makes the temporary folder, and the parents of the final one.
    ///
    /// - Throws: ``StoreError`` when something stands at `finalPath` already, or a folder cannot be made.
    public init(at finalPath: String) throws(StoreError) {
        temporaryPath = try RunFolder.temporaryFolder(for: finalPath)
        self.finalPath = finalPath
    }

    private static func temporaryFolder(for finalPath: String) throws(StoreError) -> String {
        let (parent, name) = splitPath(finalPath)
        guard !exists(finalPath) else {
            throw StoreError(
                .cannotCreate, "\(finalPath) exists already", hint: "choose another --out, or move it away")
        }
        try makeFolders(parent)
        let path = "\(parent)/.\(name).\(getpid()).partial"
        guard mkdir(path, 0o777) == 0 else { throw creationError(path, errno) }
        return path
    }

    /// Writes one file and forces it to disk. `path` uses `/`; its folders are made.
    public func write(_ contents: String, to path: String) throws(StoreError) {
        precondition(!path.hasPrefix("/") && !path.split(separator: "/").contains(".."), "a path inside the run folder")
        let target = "\(temporaryPath)/\(path)"
        try makeFolders(splitPath(target).parent)
        try writeFile(contents, to: target)
    }

    /// Forces the folder to disk and gives it its final name.
    public mutating func publish() throws(StoreError) {
        try syncTree(temporaryPath)
        guard !exists(finalPath), rename(temporaryPath, finalPath) == 0 else {
            throw StoreError(
                .cannotCreate, "\(finalPath) appeared while the run was written",
                hint: "choose another --out, or move it away")
        }
        isOpen = false
        try syncFolder(splitPath(finalPath).parent)
    }

    deinit {
        if isOpen { removeTree(temporaryPath) }
    }
}

/// Writes `contents` to a new file at `path`, whole or not at all: temporary name, fsync, rename. An existing file is left
/// alone and reported.
public func writeWholeFile(_ contents: String, to path: String) throws(StoreError) {
    guard !exists(path) else { throw StoreError(.cannotCreate, "\(path) exists already", hint: "move it away first") }
    let (parent, name) = splitPath(path)
    try makeFolders(parent)
    let temporary = "\(parent)/.\(name).\(getpid()).partial"
    do {
        try writeFile(contents, to: temporary)
    } catch {
        unlink(temporary)
        throw error
    }
    guard rename(temporary, path) == 0 else {
        let code = errno
        unlink(temporary)
        throw creationError(path, code)
    }
    try syncFolder(parent)
}
