import StressBasics
import StressResults

/// A figure that writes itself as SVG, into a page or into a file of its own.
protocol Drawing {
    /// Width of the drawing in its own units, which are pixels at its usual size.
    var width: Double { get }
    /// Height in the same units.
    var height: Double { get }
    /// The sentence that stands for it where it cannot be seen.
    var alternative: String { get }
    /// What is drawn, without the frame.
    func writeShapes(to w: inout HTMLWriter)
}

extension Drawing {
    /// Writes the drawing into a page.
    func write(to w: inout HTMLWriter) {
        w.element(
            "svg", .class("chart"), Attribute("viewBox", viewBox), Attribute("role", "img"),
            Attribute("aria-label", alternative)
        ) { writeShapes(to: &$0) }
        w.line()
    }

    /// Writes the drawing at its usual size in few bytes: the page's style gives it that size, and its title is shown by the pointer.
    func writeBare(to w: inout HTMLWriter) {
        w.element("svg") { w in
            w.element("title", text: alternative)
            writeShapes(to: &w)
        }
        w.line()
    }

    /// The drawing as a file of its own, with its colours and what it says of itself, and without the page.
    func standalone(_ credit: DrawingCredit) -> String {
        var inner = HTMLWriter()
        writeShapes(to: &inner)
        let style = PageCode(text: ChartStyle.standalone(for: "class=\"chart\"" + inner.html))
        // A margin all around, which pages have and files need.
        let margin = 16.0
        let frame = [-margin, -margin, width + 2 * margin, height + 2 * margin].map(coordinate)
        var w = HTMLWriter()
        w.element(
            "svg", Attribute("xmlns", "http://www.w3.org/2000/svg"),
            Attribute("xmlns:dc", "http://purl.org/dc/elements/1.1/"), .class("chart"),
            Attribute("viewBox", frame.joined(separator: " ")), Attribute("width", frame[2]),
            Attribute("height", frame[3]), Attribute("role", "img")
        ) { w in
            writeTitle(credit, to: &w)
            w.code("style", style)
            w.shape(
                "rect", .class("ground"), Attribute("x", frame[0]), Attribute("y", frame[1]),
                Attribute("width", frame[2]), Attribute("height", frame[3]))
            w.append(inner)
        }
        w.line()
        return w.html
    }

    private func writeTitle(_ credit: DrawingCredit, to w: inout HTMLWriter) {
        // The table below is the page's.
        let title = alternative.replacing(" Every value is in the table below.", with: "")
        w.element("title", text: title)
        credit.write(title: title, to: &w)
    }

    private var viewBox: String { "0 0 \(coordinate(width)) \(coordinate(height))" }
}

extension AssetSide {
    /// The page's name without its ending, which the files of its drawings begin with.
    var stem: String { String(fileName.dropLast(".html".count)) }

    /// The file of a figure.
    func chartFile(_ name: String) -> String { "charts/\(stem)-\(name).svg" }

    /// Every figure of the page as a file.
    var drawings: [ReportFile] {
        namedDrawings.map { ReportFile(path: chartFile($0.0), contents: $0.1.standalone(credit(of: $0.0))) }
    }

    private var namedDrawings: [(String, any Drawing)] {
        var found: [(String, (any Drawing)?)] = [
            ("fills", FillChart(self)), ("leverage", LeverageChart(self)), ("severity", SeverityChart(self)),
            ("causes", CauseChart(self)),
            ("safeguards", SafeguardChart(self)),
        ]
        if let detail, detail.anatomy.entries > 0 {
            found.append(("speed", LiquidationChart(self, detail)))
            if !detail.sensitivity.isEmpty { found.append(("sensitivity", SensitivityChart(detail.sensitivity))) }
            found += detail.paths.map { ("episode-\($0.rank)", EpisodeChart($0, side: side)) }
        }
        found += protectCharts.map { ($0.0, $0.1) }
        found.append(("ruin", ruinChart))
        return found.compactMap { name, drawing in drawing.map { (name, $0) } }
    }
}
