import StressBasics
import StressResults

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
            Column("wide_steps_count", "steps", .integer, "Steps between bars that are wider, which no window spans") {
                String($0.asset.wideSteps?.count ?? 0)
            },
        ]
        let steps = [
            stepColumns("widest_step", "the widest of them") { $0.wideSteps?.widest },
            stepColumns("farthest_fall", "the one across which the price fell farthest") { $0.wideSteps?.fall },
            stepColumns("farthest_rise", "the one across which the price rose farthest") { $0.wideSteps?.rise },
        ].flatMap { $0 }.map { $0.of { (line: Line) in line.asset } }
        let lines = assets.flatMap { asset in asset.files.map { Line(asset: asset, file: $0) } }
        return CSVTable(file: "inputs.csv", columns: [runColumn()] + columns + steps, rows: lines)
    }
}

/// Beginning, end and width of a step between bars, and the price's move across it; empty where there is no such step.
private func stepColumns(
    _ name: String, _ words: String, _ step: @escaping (AssetReport) -> WideSteps.Step?
) -> [Column<AssetReport>] {
    [
        Column("\(name)_before_utc", "UTC", .time, "Open of the bar before \(words)") {
            step($0)?.before.rfc3339 ?? ""
        },
        Column("\(name)_after_utc", "UTC", .time, "Open of the bar behind it") { step($0)?.after.rfc3339 ?? "" },
        Column("\(name)_h", "h", .number, "Time between the two") { field(step($0)?.length.inHours) },
        Column(
            "\(name)_move_frac", "fraction", .number,
            "From the close before to the open behind it; empty unless both are above zero"
        ) { field(step($0)?.move) },
    ]
}
