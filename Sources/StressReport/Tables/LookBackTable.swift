import StressBasics
import StressResults
import StressStatistics

extension RunReport {
    /// `look_back_margin.csv`, where a study asks for it.
    var lookBackTables: [CSVTable] { lookBackMargins.isEmpty ? [] : [lookBackTable] }

    private var lookBackTable: CSVTable {
        let columns = questionColumns + evidenceColumns + countedColumns + normalColumns + largestColumns
        return CSVTable(file: "look_back_margin.csv", columns: [runColumn()] + columns, rows: lookBackMargins)
    }

    private var questionColumns: [Column<LookBackMargin>] {
        [
            .words("asset", "Price history, as the study names it", \.asset),
            .words("side", "Direction whose losses are counted", \.side.rawValue),
            .time("as_of_utc", "When the look-back ends", \.asOf),
            .count(
                "hour_utc_h", of: "h", "Hour of the day whose last known price stands for the day, UTC", \.hour),
            .number("look_back_d", "d", "Length of the look-back") { $0.lookBack.inHours / 24 },
            .share("max_frequency_frac", "Share of days that may go beyond the margin", \.frequency),
        ]
    }

    private var evidenceColumns: [Column<LookBackMargin>] {
        [
            .words("status", "What could be said: \(LookBackMargin.statusWords)", \.status.rawValue),
            .count(
                "moves_count", of: "days", "Moves from one day's price to the next within the look-back", \.moves),
            .count("left_out_count", of: "days", "Moves left out because a price was 0 or below", \.leftOut),
        ]
    }

    private var countedColumns: [Column<LookBackMargin>] {
        [
            .number(
                "margin_frac", "ln of price",
                "By counting: the smallest loss that no more than the share of days goes beyond"
            ) { $0.counted?.observedMove },
            .number("ci_low_frac", "ln of price", "Lower end of its interval, that of the share read backwards") {
                $0.counted?.leastMove
            },
            .number("ci_high_frac", "ln of price", "Upper end; empty when the look-back is too short for one") {
                $0.counted?.safeMove
            },
            .confidence(of: "the interval", study.statistics.confidence),
            .number("leverage_x", "x", "1 / margin_frac") { reciprocal($0.counted?.observedMove) },
        ]
    }

    private var normalColumns: [Column<LookBackMargin>] {
        [
            .number("deviation_frac", "ln of price", "Standard deviation of the moves", \.deviation),
            .number("normal_margin_frac", "ln of price", "Quantile of the normal distribution times it", \.normal),
            .number("normal_leverage_x", "x", "1 / normal_margin_frac") { reciprocal($0.normal) },
        ]
    }

    private var largestColumns: [Column<LookBackMargin>] {
        let largest = LargestLookBacks(lookBackMargins)
        return [
            .number("largest_leverage_x", "x", "1 / the largest margin_frac of all look-backs to this day") {
                reciprocal(largest.counted($0))
            },
            .number("largest_normal_leverage_x", "x", "1 / the largest normal_margin_frac of them") {
                reciprocal(largest.normal($0))
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
