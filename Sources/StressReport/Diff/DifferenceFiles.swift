import RunStore
import StressBasics
import StressResults
import StressStatistics

extension RunDifference {
    /// `changes.csv`, `causes.csv`, `columns.csv` and `diff.json`.
    public var files: [ReportFile] {
        let tables = [changesTable, causesTable]
        return tables.map { ReportFile(path: $0.file, contents: $0.contents) } + [
            ReportFile(path: "columns.csv", contents: RunReport.columnsTable(describing: tables).contents),
            ReportFile(path: "diff.json", contents: json),
        ]
    }

    private struct Line {
        let change: CellChange
        /// Nil for the whole way.
        let step: CausedChange?
        var before: CellFigures? { step == nil ? change.before : step?.before }
        var after: CellFigures? { step == nil ? change.after : step?.after }
    }

    private func figureColumns(_ name: String, _ find: @escaping (Line) -> CellFigures?) -> [Column<Line>] {
        let ends = endColumns(
            "\(name)_ci_*_frac", low: "Lower end of its interval \(name)", high: "Upper end of its interval \(name)"
        ) { find($0)?.interval }
        let figures: [[Column<Line>]] = CellFigures.compared.map { measure in
            let own = Column<Line>(
                "\(name)_\(measure.name)", measure.unit.rawValue, measure.type, measure.meaning + ", \(name)"
            ) {
                measure.text(find($0)?[measure])
            }
            return measure.ends == nil ? [own] : [own] + ends
        }
        return figures.flatMap { $0 } + [.words("\(name)_status", "Status of the cell \(name)") { find($0)?.status }]
    }

    /// One row for the whole way of each moved cell, then one for each cause.
    private var changesTable: CSVTable {
        let identity: [Column<Line>] = keyColumns { $0.change.key }
        let cause = Column<Line>("cause", "", .text, "all for the whole difference, else what was isolated") {
            $0.step?.cause.rawValue ?? "all"
        }
        let columns =
            identity + [cause] + figureColumns("before", \.before) + figureColumns("after", \.after) + moveColumns
        let rows = strikingFirst.flatMap { change in
            [Line(change: change, step: nil)] + change.steps.map { Line(change: change, step: $0) }
        }
        return CSVTable(file: "changes.csv", columns: columns, rows: rows)
    }

    private var moveColumns: [Column<Line>] {
        [
            Column("change_frac", "fraction", .number, "Move of the share below zero") { line in
                let (a, b) = (line.before?.frequency, line.after?.frequency)
                return a.flatMap { a in b.map { numberText($0 - a) } } ?? ""
            },
            Column("intervals_apart", "", .text, "true when the whole difference leaves no common value, else false") {
                String($0.change.isBeyond)
            },
            Column(
                "change_arms", "arms", .number,
                "Whole move in lengths of the earlier interval's arm in its direction; empty without an interval or a move"
            ) { $0.step == nil ? field($0.change.changeInArms) : "" },
        ]
    }

    private var causesTable: CSVTable {
        CSVTable(
            file: "causes.csv",
            columns: causeColumns + headlineColumns + headlineEnds("before") { $0.headline?.before }
                + headlineEnds("after") { $0.headline?.after } + [
                    .count("new_count", of: "cells", "Cells that exist since it", \.new),
                    .count("gone_count", of: "cells", "Cells that exist no longer since it", \.gone),
                ],
            rows: causes)
    }

    private var causeColumns: [Column<CauseSummary>] {
        [
            .words(
                "cause", "What was isolated: \(DifferenceCause.allCases.map(\.rawValue).joined(separator: ", "))"
            ) { $0.cause.rawValue },
            .count("moved_count", of: "cells", "Cells that it moved", \.moved),
            .count(
                "intervals_apart_count", of: "cells",
                "Of those that it touched, cells whose intervals have no common value in the end", \.beyond),
        ]
    }

    private var headlineColumns: [Column<CauseSummary>] {
        [
            .share("headline_before_frac", "Share of the headline below zero before it") {
                $0.headline?.before?.frequency
            },
            .share("headline_after_frac", "The same after it") { $0.headline?.after?.frequency },
        ]
    }

    private func headlineEnds(
        _ name: String, _ find: @escaping (CauseSummary) -> CellFigures?
    ) -> [Column<CauseSummary>] {
        endColumns(
            "headline_\(name)_ci_*_frac", low: "Lower end of its interval \(name) it",
            high: "Upper end of its interval \(name) it"
        ) { find($0)?.interval }
    }

    /// The comparison for programs, one object. Keys are only ever added within a schema version.
    public var json: String { document.document }

    /// The same on one line, as `diff --json` prints it.
    public var jsonLine: String { document.line }

    private var document: JSONValue {
        let cells: [(String, JSONValue)] = [
            ("cells_count", .integer(changes.count + same)), ("same_count", .integer(same)),
            ("moved_count", .integer(moved.count)), ("share_moved_count", .integer(moved.count(where: \.isShareMove))),
            ("largest_shortfall_moved_count", .integer(moved.count(where: \.isShortfallMove))),
            ("intervals_apart_count", .integer(beyond.count)),
            ("new_count", .integer(new)), ("gone_count", .integer(gone)), ("shared_count", .integer(shared)),
        ]
        let study: [(String, JSONValue)] = [
            ("study_lines_count", .integer(studyLines.count)),
            ("study_lines", .list(studyLines.map { .text("\($0.sign) \($0.line)") })),
            ("notes", .list(notes.map(JSONValue.text))),
        ]
        let runs: [(String, JSONValue)] = [
            ("schema_version", .integer(1)), ("before", before.members), ("after", after.members),
        ]
        let causes = JSONValue.list(causes.map(\.members))
        let inputs = JSONValue.list(inputs.map { .object([("asset", .text($0.asset)), ("change", .text($0.words))]) })
        let farthest: [(String, JSONValue)] = [("farthest_shortfall", farthestShortfall.map(shortfallJSON) ?? .null)]
        return .object(
            runs + cells + farthest + [("headline", headlineJSON), ("causes", causes), ("inputs", inputs)] + study)
    }

    /// A cell with its largest shortfall in both runs.
    private func shortfallJSON(_ change: CellChange) -> JSONValue {
        let measure = Measure.largestShortfall
        return .object([
            ("cell", .object(change.key.members)), ("before_\(measure.name)", measure.json(change.before?[measure])),
            ("after_\(measure.name)", measure.json(change.after?[measure])),
        ])
    }

    /// The headline's cell with what both runs say of it; null when neither has one.
    private var headlineJSON: JSONValue {
        guard let key = after.headline ?? before.headline else { return .null }
        func figures(_ run: ComparedRun) -> JSONValue {
            guard let found = run.cells.first(where: { $0.key == key })?.figures else { return .null }
            let shown: [Measure] = [.entries, .negativeCount, .negativeEquity]
            return .object(
                shown.map { ($0.name, $0.json(found[$0])) } + [
                    ("ci_low_frac", .optional(found.interval?.low)), ("ci_high_frac", .optional(found.interval?.high)),
                    ("status", .text(found.status)),
                ])
        }
        return .object([("cell", .object(key.members)), ("before", figures(before)), ("after", figures(after))])
    }
}

extension ComparedRun {
    /// What a comparison says of the run itself.
    fileprivate var members: JSONValue {
        .object([
            ("run_id", .text(runID)), ("study", .text(study)), ("version", .text(version)),
            ("started_utc", .text(started.rfc3339)), ("cells_count", .integer(cells.count)),
        ])
    }
}

extension CauseSummary {
    fileprivate var members: JSONValue {
        .object([
            ("cause", .text(cause.rawValue)), ("moved_count", .integer(moved)),
            ("new_count", .integer(new)), ("gone_count", .integer(gone)), ("intervals_apart_count", .integer(beyond)),
            ("headline_before_frac", .optional(headline?.before?.frequency)),
            ("headline_after_frac", .optional(headline?.after?.frequency)),
        ])
    }
}
