import StressBasics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the bytes of one input are: a file by name, or memory.
enum InputPlace: Sendable {
    case file(String, folder: String)
    case memory([UInt8], name: String)
    /// One file of a zip archive.
    case member(ZipMember)
    /// Whatever is piped into the program, which can be read once.
    case standardInput

    /// The place that a user names: `-` is the standard input.
    static func named(_ name: String, folder: String) -> InputPlace {
        name == "-" ? .standardInput : .file(name, folder: folder)
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
        guard case .file(let name, let folder) = self else { return nil }
        return folder.isEmpty || name.hasPrefix("/") ? name : folder + "/" + name
    }

    /// Whether the same bytes come when it is read again: not from pipes and devices.
    var isRereadable: Bool {
        switch self {
        case .memory, .member: return true
        case .standardInput: return false
        case .file:
            var status = stat()
            return path.map { stat($0, &status) == 0 && status.st_mode & S_IFMT == S_IFREG } ?? false
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

    /// Opens the input. A directory is refused; files, pipes and devices are not told apart.
    init(_ place: InputPlace) throws(IngestError) {
        name = place.name
        switch place {
        case .memory(let bytes, _): (memory, descriptor) = (bytes, -1)
        // A member's bytes come out of its archive, not from here.
        case .member: (memory, descriptor) = ([], -1)
        case .standardInput: (memory, descriptor) = (nil, dup(STDIN_FILENO))
        case .file(let name, _): (memory, descriptor) = (nil, try RawInput.open(name, path: place.path ?? name))
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
        return count
    }

    private func copy(_ bytes: [UInt8], into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let part = bytes[byteCount..<min(bytes.count, byteCount + buffer.count)]
        buffer.copyBytes(from: part)
        return part.count
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

    private static func open(_ name: String, path: String) throws(IngestError) -> Int32 {
        // A NUL would cut the name short in C and open another file.
        guard !path.utf8.contains(0) else { throw failure(name, ENOENT) }
        #if canImport(Glibc)
            let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        #else
            let descriptor = Darwin.open(path, O_RDONLY | O_CLOEXEC)
        #endif
        guard descriptor >= 0 else { throw failure(name) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            _ = close(descriptor)
            throw failure(name, EISDIR)
        }
        return descriptor
    }

    private static func failure(_ path: String, _ code: Int32 = errno) -> IngestError {
        let location = SourceLocation(file: path)
        if code == ENOENT || code == ENOTDIR {
            return IngestError(
                .missing, "cannot find the file", why: "there is no such file", at: location,
                hint: "check the path; it is relative to the study file")
        }
        let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        let hint = code == EISDIR ? "name the files in it, for example with a pattern such as *.csv" : ""
        return IngestError(.unreadable(words), "cannot read the file", why: words, at: location, hint: hint)
    }
}
