import StressBasics
import StressStatistics

extension RunReport {
    /// `summary.json`: what a machine wants to know after a run. Keys are only ever added within a schema version.
    func summary(files: [String]) -> ReportFile {
        let document = JSONValue.object([
            ("schema_version", .integer(1)),
            ("run_id", .text(runID)),
            ("study", .object([("name", .text(study.name)), ("sha256", .text(studyDigest.hex))])),
            ("version", .text(version)),
            ("status", .text(status.rawValue)),
            ("failures", .list(failures.map(failureJSON))),
            ("confidence", .number(study.statistics.confidence)),
            ("headline", headlineRow.map(headlineJSON) ?? .null),
            ("headline_without_suspicious", suspicion.map(suspicionJSON) ?? .null),
            ("limits", .list(limits.map(limitJSON))),
            ("assets", .list(assets.map(assetJSON))),
            ("files", .list(files.map(JSONValue.text))),
        ])
        return ReportFile(path: "summary.json", contents: document.document)
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
                    ("name", .text(study.name)), ("sha256", .text(studyDigest.hex)), ("text", .text(studyText)),
                ])
            ),
            ("results_sha256", .text(Digest(of: resultsTable.contents).hex)),
            ("inputs", .list(assets.flatMap { asset in asset.files.map { inputJSON($0, of: asset) } })),
            (
                "circumstances",
                .object([
                    ("started_utc", .text(circumstances.started.rfc3339)),
                    ("duration_s", .number(circumstances.duration.inSeconds)),
                    ("threads", .integer(circumstances.threads)), ("host", .text(circumstances.host)),
                    ("kernels", .object(circumstances.kernels.map { ($0.name, .integer($0.cells)) })),
                ])
            ),
        ])
        return ReportFile(path: "run.json", contents: document.document)
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
                ("entries_count", .integer(estimate.windows.entries)),
                ("liquidated_frac", .optional(estimate.liquidatedFrequency)),
                ("unprotected_frac", .optional(estimate.unprotectedFrequency)),
            ] + exitJSON(estimate.exit))
    }

    private func headlineJSON(_ row: ResultRow) -> JSONValue {
        let estimate = row.estimate
        return .object(
            [("sentence", .text(headlineText))] + cellJSON(row) + [
                ("fill", .text(row.fill)), ("status", .text(estimate.status.rawValue)),
                ("entries_count", .integer(estimate.windows.entries)),
                ("entries_effective_count", .integer(estimate.effectiveEntries)),
                ("liquidated_frac", .optional(estimate.liquidatedFrequency)),
                ("unprotected_frac", .optional(estimate.unprotectedFrequency)),
                ("time_to_liquidation_p50_h", .optional(estimate.medianTimeToLiquidation?.inHours)),
            ] + exitJSON(estimate.exit) + [
                ("worst_fill", estimate.worstExit.map { .object(exitJSON($0)) } ?? .null),
                ("best_fill", estimate.bestExit.map { .object(exitJSON($0)) } ?? .null),
                ("undecided_count", estimate.undecided.map(JSONValue.integer) ?? .null),
            ])
    }

    private func cellJSON(_ row: ResultRow) -> [(String, JSONValue)] {
        [
            ("asset", .text(row.cell.asset)), ("contract", .text(row.cell.contract.rawValue)),
            ("side", .text(row.cell.side.rawValue)), ("leverage_x", .number(row.cell.leverage.value)),
            ("horizon_h", .number(row.cell.horizon.inHours)), ("platform", .text(row.cell.platform)),
        ]
    }

    private func exitJSON(_ exit: ExitEstimate) -> [(String, JSONValue)] {
        [
            ("negative_count", .integer(exit.negative)), ("negative_equity_frac", .optional(exit.frequency)),
            ("ci_low_frac", .optional(exit.interval?.low)), ("ci_high_frac", .optional(exit.interval?.high)),
            ("ci_method", .optional(exit.interval?.method.rawValue)),
            ("shortfall_p50_margin_frac", .optional(exit.shortfall?.p50)),
            ("shortfall_max_margin_frac", .optional(exit.shortfall?.max)),
        ]
    }

    private func limitJSON(_ check: LimitCheck) -> JSONValue {
        .object([
            ("asset", .text(check.cell.asset)), ("side", .text(check.cell.side.rawValue)),
            ("leverage_x", .number(check.cell.leverage.value)), ("horizon_h", .number(check.cell.horizon.inHours)),
            ("contract", .text(check.cell.contract.rawValue)), ("platform", .text(check.cell.platform)),
            ("measure", .text(check.limit.measure.rawValue)), ("max", .number(check.limit.max)),
            ("value", .optional(check.value)), ("breached", .flag(check.breached)),
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
        ])
    }

    private func inputJSON(_ file: InputFile, of asset: AssetReport) -> JSONValue {
        .object([
            ("asset", .text(asset.asset)), ("file", .text(file.name)), ("bytes", .integer(file.bytes)),
            ("rows", .integer(file.rows)), ("sha256", .text(file.digest.hex)), ("format", .text(asset.formatName)),
        ])
    }
}
