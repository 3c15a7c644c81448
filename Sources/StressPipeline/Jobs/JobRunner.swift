import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan
import Synchronization

/// Does the jobs of a session: as many at once as fit the memory, each under its time limit, and keeps what is finished.
struct JobRunner: Sendable {
    let session: StressSession
    private let kept: KeptJobs?
    private let progress: JobProgress

    private var study: Study { session.study }
    private var settings: RunSettings { session.settings }
    private var observer: any RunObserver { session.observer }
    private var control: RunControl { session.observer.control }

    init(session: StressSession) {
        self.session = session
        let (study, resolved) = (session.study, session.resolved)
        kept = session.kept.map { store in
            KeptJobs(
                store, study: study, files: resolved.files, tables: resolved.tables,
                kernel: session.settings.kernel, isTableOnly: session.settings.isTableOnly, observer: session.observer)
        }
        progress = JobProgress(weights: session.plan.jobs.map { max(1, $0.seconds) })
    }

    /// What became of every job, or of those in some `places`, in study order. Throws ``RunCancelled``.
    ///
    /// - Parameter beside: work for one thread, begun with the first job of the last group: it takes long, and begun last it would leave
    ///   the others without work.
    func outcomes(of places: [Int]? = nil, beside: (@Sendable () -> Void)? = nil) throws -> [JobOutcome] {
        let places = places ?? Array(study.inputs.indices)
        var outcomes = try resumed(places)
        let open = places.filter { outcomes[$0] == nil }
        announce(finished: places.count - open.count, of: places.count)
        try observer.watch({ [progress] in progress.share }) {
            let hasCache = settings.caches.areOn
            observer.observe(.planned(session.plan, kernel: settings.kernel, hasCache: hasCache))
            let groups = session.plan.groups(of: open)
            for (place, group) in groups.enumerated() {
                try work(group, into: &outcomes, beside: place == groups.count - 1 ? beside : nil)
            }
        }
        return outcomes.compactMap { $0 }
    }

    /// Reads and computes the jobs of a group, so many at once. What happens is told in the group's order, whichever ends first.
    private func work(
        _ group: WorkPlan.Group, into outcomes: inout [JobOutcome?], beside: (@Sendable () -> Void)?
    ) throws {
        let told = InOrder<[RunEvent]> { [observer] in $0.forEach(observer.observe) }
        let atWork = JobsAtWork(threads: settings.threads, jobs: group.jobs.count)
        let reader = session.jobReader
        let first = beside == nil ? 0 : 1
        let found = parallelMap(count: first + group.jobs.count, threads: group.atOnce) { place -> Done? in
            guard place >= first else {
                beside?()
                return .beside
            }
            let job = group.jobs[place - first]
            defer { progress.finish(job) }
            guard let read = reader.read(job, sharing: group.atOnce) else { return nil }
            let computing = JobComputing(session: session, kept: kept, progress: progress, atWork: atWork)
            let beside = session.plan.taken(in: group, beside: job)
            guard let done = computing.outcome(read, job, beside: beside) else { return nil }
            told.add(done.events, at: place - first)
            return .job(done.outcome)
        }
        guard let found, !control.isCancelled else { throw RunCancelled() }
        for case (let job, .job(let outcome)) in zip(group.jobs, found.dropFirst(first)) { outcomes[job] = outcome }
    }

    private enum Done: Sendable {
        case job(JobOutcome)
        case beside
    }

    private func resumed(_ places: [Int]) throws -> [JobOutcome?] {
        var outcomes = [JobOutcome?](repeating: nil, count: study.inputs.count)
        for job in places {
            guard let kept, kept.store.isResumed, !control.isCancelled else { break }
            guard let result = kept.result(job, cells: study.cells(of: study.inputs[job].asset)) else { continue }
            progress.finish(job)
            outcomes[job] = .done(result)
        }
        if control.isCancelled { throw RunCancelled() }
        return outcomes
    }

    private func announce(finished: Int, of jobs: Int) {
        if finished > 0 { observer.observe(.resumed(finished: finished, jobs: jobs)) }
        guard finished < jobs else { return }
        observer.observe(
            .begun(jobs: jobs, cells: study.cellCount / study.inputs.count * jobs, threads: settings.threads))
    }
}

/// How the threads of a run are shared by the jobs that are at work at the same time.
final class JobsAtWork: Sendable {
    private let threads: Int
    private let jobs: Int
    private let count = Atomic<Int>(0)
    private let begun = Atomic<Int>(0)

    init(threads: Int, jobs: Int) { (self.threads, self.jobs) = (threads, jobs) }

    func begin() {
        begun.add(1, ordering: .relaxed)
        count.add(1, ordering: .relaxed)
    }

    func end() { count.subtract(1, ordering: .relaxed) }

    /// Threads for the next stage of one of them; no result depends on it. When no job is left to begin, whoever is done helps those
    /// that are not, and their stages are cut for all.
    var share: Int {
        begun.load(ordering: .relaxed) >= jobs ? threads : max(1, threads / max(1, count.load(ordering: .relaxed)))
    }
}
