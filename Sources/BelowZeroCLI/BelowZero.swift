import ArgumentParser
import StressBasics
import StressPipeline

/// The program.
@main
struct BelowZero: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "belowzero",
        abstract: "How often would a leveraged crypto position have ended below zero?",
        discussion: """
            Reads price CSVs, tries every entry of the history at every leverage of a grid, and writes HTML and CSV \
            reports of how often the position ended below zero, with intervals.

            EXAMPLES
              belowzero sweep BTCUSDT-1h.csv --leverage 1,5,20,100 --horizon 1d,7d
              belowzero check prices/*.csv.gz
              belowzero init && belowzero run nightly.yaml

            EXIT CODES
            \(exitCodes.map { "  \($0.code)  \($0.meaning)" }.joined(separator: "\n"))
            """,
        version: programVersion,
        subcommands: [
            RunCommand.self, SweepCommand.self, CheckCommand.self, ValidateCommand.self, ReportCommand.self,
            AskCommand.self,
            ExplainCommand.self, DiffCommand.self, LedgerCommand.self, ScenarioCommand.self, BacktestCommand.self,
            ResampleCommand.self,
            HistoryCommand.self, StoreCommand.self, ShardCommand.self,
            IndexCommand.self,
            InitCommand.self, FetchCommand.self,
            SynthCommand.self,
            VenuesCommand.self, CustodyCommand.self, TaxCommand.self, ExportCommand.self, ManualCommand.self,
        ])
}

extension BelowZero {
    /// Runs the command that was typed. With `--json` what is wrong with the command line is a JSON object, too.
    static func main() {
        SignalWatch.begin()
        StandardOutput.reserve()
        runProgram { runCommand() }
    }

    private static func runCommand() -> Never {
        let words = Array(CommandLine.arguments.dropFirst())
        if let failure = unknownCommand(words) {
            failure.report(isJSON: words.contains("--json"), console: Console(isQuiet: false))
            exit(withError: ExitCode(failure.code.rawValue))
        }
        do {
            var command = try parseAsRoot(withValuesBelowZero(words))
            try command.run()
            try StandardOutput.close()
            exit()
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let failure = error as? Failure { giveUp(failure) }
        let code = exitCode(for: error)
        // A command that ends with a code of its own has said why.
        let isOfParser = code == .validationFailure && !(error is ExitCode)
        // Help and version are results as any other.
        let text = code == .success ? withHangingIndents(fullMessage(for: error)) : ""
        do throws(Failure) {
            if !text.isEmpty { try StandardOutput.write(text + "\n") }
            if isOfParser, CommandLine.arguments.contains("--json") {
                try Console.print(jsonText(FailureJSON(Failure(.usage, withoutFarNames(message(for: error))))))
            }
            try StandardOutput.close()
        } catch {
            giveUp(error)
        }
        if isOfParser {
            Console.complain(withoutFarNames(fullMessage(for: error)))
            exit(withError: ExitCode(code.rawValue))
        }
        exit(withError: code == .success ? ExitCode.success : error)
    }

    /// A message of the parser, which asks for the least different of all names, without a name that nobody meant.
    private static func withoutFarNames(_ message: String) -> String {
        guard let found = message.firstMatch(of: /Unknown option '([^']*)'(\. Did you mean '([^']*)'\?)/),
            nearestName(to: String(found.1), among: [String(found.3)]) == nil
        else { return message }
        return message.replacing(found.2, with: "", maxReplacements: 1)
    }

    /// Ends the program with what standard output had against it.
    private static func giveUp(_ failure: Failure) -> Never {
        failure.messages.forEach(Console.complain)
        exit(withError: ExitCode(failure.code.rawValue))
    }
}
