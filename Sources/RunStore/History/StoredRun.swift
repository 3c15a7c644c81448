import StressBasics
import StressStatistics
import StudyPlan

/// One run as the history keeps it.
public struct StoredRun: Hashable, Codable, Sendable {
    /// What became of a run.
    public enum Status: String, Hashable, Codable, Sendable, CaseIterable {
        /// Done, every limit met or without a value.
        case ok
        /// Done, at least one limit breached.
        case breached = "limit_breached"
        /// Some jobs done, others failed.
        case partial
        /// Nothing was written.
        case failed
    }

    /// Number within the store; 0 before it is recorded.
    public var id: Int64 = 0
    /// The run folder, relative to the store's folder when it lies inside it; nil when the run wrote nothing.
    public var folder: String?
    /// Content name; empty when the run failed before it had one.
    public var runID: String
    /// Name of the study.
    public var study: String
    /// SHA-256 of the study's canonical text, hexadecimal; empty when it was not known.
    public var studyDigest: String
    /// SHA-256 of the study's text without name, limits and headline, hexadecimal; nil for runs of before it was kept.
    public var figuresDigest: String?
    /// The study file, relative to the history's folder; empty where it is not known.
    public var studyFile: String
    /// SHA-256 of `results.csv`, hexadecimal; empty when there is none.
    public var resultsDigest: String
    /// Version of the program.
    public var version: String
    /// The command that repeats the run.
    public var command: String
    /// When it started, UTC.
    public var started: UTCInstant
    /// How long it took up to the writing of outputs.
    public var duration: TimeSpan
    /// What became of it.
    public var status: Status
    /// What the process ended with.
    public var exitCode: Int
    /// Why it failed; empty when it did not.
    public var message: String
    /// Confidence of its intervals; nil when it failed.
    public var confidence: Double?

    /// Columns of the history. ``id`` is the database's to give.
    enum CodingKeys: String, CodingKey {
        case folder, study, version, command, status, message, confidence
        case runID = "run_id"
        case studyDigest = "study_sha256"
        case figuresDigest = "figures_sha256"
        case studyFile = "study_file"
        case resultsDigest = "results_sha256"
        case started = "started_ms"
        case duration = "duration_ms"
        case exitCode = "exit_code"
    }

    /// A run of the given parts.
    public init(
        folder: String?, runID: String = "", study: String, studyDigest: String = "",
        figuresDigest: String? = nil, studyFile: String = "", resultsDigest: String = "",
        version: String, command: String, started: UTCInstant, duration: TimeSpan, status: Status, exitCode: Int,
        message: String = "", confidence: Double? = nil
    ) {
        self.folder = folder
        self.runID = runID
        self.study = study
        self.studyDigest = studyDigest
        self.figuresDigest = figuresDigest
        self.studyFile = studyFile
        self.resultsDigest = resultsDigest
        self.version = version
        self.command = command
        self.started = started
        self.duration = duration
        self.status = status
        self.exitCode = exitCode
        self.message = message
        self.confidence = confidence
    }

    /// Whether the study asks for the same figures as that of an earlier run: limits and headline may be others. Of runs that do not tell
    /// these apart, whether the studies are the same word for word.
    public func asksForFigures(of earlier: StoredRun) -> Bool {
        guard let figuresDigest, let before = earlier.figuresDigest else { return studyDigest == earlier.studyDigest }
        return figuresDigest == before
    }
}

/// One price history of a run: what was read, or why it failed.
public struct StoredJob: Hashable, Codable, Sendable {
    /// The price history.
    public var asset: String
    /// Whether the job failed; the figures below are then missing.
    public var isFailed: Bool
    /// Why it failed; empty when it did not.
    public var message: String
    /// Open time of the first bar.
    public var first: UTCInstant?
    /// Open time of the last bar.
    public var last: UTCInstant?
    /// Number of bars.
    public var bars: Int?
    /// Length of a bar.
    public var barLength: TimeSpan?
    /// Checks that ended as a note.
    public var notes: Int
    /// Checks that ended as a warning.
    public var warnings: Int
    /// Checks that ended as an error.
    public var errors: Int
    /// Text of the bars' ``StressBasics/HistoryFingerprint``; nil for runs of before there was one.
    public var fingerprint: String?

    /// Columns of the history.
    enum CodingKeys: String, CodingKey {
        case asset, message, bars, notes, warnings, errors
        case fingerprint = "bars_fingerprint"
        case isFailed = "is_failed"
        case first = "first_ms"
        case last = "last_ms"
        case barLength = "bar_ms"
    }

    /// A job of the given parts.
    public init(
        asset: String, isFailed: Bool = false, message: String = "", first: UTCInstant? = nil, last: UTCInstant? = nil,
        bars: Int? = nil, barLength: TimeSpan? = nil, notes: Int = 0, warnings: Int = 0, errors: Int = 0,
        fingerprint: String? = nil
    ) {
        self.asset = asset
        self.isFailed = isFailed
        self.message = message
        self.first = first
        self.last = last
        self.bars = bars
        self.barLength = barLength
        self.notes = notes
        self.warnings = warnings
        self.errors = errors
        self.fingerprint = fingerprint
    }
}

/// An input file of a run.
public struct StoredInput: Hashable, Codable, Sendable {
    /// The price history it belongs to.
    public var asset: String
    /// The name as the study gives it.
    public var file: String
    /// Size on disk.
    public var bytes: Int
    /// Data rows read from it.
    public var rows: Int
    /// SHA-256 of its bytes, hexadecimal.
    public var digest: String
    /// The format it was read as.
    public var format: String

    /// Columns of the history.
    enum CodingKeys: String, CodingKey {
        case asset, file, bytes, format
        case rows = "row_count"
        case digest = "sha256"
    }

    /// An input of the given parts.
    public init(asset: String, file: String, bytes: Int, rows: Int, digest: String, format: String) {
        self.asset = asset
        self.file = file
        self.bytes = bytes
        self.rows = rows
        self.digest = digest
        self.format = format
    }
}

/// A check of the data that found something.
public struct StoredFinding: Hashable, Codable, Sendable {
    /// The price history.
    public var asset: String
    /// Name of the check.
    public var check: String
    /// `note`, `warning` or `error`.
    public var severity: String
    /// Rows, bars or steps it speaks of.
    public var count: Int

    /// Columns of the history.
    enum CodingKeys: String, CodingKey {
        case asset, severity
        case check = "check_name"
        case count = "affected_count"
    }

    /// A finding of the given parts.
    public init(asset: String, check: String, severity: String, count: Int) {
        self.asset = asset
        self.check = check
        self.severity = severity
        self.count = count
    }
}

/// The figures of one page's headline cell.
public struct StoredHeadline: Hashable, Sendable {
    /// The cell.
    public var cell: CellKey
    /// Whether it is the study's own headline; exactly one a run is, unless no cell matches.
    public var isStudyHeadline: Bool
    /// `ok`, `zero_seen`, `impossible`, `rejected`, `few_windows`, `few_regimes` or `no_data`.
    public var status: String
    /// Entries held.
    public var entries: Int
    /// Independent trials worth as much.
    public var effectiveEntries: Int
    /// The shares of ``Measure/kept`` that were computed.
    public var shares: [Measure: Double]
    /// The interval of the share below zero; nil when there is none.
    public var interval: Interval?

    /// Figures of the given parts.
    public init(
        cell: CellKey, isStudyHeadline: Bool, status: String, entries: Int, effectiveEntries: Int,
        shares: [Measure: Double], interval: Interval?
    ) {
        (self.cell, self.isStudyHeadline, self.status) = (cell, isStudyHeadline, status)
        (self.entries, self.effectiveEntries) = (entries, effectiveEntries)
        (self.shares, self.interval) = (shares, interval)
    }

    /// Share of entries below zero; nil without entries.
    public var negativeEquity: Double? { shares[.negativeEquity] }
}

/// One limit against one cell, against the age of one price history, or against what the ledger found of a platform.
public struct StoredLimit: Hashable, Sendable {
    /// The price history; empty for everybody on a platform.
    public var asset: String
    /// The cell; nil for a limit on the age of the newest bar or on a platform.
    public var cell: CellKey?
    /// The platform of the ledger; nil for limits on cells and histories.
    public var platform: String?
    /// The column of `results.csv` the limit is set on, or `newest_bar_age_h`.
    public var measure: String
    /// `max`, `min` or `drift`.
    public var form: String
    /// `value`, `lower`, `upper` or `interval`: what was held against the limit.
    public var bound: String
    /// The limit, in the measure's unit; for `drift` the largest change. Nil where it depends on a missing interval.
    public var threshold: Double?
    /// The measured value; nil when the cell has none.
    public var value: Double?
    /// Its interval; nil where the measure has none.
    public var interval: Interval?
    /// Median of the runs before, for `drift`.
    public var baseline: Double?
    /// `met`, `breach`, `not_shown`, `no_value` or `no_history`.
    public var status: String
    /// The behaviour under which the cell is looked at; nil for holding and for limits on a price history.
    public var behaviour: String?

    /// A limit of the given parts.
    public init(
        asset: String, cell: CellKey?, platform: String? = nil, measure: String, form: String, bound: String,
        threshold: Double?, value: Double?, interval: Interval? = nil, baseline: Double? = nil, status: String,
        behaviour: String? = nil
    ) {
        self.platform = platform
        self.asset = asset
        self.cell = cell
        self.measure = measure
        self.form = form
        self.bound = bound
        self.threshold = threshold
        self.value = value
        self.interval = interval
        self.baseline = baseline
        self.status = status
        self.behaviour = behaviour
    }
}

/// A run with everything the history keeps of it.
public struct RunRecord: Hashable, Sendable {
    /// The run.
    public var run: StoredRun
    /// Its price histories, in study order.
    public var jobs: [StoredJob]
    /// Its input files, in study order.
    public var inputs: [StoredInput]
    /// What the checks of its data found; checks that passed are left out.
    public var findings: [StoredFinding]
    /// The headline figures of every page, in page order.
    public var headlines: [StoredHeadline]
    /// Its limits, in the order of `limits.csv`.
    public var limits: [StoredLimit]

    /// A record of the given parts.
    public init(
        run: StoredRun, jobs: [StoredJob] = [], inputs: [StoredInput] = [], findings: [StoredFinding] = [],
        headlines: [StoredHeadline] = [], limits: [StoredLimit] = []
    ) {
        self.run = run
        self.jobs = jobs
        self.inputs = inputs
        self.findings = findings
        self.headlines = headlines
        self.limits = limits
    }
}
