import StressBasics
import StressResults

/// A file of a price history.
private struct InputLine {
    let asset: AssetReport
    let file: InputFile
}

extension RunReport {
    /// `inputs.csv`: one row a file that was read.
    var inputsTable: CSVTable {
        let lines = assets.flatMap { asset in asset.files.map { InputLine(asset: asset, file: $0) } }
        let history = (historyColumns + stepColumns).map { $0.of { (line: InputLine) in line.asset } }
        return CSVTable(file: "inputs.csv", columns: [runColumn()] + fileColumns + history, rows: lines)
    }
}

private var fileColumns: [Column<InputLine>] {
    [
        .words("asset", "Price history, as the study names it", \.asset.asset),
        .words("file", "File, as the study names it", \.file.name),
        .count("file_bytes", of: "bytes", "Size on disk", \.file.bytes),
        .count("rows_count", of: "rows", "Data rows read from it", \.file.rows),
        .words("sha256", "SHA-256 of its bytes", \.file.digest.hex),
    ]
}

private var historyColumns: [Column<AssetReport>] {
    [
        .words("format", "Format that the history was read as", \.formatName),
        .words("format_reason", "How that format was chosen", \.formatReason),
        .count("bars_count", of: "bars", "Bars of the whole history", \.bars),
        .number("bar_h", "h", "Length of its bars", \.barLength.inHours),
        .time("first_utc", "Open of its first bar", \.first),
        .time("last_utc", "Open of its last bar", \.last),
        .number("max_gap_h", "h", "Widest step a window may span; empty when the check is off") {
            $0.maxGap?.inHours
        },
        .count("wide_steps_count", of: "steps", "Steps between bars that are wider, which no window spans") {
            $0.wideSteps?.count ?? 0
        },
    ]
}

private var stepColumns: [Column<AssetReport>] {
    step("widest_step", "the widest of them") { $0.wideSteps?.widest }
        + step("farthest_fall", "the one across which the price fell farthest") { $0.wideSteps?.fall }
        + step("farthest_rise", "the one across which the price rose farthest") { $0.wideSteps?.rise }
}

/// Beginning, end and width of a step between bars, and the price's move across it; empty where there is no such step.
private func step(
    _ name: String, _ words: String, _ find: @escaping (AssetReport) -> WideSteps.Step?
) -> [Column<AssetReport>] {
    [
        .time("\(name)_before_utc", "Open of the bar before \(words)") { find($0)?.before },
        .time("\(name)_after_utc", "Open of the bar behind it") { find($0)?.after },
        .number("\(name)_h", "h", "Time between the two") { find($0)?.length.inHours },
        .share("\(name)_move_frac", "From the close before to the open behind it; empty unless both are above zero") {
            find($0)?.move
        },
    ]
}
