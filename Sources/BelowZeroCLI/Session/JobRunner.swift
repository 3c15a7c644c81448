import CSVIngest
import Dispatch
import Foundation
import Logging
import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan
import Synchronization

/// Does the jobs of a session: in groups that fit the memory, each job under its time limit, and keeps what is finished.
struct JobRunner {
    let session: StressSession
    private let kept: KeptJobs?
    private let headline: StudyCell?
    private let progress: JobProgress

    private var study: Study { session.study }
    private var control: RunControl { session.interruption.control }

    init(session: StressSession) {
        self.session = session
        let study = session.study
        kept = session.unfinished.map { unfinished in
            KeptJobs(
                unfinished, study: study, files: session.files, tables: session.tierFiles.digests,
                kernel: session.kernel, isTableOnly: session.isTableOnly, console: session.console,
                control: session.interruption.control)
        }
        headline = study.headlineCell
        progress = JobProgress(weights: session.plan.jobs.map { max(1, $0.seconds) })
    }

    /// What became of every job, in study order. Throws a ``Failure`` when the run was interrupted.
    func outcomes() throws -> [JobOutcome] {
        var outcomes = try resumed()
        let open = outcomes.indices.filter { outcomes[$0] == nil }
        announce(finished: outcomes.count - open.count)
        let line = ProgressLine(label: "Running", console: session.console) { [progress] in progress.share }
        defer { line.finish() }
        tellPlan()
        for group in session.plan.groups(of: open) {
            var inputs = try read(group)
            for (place, job) in group.enumerated() { inputs[place].map { tell($0, job) } }
            for (place, job) in group.enumerated() {
                let input = inputs[place]
                // Its bars are let go with the job.
                inputs[place] = nil
                let waiting = inputs.reduce(0) { $0 + ($1?.market.map(session.plan.held) ?? 0) }
                let outcome = try input.map { try self.outcome($0, job, waiting: waiting) } ?? nil
                if let outcome { outcomes[job] = outcome }
                if case .failed(let error)? = outcome { tell(error) }
                progress.finish(job)
            }
        }
        return outcomes.compactMap { $0 }
    }

    private func resumed() throws -> [JobOutcome?] {
        let outcomes = study.inputs.enumerated().map { job, input -> JobOutcome? in
            guard let kept, kept.unfinished.isResumed, !control.isCancelled else { return nil }
            let result = kept.result(job, cells: study.cells(of: input.asset))
            if result != nil { progress.finish(job) }
            return result.map(JobOutcome.done)
        }
        if control.isCancelled { throw session.interruption.failure }
        return outcomes
    }

    // MARK: Details

    private func tellPlan() {
        let plan = session.plan
        session.console.detail(
            "run plan",
            [
                "digest": .string(Digest(of: study.canonicalText).short), "kernel": .string(session.kernel.rawValue),
                "groups": .stringConvertible(plan.groups(of: Array(plan.jobs.indices)).count),
                "memory": .string(plan.budget == .max ? "unknown" : memoryText(plan.budget)),
                "estimate_s": .stringConvertible(plan.seconds),
                "cache": .string(session.cache == nil ? "off" : "on"),
            ])
        for job in plan.jobs {
            session.console.about(job: study.inputs[job.place].asset).detail(
                "job plan",
                [
                    "bytes": .stringConvertible(job.fileBytes), "rows": .stringConvertible(job.bars),
                    "parts": .stringConvertible(job.parts), "memory": .string(memoryText(job.peak)),
                ])
        }
    }

    private func tell(_ read: JobReader.Read, _ job: Int) {
        guard let input = try? read.input.get() else { return }
        let (report, console) = (input.report, session.console.about(job: input.asset))
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
                "last": .string(report.last.rfc3339), "seconds": .stringConvertible(read.spent / .seconds(1)),
            ])
        for finding in report.findings where !finding.isDetail && finding.severity != .pass {
            console.detail(
                "finding",
                [
                    "check": .string(finding.check), "severity": .string(finding.severity.rawValue),
                    "count": .stringConvertible(finding.count),
                ])
        }
    }

    private func announce(finished: Int) {
        let jobs = study.inputs.count
        let cells = groupedText(study.cellCount, separator: ",")
        if finished > 0 {
            session.console.tell(
                "run resumed", ["jobs": .stringConvertible(jobs), "finished": .stringConvertible(finished)],
                people: "Resuming: \(finished) of \(jobs) jobs are finished already")
        }
        guard finished < jobs else { return }
        session.console.tell(
            "run start",
            [
                "jobs": .stringConvertible(jobs), "cells": .stringConvertible(study.cellCount),
                "threads": .stringConvertible(session.threads),
            ],
            people: "Stressing \(cells) cells of \(jobs == 1 ? "1 price history" : "\(jobs) price histories") "
                + "on \(session.threads == 1 ? "1 thread" : "\(session.threads) threads")")
    }

    /// The words on a job that failed, at once: the night may be long.
    private func tell(_ error: JobError) {
        // The only job's failure is that of the run.
        guard study.inputs.count > 1 else { return }
        let console = session.console.about(job: error.failure.asset)
        error.messages.forEach(console.complain)
        let cells = study.cellCount / study.inputs.count
        console.tell(
            "job failed",
            [
                "reason": .string(error.failure.reason.rawValue), "stage": .string(error.failure.stage.rawValue),
                "cells": .stringConvertible(cells),
            ], level: .error,
            people: "The job \(error.failure.asset) failed: its \(cells) cells have no data")
    }

    // MARK: Reading

    private func read(_ group: [Int]) throws -> [JobReader.Read?] {
        let reader = JobReader(
            study: study, files: session.files, cache: session.cache, threads: session.threads,
            timeout: session.timeout, control: control)
        let found = parallelMap(count: group.count, threads: session.threads) { place in
            reader.read(group[place], sharing: group.count)
        }
        guard let found, !control.isCancelled else { throw session.interruption.failure }
        return found
    }

    // MARK: Computing

    /// What became of a job whose files were read, while the histories of others take `waiting` bytes.
    private func outcome(_ read: JobReader.Read, _ job: Int, waiting: Int) throws -> JobOutcome {
        let asset = study.inputs[job].asset
        switch read.input {
        case .failure(let errors):
            if read.isLate, let limit = session.timeout {
                return .failed(JobError(asset: asset, stage: .reading, limit: limit, report: nil))
            }
            return .failed(JobError(asset: asset, errors.all))
        case .success(let input):
            let planned = session.plan.counted(job, input.market, waiting: waiting)
            guard session.plan.holds(planned) else {
                return .failed(
                    JobError(
                        asset: asset, needs: session.plan.base + planned.peak, budget: session.plan.budget,
                        report: input.report))
            }
            let timer = JobTimer(parent: control, limit: session.timeout, spent: read.spent)
            defer { timer.stop() }
            progress.start(job, timer.control)
            do throws(RunCancelled) {
                let begin = ContinuousClock.now
                let result = try result(input, parts: planned.parts, timer.control)
                kept?.keep(result, job)
                session.console.about(job: asset).detail(
                    "job computed",
                    [
                        "parts": .stringConvertible(planned.parts),
                        "bars": .stringConvertible(input.market.series.count),
                        "kernels": .string(Set(result.kernels.map(\.rawValue)).sorted().joined(separator: ",")),
                        "seconds": .stringConvertible(begin.duration(to: .now) / .seconds(1)),
                    ])
                session.console.about(job: asset).tell("job done", ["cells": .stringConvertible(result.rows.count)])
                return .done(result)
            } catch {
                guard let limit = session.timeout, !control.isCancelled else { throw session.interruption.failure }
                return .failed(JobError(asset: asset, stage: .computing, limit: limit, report: input.report))
            }
        }
    }

    private func result(_ input: AssetInput, parts: Int, _ control: RunControl) throws(RunCancelled) -> JobResult {
        let job = HistoryJob(study: study, asset: input.asset, market: input.market, kernel: session.kernel)
        let answers = try grid(control).answers(of: job, asset: input.asset, market: input.market, parts: parts)
        var result = JobResult(
            report: input.report, ending: HistoryEnding(input.market.series), rows: answers.rows,
            kernels: answers.kernels)
        if session.isTableOnly { return result }
        // What a headline is made of stands on resamples.
        if study.statistics.resamples > 0 {
            let details = CellDetails(
                study: study, input: input, job: job, rows: result.rows, threads: session.threads, control: control)
            let compared = Comparisons(
                study: study, job: job, results: answers.results, estimates: answers.estimates,
                threads: session.threads)
            (result.details, result.requirements) = (try details.details(), details.requirements())
            (result.comparisons, result.bands) = (compared.comparisons, compared.bands)
            result.lookBackMargins = lookBackMargins(input)
        }
        result.suspicion = try suspicion(input, control)
        if let finding = try heldThrough(input, result.rows, control) {
            let place = result.report.findings.firstIndex { $0.check == "wide_gaps" }.map { $0 + 1 } ?? 0
            result.report.findings.insert(finding, at: place)
        }
        if control.isCancelled { throw RunCancelled() }
        return result
    }

    /// The margins of look-backs that the study asks for.
    private func lookBackMargins(_ input: AssetInput) -> [LookBackMargin] {
        guard let rules = study.statistics.lookBack else { return [] }
        return input.market.lookBackMargins(rules, sides: study.grid.sides, resampling: study.statistics.resampling)
            .map { margin in
                var named = margin
                named.asset = input.asset
                return named
            }
    }

    private func grid(_ control: RunControl) -> GridAnswers {
        let cache = session.kernel == .plain ? nil : session.tallies
        let own = kept.map { OwnTallies(unfinished: $0.unfinished, common: $0.commonKey) }
        return GridAnswers(
            study: study, kernel: session.kernel, threads: session.threads, store: cache ?? own,
            keepsCompared: !session.isTableOnly, control: control)
    }

    /// The headline's cell once more, with windows that span every step; nil for other histories, and for one without a step that
    /// is too wide.
    private func heldThrough(
        _ input: AssetInput, _ rows: [ResultRow], _ control: RunControl
    ) throws(RunCancelled) -> Finding? {
        guard let cell = headline, cell.asset == input.asset, let row = rows.first(where: { $0.cell.id == cell.id }),
            let maxGap = study.position.maxGap.resolved(barLength: input.market.barLength),
            !input.market.series.stepsLonger(than: maxGap).isEmpty
        else { return nil }
        var through = study.narrowed(to: cell)
        through.position.maxGap = .off
        let job = HistoryJob(study: through, asset: cell.asset, market: input.market, kernel: session.kernel)
        let other = try grid(control).answers(of: job).rows.first { $0.cell.id == cell.id }
        return other.map { heldThroughFinding(row, through: $0, maxGap: maxGap) }
    }

    /// The headline's cell once more, without suspicious bars; nil for other histories, and when this one has none.
    private func suspicion(_ input: AssetInput, _ control: RunControl) throws(RunCancelled) -> SuspicionCheck? {
        guard let cell = headline, cell.asset == input.asset, let market = input.unsuspicious else { return nil }
        let job = HistoryJob(
            study: study.narrowed(to: cell), asset: cell.asset, market: market, kernel: session.kernel)
        let row = try grid(control).answers(of: job).rows.first { $0.cell.id == cell.id }
        return row.map { SuspicionCheck(bars: input.suspiciousCount, row: $0) }
    }
}

extension JobReader.Read {
    /// The history, when it could be read.
    fileprivate var market: MarketHistory? { try? input.get().market }
}

/// Reads the files of jobs, several at once.
private struct JobReader: Sendable {
    let study: Study
    let files: InputFiles
    let cache: SeriesCache?
    let threads: Int
    let timeout: TimeSpan?
    let control: RunControl

    /// An input that was read or not, and the time that was spent on it.
    struct Read: Sendable {
        let input: Result<AssetInput, AssetInput.Errors>
        let spent: Duration
        let isLate: Bool
    }

    /// Reads one of `count` jobs that are read at once; nil when the run was interrupted.
    func read(_ job: Int, sharing count: Int) -> Read? {
        let clock = ContinuousClock()
        let begin = clock.now
        let deadline = timeout.map { begin.advanced(by: .milliseconds($0.milliseconds)) }
        let isLate: @Sendable () -> Bool = { deadline.map { clock.now > $0 } ?? false }
        var options = IngestOptions(threads: threads, files: count)
        options.cache = cache
        options.isCancelled = { [control] in control.isCancelled || isLate() }
        let input = AssetInput.read(study.inputs[job], study: study, files: files, options: options)
        if control.isCancelled { return nil }
        return Read(input: input, spent: begin.duration(to: clock.now), isLate: isLate())
    }
}

/// Stops one job when its time is up, or with the whole run.
private final class JobTimer {
    let control: RunControl
    private let source: (any DispatchSourceTimer)?

    init(parent: RunControl, limit: TimeSpan?, spent: Duration) {
        let control = RunControl(parent: parent)
        self.control = control
        guard let limit else {
            source = nil
            return
        }
        let left = max(0, Double(limit.milliseconds) - spent / .milliseconds(1))
        // A queue of its own: the global ones are busy with the job.
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "job timeout"))
        timer.schedule(deadline: .now() + .milliseconds(Int(left)))
        timer.setEventHandler { control.cancel() }
        timer.resume()
        source = timer
    }

    func stop() { source?.cancel() }
}

/// How far all jobs together are, for the progress bar.
private final class JobProgress: Sendable {
    private let weights: [Double]
    private let state = Mutex<(finished: Double, job: Int, control: RunControl?)>((0, 0, nil))

    init(weights: [Double]) { self.weights = weights }

    func start(_ job: Int, _ control: RunControl) { state.withLock { ($0.job, $0.control) = (job, control) } }

    func finish(_ job: Int) {
        state.withLock {
            $0.finished += weights[job]
            $0.control = nil
        }
    }

    /// 0…1.
    var share: Double {
        let total = weights.reduce(0, +)
        return state.withLock { state in
            let current = state.control.map { $0.progress * weights[state.job] } ?? 0
            return total > 0 ? min(1, (state.finished + current) / total) : 0
        }
    }
}
