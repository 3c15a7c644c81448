import ArgumentParser
import CSVIngest
import ContentStore
import Foundation
import Logging
import StressBasics
import StressEngine
import StressPipeline
import StressReport
import StressResults

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(help: "Print results as JSON on standard output, one value a line, and errors as JSON too.")
    var json = false

    @Option(help: "Colour: auto, always or never. auto: on a terminal, unless NO_COLOR is set.")
    var color = ColourChoice.auto

    /// How standard output is laid out.
    var style: TerminalStyle { TerminalStyle.standardOutput(color) }

    @OptionGroup(title: "Log") var log: LogOptions

    var console: Console { console(isRun: false) }

    /// The console in the format that was asked for; of a run when it is one.
    func console(isRun: Bool) -> Console {
        // Who asks for a format wants its lines beside the JSON on standard output.
        Console(
            isQuiet: quiet || (json && log.logFormat == .auto), format: log.logFormat, level: log.logLevel.level,
            isRun: isRun && !json, colour: color)
    }

    private func end(_ failure: Failure, _ console: Console) throws -> Never {
        failure.report(isJSON: json, console: console)
        throw ExitCode(failure.code.rawValue)
    }

    /// Runs a command's body and turns a failure into its messages and exit code.
    func reporting(isRun: Bool = false, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let placed as PlacedFailure {
            try end(placed.failure, placed.console)
        } catch let failure as Failure {
            try end(failure, console(isRun: isRun))
        }
    }
}

/// A failure with the console that knows more of the run than the command does.
struct PlacedFailure: Error {
    let failure: Failure
    let console: Console
}

/// How standard error is written.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Lines on standard error: plain for people, stamped with time and run, json: an object a line. auto: plain on a terminal, stamped for runs anywhere else.",
            valueName: "format"))
    var logFormat = LogFormat.auto

    @Option(help: ArgumentHelp("The least that is said: debug, info, warning or error.", valueName: "level"))
    var logLevel = LogLevel.info
}

/// Levels that a user may ask for.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug, info, warning, error

    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}

extension LogFormat: ExpressibleByArgument {}

/// How a run that computes everything by itself does so.
struct ComputingOptions: ParsableArguments {
    @Flag(help: "Print the plan, with estimates of memory and time, compute nothing.")
    var dryRun = false

    @Option(
        help: "auto, or plain: walk every bar of every window. Counts are the same, means but for their last digits.")
    var kernel = KernelChoice.automatic
}

/// Options of the commands that write a run.
struct WorkOptions: ParsableArguments {
    @Option(
        name: [.customShort("j"), .long], help: "Threads to use. Results do not depend on it. (default: all cores)")
    var threads: Int?

    @Flag(help: "Go on with the run of the same command that was stopped or crashed. Results do not depend on it.")
    var resume = false

    @Option(help: ArgumentHelp("A job, one price history, that takes longer fails: 30s, 10m, 2h.", valueName: "time"))
    var jobTimeout: String?

    @Option(
        help: ArgumentHelp(
            "Memory that the run may use: 500M, 2G. Results do not depend on it. (default: most of what is free)",
            valueName: "size"))
    var memory: String?

    @OptionGroup(title: "Cache") var cache: CacheOptions

    @Option(
        help: "Also write a small HTML body for a mail to this file: tables only. Replaces what an earlier run wrote.")
    var mailBody: String?

    @OptionGroup var forcing: ForceOption

    @Flag(help: "Write pages above 5 MB, too; without it a page of that size is left out.")
    var allowLarge = false

    @Flag(help: "Exit 0 even when a limit is breached, or not shown though it must be.")
    var noFail = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
        if let jobTimeout, (TimeSpan(jobTimeout)?.milliseconds ?? 0) <= 0 {
            throw ValidationError("--job-timeout must be a time such as 30s, 10m or 2h")
        }
        try StandardOutput.refuse(mailBody, for: "--mail-body", because: "the run's results are printed there")
        if let memory, MemorySize(memory) == nil { throw ValidationError("--memory must be a size such as 500M or 2G") }
    }

    var threadCount: Int { usable(threads) }

    /// Throws before anything is computed when the mail's body would replace a file that is not ours.
    func checkMailBody() throws {
        if let mailBody, !forcing.force, let objection = OwnFile.mail.objection(to: mailBody) { throw objection }
    }
}

/// Where commands keep what they have read and computed before.
struct CacheOptions: ParsableArguments {
    @Flag(help: "Read everything again, and keep nothing for next time. Results do not depend on it.")
    var noCache = false

    @Option(
        help: ArgumentHelp(
            "Folder for what was read before. (default: BELOWZERO_CACHE, or the user's cache folder)",
            valueName: "folder"),
        completion: .directory)
    var cache: String?

    func validate() throws {
        try StandardOutput.refuse(cache, for: "--cache", because: "it is a folder")
    }

    /// Nil without a cache, or where the user has no folder for one.
    private var store: ContentStore? {
        noCache ? nil : (cache ?? CacheOptions.defaultFolder).map { ContentStore(folder: $0) }
    }

    /// What is kept in it.
    var caches: RunCaches { RunCaches(store) }

    /// The part for price files.
    var series: SeriesCache? { caches.series }

    /// `$BELOWZERO_CACHE`, or `belowzero` in the user's cache folder (XDG Base Directory Specification 0.8).
    private static var defaultFolder: String? {
        let environment = ProcessInfo.processInfo.environment
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let own = folder("BELOWZERO_CACHE") { return own }
        // A relative XDG_CACHE_HOME is to be ignored, says the specification.
        if let base = folder("XDG_CACHE_HOME"), base.hasPrefix("/") { return base + "/belowzero" }
        #if os(macOS)
            return folder("HOME").map { $0 + "/Library/Caches/belowzero" }
        #else
            return folder("HOME").map { $0 + "/.cache/belowzero" }
        #endif
    }
}

/// The threads that a command uses unless told otherwise.
var allCores: Int { usable(nil) }

/// So many threads as were asked for, all cores unless told, as far as the system gives them.
func usable(_ threads: Int?) -> Int {
    min(threads ?? ProcessInfo.processInfo.activeProcessorCount, SystemLimits.mostWorkers)
}

/// Ends a command that has printed what it could answer, with what failed of the rest.
func partly(_ failure: Failure) throws -> Never {
    failure.messages.forEach(Console.complain)
    throw ExitCode(failure.code.rawValue)
}

extension Failure {
    /// Prints the messages, and on standard output the same as JSON.
    func report(isJSON: Bool, console: Console) {
        messages.forEach(console.complain)
        if isJSON { try? Console.print(jsonText(FailureJSON(self))) }
    }
}

struct FailureJSON: Encodable {
    let status = "failed"
    let exitCode: Int32
    let findings: [FindingJSON]

    init(_ failure: Failure) {
        exitCode = failure.code.rawValue
        findings = failure.findings.map(FindingJSON.init)
    }
}

extension KernelChoice: ExpressibleByArgument {}
