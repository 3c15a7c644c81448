import ArgumentParser
import StressBasics
import StressPipeline
import StressReport

/// `belowzero ask`: the questions that people bring, answered by a run.
struct AskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Answer the eight questions people ask from the numbers of a stored run.",
        discussion: """
            Can holding put me in debt, how often with leverage, what stops it, which platform, what about a collapse, what \
            protects, what else can take it all, and after tax: one sentence each, with where there is more of it. What \
            cannot happen by the structure of a position, what was not seen, and what has no data are told apart, and a \
            question that the run cannot answer names the keys of a study that would. The same sentences stand on the \
            run's front page, their figures in answers.csv.

            EXAMPLES
              belowzero ask Reports/nightly/latest
              belowzero ask Reports/nightly/latest --json
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let report = try StoredReport(folder).report
            if common.json { return try Console.print(report.answersJSON) }
            try Console.print(report.answersText(folder: folder, style: common.style))
        }
    }
}
