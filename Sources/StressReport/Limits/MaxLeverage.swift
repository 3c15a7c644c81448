import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The highest leverage of one contract, side, holding time and platform that stayed under a chosen frequency.
struct MaxLeverage {
    /// A cell of the column; its leverage says nothing.
    let place: StudyCell
    /// The highest leverage up to which every upper bound is at or below the chosen frequency; nil when the lowest is above.
    let highest: ResultRow?
    /// The next leverage, which breaks it; nil when none does.
    let breaking: ResultRow?

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

    private init?(_ rows: [ResultRow], most: Double) {
        let judged = rows.sorted { $0.cell.leverage < $1.cell.leverage }.filter { $0.estimate.windows.entries > 0 }
        guard let first = judged.first else { return nil }
        place = first.cell
        let kept = judged.prefix { $0.estimate.status == .impossible || $0.upperBound <= most }
        highest = kept.last
        breaking = kept.count < judged.count ? judged[kept.count] : nil
    }
}

extension ResultRow {
    /// The upper end of the interval of the share below zero; 1 where there is none.
    fileprivate var upperBound: Double { estimate.exit.interval?.high ?? 1 }
}

extension MarginRequirement {
    /// The margin, in parts of the entry notional, that covers a move under a contract, before fees; nil for contracts whose
    /// debt grows with time.
    static func margin(_ move: Double, contract: ContractKind, side: Side) -> Double? {
        switch (contract, side) {
        case (.linear, _): move
        // In coins a long loses 1/(1 − move) − 1 of its notional, a short 1 − 1/(1 + move).
        case (.inverse, .long): move < 1 ? move / (1 - move) : nil
        case (.inverse, .short): move / (1 + move)
        case (.margin, _), (.spot, _): nil
        }
    }
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
                "breaking_leverage_x", "x", .number, "Next leverage of the grid, which breaks it; empty when none does"
            ) {
                field($0.breaking?.cell.leverage.value)
            },
            Column("breaking_ci_high_frac", "fraction", .number, "Upper end of its interval") {
                field($0.breaking?.estimate.exit.interval?.high)
            },
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
