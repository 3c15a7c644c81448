import Foundation
import StressBasics
import StudyPlan

/// What `run` and `sweep` have in common: a checked study, from plan to written run.
struct StressJob {
    let study: Study
    let files: InputFiles
    let out: String?
    let command: String
    let work: WorkOptions
    let common: CommonOptions

    func run() throws {
        if work.dryRun { return Talk.print(planText) }
        var tiers = TierFiles(files: files)
        let study = try tiers.resolve(study)
        let interruption = Interruption()
        let started = wallClock()
        let session = StressSession(
            study: study, files: files, command: command, started: started, threads: work.threadCount,
            kernel: work.kernel,
            talk: common.talk,
            interruption: interruption, tierFiles: tiers, cache: work.cache.series,
            isTableOnly: out == "-", tallies: work.cache.tallies)
        let report = try session.report()
        let writer = RunWriter(common: common, work: work, interruption: interruption)
        try writer.finish(report, folder: out ?? "Reports/\(study.name)/\(started.folderText)")
    }

    private var planText: String {
        let axes = [
            "assets \(study.inputs.count)", "contracts \(study.grid.contracts.count)",
            "sides \(study.grid.sides.count)",
            "leverages \(study.grid.leverages.count)", "horizons \(study.grid.horizons.count)",
            "platforms \(study.platforms.count)",
        ]
        let inputs = study.inputs.map { "  \($0.asset): \($0.source.files.joined(separator: ", "))" }
        return """
            Study \(study.name), digest \(Digest(of: study.canonicalText).short)
            \(groupedText(study.cellCount, separator: ",")) cells: \(axes.joined(separator: " × "))
            \(inputs.joined(separator: "\n"))
            Output: \(out ?? "Reports/\(study.name)/<UTC time>")
            Nothing was computed.
            """
    }
}

/// `text` as one word of a shell command.
func shellQuoted(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:,=+%@".contains($0)) }
    return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
}
