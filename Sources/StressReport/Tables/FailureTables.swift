import StressBasics
import StressResults

extension RunReport {
    /// `failures.csv` and `last_good.csv` of a run with jobs that could not be done; none of a run without.
    var failureTables: [CSVTable] {
        (failures.isEmpty ? [] : [failuresTable]) + (lastGood.isEmpty ? [] : [lastGoodTable])
    }

    /// `failures.csv`: one row a price history that could not be done.
    private var failuresTable: CSVTable {
        let columns: [Column<JobFailure>] = [
            Column("asset", "", .text, "Price history that could not be done") { $0.asset },
            Column("stage", "", .text, "How far it came: reading or computing") { $0.stage.rawValue },
            Column("reason", "", .text, "Why: no_input, bad_data, timeout or memory") { $0.reason.rawValue },
            Column("exit_code", "", .integer, "What the run would have ended with, had all failed as this one") {
                String($0.exitCode)
            },
            Column("message", "", .text, "What and where, one sentence") { $0.message }.plainSigns,
            Column("hint", "", .text, "What can be done; empty when there is nothing") { $0.hint }.plainSigns,
        ]
        return CSVTable(file: "failures.csv", columns: [runColumn()] + columns, rows: failures)
    }

    /// `last_good.csv`: what an earlier run of the study found for the pages of failed price histories.
    private var lastGoodTable: CSVTable {
        let identity = keyColumns([.asset, .side, .leverage, .horizon]) { (row: LastGoodValue) in row.cell }
        let figures: [Column<LastGoodValue>] = [
            Column("negative_equity_frac", "fraction", .number, "Share below zero that the earlier run found") {
                numberText($0.share)
            },
            Column("started_utc", "UTC", .time, "When that run started") { $0.started.rfc3339 },
        ]
        return CSVTable(file: "last_good.csv", columns: [runColumn()] + identity + figures, rows: lastGood)
    }
}
