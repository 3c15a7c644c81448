import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// One cell taken apart, ready to be shown: numbers are already text, in the units that the titles say.
public struct CellExplanation: Sendable {
    /// The cell.
    public var cell: StudyCell
    /// Names and values of the cell as a whole.
    public var cellFacts: [(String, String)]
    /// The crashes that its frequency is made of.
    public var episodes: Episodes
    /// Names and values at the entry that is followed.
    public var entryFacts: [(String, String)]
    /// Titles of the columns of ``steps``.
    public var stepTitles: [String]
    /// The bars of the entry's way, oldest first.
    public var steps: [[String]]
    /// Names and values of the exit.
    public var exitFacts: [(String, String)]

    /// An explanation of the given parts.
    public init(
        cell: StudyCell, cellFacts: [(String, String)], episodes: Episodes, entryFacts: [(String, String)],
        stepTitles: [String], steps: [[String]], exitFacts: [(String, String)]
    ) {
        self.cell = cell
        self.cellFacts = cellFacts
        self.episodes = episodes
        self.entryFacts = entryFacts
        self.stepTitles = stepTitles
        self.steps = steps
        self.exitFacts = exitFacts
    }
}

extension RunReport {
    /// A page about one cell; needs the study, the history and the circumstances of this report, and none of its results.
    public func explanationPage(_ explanation: CellExplanation) -> String {
        let cell = explanation.cell
        let page = Page(
            title: "\(visibleText(cell.asset)) \(cell.leverage.screenText) \(cell.side.rawValue) · explained",
            printFooter: "BelowZero · \(visibleText(cell.id))", subject: "one cell explained", root: "",
            sections: [("episodes", "Episodes"), ("entry", "Entry"), ("exit", "Exit")], version: version, footer: footer
        )
        return page.html { w in
            w.write(explanation.answer, root: "")
            w.write(explanation.sections.map(PagePart.section), root: "")
        }
    }
}

extension CellExplanation {
    /// Bars shown at the beginning and at the end of a long way.
    private static let (shownFirst, shownLast) = (40, 260)

    fileprivate var answer: PageAnswer {
        PageAnswer(
            kicker: [.plain(visibleText(cell.id))],
            title: [
                .plain("\(cell.leverage.screenText) \(cell.side.rawValue) on "), .name(cell.asset),
                .plain(", held for up to \(spanWords(cell.horizon))"),
            ], blocks: [.facts(cellFacts)])
    }

    fileprivate var sections: [ReportSection] {
        let exit = ReportSection("exit", label: "Exit", title: "How it ended", [.facts(exitFacts)])
        return [episodeSection, entrySection, exit]
    }

    private var episodeSection: ReportSection {
        let title =
            episodes.all.isEmpty
            ? "Nothing went below zero"
            : "\(counted(episodes.total, "entry", "entries")) below zero in \(counted(episodes.all.count, "episode", "episodes"))"
        let table = SectionTable(
            name: "Episodes", head: ["Below zero (UTC)", "Entries", "Worst entry (UTC)", "Its shortfall, % of margin"],
            rows: episodes.largestFirst.prefix(50).map { episode in
                let worst = episode.worstShortfall
                return SectionTable.Row(
                    episode.first.minuteText,
                    [
                        .count(episode.entries), ShownFigure(episode.worstEntry.minuteText),
                        worst.isFinite ? .percent(worst) : ShownFigure("unbounded"),
                    ])
            })
        return ReportSection(
            "episodes", label: "Episodes", title: title,
            definition: "Entries that went below zero within a day of each other, those with most entries first.",
            episodes.all.isEmpty ? [] : [.table(table)])
    }

    private var entrySection: ReportSection {
        let hidden = steps.count - CellExplanation.shownFirst - CellExplanation.shownLast
        let definition =
            "Every bar from the entry to the exit: the price that is checked, what the position is worth there, what it must be "
            + "worth, and the price at which the two meet."
        let shown =
            hidden > 0
            ? steps.prefix(CellExplanation.shownFirst) + steps.suffix(CellExplanation.shownLast) : steps[...]
        let table = SectionTable(
            name: "Bars from entry to exit", head: stepTitles,
            rows: shown.map { step in SectionTable.Row(step.first ?? "", step.dropFirst().map { ShownFigure($0) }) })
        return ReportSection(
            "entry", label: "Entry", title: "The way of one entry, bar by bar", definition: definition,
            [.facts(entryFacts), .table(table)]
                + (hidden > 0 ? [.paragraph(.note, "\(grouped(hidden)) bars in the middle are left out.")] : []))
    }
}
