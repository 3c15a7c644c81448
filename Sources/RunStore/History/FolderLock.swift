import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The right to be the only run that writes below a folder.
///
/// It is an advisory `flock` on `.belowzero.lock` in that folder: the system gives it back when its owner ends, however it
/// ends, so that a lock never outlives a crash. The file stays; what is written in it only tells others who has it.
public struct FolderLock: ~Copyable {
    /// Name of the file.
    public static let fileName = ".belowzero.lock"
    private let file: Int32

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
        do {
            try makeFolders(folder)
        } catch {
            throw .unusable(error.message)
        }
        let path = "\(folder)/\(FolderLock.fileName)"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard file >= 0 else { throw .unusable("cannot open \(path): \(String(cString: strerror(errno)))") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = FolderLock.text(of: file)
            close(file)
            throw code == EWOULDBLOCK
                ? .held(holder) : .unusable("cannot lock \(path): \(String(cString: strerror(code)))")
        }
        self.file = file
        // Nobody depends on these words, so a disk that is full of other things does not cost the lock.
        _ = ftruncate(file, 0)
        let line = Array((owner + "\n").utf8)
        _ = pwrite(file, line, line.count, 0)
    }

    private static func text(of file: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 400)
        let count = pread(file, &buffer, buffer.count, 0)
        let text = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
        return SourceLocation.presentable(text.split(separator: "\n").first.map(String.init) ?? "")
    }

    deinit {
        _ = ftruncate(file, 0)
        close(file)
    }
}
