import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The headline's position in simulated futures, on the front page; marked as simulated wherever it stands.
struct SimulatedSection {
    let report: RunReport
    let rules: ResampleRules
    /// Of the headline's history, contract, side and platform.
    private let results: [SimulatedResult]
    private let headline: CellKey

    /// Nil where nobody asked, and where there are no futures of the headline's history.
    init?(_ report: RunReport) {
        guard let rules = report.study.resample, let headline = report.study.headlineCell?.key else { return nil }
        let like = CellSelector(like: headline, but: [.leverage, .horizon])
        results = report.simulated.filter { like.matches($0.cell) }
        guard !results.isEmpty else { return nil }
        (self.report, self.rules, self.headline) = (report, rules, headline)
    }

    /// Places to jump to.
    var sections: [(id: String, label: String)] { [("simulated", "Simulated")] }

    /// Leverages that are shown; all of them are in the file.
    private static let mostShown = 12

    private var leverages: [Leverage] {
        let all = Set(results.map(\.cell.leverage)).sorted()
        return chosen(all, limit: SimulatedSection.mostShown, keeping: headline.leverage)
    }

    private func result(_ leverage: Leverage, _ horizon: TimeSpan) -> SimulatedResult? {
        results.first { $0.cell.leverage == leverage && $0.cell.horizon == horizon }
    }

    /// The section.
    var section: ReportSection {
        let table = SectionTable(
            name: "Share of simulated futures below zero, %", head: ["Leverage"] + heads,
            rows: leverages.map { SectionTable.Row([.text($0.screenText)], cells($0)) })
        return ReportSection(
            "simulated", label: "Simulated, not seen", title: title, definition: definition,
            [.table(table), .paragraph(.key, caution), .source(["simulated.csv"], note: shownNote)])
    }

    private var heads: [String] {
        rules.lengths.flatMap { ["Below zero in \(spanWords($0)), %", "liquidated, %"] }
    }

    private var shownNote: String {
        let all = Set(results.map(\.cell.leverage)).count
        return leverages.count < all ? "Shown: \(leverages.count) of \(all) leverages" : ""
    }

    private func cells(_ leverage: Leverage) -> [SectionTable.Cell] {
        rules.lengths.flatMap { horizon -> [SectionTable.Cell] in
            let found = result(leverage, horizon)
            return [found?.negative, found?.liquidated].map { share in
                guard share == nil, let words = found?.status.absenceWords else {
                    return .figure(.share(share?.share, share?.interval))
                }
                return .words([.text(words)])
            }
        }
    }

    /// Whether bars of the headline's history stayed as they were.
    private var isUnfiltered: Bool { results.contains(where: \.isUnfiltered) }

    /// Mean length of what was drawn together.
    private var block: TimeSpan { results.first?.block ?? rules.block }

    /// The finding, in the longest of the futures.
    private var title: String {
        let position = "\(headline.leverage.screenText) \(headline.side.rawValue)"
        guard let horizon = rules.lengths.last, let found = result(headline.leverage, horizon),
            let share = found.negative
        else { return "What simulated futures say" }
        return
            "In simulated futures of \(spanWords(horizon)), \(shareText(share.share)) of \(position) positions end below zero"
    }

    private var definition: String {
        let how =
            rules.method == .stationary || isUnfiltered
            ? "runs of bars of its own, \(spanWords(block)) long on average, put together anew"
            : "bars of its own, each at the volatility that the future has come to"
        return
            "\(visibleText(headline.asset)), \(counted(rules.paths, "future", "futures")) from the newest price on: \(how). In brackets the "
            + "\(confidenceText(report.study.statistics.confidence)) interval of the draws alone."
    }

    private var caution: String {
        let bars =
            isUnfiltered
            ? "no volatility describes this history, so that a future holds its bars as they were"
            : rules.method == .stationary
                ? "a future holds no bar that the history did not"
                : "a future holds the bars of the history, stretched to its own volatility, so that some may be larger than any that was seen"
        return
            "Simulated: \(bars). Its interval narrows with every path, and does not know how little the history may have seen."
    }
}
