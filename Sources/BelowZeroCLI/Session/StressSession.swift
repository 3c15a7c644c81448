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
    let talk: Talk
    let interruption: Interruption

    /// Reads, computes and reports. Throws a ``Failure``; writes nothing.
    func report() throws -> RunReport {
        let clock = ContinuousClock()
        let begin = clock.now
        let inputs = try readInputs()
        let results = try stress(inputs)
        let text = study.canonicalText
        let rows = results.map {
            ResultRow(
                cell: $0.rules.cell, fill: $0.rules.fillName,
                estimate: $0.estimate(confidence: study.statistics.confidence))
        }
        let seconds = begin.duration(to: clock.now)
        return RunReport(
            runID: runID(studyText: text, inputs: inputs), version: programVersion, study: study, studyText: text,
            studyDigest: Digest(of: text), command: command, assets: inputs.map(\.report), rows: rows,
            limits: study.check(rows),
            circumstances: RunCircumstances(
                started: started, duration: TimeSpan(milliseconds: Int64(seconds / .milliseconds(1))), threads: threads,
                host: hostText))
    }

    /// An input that was read.
    struct Input: Sendable {
        let asset: String
        let data: IngestedSeries
        let report: AssetReport
    }

    private func readInputs() throws -> [Input] {
        talk.say("Reading \(study.inputs.count == 1 ? "1 input" : "\(study.inputs.count) inputs")")
        let read = parallelMap(count: study.inputs.count, threads: threads) { [study, files] index in
            readSeries(study.inputs[index].source, files: files)
        }
        guard let read, !interruption.control.isCancelled else { throw interruption.failure }
        let errors = read.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        guard errors.isEmpty else { throw Failure(errors) }
        return zip(study.inputs, read).compactMap { input, result in
            guard case .success(let data) = result else { return nil }
            return Input(asset: input.asset, data: data, report: assetReport(input.asset, data))
        }
    }

    private func assetReport(_ asset: String, _ data: IngestedSeries) -> AssetReport {
        let series = data.series
        let barLength = series.barLength ?? .days(1)
        let maxGap = study.position.maxGap.resolved(barLength: barLength)
        var findings = data.findings
        let place = findings.firstIndex { $0.check == "missing_bars" }.map { $0 + 1 } ?? 0
        findings.insert(wideGapFinding(series, maxGap: maxGap), at: place)
        return AssetReport(
            asset: asset,
            files: data.files.map {
                InputFile(name: $0.name, bytes: $0.byteCount, rows: $0.rowCount, digest: $0.sha256)
            },
            formatName: data.formatName, formatReason: data.formatReason, bars: series.count,
            first: series.instant(0), last: series.instant(series.count - 1), barLength: barLength,
            maxGap: maxGap, findings: findings)
    }

    private func stress(_ inputs: [Input]) throws -> [CellResult] {
        let runs = inputs.map { StressRun(study: study, asset: $0.asset, series: $0.data.series) }
        for run in runs { interruption.control.plan(run.workUnits) }
        talk.say(
            "Stressing \(groupedText(study.cellCount, separator: ",")) cells on \(threads == 1 ? "1 thread" : "\(threads) threads")"
        )
        let progress = ProgressLine(label: "Running", control: interruption.control, talk: talk)
        defer { progress.finish() }
        do {
            return try runs.flatMap { try $0.run(threads: threads, control: interruption.control) }
        } catch {
            throw interruption.failure
        }
    }

    /// The same study on the same bytes with the same program has the same name, whenever and wherever it runs.
    private func runID(studyText: String, inputs: [Input]) -> String {
        let parts = [programVersion, studyText] + inputs.flatMap { $0.data.files.map(\.sha256.hex) }
        return Digest(of: parts.joined(separator: "\n")).short
    }
}

/// Reads one input; the error is a value so that all inputs' errors can be shown.
func readSeries(_ source: BarSource, files: InputFiles, options: IngestOptions = IngestOptions()) -> Result<
    IngestedSeries, IngestError
> {
    do {
        var options = options
        options.baseFolder = files.base
        return .success(try ingestSeries(source, options: options))
    } catch {
        return .failure(error)
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
