import StressBasics
import StressResults
import StressStatistics

/// One cell under one fill rule.
private struct FilledCell {
    let row: ResultRow
    let fill: String
    let exit: ExitEstimate
    let role: FillRole

    var severity: SeverityInference? { row.estimate.inference?.severity(role) }
}

extension RunReport {
    /// `severity.csv`: one row a cell and fill rule, how far below zero its entries ended.
    var severityTable: CSVTable {
        let filled = rows.flatMap { row -> [FilledCell] in
            let own = FilledCell(row: row, fill: row.fill, exit: row.estimate.exit, role: .chosen)
            let worst = row.estimate.worstExit.map { FilledCell(row: row, fill: "worst", exit: $0, role: .worst) }
            let best = row.estimate.bestExit.map { FilledCell(row: row, fill: "best", exit: $0, role: .best) }
            return [own, worst, best].compactMap(\.self)
        }
        var columns: [Column<FilledCell>] = [runColumn()] + keyColumns { $0.row.cell.key }
        columns += [
            Column("fill", "", .text, "Fill rule of liquidations") { $0.fill },
            Column("negative_count", "entries", .number, "Entries of whole windows that ended below zero") {
                numberText($0.exit.negative)
            },
        ]
        columns += severityColumns(suffix: "margin_frac", unit: "of margin") { $1 }
        columns += severityColumns(suffix: "notional_frac", unit: "of notional") { $1 / $0.row.cell.leverage.value }
        return CSVTable(file: "severity.csv", columns: columns + causeColumns + intervalColumns, rows: filled)
    }
}

extension RunReport {
    /// The interval of what estimates something. The largest shortfall is a fact of the history, and quantiles of a few crashes have no
    /// interval worth the name: how many there are stands in `events.csv`, what lies beyond them in `shortfall_tail.csv`.
    private var intervalColumns: [Column<FilledCell>] {
        let confidence = study.statistics.confidence
        let perEntry = Column<FilledCell>(
            "shortfall_per_entry_margin_frac", "of margin", .number,
            "Mean shortfall of all held entries, those without one counting as zero; empty where one has no bound"
        ) { field($0.exit.shortfallPerEntry) }
        let last = [
            Column<FilledCell>("confidence", "fraction", .number, "Confidence of the intervals") { _ in
                numberText(confidence)
            },
            Column<FilledCell>("status", "", .text, "As in results.csv; few_windows: indicative only") {
                $0.row.estimate.status.rawValue
            },
            Column<FilledCell>(
                "cut_negative_count", "entries", .number,
                "Entries of cut windows that ended below zero before; their shortfalls are measured, too, where any window is whole"
            ) { numberText($0.exit.cutNegative) },
        ]
        return meanColumns("shortfall_mean", \.mean) + [perEntry] + meanColumns("shortfall_per_entry", \.perEntry)
            + last
    }

    private func meanColumns(
        _ name: String, _ part: @escaping (SeverityInference) -> MeanInference
    ) -> [Column<FilledCell>] {
        func end(
            _ side: String, _ words: String, _ end: @escaping (Interval) -> Double
        ) -> Column<FilledCell> {
            Column(
                "\(name)_ci_\(side)_margin_frac", "of margin", .number,
                "\(words) end of the interval of \(name)_margin_frac"
            ) { field($0.severity.flatMap { part($0).interval.map(end) }) }
        }
        let method = Column<FilledCell>(
            "\(name)_ci_method", "", .text, "How it was made, or why there is none: \(meanMethods)"
        ) { item in
            if let severity = item.severity { return part(severity).method.rawValue }
            // Nothing seen is little seen; what cannot happen was not asked for.
            let isEstimated = item.row.estimate.inference != nil && item.exit.interval != nil
            return isEstimated ? MeanInference.Method.fewEpisodes.rawValue : ""
        }
        return [end("low", "Lower", \.low), end("high", "Upper", \.high), method]
    }
}

private var meanMethods: String { MeanInference.Method.allCases.map(\.rawValue).joined(separator: ", ") }

/// The causes of the mean shortfall: in parts of the margin, which sum to it, and over it, which sum to 1.
private var causeColumns: [Column<FilledCell>] {
    let causes = ShortfallCause.allCases
    let parts = causes.map { cause in
        Column<FilledCell>(
            "cause_\(cause.rawValue)_margin_frac", "of margin", .number,
            "Mean part of the shortfall from \(cause.stage); the six parts sum to shortfall_mean_margin_frac"
        ) { field(CauseShares($0.exit)?.part(cause)) }
    }
    let shares = causes.map { cause in
        Column<FilledCell>(
            "cause_\(cause.rawValue)_share_frac", "fraction", .number,
            "The same over the mean shortfall; below zero where it lessened it"
        ) { field(CauseShares($0.exit)?.share(cause)) }
    }
    return parts + shares
}

extension ShortfallCause {
    /// The stage in the words of the dictionary.
    fileprivate var stage: String {
        switch self {
        case .price: "the price at the trigger or at the horizon's close"
        case .gap: "the gap to the price that could be had at once"
        case .latency: "the delay"
        case .slippage: "slippage"
        case .fees: "fees"
        case .funding: "funding and interest since entry"
        }
    }
}

private func severityColumns(
    suffix: String, unit: String, scale: @escaping (FilledCell, Double) -> Double
) -> [Column<FilledCell>] {
    let figures: [(String, String, (ShortfallSummary) -> Double)] = [
        ("mean", "Mean shortfall", { $0.mean }), ("p50", "Median shortfall, to about 1 %", { $0.p50 }),
        ("p90", "90 % quantile of the shortfall, to about 1 %", { $0.p90 }),
        ("p99", "99 % quantile of the shortfall, to about 2 %", { $0.p99 }),
        ("max", "Largest shortfall; under fill delay its law leaves no larger one possible", { $0.max }),
    ]
    return figures.map { name, meaning, figure in
        Column("shortfall_\(name)_\(suffix)", unit, .number, "\(meaning), in parts of the \(unit.dropFirst(3))") {
            item in
            field(item.exit.shortfall.map { scale(item, figure($0)) })
        }
    }
}
