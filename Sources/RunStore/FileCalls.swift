#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The calls to the operating system by which runs are written. Tests put faults between them and the disk.
///
/// Each behaves as the call of POSIX that it is named after: −1 and `errno` when it fails.
struct FileCalls: Sendable {
    /// `open(2)` for writing a new file.
    var create: @Sendable (_ path: String) -> Int32 = {
        Glue.open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    /// `open(2)` of a folder.
    var openFolder: @Sendable (_ path: String) -> Int32 = {
        Glue.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW, 0)
    }
    /// `open(2)` of a file that was written, to force it to disk.
    var openFile: @Sendable (_ path: String) -> Int32 = {
        Glue.open($0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
    }
    /// `write(2)`.
    var write: @Sendable (_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int = { Glue.write($0, $1) }
    /// `fsync(2)`.
    var sync: @Sendable (_ file: Int32) -> Int32 = { fsync($0) }
    /// `close(2)`.
    var close: @Sendable (_ file: Int32) -> Int32 = { Glue.close($0) }
    /// `rename(2)`.
    var rename: @Sendable (_ from: String, _ to: String) -> Int32 = { Glue.rename($0, $1) }
    /// `mkdir(2)`.
    var makeFolder: @Sendable (_ path: String) -> Int32 = { mkdir($0, 0o777) }
    /// `unlink(2)`.
    var removeFile: @Sendable (_ path: String) -> Int32 = { unlink($0) }
    /// `rmdir(2)`.
    var removeFolder: @Sendable (_ path: String) -> Int32 = { rmdir($0) }
    /// Takes the lock of an open folder without waiting (`flock(2)`).
    var lock: @Sendable (_ folder: Int32) -> Int32 = { flock($0, LOCK_EX | LOCK_NB) }
    /// What the disk of a folder has for its user (`statvfs(3)`); nil when it cannot be told.
    var space: @Sendable (_ folder: String) -> DiskSpace? = { DiskSpace(folder: $0) }

    /// The operating system itself.
    static let system = FileCalls()
}

/// The calls whose names members of ``FileCalls`` have, too.
private enum Glue {
    static func open(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, flags, mode)
        #else
            Darwin.open(path, flags, mode)
        #endif
    }

    static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(file, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(file, bytes.baseAddress, bytes.count)
        #endif
    }

    static func close(_ file: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.close(file)
        #else
            Darwin.close(file)
        #endif
    }

    static func rename(_ from: String, _ to: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.rename(from, to)
        #else
            Darwin.rename(from, to)
        #endif
    }
}

/// What a disk has room for.
struct DiskSpace: Sendable {
    /// Bytes that a user without privileges may still write.
    let free: Int
    /// Files take whole blocks of this size.
    let block: Int

    init(free: Int, block: Int) {
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

    /// What files of the given sizes take, with the folders they stand in.
    func needed(for sizes: [Int], folders: Int) -> Int {
        sizes.reduce(folders * block) { $0 + ($1 + block - 1) / block * block }
    }
}
