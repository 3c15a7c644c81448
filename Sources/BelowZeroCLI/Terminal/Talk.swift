import Foundation

/// The only door for text meant for people: standard error for talk, standard output for results.
struct Talk: Sendable {
    /// Only errors.
    let isQuiet: Bool

    /// A line of talk, on standard error.
    func say(_ line: String) {
        if !isQuiet { Talk.write(line + "\n", to: .standardError) }
    }

    /// An error, which is never silenced.
    static func complain(_ text: String) {
        write(text + "\n", to: .standardError)
    }

    /// A result, on standard output.
    static func print(_ text: String) {
        write(text.hasSuffix("\n") ? text : text + "\n", to: .standardOutput)
    }

    /// Whether a person watches standard error.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    // A closed pipe is the reader's right, not our failure.
    static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
