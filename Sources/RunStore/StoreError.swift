import DurableFiles

/// Why a run, or the history of runs, could not be written or read.
public struct StoreError: Error, Hashable, Sendable {
    /// What failed.
    public enum Reason: Hashable, Sendable {
        /// The folder cannot be made: permission, a file in the way, it exists already.
        case cannotCreate
        /// It cannot be opened, read or written: permission, disk full, device error.
        case inputOutput
        /// It is not as it was written.
        case damaged
        /// Another process is at work in the same place.
        case busy
        /// No history stands at its path.
        case missing
        /// The history is a healthy database of something else, or no database at all and not called one.
        case foreign
        /// A newer version of the program wrote the history.
        case newer
        /// A run folder's own files do not say what they should.
        case badFolder
    }
    /// What failed.
    public let reason: Reason
    /// One sentence with the path and the system's words.
    public let message: String
    /// What to do.
    public let hint: String

    /// An error of the given parts.
    public init(_ reason: Reason, _ message: String, hint: String = "") {
        self.reason = reason
        self.message = message
        self.hint = hint
    }

    /// What a call to the file system failed with. A disk that is full or broken is that, whatever was being done.
    init(_ error: FileError) {
        if error.step == .writing || error.isFull || error.isDeviceFailure {
            self.init(
                .inputOutput, "cannot write \(error.path): \(error.words)",
                hint: error.isFull ? "free some space and run it again" : "check the disk, and run it again")
        } else {
            self.init(
                .cannotCreate, "cannot create \(error.path): \(error.words)",
                hint: "check the folder's permissions, or choose another path")
        }
    }

    /// The same of the history, which had its place before: whatever fails there is reading or writing.
    static func ofHistory(_ error: FileError) -> StoreError {
        let words = StoreError(error)
        return StoreError(.inputOutput, words.message, hint: words.hint)
    }
}

/// Does something with files, and says what failed as the store does.
func storing<Value: ~Copyable>(
    _ body: @autoclosure () throws(FileError) -> Value
) throws(StoreError) -> Value {
    do throws(FileError) { return try body() } catch { throw StoreError(error) }
}
