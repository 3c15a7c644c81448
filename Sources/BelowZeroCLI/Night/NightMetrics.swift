import StressBasics
import StressPipeline
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// The gauges of a study's `metrics_file`, for a run that ended well or badly.
struct NightMetrics {
    /// The study's name.
    let study: String
    let started: UTCInstant
    let ended: UTCInstant
    let exitCode: Int
    /// Start of the newest run of the study that wrote its results; nil when there is none, or nobody knows.
    let lastSuccess: UTCInstant?
    let isRecorded: Bool
    /// Nil for a run that failed.
    let report: RunReport?
    /// The study's commands, and whether each can be run and ended well when it was.
    var commands: [(key: String, isFine: Bool)] = []

    /// The most limits with gauges of their own; breaches come first, and `belowzero_limits` counts all.
    static let mostLimits = 1000

    var text: String {
        var metrics = MetricsText()
        addRun(&metrics)
        if let report {
            addAssets(report, &metrics)
            addHeadlines(report, &metrics)
            addLimits(report, &metrics)
        }
        return metrics.text
    }

    private var name: [(String, String)] { [("study", study)] }

    private func addRun(_ metrics: inout MetricsText) {
        func one(_ metric: String, _ help: String, _ value: Double?) {
            metrics.gauge("belowzero_\(metric)", help, value.map { [MetricsText.Sample($0, name)] } ?? [])
        }
        metrics.gauge(
            "belowzero_build_info", "Version of the program; always 1.",
            [MetricsText.Sample(1, name + [("version", programVersion)])])
        one("run_start_timestamp_seconds", "When the last run started, whatever became of it.", started.inSeconds)
        one("run_end_timestamp_seconds", "When the last run ended, whatever became of it.", ended.inSeconds)
        one(
            "run_success_timestamp_seconds", "When the newest run that wrote its results started.",
            lastSuccess?.inSeconds)
        one("run_duration_seconds", "How long the last run took.", (ended - started).inSeconds)
        one(
            "run_exit_code",
            "What the last run ended with: 0 done, 3 a limit breached or not shown though it must be, 4 partial or without a value, 64 and above failed.",
            Double(exitCode))
        one("run_recorded", "Whether the last run is in the history: 1 or 0.", isRecorded ? 1 : 0)
        metrics.gauge(
            "belowzero_command_failed",
            "Whether a command of the study cannot be run, or ended badly in the last run: 1 or 0.",
            commands.map { MetricsText.Sample($0.isFine ? 0 : 1, name + [("command", $0.key)]) })
    }

    private func addAssets(_ report: RunReport, _ metrics: inout MetricsText) {
        func samples(_ value: (AssetReport) -> Double) -> [MetricsText.Sample] {
            report.assets.map { MetricsText.Sample(value($0), name + [("asset", $0.asset)]) }
        }
        metrics.gauge(
            "belowzero_newest_bar_timestamp_seconds", "Close of the newest bar.",
            samples { ($0.last + $0.barLength).inSeconds })
        metrics.gauge(
            "belowzero_newest_bar_age_seconds", "From the close of the newest bar to the start of the run.",
            samples { (started - ($0.last + $0.barLength)).inSeconds })
        metrics.gauge(
            "belowzero_data_checks", "Checks of the data by what they ended with.",
            report.assets.flatMap(checkSamples))
        metrics.gauge(
            "belowzero_job_failed", "Whether the job of a price history failed: 1 or 0.",
            report.study.inputs.map { input in
                MetricsText.Sample(
                    report.failures.contains { $0.asset == input.asset } ? 1 : 0, name + [("asset", input.asset)])
            })
    }

    private func checkSamples(_ asset: AssetReport) -> [MetricsText.Sample] {
        [Finding.Severity.note, .warning, .error].map { severity in
            MetricsText.Sample(
                Double(asset.findings.count { !$0.isDetail && $0.severity == severity }),
                name + [("asset", asset.asset), ("severity", severity.rawValue)])
        }
    }

    private func addHeadlines(_ report: RunReport, _ metrics: inout MetricsText) {
        guard let headline = report.study.headlineCell else { return }
        let isUnknown = report.isHeadlineUnknown || report.failures.contains { $0.asset == headline.asset }
        metrics.gauge(
            "belowzero_headline_without_data",
            "Whether the headline has no data though the study wants it to have some: 1 or 0.",
            [MetricsText.Sample(isUnknown ? 1 : 0, name)])
        for measure in Measure.allCases {
            guard let gauge = measure.gauge else { continue }
            add(gauge, measure.meaning, report, &metrics) { $0.value(measure) }
            if measure.hasInterval { addEnds(of: measure, gauge, report, &metrics) }
        }
    }

    private func addEnds(of measure: Measure, _ gauge: String, _ report: RunReport, _ metrics: inout MetricsText) {
        let confidence = report.study.statistics.confidence
        for (name, words, end) in [("lower", "Lower", \Interval.low), ("upper", "Upper", \Interval.high)] {
            add(
                gauge.replacing("_ratio", with: "_\(name)_ratio"), "\(words) end of the interval of \(measure.name)",
                report, &metrics
            ) { $0.share(measure, confidence: confidence)?.interval?.ends[keyPath: end] }
        }
    }

    /// A figure of every page's headline cell.
    private func add(
        _ metric: String, _ help: String, _ report: RunReport, _ metrics: inout MetricsText,
        _ value: (CellEstimate) -> Double?
    ) {
        metrics.gauge(
            "belowzero_\(metric)", help + ". In the headline cell of each price history and direction.",
            report.pageHeadlines.compactMap { row in
                value(row.estimate).map { MetricsText.Sample($0, labels(row.cell)) }
            })
    }

    private func addLimits(_ report: RunReport, _ metrics: inout MetricsText) {
        metrics.gauge(
            "belowzero_limits", "Limits by what became of them: met, breach, not_shown, no_value, no_history.",
            LimitCheck.Outcome.allCases.map { outcome in
                MetricsText.Sample(
                    Double(report.limits.count { $0.outcome == outcome }), name + [("status", outcome.rawValue)])
            })
        if let together = report.limitsTogether {
            metrics.gauge(
                "belowzero_limits_together",
                "One word for all limits at once, by intervals that hold together: 1 for the status that it is.",
                [LimitCheck.Outcome.met, .breach, .notShown].map {
                    MetricsText.Sample(together.outcome == $0 ? 1 : 0, name + [("status", $0.rawValue)])
                })
        }
        let checks = shownLimits(report)
        addVerdicts(checks, &metrics)
        addFigures(checks, &metrics)
    }

    /// Limits that have gauges of their own, with their labels: breaches first.
    private func shownLimits(_ report: RunReport) -> [(LimitCheck, [(String, String)])] {
        let breaches = report.limits.filter(\.breached)
        let others = report.limits.filter { !$0.breached }
        let shown =
            (breaches + others.filter(\.failsUnshown) + others.filter(\.isUnknown)
            + others.filter { !$0.isUnknown && !$0.failsUnshown })
            .prefix(NightMetrics.mostLimits)
        // Two limits may be alike but for their figures; the first keeps its gauges.
        var seen: Set<String> = []
        return shown.map { ($0, labels($0)) }.filter { seen.insert("\($0.1)").inserted }
    }

    private func addVerdicts(_ checks: [(LimitCheck, [(String, String)])], _ metrics: inout MetricsText) {
        metrics.gauge(
            "belowzero_limit_breached", "Whether a limit is breached: 1 or 0; absent where that is not known.",
            checks.filter { $0.0.breached || $0.0.outcome == .notShown || $0.0.outcome == .met }.map {
                MetricsText.Sample($0.0.breached ? 1 : 0, $0.1)
            })
        metrics.gauge(
            "belowzero_limit_not_shown",
            "Whether a limit is neither breached nor shown to be met: 1 or 0; absent where that cannot be.",
            checks.filter { $0.0.limit.mayBeNotShown && $0.0.value != nil && $0.0.outcome != .noValue }.map {
                MetricsText.Sample($0.0.outcome == .notShown ? 1 : 0, $0.1)
            })
        metrics.gauge(
            "belowzero_limit_without_value", "Whether a limit has no value that the study wants it to have: 1 or 0.",
            checks.map { MetricsText.Sample($0.0.isUnknown ? 1 : 0, $0.1) })
    }

    private func addFigures(_ checks: [(LimitCheck, [(String, String)])], _ metrics: inout MetricsText) {
        metrics.gauge(
            "belowzero_limit_value", "What a limit was measured at, in the unit of its measure, hours as seconds.",
            checks.compactMap { check, labels in
                check.value.map { MetricsText.Sample($0 * scale(check), labels) }
            })
        metrics.gauge(
            "belowzero_limit_threshold",
            "What is not a breach of a limit: the largest, the smallest, the largest distance.",
            checks.compactMap { check, labels in
                check.threshold.map { MetricsText.Sample($0 * scale(check), labels) }
            })
    }

    /// Prometheus wants seconds.
    private func scale(_ check: LimitCheck) -> Double { check.limit.measure.unit == .hours ? 3600 : 1 }

    private func labels(_ cell: StudyCell) -> [(String, String)] {
        // A leverage is a number there, without its sign.
        name + CellAxis.allCases.map { ($0.rawValue, $0 == .leverage ? cell.key[$0].field : cell.key.plainText($0)) }
    }

    private func labels(_ check: LimitCheck) -> [(String, String)] {
        let measure = check.limit.measure
        let word = measure.unit == .hours ? String(measure.rawValue.dropLast(2)) : measure.rawValue
        let place = name + [("asset", check.asset)] + (check.platform.map { [("platform", $0)] } ?? [])
        return (check.cell.map(labels) ?? place)
            + [("measure", word), ("form", check.limit.form.name), ("bound", check.limit.bound.rawValue)]
            + (check.limit.behaviour.map { [("behaviour", $0)] } ?? [])
    }
}

extension UTCInstant {
    /// Seconds since the epoch.
    var inSeconds: Double { Double(milliseconds) / 1000 }
}
