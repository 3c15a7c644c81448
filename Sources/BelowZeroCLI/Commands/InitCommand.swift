import ArgumentParser
import Foundation
import PriceSeries
import RunStore
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero init`: a commented study and a price file to try it on.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented study file and a demo price file.",
        discussion: """
            Writes the study to FILE and an invented price history to demo/DEMO.csv beside it. With --systemd it writes a \
            service and a timer that run the study at 02:00, and a line for cron, into a folder of your choice; a study that \
            is there is left as it is. Nothing is overwritten. With --schema it writes nothing and prints the JSON Schema of studies, \
            by which editors complete and check them.

            EXAMPLES
              belowzero init nightly.yaml && belowzero run nightly.yaml
              belowzero init nightly.yaml --systemd units
              belowzero init --schema > study.schema.json
            """)

    @Argument(help: "The study file to write.")
    var file = "nightly.yaml"

    @Option(
        help: "Write belowzero.service, belowzero.timer and belowzero.crontab into this folder.", completion: .directory
    )
    var systemd: String?

    @Option(
        help:
            "With --systemd: the user that the job runs as, or 'dynamic' for one of its own. (default: you; for root: dynamic)"
    )
    var user: String?

    @Flag(help: "With --systemd: units for every study NAME.yaml in /etc/belowzero, as belowzero@NAME.")
    var template = false

    @Flag(help: "Print the JSON Schema of studies, and stop.")
    var schema = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try StandardOutput.refuse(file, for: "the study file", because: "its prices are written beside it")
        try StandardOutput.refuse(systemd, for: "--systemd", because: "it is a folder of several files")
        guard systemd != nil || user == nil && !template else {
            throw ValidationError("--user and --template go with --systemd")
        }
        guard !schema || systemd == nil else { throw ValidationError("--schema writes no units: leave --systemd out") }
    }

    func run() throws {
        try common.reporting {
            if schema { return try Console.print(StudySchema.text) }
            guard let systemd else { return try write(studyFiles) }
            let isNew = !template && !FileManager.default.fileExists(atPath: file)
            try writeUnits(to: systemd, with: isNew ? studyFiles : [])
        }
    }

    /// Writes all files or none, and says so.
    private func write(_ files: [NewFile], next: String? = nil) throws {
        do throws(StoreError) {
            try writeWholeFiles(files.map { ($0.path, $0.text) })
        } catch {
            throw Failure(error)
        }
        if common.json { try Console.print(jsonText(WrittenJSON(written: files.map(\.path)))) }
        let isDemo = files.contains { $0.path == demoPath }
        common.console.say("Wrote \(files.map(\.path).joined(separator: ", "))\(isDemo ? " (invented prices)" : "")")
        common.console.say("Next: \(next ?? "belowzero run \(shellQuoted(file))")")
    }

    /// A file that is to be made.
    private struct NewFile {
        let path, text: String
    }

    private func writeUnits(to folder: String, with studyFiles: [NewFile]) throws {
        let study = template ? "/etc/belowzero/%i.yaml" : URL(fileURLWithPath: file).standardizedFileURL.path
        let program = template ? "/usr/bin/belowzero" : programPath.path
        for path in [study, program] {
            if let objection = NightlyUnits.objection(to: path) {
                throw Failure(
                    .usage, "\(SourceLocation.presentablePath(path)) cannot stand in a unit file: \(objection)")
            }
        }
        var units = NightlyUnits(program: program, study: study, account: try account(), isTemplate: template)
        // A study that is about to be written runs no commands.
        if !template, studyFiles.isEmpty { try addNeeds(of: study, to: &units) }
        let files = studyFiles + units.files.map { NewFile(path: "\(folder)/\($0.name)", text: $0.text) }
        let service = shellQuoted("\(folder)/\(units.files[0].name)")
        if study.hasPrefix("/tmp/") || study.hasPrefix("/var/tmp/") {
            common.console.say("warning: the service has a /tmp of its own and will not find \(study) there")
        }
        try write(
            files, next: "read \(service), then  systemd-analyze verify \(service)  and follow its first lines")
        if let needed = units.outputFolder { try makeFolder(needed) }
    }

    /// What the study writes beside its run, and whether it runs a command.
    private func addNeeds(of study: String, to units: inout NightlyUnits) throws {
        let loaded = try LoadedStudy(file: study, findsFiles: false, threads: allCores)
        units.runsCommand = !loaded.study.operations.commands.isEmpty
        if let metrics = loaded.study.operations.metricsFile {
            units.writable = [
                URL(fileURLWithPath: StudyHome(file: study).located(metrics)).deletingLastPathComponent().path
            ]
        }
    }

    private func account() throws -> NightlyUnits.Account {
        let name = user ?? (template || geteuid() == 0 ? "dynamic" : NSUserName())
        if name == "dynamic" { return .dynamic }
        let isName =
            name.utf8.count <= 64 && name.first != "-"
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains($0))
            }
        guard isName, !name.isEmpty, !template else {
            throw Failure(
                .usage,
                template
                    ? "--template has a user of its own" : "'\(SourceLocation.presentable(name))' is no user's name")
        }
        return .user(name)
    }

    private func makeFolder(_ path: String) throws {
        guard (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil else {
            throw Failure(.cannotCreate, "cannot create \(path)", hint: "check the folder's permissions")
        }
    }

    /// The prices first: a study never stands without them. Those of an earlier study beside it are left as they are.
    private var studyFiles: [NewFile] {
        let study = NewFile(path: file, text: studyTemplate(name: StudyName(file: file).text, file: shellQuoted(file)))
        guard !FileManager.default.fileExists(atPath: demoPath) else { return [study] }
        return [NewFile(path: demoPath, text: csvText(demoMarket.series(seed: 1))), study]
    }

    /// In a folder of its own: `ledger prices/` and others take all files of a folder as histories.
    private var demoPath: String {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        return (folder.isEmpty && !file.hasPrefix("/") ? "" : folder + "/") + "demo/DEMO.csv"
    }

    private var demoMarket: SyntheticMarket {
        let start = UTCInstant(milliseconds: 1_735_689_600_000)  // 2025-01-01
        return SyntheticMarket.samples(start: start, barLength: .hours(1), bars: 24 * 365)[0]
    }
}

/// A study's name made of that of its file.
struct StudyName {
    let text: String

    /// What a name cannot have becomes `-`, and goes where a name cannot begin with it; at most 64 characters, `study` where
    /// nothing is left.
    init(file: String) {
        let last = file.split(separator: "/").last.map(String.init) ?? ""
        let stem = [".yaml", ".yml"].first { last.hasSuffix($0) }.map { String(last.dropLast($0.count)) } ?? last
        let allowed = stem.unicodeScalars.map { scalar in
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
            return isPlain ? String(scalar) : "-"
        }.joined()
        let name = String(allowed.drop { $0 == "." || $0 == "-" }.prefix(64))
        // YAML would read it as no name.
        text = name.isEmpty ? "study" : name.lowercased() == "null" ? name + "-study" : name
    }
}
