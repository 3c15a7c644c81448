import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan

/// `belowzero run`: a study file, the nightly job.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a study file and write its reports.",
        discussion: """
            Writes results.csv, severity.csv, data_quality.csv, columns.csv, summary.json, run.json, index.html and \
            reports/*.html to Reports/<name>/<UTC time>, or exactly to --out: all of it or nothing.

            EXAMPLES
              belowzero run nightly.yaml --threads 8 --out Reports/tonight
              belowzero sweep BTCUSDT-1h.csv --leverage 1:50 --print-study | belowzero run -
            """)

    @Argument(
        help: "The study file; - for standard input, with files relative to the working directory.",
        completion: .file(extensions: ["yaml", "yml"]))
    var study = defaultStudy

    @Option(name: .shortAndLong, help: "The folder to make; '-' prints results.csv instead.")
    var out: String?

    @OptionGroup var reading: StudyFileOptions

    @Flag(help: "Print the study with every value spelled out, and stop.")
    var printStudy = false

    @OptionGroup(title: "History") var storing: StoreOptions
    @OptionGroup var computing: ComputingOptions
    @OptionGroup var work: WorkOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { try StandardOutput.expectName(out, for: "--out") }

    func run() throws {
        try common.reporting(isRun: !printStudy && !computing.dryRun) {
            let loaded = try loadedStudy()
            let chosen = try reading.withPolicies(loaded.study)
            if printStudy {
                return try StudyPrint(
                    study: chosen, files: loaded.files, folder: LoadedStudy.folder(of: study), common: common
                ).print()
            }
            let console = common.console(isRun: !computing.dryRun)
            loaded.notes.forEach { console.say(Failure.text($0)) }
            let job = StudyRun(
                study: chosen, files: loaded.files, out: out, command: reading.command(study), work: work,
                common: common,
                store: storing.path(out: out), patience: try storing.patience(),
                isRehearsal: computing.dryRun, kernel: computing.kernel,
                studyFile: study == LoadedStudy.standardInput ? nil : (study, reading.prices),
                home: StudyHome(
                    file: study == LoadedStudy.standardInput ? nil : loaded.path, takesOver: storing.takeOver))
            try job.run()
        }
    }

    /// The study. One that cannot be read leaves a word in the history, if there is one, and in its metrics.
    private func loadedStudy() throws -> LoadedStudy {
        let started = wallClock()
        do {
            return try reading.loaded(study)
        } catch let failure as Failure {
            if !printStudy, !computing.dryRun {
                UnreadStudy(
                    file: study, command: reading.command(study), started: started, console: common.console(isRun: true)
                )
                .note(failure, store: storing.path(out: out))
            }
            throw failure
        }
    }
}
