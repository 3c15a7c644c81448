import DurableFiles
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder in which several machines keep parts of one run, each part a file of its own.
///
/// Nobody locks it, and nobody has to: a part is written under a name that nobody else has, forced to disk and renamed, so that
/// readers see all of it or nothing. Whoever computes the same part writes the same bytes, and whose rename comes last does not
/// matter. A part carries the digest of all that it was computed from and the one of its bytes; what does not agree is not used.
public struct PartsFolder: Sendable {
    /// The folder, made when the first part is kept.
    public let path: String
    private let calls: FileCalls

    /// A folder that need not exist.
    public init(_ path: String) { self.init(path, calls: .system) }

    init(_ path: String, calls: FileCalls) { (self.path, self.calls) = (path, calls) }

    private func file(_ name: String) -> String {
        precondition(!name.isEmpty && !name.hasPrefix(".") && !name.contains("/"), "a plain name")
        return "\(path)/\(name)"
    }

    /// Makes the folder, and sees whether parts can be kept in it.
    public func prepare() throws(StoreError) {
        _ = try storing(calls.makeFolders(path))
        guard FileFacts(path, followsLinks: true)?.kind == .folder else {
            throw StoreError(
                .cannotCreate, "\(path) is no folder, and parts are kept in one",
                hint: "name another folder, or move away what stands there")
        }
        do throws(FileError) {
            // Removed with its owner.
            _ = try TemporaryFile(for: file("probe"), at: temporary("probe"), calls: calls)
        } catch {
            throw StoreError(FileError(error.step, "a file in \(path)", error.code))
        }
    }

    /// What is kept under a name, when it is whole and was computed from what `key` stands for. O(bytes).
    public func part(_ name: String, key: Digest) -> KeptPiece { KeptPiece(file: file(name), key: key) }

    /// Keeps a part. Whole or not at all; when this returns, a power cut does not undo it.
    public func keep(_ name: String, key: Digest, _ bytes: [UInt8]) throws(StoreError) {
        _ = try storing(calls.makeFolders(path))
        let parts = [PieceHeader(key: key, bytes: bytes).bytes, bytes]
        do throws(FileError) {
            try calls.replaceFile(file(name), parts, at: temporary(name))
            try calls.syncFolder(path)
        } catch {
            // Nobody knows the temporary name.
            throw StoreError(FileError(error.step, file(name), error.code))
        }
    }

    /// Removes a part; others may have done so already.
    public func remove(_ name: String) { calls.remove(file(name)) }

    /// Process numbers repeat from machine to machine, and so do names of machines.
    private func temporary(_ name: String) -> String {
        let random = UInt64.random(in: 0 ... .max)
        return "\(path)/.\(name).\(hostName).\(getpid()).\(String(random, radix: 16)).partial"
    }

    private var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self)
        return String(name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }.prefix(40))
    }

    /// Removes what writers left that were killed: hidden files that nobody has touched for a day.
    public func removeStale() { removeStale(olderThan: 86_400) }

    func removeStale(olderThan seconds: Int) {
        let now = time(nil)
        for name in namesInFolder(path) where name.hasPrefix(".") && name.hasSuffix(".partial") {
            guard let facts = FileFacts("\(path)/\(name)"), facts.kind == .file, now - facts.changed.seconds > seconds
            else { continue }
            calls.remove("\(path)/\(name)")
        }
    }
}
