import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressReport
import StressStatistics
import StudyPlan

/// One run from files to report: read all inputs, stress them one by one, estimate, and hand over the report.
struct StressSession {
    let study: Study
    let files: InputFiles
    let command: String
    let started: UTCInstant
    let threads: Int
    let kernel: KernelChoice
    let talk: Talk
    let interruption: Interruption
    /// The tables that the study's platforms were read from.
    let tierFiles: TierFiles
    /// Where price files that were read before are kept.
    let cache: SeriesCache?
    /// Whether a report is wanted, or the table of results alone.
    let isTableOnly: Bool
    /// Keeps what was computed before.
    let tallies: TallyCache?

    /// Reads, computes and reports. Throws a ``Failure``; writes nothing.
    func report() throws -> RunReport {
        let clock = ContinuousClock()
        let begin = clock.now
        let inputs = try readInputs()
        let parts = try stress(inputs)
        let rows = parts.flatMap(\.rows)
        let text = study.canonicalText
        let seconds = begin.duration(to: clock.now)
        var report = RunReport(
            runID: runID(studyText: text, inputs: inputs), version: programVersion, study: study, studyText: text,
            studyDigest: Digest(of: text), command: command, assets: inputs.map(\.report), rows: rows,
            limits: [],
            circumstances: RunCircumstances(
                started: started, duration: TimeSpan(milliseconds: Int64(seconds / .milliseconds(1))), threads: threads,
                host: hostText, kernels: kernelUses(parts)))
        report.details = parts.flatMap(\.details)
        report.requirements = parts.flatMap(\.requirements)
        report.comparisons = parts.flatMap(\.comparisons)
        report.bands = parts.flatMap(\.bands)
        return isTableOnly ? report : report.comparing(try suspicionCheck(inputs))
    }

    private func kernelUses(_ parts: [Part]) -> [RunCircumstances.KernelUse] {
        KernelKind.allCases.compactMap { kind in
            let cells = parts.reduce(0) { sum, part in sum + part.kernels.count { $0 == kind } }
            return cells > 0 ? RunCircumstances.KernelUse(name: kind.rawValue, cells: cells) : nil
        }
    }

    /// The headline cell once more, without suspicious bars; nil when its history has none.
    private func suspicionCheck(_ inputs: [AssetInput]) throws -> SuspicionCheck? {
        guard let cell = study.headlineCell, let input = inputs.first(where: { $0.asset == cell.asset }),
            let market = input.unsuspicious
        else { return nil }
        let alone = study.narrowed(to: cell)
        let run = StressRun(study: alone, asset: cell.asset, market: market, kernel: kernel)
        interruption.control.plan(run.workUnits)
        // Estimated as the headline is, or the two intervals could not be compared.
        guard let row = try? answers(run).rows.first else { throw interruption.failure }
        return SuspicionCheck(bars: input.suspiciousCount, row: row)
    }

    /// What one price history gave.
    private struct Part {
        let rows: [ResultRow]
        let kernels: [KernelKind]
        var details: [CellDetail] = []
        var requirements: [MarginRequirement] = []
        var comparisons: [CellComparison] = []
        var bands: [CurveBand] = []
    }

    private func readInputs() throws -> [AssetInput] {
        let count = study.inputs.count
        talk.tell(
            "read start", ["inputs": .stringConvertible(count)],
            people: "Reading \(count == 1 ? "1 input" : "\(count) inputs")")
        var options = IngestOptions(threads: threads, files: study.inputs.count)
        options.cache = cache
        options.isCancelled = { [control = interruption.control] in control.isCancelled }
        let read = parallelMap(count: study.inputs.count, threads: threads) { [study, files, options] index in
            AssetInput.read(study.inputs[index], study: study, files: files, options: options)
        }
        guard let read, !interruption.control.isCancelled else { throw interruption.failure }
        let errors = read.flatMap(\.errors)
        guard errors.isEmpty else { throw Failure(errors) }
        let inputs = read.compactMap { try? $0.get() }
        return inputs.map { $0.adding(tierFiles.findings + [survivorshipFinding($0, among: inputs)].compactMap { $0 }) }
    }

    private func stress(_ inputs: [AssetInput]) throws -> [Part] {
        let runs = inputs.map { StressRun(study: study, asset: $0.asset, market: $0.market, kernel: kernel) }
        for run in runs { interruption.control.plan(run.workUnits) }
        talk.tell(
            "run start",
            [
                "jobs": .stringConvertible(runs.count), "cells": .stringConvertible(study.cellCount),
                "threads": .stringConvertible(threads),
            ],
            people:
                "Stressing \(groupedText(study.cellCount, separator: ",")) cells on \(threads == 1 ? "1 thread" : "\(threads) threads")"
        )
        let progress = ProgressLine(label: "Running", control: interruption.control, talk: talk)
        defer { progress.finish() }
        do {
            return try zip(inputs, runs).map(part)
        } catch {
            throw interruption.failure
        }
    }

    private func part(_ input: AssetInput, _ run: StressRun) throws(RunCancelled) -> Part {
        let control = interruption.control
        let (results, estimates, rows) = try answers(run)
        var part = Part(rows: rows, kernels: results.map(\.kernel))
        talk.about(job: input.asset).tell("cells done", ["cells": .stringConvertible(rows.count)])
        // What a headline is made of stands on resamples.
        if isTableOnly || study.statistics.resamples == 0 { return part }
        let details = CellDetails(
            study: study, input: input, run: run, rows: rows, threads: threads, control: control)
        let compared = Comparisons(study: study, run: run, results: results, estimates: estimates)
        (part.details, part.requirements) = (try details.details(), details.requirements())
        (part.comparisons, part.bands) = (compared.comparisons, compared.bands)
        return part
    }

    /// Computes the cells of a run and estimates their frequencies.
    private func answers(
        _ run: StressRun
    ) throws(RunCancelled) -> (results: [CellResult], estimates: [CellEstimate], rows: [ResultRow]) {
        let control = interruption.control
        let results = try run.run(threads: threads, control: control, store: tallies)
        let estimates = try run.estimates(
            of: results, rules: study.statistics.resampling, threads: threads, control: control)
        let rows = zip(results, estimates).map {
            ResultRow(cell: $0.rules.cell, fill: $0.rules.fillName, estimate: $1)
        }
        return (results, estimates, rows)
    }

    /// The same study on the same bytes with the same program has the same name, whenever and wherever it runs.
    private func runID(studyText: String, inputs: [AssetInput]) -> String {
        let parts =
            [programVersion, studyText] + inputs.flatMap { $0.report.files.map(\.digest.hex) }
            + tierFiles.digests.map(\.hex)
        return Digest(of: parts.joined(separator: "\n")).name
    }
}

/// Operating system and architecture, without a host name.
private var hostText: String {
    #if arch(x86_64)
        let architecture = "x86_64"
    #elseif arch(arm64)
        let architecture = "arm64"
    #else
        let architecture = "other"
    #endif
    #if os(Linux)
        return "Linux \(architecture)"
    #else
        return "macOS \(architecture)"
    #endif
}
