import StressBasics
import StressResults
import StressStatistics

extension AssetSide {
    /// The grid: leverage by holding time, one tab a measure.
    func writeGrid(_ w: inout HTMLWriter) {
        let definition =
            "Share of entries in %, its \(confidenceText(confidence)) interval underneath. Outlined: the cell of the first sentence."
        w.section("grid", label: "Leverage × holding time", title: gridTitle, definition: definition) { w in
            w.element("fieldset", .class("tabs")) { w in
                w.element("legend", .class("vh"), text: "Measure")
                for measure in measures { writeTab(measure, &w) }
                w.line()
                for measure in measures { writePane(measure, &w) }
            }
            writeCellChoice(&w)
            w.heatLegend()
            if let note = subsetNote { w.element("p", .class("key"), text: note) }
            let files = Set(measures.map(\.intervalFile)).sorted(by: >)
            w.source(files, root: "../")
        }
    }

    private func writeTab(_ measure: Measure, _ w: inout HTMLWriter) {
        let id = "m\(measure.place)"
        let radio = Attribute("type", "radio")
        if measure == measures.first {
            w.void("input", radio, Attribute("name", "measure"), .id(id), Attribute("checked"))
        } else {
            w.void("input", radio, Attribute("name", "measure"), .id(id))
        }
        w.element("label", Attribute("for", id), text: measure.shownTab.label)
    }

    private func writePane(_ measure: Measure, _ w: inout HTMLWriter) {
        w.element("div", .class("pane p\(measure.place)")) { w in
            w.element("h3", text: measure.shownTab.definition)
            for grid in grids {
                let name = "\(grid.contract.heading), platform \(grid.platform)"
                if grids.count > 1 { w.element("h4", text: name) }
                w.scrolling("\(measure.shownTab.definition), \(name)") { write(grid, measure, &$0) }
            }
        }
        w.line()
    }

    private func write(_ grid: CellGrid, _ measure: Measure, _ w: inout HTMLWriter) {
        w.element("table", .class("heat")) { w in
            w.element(
                "caption", .class("vh"),
                text: "\(measure.shownTab.definition), % of entries, by leverage and holding time")
            w.line()
            w.element("thead") { w in
                w.element("tr") { w in
                    w.element("th", Attribute("scope", "col"), .class("corner"), text: "Leverage")
                    for horizon in shownHorizons {
                        w.element("th", Attribute("scope", "col"), text: horizon.screenText)
                    }
                }
            }
            w.line()
            w.element("tbody") { w in
                for leverage in shownLeverages { write(leverage, grid, measure, &w) }
            }
        }
    }

    private func write(_ leverage: Leverage, _ grid: CellGrid, _ measure: Measure, _ w: inout HTMLWriter) {
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row"), text: leverage.screenText)
            for horizon in shownHorizons {
                let row = grid.row(leverage, horizon)
                let cell = HeatCell(
                    figure: row?.estimate.figure(measure, confidence: confidence), confidence: confidence,
                    subject: "\(leverage.screenText) \(side.rawValue), held up to \(horizon.screenText)",
                    isHeadline: row != nil && row?.cell == headline?.cell)
                cell.write(to: &w)
            }
        }
        w.line()
    }

    // A page stays readable and small: larger grids show an even choice of their axes.
    var shownLeverages: [Leverage] {
        chosen(report.study.grid.leverages, limit: 24, keeping: headline?.cell.leverage)
    }

    var shownHorizons: [TimeSpan] {
        chosen(report.study.grid.horizons, limit: 12, keeping: headline?.cell.horizon)
    }

    private var subsetNote: String? {
        let grid = report.study.grid
        let (leverages, horizons) = (shownLeverages.count, shownHorizons.count)
        guard leverages < grid.leverages.count || horizons < grid.horizons.count else { return nil }
        return "Shown: \(leverages) of \(grid.leverages.count) leverages and \(horizons) of "
            + "\(grid.horizons.count) holding times; the full grid is in results.csv."
    }
}
