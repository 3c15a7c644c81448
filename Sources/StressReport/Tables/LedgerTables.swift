import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Something of a platform.
private struct OfPlatform<Part> {
    let platform: String
    let part: Part
}

/// What a queue took.
private struct QueueLine {
    let queue: QueueResult
    let day: QueueDay
}

extension RunReport {
    /// `fund.csv`, `fund_episodes.csv`, `fund_needed.csv`, `adl.csv`, `adl_classes.csv` and `platforms.csv`, where a ledger ran.
    var ledgerTables: [CSVTable] {
        ledger == nil ? [] : [fundTable, episodesTable, neededTable, queuesTable, queueClassesTable, platformsTable]
    }

    private func table<Part>(
        _ file: String, _ parts: (LedgerResult) -> [Part], _ own: [Column<Part>]
    ) -> CSVTable {
        let rows = (ledger?.platforms ?? []).flatMap { result in
            parts(result).map { OfPlatform(platform: result.platform, part: $0) }
        }
        let platform = Column<OfPlatform<Part>>(
            CellAxis.platform.column, "", .text, CellAxis.platform.words
        ) { $0.platform }
        return CSVTable(
            file: file, columns: [runColumn(), platform] + own.map { $0.of { (row: OfPlatform<Part>) in row.part } },
            rows: rows)
    }

    /// `fund.csv`: one row a UTC day with bars.
    private var fundTable: CSVTable {
        table(
            "fund.csv", \.days,
            [
                Column("day_utc", "time", .time, "Midnight at the day's beginning") { $0.day.rfc3339 },
                amount("balance_quote", "Insurance fund at the day's end", \.balance),
                amount("lowest_quote", "The lowest it was in the day", \.lowest),
                amount("inflow_quote", "What flowed into it: surplus, its part of fees, top-ups", \.inflow),
                amount("outflow_quote", "What it paid for positions below zero", \.outflow),
                amount("shortfall_quote", "What the day's losers were short of", \.shortfall),
                amount("unpaid_quote", "What the fund could not pay of it", \.unpaid),
                amount("socialised_quote", "What was charged to the day's winners", \.socialised),
                Column("shortfall_count", "entries", .integer, "Positions closed below zero") { String($0.shortfalls) },
                Column("unpaid_count", "entries", .integer, "Those the fund could not pay in full") {
                    String($0.unpaidShortfalls)
                },
            ])
    }

    /// `fund_episodes.csv`: when the fund could not pay.
    private var episodesTable: CSVTable {
        table(
            "fund_episodes.csv", \.episodes,
            [
                Column("start_utc", "time", .time, "Open time of the bar in which the fund could not pay") {
                    $0.start.rfc3339
                },
                Column(
                    "last_day_utc", "time", .time,
                    "The next day that ended with more in the fund than its floor; empty when the history ended first"
                ) { $0.lastDay?.rfc3339 ?? "" },
                amount("unpaid_quote", "What it could not pay", \.unpaid),
                Column("unpaid_count", "entries", .integer, "Positions it could not pay in full") {
                    String($0.shortfalls)
                },
            ])
    }

    /// `fund_needed.csv`: the fund that would have paid a share of the days, and of the shortfalls.
    private var neededTable: CSVTable {
        table(
            "fund_needed.csv", \.needed,
            [
                Column("of", "", .text, "What the share is of: days with bars, or shortfalls") { $0.basis.rawValue },
                Column("paid_frac", "fraction", .number, "Share that would have been paid in full") {
                    numberText($0.share)
                },
                Column(
                    "fund_quote", "quote", .number,
                    "Fund at the beginning of a day, its floor included, that would have done it"
                ) {
                    numberText($0.amount)
                },
                Column("ci_low_quote", "quote", .number, "Lower end of its interval; empty where there is none") {
                    field($0.interval?.low)
                },
                Column("ci_high_quote", "quote", .number, "Upper end of it; empty where nothing bounds it") {
                    field($0.interval.flatMap { $0.high.isFinite ? $0.high : nil })
                },
                .confidence(of: "the interval", study.statistics.confidence),
                Column("count", "", .integer, "Days or shortfalls that it stands on") { String($0.count) },
            ])
    }

    /// `adl.csv`: what every queue took, by day, and in all with an empty day.
    private var queuesTable: CSVTable {
        table("adl.csv", { $0.queues.flatMap(queueLines) }, queueColumns)
    }

    /// `adl_classes.csv`: what every queue took from each class.
    private var queueClassesTable: CSVTable {
        table(
            "adl_classes.csv",
            { result in result.queues.flatMap { queue in queue.classes.map { QueueShare(queue: queue, group: $0) } } },
            [
                ruleColumn(\.queue), ownColumn(\.queue),
                Column(CellAxis.side.column, "", .text, CellAxis.side.words) { $0.group.side.rawValue },
                Column(CellAxis.leverage.column, CellAxis.leverage.unit, .number, CellAxis.leverage.words) {
                    numberText($0.group.leverage.value)
                },
                Column(
                    "deleveraged_count", "entries", .integer,
                    "Its positions that were closed or reduced, every time counted"
                ) { String($0.group.touched) },
                amount("haircut_quote", "What they gave up", \.group.haircut),
                Column("haircut_frac", "fraction", .number, "The same over what all classes gave up under the queue") {
                    field($0.group.haircut.part(of: $0.queue.total.haircut))
                },
            ])
    }
}

/// What a queue took from a class.
private struct QueueShare {
    let queue: QueueResult
    let group: QueueClass
}

private func ruleColumn<Row>(_ queue: @escaping (Row) -> QueueResult) -> Column<Row> {
    let rules = DeleveragingRule.allCases.map(\.rawValue).joined(separator: ", ")
    return Column("adl", "", .text, "Queue of winners: \(rules)") { queue($0).rule.rawValue }
}

private func ownColumn<Row>(_ queue: @escaping (Row) -> QueueResult) -> Column<Row> {
    Column("is_own", "", .text, "Whether it is the platform's own: true or false") { "\(queue($0).isOwn)" }
}

private func queueLines(_ queue: QueueResult) -> [QueueLine] {
    ([queue.total] + queue.days).map { QueueLine(queue: queue, day: $0) }
}

private var queueColumns: [Column<QueueLine>] {
    let day = Column<QueueLine>(
        "day_utc", "time", .time, "Midnight at the day's beginning; empty for all days together"
    ) { $0.day.day?.rfc3339 ?? "" }
    return [day, ruleColumn(\.queue), ownColumn(\.queue), touchedColumn] + takenColumns + meetingColumns
}

private var touchedColumn: Column<QueueLine> {
    .count(
        "deleveraged_count", "Winners' positions that were closed or reduced, every time counted", \.day.touched)
}

/// What a queue took from winners, and what was still owed.
private var takenColumns: [Column<QueueLine>] {
    [
        amount("closed_quote", "Notional that was closed, at the fill", \.day.notional),
        amount("haircut_quote", "What the winners gave up", \.day.haircut),
        amount("haircut_max_quote", "The largest haircut of one meeting", \.day.largest),
        .number("haircut_p50_quote", "quote", "The middle one; empty for all days together", \.day.median),
        .share("profit_frac", "Haircut over the profit they had when they were met", \.day.profitShare),
        Column(
            "owed_quote", "quote", .number, "What traders owed under this queue in the end; of all days together"
        ) { $0.day.day == nil ? $0.queue.owed.text : "" },
    ]
}

private var meetingColumns: [Column<QueueLine>] {
    [
        .number("haircut_mean_quote", "quote", "What one meeting took on average") {
            $0.day.touched > 0 ? $0.day.haircut.quote / Double($0.day.touched) : nil
        },
        .count(
            "deleveraged_positions_count",
            "Winners' positions that were closed or reduced, each counted once; of all days together", \.day.positions
        ),
    ]
}

/// A column of money, exact.
func amount<Row>(
    _ name: String, _ meaning: String, _ find: @escaping (Row) -> LedgerAmount
) -> Column<Row> {
    Column(name, "quote", .number, meaning) { find($0).text }
}
