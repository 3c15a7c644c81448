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
        let share = Column<DetailRow<MonthShare>>.share("negative_equity_frac", "Their share") {
            $0.part.negative / Double($0.part.entries)
        }
        return detailTable(
            "calendar.csv", \.anatomy.months,
            period + entryColumns(held: \.entries, liquidated: \.liquidated, negative: \.negative) + [share])
    }

    /// `calendar_years.csv`: one row a year of entries of each headline cell, the sums of `calendar.csv`.
    private var calendarYearsTable: CSVTable {
        let period: [Column<DetailRow<YearShare>>] = [
            .integer("year", "Year of the entries, UTC", \.part.year),
            .count("months_count", of: "months", "Months of it that have entries", \.part.months),
        ]
        return detailTable(
            "calendar_years.csv", \.anatomy.years,
            period + entryColumns(held: \.entries, liquidated: \.liquidated, negative: \.negative)
                + [.share("negative_equity_frac", "Their share", \.part.frequency)])
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
        let share = Column<DetailRow<ConditionalShare>>.share("negative_equity_frac", "Their share") {
            $0.part.inference?.frequency
        }
        return detailTable(
            "conditions.csv", \.anatomy.conditions,
            group + entryColumns("Entries held in the group", held: \.entries, negative: \.negative) + [share]
                + intervalColumns("that share") { $0.inference?.interval })
    }

    /// `time_to_liquidation.csv`: cumulative incidence of liquidation of the headline cells and of other leverages.
    private var liquidationTable: CSVTable {
        let columns: [Column<DetailRow<LiquidationPoint>>] = [
            .number("elapsed_h", "h", "Time since entry", \.part.elapsed.inHours),
            .count("liquidated_count", "Held entries liquidated by then", \.part.liquidated),
            .share("liquidated_frac", "Their share of held entries") { $0.part.inference?.frequency },
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
            assumption + entryColumns(held: \.entries, negative: \.negative)
                + [.share("negative_equity_frac", "Their share", \.part.frequency)]
                + intervalColumns("that share") { $0.interval })
    }
}

/// How many entries a part holds, and what became of them.
private func entryColumns<Part>(
    _ words: String = "Entries held", held: @escaping (Part) -> Int, liquidated: ((Part) -> Int)? = nil,
    negative: @escaping (Part) -> Double
) -> [Column<DetailRow<Part>>] {
    let all = Column<DetailRow<Part>>.count("entries_count", words) { held($0.part) }
    let closed = liquidated.map { liquidated in
        Column<DetailRow<Part>>.count("liquidated_count", "Those that were liquidated") { liquidated($0.part) }
    }
    let below = Column<DetailRow<Part>>.number("negative_count", "entries", "Those that ended below zero") {
        negative($0.part)
    }
    return [all] + (closed.map { [$0] } ?? []) + [below]
}
