import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension RunReport {
    /// A page about one cell; needs the study, the history and the circumstances of this report, and none of its results.
    public func explanationPage(_ explanation: CellExplanation) -> String {
        let cell = explanation.cell
        let behaviours = explanation.behaved.isEmpty ? [] : [(id: "behaviours", label: "Behaviours")]
        let page = Page(
            title: "\(visibleText(cell.asset)) \(cell.leverage.screenText) \(cell.side.rawValue) · explained",
            printFooter: "BelowZero · \(visibleText(cell.id))", subject: "one cell explained", root: "",
            sections: [("episodes", "Episodes"), ("entry", "Entry"), ("exit", "Exit")] + behaviours, version: version,
            footer: footer)
        return page.html { w in
            w.write(explanation.answer, root: "")
            w.write(explanation.sections().map(PagePart.section), root: "")
        }
    }

    /// The sections of that page.
    ///
    /// - Parameter isWhole: whether tables have every episode and bar, which is too much for a page.
    public func explanationSections(_ explanation: CellExplanation, isWhole: Bool = false) -> PageSections {
        PageSections(
            runID: runID, runWords: "Content name of the study with the cell",
            pages: [("explain.html", [explanation.answer.section] + explanation.sections(isWhole: isWhole))])
    }
}

extension CellExplanation {
    /// Episodes shown.
    private static let mostEpisodes = 50

    fileprivate var answer: PageAnswer {
        PageAnswer(
            kicker: [.plain(visibleText(cell.id))],
            title: [
                .plain("\(cell.leverage.screenText) \(cell.side.rawValue) on "), .name(cell.asset),
                .plain(", held for up to \(spanWords(cell.horizon))"),
            ], blocks: [.facts(cellFacts)])
    }

    fileprivate func sections(isWhole: Bool = false) -> [ReportSection] {
        let exit = ReportSection("exit", label: "Exit", title: "How it ended", [.facts(exitFacts)])
        return [episodeSection(isWhole), entrySection(isWhole), exit]
            + (behaved.isEmpty ? [] : [behaviourSection(isWhole)])
    }

    private func episodeSection(_ isWhole: Bool) -> ReportSection {
        let title =
            episodes.all.isEmpty
            ? "Nothing went below zero"
            : "\(counted(episodes.total, "entry", "entries")) below zero in \(counted(episodes.all.count, "episode", "episodes"))"
        let shown = episodes.largestFirst.prefix(isWhole ? episodes.all.count : CellExplanation.mostEpisodes)
        let table = SectionTable(
            name: "Episodes", head: ["Below zero (UTC)", "Entries", "Worst entry (UTC)", "Its shortfall, % of margin"],
            rows: shown.map { episode in
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
            definition: "Entries that went below zero within a day of each other, those with most entries first."
                + weights,
            episodes.all.isEmpty ? [] : [.table(table)])
    }

    /// Why an episode need not hold whole entries.
    private var weights: String {
        episodes.haveLaws
            ? " An entry counts as often as the law of the fill puts it below zero, 0.5 for one of two cases; its shortfall is the average of "
                + "those." : ""
    }

    private func entrySection(_ isWhole: Bool) -> ReportSection {
        let definition =
            "Every bar from the entry to the exit: the price that is checked, what the position is worth there, what it must be "
            + "worth, and the price at which the two meet."
        return ReportSection(
            "entry", label: "Entry", title: "The way of one entry, bar by bar", definition: definition,
            [.facts(entryFacts)] + way.blocks(name: "Bars from entry to exit", isWhole))
    }

    private func behaviourSection(_ isWhole: Bool) -> ReportSection {
        let definition =
            "Every bar’s prices against the position and in its favour, its close, and the prices of its orders and of its liquidation; "
            + "what was paid in beside the initial margin counts as margin."
        let endings = behaved.map { (visibleText($0.name), $0.ending) }
        return ReportSection(
            "behaviours", label: "Behaviours",
            title: "The same entry under \(counted(behaved.count, "behaviour", "behaviours"))", definition: definition,
            [.facts(endings)] + behaved.flatMap { $0.blocks(isWhole) })
    }
}

extension CellExplanation.Behaved {
    /// Nothing where the behaviour does not make the entry.
    fileprivate func blocks(_ isWhole: Bool) -> [Block] {
        guard !way.bars.isEmpty else { return [] }
        let table = SectionTable(
            name: "What ‘\(visibleText(name))’ did", style: .words, head: ["Bar (UTC)", "What happened"],
            numbersFrom: 2,
            rows: events.map { event in SectionTable.Row(event.open.minuteText, [ShownFigure(event.words)]) })
        return [.heading([.name(name)])] + way.blocks(name: "Bars under ‘\(visibleText(name))’", isWhole)
            + (events.isEmpty ? [] : [.table(table)])
    }
}

extension CellExplanation.Way {
    /// Bars shown at the beginning and at the end of a long way.
    private static let (shownFirst, shownLast) = (40, 260)

    /// The bars as a table, and how many of them are left out.
    ///
    /// - Parameter isWhole: whether none is.
    fileprivate func blocks(name: String, _ isWhole: Bool) -> [Block] {
        let hidden = isWhole ? 0 : bars.count - CellExplanation.Way.shownFirst - CellExplanation.Way.shownLast
        let shown =
            hidden > 0
            ? bars.prefix(CellExplanation.Way.shownFirst) + bars.suffix(CellExplanation.Way.shownLast) : bars[...]
        let table = SectionTable(
            name: name, head: titles,
            rows: shown.map { bar in SectionTable.Row(bar.open.minuteText, bar.figures) })
        let note = Block.paragraph(.note, "\(grouped(hidden)) bars in the middle are left out.")
        return [.table(table)] + (hidden > 0 ? [note] : [])
    }
}
