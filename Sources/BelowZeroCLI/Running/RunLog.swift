import Logging
import StressBasics
import StressEngine
import StressPipeline
import StressResults
import StudyPlan

/// Says on the console what happens in a run, draws how far it is, and stops it with the program's signals.
struct RunLog: RunObserver {
    let console: Console
    let control: RunControl
    /// Whether the failure of a job is told even where it is the only one, because nobody else tells it.
    var tellsOnlyJob = false

    init(_ console: Console, _ interruption: Interruption) { (self.console, control) = (console, interruption.control) }

    func watch<Value>(_ share: @escaping @Sendable () -> Double, during work: () throws -> Value) throws -> Value {
        let line = ProgressLine(label: "Running", console: console, share: share)
        defer { line.finish() }
        return try work()
    }

    func observe(_ event: RunEvent) {
        switch event {
        case .resumed(let finished, let jobs):
            console.tell(
                "run resumed", ["jobs": .stringConvertible(jobs), "finished": .stringConvertible(finished)],
                people: "Resuming: \(finished) of \(jobs) jobs are finished already")
        case .forgotten(let why): console.say("note: \(why); it is computed again")
        case .begun(let jobs, let cells, let threads): begun(jobs, cells, threads)
        case .planned(let plan, let kernel, let hasCache): planned(plan, kernel, hasCache)
        case .read(let report, let spent): read(report, spent)
        case .computed(let asset, let figures): computed(asset, figures)
        case .failed(let error, let cells, let jobs): failed(error, cells: cells, jobs: jobs)
        case .notKept(let why):
            console.warn("finished jobs cannot be kept, so this run could not be resumed: \(why)")
        case .settling(let platforms):
            console.say(platforms == 1 ? "Asking who pays" : "Asking who pays on \(platforms) platforms")
        case .spreading(let baskets):
            console.say(
                baskets == 1 ? "Asking whether spreading helps" : "Asking of \(baskets) baskets whether spreading helps"
            )
        case .simulating(let paths): console.say("Making \(paths) futures of each price history")
        case .recomputing(let asset): console.say("Computing again what lies between the runs of \(asset)")
        }
    }

    private func begun(_ jobs: Int, _ cells: Int, _ threads: Int) {
        let words = groupedText(cells, separator: ",")
        console.tell(
            "run start",
            [
                "jobs": .stringConvertible(jobs), "cells": .stringConvertible(cells),
                "threads": .stringConvertible(threads),
            ],
            people: "Stressing \(words) cells of \(jobs == 1 ? "1 price history" : "\(jobs) price histories") "
                + "on \(threads == 1 ? "1 thread" : "\(threads) threads")")
    }

    /// The words on a job that failed, at once: the night may be long.
    private func failed(_ error: JobError, cells: Int, jobs: Int) {
        // The only job's failure is that of the run.
        guard jobs > 1 || tellsOnlyJob else { return }
        let console = console.about(job: error.failure.asset)
        error.messages.forEach(console.complain)
        console.tell(
            "job failed",
            [
                "reason": .string(error.failure.reason.rawValue), "stage": .string(error.failure.stage.rawValue),
                "cells": .stringConvertible(cells),
            ], level: .error,
            people: "The job \(error.failure.asset) failed: its \(cells) cells have no data")
    }
}

// MARK: Details

extension RunLog {
    private func planned(_ plan: WorkPlan, _ kernel: KernelChoice, _ hasCache: Bool) {
        console.detail(
            "run plan",
            [
                "digest": .string(Digest(of: plan.study.canonicalText).short), "kernel": .string(kernel.rawValue),
                "groups": .stringConvertible(plan.groups(of: Array(plan.jobs.indices)).count),
                "memory": .string(plan.budget == .max ? "unknown" : memoryText(plan.budget)),
                "estimate_s": .stringConvertible(plan.seconds),
                "cache": .string(hasCache ? "on" : "off"),
            ])
        for job in plan.jobs {
            console.about(job: plan.study.inputs[job.place].asset).detail(
                "job plan",
                [
                    "bytes": .stringConvertible(job.fileBytes), "rows": .stringConvertible(job.bars),
                    "parts": .stringConvertible(job.parts), "memory": .string(memoryText(job.peak)),
                ])
        }
    }

    private func read(_ report: AssetReport, _ spent: Duration) {
        let console = console.about(job: report.asset)
        for file in report.files {
            console.detail(
                "file read",
                [
                    "file": .string(file.name), "bytes": .stringConvertible(file.bytes),
                    "rows": .stringConvertible(file.rows), "sha256": .string(file.digest.hex),
                ])
        }
        console.detail(
            "job read",
            [
                "format": .string(report.formatName), "bars": .stringConvertible(report.bars),
                "bar": .string(report.barLength.text), "first": .string(report.first.rfc3339),
                "last": .string(report.last.rfc3339), "seconds": .stringConvertible(spent / .seconds(1)),
            ])
        for finding in report.findings where !finding.isDetail && finding.severity != .pass { tell(finding, console) }
    }

    private func tell(_ finding: Finding, _ console: Console) {
        console.detail(
            "finding",
            [
                "check": .string(finding.check), "severity": .string(finding.severity.rawValue),
                "count": .stringConvertible(finding.count),
            ])
    }

    private func computed(_ asset: String, _ figures: JobFigures) {
        let console = console.about(job: asset)
        console.detail(
            "job computed",
            [
                "parts": .stringConvertible(figures.parts), "bars": .stringConvertible(figures.bars),
                "kernels": .string(figures.kernels.joined(separator: ",")),
                "seconds": .stringConvertible(figures.spent / .seconds(1)),
            ])
        console.tell("job done", ["cells": .stringConvertible(figures.cells)])
    }
}
