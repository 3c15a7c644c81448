import StressBasics

/// Why a file of the archive could not be had.
public struct ArchiveError: Error, Hashable, Sendable {
    /// What kind of failure, which decides the exit code.
    public enum Reason: Hashable, Sendable {
        /// The network or the server; may work later.
        case tryAgain
        /// The server's answer is not what was asked for: a wrong checksum, too large, a redirect elsewhere.
        case badData
        /// A file or folder cannot be written.
        case inputOutput
        /// Stopped by the user.
        case interrupted
    }
    /// What kind of failure.
    public let reason: Reason
    /// One sentence without a full stop.
    public let message: String
    /// What to do; empty when there is nothing to do.
    public let hint: String

    init(_ reason: Reason, _ message: String, hint: String = "") {
        (self.reason, self.message, self.hint) = (reason, message, hint)
    }
}
