import StressBasics
import StressResults

extension RunReport {
    /// The page of two runs side by side; needs the circumstances and names of this report, and none of its results.
    public func differencePage(_ difference: RunDifference) -> String {
        DifferencePage(difference: difference, report: self).html
    }

    /// The sections of that page.
    ///
    /// - Parameter isWhole: whether tables have every cell, which is too much for a page.
    public func differenceSections(_ difference: RunDifference, isWhole: Bool = false) -> PageSections {
        let page = DifferencePage(difference: difference, report: self, isWhole: isWhole)
        return PageSections(
            runID: runID, runWords: "Content names of the two runs, the earlier first",
            pages: [("diff.html", [page.answer.section] + page.sections)])
    }
}

/// Two runs side by side: what moved, by how much, and because of what.
private struct DifferencePage {
    let difference: RunDifference
    let report: RunReport
    var isWhole = false

    /// Cells on the page; all of them are in `changes.csv`.
    private static let mostCells = 200
    /// Lines of the study on the page.
    private static let mostLines = 400

    var html: String {
        let (a, b) = (difference.before, difference.after)
        let page = Page(
            title: "\(visibleText(b.study)) · \(a.runID) to \(b.runID)",
            printFooter: "BelowZero · \(a.runID) to \(b.runID)", subject: "two runs compared", root: "",
            sections: [("causes", "Causes"), ("cells", "Cells"), ("study", "Study"), ("inputs", "Data")],
            version: report.version, footer: report.footer)
        return page.html { w in
            w.write(answer, root: "")
            w.write(sections.map(PagePart.section), root: "")
        }
    }

    var sections: [ReportSection] { [causes, cells, study, inputs] }

    var answer: PageAnswer {
        let sentence = difference.headlineSentence
        let runs = [("earlier", runWords(difference.before)), ("later", runWords(difference.after))]
        return PageAnswer(
            kicker: [.plain("Study \(visibleText(difference.after.study)) · two runs")],
            title: [.plain(difference.title)],
            blocks: (sentence.isEmpty ? [] : [.paragraph(.lede, sentence)]) + [.facts(runs)])
    }

    private func runWords(_ run: ComparedRun) -> String {
        "\(run.runID), \(run.started.minuteText) UTC, BelowZero \(visibleText(run.version)), "
            + counted(run.cells.count, "cell", "cells")
    }

    private var causes: ReportSection {
        let causes = difference.causes
        let title =
            causes.isEmpty ? "No cause to look for" : "Because of: \(causes.map(\.cause.words).joined(separator: ", "))"
        let definition =
            "One cause after the other, each isolated by computing again; the headline’s share below zero, %."
        let found: [Block] =
            causes.isEmpty
            ? [] : [.table(difference.causeTable), .facts(causes.map { ($0.cause.words, $0.cause.meaning) })]
        return ReportSection(
            "causes", label: "Causes", title: title, definition: causes.isEmpty ? "" : definition,
            found + difference.notes.map { .paragraph(.note, visibleText($0)) } + [.source(["causes.csv"])])
    }

    private var cells: ReportSection {
        let changes = difference.strikingFirst
        let shown = isWhole ? changes.count : min(changes.count, DifferencePage.mostCells)
        let definition =
            "Share of entries below zero in % with its interval, before and after; the move in points, and against the earlier interval."
        let striking = changes.first(where: \.isMove).map { "Most striking: \($0.key.fullWords)" }
        let title = striking ?? (changes.isEmpty ? "Every cell is the same" : "Cells that only one run has")
        return ReportSection(
            "cells", label: "Cells", title: title, definition: changes.isEmpty ? "" : definition,
            (changes.isEmpty ? [] : [.table(difference.cellTable(most: shown))]) + [
                .source(
                    ["changes.csv"],
                    note: shown < changes.count ? "Shown: \(shown) of \(grouped(changes.count)) cells" : "")
            ])
    }

    private var study: ReportSection {
        let lines = difference.studyLines
        let title =
            lines.isEmpty ? "The studies are the same" : "\(counted(lines.count, "line", "lines")) of the study differ"
        let shown = lines.prefix(DifferencePage.mostLines).map { "\($0.sign) \($0.line)" }.joined(separator: "\n")
        return ReportSection(
            "study", label: "Study", title: title,
            lines.isEmpty
                ? [] : [.verbatim(name: "Differing lines of the study", visibleText(shown, keepingLines: true))])
    }

    private var inputs: ReportSection {
        let title = difference.inputs.isEmpty ? "The files are the same" : "What became of the files"
        return ReportSection(
            "inputs", label: "Data", title: title,
            difference.inputs.isEmpty
                ? [] : [.facts(difference.inputs.map { (visibleText($0.asset), visibleText($0.words)) })])
    }
}

extension RunDifference {
    /// Each cause with what it moved, on pages and terminals.
    var causeTable: SectionTable {
        SectionTable(
            name: "Causes", caption: "Causes of the differences",
            head: [
                "Cause", "Cells that differ", "New", "Gone", "Intervals apart in the end", "Headline before",
                "Headline after",
            ],
            rows: causes.map { cause in
                let ends = cause.headline.map { [$0.before, $0.after] }
                let steps = ends.map { $0.map { $0?.figure ?? ShownFigure("none") } }
                return SectionTable.Row(
                    cause.cause.words,
                    [.count(cause.moved), .count(cause.new), .count(cause.gone), .count(cause.beyond)]
                        + (steps ?? [ShownFigure("unmoved"), ShownFigure("unmoved")]))
            })
    }

    /// At most so many of the cells that are not the same, the most striking first.
    func cellTable(most: Int) -> SectionTable {
        SectionTable(
            name: "Cells that are not the same",
            head: ["Cell", "Before, %", "After, %", "Move, points", "Against the interval", "Causes"],
            rows: strikingFirst.prefix(most).map { change in
                SectionTable.Row(
                    change.key.fullWords,
                    [
                        change.before?.figure ?? ShownFigure("none"), change.after?.figure ?? ShownFigure("none"),
                        ShownFigure(change.changeWords, change.change, nil, .fraction), ShownFigure(change.verdict),
                        ShownFigure(change.causeWords),
                    ])
            })
    }
}

extension CellFigures {
    fileprivate var figure: ShownFigure { ShownFigure(shareWords, frequency, interval, .fraction) }
}
