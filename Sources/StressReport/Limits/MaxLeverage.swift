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

/// What is known of the share below zero at one leverage.
struct JudgedLeverage {
    let cell: StudyCell
    let share: Double?
    /// Upper end of its interval; nil when it cannot happen, and where there is no interval.
    let high: Double?
    let verdict: LeverageVerdict
    /// Why there is no verdict.
    let reason: UnknownLeverage
}

/// The highest leverage of one contract, side, holding time and platform that stayed under a chosen frequency, under one behaviour.
struct MaxLeverage {
    /// A cell of the column; its leverage says nothing.
    let place: StudyCell
    /// The behaviour's name; that of holding for nothing else.
    let behaviour: String
    /// The highest leverage up to which every upper bound is at or below the chosen frequency; nil when the lowest is not.
    let highest: JudgedLeverage?
    /// The lowest leverage that breaks it; nil when none is known to.
    let breaking: JudgedLeverage?
    /// The lowest leverage of which nothing is known, with the reason; nil when all are judged.
    let unknown: JudgedLeverage?
    /// Leverages of the grid by verdict.
    let counts: [LeverageVerdict: Int]

    /// What ended the search: `met` when every leverage of the grid meets it, else the verdict of the first that does not.
    let verdict: LeverageVerdict

    /// The columns of a run in plan order, those of holding first, then those of each behaviour in the cells in which it was followed.
    static func columns(of report: RunReport) -> [MaxLeverage] {
        let most = report.study.statistics.maxFrequency
        let held = report.rows.map { (Behaviour.hodl.name, $0.judged(most: most)) }
        let cells = Dictionary(report.rows.map { ($0.cell.key, $0) }, uniquingKeysWith: { first, _ in first })
        // Of a behaviour in both orders the first counts, which takes levels against the position first.
        var seen: Set<Followed> = []
        let followed = report.behaviours.filter {
            !$0.isHodl && seen.insert(Followed(cell: $0.cell.key, behaviour: $0.behaviour)).inserted
        }
        return columns(held)
            + columns(followed.map { ($0.behaviour, $0.judged(most: most, holding: cells[$0.cell.key])) })
    }

    private struct Followed: Hashable {
        let cell: CellKey
        let behaviour: String
    }

    private static func columns(_ judged: [(behaviour: String, level: JudgedLeverage)]) -> [MaxLeverage] {
        struct Key: Hashable {
            let column: CellSelector
            let behaviour: String
        }
        var (order, groups) = ([Key](), [Key: [JudgedLeverage]]())
        for (behaviour, level) in judged {
            let key = Key(column: CellSelector(like: level.cell.key, but: [.leverage]), behaviour: behaviour)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(level)
        }
        return order.compactMap { key in groups[key].flatMap { MaxLeverage($0, behaviour: key.behaviour) } }
    }

    /// Nil without levels.
    init?(_ levels: [JudgedLeverage], behaviour: String = Behaviour.hodl.name) {
        let judged = levels.sorted { $0.cell.leverage < $1.cell.leverage }
        guard let first = judged.first else { return nil }
        (place, self.behaviour) = (first.cell, behaviour)
        let kept = judged.prefix { $0.verdict == .met }
        highest = kept.last
        verdict = kept.count < judged.count ? judged[kept.count].verdict : .met
        breaking = judged.first { $0.verdict == .broken }
        unknown = judged.first { $0.verdict == .unknown }
        counts = Dictionary(judged.map { ($0.verdict, 1) }, uniquingKeysWith: +)
    }
}

extension ResultRow {
    /// Whether the share below zero is shown to stay at or below `most`.
    func verdict(most: Double) -> LeverageVerdict {
        if estimate.status == .impossible { return .met }
        guard estimate.windows.entries > 0, let high = estimate.exit.interval?.high else { return .unknown }
        return high <= most ? .met : .broken
    }

    /// What is known of the leverage, held.
    func judged(most: Double) -> JudgedLeverage {
        JudgedLeverage(
            cell: cell, share: estimate.exit.frequency, high: estimate.exit.interval?.high,
            verdict: verdict(most: most), reason: unknownLeverage)
    }

    /// Why there is no verdict.
    private var unknownLeverage: UnknownLeverage {
        if estimate.windows.entries == 0 { return estimate.windows.rejected > 0 ? .rejected : .noData }
        return estimate.exit.frequency == nil ? .notComputed : .noInterval
    }
}

extension BehaviourResult {
    /// What is known of the leverage under the behaviour.
    ///
    /// - Parameter holding: the cell held, of which it is known whether it can end below zero at all.
    func judged(most: Double, holding: ResultRow?) -> JudgedLeverage {
        let high = estimate.negativeInterval?.high
        let isImpossible = holding?.estimate.status == .impossible && estimate.negative == 0
        let verdict: LeverageVerdict =
            estimate.entries == 0
            ? .unknown : high.map { $0 <= most ? .met : .broken } ?? (isImpossible ? .met : .unknown)
        return JudgedLeverage(
            cell: cell, share: estimate.negativeShare, high: high, verdict: verdict,
            reason: estimate.entries > 0 ? .noInterval : estimate.rejected > 0 ? .rejected : .noData)
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
        if let breaking { parts.append(breakingWords(breaking, most: most)) }
        if let unknown {
            let count = counted(counts[.unknown] ?? 0, "leverage", "leverages")
            parts.append(
                "nothing is known of \(count), the lowest \(leverageText(unknown)): \(unknown.reason.words)")
        }
        return parts.joined(separator: "; ") + "."
    }

    /// A share that is within says nothing against a leverage: that its interval is not does.
    private func breakingWords(_ level: JudgedLeverage, most: Double) -> String {
        let leverage = leverageText(level)
        guard let share = level.share, let high = level.high, share <= most else {
            return "\(leverage) is the lowest leverage that is above"
        }
        return "\(leverage) has \(shareText(share)), but its interval reaches \(shareText(high))"
    }

    private func leverageText(_ level: JudgedLeverage) -> String {
        significantText(level.cell.leverage.value, digits: 4) + "×"
    }
}

extension RunReport {
    /// `max_leverage.csv`: what a risk officer sets.
    var maxLeverageTable: CSVTable {
        let place: [Column<MaxLeverage>] = keyColumns(CellAxis.allCases.filter { $0 != .leverage }) { $0.place.key }
        return CSVTable(
            file: "max_leverage.csv",
            columns: [runColumn()] + place + verdictColumns(study.statistics.maxFrequency) + highestColumns
                + breakingColumns + unknownColumns + marginColumns
                + [.confidence(study.statistics.confidence), behaviourColumn],
            rows: MaxLeverage.columns(of: self))
    }

    private var marginColumns: [Column<MaxLeverage>] {
        let ofAsset = Dictionary(grouping: requirements, by: \.asset)
        func margin(_ item: MaxLeverage, _ find: (RequiredMargin) -> Double?) -> Double? {
            self.margin(item, of: ofAsset[item.place.asset] ?? [], find)
        }
        return [
            .number(
                "margin_observed_frac", "of notional",
                "Initial margin that, with nobody liquidating, would have kept the share of entries below zero at some bar at the chosen frequency; without interest and funding; linear and inverse contracts"
            ) { margin($0, \.observedMove) },
            .number(
                "margin_frac", "of notional",
                "The same with the upper end of the interval at the chosen frequency; empty when the history is too short to show it"
            ) { margin($0, \.safeMove) },
            .number("margin_leverage_x", "x", "Leverage of margin_frac") {
                margin($0, \.safeMove).flatMap { $0 > 0 ? 1 / $0 : nil }
            },
        ]
    }

    /// The margin that covers a move and the fee of opening; nil for behaviours, and where the history asks for none.
    ///
    /// - Parameter requirements: those of the item's asset.
    private func margin(
        _ item: MaxLeverage, of requirements: [MarginRequirement], _ find: (RequiredMargin) -> Double?
    ) -> Double? {
        let place = item.place
        let requirement = requirements.first { $0.side == place.side && $0.horizon == place.horizon }
        guard item.behaviour == Behaviour.hodl.name, let move = requirement.flatMap({ find($0.margin) }),
            let margin = MarginRequirement.margin(move, contract: place.contract, side: place.side)
        else { return nil }
        return margin + (study.rules(of: place.key)?.fees.open ?? 0)
    }
}

private func verdictColumns(_ maxFrequency: Double) -> [Column<MaxLeverage>] {
    [
        .share("max_frequency_frac", "The chosen frequency below zero") { _ in maxFrequency },
        .words(
            "verdict",
            "met: the interval's upper end is at or below it for every leverage; else of the lowest for which it is not: "
                + "broken (above) or unknown (no interval, which is not broken)"
        ) { $0.verdict.rawValue },
    ]
}

/// The highest leverage up to which all is well.
private var highestColumns: [Column<MaxLeverage>] {
    [
        .number(
            "max_leverage_x", "x",
            "Highest leverage of the grid up to which every interval's upper end is at or below it; empty when none is"
        ) { $0.highest?.cell.leverage.value },
        .share("negative_equity_frac", "Share of entries below zero there") { $0.highest?.share },
        .share("ci_high_frac", "Upper end of its interval; empty when it cannot happen") { $0.highest?.high },
    ]
}

/// The lowest leverage that breaks it, and how many do.
private var breakingColumns: [Column<MaxLeverage>] {
    [
        .number(
            "breaking_leverage_x", "x", "Lowest leverage of the grid that breaks it; empty when none is known to"
        ) { $0.breaking?.cell.leverage.value },
        .share("breaking_ci_high_frac", "Upper end of its interval") { $0.breaking?.high },
        .count("met_count", of: "leverages", "Leverages of the grid that meet it") { $0.counts[.met] ?? 0 },
        .count("broken_count", of: "leverages", "Leverages that break it") { $0.counts[.broken] ?? 0 },
    ]
}

/// The leverages that nothing is known of, and why.
private var unknownColumns: [Column<MaxLeverage>] {
    [
        .count("unknown_count", of: "leverages", "Leverages of which nothing is known") { $0.counts[.unknown] ?? 0 },
        .number(
            "unknown_leverage_x", "x", "Lowest leverage of which nothing is known; empty when all are judged"
        ) { $0.unknown?.cell.leverage.value },
        .words(
            "unknown_reason",
            "Why: \(UnknownLeverage.allCases.map { "\($0.rawValue) (\($0.words))" }.joined(separator: ", "))"
        ) { $0.unknown?.reason.rawValue },
    ]
}

private var behaviourColumn: Column<MaxLeverage> {
    .words(
        "behaviour",
        "Name of the behaviour, as in behaviours.csv; hodl is holding to the end, whose rows come first. The margins are of "
            + "hodl alone", \.behaviour)
}
