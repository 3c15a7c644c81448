import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressEngine
import StudyPlan

/// `belowzero run`: a study file, the nightly job.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a study file and write its reports.",
        discussion: """
            Writes results.csv, severity.csv, data_quality.csv, columns.csv, summary.json, run.json, index.html and \
            reports/*.html to Reports/<name>/<UTC time>, or exactly to --out: all of it or nothing.

            EXAMPLE
              belowzero run nightly.yaml --threads 8 --out Reports/tonight
            """)

    @Argument(help: "The study file.", completion: .file(extensions: ["yaml", "yml"]))
    var study = defaultStudy

    @Option(name: .shortAndLong, help: "The folder to make; '-' prints results.csv instead.")
    var out: String?

    @Option(
        help:
            "Folder that the study's price, funding and mark files are relative to. (default: the study file's folder)")
    var prices: String?

    @Flag(help: "Evaluate the best and the worst fill beside the chosen one, on every platform.")
    var bounds = false

    @Option(
        help: "CHECK=ACTION: what to do with what a check of the prices finds: keep, drop or fail. May be repeated.")
    var policy: [String] = []

    @Flag(help: "Print the study with every value spelled out, and stop.")
    var printStudy = false

    @OptionGroup(title: "History") var storing: StoreOptions
    @OptionGroup var work: WorkOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting(isRun: !printStudy && !work.dryRun) {
            let loaded = try loadedStudy()
            var chosen = bounds ? loaded.study.withBounds : loaded.study
            for (check, action) in try parsePolicies(policy) {
                for index in chosen.inputs.indices { chosen.inputs[index].source.policies[check] = action }
            }
            if printStudy { return Talk.print(chosen.completeText) }
            let talk = common.talk(isRun: !work.dryRun)
            loaded.notes.forEach { talk.say(Failure.text($0)) }
            let job = StressJob(
                study: chosen, files: loaded.files, out: out, command: command, work: work, common: common,
                store: storing.path(out: out), patience: try storing.patience(), studyFile: (study, prices))
            try job.run()
        }
    }

    /// The study. One that cannot be read leaves a word in the history, if there is one.
    private func loadedStudy() throws -> LoadedStudy {
        let started = wallClock()
        do {
            return try LoadedStudy(file: study, prices: prices)
        } catch let failure as Failure {
            guard !printStudy, !work.dryRun, let store = storing.path(out: out),
                let history = try? RunHistory(path: store)
            else { throw failure }
            let name = study.split(separator: "/").last.map { $0.split(separator: ".").first ?? $0 } ?? ""
            let lost = LostRun(
                study: SourceLocation.presentable(String(name)), command: command, started: started, history: history,
                talk: common.talk(isRun: true))
            _ = lost.record(failure)
            history.close()
            throw failure
        }
    }

    private var command: String {
        let words =
            ["belowzero", "run", study] + (prices.map { ["--prices", $0] } ?? []) + (bounds ? ["--bounds"] : [])
            + policy.flatMap { ["--policy", $0] }
        return words.map(shellQuoted).joined(separator: " ")
    }
}

/// The study that commands take when none is named.
let defaultStudy = "Data/Studies/default.yaml"

/// A study file with its place.
struct LoadedStudy {
    let study: Study
    let notes: [Finding]
    let files: InputFiles

    /// Reads and checks a study file, and finds the files its globs match, relative to `prices` or else to the study.
    init(file: String, prices: String? = nil, findsFiles: Bool = true) throws {
        let file = LoadedStudy.located(file)
        files = InputFiles(base: prices ?? LoadedStudy.folder(of: file))
        let text = try LoadedStudy.text(of: file)
        do {
            let loaded = try LoadedStudy.load(text, file: file)
            var study = loaded.value
            if findsFiles { study.inputs = files.expanded(study.inputs) }
            self.study = study
            notes = loaded.findings
        } catch let error as StudyError {
            throw Failure(error)
        }
    }

    /// The default study comes with the program, wherever that was started.
    private static func located(_ file: String) -> String {
        guard file == defaultStudy, !FileManager.default.fileExists(atPath: file) else { return file }
        return DataFolder.path("Studies/default.yaml") ?? file
    }

    /// The folder of a study file; empty for the working directory.
    static func folder(of file: String) -> String {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return file.hasPrefix("/") && folder.isEmpty ? "/" : folder
    }

    /// Reads a study; venues are looked up only when it names a platform that it does not describe.
    private static func load(_ text: String, file: String) throws -> Partial<Study> {
        do throws(StudyError) {
            return try loadStudy(yaml: text, file: file)
        } catch {
            guard error.namesUnknownPlatform else { throw error }
        }
        return try loadStudy(yaml: text, file: file, venues: try VenueLibrary().profiles)
    }

    private static func text(of file: String) throws -> String {
        let hint =
            file == defaultStudy
            ? "name a study file, or write one with: belowzero init" : "check the path"
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.read(upToCount: 1 << 20) else {
            throw Failure(.noInput, "cannot read the study \(file)", hint: hint)
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.badStudy, "\(file) is not UTF-8 text")
        }
        return text
    }
}
