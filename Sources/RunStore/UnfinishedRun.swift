import DurableFiles
import StressBasics
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a run will stand, and the name under which it is found while it does not.
public struct RunPlace: Hashable, Sendable {
    /// The folder of the unfinished run: hidden, beside the finished one, with a name that the same command finds again.
    public let unfinishedPath: String
    /// The folder that must not exist; nil when it is named only at the end.
    let finalPath: String?

    /// The place of a run with a folder of its own.
    public init(folder: String) {
        let (parent, name) = splitPath(folder)
        (unfinishedPath, finalPath) = ("\(parent)/.\(name).partial", folder)
    }

    /// The place of a run whose folder inside `parent` is named by the clock, which a later command cannot know: found by
    /// `name`, which stands for the study.
    public init(in parent: String, name: String) {
        (unfinishedPath, finalPath) = ("\(parent)/.\(name).partial", nil)
    }

    static func existsAlready(_ path: String) -> StoreError {
        StoreError(.cannotCreate, "\(path) exists already", hint: "choose another --out, or move it away")
    }
}

/// A run at work: a locked folder that keeps its finished pieces until the whole stands in its place.
///
/// The lock is the kernel's (`flock`): it ends with the process, however that ends. A folder without its lock belongs to
/// nobody, and the next run of the same name takes it over; ``removeStale(in:)`` removes those that nobody comes back for.
/// Safe to use from several threads.
public final class UnfinishedRun: Sendable {
    /// The folder.
    public let path: String
    /// Whether pieces of an earlier process were found and are used.
    public let isResumed: Bool
    /// Whether pieces of an earlier process were found and removed.
    public let hasDiscarded: Bool
    /// The folder that it stands in.
    public var parent: String { splitPath(path).parent }
    let calls: FileCalls
    private let state: Mutex<State>

    private struct State: ~Copyable {
        /// The open folder, whose lock says that the run is alive; nil once it is closed.
        var folder: OpenFile?
        /// Whether there is something to resume once it is closed.
        var isResumable = false
    }

    /// Folders that were made for the run, outermost first.
    private let made: [String]

    /// The file by which a folder is known as ours; says to people what it is.
    static let marker = "README"
    private static let firstLine = "An unfinished run of belowzero."
    /// Unfinished runs that nobody came back for are removed after this many seconds: a week.
    static let staleAfter = 7 * 86_400

    /// Takes the place: makes its folder, or takes over the one that a process left behind when it ended.
    ///
    /// - Parameters:
    ///   - isResuming: whether pieces that were kept are to be used; else they are removed.
    ///   - about: a sentence about the run, for people who find the folder.
    ///
    /// - Throws: ``StoreError``: the run exists already, a folder cannot be made, or another process is at work on it.
    public convenience init(_ place: RunPlace, isResuming: Bool, about: String) throws(StoreError) {
        try self.init(place, isResuming: isResuming, about: about, calls: .system)
    }

    init(_ place: RunPlace, isResuming: Bool, about: String, calls: FileCalls) throws(StoreError) {
        let path = place.unfinishedPath
        if let final = place.finalPath, exists(final) { throw RunPlace.existsAlready(final) }
        let made = try storing(calls.makeFolders(splitPath(path).parent))
        let folder: OpenFile
        do throws(StoreError) {
            folder = try UnfinishedRun.locked(path, calls)
        } catch {
            calls.removeFolders(made)
            throw error
        }
        let isFound = UnfinishedRun.hasPieces(path)
        do throws(StoreError) {
            guard UnfinishedRun.isUsable(path) else { throw UnfinishedRun.inTheWay(path) }
            try UnfinishedRun.prepare(path, isResuming: isResuming, about: about, calls)
        } catch {
            if UnfinishedRun.isUsable(path) { calls.removeTree(path) }
            calls.removeFolders(made)
            throw error
        }
        (self.path, self.calls, self.made) = (path, calls, made)
        (isResumed, hasDiscarded) = (isFound && isResuming, isFound && !isResuming)
        state = Mutex(State(folder: folder))
    }

    deinit { close() }

    private static func hasPieces(_ path: String) -> Bool {
        namesInFolder(path + "/pieces").contains { !$0.hasPrefix(".") }
    }

    /// Opens and locks the folder, which is made when it is missing.
    private static func locked(_ path: String, _ calls: FileCalls) throws(StoreError) -> OpenFile {
        guard let folder = try storing(calls.lockedFolder(path)) else {
            throw StoreError(
                .busy, "another process is at work on the same run (\(path) is locked)",
                hint: "wait for it to end, or choose another --out")
        }
        return folder
    }

    /// Whether a folder is empty or one of ours: it may have been left before it had its marker.
    private static func isUsable(_ path: String) -> Bool {
        isOurs(path)
            || namesInFolder(path).allSatisfy { $0.hasPrefix(".\(marker).") && PathKind("\(path)/\($0)") != .folder }
    }

    private static func inTheWay(_ path: String) -> StoreError {
        StoreError(
            .cannotCreate, "\(path) is in the way, and it is not an unfinished run",
            hint: "move it away, or choose another --out")
    }

    private static func prepare(
        _ path: String, isResuming: Bool, about: String, _ calls: FileCalls
    ) throws(StoreError) {
        if isResuming { calls.removeTree(path + "/run") } else { calls.removeContents(path) }
        if !isOurs(path) {
            let text = """
                \(firstLine)
                \(about)
                The same command with --resume finishes it. It may be removed when no belowzero is at work on it.

                """
            try storing(calls.replaceFile("\(path)/\(marker)", text))
        }
        _ = try storing(calls.makeFolders(path + "/pieces"))
    }

    private static func isOurs(_ path: String) -> Bool {
        (try? wholeFile("\(path)/\(marker)", atMost: 4096))?.starts(with: firstLine.utf8) ?? false
    }

    // MARK: The run

    /// The folder that the run is written to; it will stand at `finalPath`.
    public func runFolder(at finalPath: String) throws(StoreError) -> RunFolder {
        try RunFolder(in: self, at: finalPath)
    }

    /// Ends the run: nothing of it is kept here any more.
    public func finish() {
        state.withLock { state in
            guard state.folder != nil else { return }
            calls.removeTree(path)
            state.folder = nil
        }
    }

    /// Leaves the run for later; a run without pieces is removed. True when there is something to resume, as often as it is asked: a
    /// run that was stopped is closed by who computes it and by who has waited long enough for that.
    @discardableResult
    public func close() -> Bool {
        state.withLock { state in
            guard state.folder != nil else { return state.isResumable }
            state.isResumable = !pieceNames.isEmpty
            if !state.isResumable {
                calls.removeTree(path)
                calls.removeFolders(made)
            }
            state.folder = nil
            return state.isResumable
        }
    }

    /// Removes unfinished runs in a folder that no process is at work on and nobody touched for a week.
    public static func removeStale(in parent: String) { removeStale(in: parent, olderThan: staleAfter, calls: .system) }

    static func removeStale(in parent: String, olderThan seconds: Int, calls: FileCalls) {
        for name in namesInFolder(parent) where name.hasPrefix(".") && name.hasSuffix(".partial") {
            let path = "\(parent)/\(name)"
            guard PathKind(path) == .folder, isOurs(path), let pieces = FileFacts(path + "/pieces"),
                time(nil) - pieces.changed.seconds > seconds,
                var folder = try? OpenFile(path, .folder(), calls: calls), (try? folder.lock()) == true,
                folder.isInPlace
            else { continue }
            calls.removeTree(path)
        }
    }
}

// MARK: Pieces

extension UnfinishedRun: PieceStore {
    /// It holds what the run itself kept, and nothing of others.
    public var isShared: Bool { false }

    private var pieceNames: [String] { namesInFolder(path + "/pieces").filter { !$0.hasPrefix(".") } }

    /// Bytes of all pieces.
    var keptBytes: Int {
        pieceNames.reduce(0) { $0 + (FileFacts(piecePath($1))?.bytes ?? 0) }
    }

    private func piecePath(_ name: String) -> String {
        precondition(!name.isEmpty && !name.hasPrefix(".") && !name.contains("/"), "a plain name")
        return "\(path)/pieces/\(name)"
    }

    /// Keeps bytes under a name; `key` stands for all that they were computed from. Whole or not at all.
    public func keep(_ name: String, key: Digest, _ bytes: [UInt8]) throws(StoreError) {
        try keep(name, key: key, bytes, isSynced: true)
    }

    private func keep(_ name: String, key: Digest, _ bytes: [UInt8], isSynced: Bool) throws(StoreError) {
        let parts = [PieceHeader(key: key, bytes: bytes).bytes, bytes]
        try storing(calls.replaceFile(piecePath(name), parts, isSynced: isSynced))
    }

    /// What was kept under a name, when it is whole and was computed from what `key` stands for. O(bytes).
    public func piece(_ name: String, key: Digest) -> KeptPiece { KeptPiece(file: piecePath(name), key: key) }

    private static func tallyMark(_ piece: String) -> String { "tally-\(piece)-" }

    /// Keeps part of a piece that is still at work, named by what it was computed from; `common` stands for the rest. A power cut
    /// may undo it.
    public func keepTally(_ key: Digest, of piece: String, _ common: Digest, _ bytes: [UInt8]) throws(StoreError) {
        try keep(UnfinishedRun.tallyMark(piece) + key.hex, key: common, bytes, isSynced: false)
    }

    /// What was kept by ``keepTally(_:of:_:_:)``.
    public func tally(_ key: Digest, of piece: String, _ common: Digest) -> KeptPiece {
        self.piece(UnfinishedRun.tallyMark(piece) + key.hex, key: common)
    }

    /// Removes what ``keepTally(_:of:_:_:)`` kept of a piece: it is whole.
    public func dropTallies(of piece: String) {
        let mark = UnfinishedRun.tallyMark(piece)
        for name in pieceNames where name.hasPrefix(mark) { calls.remove(piecePath(name)) }
    }

    /// Removes all pieces.
    func dropPieces() { calls.removeContents(path + "/pieces") }
}
