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
        return CSVTable(file: "data_quality.csv", columns: [runColumn(), assetColumn] + findingColumns, rows: findings)
    }
}

private var assetColumn: Column<AssetFinding> { .words("asset", "Price history, as the study names it", \.asset) }

private var findingColumns: [Column<AssetFinding>] {
    (checkColumns + placeColumns + messageColumns).map { $0.of { (row: AssetFinding) in row.finding } }
}

private var checkColumns: [Column<Finding>] {
    [
        .words("check", "Name of the check, stable across versions", \.check),
        .words("severity", "pass, note, warning or error", \.severity.rawValue),
        .count(
            "affected_count", of: "rows", "Rows, bars or steps it speaks of; 0 for a check that passed", \.count),
    ]
}

private var placeColumns: [Column<Finding>] {
    [
        .words("file", "File of the first place, as the study names it") { $0.location?.file },
        .integer("line_number", "Physical line of the first place, from 1") { $0.location?.line },
        .integer("column_number", "Field of the first place, from 1") { $0.location?.column },
        .words("column_name", "Header of that field") { $0.location?.columnName },
        .words("text", "The offending text") { $0.location?.text },
        .time("time_utc", "Open time of the first bar concerned", \.time),
    ]
}

private var messageColumns: [Column<Finding>] {
    [
        .words("action", "What was done about it; empty when nothing was", \.action).plainSigns,
        .words("message", "What was seen", \.message).plainSigns,
        .words("hint", "What to do about it; empty when there is nothing to do", \.hint).plainSigns,
        .words("kind", "summary of a check, or detail: one of the places behind a summary") {
            $0.isDetail ? "detail" : "summary"
        },
    ]
}
