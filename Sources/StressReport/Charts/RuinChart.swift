import StressBasics
import StressResults
import StressStatistics

/// The risk of ruin against leverage, both axes logarithmic: a line a capital.
struct RuinChart: Drawing {
    /// One line: the capital in margins, and leverages with their shares, rising.
    struct Curve {
        let margins: Int
        let points: [(leverage: Double, share: Double)]
    }

    let curves: [Curve]
    let alternative: String
    let width = 560.0
    let height = 300.0
    private let x: LogAxis
    private let y: LogAxis
    /// Lines that can be told apart.
    private static let styles = ["s1", "s2", "s3"]

    /// Nil where nobody is ruined at two leverages.
    ///
    /// - Parameter risks: of one behaviour, leverage rising.
    init?(_ risks: [(leverage: Double, risk: [RuinShare])]) {
        let capitals = Set(risks.flatMap { $0.risk.map(\.margins) }).sorted()
        let all = capitals.map { margins in
            Curve(
                margins: margins,
                points: risks.compactMap { leverage, risk in
                    risk.first { $0.margins == margins && $0.ruined > 0 }?.share.map { (leverage, $0) }
                })
        }.filter { !$0.points.isEmpty }
        let points = all.flatMap(\.points)
        guard Set(points.map(\.leverage)).count > 1 else { return nil }
        // The smallest capital, the largest that is ever lost, and one between.
        curves = Array(Set([0, (all.count - 1) / 2, all.count - 1])).sorted().map { all[$0] }
        alternative = "Share of starts that lost all of their margins, by leverage. Every value is in the table below."
        y = .decades(covering: points.map { $0.share * 0.9 }, within: 1e-6...1, start: height - 52, end: 20)
        x = LogAxis(
            low: points.map(\.leverage).min()!, high: points.map(\.leverage).max()!, start: y.shareLabelEnd + 10,
            end: width - 110)
    }

    func writeShapes(to w: inout HTMLWriter) {
        writeShareAxes(x, y, leverages: curves.flatMap(\.points).map(\.leverage), to: &w)
        var below = y.end - 2
        for (place, curve) in curves.enumerated() {
            let style = RuinChart.styles[place]
            let points = curve.points.map { (x: x.position($0.leverage), y: y.position($0.share)) }
            if points.count > 1 { w.shape("path", .class("ln \(style)"), Attribute("d", pathThrough(points))) }
            if points.count <= 30 { for point in points { w.dot("dt \(style)f", point.x, point.y, radius: 3.5) } }
            let name = max(points[points.count - 1].y, below)
            w.label("nm \(style)t", x.end + 12, name + 4, counted(curve.margins, "margin", "margins"))
            below = name + 20
        }
    }
}
