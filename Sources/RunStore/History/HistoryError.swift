import DurableFiles

/// Why the history could not be read or written.
public struct HistoryError: Error, Hashable, Sendable {
    /// What failed.
    public enum Reason: Hashable, Sendable {
        /// No file stands at the store's path.
        case missing
        /// The file is not a database, or a damaged one.
        case corrupt
        /// The file is a healthy database of something else, or no database at all and not called one.
        case foreign
        /// A newer version of the program wrote it.
        case newer
        /// Another process holds it.
        case busy
        /// It cannot be opened or written: permission, disk full, device error.
        case inputOutput
        /// A run folder's own files do not say what they should.
        case badFolder
    }
    /// What failed.
    public let reason: Reason
    /// One sentence with the path and the cause.
    public let message: String
    /// What to do.
    public let hint: String

    /// An error of the given parts.
    public init(_ reason: Reason, _ message: String, hint: String = "") {
        self.reason = reason
        self.message = message
        self.hint = hint
    }

    /// What a call to the file system failed with, in the store's words.
    init(_ error: FileError) {
        let words = StoreError(error)
        self.init(.inputOutput, words.message, hint: words.hint)
    }
}

/// The bytes of a file of a run folder.
func runFile(_ path: String, atMost most: Int) throws(HistoryError) -> [UInt8] {
    do throws(UnreadFile) {
        return try wholeFile(path, atMost: most)
    } catch {
        switch error {
        case .failed(let error): throw HistoryError(.badFolder, "cannot read \(path): \(error.words)")
        case .unfit: throw HistoryError(.badFolder, "\(path) is not a file of at most \(most >> 20) MiB")
        }
    }
}
