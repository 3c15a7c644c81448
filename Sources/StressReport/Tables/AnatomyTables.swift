import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// One part of one headline cell.
struct DetailRow<Part> {
    /// The cell.
    let cell: StudyCell
    /// Place of the part among those of the cell, from 0.
    let place: Int
    /// What a row is of.
    let part: Part
}

extension RunReport {
    /// The tables of what headline cells are made of; none when no cell was taken apart.
    var anatomyTables: [CSVTable] {
        if details.isEmpty { return [] }
        return [
            eventsTable, eventPricesTable, calendarTable, calendarYearsTable, conditionsTable, liquidationTable,
            sensitivityTable,
        ] + tailTables
    }

    /// A table with a row a part of each headline cell.
    func detailTable<Part>(
        _ file: String, _ parts: (CellDetail) -> [Part], _ own: [Column<DetailRow<Part>>]
    ) -> CSVTable {
        table(file, details.map { ($0.cell, parts($0)) }, own)
    }

    private func table<Part>(
        _ file: String, _ parts: [(cell: StudyCell, parts: [Part])], _ own: [Column<DetailRow<Part>>]
    ) -> CSVTable {
        let rows = parts.flatMap { cell, parts in
            parts.enumerated().map { DetailRow(cell: cell, place: $0, part: $1) }
        }
        return CSVTable(file: file, columns: [runColumn()] + keyColumns { $0.cell.key } + own, rows: rows)
    }

    private func intervalColumns<Part>(
        _ what: String, _ find: @escaping (Part) -> FrequencyInterval?
    ) -> [Column<DetailRow<Part>>] {
        endColumns(
            "ci_*_frac", low: "Lower end of the interval of \(what)", high: "Upper end of the interval of \(what)"
        ) { find($0.part)?.ends } + [
            .words("ci_method", "How the interval was made: \(methodWords)") { find($0.part)?.method.rawValue },
            .confidence(of: "the interval", study.statistics.confidence),
        ]
    }

    /// `calendar.csv`: one row a month of entries of each headline cell.
    private var calendarTable: CSVTable {
        let period: [Column<DetailRow<MonthShare>>] = [
            .integer("year", "Year of the entries, UTC", \.part.year),
            .integer("month", "Month of the entries, 1 to 12", \.part.month),
        ]
        return detailTable(
            "calendar.csv", \.anatomy.months, period + calendarColumns("month", counts: \.counts, share: \.frequency))
    }

    /// `calendar_years.csv`: one row a year of entries of each headline cell, the sums of `calendar.csv`.
    private var calendarYearsTable: CSVTable {
        let period: [Column<DetailRow<YearShare>>] = [
            .integer("year", "Year of the entries, UTC", \.part.year),
            .count("months_count", of: "months", "Months of it that have entries", \.part.months),
        ]
        return detailTable(
            "calendar_years.csv", \.anatomy.years,
            period + calendarColumns("year", counts: \.counts, share: \.frequency))
    }

    private func calendarColumns<Part>(
        _ period: String, counts: @escaping (Part) -> EntryCounts, share: @escaping (Part) -> Double?
    ) -> [Column<DetailRow<Part>>] {
        let frequency = Column<DetailRow<Part>>.share("negative_equity_frac", shareWords("the \(period)")) {
            share($0.part)
        }
        return entryColumns(counts, liquidated: true) + [frequency] + cutColumns(counts, liquidated: true)
    }

    /// `conditions.csv`: the headline cells by what was known at the entry.
    private var conditionsTable: CSVTable {
        let group: [Column<DetailRow<ConditionalShare>>] = [
            .words(
                "condition",
                "volatility (of 30 days, third among all earlier values), trend (against 30 days before), hour, weekday (UTC) or half of the history"
            ) { $0.part.condition.rawValue },
            .words("value", "The group", \.part.value),
        ]
        let share = Column<DetailRow<ConditionalShare>>.share("negative_equity_frac", shareWords("the group")) {
            $0.part.inference?.frequency
        }
        return detailTable(
            "conditions.csv", \.anatomy.conditions,
            group + entryColumns(\.counts) + [share] + intervalColumns("that share") { $0.inference?.interval }
                + cutColumns(\.counts))
    }

    /// `time_to_liquidation.csv`: cumulative incidence of liquidation of the headline cells and of other leverages.
    private var liquidationTable: CSVTable {
        let columns: [Column<DetailRow<LiquidationPoint>>] = [
            .number("elapsed_h", "h", "Time since entry", \.part.elapsed.inHours),
            .count(
                "liquidated_count", "Entries liquidated by then, those of cut windows among them", \.part.liquidated),
            .share(
                "liquidated_frac",
                "Share of the cell's entries that were liquidated by then, each weighed by how many were watched as long"
            ) {
                $0.part.inference?.frequency
            },
        ]
        return table(
            "time_to_liquidation.csv",
            details.flatMap { detail in
                [(detail.cell, detail.anatomy.liquidation)] + detail.curves.map { ($0.cell, $0.points) }
            },
            columns + intervalColumns("that share") { $0.inference?.interval })
    }

    /// `sensitivity.csv`: the study's headline with one assumption changed at a time.
    private var sensitivityTable: CSVTable {
        let assumption: [Column<DetailRow<SensitivityRow>>] = [
            .words("assumption", "What was changed; none for the headline as it is", \.part.assumption),
            .words("value", "What it was changed to", \.part.value).plainSigns,
        ]
        return detailTable(
            "sensitivity.csv", \.sensitivity,
            assumption + entryColumns(\.counts)
                + [.share("negative_equity_frac", shareWords("the row"), \.part.frequency)]
                + intervalColumns("that share") { $0.interval } + cutColumns(\.counts))
    }

    private func shareWords(_ group: String) -> String {
        "Share of \(group)'s entries that ended below zero, each weighed by how many were watched as long; empty without a whole window"
    }
}

/// How many entries of whole windows a part holds, and what became of them, as in `results.csv`.
private func entryColumns<Part>(
    _ counts: @escaping (Part) -> EntryCounts, liquidated: Bool = false
) -> [Column<DetailRow<Part>>] {
    let held = Column<DetailRow<Part>>.count("entries_count", "Entries of whole windows that were held") {
        counts($0.part).entries
    }
    let closed = Column<DetailRow<Part>>.count("liquidated_count", "Those of them that were liquidated") {
        counts($0.part).liquidated
    }
    let below = Column<DetailRow<Part>>.number("negative_count", "entries", "Those of them that ended below zero") {
        counts($0.part).negative
    }
    return [held] + (liquidated ? [closed] : []) + [below]
}

/// The same of cut windows, behind the other columns.
private func cutColumns<Part>(
    _ counts: @escaping (Part) -> EntryCounts, liquidated: Bool = false
) -> [Column<DetailRow<Part>>] {
    let cut = Column<DetailRow<Part>>.count(
        "cut_count", "Entries without a whole window that were watched to where a gap or the end of the history cut it"
    ) { counts($0.part).cut }
    let closed = Column<DetailRow<Part>>.count("cut_liquidated_count", "Those of them that were liquidated before") {
        counts($0.part).cutLiquidated
    }
    let below = Column<DetailRow<Part>>.number(
        "cut_negative_count", "entries", "Those of them that ended below zero before"
    ) { counts($0.part).cutNegative }
    return [cut] + (liquidated ? [closed] : []) + [below]
}
