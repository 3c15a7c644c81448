import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// Does the jobs of a session: in groups that fit the memory, each job under its time limit, and keeps what is finished.
struct JobRunner {
    let session: StressSession
    private let kept: KeptJobs?
    private let headline: StudyCell?
    private let progress: JobProgress

    private var study: Study { session.study }
    private var settings: RunSettings { session.settings }
    private var observer: any RunObserver { session.observer }
    private var control: RunControl { session.observer.control }

    init(session: StressSession) {
        self.session = session
        let (study, resolved) = (session.study, session.resolved)
        kept = session.unfinished.map { unfinished in
            KeptJobs(
                unfinished, study: study, files: resolved.files, tables: resolved.tables,
                kernel: session.settings.kernel, isTableOnly: session.settings.isTableOnly, observer: session.observer)
        }
        headline = study.headlineCell
        progress = JobProgress(weights: session.plan.jobs.map { max(1, $0.seconds) })
    }

    /// What became of every job, in study order. Throws ``RunCancelled``.
    func outcomes() throws -> [JobOutcome] {
        var outcomes = try resumed()
        let open = outcomes.indices.filter { outcomes[$0] == nil }
        announce(finished: outcomes.count - open.count)
        try observer.watch({ [progress] in progress.share }) {
            let hasCache = settings.caches.areOn
            observer.observe(.planned(session.plan, kernel: settings.kernel, hasCache: hasCache))
            for group in session.plan.groups(of: open) { try work(group, into: &outcomes) }
        }
        return outcomes.compactMap { $0 }
    }

    /// Reads the jobs of a group together and computes them one by one.
    private func work(_ group: [Int], into outcomes: inout [JobOutcome?]) throws {
        var inputs = try read(group)
        for input in inputs {
            guard let input, let report = try? input.input.get().report else { continue }
            observer.observe(.read(report, spent: input.spent))
        }
        for (place, job) in group.enumerated() {
            let input = inputs[place]
            // Its bars are let go with the job.
            inputs[place] = nil
            let waiting = inputs.reduce(0) { $0 + ($1?.market.map(session.plan.held) ?? 0) }
            let outcome = try input.map { try self.outcome($0, job, waiting: waiting) } ?? nil
            if let outcome { outcomes[job] = outcome }
            if case .failed(let error)? = outcome {
                let jobs = study.inputs.count
                observer.observe(.failed(error, cells: study.cellCount / jobs, jobs: jobs))
            }
            progress.finish(job)
        }
    }

    private func resumed() throws -> [JobOutcome?] {
        let outcomes = study.inputs.enumerated().map { job, input -> JobOutcome? in
            guard let kept, kept.unfinished.isResumed, !control.isCancelled else { return nil }
            let result = kept.result(job, cells: study.cells(of: input.asset))
            if result != nil { progress.finish(job) }
            return result.map(JobOutcome.done)
        }
        if control.isCancelled { throw RunCancelled() }
        return outcomes
    }

    private func announce(finished: Int) {
        let jobs = study.inputs.count
        if finished > 0 { observer.observe(.resumed(finished: finished, jobs: jobs)) }
        guard finished < jobs else { return }
        observer.observe(.begun(jobs: jobs, cells: study.cellCount, threads: settings.threads))
    }

    // MARK: Reading

    private func read(_ group: [Int]) throws -> [JobReader.Read?] {
        let reader = JobReader(
            study: study, files: session.resolved.files, caches: settings.caches, threads: settings.threads,
            timeout: settings.timeout, control: control)
        let found = parallelMap(count: group.count, threads: settings.threads) { place in
            reader.read(group[place], sharing: group.count)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        return found
    }

    // MARK: Computing

    /// What became of a job whose files were read, while the histories of others take `waiting` bytes.
    private func outcome(_ read: JobReader.Read, _ job: Int, waiting: Int) throws -> JobOutcome {
        let asset = study.inputs[job].asset
        switch read.input {
        case .failure(let errors):
            if read.isLate, let limit = settings.timeout {
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
            let timer = JobTimer(parent: control, limit: settings.timeout, spent: read.spent)
            defer { timer.stop() }
            progress.start(job, timer.control)
            do throws(RunCancelled) {
                let begin = ContinuousClock.now
                let result = try result(input, parts: planned.parts, timer.control)
                kept?.keep(result, job)
                let figures = JobFigures(
                    cells: result.rows.count, parts: planned.parts, bars: input.market.series.count,
                    kernels: Set(result.kernels.map(\.rawValue)).sorted(), spent: begin.duration(to: .now))
                observer.observe(.computed(asset: asset, figures: figures))
                return .done(result)
            } catch {
                guard let limit = settings.timeout, !control.isCancelled else { throw RunCancelled() }
                return .failed(JobError(asset: asset, stage: .computing, limit: limit, report: input.report))
            }
        }
    }

    private func result(_ input: AssetInput, parts: Int, _ control: RunControl) throws(RunCancelled) -> JobResult {
        let grid = grid(control)
        let job = grid.job(of: input.asset, market: input.market)
        let answers = try grid.answers(of: job, asset: input.asset, market: input.market, parts: parts)
        var result = JobResult(
            report: input.report, ending: HistoryEnding(input.market.series), rows: answers.rows,
            kernels: answers.kernels)
        if settings.isTableOnly { return result }
        let behaviours = BehaviourDetails(
            study: study, job: job, cells: study.cells(of: input.asset), threads: settings.threads, control: control)
        result.behaviours = try behaviours.results()
        result.report.findings += [behaviours.finding].compactMap { $0 }
        // What a headline is made of stands on resamples.
        if study.statistics.resamples > 0 {
            let details = CellDetails(
                study: study, input: input, job: job, rows: result.rows, threads: settings.threads, control: control)
            let compared = Comparisons(
                study: study, job: job, results: answers.results, estimates: answers.estimates,
                threads: settings.threads)
            (result.details, result.requirements) = (try details.details(), details.requirements())
            let joint = JointLimits(
                study: study, job: job, results: answers.results, estimates: answers.estimates)
            (result.comparisons, result.bands) = (compared.comparisons, compared.bands + joint.bands)
            result.yearRecords = compared.yearRecords
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
        let cache = settings.caches.tallies(for: settings.kernel)
        let own = kept.map { OwnTallies(unfinished: $0.unfinished, common: $0.commonKey) }
        return GridAnswers(
            study: study, kernel: settings.kernel, threads: settings.threads, store: cache ?? own,
            keepsCompared: !settings.isTableOnly, control: control)
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
        let other = try grid(control).row(of: cell, in: through, market: input.market)
        return other.map { heldThroughFinding(row, through: $0, maxGap: maxGap) }
    }

    /// The headline's cell once more, without suspicious bars; nil for other histories, and when this one has none.
    private func suspicion(_ input: AssetInput, _ control: RunControl) throws(RunCancelled) -> SuspicionCheck? {
        guard let cell = headline, cell.asset == input.asset, let market = input.unsuspicious else { return nil }
        let row = try grid(control).row(of: cell, in: study.narrowed(to: cell), market: market)
        return row.map { SuspicionCheck(bars: input.suspiciousCount, row: $0) }
    }
}
