#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The calls to the operating system by which files are written, named, locked and removed. Tests put faults between them and
/// the disk; what only looks (``FileFacts``, ``namesInFolder(_:)``, ``wholeFile(_:atMost:)``) is not among them.
///
/// Each behaves as the call of POSIX that it is named after: −1 and `errno` when it fails. The methods call again when a signal
/// came between.
public struct FileCalls: Sendable {
    /// `open(2)`.
    public var open: @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 = systemOpen
    /// `write(2)`.
    public var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int = systemWrite
    /// `ftruncate(2)` to nothing.
    public var truncate: @Sendable (_ file: Int32) -> Int32 = { ftruncate($0, 0) }
    /// `fsync(2)`.
    public var sync: @Sendable (_ file: Int32) -> Int32 = { fsync($0) }
    /// `close(2)`.
    public var close: @Sendable (_ file: Int32) -> Int32 = systemClose
    /// `rename(2)`.
    public var rename: @Sendable (_ from: String, _ to: String) -> Int32 = systemRename
    /// `symlink(2)`.
    public var makeLink: @Sendable (_ target: String, _ path: String) -> Int32 = { symlink($0, $1) }
    /// `mkdir(2)`.
    public var makeFolder: @Sendable (_ path: String, _ mode: mode_t) -> Int32 = { mkdir($0, $1) }
    /// `unlink(2)`.
    public var removeFile: @Sendable (_ path: String) -> Int32 = { unlink($0) }
    /// `rmdir(2)`.
    public var removeFolder: @Sendable (_ path: String) -> Int32 = { rmdir($0) }
    /// Takes the lock of an open file or folder without waiting (`flock(2)`).
    public var lock: @Sendable (_ file: Int32) -> Int32 = { flock($0, LOCK_EX | LOCK_NB) }
    /// What the disk of a folder has for its user (`statvfs(3)`); nil when it cannot be told.
    public var space: @Sendable (_ folder: String) -> DiskSpace? = { DiskSpace(folder: $0) }

    /// How many files of a tree are forced to disk at once. One after the other each would wait for the disk alone.
    public var forcedAtOnce = 1

    /// The operating system's own, until a test replaces some.
    public init() {}

    /// The operating system itself.
    public static let system: FileCalls = {
        var calls = FileCalls()
        calls.forcedAtOnce = 8
        return calls
    }()

    /// Calls again while a signal comes between; then the error number, nil for success.
    func failure(_ call: () -> Int32) -> Int32? {
        while call() < 0 {
            if errno != EINTR { return errno }
        }
        return nil
    }
}

// Out here the names are those of the system, in there those of the members.
private let systemOpen: @Sendable (String, Int32, mode_t) -> Int32 = { open($0, $1, $2) }
private let systemWrite: @Sendable (Int32, UnsafeRawBufferPointer) -> Int = { write($0, $1.baseAddress, $1.count) }
private let systemClose: @Sendable (Int32) -> Int32 = { close($0) }
private let systemRename: @Sendable (String, String) -> Int32 = { rename($0, $1) }

/// What a disk has room for.
public struct DiskSpace: Sendable {
    /// Bytes that a user without privileges may still write.
    public let free: Int
    /// Files take whole blocks of this size, bytes.
    public let block: Int

    /// A disk of the given numbers; `block` is above 0.
    public init(free: Int, block: Int) {
        (self.free, self.block) = (free, block)
    }

    /// Nil when the system does not say.
    init?(folder: String) {
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0, facts.f_frsize > 0 else { return nil }
        let block = Int(clamping: facts.f_frsize)
        let (free, overflow) = Int(clamping: facts.f_bavail).multipliedReportingOverflow(by: block)
        self.init(free: overflow ? .max : free, block: block)
    }

    /// What files of the given sizes take, with the folders they stand in. Bytes.
    public func needed(for sizes: [Int], folders: Int) -> Int {
        sizes.reduce(folders * block) { $0 + ($1 + block - 1) / block * block }
    }
}
