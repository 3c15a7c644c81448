#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A call to the file system that failed.
public struct FileError: Error, Hashable, Sendable {
    /// What was being done.
    public enum Step: Hashable, Sendable {
        /// A file, folder, link or name could not be made or opened.
        case creating
        /// Bytes or names could not be written or forced to disk.
        case writing
        /// A file or folder could not be opened or read.
        case reading
        /// A lock could not be asked for. One that another process has is no error.
        case locking
    }
    /// What was being done.
    public let step: Step
    /// To what.
    public let path: String
    /// The system's number, as in `errno`.
    public let code: Int32

    /// An error of the given parts.
    public init(_ step: Step, _ path: String, _ code: Int32) {
        (self.step, self.path, self.code) = (step, path, code)
    }

    /// Something stands at `path` where nothing should.
    public static func existing(_ path: String) -> FileError { FileError(.creating, path, EEXIST) }

    /// The system's words: `No space left on device`.
    public var words: String { String(cString: strerror(code)) }

    /// Whether the disk, or its user's share of it, is full.
    public var isFull: Bool { code == ENOSPC || code == EDQUOT }

    /// Whether nothing was there.
    public var isAbsence: Bool { code == ENOENT }

    /// Whether the device failed.
    public var isDeviceFailure: Bool { code == EIO }

    /// The same of the file that was to be written in the end, where bytes of its temporary one could not be.
    public func naming(_ path: String) -> FileError { step == .writing ? FileError(step, path, code) : self }
}
