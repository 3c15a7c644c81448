import Foundation
import Logging
import StressBasics
import StressPipeline
import StressReport
import StressResults

/// The only door for text meant for people and for logs: standard error for messages, standard output for results.
struct Console: Sendable {
    /// Only errors.
    let isQuiet: Bool
    private var logger: Logger

    /// Messages in a format.
    ///
    /// - Parameter isRun: whether `auto` means stamped lines away from a terminal.
    init(
        isQuiet: Bool, format: LogFormat = .auto, level: Logger.Level = .info, isRun: Bool = false,
        colour: ColourChoice = .auto
    ) {
        self.isQuiet = isQuiet
        let chosen = format == .auto ? (isRun && !Console.isTerminal ? LogFormat.stamped : .plain) : format
        let handler = ConsoleLog(
            logLevel: isQuiet ? max(level, .error) : level, format: chosen, now: wallClock,
            style: TerminalStyle(hasColour: chosen == .plain && colour.isColoured(STDERR_FILENO)),
            write: { Console.write($0, to: .standardError) })
        logger = Logger(label: "belowzero") { _ in handler }
    }

    /// The same console for one run: every line carries its study and its name.
    ///
    /// - Parameter run: nil while it has none.
    func about(study: String, run: String?) -> Console {
        var copy = self
        copy.logger[metadataKey: "study"] = .string(study)
        copy.logger[metadataKey: "run"] = run.map { .string($0) }
        return copy
    }

    /// The same console for one price history of a run.
    func about(job asset: String) -> Console {
        var copy = self
        copy.logger[metadataKey: "job"] = .string(asset)
        return copy
    }

    /// A line for people.
    func say(_ line: String) { logger.info("\(line)") }

    /// An event with its figures; people on a terminal see `line`, or nothing when it is nil.
    func tell(_ event: String, _ facts: Logger.Metadata = [:], level: Logger.Level = .info, people line: String? = nil)
    {
        logger.log(level: level, "\(event)", metadata: facts.merging([ConsoleLog.plainKey: .string(line ?? "")]) { $1 })
    }

    /// A detail for those who look for the reason of something: only with `--log-level debug`, in every format.
    func detail(_ event: String, _ facts: @autoclosure () -> Logger.Metadata) {
        guard logger.logLevel <= .debug else { return }
        let facts = facts()
        let words = facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        tell(event, facts, level: .debug, people: "debug: \(ConsoleLog.escaped("\(event) \(words)"))")
    }

    /// Something that went wrong and did not end the run.
    func warn(_ text: String) {
        logger.warning(
            "\(text)", metadata: [ConsoleLog.plainKey: .string(text.hasPrefix("warning: ") ? text : "warning: " + text)]
        )
    }

    /// An error, which is never silenced.
    func complain(_ text: String) { logger.error("\(text)") }

    /// An error before anything is known of how errors are wanted.
    static func complain(_ text: String) {
        write(visibleText(text, keepingLines: true) + "\n", to: .standardError)
    }

    /// A result, on standard output; throws a ``Failure`` when it cannot be written whole.
    static func print(_ text: String) throws(Failure) {
        try StandardOutput.write(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// Whether a person watches standard error.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Messages, on standard error. What nobody can read, or nobody reads any more, is lost, and ends nothing.
    static func write(_ text: String, to handle: FileHandle) {
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
