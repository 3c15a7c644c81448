import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What a reader who chooses a cell of the grid works with. Without scripts nothing of it is shown, and nothing is missing.
extension AssetSide {
    /// Drawings of the page's other holding times may fill so many bytes; for holding times past that the figures stay the headline's.
    static let mostFigureBytes = 50_000

    /// The fills that a reader can switch between, the study's own first, by the measure that shows them.
    var offeredFills: [(measure: Measure, role: FillRole)] {
        measures.compactMap { measure in AssetSide.fills[measure].map { (measure, $0.role) } }
    }

    /// The panel under the grid: what to do, what was chosen, and the cells that were pinned.
    func writeCellChoice(_ w: inout HTMLWriter) {
        guard isExplorable else { return }
        w.line()
        w.element("div", .class("pick"), .id("pick")) { w in
            w.element("p", .class("key")) { w in
                w.text(
                    "Choose a cell with the pointer, or with Tab and the arrow keys: the first sentence, the key figures, "
                )
                w.text(
                    "and the figures of leverage and severity follow, and that of time where the run has the cell’s curve. "
                )
                w.text("The address of the page then names the cell.")
            }
            writeSwitches(&w)
            writeChosen(&w)
        }
        w.line()
    }

    /// What was chosen, what can be done with it, and what it is compared with.
    private func writeChosen(_ w: inout HTMLWriter) {
        w.element("p", .class("now"), .id("now"), Attribute("role", "status")) { _ in }
        w.element("p", .class("key"), .id("fill-now"), Attribute("role", "status"), Attribute("hidden")) { _ in }
        w.element("p", .class("acts")) { w in
            button("pin", "Pin to compare", &w)
            button("copy-cell", "Copy link to the cell", &w)
            button("go-home", "Back to the study’s headline", &w)
            if let twin {
                w.element(
                    "a", .id("twin"), .href("../reports/" + twin.fileName),
                    text: "The same cell, \(twin.side.rawValue)")
            }
        }
        w.element(
            "div", .id("compare"), .class("scroll"), Attribute("tabindex", "0"), Attribute("role", "region"),
            Attribute("aria-label", "Cells side by side"), Attribute("hidden")
        ) { _ in }
    }

    /// The switches between fills, and between the contracts and platforms of the page.
    private func writeSwitches(_ w: inout HTMLWriter) {
        let fills = measures.compactMap { measure in
            AssetSide.fills[measure].map { (value: "m\(measure.place)", words: $0.words) }
        }
        if fills.count > 1 { writeSwitch("fill", "Fill", fills, &w) }
        let offered = grids.enumerated().filter { _, grid in explorableGrids.contains { $0.isSame(as: grid) } }
        guard offered.count > 1 else { return }
        let others = report.study.axesBetweenTables.filter { $0 != .platform }
        let names = offered.map { place, grid in
            let words = others.map { grid.first.words($0, .short) }
            let platform = words.isEmpty ? grid.first.platform : grid.first.words(.platform, .short)
            return (String(place), visibleText((words + [platform]).joined(separator: " ")))
        }
        let home = offered.first { $0.element.holds(headline) }.map { String($0.offset) }
        writeSwitch("grid", gridSwitchTitle(others), names, checked: home, &w)
    }

    /// `Platform`, `Contract and platform`.
    private func gridSwitchTitle(_ others: [CellAxis]) -> String {
        let words = others.isEmpty ? "platform" : others.map(\.rawValue).joined(separator: ", ") + " and platform"
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private func writeSwitch(
        _ name: String, _ title: String, _ choices: [(value: String, words: String)], checked: String? = nil,
        _ w: inout HTMLWriter
    ) {
        w.element("fieldset", .class("switch")) { w in
            w.element("legend", text: title)
            for choice in choices {
                w.element("label") { w in
                    let parts = [
                        Attribute("type", "radio"), Attribute("name", name), Attribute("value", choice.value),
                    ]
                    if choice.value == checked ?? choices[0].value {
                        w.void("input", parts[0], parts[1], parts[2], Attribute("checked"))
                    } else {
                        w.void("input", parts[0], parts[1], parts[2])
                    }
                    w.text(choice.words)
                }
            }
        }
        w.line()
    }

    /// The shares of a grid that differ by the fill alone.
    private static let fills: [Measure: (role: FillRole, words: String)] = [
        .negativeEquity: (.chosen, "as the study fills"), .gapNegativeEquity: (.gap, "at once"),
        .bestNegativeEquity: (.best, "best"), .worstNegativeEquity: (.worst, "worst"),
    ]

    private func button(_ id: String, _ words: String, _ w: inout HTMLWriter) {
        w.element("button", Attribute("type", "button"), .id(id), text: words)
    }

    /// What only the script reads, behind the page: the cells in words, and the drawings of other leverages and holding times.
    func writeCells(_ w: inout HTMLWriter) {
        guard var cells = PageCells(self) else { return }
        w.line()
        w.data("cells", cells.document())
        w.data("figures", figureDocument(cells.columns))
    }

    /// The drawings of time for other leverages and of other holding times, as JSON of one line. Each is the code of its markup in a
    /// ``PatternBook``; `-` where there is nothing to draw.
    private func figureDocument(_ views: [[ColumnView?]]) -> String {
        var book = PatternBook()
        var speeds: [JSONValue] = []
        for (leverage, markup) in speedMarkups {
            speeds.append(.list([.text(leverage.plainText), .text(book.code(markup: markup))]))
        }
        let columns = figureColumns(views, &book)
        return JSONValue.object([
            ("speeds", .list(speeds)), ("columns", .list(columns)),
            ("patterns", .list(book.patterns.map(JSONValue.text))),
        ]).scriptText
    }

    /// Name, curve and shortfalls of each holding time but the headline's own, as many as there is room for.
    private func figureColumns(_ views: [[ColumnView?]], _ book: inout PatternBook) -> [JSONValue] {
        var (columns, codeBytes) = ([JSONValue](), 0)
        let (grids, horizons) = (grids, shownHorizons)
        for (place, views) in views.enumerated() {
            for (column, view) in views.enumerated() {
                guard let view, !isHeadlineColumn(grids[place], horizons[column]) else { continue }
                var enlarged = book
                let codes = view.markups(spotted: shownLeverages).map {
                    $0.isEmpty ? "-" : enlarged.code(markup: $0)
                }
                codeBytes += codes.reduce(0) { $0 + $1.utf8.count }
                guard codeBytes + enlarged.patternBytes <= AssetSide.mostFigureBytes else { return columns }
                book = enlarged
                columns.append(.list((["\(place)-\(column)"] + codes).map(JSONValue.text)))
            }
        }
        return columns
    }

    private func isHeadlineColumn(_ grid: CellGrid, _ horizon: TimeSpan) -> Bool {
        grid.holds(headline) && horizon == headline?.cell.horizon
    }
}

extension ColumnView {
    /// The drawings of one holding time, curve and shortfalls, which nothing shows until it is chosen; empty where there is nothing to
    /// draw.
    fileprivate func markups(spotted: [Leverage]) -> [String] {
        var curve = curve
        curve?.spotted = spotted
        curve?.hasPattern = false
        let drawings: [(any Drawing)?] = [curve, severity]
        return drawings.map { drawing in
            var w = HTMLWriter()
            drawing?.write(to: &w)
            return w.html
        }
    }
}

extension CellGrid {
    /// Whether both are the same table, be it of other histories or directions.
    func isSame(as other: CellGrid) -> Bool { first.table == other.first.table }

    /// Whether a cell stands in it, be it of another history or direction.
    func holds(_ row: ResultRow?) -> Bool { row.map { first.table.matches($0.cell) } ?? false }
}
