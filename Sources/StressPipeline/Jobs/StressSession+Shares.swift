import StressBasics
import StressEngine
import StudyPlan

// A run that several machines share: each does some jobs, or part of one.

extension StressSession {
    /// Does the jobs in some places of the study, and keeps what they give where this session keeps it.
    ///
    /// - Returns: why a job could not be done, by its place; what has no entry is kept, as far as that was possible.
    /// - Throws: ``RunCancelled`` when the observer stopped it.
    public func keepJobs(_ places: [Int]) throws -> [Int: JobError] {
        let outcomes = try JobRunner(session: self).outcomes(of: places)
        let errors = zip(places, outcomes).compactMap { place, outcome in outcome.error.map { (place, $0) } }
        return Dictionary(uniqueKeysWithValues: errors)
    }

    /// Computes one of `count` shares of the chunks of a job and keeps their tallies in a store.
    ///
    /// - Returns: why that could not be done; nil when it was.
    /// - Throws: ``RunCancelled`` when the observer stopped it.
    public func keepTallies(
        of place: Int, share: Int, of count: Int, in store: any TallyStore
    ) throws -> JobError? {
        guard let read = jobReader.read(place, sharing: 1) else { throw RunCancelled() }
        let input: AssetInput
        switch read.input {
        case .failure(let errors): return JobError(asset: study.inputs[place].asset, errors.all)
        case .success(let found): input = found
        }
        if let other = resolved.files.known.firstOther(study.inputs[place], read: input.report.files) {
            return JobError(asset: input.asset, other: other, report: input.report)
        }
        observer.observe(.read(input.report, spent: read.spent))
        // In parts where all cells at once would not fit the memory; each has the keys that it has in the whole.
        let parts = plan.counted(place, input.market, beside: 0).parts
        for cells in study.parts(of: input.asset, count: parts) {
            let job = HistoryJob(
                study: study, asset: input.asset, market: input.market, kernel: settings.kernel, cells: cells)
            observer.control.plan(job.workUnits / count)
            try job.keep(
                share: share, of: count, in: store, threads: settings.threads, control: observer.control)
        }
        return nil
    }

    /// Under what finished jobs are kept.
    public static func jobKeys(_ resolved: ResolvedStudy) -> JobKeys {
        JobKeys(resolved.study, tables: resolved.tables, kernel: .automatic, isTableOnly: false)
    }
}
