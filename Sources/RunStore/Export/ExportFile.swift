import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A new file in the making, under a temporary name beside its final one: whole or not at all.
final class ExportFile {
    private let path: String
    let temporaryPath: String
    private var descriptor: Int32
    private let isReplacing: Bool
    private var isPublished = false
    private var buffer: [UInt8] = []

    /// Begins the file. An existing one is left alone and reported, unless it is to be replaced.
    init(_ path: String, replacing: Bool) throws(StoreError) {
        guard replacing || !exists(path) else {
            throw StoreError(
                .cannotCreate, "\(path) exists already",
                hint: "move it away first, choose another --out, or replace it with --force")
        }
        let kind = PathKind(path)
        guard kind == .nothing || kind == .file || kind == .link else {
            throw StoreError(.cannotCreate, "\(path) is not a file", hint: "choose another path")
        }
        isReplacing = replacing
        let (parent, name) = splitPath(path)
        try makeFolders(parent)
        self.path = path
        temporaryPath = "\(parent)/.\(name).\(getpid()).partial"
        descriptor = open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw creationError(temporaryPath, errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isPublished { unlink(temporaryPath) }
    }

    /// Adds bytes at the end.
    func append(_ bytes: some Collection<UInt8>) throws(StoreError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 20 { try flush() }
    }

    private func flush() throws(StoreError) {
        var failure: Int32 = 0
        buffer.withUnsafeBytes { bytes in
            var rest = bytes
            while let base = rest.baseAddress, !rest.isEmpty, failure == 0 {
                let written = write(descriptor, base, rest.count)
                if written < 0 {
                    if errno != EINTR { failure = errno }
                } else {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
        if failure != 0 { throw writingError(path, failure) }
    }

    /// Forces the bytes to disk and gives the file its name.
    func publish() throws(StoreError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw writingError(path, errno) }
        guard isReplacing || !exists(path), rename(temporaryPath, path) == 0 else {
            throw StoreError(.cannotCreate, "\(path) appeared while it was written", hint: "move it away first")
        }
        isPublished = true
        try syncFolder(splitPath(path).parent)
    }
}
