import DurableFiles
import StressBasics

/// A run folder in the making: written inside an ``UnfinishedRun`` beside its final place, then renamed whole.
///
/// Until ``publish()`` has renamed it nothing stands at the final path; after that everything does. Whatever happens in
/// between leaves at most a folder whose name begins with `.` and ends in `.partial`.
public struct RunFolder: ~Copyable {
    /// Where the run will stand.
    public let finalPath: String
    private let unfinished: UnfinishedRun
    private let temporaryPath: String
    private var isOpen = true
    private var calls: FileCalls { unfinished.calls }

    /// A folder that is written in one go, with nothing to resume.
    ///
    /// - Throws: ``StoreError`` when something stands at `finalPath` already, a folder cannot be made, or another process is
    ///   at work on the same folder.
    public init(at finalPath: String) throws(StoreError) {
        let unfinished = try UnfinishedRun(
            RunPlace(folder: finalPath), isResuming: false, about: "A folder that was not finished.")
        try self.init(in: unfinished, at: finalPath)
    }

    /// Makes the temporary folder; what an earlier process left of it is removed.
    init(in unfinished: UnfinishedRun, at finalPath: String) throws(StoreError) {
        guard !exists(finalPath) else { throw RunPlace.existsAlready(finalPath) }
        let temporaryPath = unfinished.path + "/run"
        unfinished.calls.removeTree(temporaryPath)
        guard try storing(unfinished.calls.makeNewFolder(temporaryPath)) else {
            throw StoreError(FileError.existing(temporaryPath))
        }
        (self.unfinished, self.temporaryPath, self.finalPath) = (unfinished, temporaryPath, finalPath)
    }

    /// Looks whether there is room for files of the given sizes, in bytes, and makes room if that is possible by giving up
    /// what was kept for resuming.
    ///
    /// - Throws: ``StoreError`` with the bytes that are needed and those that are free.
    public func checkSpace(for files: [(path: String, bytes: Int)]) throws(StoreError) {
        guard let space = calls.space(temporaryPath) else { return }
        let folders = Set(files.map { splitPath($0.path).parent }).count
        let needed = space.needed(for: files.map(\.bytes), folders: folders)
        guard needed > space.free else { return }
        if needed <= space.free + unfinished.keptBytes {
            unfinished.dropPieces()
            if let now = calls.space(temporaryPath), needed <= now.free { return }
        }
        throw StoreError(
            .inputOutput,
            "not enough space for \(finalPath): its \(files.count) files take \(byteText(needed)), "
                + "\(byteText(space.free)) are free",
            hint: "free \(byteText(needed - space.free)) and run it again")
    }

    /// Writes one file, which ``publish()`` forces to disk. `path` uses `/`; its folders are made.
    public func write(_ contents: String, to path: String) throws(StoreError) {
        try write(Array(contents.utf8), to: path)
    }

    /// The same for bytes.
    public func write(_ contents: [UInt8], to path: String) throws(StoreError) {
        precondition(!path.hasPrefix("/") && !path.split(separator: "/").contains(".."), "a path inside the run folder")
        let target = "\(temporaryPath)/\(path)"
        _ = try storing(calls.makeFolders(splitPath(target).parent))
        try storing(calls.writeFile(target, contents, isSynced: false))
    }

    /// Forces the files and the folder to disk and gives it its final name; then what was kept for resuming is removed.
    ///
    /// - Throws: ``StoreError``. Only when its message says so does the run stand at its place nevertheless: it is whole, but
    ///   the disk has not confirmed its name.
    public mutating func publish() throws(StoreError) {
        try storing(calls.syncTree(temporaryPath))
        guard !exists(finalPath) else { throw RunPlace.existsAlready(finalPath) }
        try storing(calls.move(temporaryPath, to: finalPath))
        isOpen = false
        do throws(StoreError) {
            try storing(calls.syncFolder(splitPath(finalPath).parent))
        } catch {
            throw StoreError(
                .inputOutput, "\(finalPath) is whole, but a power cut may still undo it: \(error.message)",
                hint: "check the disk")
        }
        unfinished.finish()
    }

    deinit {
        if isOpen { calls.removeTree(temporaryPath) }
    }
}
