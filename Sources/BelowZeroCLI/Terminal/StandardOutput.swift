#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

import ArgumentParser
import Foundation
import StressBasics
import StressPipeline

/// The one door for standard output. What could not be written is a failure of the command.
enum StandardOutput {
    /// What stands for it where a file to write is named.
    static let name = "-"

    /// `--json` beside something else that is to be printed.
    static func noJSON(_ thing: String) -> Failure {
        Failure(
            .usage, "'\(name)' prints \(thing) on standard output, which is no JSON",
            hint: "leave --json out, or name a file")
    }

    /// Refuses an empty name, as of a variable that is not set: it would be the folder at the root of all.
    static func expectName(_ value: String?, for option: String) throws {
        if value?.isEmpty ?? false { throw ValidationError("\(option) is empty; it must name a file or folder") }
    }

    /// Refuses `-` for what cannot be standard output: a folder, a database, a file beside what is printed there.
    static func refuse(_ value: String?, for option: String, because reason: String) throws {
        try expectName(value, for: option)
        guard value == name else { return }
        throw ValidationError("\(option) cannot be '\(name)', standard output: \(reason)")
    }

    /// Keeps the numbers 0, 1 and 2 from becoming those of a run's files where whoever started us left them closed.
    ///
    /// What is put in their place takes nothing, so that results without a reader are not lost in silence.
    static func reserve() {
        for (number, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
        where fcntl(number, F_GETFD) < 0 {
            _ = open("/dev/null", mode)
        }
    }

    /// Writes all of the text, or throws a ``Failure`` with the system's words. One of a reader that has gone prints nothing by itself:
    /// `| head` wants no words, and whoever has more to tell than what was not read says so.
    static func write(_ text: String) throws(Failure) {
        var rest = text
        let code = rest.withUTF8 { StandardOutput.code(ofWriting: UnsafeRawBufferPointer($0)) }
        if let code { throw failure(code) }
    }

    /// The same for bytes.
    static func write(_ bytes: some ContiguousBytes) throws(Failure) {
        let code = bytes.withUnsafeBytes { StandardOutput.code(ofWriting: $0) }
        if let code { throw failure(code) }
    }

    /// Closes it: a disk may say only then that it is full.
    static func close() throws(Failure) {
        guard closed(STDOUT_FILENO) != 0, errno != EBADF, errno != EINTR else { return }
        throw failure(errno)
    }

    private static func failure(_ code: Int32) -> Failure {
        guard code != EPIPE else { return readerLeft }
        let isFull = code == ENOSPC || code == EDQUOT
        return Failure(
            .inputOutput, "cannot write to standard output: \(String(cString: strerror(code)))",
            hint: isFull ? "free some space and run it again" : "check where it goes, and run it again")
    }

    private static var readerLeft: Failure {
        let message = "standard output was closed by its reader before all was written"
        return Failure(
            .inputOutput, messages: [], findings: [Finding(check: "failure", severity: .error, message: message)])
    }

    /// The error number of the first write that failed, nil when all bytes were taken.
    private static func code(ofWriting bytes: UnsafeRawBufferPointer) -> Int32? {
        var rest = bytes
        while !rest.isEmpty {
            let count = written(STDOUT_FILENO, rest)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if count < 0, errno == EAGAIN {
                // Somebody made it a pipe that does not wait.
                var end = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&end, 1, 1000)
            } else if count == 0 || errno != EINTR {
                return count == 0 ? EIO : errno
            }
        }
        return nil
    }
}

// The names of the calls are those of functions above.
private func written(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(file, bytes.baseAddress, bytes.count)
}
private func closed(_ file: Int32) -> Int32 { close(file) }
