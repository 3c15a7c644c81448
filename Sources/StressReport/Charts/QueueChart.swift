import StressBasics
import StressResults

/// What winners gave up under each queue, one row a queue: the mean of a meeting and the largest, logarithmic.
struct QueueChart: Drawing {
    let queues: [QueueResult]
    let alternative: String

    let width = 560.0
    private let labels: RowLabels
    private let x: LogAxis
    private let top = 34.0
    private let pitch = 34.0
    private var bottom: Double { top + Double(queues.count) * pitch }
    var height: Double { bottom + 50 }

    /// Nil where no queue found a winner.
    init?(_ result: LedgerResult) {
        queues = result.queues.filter { $0.total.touched > 0 && $0.total.haircut > .zero }
        guard !queues.isEmpty else { return nil }
        let values = queues.flatMap { queue in [queue.meanHaircut, queue.total.largest.quote].compactMap(\.self) }
        labels = RowLabels(queues.map(\.label), atLeast: 128)
        x = .fitted(to: values, within: 1e-2...1e15, start: labels.end + 12, end: width - 76)
        alternative = "\(result.queueTitle). Every value is in the table below."
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        for tick in x.ticks {
            w.rule("gr", x.position(tick), top - 4, x.position(tick), bottom)
            w.label("ti", x.position(tick), bottom + 20, anchor: "middle", moneyNumber(tick))
        }
        w.label("tk", (x.start + x.end) / 2, bottom + 44, anchor: "middle", "Given up, quote currency, log scale")
        w.label("tk", width - 4, top - 14, anchor: "end", "meetings")
        for (place, queue) in queues.enumerated() { write(queue, at: top + (Double(place) + 0.5) * pitch, &w) }
    }

    private func write(_ queue: QueueResult, at y: Double, _ w: inout HTMLWriter) {
        guard let mean = queue.meanHaircut else { return }
        let style = queue.isOwn ? "q1" : "q3"
        let (middle, most) = (x.position(mean), x.position(queue.total.largest.quote))
        w.label(queue.isOwn ? "nm s1t" : "tl", labels.end, y + 4.5, anchor: "end", queue.label)
        w.label("tk", width - 4, y + 4.5, anchor: "end", grouped(queue.total.touched))
        w.rule("\(style)l", middle, y, most, y)
        w.rule("\(style)m", most, y - 6, most, y + 6)
        w.dot("\(style)d", middle, y, radius: 5.5)
        // What is pointed at is larger than what is seen.
        w.shape(
            "rect", .class("hit"), Attribute("x", coordinate(min(middle, most) - 8)),
            Attribute("y", coordinate(y - 12)),
            Attribute("width", coordinate(abs(most - middle) + 16)), Attribute("height", "24"),
            Attribute("data-tip", tip(queue, mean: mean)))
    }

    private func tip(_ queue: QueueResult, mean: Double) -> String {
        let own = queue.isOwn ? ", the platform’s own" : ""
        let part = queue.total.profitShare.map { "\n\(shareText($0)) of their profit" } ?? ""
        return
            "\(queue.label)\(own)\n\(counted(queue.total.touched, "meeting", "meetings")), \(moneyWords(queue.total.haircut)) given up"
            + "\nmean \(moneyWords(mean)), largest \(moneyWords(queue.total.largest))\(part)"
    }
}
