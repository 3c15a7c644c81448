import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What a leverage's interval says of a chosen frequency; the raw value is what outputs print.
enum LeverageVerdict: String, CaseIterable {
    /// The upper end of its interval is at or below, or it cannot go below zero at all.
    case met
    /// The upper end is above: that it stays under is not shown.
    case broken
    /// There is no interval to judge by, which says nothing for or against it.
    case unknown
}

/// Why nothing is known of a leverage; the raw value is what outputs print.
enum UnknownLeverage: String, CaseIterable {
    /// The platform opens no such position.
    case rejected
    /// No entry has a whole window, or the history's job failed.
    case noData = "no_data"
    /// The study does not compute the share.
    case notComputed = "not_computed"
    /// The share has no interval.
    case noInterval = "no_interval"

    /// As the end of a sentence.
    var words: String {
        switch self {
        case .rejected: "the platform opens no such position"
        case .noData: "no entry has a whole window"
        case .notComputed: "the study does not compute it"
        case .noInterval: "its share has no interval"
        }
    }
}

/// The highest leverage of one contract, side, holding time and platform that stayed under a chosen frequency.
struct MaxLeverage {
    /// A cell of the column; its leverage says nothing.
    let place: StudyCell
    /// The highest leverage up to which every upper bound is at or below the chosen frequency; nil when the lowest is not.
    let highest: ResultRow?
    /// The lowest leverage that breaks it; nil when none is known to.
    let breaking: ResultRow?
    /// The lowest leverage of which nothing is known, with the reason; nil when all are judged.
    let unknown: (row: ResultRow, reason: UnknownLeverage)?
    /// Leverages of the grid by verdict.
    let counts: [LeverageVerdict: Int]

    /// What ended the search: `met` when every leverage of the grid meets it, else the verdict of the first that does not.
    let verdict: LeverageVerdict

    /// The columns of a run in plan order.
    static func columns(of report: RunReport) -> [MaxLeverage] {
        struct Key: Hashable {
            let asset: String
            let contract: ContractKind
            let side: Side
            let horizon: TimeSpan
            let platform: String
        }
        var (order, groups) = ([Key](), [Key: [ResultRow]]())
        for row in report.rows {
            let cell = row.cell
            let key = Key(
                asset: cell.asset, contract: cell.contract, side: cell.side, horizon: cell.horizon,
                platform: cell.platform)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(row)
        }
        let most = report.study.statistics.maxFrequency
        return order.compactMap { groups[$0] }.compactMap { MaxLeverage($0, most: most) }
    }

    /// Nil without rows.
    init?(_ rows: [ResultRow], most: Double) {
        let sorted = rows.sorted { $0.cell.leverage < $1.cell.leverage }
        guard let first = sorted.first else { return nil }
        place = first.cell
        let judged = sorted.map { ($0, $0.verdict(most: most)) }
        let kept = judged.prefix { $0.1 == .met }
        highest = kept.last?.0
        verdict = kept.count < judged.count ? judged[kept.count].1 : .met
        breaking = judged.first { $0.1 == .broken }?.0
        unknown = judged.first { $0.1 == .unknown }.map { ($0.0, $0.0.unknownLeverage) }
        counts = Dictionary(judged.map { ($0.1, 1) }, uniquingKeysWith: +)
    }
}

extension ResultRow {
    /// Whether the share below zero is shown to stay at or below `most`.
    func verdict(most: Double) -> LeverageVerdict {
        if estimate.status == .impossible { return .met }
        guard estimate.windows.entries > 0, let high = estimate.exit.interval?.high else { return .unknown }
        return high <= most ? .met : .broken
    }

    /// Why there is no verdict.
    fileprivate var unknownLeverage: UnknownLeverage {
        if estimate.windows.entries == 0 { return estimate.windows.rejected > 0 ? .rejected : .noData }
        return estimate.exit.frequency == nil ? .notComputed : .noInterval
    }
}

extension MaxLeverage {
    /// `Up to 5× the interval's upper end is at or below 0.1 %; 10× is the lowest leverage that does not show it; nothing is known of 2
    /// leverages, the lowest 50×: the platform opens no such position.`
    func words(most: Double) -> String {
        let chosen = shareText(most)
        var parts = [
            highest.map { "Up to \(leverageText($0)) the interval’s upper end is at or below \(chosen)" }
                ?? "No leverage of the grid is shown to stay at or below \(chosen)"
        ]
        if let breaking { parts.append("\(leverageText(breaking)) is the lowest leverage that is above") }
        if let unknown {
            let count = counted(counts[.unknown] ?? 0, "leverage", "leverages")
            parts.append(
                "nothing is known of \(count), the lowest \(leverageText(unknown.row)): \(unknown.reason.words)")
        }
        return parts.joined(separator: "; ") + "."
    }

    private func leverageText(_ row: ResultRow) -> String { significantText(row.cell.leverage.value, digits: 4) + "×" }
}

extension RunReport {
    /// `max_leverage.csv`: what a risk officer sets.
    var maxLeverageTable: CSVTable {
        let statistics = study.statistics
        func requirement(_ item: MaxLeverage) -> MarginRequirement? {
            requirements.first {
                $0.asset == item.place.asset && $0.side == item.place.side && $0.horizon == item.place.horizon
            }
        }
        func margin(_ item: MaxLeverage, _ find: (RequiredMargin) -> Double?) -> Double? {
            guard let move = requirement(item).flatMap({ find($0.margin) }),
                let margin = MarginRequirement.margin(move, contract: item.place.contract, side: item.place.side)
            else { return nil }
            let fee = study.platform(named: item.place.platform)?.rules.fees.open ?? 0
            return margin + fee
        }
        let own: [Column<MaxLeverage>] = [
            Column("max_frequency_frac", "fraction", .number, "The chosen frequency below zero") { _ in
                numberText(statistics.maxFrequency)
            },
            Column(
                "verdict", "", .text,
                "met: the interval's upper end is at or below it for every leverage; else of the lowest for which it is not: "
                    + "broken (above) or unknown (no interval, which is not broken)"
            ) { $0.verdict.rawValue },
            Column(
                "max_leverage_x", "x", .number,
                "Highest leverage of the grid up to which every interval's upper end is at or below it; empty when none is"
            ) { field($0.highest?.cell.leverage.value) },
            Column("negative_equity_frac", "fraction", .number, "Share of entries below zero there") {
                field($0.highest?.estimate.exit.frequency)
            },
            Column("ci_high_frac", "fraction", .number, "Upper end of its interval; empty when it cannot happen") {
                field($0.highest?.estimate.exit.interval?.high)
            },
            Column(
                "breaking_leverage_x", "x", .number,
                "Lowest leverage of the grid that breaks it; empty when none is known to"
            ) {
                field($0.breaking?.cell.leverage.value)
            },
            Column("breaking_ci_high_frac", "fraction", .number, "Upper end of its interval") {
                field($0.breaking?.estimate.exit.interval?.high)
            },
            Column("met_count", "leverages", .integer, "Leverages of the grid that meet it") {
                String($0.counts[.met] ?? 0)
            },
            Column("broken_count", "leverages", .integer, "Leverages that break it") {
                String($0.counts[.broken] ?? 0)
            },
            Column("unknown_count", "leverages", .integer, "Leverages of which nothing is known") {
                String($0.counts[.unknown] ?? 0)
            },
            Column(
                "unknown_leverage_x", "x", .number,
                "Lowest leverage of which nothing is known; empty when all are judged"
            ) { field($0.unknown?.row.cell.leverage.value) },
            Column(
                "unknown_reason", "", .text,
                "Why: \(UnknownLeverage.allCases.map { "\($0.rawValue) (\($0.words))" }.joined(separator: ", "))"
            ) { $0.unknown?.reason.rawValue ?? "" },
            Column(
                "margin_observed_frac", "of notional", .number,
                "Initial margin that, with nobody liquidating, would have kept the share of entries below zero at some bar at the chosen frequency; without interest and funding; linear and inverse contracts"
            ) { margin($0) { $0.observedMove }.map(numberText) ?? "" },
            Column(
                "margin_frac", "of notional", .number,
                "The same with the upper end of the interval at the chosen frequency; empty when the history is too short to show it"
            ) { margin($0) { $0.safeMove }.map(numberText) ?? "" },
            Column("margin_leverage_x", "x", .number, "Leverage of margin_frac") {
                field(margin($0) { $0.safeMove }.flatMap { $0 > 0 ? 1 / $0 : nil })
            },
            Column("confidence", "fraction", .number, "Confidence of the intervals") { _ in
                numberText(statistics.confidence)
            },
        ]
        let identity = cellColumns.filter { $0.name != CellAxis.leverage.column }.map {
            $0.of { (item: MaxLeverage) in item.place }
        }
        return CSVTable(
            file: "max_leverage.csv", columns: [runColumn()] + identity + own, rows: MaxLeverage.columns(of: self))
    }
}
