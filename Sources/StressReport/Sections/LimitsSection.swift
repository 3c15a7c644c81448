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

    /// Writes the section.
    func write(to w: inout HTMLWriter) {
        let definition =
            "What each limit says of its cells. Met: their intervals lie within the limit, as far as they have one. Breached: what the "
            + "study holds against the limit lies beyond it. Not shown: neither of the two, as the limit lies inside the interval."
        w.section("limits", label: "Limits", title: "What the study allows", definition: definition) { w in
            if groups.count > LimitsSection.mostTogether { writeByVerdict(&w) } else { writeList(ordered, &w) }
            if let together {
                let meaning = "by intervals that hold all of them at once, from the same resamples as each one’s own"
                w.element("p", .class("key"), text: "\(together), \(meaning).")
            }
            w.source(["limits.csv"], root: "")
        }
    }

    private var ordered: [LimitGroup] { LimitsSection.order.flatMap { state, _ in of(state) } }

    private func of(_ state: LimitCheck.Outcome) -> [LimitGroup] { groups.filter { $0.outcome == state } }

    private func writeByVerdict(_ w: inout HTMLWriter) {
        for (state, words) in LimitsSection.order {
            let own = of(state)
            guard !own.isEmpty else { continue }
            let title = words + ": " + counted(own.count, "limit", "limits")
            guard state == .met, own.count > LimitsSection.mostOpen else {
                w.element("h3", text: title)
                writeList(own, &w)
                continue
            }
            w.element("details") { w in
                w.element("summary", text: title)
                writeList(own, &w)
            }
        }
    }

    private func writeList(_ groups: [LimitGroup], _ w: inout HTMLWriter) {
        w.element("ul", .class("checks column")) { w in
            for group in groups {
                w.element("li") { w in
                    group.write(to: &w, withAsset: true)
                    writeBreaches(of: group, &w)
                }
            }
        }
    }

    /// Which price histories breach a limit that many are held against, the farthest first, each with its worst cell.
    private func writeBreaches(of group: LimitGroup, _ w: inout HTMLWriter) {
        let worst = group.worstBreaches
        guard worst.count > 1 else { return }
        w.element("details") { w in
            w.element("summary", text: "Breached on " + counted(worst.count, "page", "pages"))
            w.element("ul", .class("rows")) { w in
                for check in worst.prefix(LimitsSection.mostBreaches) { w.element("li") { write(check, &$0) } }
                let rest = worst.count - LimitsSection.mostBreaches
                if rest > 0 { w.element("li", text: "and \(grouped(rest)) more, in limits.csv") }
            }
        }
    }

    private func write(_ check: LimitCheck, _ w: inout HTMLWriter) {
        let side = check.cell?.side
        if let page = pages[PageKey(asset: check.asset, side: side)] {
            w.element("a", .href("reports/" + page)) { w in
                w.name(check.asset)
                if let side { w.text(" " + side.rawValue) }
            }
        } else {
            w.name(check.asset)
        }
        let cell = check.cell.map { " \($0.leverage.screenText) \($0.horizon.screenText)" } ?? ""
        w.element("small", text: "\(cell): \(check.figures)")
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
