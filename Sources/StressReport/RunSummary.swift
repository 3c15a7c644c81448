import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// `summary.json`: what a machine wants to know after a run. Keys are only ever added within a schema version.
    func summary(files: [String]) -> ReportFile {
        ReportFile(path: "summary.json", contents: summaryDocument(files: files).document)
    }

    /// `summary.json` on one line, for `--json`.
    public func summaryLine(files: [String]) -> String { summaryDocument(files: files).line }

    private func summaryDocument(files: [String]) -> JSONValue {
        .object([
            ("schema_version", .integer(1)),
            ("run_id", .text(runID)),
            ("study", .object([("name", .text(study.name)), ("sha256", .text(studyDigest.hex))])),
            ("version", .text(version)),
            ("status", .text(status.rawValue)),
            ("subject", .text(subject)),
            ("failures", .list(failures.map(failureJSON))),
            ("confidence", .number(study.statistics.confidence)),
            ("headline", headlineRow.map(headlineJSON) ?? .null),
            ("headline_without_suspicious", suspicion.map(suspicionJSON) ?? .null),
            ("headlines", .list(pageHeadlines.map { .object(figuresJSON($0)) })),
            ("limits", .list(limits.map(limitJSON))),
            ("limits_together", limitsTogether.map(togetherJSON) ?? .null),
            ("ledger", ledger.map { .list($0.platforms.map(\.summary)) } ?? .null),
            ("assets", .list(assets.map(assetJSON))),
            ("findings", .list(assets.flatMap(findingsJSON))),
            ("files", .list(files.map(JSONValue.text))),
        ])
    }

    /// `run.json`: what the run was made of, and the facts of this run alone.
    var manifest: ReportFile {
        let document = JSONValue.object([
            ("schema_version", .integer(1)),
            ("run_id", .text(runID)),
            ("version", .text(version)),
            ("command", .text(command)),
            (
                "study",
                .object([
                    ("name", .text(study.name)), ("sha256", .text(studyDigest.hex)),
                    ("figures_sha256", .text(figuresDigest.hex)), ("text", .text(studyText)),
                ])
            ),
            ("results_sha256", .text(Digest(of: resultsTable.contents).hex)),
            ("inputs", .list(assets.flatMap { asset in asset.files.map { inputJSON($0, of: asset) } })),
            ("circumstances", circumstancesJSON),
        ])
        return ReportFile(path: "run.json", contents: document.document)
    }

    private var circumstancesJSON: JSONValue {
        .object(
            [
                ("started_utc", .text(circumstances.started.rfc3339)),
                ("duration_s", .number(circumstances.duration.inSeconds)),
                ("threads", .integer(circumstances.threads)), ("host", .text(circumstances.host)),
                ("kernels", .object(circumstances.kernels.map { ($0.name, .integer($0.cells)) })),
                ("exit_code", circumstances.exitCode.map(JSONValue.integer) ?? .null),
                ("is_recorded", circumstances.isRecorded.map(JSONValue.flag) ?? .null),
            ] + (circumstances.studyFile.map { [("study_file", .text($0))] } ?? []))
    }

    private func failureJSON(_ failure: JobFailure) -> JSONValue {
        .object([
            ("asset", .text(failure.asset)), ("stage", .text(failure.stage.rawValue)),
            ("reason", .text(failure.reason.rawValue)), ("message", .text(failure.message)),
            ("hint", .text(failure.hint)), ("exit_code", .integer(failure.exitCode)),
        ])
    }

    private func suspicionJSON(_ check: SuspicionCheck) -> JSONValue {
        let estimate = check.row.estimate
        return .object(
            [
                ("suspicious_bars_count", .integer(check.bars)), ("status", .text(estimate.status.rawValue)),
            ] + estimate.members([.entries, .liquidated, .unprotected]) + exitJSON(estimate.exit))
    }

    private func headlineJSON(_ row: ResultRow) -> JSONValue {
        .object([("sentence", .text(headlineText))] + figuresJSON(row))
    }

    private func figuresJSON(_ row: ResultRow) -> [(String, JSONValue)] {
        let estimate = row.estimate
        let own: [Measure] = [.entries, .effectiveEntries, .liquidated, .unprotected, .medianTimeToLiquidation]
        return row.cell.key.members + [
            ("fill", .text(row.fill)), ("status", .text(estimate.status.rawValue)),
        ] + estimate.members(own) + exitJSON(estimate.exit) + [
            ("worst_fill", fillJSON(estimate, .worst)), ("gap_fill", fillJSON(estimate, .gap)),
            ("best_fill", fillJSON(estimate, .best)),
        ] + estimate.members([.undecided] + otherKept(.chosen, than: own)) + lateJSON(row) + cutJSON(row)
    }

    /// The figures of a fill rule beside the cell's own; null where it was not evaluated.
    private func fillJSON(_ estimate: CellEstimate, _ fill: FillRole) -> JSONValue {
        guard let exit = estimate.exit(fill) else { return .null }
        return .object(
            exitJSON(exit) + otherKept(fill).map { ($0.plainName, $0.json(estimate.value($0))) })
    }

    /// Shares that the history reads from here, of a fill rule, but for those below zero and `named`.
    private func otherKept(_ fill: FillRole, than named: [Measure] = []) -> [Measure] {
        Measure.kept.filter {
            $0.fill == fill && $0.plainName != Measure.negativeEquity.name && !named.contains($0)
        }
    }

    /// How late fills are, and which bars would tell what that costs; null where no law has to.
    private func lateJSON(_ row: ResultRow) -> [(String, JSONValue)] {
        let delay = assets.first { $0.asset == row.cell.asset }.flatMap { sentences(row, of: $0).settlingDelay }
        return [
            ("fill_delay_s", .optional(delay?.inSeconds)),
            ("settling_bar_s", .optional(delay.map { CellSentences.settlingBars($0).inSeconds })),
        ]
    }

    private func cutJSON(_ row: ResultRow) -> [(String, JSONValue)] {
        let evidence = CutEvidence(row: row, wideSteps: nil)
        return [
            ("watched_count", .integer(evidence.watched)), (Measure.cut.name, .integer(evidence.cut)),
            ("cut_frac", .optional(evidence.share)), (Measure.cutNegative.name, .number(evidence.cutNegative)),
        ]
    }

    /// The headline cell of every page, in page order: of every price history and direction.
    public var pageHeadlines: [ResultRow] {
        guard let cell = study.headlineCell else { return [] }
        let selector = CellSelector(like: cell.key, but: [.asset, .side])
        return rows.filter { selector.matches($0.cell) }
    }

    /// Checks that found something, without their details.
    private func findingsJSON(_ asset: AssetReport) -> [JSONValue] {
        asset.summaries.filter { $0.severity > .pass }.map { finding in
            .object([
                ("asset", .text(asset.asset)), ("check", .text(finding.check)),
                ("severity", .text(finding.severity.rawValue)), ("count", .integer(finding.count)),
            ])
        }
    }

    private func exitJSON(_ exit: ExitEstimate) -> [(String, JSONValue)] {
        [
            (Measure.negativeCount.name, .number(exit.negative)),
            (Measure.negativeEquity.name, .optional(exit.frequency)),
            ("ci_low_frac", .optional(exit.interval?.low)), ("ci_high_frac", .optional(exit.interval?.high)),
            ("ci_method", .optional(exit.interval?.method.rawValue)),
            (Measure.medianShortfall.name, .optional(exit.shortfall?.p50)),
            (Measure.largestShortfall.name, .optional(exit.shortfall?.max)),
        ]
    }

    private func togetherJSON(_ together: LimitsTogether) -> JSONValue {
        .object([
            ("status", .text(together.outcome.rawValue)), ("checks_count", .integer(together.checks)),
            ("breached_count", .integer(together.breached)), ("met_count", .integer(together.met)),
            ("not_shown_count", .integer(together.notShown)),
        ])
    }

    /// The cell, the price history, or the platform of the ledger, with an empty asset for everybody on it.
    private func placeMembers(_ check: LimitCheck) -> [(String, JSONValue)] {
        check.cell?.key.members ?? [(CellAxis.asset.column, .text(check.asset))]
            + (check.platform.map { [(CellAxis.platform.column, .text($0))] } ?? [])
    }

    private func limitJSON(_ check: LimitCheck) -> JSONValue {
        var most: Double?
        if case .max(let value) = check.limit.form { most = value }
        return .object(
            placeMembers(check) + [
                ("measure", .text(check.limit.measure.rawValue)), ("max", .optional(most)),
                ("value", .optional(check.value)), ("breached", .flag(check.breached)),
                ("status", .text(check.outcome.rawValue)), ("form", .text(check.limit.form.name)),
                ("bound", .text(check.limit.bound.rawValue)), ("unit", .text(check.limit.measure.unit.rawValue)),
                ("limit", .optional(check.threshold)), ("low", .optional(check.interval?.low)),
                ("high", .optional(check.interval?.high)), ("baseline", .optional(check.baseline)),
                (StudyLimit.notShownKey, .optional(check.limit.mayBeNotShown ? check.limit.notShown.rawValue : nil)),
                ("monitored_low", .optional(check.monitored?.ends.low)),
                ("monitored_high", .optional(check.monitored?.ends.high)),
                ("false_alarm_frac", .optional(check.monitored?.falseAlarm)),
                ("together_low", .optional(check.together?.low)), ("together_high", .optional(check.together?.high)),
                ("together_status", .optional(check.togetherOutcome?.rawValue)),
                ("behaviour", .optional(check.behaviourName)),
            ])
    }

    private func assetJSON(_ asset: AssetReport) -> JSONValue {
        let counts = Finding.Severity.allCases.map { severity in
            (severity.rawValue, JSONValue.integer(asset.summaries.count { $0.severity == severity }))
        }
        return .object([
            ("asset", .text(asset.asset)), ("first_utc", .text(asset.first.rfc3339)),
            ("last_utc", .text(asset.last.rfc3339)),
            ("bars_count", .integer(asset.bars)), ("bar_s", .number(asset.barLength.inSeconds)),
            ("checks", .object(counts)), ("findings_count", .integer(asset.findings.count)),
            ("wide_steps", asset.wideSteps.map(stepsJSON) ?? .null),
            ("bars_fingerprint", .optional(asset.fingerprint?.text)),
        ])
    }

    private func stepsJSON(_ steps: WideSteps) -> JSONValue {
        func json(_ step: WideSteps.Step) -> JSONValue {
            .object([
                ("before_utc", .text(step.before.rfc3339)), ("after_utc", .text(step.after.rfc3339)),
                ("step_s", .number(step.length.inSeconds)), ("move_frac", .optional(step.move)),
            ])
        }
        return .object([
            ("steps_count", .integer(steps.count)), ("widest", json(steps.widest)),
            ("farthest_fall", steps.fall.map(json) ?? .null), ("farthest_rise", steps.rise.map(json) ?? .null),
        ])
    }

    private func inputJSON(_ file: InputFile, of asset: AssetReport) -> JSONValue {
        .object([
            ("asset", .text(asset.asset)), ("file", .text(file.name)), ("bytes", .integer(file.bytes)),
            ("rows", .integer(file.rows)), ("sha256", .text(file.digest.hex)), ("format", .text(asset.formatName)),
        ])
    }
}
