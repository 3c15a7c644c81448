#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// What only looks at the file system.

/// What stands at a path.
public enum PathKind: Hashable, Sendable {
    case nothing
    case file
    case folder
    case link
    case other

    /// What stands at `path`, not followed when it is a link.
    public init(_ path: String) { self = FileFacts(path)?.kind ?? .nothing }
}

/// What the system says of something that stands at a path.
public struct FileFacts: Sendable {
    /// A moment as files have it.
    public struct Moment: Hashable, Comparable, Sendable {
        /// Since the beginning of 1970, UTC.
        public let seconds: Int
        /// Beyond the second.
        public let nanoseconds: Int

        /// Whether the first was before the second.
        public static func < (a: Moment, b: Moment) -> Bool {
            (a.seconds, a.nanoseconds) < (b.seconds, b.nanoseconds)
        }
    }

    /// What it is; never `nothing`.
    public let kind: PathKind
    /// Its size in bytes.
    public let bytes: Int
    /// When its content was last changed.
    public let changed: Moment
    /// The device and the number there, which no two things have at the same time.
    let (device, number): (Int64, UInt64)

    /// Nil when nothing stands there, or nothing that may be looked at.
    public init?(_ path: String, followsLinks: Bool = false) {
        var status = stat()
        guard (followsLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
        self.init(status)
    }

    /// Those of an open file.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        #if canImport(Glibc)
            let time = status.st_mtim
        #else
            let time = status.st_mtimespec
        #endif
        changed = Moment(seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec))
        bytes = Int(status.st_size)
        (device, number) = (Int64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino))
    }
}

/// Whether something stands at a path; a link that leads nowhere counts.
public func exists(_ path: String) -> Bool { FileFacts(path) != nil }

/// What the link at `path` points at, as it is written in it; nil when there is no link, or one of 4096 bytes or more.
public func linkTarget(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
        readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count > 0 && count < buffer.count ? String(decoding: buffer[..<count], as: UTF8.self) : nil
}

/// The folder and the last component of a path; `.` when there is no folder.
public func splitPath(_ path: String) -> (parent: String, name: String) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return (".", trimmed) }
    let parent = String(trimmed[..<slash])
    return (parent.isEmpty ? "/" : parent, String(trimmed[trimmed.index(after: slash)...]))
}

/// The names in a folder in byte order, hidden ones too; empty when it cannot be read. O(n log n) for n names.
public func namesInFolder(_ path: String) -> [String] { (try? listedNames(path)) ?? [] }

/// The names in a folder in byte order, hidden ones too. O(n log n) for n names.
///
/// - Throws: ``FileError`` when there is no such folder or it may not be read.
public func listedNames(_ path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw FileError(.reading, path, errno) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            // The name ends in a zero byte within the field that the system filled.
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

/// Why ``wholeFile(_:atMost:)`` gave nothing.
public enum UnreadFile: Error, Hashable, Sendable {
    /// It cannot be opened or read.
    case failed(FileError)
    /// It is no regular file, or larger than what is taken.
    case unfit
}

/// The bytes of a regular file that is not a link. One that others shorten meanwhile ends where they cut it. O(bytes).
///
/// - Parameter most: the largest file that is read, bytes.
public func wholeFile(_ path: String, atMost most: Int) throws(UnreadFile) -> [UInt8] {
    do throws(FileError) {
        let file = try OpenFile(path, .reading())
        if let facts = file.facts, facts.kind == .file, facts.bytes <= most {
            return try file.read(atMost: facts.bytes)
        }
    } catch {
        throw .failed(error)
    }
    throw .unfit
}

/// The first bytes of what stands at `path`, links followed: `count` of them, or all where there are fewer. O(count).
///
/// - Throws: ``FileError`` when it cannot be read. A pipe that nobody writes into is empty, and does not keep us waiting.
public func firstBytes(of path: String, _ count: Int) throws(FileError) -> [UInt8] {
    try OpenFile(path, .reading(followsLinks: true)).read(atMost: count)
}
