import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the bytes of one input are: a file by name, or memory.
enum InputPlace: Sendable {
    case file(String, path: String)
    case memory([UInt8], name: String)
    /// One file of a zip archive.
    case member(ZipMember)
    /// Whatever is piped into the program, which can be read once.
    case standardInput

    /// The place that a user names: `-` is the standard input.
    static func named(_ name: String, folder: String) -> InputPlace {
        name == "-" ? .standardInput : .file(name, path: filePath(name, folder: folder))
    }

    /// The place that a user names, where the options say that it is.
    static func named(_ name: String, _ options: IngestOptions) -> InputPlace {
        if let path = options.paths[name] { return .file(name, path: path) }
        return .named(name, folder: options.baseFolder)
    }

    /// The name shown to people.
    var name: String {
        switch self {
        case .file(let name, _): name
        case .memory(_, let name): name
        case .member(let member): member.name
        case .standardInput: "standard input"
        }
    }

    /// Where the file lies; nil for what is none.
    var path: String? {
        guard case .file(_, let path) = self else { return nil }
        return path
    }

    /// Whether the same bytes come when it is read again: not from pipes and devices.
    var isRereadable: Bool {
        switch self {
        case .memory, .member: true
        case .standardInput: false
        case .file: identity != nil
        }
    }
}

/// The bytes of an input as they are stored, read once from front to back and hashed on the way.
final class RawInput {
    /// The name shown to people.
    let name: String
    /// Bytes read so far.
    private(set) var byteCount = 0
    private var hasher = DigestBuilder()
    private let memory: [UInt8]?
    private let descriptor: Int32
    /// Size and time of the last change when the file was opened; nil for what has none, such as a pipe.
    private let version: FileVersion?
    /// The size of the input when it was opened; nil for what has none, such as a pipe.
    let expectedBytes: Int?

    /// Opens the input. A directory is refused; files, pipes and devices are not told apart.
    init(_ place: InputPlace) throws(IngestError) {
        name = place.name
        switch place {
        case .memory(let bytes, _): (memory, descriptor, version, expectedBytes) = (bytes, -1, nil, bytes.count)
        // A member's bytes come out of its archive, not from here.
        case .member: (memory, descriptor, version, expectedBytes) = ([], -1, nil, nil)
        case .standardInput: (memory, descriptor, version, expectedBytes) = (nil, dup(STDIN_FILENO), nil, nil)
        case .file(let name, let path):
            let opened = try RawInput.open(name, path: path)
            (descriptor, version, memory, expectedBytes) = (
                opened.descriptor, opened.version, nil, opened.version?.size
            )
        }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// The digest of everything read so far.
    var digest: Digest { hasher.finish() }

    /// Fills as much of `buffer` as one read gives; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(IngestError) -> Int {
        let count = memory.map { copy($0, into: buffer) } ?? systemRead(into: buffer)
        guard count >= 0 else { throw RawInput.failure(name) }
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        byteCount += count
        if count == 0, !buffer.isEmpty { try checkUnchanged() }
        return count
    }

    private func copy(_ bytes: [UInt8], into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = bytes[byteCount..<min(bytes.count, byteCount + buffer.count)]
        buffer.copyBytes(from: part)
        return part.count
    }

    /// At the end of a file: it must still be the one that was opened, or its first half is of another time than the rest.
    private func checkUnchanged() throws(IngestError) {
        guard let version else { return }
        guard FileVersion(descriptor) != version || byteCount != version.size else { return }
        throw RawInput.changed(name, isShorter: byteCount < version.size)
    }

    /// The refusal of a file to which somebody writes.
    static func changed(_ name: String, isShorter: Bool = false) -> IngestError {
        let words = isShorter ? "it became shorter while it was read" : "it changed while it was read"
        return IngestError(
            .unreadable(words), "cannot read the file", why: words, at: SourceLocation(file: name),
            hint: "read it again when nobody writes to it, or read a copy")
    }

    private func systemRead(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            #else
                let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
            #endif
            if count >= 0 || errno != EINTR { return count }
        }
    }

    private static func open(
        _ name: String, path: String
    ) throws(IngestError) -> (descriptor: Int32, version: FileVersion?) {
        // A NUL would cut the name short in C and open another file.
        guard !path.utf8.contains(0) else { throw failure(name, ENOENT) }
        // Without waiting: a named pipe that nobody writes to would never open.
        #if canImport(Glibc)
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #else
            let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        #endif
        guard descriptor >= 0 else { throw failure(name) }
        awaitWriter(descriptor)
        // From here on waiting for the next byte of a pipe is right.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            _ = close(descriptor)
            throw failure(name, EISDIR)
        }
        return (descriptor, FileVersion(descriptor))
    }

    /// Waits until something can be read from a named pipe, up to ``mostWait``: whoever writes may come later, and until he comes
    /// the pipe looks as if it had ended. Where he has come and is silent, reading waits on.
    private static func awaitWriter(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        let clock = ContinuousClock()
        let end = clock.now + mostWait
        while true {
            let left = (end - clock.now).components
            guard left.seconds >= 0, left.attoseconds >= 0 else { return }
            var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let found = poll(&asked, 1, Int32(left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000))
            if found >= 0 || errno != EINTR { return }
        }
    }

    /// Who has not begun to write to a pipe by then is not there.
    private static let mostWait = Duration.seconds(10)

    private static func failure(_ path: String, _ code: Int32 = errno) -> IngestError {
        let location = SourceLocation(file: path)
        if code == ENOENT || code == ENOTDIR {
            let isAddress = ["http://", "https://"].contains { path.hasPrefix($0) }
            return IngestError(
                .missing, "cannot find the file", why: isAddress ? "it is an address" : "there is no such file",
                at: location,
                hint: isAddress
                    ? "get the prices of a symbol with 'belowzero fetch', or download the file and name it"
                    : "check the path; in a study it is relative to the study file")
        }
        let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        let hint = code == EISDIR ? "name the files in it, for example with a pattern such as *.csv" : ""
        return IngestError(.unreadable(words), "cannot read the file", why: words, at: location, hint: hint)
    }
}

/// What tells two versions of an open regular file apart.
private struct FileVersion: Equatable {
    let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// Nil for what is not a regular file.
    init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        size = Int(status.st_size)
        #if canImport(Glibc)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #else
            (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #endif
    }
}
