import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// How a run is done. Results do not depend on it, except on ``isTableOnly``, and on the kernel in the last digits of means.
public struct RunSettings: Sendable {
    /// That compute at the same time, at least 1.
    public let threads: Int
    /// What computes cells.
    public let kernel: KernelChoice
    /// What was read and computed before.
    public let caches: RunCaches
    /// Whether the table of results alone is wanted, without what a report adds.
    public let isTableOnly: Bool
    /// The longest that a job may take; nil without a bound.
    public let timeout: TimeSpan?

    /// - Parameters:
    ///   - isTableOnly: whether the table of results alone is wanted.
    ///   - timeout: the longest that a job may take; nil without a bound.
    public init(
        threads: Int, kernel: KernelChoice = .automatic, caches: RunCaches = RunCaches(nil), isTableOnly: Bool = false,
        timeout: TimeSpan? = nil
    ) {
        (self.threads, self.kernel, self.caches) = (threads, kernel, caches)
        (self.isTableOnly, self.timeout) = (isTableOnly, timeout)
    }
}

/// One run from files to report: every price history is a job that is read, stressed, estimated and let go; what all of them
/// together tell is added at the end.
public struct StressSession: Sendable {
    let resolved: ResolvedStudy
    let command: String
    let started: UTCInstant
    let settings: RunSettings
    /// Which jobs are done together.
    let plan: WorkPlan
    /// Where finished jobs are kept; nil when nothing is written to a folder.
    let kept: (any PieceStore)?
    let observer: any RunObserver

    var study: Study { resolved.study }

    /// - Parameters:
    ///   - plan: of the same study.
    ///   - command: what the run is made again with.
    ///   - started: when it began.
    ///   - kept: where finished jobs are kept until the run stands; nil for nowhere.
    ///   - observer: is told what happens, and may stop it.
    public init(
        _ resolved: ResolvedStudy, plan: WorkPlan, settings: RunSettings, command: String, started: UTCInstant,
        kept: (any PieceStore)? = nil, observer: any RunObserver = NobodyWatching()
    ) {
        (self.resolved, self.plan, self.settings) = (resolved, plan, settings)
        (self.command, self.started, self.kept, self.observer) = (command, started, kept, observer)
    }

    /// Reads, computes and reports, limits not yet judged. Writes nothing but kept jobs.
    ///
    /// - Throws: a ``Failure`` when no job could be done; ``RunCancelled`` when the observer stopped it.
    public func report() throws -> RunReport {
        let clock = ContinuousClock()
        let begin = clock.now
        let ahead = LedgerAhead(self)
        var outcomes = try JobRunner(session: self).outcomes(beside: ahead?.live)
        let errors = outcomes.compactMap(\.error)
        guard errors.count < outcomes.count else { throw Failure(errors) }
        addSharedFindings(&outcomes)
        let results = outcomes.compactMap(\.result)
        var report = report(outcomes, spent: begin.duration(to: clock.now))
        report.add(results)
        guard !settings.isTableOnly else { return report }
        try addShared(to: &report, ledger: ahead)
        report.circumstances.duration = begin.duration(to: clock.now).span
        return report.withOwedShares().comparing(results.compactMap(\.suspicion).first)
    }

    /// What a run is and what its cells hold, without all that stands beside them.
    private func report(_ outcomes: [JobOutcome], spent: Duration) -> RunReport {
        let rows = zip(study.inputs, outcomes).flatMap { input, outcome in
            outcome.result?.rows ?? study.cells(of: input.asset).map(ResultRow.noData)
        }
        let text = study.canonicalText
        var report = RunReport(
            runID: runID(studyText: text, outcomes: outcomes), version: programVersion, study: study, studyText: text,
            studyDigest: Digest(of: text), command: command,
            assets: outcomes.compactMap { $0.result?.report ?? $0.error?.report }, rows: rows, limits: [],
            circumstances: RunCircumstances(
                started: started, duration: spent.span, threads: settings.threads, host: hostText,
                kernels: kernelUses(outcomes.compactMap(\.result))))
        report.failures = outcomes.compactMap(\.error).map(\.failure)
        return report
    }

    /// What all histories together tell.
    private func addShared(to report: inout RunReport, ledger ahead: LedgerAhead?) throws {
        report = report.pooling(threads: settings.threads)
        report.ledger = try ledger(report, ahead)
        report.addLedgerFindings()
        try addBaskets(to: &report)
        try addSimulated(to: &report)
        report = try report.addingSides()
        try addCustody(to: &report)
    }

    /// Who paid, of the histories whose jobs were done; nil for a study that does not ask.
    private func ledger(_ report: RunReport, _ ahead: LedgerAhead?) throws -> LedgerResults? {
        guard study.ledger != nil else { return nil }
        observer.observe(.settling(platforms: study.platforms.count))
        if let found = ahead?.results(for: report) { return found }
        let failed = Set(report.failures.map(\.asset))
        let places = study.inputs.indices.filter { !failed.contains(study.inputs[$0].asset) }
        let reader = jobReader
        let histories = try places.map { place in
            guard let read = reader.read(place, sharing: 1) else { throw RunCancelled() }
            return try history(read, as: report.assets.first { $0.asset == study.inputs[place].asset })
        }
        return try ledgerStage.results(histories)
    }

    /// What the study's population lives through.
    var ledgerStage: LedgerStage { LedgerStage(study: study, threads: settings.threads, control: observer.control) }

    /// Reads histories once more, for what needs several at once.
    var jobReader: JobReader {
        JobReader(
            study: study, files: resolved.files, caches: settings.caches, threads: settings.threads,
            timeout: settings.timeout, control: observer.control)
    }

    /// A history as it was when its job was done. Platforms and baskets hold several at once, so they are read again.
    func history(_ read: JobReader.Read, as job: AssetReport?) throws -> LedgerStage.History {
        guard case .success(let input) = read.input, input.report.files == job?.files else {
            throw Failure(
                .tryAgain, "the files of \(job?.asset ?? "a price history") changed while they were read",
                hint: "start the run again once nothing writes to them")
        }
        return LedgerStage.History(asset: input.asset, market: input.market)
    }

    /// What was found in the platforms' tables, and what only all histories together tell.
    private func addSharedFindings(_ outcomes: inout [JobOutcome]) {
        let endings = outcomes.compactMap(\.result?.ending)
        for place in outcomes.indices {
            guard case .done(var result) = outcomes[place] else { continue }
            let survivorship = survivorshipFinding(result.ending, among: endings)
            result.report.findings += resolved.findings + [survivorship].compactMap { $0 }
            outcomes[place] = .done(result)
        }
    }

    private func kernelUses(_ results: [JobResult]) -> [RunCircumstances.KernelUse] {
        KernelKind.allCases.sorted { $0.rawValue < $1.rawValue }.compactMap { kind in
            let cells = results.reduce(0) { sum, result in sum + result.kernels.count { $0 == kind } }
            return cells > 0 ? RunCircumstances.KernelUse(name: kind.rawValue, cells: cells) : nil
        }
    }

    /// The same study on the same bytes with the same program has the same name, whenever and wherever it runs. A job that
    /// failed makes another run of it.
    private func runID(studyText: String, outcomes: [JobOutcome]) -> String {
        let inputs = outcomes.flatMap { outcome in
            switch outcome {
            case .done(let result): result.report.files.map(\.digest.hex)
            case .failed(let error): ["failed \(error.failure.asset) \(error.failure.reason.rawValue)"]
            }
        }
        let parts = [programVersion, studyText] + inputs + resolved.tables.map(\.hex)
        return Digest(of: parts.joined(separator: "\n")).name
    }
}

extension ResultRow {
    /// The row of a cell whose job failed.
    fileprivate static func noData(_ cell: StudyCell) -> ResultRow {
        ResultRow(cell: cell, fill: "", estimate: .noData)
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

extension RunReport {
    /// What jobs found beside their cells.
    fileprivate mutating func add(_ results: [JobResult]) {
        details = results.flatMap(\.details)
        requirements = results.flatMap(\.requirements)
        lookBackMargins = results.flatMap(\.lookBackMargins)
        comparisons = results.flatMap(\.comparisons)
        bands = results.flatMap(\.bands)
        yearRecords = results.flatMap(\.yearRecords)
        behaviours = results.flatMap(\.behaviours)
    }
}

extension Duration {
    /// In whole milliseconds.
    fileprivate var span: TimeSpan { TimeSpan(milliseconds: Int64(self / .milliseconds(1))) }
}
