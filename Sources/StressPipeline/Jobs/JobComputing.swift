import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// Computes one job of a session, whose files were read.
struct JobComputing {
    let session: StressSession
    let kept: KeptJobs?
    let progress: JobProgress
    let atWork: JobsAtWork

    /// What became of a job, and what there is to tell of it.
    struct Done {
        let outcome: JobOutcome
        let events: [RunEvent]
    }

    private var study: Study { session.study }
    private var settings: RunSettings { session.settings }
    private var headline: StudyCell? { study.headlineCell }

    /// What became of a job, while others take `beside` bytes; nil when the run was stopped.
    func outcome(_ read: JobReader.Read, _ job: Int, beside: Int) -> Done? {
        atWork.begin()
        defer { atWork.end() }
        switch read.input {
        case .failure(let errors): return failed(unread(read, errors, job))
        case .success(let input):
            let planned = session.plan.counted(job, input.market, beside: beside)
            let wasRead = RunEvent.read(input.report, spent: read.spent)
            let known = session.resolved.files.known
            if let other = known.firstOther(study.inputs[job], read: input.report.files) {
                return failed(JobError(asset: input.asset, other: other, report: input.report), after: wasRead)
            }
            guard session.plan.holds(planned) else {
                let error = JobError(
                    asset: input.asset, needs: session.plan.base + planned.peak, budget: session.plan.budget,
                    report: input.report)
                return failed(error, after: wasRead)
            }
            return computed(input, job, planned, spent: read.spent, after: wasRead)
        }
    }

    private func unread(_ read: JobReader.Read, _ errors: AssetInput.Errors, _ job: Int) -> JobError {
        let asset = study.inputs[job].asset
        guard read.isLate, let limit = settings.timeout else { return JobError(asset: asset, errors.all) }
        return JobError(asset: asset, stage: .reading, limit: limit, report: nil)
    }

    private func failed(_ error: JobError, after: RunEvent? = nil) -> Done {
        let jobs = study.inputs.count
        let failure = RunEvent.failed(error, cells: study.cellCount / jobs, jobs: jobs)
        return Done(outcome: .failed(error), events: [after, failure].compactMap { $0 })
    }

    private func computed(
        _ input: AssetInput, _ job: Int, _ planned: WorkPlan.Job, spent: Duration, after wasRead: RunEvent
    ) -> Done? {
        let run = session.observer.control
        let timer = JobTimer(parent: run, limit: settings.timeout, spent: spent)
        defer { timer.stop() }
        progress.start(job, timer.control)
        do throws(RunCancelled) {
            let begin = ContinuousClock.now
            let result = try result(input, job, parts: planned.parts, timer.control)
            let notKept = kept?.keep(result, job)
            let figures = JobFigures(
                cells: result.rows.count, parts: planned.parts, bars: input.market.series.count,
                kernels: Set(result.kernels.map(\.rawValue)).sorted(), spent: begin.duration(to: .now))
            let events = [wasRead, notKept, .computed(asset: input.asset, figures: figures)]
            return Done(outcome: .done(result), events: events.compactMap { $0 })
        } catch {
            guard let limit = settings.timeout, !run.isCancelled else { return nil }
            return failed(
                JobError(asset: input.asset, stage: .computing, limit: limit, report: input.report), after: wasRead)
        }
    }

    private func result(
        _ input: AssetInput, _ place: Int, parts: Int, _ control: RunControl
    ) throws(RunCancelled) -> JobResult {
        let grid = grid(place, control)
        let job = grid.job(of: input.asset, market: input.market)
        let answers = try grid.answers(of: job, asset: input.asset, market: input.market, parts: parts)
        giveBackMemory(after: job)
        var result = JobResult(
            report: input.report, ending: HistoryEnding(input.market.series), rows: answers.rows,
            kernels: answers.kernels)
        if !settings.isTableOnly || study.limits.contains(where: { $0.behaviour != nil }) {
            let behaviours = BehaviourDetails(
                study: study, job: job, cells: study.cells(of: input.asset), threads: atWork.share, control: control)
            result.behaviours = try behaviours.results()
            result.report.findings += [behaviours.finding].compactMap { $0 }
        }
        if settings.isTableOnly { return result }
        // What a headline is made of stands on resamples.
        if study.statistics.resamples > 0 { try addDetails(to: &result, input, job, answers, control) }
        result.suspicion = try suspicion(input, place, control)
        if let finding = try heldThrough(input, result.rows, place, control) { result.report.insert(finding) }
        if control.isCancelled { throw RunCancelled() }
        return result
    }

    /// What headlines are made of, how cells compare, and what the years behind each other said.
    private func addDetails(
        to result: inout JobResult, _ input: AssetInput, _ job: HistoryJob, _ answers: GridAnswers.Answers,
        _ control: RunControl
    ) throws(RunCancelled) {
        let details = CellDetails(
            study: study, input: input, job: job, rows: result.rows, threads: atWork.share, control: control)
        let compared = Comparisons(
            study: study, job: job, results: answers.results, estimates: answers.estimates, threads: atWork.share)
        result.details = try details.details()
        giveBackMemory(after: job)
        result.requirements = details.requirements()
        let joint = JointLimits(study: study, job: job, results: answers.results, estimates: answers.estimates)
        (result.comparisons, result.bands) = (compared.comparisons, compared.bands + joint.bands)
        result.yearRecords = compared.yearRecords
        result.lookBackMargins = lookBackMargins(input)
    }

    /// What a large job has freed is not needed again at once.
    private func giveBackMemory(after job: HistoryJob) {
        if job.workUnits >= HistoryJob.leastWorkToKeep { FreedMemory.giveBack() }
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

    private func grid(_ job: Int, _ control: RunControl) -> GridAnswers {
        let cache = settings.caches.tallies(for: settings.kernel)
        let own = kept.map { $0.tallies(of: job) }
        // What other machines computed comes before what this one remembers.
        let store: (any TallyStore)? = own?.store.isShared == true ? own : cache ?? own
        return GridAnswers(
            study: study, kernel: settings.kernel, threads: atWork.share, store: store,
            keepsCompared: !settings.isTableOnly, control: control)
    }

    /// The headline's cell once more, with windows that span every step; nil for other histories, and for one without a step that
    /// is too wide.
    private func heldThrough(
        _ input: AssetInput, _ rows: [ResultRow], _ place: Int, _ control: RunControl
    ) throws(RunCancelled) -> Finding? {
        guard let cell = headline, cell.asset == input.asset, let row = rows.first(where: { $0.cell.key == cell.key }),
            let maxGap = study.position.maxGap.resolved(barLength: input.market.barLength),
            !input.market.series.stepsLonger(than: maxGap).isEmpty
        else { return nil }
        var through = study.narrowed(to: cell)
        through.position.maxGap = .off
        let other = try grid(place, control).row(of: cell, in: through, market: input.market)
        return other.map { heldThroughFinding(row, through: $0, maxGap: maxGap) }
    }

    /// The headline's cell once more, without suspicious bars; nil for other histories, and when this one has none.
    private func suspicion(
        _ input: AssetInput, _ place: Int, _ control: RunControl
    ) throws(RunCancelled) -> SuspicionCheck? {
        guard let cell = headline, cell.asset == input.asset, let market = input.unsuspicious else { return nil }
        let row = try grid(place, control).row(of: cell, in: study.narrowed(to: cell), market: market)
        return row.map { SuspicionCheck(bars: input.suspiciousCount, row: $0) }
    }
}

extension AssetReport {
    /// Adds a finding on steps that no window spans, behind those steps.
    fileprivate mutating func insert(_ finding: Finding) {
        findings.insert(finding, at: findings.firstIndex { $0.check == "wide_gaps" }.map { $0 + 1 } ?? 0)
    }
}
