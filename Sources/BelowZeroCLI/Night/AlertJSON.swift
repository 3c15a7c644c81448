import StressBasics
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// What `on_breach` is told: of breached limits, and of those that are not shown though they must be.
struct BreachJSON: Encodable {
    let schemaVersion = 1
    let study, runId, folder, startedUtc, status, headline: String
    let exitCode: Int?
    let breachesCount: Int
    fileprivate let breaches: [Breach]
    /// Limits that are not shown though the study makes a failure of that.
    let notShownCount: Int
    fileprivate let notShown: [Breach]

    /// The most breaches that are told; `breaches_count` has all.
    private static let mostBreaches = 1000

    init(_ report: RunReport, folder: String) {
        let all = report.limits.filter(\.breached)
        (study, runId, self.folder) = (report.study.name, report.runID, folder)
        (startedUtc, status) = (report.circumstances.started.rfc3339, report.status.rawValue)
        (headline, exitCode) = (report.headlineText, report.circumstances.exitCode)
        breachesCount = all.count
        breaches = all.prefix(BreachJSON.mostBreaches).map(Breach.init)
        let unshown = report.limits.filter(\.failsUnshown)
        (notShownCount, notShown) = (unshown.count, unshown.prefix(BreachJSON.mostBreaches).map(Breach.init))
    }
}

/// A limit, with the members of its cell where it is on one.
private struct Breach: Encodable {
    private let cell: CellKey?
    private let figures: Figures

    private struct Figures: Encodable {
        let asset, measure, form, bound, unit: String
        let limit, value, low, high, baseline: Double?
        let behaviour, platform: String?
    }

    init(_ check: LimitCheck) {
        let (limit, interval) = (check.limit, check.interval)
        cell = check.cell?.key
        figures = Figures(
            asset: check.asset, measure: limit.measure.rawValue, form: limit.form.name, bound: limit.bound.rawValue,
            unit: limit.measure.unit.rawValue, limit: check.threshold, value: check.value, low: interval?.low,
            high: interval?.high, baseline: check.baseline, behaviour: check.limit.behaviour,
            platform: check.platform ?? check.cell?.platform)
    }

    func encode(to encoder: any Encoder) throws {
        try cell?.encode(to: encoder)
        try figures.encode(to: encoder)
    }
}

/// What `on_failure` is told: of a run that wrote nothing, or of one that is partial.
struct FailureAlertJSON: Encodable {
    let schemaVersion = 1
    let study, startedUtc, status, message: String
    let exitCode: Int
    /// Absent where nothing was written.
    let runId, folder, headline: String?
    let failures: [FailedJob]
    let withoutValue: [String]

    struct FailedJob: Encodable {
        let asset, stage, reason, message: String
    }

    /// The most that is told of each kind.
    private static let most = 1000

    /// A run that wrote nothing.
    init(_ failure: Failure, study: Study, started: UTCInstant) {
        (self.study, startedUtc, status) = (study.name, started.rfc3339, "failed")
        (message, exitCode) = (LostRun.firstLine(failure.messages.first ?? ""), Int(failure.code.rawValue))
        (runId, folder, headline, failures, withoutValue) = (nil, nil, nil, [], [])
    }

    /// A partial run.
    init(_ report: RunReport, folder: String) {
        (study, startedUtc) = (report.study.name, report.circumstances.started.rfc3339)
        (status, message) = (report.status.rawValue, report.subject)
        exitCode = report.circumstances.exitCode ?? Int(Failure.Code.partial.rawValue)
        (runId, self.folder, headline) = (report.runID, folder, report.headlineText)
        failures = report.failures.prefix(FailureAlertJSON.most).map {
            FailedJob(asset: $0.asset, stage: $0.stage.rawValue, reason: $0.reason.rawValue, message: $0.message)
        }
        let words = (report.isHeadlineUnknown ? [report.headlineAbsenceWords] : []).compactMap { $0 }
        withoutValue = (words + report.unmet.map(\.message) + report.unknownLimits.map(report.absenceWords)).prefix(
            FailureAlertJSON.most
        ).map { $0 }
    }
}
