#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a file is written before it has its name: hidden beside its place, `.NAME.PID.partial`.
public func temporaryPath(for path: String) -> String {
    let (parent, name) = splitPath(path)
    return "\(parent)/.\(name).\(getpid()).partial"
}

extension FileCalls {
    /// Removes what earlier processes of this machine that have ended, however that was, left under temporary names for `path`. O(names
    /// in the folder).
    public func removeAbandoned(for path: String) {
        let (parent, name) = splitPath(path)
        let (before, after) = (".\(name).", ".partial")
        for found in namesInFolder(parent)
        where found.hasPrefix(before) && found.hasSuffix(after) && found.count > before.count + after.count {
            let number = pid_t(found.dropFirst(before.count).dropLast(after.count))
            guard let number, number > 0, kill(number, 0) != 0, errno == ESRCH else { continue }
            remove("\(parent)/\(found)")
        }
    }
}

/// A file in the making under a temporary name beside its place: whole or not at all. It is removed with its owner unless it was
/// published.
public struct TemporaryFile: ~Copyable {
    /// Where it will stand.
    public let path: String
    /// Where it is until then.
    public let temporaryPath: String
    private let calls: FileCalls
    private var file: OpenFile
    private var isPublished = false

    /// Makes the file; one that an earlier process of the same number left is removed.
    ///
    /// - Parameters:
    ///   - temporary: another temporary path, in the same file system.
    ///   - mode: who may do what with the file, as in `open(2)`.
    public init(
        for path: String, at temporary: String? = nil, mode: mode_t = 0o666, calls: FileCalls = .system
    ) throws(FileError) {
        let temporary = temporary ?? DurableFiles.temporaryPath(for: path)
        calls.remove(temporary)
        file = try OpenFile(temporary, .new(mode: mode), calls: calls)
        (self.path, temporaryPath, self.calls) = (path, temporary, calls)
    }

    deinit { if !isPublished { calls.remove(temporaryPath) } }

    /// Adds bytes at the end. O(bytes).
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.append(bytes) }

    /// The same for bytes in an array.
    public func append(_ bytes: [UInt8]) throws(FileError) { try file.append(bytes) }

    /// Forces the bytes to disk and gives the file its name; the name is on disk after ``FileCalls/syncFolder(_:)``.
    ///
    /// - Parameters:
    ///   - replacing: whether what stands there goes; else it is an error, `EEXIST`, as far as that can be seen before.
    ///   - isSynced: whether the bytes must outlive a power cut.
    public mutating func publish(replacing: Bool = true, isSynced: Bool = true) throws(FileError) {
        if isSynced { try file.sync() }
        try file.close()
        guard replacing || !exists(path) else { throw FileError.existing(path) }
        try calls.move(temporaryPath, to: path)
        isPublished = true
    }
}

extension FileCalls {
    /// Writes a file under a temporary name, forces it to disk and gives it its own: whole or not at all. What stood there before is
    /// replaced, a link too.
    ///
    /// Readers see the old file or the new one. After an error the old one stands and the temporary one is gone.
    public func replaceFile(
        _ path: String, _ parts: [[UInt8]], at temporary: String? = nil, isSynced: Bool = true
    ) throws(FileError) {
        var file = try TemporaryFile(for: path, at: temporary, calls: self)
        for part in parts { try file.append(part) }
        try file.publish(isSynced: isSynced)
    }

    /// The same for a text.
    public func replaceFile(_ path: String, _ contents: String, at temporary: String? = nil) throws(FileError) {
        try replaceFile(path, [Array(contents.utf8)], at: temporary)
    }

    /// Points the link at `path`, which is made when it is not there, at `target`, by one rename.
    public func replaceLink(_ path: String, to target: String) throws(FileError) {
        let temporary = temporaryPath(for: path)
        remove(temporary)
        if let code = failure({ makeLink(target, temporary) }) { throw FileError(.creating, path, code) }
        do throws(FileError) {
            try move(temporary, to: path)
        } catch {
            remove(temporary)
            throw error
        }
    }

    /// Writes a file that is not there yet, with no temporary name: for those in a folder that has one.
    public func writeFile(_ path: String, _ contents: String, isSynced: Bool = true) throws(FileError) {
        try writeFile(path, Array(contents.utf8), isSynced: isSynced)
    }

    /// The same for bytes.
    public func writeFile(_ path: String, _ contents: [UInt8], isSynced: Bool = true) throws(FileError) {
        var file = try OpenFile(path, .new(mode: 0o666), calls: self)
        try file.append(contents)
        if isSynced { try file.sync() }
        try file.close()
    }

    /// Gives what stands at `from` another path in the same file system, replacing a file there.
    public func move(_ from: String, to path: String) throws(FileError) {
        if let code = failure({ rename(from, path) }) { throw FileError(.creating, path, code) }
    }

    /// Removes a file or link; false when that was not possible.
    @discardableResult
    public func remove(_ path: String) -> Bool { failure { removeFile(path) } == nil }
}
