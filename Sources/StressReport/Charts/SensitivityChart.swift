import StressBasics
import StressResults
import StressStatistics

/// The headline under changed assumptions, one row a change: share with its interval, logarithmic.
struct SensitivityChart: Drawing {
    private let rows: [SensitivityRow]
    private let labels: RowLabels
    private let base: SensitivityRow
    private let x: LogAxis
    /// Where zero stands, left of a logarithmic axis that has none; nil where nothing reaches it.
    private let zero: Double?

    let width = 560.0
    var height: Double { bottom + 50 }
    var alternative: String { "\(title). Every value is in the table below." }
    private let top = 30.0
    private let pitch = 22.0
    private var bottom: Double { top + Double(rows.count) * pitch }

    /// Nil when no row has an entry below zero.
    init?(_ all: [SensitivityRow]) {
        guard let base = all.first(where: { $0.assumption == "none" }) else { return nil }
        rows = all.filter { $0.interval != nil }
        self.base = base
        let values = rows.flatMap { row in
            [row.frequency, row.interval?.high].compactMap { $0 }.filter { $0 > 0 }
        }
        guard rows.contains(where: { ($0.frequency ?? 0) > 0 }), !values.isEmpty else { return nil }
        let reachesZero = rows.contains { $0.frequency == 0 || ($0.interval?.low ?? 1) <= 0 }
        labels = RowLabels(rows.map(\.words), atLeast: 166)
        zero = reachesZero ? labels.end + 18 : nil
        x = .decades(
            covering: values, within: 1e-5...1, start: labels.end + (reachesZero ? 46 : 12), end: width - 64)
    }

    /// Where a share stands: zero in its own place, and what is below the axis at its start.
    private func place(_ share: Double) -> Double {
        share > 0 ? x.position(min(max(share, x.low), x.high)) : zero ?? x.start
    }

    /// What moves the headline most, in percentage points: a ratio has no end towards zero.
    var title: String {
        guard let own = base.frequency, own > 0 else { return "The headline under changed assumptions" }
        let moved = rows.filter { $0.assumption != "none" }.compactMap { row in
            row.frequency.map { Moved(row: row, share: $0, own: own) }
        }
        if moved.isEmpty { return "The headline under changed assumptions" }
        let bounds = moved.filter(\.isBound)
        let reach = bounds.isEmpty ? "" : "filled " + bounds.map(\.boundWords).joined(separator: ", ")
        if let most = moved.filter({ !$0.isBound }).max(by: { $0.points < $1.points }), most.isVisible {
            return "\(most.words) moves it most: \(most.comparison)\(reach.isEmpty ? "" : "; " + reach)"
        }
        if bounds.contains(where: \.isVisible) {
            return "Only the fill moves it: \(reach), instead of \(shareText(own))"
        }
        return moved.allSatisfy { $0.points == 0 }
            ? "No change moves the headline" : "No changed assumption moves the headline visibly"
    }

    /// A share under a changed assumption beside the headline's own.
    private struct Moved {
        let row: SensitivityRow
        let share: Double
        let own: Double

        /// The fills that need no assumption about what happens inside a bar, and that nobody assumes.
        var isBound: Bool { row.assumption == "fill" && (row.value == "best" || row.value == "worst") }
        /// A law of late fills may do better than the trigger's price, so that is not called the best.
        var boundWords: String {
            "\(row.value == "best" ? "at the trigger" : "at each bar’s worst price") \(shareText(share))"
        }
        var points: Double { abs(share - own) }
        var comparison: String { "\(shareText(share)) instead of \(shareText(own))" }
        var isVisible: Bool { shareText(share) != shareText(own) }
        var words: String { row.words.prefix(1).uppercased() + row.words.dropFirst() }
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        for tick in x.ticks {
            w.rule("gr", x.position(tick), top - 4, x.position(tick), bottom)
            w.label("ti", x.position(tick), bottom + 20, anchor: "middle", percentNumber(tick))
        }
        if let zero {
            w.rule("ax", zero, top - 4, zero, bottom)
            w.label("ti", zero, bottom + 20, anchor: "middle", "0")
        }
        w.label(
            "tk", (x.start + x.end) / 2, bottom + 44, anchor: "middle",
            "% below zero, log scale" + (zero == nil ? "" : "; 0 apart"))
        if let own = base.frequency, own > 0 {
            w.rule("rf", x.position(own), top - 4, x.position(own), bottom)
        }
        for (place, row) in rows.enumerated() {
            write(row, labels.texts[place], at: top + (Double(place) + 0.5) * pitch, &w)
        }
    }

    private func write(_ row: SensitivityRow, _ label: String, at y: Double, _ w: inout HTMLWriter) {
        guard let interval = row.interval, let frequency = row.frequency else { return }
        let isBase = row.assumption == "none"
        w.label(isBase ? "nm s1t" : "tl", labels.end, y + 4.5, anchor: "end", label)
        w.label("tk", width - 4, y + 4.5, anchor: "end", shareNumber(frequency))
        w.rule("q1l", place(interval.low), y, place(interval.high), y)
        if frequency > 0 {
            w.dot("dt s1f", place(frequency), y, radius: isBase ? 5.5 : 4)
        } else {
            w.dot("zr s1", place(0), y, radius: 4)
        }
    }
}
