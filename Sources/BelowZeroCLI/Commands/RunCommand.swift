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
            var chosen = loaded.study
            for (check, action) in try parsePolicies(policy) {
                for index in chosen.inputs.indices { chosen.inputs[index].source.policies[check] = action }
            }
            if printStudy {
                return try StudyPrint(
                    study: chosen, files: loaded.files, folder: LoadedStudy.folder(of: study), common: common
                ).print()
            }
            let talk = common.talk(isRun: !work.dryRun)
            loaded.notes.forEach { talk.say(Failure.text($0)) }
            let job = StressJob(
                study: chosen, files: loaded.files, out: out, command: command, work: work, common: common,
                store: storing.path(out: out), patience: try storing.patience(),
                studyFile: study == LoadedStudy.standardInput ? nil : (study, prices),
                home: StudyHome(
                    file: study == LoadedStudy.standardInput ? nil : loaded.path, takesOver: storing.takeOver))
            try job.run()
        }
    }

    /// The study. One that cannot be read leaves a word in the history, if there is one, and in its metrics.
    private func loadedStudy() throws -> LoadedStudy {
        let started = wallClock()
        do {
            return try LoadedStudy(file: study, prices: prices, bounds: bounds)
        } catch let failure as Failure {
            if !printStudy, !work.dryRun {
                UnreadStudy(file: study, command: command, started: started, talk: common.talk(isRun: true))
                    .note(failure, store: storing.path(out: out))
            }
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
    /// The study file.
    let path: String

    /// Reads and checks a study file, and finds the files its globs match, relative to `prices` or else to the study.
    init(file: String, prices: String? = nil, bounds: Bool = false, findsFiles: Bool = true) throws {
        let isPiped = file == LoadedStudy.standardInput
        let place = LoadedStudy.located(file)
        path = place
        files = InputFiles(base: prices ?? (isPiped ? "" : LoadedStudy.folder(of: place)))
        let text = try LoadedStudy.text(of: place)
        let file = isPiped ? "standard input" : place
        do {
            let loaded = try LoadedStudy.load(text, file: file, bounds: bounds)
            var study = loaded.value
            if findsFiles { study.inputs = files.expanded(study.inputs) }
            self.study = study
            notes = loaded.findings
        } catch let error as StudyError {
            throw Failure(error)
        }
    }

    /// The name of a study that is read from standard input.
    static let standardInput = "-"

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
    private static func load(_ text: String, file: String, bounds: Bool) throws -> Partial<Study> {
        do throws(StudyError) {
            return try loadStudy(yaml: text, file: file, bounds: bounds)
        } catch {
            guard error.namesUnknownPlatform else { throw error }
        }
        return try loadStudy(yaml: text, file: file, venues: try VenueLibrary().profiles, bounds: bounds)
    }

    static func text(of file: String) throws -> String {
        let hint =
            file == defaultStudy
            ? "name a study file, or write one with: belowzero init" : "check the path"
        let isPiped = file == standardInput
        guard let handle = isPiped ? FileHandle.standardInput : FileHandle(forReadingAtPath: file),
            let data = try? LoadedStudy.bytes(of: handle)
        else {
            throw Failure(.noInput, "cannot read the study \(isPiped ? "on standard input" : file)", hint: hint)
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.badStudy, "\(isPiped ? "standard input" : file) is not UTF-8 text")
        }
        return text
    }

    /// At most 1 MiB, which is more than a study may have; a pipe gives it piece by piece.
    private static func bytes(of handle: FileHandle) throws -> Data {
        var data = Data()
        while data.count < 1 << 20, let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty { data += piece }
        return data
    }
}
