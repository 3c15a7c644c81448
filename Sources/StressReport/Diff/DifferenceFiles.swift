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
        let figures: [[Column<Line>]] = CellFigures.compared.map { measure in
            let own = Column<Line>(
                "\(name)_\(measure.name)", measure.unit.rawValue, measure.type, measure.meaning + ", \(name)"
            ) {
                measure.text(find($0)?[measure])
            }
            return measure.ends == nil ? [own] : [own] + endColumns(name) { find($0)?.interval }
        }
        return figures.flatMap { $0 } + [
            Column("\(name)_status", "", .text, "Status of the cell \(name)") { find($0)?.status ?? "" }
        ]
    }

    private func endColumns(_ name: String, _ find: @escaping (Line) -> Interval?) -> [Column<Line>] {
        [
            Column("\(name)_ci_low_frac", "fraction", .number, "Lower end of its interval \(name)") {
                field(find($0)?.low)
            },
            Column("\(name)_ci_high_frac", "fraction", .number, "Upper end of its interval \(name)") {
                field(find($0)?.high)
            },
        ]
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
        let columns: [Column<CauseSummary>] = [
            Column(
                "cause", "", .text,
                "What was isolated: \(DifferenceCause.allCases.map(\.rawValue).joined(separator: ", "))"
            ) {
                $0.cause.rawValue
            },
            Column("moved_count", "cells", .integer, "Cells that it moved") { String($0.cells) },
            Column(
                "intervals_apart_count", "cells", .integer,
                "Of these, cells whose intervals have no common value in the end"
            ) {
                String($0.beyond)
            },
            Column("headline_before_frac", "fraction", .number, "Share of the headline below zero before it") {
                field($0.headline?.before?.frequency)
            },
            Column("headline_after_frac", "fraction", .number, "The same after it") {
                field($0.headline?.after?.frequency)
            },
            Column("headline_before_ci_low_frac", "fraction", .number, "Lower end of its interval before it") {
                field($0.headline?.before?.interval?.low)
            },
            Column("headline_before_ci_high_frac", "fraction", .number, "Upper end of its interval before it") {
                field($0.headline?.before?.interval?.high)
            },
            Column("headline_after_ci_low_frac", "fraction", .number, "Lower end of its interval after it") {
                field($0.headline?.after?.interval?.low)
            },
            Column("headline_after_ci_high_frac", "fraction", .number, "Upper end of its interval after it") {
                field($0.headline?.after?.interval?.high)
            },
        ]
        return CSVTable(file: "causes.csv", columns: columns, rows: causes)
    }

    /// The comparison for programs, one object. Keys are only ever added within a schema version.
    public var json: String { document.document }

    /// The same on one line, as `diff --json` prints it.
    public var jsonLine: String { document.line }

    private var document: JSONValue {
        func run(_ run: ComparedRun) -> JSONValue {
            .object([
                ("run_id", .text(run.runID)), ("study", .text(run.study)), ("version", .text(run.version)),
                ("started_utc", .text(run.started.rfc3339)), ("cells_count", .integer(run.cells.count)),
            ])
        }
        return JSONValue.object([
            ("schema_version", .integer(1)), ("before", run(before)), ("after", run(after)),
            ("cells_count", .integer(changes.count + same)), ("same_count", .integer(same)),
            ("moved_count", .integer(changes.count)),
            ("intervals_apart_count", .integer(beyond.count)), ("headline", headlineJSON),
            (
                "causes",
                .list(
                    causes.map { cause in
                        .object([
                            ("cause", .text(cause.cause.rawValue)), ("moved_count", .integer(cause.cells)),
                            ("intervals_apart_count", .integer(cause.beyond)),
                            ("headline_before_frac", .optional(cause.headline?.before?.frequency)),
                            ("headline_after_frac", .optional(cause.headline?.after?.frequency)),
                        ])
                    })
            ),
            (
                "inputs",
                .list(inputs.map { .object([("asset", .text($0.asset)), ("change", .text($0.words))]) })
            ),
            ("study_lines_count", .integer(studyLines.count)),
            ("study_lines", .list(studyLines.map { .text("\($0.sign) \($0.line)") })),
            ("notes", .list(notes.map(JSONValue.text))),
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
