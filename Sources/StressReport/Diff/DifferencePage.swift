import StressBasics
import StressResults

extension RunReport {
    /// The page of two runs side by side; needs the circumstances and names of this report, and none of its results.
    public func differencePage(_ difference: RunDifference) -> String {
        DifferencePage(difference: difference, report: self).html
    }
}

/// Two runs side by side: what moved, by how much, and because of what.
private struct DifferencePage {
    let difference: RunDifference
    let report: RunReport

    /// Moved cells on the page; all of them are in `changes.csv`.
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
            writeAnswer(&w)
            writeCauses(&w)
            writeCells(&w)
            writeStudy(&w)
            writeInputs(&w)
        }
    }

    private func writeAnswer(_ w: inout HTMLWriter) {
        w.line()
        w.element("section", .id("answer"), Attribute("aria-labelledby", "h-answer")) { w in
            w.element("p", .class("kicker"), text: "Study \(visibleText(difference.after.study)) · two runs")
            w.element("h1", .id("h-answer"), text: difference.title)
            if !difference.headlineSentence.isEmpty {
                w.element("p", .class("lede"), text: difference.headlineSentence)
            }
            w.facts([("earlier", runWords(difference.before)), ("later", runWords(difference.after))])
        }
        w.line()
    }

    private func runWords(_ run: ComparedRun) -> String {
        "\(run.runID), \(run.started.minuteText) UTC, BelowZero \(visibleText(run.version)), "
            + counted(run.cells.count, "cell", "cells")
    }

    // MARK: Causes

    private func writeCauses(_ w: inout HTMLWriter) {
        let causes = difference.causes
        let title =
            causes.isEmpty ? "No cause to look for" : "Because of: \(causes.map(\.cause.words).joined(separator: ", "))"
        let definition =
            "One cause after the other, each isolated by computing again; the headline’s share below zero, %."
        w.section("causes", label: "Causes", title: title, definition: causes.isEmpty ? "" : definition) { w in
            if !causes.isEmpty {
                w.scrolling("Causes") { writeCauses(causes, &$0) }
                w.facts(causes.map { ($0.cause.words, $0.cause.meaning) })
            }
            for note in difference.notes { w.element("p", .class("src"), text: visibleText(note)) }
            w.source(["causes.csv"], root: "")
        }
    }

    private func writeCauses(_ causes: [CauseSummary], _ w: inout HTMLWriter) {
        w.element("table", .class("tbl num")) { w in
            w.element("caption", .class("vh"), text: "Causes of the differences")
            w.tableHead(["Cause", "Cells moved", "Intervals apart in the end", "Headline before", "Headline after"])
            w.element("tbody") { w in
                for cause in causes {
                    let steps = cause.headline.map { [$0.before, $0.after].map { $0?.shareWords ?? "none" } }
                    w.numberRow(
                        cause.cause.words,
                        [grouped(cause.cells), grouped(cause.beyond)] + (steps ?? ["unmoved", "unmoved"]))
                }
            }
        }
    }

    // MARK: Cells

    private func writeCells(_ w: inout HTMLWriter) {
        let changes = difference.strikingFirst
        let hidden = changes.count - DifferencePage.mostCells
        let definition =
            "Share of entries below zero in % with its interval, before and after; the move in points, and against the earlier interval."
        w.section("cells", label: "Cells", title: cellsTitle, definition: changes.isEmpty ? "" : definition) { w in
            if !changes.isEmpty {
                w.scrolling("Cells that moved") { writeCells(changes.prefix(DifferencePage.mostCells), &$0) }
            }
            w.source(
                ["changes.csv"], root: "",
                note: hidden > 0 ? "Shown: \(DifferencePage.mostCells) of \(grouped(changes.count)) cells" : "")
        }
    }

    private var cellsTitle: String {
        guard let widest = difference.strikingFirst.first else { return "Every cell is the same" }
        return "Most striking: \(widest.key.fullWords)"
    }

    private func writeCells(_ changes: ArraySlice<CellChange>, _ w: inout HTMLWriter) {
        w.element("table", .class("tbl num")) { w in
            w.element("caption", .class("vh"), text: "Cells that moved")
            w.tableHead(["Cell", "Before, %", "After, %", "Move, points", "Against the interval", "Causes"])
            w.element("tbody") { w in
                for change in changes {
                    w.numberRow(
                        change.key.fullWords,
                        [
                            change.before?.shareWords ?? "none", change.after?.shareWords ?? "none", change.changeWords,
                            change.verdict, change.causeWords,
                        ])
                }
            }
        }
    }

    // MARK: Study and data

    private func writeStudy(_ w: inout HTMLWriter) {
        let lines = difference.studyLines
        let title =
            lines.isEmpty ? "The studies are the same" : "\(counted(lines.count, "line", "lines")) of the study differ"
        w.section("study", label: "Study", title: title, definition: "") { w in
            guard !lines.isEmpty else { return }
            w.scrolling("Differing lines of the study") { w in
                let shown = lines.prefix(DifferencePage.mostLines).map { "\($0.sign) \($0.line)" }
                w.element("pre", text: visibleText(shown.joined(separator: "\n"), keepingLines: true))
            }
        }
    }

    private func writeInputs(_ w: inout HTMLWriter) {
        let title = difference.inputs.isEmpty ? "The files are the same" : "What became of the files"
        w.section("inputs", label: "Data", title: title, definition: "") { w in
            guard !difference.inputs.isEmpty else { return }
            w.facts(difference.inputs.map { (visibleText($0.asset), visibleText($0.words)) })
        }
    }
}
