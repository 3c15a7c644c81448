import StressBasics
import StressResults
import StudyPlan

/// The limits of a study on the front page of a run, by verdict, what is breached first.
struct LimitsSection {
    let groups: [LimitGroup]
    let together: String?
    /// The page of a price history and direction.
    private let pages: [PageKey: String]

    private struct PageKey: Hashable {
        let asset: String
        let side: Side?
    }

    /// From so many limits on, each verdict has a heading.
    static let mostTogether = 6
    /// Met limits that need no folding.
    static let mostOpen = 12
    /// Breaches of one limit that are listed; all are in `limits.csv`.
    static let mostBreaches = 40

    init(_ report: RunReport, pages: [AssetSide]) {
        groups = report.limitGroups
        together = report.togetherWords
        self.pages = Dictionary(
            pages.map { (PageKey(asset: $0.asset.asset, side: $0.side), $0.fileName) },
            uniquingKeysWith: { first, _ in first })
    }

    private static let order: [(LimitCheck.Outcome, String)] = [
        (.breach, "Breached"), (.notShown, "Not shown"), (.noValue, "Without a value"),
        (.noHistory, "Too few runs yet"), (.met, "Met"),
    ]

    /// The section.
    var section: ReportSection {
        let definition =
            "What each limit says of its cells. Met: their intervals lie within the limit. Breached: \(boundWords) lies beyond it, "
            + "whatever else the interval holds. Not shown: neither of the two, as the limit lies inside the interval or nothing gives one."
        let lists = groups.count > LimitsSection.mostTogether ? byVerdict : [list(ordered)]
        return ReportSection(
            "limits", label: "Limits", title: "What the study allows", definition: definition,
            lists + (togetherWords.map { [.paragraph(.key, $0)] } ?? []) + [.source(["limits.csv"])])
    }

    /// What the study holds against its limits.
    private var boundWords: String {
        let bounds = Set(groups.map(\.limit.bound))
        guard bounds.count == 1, let bound = bounds.first else { return "the value, or what bound names," }
        return switch bound {
        case .value: "the value"
        case .lower: "the lower end of the interval"
        case .upper: "the upper end of the interval"
        case .interval: "all of the interval"
        }
    }

    private var togetherWords: String? {
        together.map { "\($0), by intervals that hold all of them at once, from the same resamples as each one’s own." }
    }

    private var ordered: [LimitGroup] { LimitsSection.order.flatMap { state, _ in of(state) } }

    private func of(_ state: LimitCheck.Outcome) -> [LimitGroup] { groups.filter { $0.outcome == state } }

    private var byVerdict: [Block] {
        LimitsSection.order.flatMap { state, words -> [Block] in
            let own = of(state)
            guard !own.isEmpty else { return [] }
            let title = words + ": " + counted(own.count, "limit", "limits")
            let isFolded = state == .met && own.count > LimitsSection.mostOpen
            return isFolded ? [.more(title, [list(own)])] : [.heading([.text(title)]), list(own)]
        }
    }

    private func list(_ groups: [LimitGroup]) -> Block {
        .checks(groups.map { $0.line(withAsset: true, more: breaches(of: $0)) })
    }

    /// Which price histories breach a limit that many are held against, the farthest first, each with its worst cell.
    private func breaches(of group: LimitGroup) -> [Block] {
        let worst = group.worstBreaches
        guard worst.count > 1 else { return [] }
        let rest = worst.count - LimitsSection.mostBreaches
        let places =
            worst.prefix(LimitsSection.mostBreaches).map(words)
            + (rest > 0 ? [[.text("and \(grouped(rest)) more, in limits.csv")]] : [])
        return [.more("Breached on " + counted(worst.count, "page", "pages"), [.places(places)])]
    }

    private func words(_ check: LimitCheck) -> [Inline] {
        let side = check.cell?.side
        let cell = check.cell.map { " \($0.leverage.screenText) \($0.horizon.screenText)" } ?? ""
        let figures = Inline.aside("\(cell): \(check.figures)")
        guard let page = pages[PageKey(asset: check.asset, side: side)] else { return [.name(check.asset), figures] }
        let direction: [Phrase] = side.map { [.plain(" " + $0.rawValue)] } ?? []
        return [.link([.name(check.asset)] + direction, to: "reports/" + page), figures]
    }
}

extension LimitGroup {
    /// The farthest breach of each price history and direction, the farthest first; of equals the first in plan order.
    var worstBreaches: [LimitCheck] {
        var found: [String: (place: Int, check: LimitCheck)] = [:]
        for (place, check) in breaches.enumerated() {
            let key = check.asset + "\u{0}" + (check.cell?.side.rawValue ?? "")
            if let known = found[key], known.check.excess >= check.excess { continue }
            found[key] = (place, check)
        }
        return found.values.sorted {
            $0.check.excess == $1.check.excess ? $0.place < $1.place : $0.check.excess > $1.check.excess
        }.map(\.check)
    }

    /// The counts of the list of breaches.
    var breachStatements: [Statement] {
        let pages = worstBreaches.count
        guard pages > 1 else { return [] }
        let rest = pages - LimitsSection.mostBreaches
        return [Statement("limits", "pages_breached_count", count: pages)]
            + (rest > 0 ? [Statement("limits", "pages_hidden_count", count: rest)] : [])
    }
}
