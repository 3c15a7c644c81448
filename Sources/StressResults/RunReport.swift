import StressBasics
import StressStatistics
import StudyPlan

/// Everything the outputs of one run are made of. Holds results, never how they were computed.
public struct RunReport: Sendable {
    /// Content name of the run: the same inputs, study and version give the same one.
    public var runID: String
    /// Version of the program.
    public var version: String
    /// The checked study.
    public var study: Study
    /// The study as its canonical text, which reads back as the same study.
    public var studyText: String
    /// Digest of ``studyText``.
    public var studyDigest: Digest
    /// Digest of what the study asks for, apart from its name, limits and headline.
    public var figuresDigest: Digest { Digest(of: study.figuresText) }
    /// The command that repeats the run.
    public var command: String
    /// What is known about each price history that could be read, in study order.
    public var assets: [AssetReport]
    /// One result a cell, in plan order. The cells of a job that failed are here, too, with the status `no_data`.
    public var rows: [ResultRow]
    /// The jobs that could not be done, in study order; the run is partial when there are any.
    public var failures: [JobFailure] = []
    /// The last good values of the pages of failed jobs, where an earlier run is on record.
    public var lastGood: [LastGoodValue] = []
    /// What changed since the last run of the study that had other results; nil where none is on record.
    public var changes: RunChanges?
    /// The study's limits against the results, in study order, then plan order.
    public var limits: [LimitCheck]
    /// The headline without suspicious bars; nil when there are none.
    public var suspicion: SuspicionCheck?
    /// Facts of this run alone, which may differ between runs with equal results.
    public var circumstances: RunCircumstances
    /// What the headline cell of each page is made of, in page order; empty where it was not taken apart.
    public var details: [CellDetail] = []
    /// The margin that would have kept the study's chosen frequency, by history, direction and holding time.
    public var requirements: [MarginRequirement] = []
    /// Headline cells against their neighbours.
    public var comparisons: [CellComparison] = []
    /// Margins of look-backs, where the study asks for them.
    public var lookBackMargins: [LookBackMargin] = []
    /// Bands over the headline's leverage curves.
    public var bands: [CurveBand] = []
    /// What the past said of later years, for the cells of the headline's curves; those without such a year are left out.
    public var yearRecords: [YearRecord] = []
    /// Cells of several histories pooled, in plan order; empty in a study of one. It follows from ``rows``, and is not stored with them.
    public var pooled: [PooledColumn] = []
    /// Who paid on the study's platforms; nil where the study does not ask.
    public var ledger: LedgerResults?
    /// Cells under the study's behaviours, in plan order, holding first in each cell; empty where none was asked for.
    public var behaviours: [BehaviourResult] = []
    /// The study's baskets, in its order, then by leverage, holding time and platform, modes running fastest; empty where none was asked for.
    public var baskets: [BasketResult] = []
    /// Positions in simulated futures, in the study's order of histories, then in plan order; empty where none was asked for.
    public var simulated: [SimulatedResult] = []
    /// Side calculations; nil where the study asks for none.
    public var sides: SideResults?

    /// A report of the given parts.
    public init(
        runID: String, version: String, study: Study, studyText: String, studyDigest: Digest, command: String,
        assets: [AssetReport], rows: [ResultRow], limits: [LimitCheck], circumstances: RunCircumstances
    ) {
        self.runID = runID
        self.version = version
        self.study = study
        self.studyText = studyText
        self.studyDigest = studyDigest
        self.command = command
        self.assets = assets
        self.rows = rows
        self.limits = limits
        self.circumstances = circumstances
    }
}

/// One job of a run that could not be done: all cells of one price history.
///
/// Its cells stand in ``RunReport/rows`` with the status `no_data`. Its history stands in ``RunReport/assets`` only when it could
/// be read, that is when the job failed at the stage ``Stage/computing``.
public struct JobFailure: Hashable, Codable, Sendable {
    /// How far the job came. The raw value is what outputs print.
    public enum Stage: String, Hashable, Codable, Sendable, CaseIterable {
        /// Its files could not be read.
        case reading
        /// Its files were read; its cells could not be computed.
        case computing
    }

    /// Why. The raw value is what outputs print.
    public enum Reason: String, Hashable, Codable, Sendable, CaseIterable {
        /// A file is missing or cannot be opened.
        case noInput = "no_input"
        /// What a file holds could not be used.
        case badData = "bad_data"
        /// The job took longer than the study or `--job-timeout` allows.
        case timeout
        /// The job needs more memory than there is.
        case memory
    }

    /// The asset's name in the study; unique among the failures of a run.
    public var asset: String
    /// How far it came.
    public var stage: Stage
    /// Why it failed.
    public var reason: Reason
    /// What and where in one sentence, without `error:` and without a full stop: `cannot read price in btc.csv, line 4 812`. Text
    /// of the user's files may be in it.
    public var message: String
    /// What the user can do, as an imperative without a full stop; empty when there is nothing to do.
    public var hint: String
    /// The exit code that the run would have ended with, had all jobs failed as this one: 65 or 66 for its files, 75 for a
    /// timeout or memory.
    public var exitCode: Int

    /// A failure of the given parts.
    public init(asset: String, stage: Stage, reason: Reason, message: String, hint: String = "", exitCode: Int) {
        self.asset = asset
        self.stage = stage
        self.reason = reason
        self.message = message
        self.hint = hint
        self.exitCode = exitCode
    }
}

/// The last share below zero that an earlier run of the study found for one page.
public struct LastGoodValue: Hashable, Codable, Sendable {
    /// The cell.
    public var cell: CellKey
    /// Share of entries below zero.
    public var share: Double
    /// When the run that found it started.
    public var started: UTCInstant

    /// A value of the given parts.
    public init(cell: CellKey, share: Double, started: UTCInstant) {
        (self.cell, self.share, self.started) = (cell, share, started)
    }
}

/// Facts of one run that have no part in its results: clock, machine, duration.
public struct RunCircumstances: Hashable, Sendable {
    /// When the run started, UTC.
    public var started: UTCInstant
    /// Wall time of the run up to the writing of outputs.
    public var duration: TimeSpan
    /// Threads used.
    public var threads: Int
    /// Operating system and processor architecture.
    public var host: String
    /// Which kernels answered how many cells; has no influence on results.
    public var kernels: [KernelUse]
    /// What the program ends with; nil where it is not known yet.
    public var exitCode: Int?
    /// Whether the run enters the history; nil where nobody said.
    public var isRecorded: Bool?
    /// The study file, as the history names it; nil without a history or a file.
    public var studyFile: String?

    /// One kernel and the number of cells that it answered.
    public struct KernelUse: Hashable, Sendable {
        /// `sweep`, `passage` or `plain`.
        public var name: String
        /// Cells.
        public var cells: Int

        /// A use of the given figures.
        public init(name: String, cells: Int) {
            self.name = name
            self.cells = cells
        }
    }

    /// The facts of a run.
    public init(started: UTCInstant, duration: TimeSpan, threads: Int, host: String, kernels: [KernelUse] = []) {
        self.kernels = kernels
        self.started = started
        self.duration = duration
        self.threads = threads
        self.host = host
    }
}

/// One price history: where it came from and what was found in it.
public struct AssetReport: Codable, Sendable {
    /// The asset's name in the study.
    public var asset: String
    /// Its files.
    public var files: [InputFile]
    /// The format it was read as.
    public var formatName: String
    /// How that format was chosen, one sentence.
    public var formatReason: String
    /// Number of bars.
    public var bars: Int
    /// Open time of the first bar.
    public var first: UTCInstant
    /// Open time of the last bar.
    public var last: UTCInstant
    /// Δ.
    public var barLength: TimeSpan
    /// The widest step a window may span; nil when the check is off.
    public var maxGap: TimeSpan?
    /// The steps between bars that are wider; nil where there is none.
    public var wideSteps: WideSteps?
    /// What the checks found: one summary a check, then details.
    public var findings: [Finding]
    /// What its bars are, by day and month, for the next run; nil in documents of before there was one.
    public var fingerprint: HistoryFingerprint?

    /// A history of the given parts.
    public init(
        asset: String, files: [InputFile], formatName: String, formatReason: String, bars: Int, first: UTCInstant,
        last: UTCInstant, barLength: TimeSpan, maxGap: TimeSpan?, wideSteps: WideSteps? = nil, findings: [Finding],
        fingerprint: HistoryFingerprint? = nil
    ) {
        self.asset = asset
        self.files = files
        self.formatName = formatName
        self.formatReason = formatReason
        self.bars = bars
        self.first = first
        self.last = last
        self.barLength = barLength
        self.maxGap = maxGap
        self.wideSteps = wideSteps
        self.findings = findings
        self.fingerprint = fingerprint
    }

    /// Whether closes are all that was found of its traded prices.
    public var hasSinglePrices: Bool { findings.contains { $0.check == Finding.singlePrices } }

    /// Whether nothing says what prices did between two closes: mark prices that are more than closes would.
    public var hasUnseenTriggers: Bool {
        let marks = findings.filter { $0.check.hasPrefix("mark_") }
        return hasSinglePrices && (marks.isEmpty || marks.contains { $0.check == "mark_\(Finding.singlePrices)" })
    }
}

/// An input file as it was on disk.
public struct InputFile: Hashable, Codable, Sendable {
    /// The name as the study gives it.
    public var name: String
    /// Size on disk.
    public var bytes: Int
    /// Data rows read from it.
    public var rows: Int
    /// SHA-256 of the bytes on disk.
    public var digest: Digest

    /// A file of the given facts.
    public init(name: String, bytes: Int, rows: Int, digest: Digest) {
        self.name = name
        self.bytes = bytes
        self.rows = rows
        self.digest = digest
    }
}

/// The result of one cell.
public struct ResultRow: Sendable {
    /// The cell.
    public var cell: StudyCell
    /// The fill rule that was computed: `delay`, `gap`, `next`, `worst`, `best`, or `off` without liquidation.
    public var fill: String
    /// The result.
    public var estimate: CellEstimate

    /// A result.
    public init(cell: StudyCell, fill: String, estimate: CellEstimate) {
        self.cell = cell
        self.fill = fill
        self.estimate = estimate
    }
}
