import DurableFiles

/// A new file in the making, under a temporary name beside its final one: whole or not at all.
final class ExportFile {
    private let path: String
    private let isReplacing: Bool
    private let calls: FileCalls
    private var file: TemporaryFile
    private var buffer: [UInt8] = []

    var temporaryPath: String { file.temporaryPath }

    /// Begins the file. An existing one is left alone and reported, unless it is to be replaced.
    init(_ path: String, replacing: Bool, calls: FileCalls = .system) throws(StoreError) {
        guard replacing || !exists(path) else {
            throw StoreError(
                .cannotCreate, "\(path) exists already",
                hint: "move it away first, choose another --out, or replace it with --force")
        }
        try expectReplaceable(path)
        _ = try storing(calls.makeFolders(splitPath(path).parent))
        calls.removeAbandoned(for: path)
        file = try storing(TemporaryFile(for: path, calls: calls))
        (self.path, self.calls, isReplacing) = (path, calls, replacing)
    }

    /// Adds bytes at the end.
    func append(_ bytes: some Collection<UInt8>) throws(StoreError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 20 { try flush() }
    }

    private func flush() throws(StoreError) {
        defer { buffer.removeAll(keepingCapacity: true) }
        do throws(FileError) { try file.append(buffer) } catch { throw StoreError(error.naming(path)) }
    }

    /// Forces the bytes to disk and gives the file its name.
    func publish() throws(StoreError) {
        try flush()
        do throws(FileError) {
            try file.publish(replacing: isReplacing)
        } catch {
            guard error == .existing(path) else { throw StoreError(error.naming(path)) }
            throw StoreError(.cannotCreate, "\(path) appeared while it was written", hint: "move it away first")
        }
        try storing(calls.syncFolder(splitPath(path).parent))
    }
}
