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
    /// The history that the run enters; nil for none.
    let store: String?
    /// How long to wait for another run.
    let patience: TimeSpan

    func run() throws {
        if work.dryRun { return Talk.print(planText) }
        let interruption = Interruption()
        let night = try Night(
            study: study, files: files, command: command, out: out, store: store, patience: patience,
            noFail: work.noFail, talk: common.talk(isRun: true), interruption: interruption)
        try night.run { night in
            var tiers = TierFiles(files: files)
            let resolved = try tiers.resolve(study)
            let session = StressSession(
                study: resolved, files: files, command: command, started: night.started, threads: work.threadCount,
                kernel: work.kernel, talk: night.talk, interruption: interruption, tierFiles: tiers,
                cache: work.cache.series, isTableOnly: out == "-", tallies: work.cache.tallies)
            return try session.report()
        } write: { report, night in
            let writer = RunWriter(common: common, work: work, interruption: interruption, talk: night.talk)
            try writer.finish(report, folder: night.folder)
        }
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
