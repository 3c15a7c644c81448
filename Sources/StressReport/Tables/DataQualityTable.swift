import StressBasics
import StressResults

/// One finding with the asset it speaks of.
private struct AssetFinding {
    let asset: String
    let finding: Finding
}

extension RunReport {
    /// `data_quality.csv`: one row a finding, in the order they were made; nothing is left out.
    var dataQualityTable: CSVTable {
        let findings = assets.flatMap { asset in
            asset.findings.map { AssetFinding(asset: asset.asset, finding: $0) }
        }
        return CSVTable(file: "data_quality.csv", columns: [runColumn()] + findingColumns, rows: findings)
    }
}

private var findingColumns: [Column<AssetFinding>] {
    [
        Column("asset", "", .text, "Price history, as the study names it") { $0.asset },
        Column("check", "", .text, "Name of the check, stable across versions") { $0.finding.check },
        Column("severity", "", .text, "pass, note, warning or error") { $0.finding.severity.rawValue },
        Column("affected_count", "rows", .integer, "Rows, bars or steps it speaks of; 0 for a check that passed") {
            String($0.finding.count)
        },
        Column("file", "", .text, "File of the first place, as the study names it") { $0.finding.location?.file ?? "" },
        Column("line_number", "", .integer, "Physical line of the first place, from 1") {
            place($0.finding.location?.line)
        },
        Column("column_number", "", .integer, "Field of the first place, from 1") {
            place($0.finding.location?.column)
        },
        Column("column_name", "", .text, "Header of that field") { $0.finding.location?.columnName ?? "" },
        Column("text", "", .text, "The offending text") { $0.finding.location?.text ?? "" },
        Column("time_utc", "UTC", .time, "Open time of the first bar concerned") { $0.finding.time?.rfc3339 ?? "" },
        Column("action", "", .text, "What was done about it; empty when nothing was") { $0.finding.action }.plainSigns,
        Column("message", "", .text, "What was seen") { $0.finding.message }.plainSigns,
        Column("hint", "", .text, "What to do about it; empty when there is nothing to do") { $0.finding.hint }
            .plainSigns,
        Column("kind", "", .text, "summary of a check, or detail: one of the places behind a summary") {
            $0.finding.isDetail ? "detail" : "summary"
        },
    ]
}

private func place(_ number: Int?) -> String { number.map(String.init) ?? "" }
