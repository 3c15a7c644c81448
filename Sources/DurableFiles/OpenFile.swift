#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file or folder, closed with its owner; with it goes its lock.
public struct OpenFile: ~Copyable, Sendable {
    /// What is opened, and how.
    public enum Way: Hashable, Sendable {
        /// A file that is not there yet, for writing.
        case new(mode: mode_t)
        /// A file that is made when it is not there, for reading and writing. Links are not followed.
        case kept(mode: mode_t)
        /// For reading. A pipe does not keep us waiting for its writer.
        case reading(followsLinks: Bool = false)
        /// A folder.
        case folder(followsLinks: Bool = false)

        private static func following(_ follows: Bool) -> Int32 { follows ? 0 : O_NOFOLLOW }

        fileprivate var flags: Int32 {
            switch self {
            case .new: O_CLOEXEC | O_WRONLY | O_CREAT | O_EXCL
            case .kept: O_CLOEXEC | O_RDWR | O_CREAT | O_NOFOLLOW
            case .reading(let follows): O_CLOEXEC | O_RDONLY | O_NONBLOCK | Way.following(follows)
            case .folder(let follows): O_CLOEXEC | O_RDONLY | O_DIRECTORY | Way.following(follows)
            }
        }

        fileprivate var mode: mode_t {
            switch self {
            case .new(let mode), .kept(let mode): mode
            case .reading, .folder: 0
            }
        }

        fileprivate var step: FileError.Step { if case .reading = self { .reading } else { .creating } }
    }

    /// Where it was when it was opened.
    public let path: String
    private let calls: FileCalls
    private var number: Int32
    private var isLocked = false

    /// Opens what stands at `path`.
    public init(_ path: String, _ way: Way, calls: FileCalls = .system) throws(FileError) {
        var number: Int32 = -1
        let refusal = calls.failure {
            number = calls.open(path, way.flags, way.mode)
            return number
        }
        if let refusal { throw FileError(way.step, path, refusal) }
        (self.path, self.calls, self.number) = (path, calls, number)
    }

    deinit {
        giveBackLock()
        if number >= 0 { _ = calls.close(number) }
    }

    /// The system's number for it, which is its own as long as it is open.
    public var descriptor: Int32 { number }

    /// What the system says of it.
    public var facts: FileFacts? { FileFacts(descriptor: number) }

    /// Whether it is what stands at its path now: others may have renamed or replaced it.
    public var isInPlace: Bool {
        guard let own = facts, let named = FileFacts(path) else { return false }
        return (own.device, own.number) == (named.device, named.number)
    }

    /// Closes it before its owner ends, to know that all went well.
    public mutating func close() throws(FileError) {
        giveBackLock()
        let closing = number
        number = -1
        // After an interrupted close the descriptor is gone; what was forced to disk is there.
        if closing >= 0, calls.close(closing) != 0, errno != EINTR { throw FileError(.writing, path, errno) }
    }

    // MARK: Bytes

    /// Adds bytes where the last ones ended, all of them or as many as the disk took before it failed. O(bytes).
    public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = calls.write(number, rest)
            if written < 0, errno == EINTR { continue }
            if written < 0 { throw FileError(.writing, path, errno) }
            // A disk that takes nothing and says nothing would keep us for ever.
            if written == 0 { throw FileError(.writing, path, EIO) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// The same for bytes in an array.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withUnsafeBufferPointer { buffer throws(FileError) in try append(UnsafeRawBufferPointer(buffer)) }
    }

    /// Reads on into `buffer`; how many bytes came, 0 at the end.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        while true {
            let count = systemRead(number, buffer)
            if count >= 0 { return count }
            if errno != EINTR { throw FileError(.reading, path, errno) }
        }
    }

    /// Reads on; `most` bytes, or all that there are. O(most).
    public func read(atMost most: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            do throws(FileError) {
                while count < most {
                    // The range is within the buffer by the loop's condition.
                    let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[count..<most]))
                    let got = try read(into: rest)
                    if got == 0 { break }
                    count += got
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Goes to the first byte.
    public func rewind() throws(FileError) { _ = try seek(SEEK_SET) }

    /// Goes behind the last byte; how many there are.
    public func goToEnd() throws(FileError) -> Int64 { try seek(SEEK_END) }

    private func seek(_ from: Int32) throws(FileError) -> Int64 {
        let place = lseek(number, 0, from)
        guard place >= 0 else { throw FileError(.writing, path, errno) }
        return Int64(place)
    }

    /// Takes all bytes away and begins anew.
    public func truncate() throws(FileError) {
        if let code = calls.failure({ calls.truncate(number) }) { throw FileError(.writing, path, code) }
        try rewind()
    }

    /// Forces its bytes, or the names in a folder, to disk.
    public func sync() throws(FileError) {
        if let code = calls.failure({ calls.sync(number) }) { throw FileError(.writing, path, code) }
    }

    // MARK: Lock

    /// Takes its lock without waiting; false when another owner has it.
    ///
    /// The lock is the kernel's (`flock`) and advisory: it goes when its owner closes the file or ends, however that ends.
    public mutating func lock() throws(FileError) -> Bool {
        guard let code = calls.failure({ calls.lock(number) }) else {
            isLocked = true
            return true
        }
        if code == EWOULDBLOCK { return false }
        throw FileError(.locking, path, code)
    }

    /// A child that another thread has just begun has copies of what we have open until it becomes another program: closing ours
    /// would leave the lock with it for that long.
    private func giveBackLock() { if number >= 0, isLocked { flock(number, LOCK_UN) } }
}

// Inside, the name is that of a method.
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(file, buffer.baseAddress, buffer.count)
}

extension FileCalls {
    /// Opens a file, which is made when it is not there, and takes its lock; nil when another owner has it.
    ///
    /// - Throws: ``FileError``: it cannot be opened (``FileError/Step/creating``) or locked (``FileError/Step/locking``).
    public func lockedFile(_ path: String, mode: mode_t = 0o666) throws(FileError) -> OpenFile? {
        try locked { () throws(FileError) in try OpenFile(path, .kept(mode: mode), calls: self) }
    }

    /// Opens a folder, which is made when it is not there (its parents are not), and takes its lock; nil when another owner has it.
    ///
    /// - Throws: ``FileError``: it cannot be made or opened (``FileError/Step/creating``) or locked (``FileError/Step/locking``).
    public func lockedFolder(_ path: String) throws(FileError) -> OpenFile? {
        try locked { () throws(FileError) in
            _ = try makeNewFolder(path)
            return try OpenFile(path, .folder(), calls: self)
        }
    }

    /// An owner may rename or remove what it has the lock of between our steps; then there is a new one to open.
    private func locked(_ open: () throws(FileError) -> OpenFile) throws(FileError) -> OpenFile? {
        var refusal: FileError?
        for _ in 0..<FileCalls.mostOpenings {
            do throws(FileError) {
                var file = try open()
                guard try file.lock() else { return nil }
                if file.isInPlace { return file }
                refusal = nil
            } catch {
                guard error.isAbsence else { throw error }
                refusal = error
            }
        }
        if let refusal { throw refusal }
        return nil
    }

    private static let mostOpenings = 100
}
