import StressBasics

extension RunReport {
    /// `inputs.csv`: one row a file that was read.
    var inputsTable: CSVTable {
        struct Line {
            let asset: AssetReport
            let file: InputFile
        }
        let columns: [Column<Line>] = [
            Column("asset", "", .text, "Price history, as the study names it") { $0.asset.asset },
            Column("file", "", .text, "File, as the study names it") { $0.file.name },
            Column("file_bytes", "bytes", .integer, "Size on disk") { String($0.file.bytes) },
            Column("rows_count", "rows", .integer, "Data rows read from it") { String($0.file.rows) },
            Column("sha256", "", .text, "SHA-256 of its bytes") { $0.file.digest.hex },
            Column("format", "", .text, "Format that the history was read as") { $0.asset.formatName },
            Column("format_reason", "", .text, "How that format was chosen") { $0.asset.formatReason },
            Column("bars_count", "bars", .integer, "Bars of the whole history") { String($0.asset.bars) },
            Column("bar_h", "h", .number, "Length of its bars") { numberText($0.asset.barLength.inHours) },
            Column("first_utc", "UTC", .time, "Open of its first bar") { $0.asset.first.rfc3339 },
            Column("last_utc", "UTC", .time, "Open of its last bar") { $0.asset.last.rfc3339 },
            Column("max_gap_h", "h", .number, "Widest step a window may span; empty when the check is off") {
                field($0.asset.maxGap?.inHours)
            },
        ]
        let lines = assets.flatMap { asset in asset.files.map { Line(asset: asset, file: $0) } }
        return CSVTable(file: "inputs.csv", columns: [runColumn()] + columns, rows: lines)
    }
}
