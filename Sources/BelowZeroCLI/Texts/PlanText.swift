import Foundation
import StressBasics
import StressPipeline
import StudyPlan

/// What `--dry-run` prints: the plan, and what it will take.
struct PlanText {
    let plan: WorkPlan
    /// Where the run will be written.
    let place: String
    let timeout: TimeSpan?

    private var study: Study { plan.study }

    var text: String {
        let axes = [
            "assets \(study.inputs.count)", "contracts \(study.grid.contracts.count)",
            "sides \(study.grid.sides.count)",
            "leverages \(study.grid.leverages.count)", "horizons \(study.grid.horizons.count)",
            "platforms \(study.platforms.count)",
        ]
        let fits = plan.smallestPeak <= plan.budget
        return """
            Study \(study.name), digest \(Digest(of: study.canonicalText).short)
            \(groupedText(study.cellCount, separator: ",")) cells: \(axes.joined(separator: " × "))
            \(plan.jobs.map(line).joined(separator: "\n"))
            Output: \(place)
            Jobs:   \(study.inputs.count) in \(groups), each \(timeout.map { "at most \($0.text)" } ?? "without a time limit")
            Memory: about \(memoryText(peak)) of the \(budgetText)\(fits ? "" : ": too large, the run would be refused")
            Time:   about \(timeText) on \(plan.threads == 1 ? "1 thread" : "\(plan.threads) threads"), an estimate from \
            file sizes and the speed of another machine
            Nothing was computed.
            """
    }

    private func line(_ job: WorkPlan.Job) -> String {
        let input = study.inputs[job.place]
        let names = input.source.files
        let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", … (\(names.count) files)" : "")
        let size =
            job.fileBytes > 0
            ? "\(byteText(job.fileBytes)), about \(groupedText(job.bars, separator: ",")) rows, \(memoryText(job.peak))"
                + (job.parts > 1 ? ", its cells in \(job.parts) parts" : "")
            : "not there, or a pipe"
        return "  \(input.asset): \(shown) (\(size))"
    }

    var groupCount: Int { plan.groups(of: Array(plan.jobs.indices)).count }

    private var groups: String {
        let count = groupCount
        return count == 1 ? "1 group" : "\(count) groups"
    }

    /// The largest group decides, not the sum of all, or the ledger, which has all histories at once.
    var peak: Int {
        let groups = plan.groups(of: Array(plan.jobs.indices))
        return max(groups.map(plan.peak).max() ?? plan.base, plan.togetherPeak)
    }

    private var budgetText: String {
        if plan.budget == .max { return "memory of the machine, which is not known" }
        return memoryText(plan.budget) + (plan.isBudgetChosen ? " that --memory allows" : " that may be used")
    }

    private var timeText: String {
        let seconds = plan.seconds
        if seconds < 1 { return "a second" }
        if seconds < 100 { return "\(Int(seconds.rounded(.up))) s" }
        if seconds < 6000 { return "\(Int((seconds / 60).rounded(.up))) min" }
        return "\(significantText(seconds / 3600, digits: 2)) h"
    }
}

/// The plan as `--dry-run --json` prints it. Sizes and times are estimates.
struct PlanJSON: Encodable {
    let study, studySha256, output: String
    let cellsCount, groupsCount, threadsCount, memoryBytes: Int
    /// Absent where the memory of the machine is not known.
    let budgetBytes: Int?
    let fits: Bool
    let durationS: Double
    let timeoutS: Double?
    let jobs: [Job]

    struct Job: Encodable {
        let asset: String
        let files: [String]
        let bytes, barsCount, memoryBytes, partsCount: Int
    }

    init(_ text: PlanText) {
        let (plan, study) = (text.plan, text.plan.study)
        (self.study, studySha256, output) = (study.name, Digest(of: study.canonicalText).hex, text.place)
        (cellsCount, groupsCount, threadsCount) = (study.cellCount, text.groupCount, plan.threads)
        (memoryBytes, budgetBytes) = (text.peak, plan.budget == .max ? nil : plan.budget)
        (fits, durationS, timeoutS) = (plan.smallestPeak <= plan.budget, plan.seconds, text.timeout?.inSeconds)
        jobs = plan.jobs.map { job in
            Job(
                asset: study.inputs[job.place].asset, files: study.inputs[job.place].source.files, bytes: job.fileBytes,
                barsCount: job.bars, memoryBytes: job.peak, partsCount: job.parts)
        }
    }
}
