import RunStore
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan

/// Does one shard of a plan: computes what of it is not there yet, and keeps it.
public struct ShardRun: Sendable {
    private let plan: ShardPlan
    private let shard: Int
    private let parts: ShardParts
    private let inputs: String?
    private let settings: RunSettings
    private let memory: MemorySize?
    private let observer: any RunObserver

    /// - Parameters:
    ///   - shard: one that the plan has.
    ///   - parts: where parts are found and kept.
    ///   - inputs: a folder in which files are found by their bytes; nil for the places that the study names.
    ///   - memory: what may be used; nil for most of what is free.
    public init(
        _ plan: ShardPlan, shard: Int, parts: ShardParts, inputs: String?, settings: RunSettings, memory: MemorySize?,
        observer: any RunObserver
    ) {
        precondition(plan.shards.indices.contains(shard), "a shard that there is")
        (self.plan, self.shard, self.parts, self.inputs) = (plan, shard, parts, inputs)
        (self.settings, self.memory, self.observer) = (settings, memory, observer)
    }

    /// What a shard did.
    public struct Outcome: Sendable {
        /// Units that were there already.
        public internal(set) var found = 0
        /// Units that were computed.
        public internal(set) var computed = 0
        /// Why others were not.
        public var failures: [Failure] { told + untold }
        /// Those of which the observer knows.
        var told: [Failure] = []
        /// Those of which it does not.
        public internal(set) var untold: [Failure] = []

        /// What the program ends with: a failure that may pass stands before one that does not, so that somebody tries again. Nil when
        /// all is done.
        public var code: Failure.Code? {
            let codes = failures.map(\.code)
            return codes.contains(.tryAgain) ? .tryAgain : codes.first
        }
    }

    /// Computes what is missing, keeps each unit as soon as it is finished, and goes on when one cannot be done.
    ///
    /// - Throws: a ``Failure`` when nothing can be done; ``RunCancelled`` when the observer stopped it.
    public func run() throws -> Outcome {
        try plan.expectOwnProgram()
        var outcome = Outcome()
        let units = plan.shards[shard]
        let states = units.map { parts.state($0) }
        let open = zip(units, states).filter { !$0.1.isSettled }.map(\.0)
        outcome.found = states.count { $0 == .done }
        for case .failed(let words) in states { outcome.untold.append(Failure(.badData, words)) }
        if open.isEmpty { return outcome }
        // Hours of work are not begun for a folder that takes nothing.
        try parts.prepare()
        let planned = PlannedFiles(plan: plan, inputs: inputs)
        let survey = try planned.survey(Set(open.flatMap { plan.histories[$0.history].files } + plan.tables))
        // Everything hangs on the tables; a history hangs on its own files alone.
        if let failure = plan.tables.lazy.compactMap({ survey.failures[$0] }).first { throw failure }
        let missing = Set(open.flatMap { plan.histories[$0.history].files }).sorted()
        outcome.untold += missing.compactMap { survey.failures[$0] }
        let possible = open.filter { plan.histories[$0.history].files.allSatisfy { survey.failures[$0] == nil } }
        if possible.isEmpty { return outcome }
        let work = try session(possible, files: survey.files)
        try compute(possible, work, planned, survey.files, &outcome)
        return outcome
    }

    private struct Work {
        let session: StressSession
        let pieces: ShardPieces
        /// Of each history.
        let cells: Int
    }

    private func session(_ open: [ShardPlan.Unit], files: InputFiles) throws -> Work {
        let study = try plan.study()
        let resolved = try ResolvedStudy(study, files: files)
        guard StressSession.jobKeys(resolved) == plan.keys, study.inputs.count == plan.histories.count else {
            throw Failure(
                .badData, "the tables of the study's platforms are not what the run was planned with",
                hint: "put the files back, or plan it anew")
        }
        let work = WorkPlan(
            study, files: files, threads: settings.threads, memory: memory, isTableOnly: false,
            only: Set(open.map(\.history)), writesReport: false)
        let pieces = ShardPieces(plan: plan, parts: parts)
        let session = StressSession(
            resolved, plan: work, settings: settings, command: plan.command, started: UTCInstant(milliseconds: 0),
            kept: pieces, observer: observer)
        return Work(session: session, pieces: pieces, cells: study.cellCount / plan.histories.count)
    }

    private func compute(
        _ open: [ShardPlan.Unit], _ work: Work, _ planned: PlannedFiles, _ files: InputFiles,
        _ outcome: inout Outcome
    ) throws {
        let errors = try errors(open, work)
        for unit in open {
            if let error = errors[unit] {
                outcome.told.append(try settled(error, unit, planned, files))
            } else if parts.state(unit) == .done {
                outcome.computed += 1
            } else {
                outcome.untold.append(work.pieces.failure(plan.words(unit)))
            }
        }
    }

    /// Computes the units and keeps them; what went wrong with those that could not be done.
    private func errors(_ open: [ShardPlan.Unit], _ work: Work) throws -> [ShardPlan.Unit: JobError] {
        let whole = open.filter { plan.histories[$0.history].pieces == 1 }
        var errors: [ShardPlan.Unit: JobError] = [:]
        if !whole.isEmpty {
            let found = try work.session.keepJobs(whole.map(\.history))
            for unit in whole { errors[unit] = found[unit.history] }
        }
        // One stretch of a history fails as the others do: its files are the same.
        var stretched: [Int: JobError] = [:]
        for unit in open where plan.histories[unit.history].pieces > 1 {
            if stretched[unit.history] == nil { stretched[unit.history] = try stretch(unit, work) }
            errors[unit] = stretched[unit.history]
        }
        return errors
    }

    /// Computes one stretch of a history and keeps it; why that could not be done.
    private func stretch(_ unit: ShardPlan.Unit, _ work: Work) throws -> JobError? {
        let (tallies, pieces) = (TallyCollector(), plan.histories[unit.history].pieces)
        if let error = try work.session.keepTallies(of: unit.history, share: unit.piece, of: pieces, in: tallies) {
            observer.observe(.failed(error, cells: work.cells, jobs: plan.histories.count))
            return error
        }
        do throws(StoreError) { try parts.keep(unit, tallies.bundle) } catch { work.pieces.note(error) }
        return nil
    }

    /// What a job that failed means for its shard. Files that are what they were and cannot be used will fail everywhere: that is
    /// kept, for the run to say.
    private func settled(
        _ error: JobError, _ unit: ShardPlan.Unit, _ planned: PlannedFiles, _ files: InputFiles
    ) throws -> Failure {
        let places = plan.histories[unit.history].files
        let isBad = error.failure.reason == .badData
        guard isBad, !error.isOfOtherBytes, planned.areWhole(places, in: files) else {
            let code: Failure.Code = isBad ? .badData : .tryAgain
            return Failure(code, messages: error.messages, findings: error.findings)
        }
        do throws(StoreError) { try parts.keepFailure(unit, error.failure.message) } catch {
            throw ShardPieces.failure(error)
        }
        return Failure(.badData, messages: error.messages, findings: error.findings)
    }
}
