import StressBasics
import StressResults
import StressStatistics

extension RunReport {
    /// `look_back_margin.csv`, where a study asks for it.
    var lookBackTables: [CSVTable] { lookBackMargins.isEmpty ? [] : [lookBackTable] }

    private var lookBackTable: CSVTable {
        let confidence = study.statistics.confidence
        let question: [Column<LookBackMargin>] = [
            Column("asset", "", .text, "Price history, as the study names it") { $0.asset },
            Column("side", "", .text, "Direction whose losses are counted") { $0.side.rawValue },
            Column("as_of_utc", "UTC", .time, "When the look-back ends") { $0.asOf.rfc3339 },
            Column("hour_utc_h", "h", .integer, "Hour of the day whose last known price stands for the day, UTC") {
                String($0.hour)
            },
            Column("look_back_d", "d", .number, "Length of the look-back") { numberText($0.lookBack.inHours / 24) },
            Column("max_frequency_frac", "fraction", .number, "Share of days that may go beyond the margin") {
                numberText($0.frequency)
            },
            Column("status", "", .text, "What could be said: \(LookBackMargin.statusWords)") { $0.status.rawValue },
            Column("moves_count", "days", .integer, "Moves from one day's price to the next within the look-back") {
                String($0.moves)
            },
            Column("left_out_count", "days", .integer, "Moves left out because a price was 0 or below") {
                String($0.leftOut)
            },
        ]
        let answer = lookBackAnswer(confidence)
        return CSVTable(
            file: "look_back_margin.csv", columns: [runColumn()] + question + answer, rows: lookBackMargins)
    }

    private func lookBackAnswer(_ confidence: Double) -> [Column<LookBackMargin>] {
        let largest = LargestLookBacks(lookBackMargins)
        return [
            Column(
                "margin_frac", "ln of price", .number,
                "By counting: the smallest loss that no more than the share of days goes beyond"
            ) { field($0.counted?.observedMove) },
            Column("ci_low_frac", "ln of price", .number, "Lower end of its interval, that of the share read backwards")
            {
                field($0.counted?.leastMove)
            },
            Column("ci_high_frac", "ln of price", .number, "Upper end; empty when the look-back is too short for one") {
                field($0.counted?.safeMove)
            },
            Column("confidence", "fraction", .number, "Confidence of the interval") { _ in numberText(confidence) },
            Column("leverage_x", "x", .number, "1 / margin_frac") { field(reciprocal($0.counted?.observedMove)) },
            Column("deviation_frac", "ln of price", .number, "Standard deviation of the moves") { field($0.deviation) },
            Column("normal_margin_frac", "ln of price", .number, "Quantile of the normal distribution times it") {
                field($0.normal)
            },
            Column("normal_leverage_x", "x", .number, "1 / normal_margin_frac") { field(reciprocal($0.normal)) },
            Column("largest_leverage_x", "x", .number, "1 / the largest margin_frac of all look-backs to this day") {
                field(reciprocal(largest.counted($0)))
            },
            Column("largest_normal_leverage_x", "x", .number, "1 / the largest normal_margin_frac of them") {
                field(reciprocal(largest.normal($0)))
            },
        ]
    }
}

/// Nil where no margin is needed.
private func reciprocal(_ margin: Double?) -> Double? { margin.flatMap { $0 > 0 ? 1 / $0 : nil } }

/// The largest margin of the look-backs that end together: what supervisors publish.
private struct LargestLookBacks {
    private struct Key: Hashable {
        let asset: String
        let side: Side
        let asOf: UTCInstant
        let frequency: Double

        init(_ margin: LookBackMargin) {
            (asset, side, asOf, frequency) = (margin.asset, margin.side, margin.asOf, margin.frequency)
        }
    }

    private let groups: [Key: [LookBackMargin]]

    init(_ margins: [LookBackMargin]) { groups = Dictionary(grouping: margins, by: Key.init) }

    func counted(_ margin: LookBackMargin) -> Double? { largest(margin) { $0.counted?.observedMove } }
    func normal(_ margin: LookBackMargin) -> Double? { largest(margin) { $0.normal } }

    /// Nil when one of them has none: the largest of the others may not be the largest.
    private func largest(_ margin: LookBackMargin, _ find: (LookBackMargin) -> Double?) -> Double? {
        let all = groups[Key(margin)] ?? []
        let found = all.compactMap { $0.status == .ok ? find($0) : nil }
        return found.count == all.count ? found.max() : nil
    }
}

extension LookBackMargin {
    fileprivate static var statusWords: String { Status.allCases.map(\.rawValue).joined(separator: ", ") }
}
