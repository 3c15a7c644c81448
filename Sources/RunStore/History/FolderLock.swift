import DurableFiles
import StressBasics

/// The right to be the only run that writes below a folder.
///
/// It is an advisory `flock` on `.belowzero.lock` in that folder: the system gives it back when its owner ends, however it
/// ends, so that a lock never outlives a crash. The file stays; what is written in it only tells others who has it.
public struct FolderLock: ~Copyable {
    /// Name of the file.
    public static let fileName = ".belowzero.lock"
    private let file: OpenFile

    /// Why the lock was not given.
    public enum Refusal: Error, Hashable, Sendable {
        /// Another process has it; what it wrote about itself.
        case held(String)
        /// The file cannot be made or opened: the system's words.
        case unusable(String)
    }

    /// Takes the lock of `folder`, which is made when it is absent.
    ///
    /// - Parameter owner: one line about the taker: `process 4711, study nightly, since 2026-11-20T02:00:00Z`.
    public init(folder: String, owner: String) throws(Refusal) {
        let path = "\(folder)/\(FolderLock.fileName)"
        let file: OpenFile?
        do throws(FileError) {
            try FileCalls.system.makeFolders(folder)
            file = try FileCalls.system.lockedFile(path)
        } catch {
            throw .unusable(FolderLock.words(error, path))
        }
        guard let file else { throw .held(FolderLock.holder(path)) }
        self.file = file
        // Nobody depends on these words, so a disk that is full of other things does not cost the lock.
        try? self.file.truncate()
        try? self.file.append(Array((owner + "\n").utf8))
    }

    private static func words(_ error: FileError, _ path: String) -> String {
        switch error.step {
        case .locking: "cannot lock \(path): \(error.words)"
        case _ where error.path == path: "cannot open \(path): \(error.words)"
        default: StoreError(error).message
        }
    }

    private static func holder(_ path: String) -> String {
        let text = String(decoding: (try? firstBytes(of: path, 400)) ?? [], as: UTF8.self)
        return SourceLocation.presentable(text.split(separator: "\n").first.map(String.init) ?? "")
    }

    deinit { try? file.truncate() }
}
