import StressBasics
import StressResults
import StressStatistics

/// What a reader who chooses a cell of the grid works with. Without scripts nothing of it is shown, and nothing is missing.
extension AssetSide {
    /// Drawings of the page's other holding times may fill so many bytes; for holding times past that the figures stay the headline's.
    static let mostFigureBytes = 90_000

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
        let fills = measures.filter { AssetSide.fillNames[$0] != nil }
        if fills.count > 1 {
            writeSwitch("fill", "Fill", fills.map { ("m\($0.place)", AssetSide.fillNames[$0] ?? "") }, &w)
        }
        let offered = grids.enumerated().filter { _, grid in explorableGrids.contains { $0.isSame(as: grid) } }
        guard offered.count > 1 else { return }
        let hasContracts = Set(offered.map(\.element.contract)).count > 1
        let names = offered.map { place, grid in
            (String(place), (hasContracts ? grid.contract.rawValue + " on " : "") + visibleText(grid.platform))
        }
        let home = offered.first { isHeadlineGrid($0.element) }.map { String($0.offset) }
        writeSwitch("grid", hasContracts ? "Contract and platform" : "Platform", names, checked: home, &w)
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
    private static let fillNames: [Measure: String] = [
        .negativeEquity: "as the study fills", .gapNegativeEquity: "at once", .bestNegativeEquity: "best",
        .worstNegativeEquity: "worst",
    ]

    private func button(_ id: String, _ words: String, _ w: inout HTMLWriter) {
        w.element("button", Attribute("type", "button"), .id(id), text: words)
    }

    /// What only the script reads, behind the page: the cells in words, and the drawings of other holding times.
    func writeCells(_ w: inout HTMLWriter) {
        guard var cells = PageCells(self) else { return }
        w.line()
        w.data("cells", cells.document())
        writeSpeeds(&w)
        var bytes = 0
        for (place, grid) in grids.enumerated() where explorableGrids.contains(where: { $0.isSame(as: grid) }) {
            for (column, horizon) in shownHorizons.enumerated() {
                guard let view = self.column(grid, horizon), !isHeadlineColumn(grid, horizon) else { continue }
                var drawings = HTMLWriter()
                view.writeColumn("\(place)-\(column)", spotted: shownLeverages, &drawings)
                bytes += drawings.html.utf8.count
                guard bytes <= AssetSide.mostFigureBytes else { return }
                w.append(drawings)
            }
        }
    }

    private func isHeadlineColumn(_ grid: CellGrid, _ horizon: TimeSpan) -> Bool {
        isHeadlineGrid(grid) && horizon == headline?.cell.horizon
    }

    private func isHeadlineGrid(_ grid: CellGrid) -> Bool {
        grid.contract == headline?.cell.contract && grid.platform == headline?.cell.platform
    }

    /// The drawings of one holding time, which nothing shows until it is chosen.
    private func writeColumn(_ name: String, spotted: [Leverage], _ w: inout HTMLWriter) {
        var curve = LeverageChart(self)
        curve?.spotted = spotted
        curve?.hasPattern = false
        w.element("template", .id("figures-" + name)) { w in
            w.element("div", .class("leverage")) { w in curve?.write(to: &w) }
            w.element("div", .class("severity")) { w in SeverityChart(self)?.write(to: &w) }
        }
        w.line()
    }
}

extension CellGrid {
    /// Whether both are of one contract and platform.
    func isSame(as other: CellGrid) -> Bool { contract == other.contract && platform == other.platform }
}
