#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics
import StressResults

/// An insurance fund through time, with the worst days marked and the times without money shaded; under it what was missing.
struct FundChart: Drawing {
    /// Neighbouring days that are drawn as one.
    struct Bin: Equatable {
        /// Midnights of its first and last day.
        let first: UTCInstant
        let last: UTCInstant
        /// The lowest the fund was, and what it ended with.
        let lowest: Double
        let balance: Double
        /// What was missing, and what of it the fund could not pay.
        let shortfall: Double
        let unpaid: Double
    }

    let bins: [Bin]
    /// The days with the largest shortfalls, at least a week apart, the worst first.
    let crashes: [UTCInstant]
    let alternative: String

    let width = 560.0
    let height = 356.0

    /// Two vertices a bin stay below what a drawing may have.
    static let mostBins = 180

    private let episodes: [ExhaustionRecord]
    private let x: DayAxis
    /// The end of the upper axis.
    private let most: Double
    /// The end of the lower axis.
    private let deepest: Double
    private let balance = (top: 44.0, bottom: 208.0)
    private let missing = (top: 250.0, bottom: 312.0)

    /// Nil without a fund.
    init?(_ result: LedgerResult) {
        guard result.hasFund, let first = result.days.first, let last = result.days.last else { return nil }
        bins = FundChart.bins(result.days)
        crashes = FundChart.crashes(result.days)
        episodes = result.episodes
        most = FundChart.roundAbove(bins)
        deepest = bins.reduce(0) { max($0, $1.shortfall) }
        let numbers = RowLabels([most, most / 2, deepest].map(moneyNumber), atLeast: 56, isPlain: true)
        x = DayAxis(
            first: first.day.milliseconds, last: last.day.milliseconds + DayAxis.day, start: numbers.end + 10,
            end: width - 8)
        alternative = "\(result.fundTitle). Every day is in fund.csv."
    }

    /// The days in at most ``mostBins`` stretches of equal number.
    static func bins(_ days: [LedgerDayRecord]) -> [Bin] {
        let size = max(1, (days.count + mostBins - 1) / mostBins)
        return stride(from: 0, to: days.count, by: size).map { start in
            let part = days[start..<min(start + size, days.count)]
            func sum(_ amount: (LedgerDayRecord) -> LedgerAmount) -> Double {
                part.reduce(LedgerAmount.zero) { $0 + amount($1) }.quote
            }
            return Bin(
                first: part[start].day, last: part[part.endIndex - 1].day,
                lowest: part.map(\.lowest).min()?.quote ?? 0, balance: part[part.endIndex - 1].balance.quote,
                shortfall: sum(\.shortfall), unpaid: sum(\.unpaid))
        }
    }

    /// Up to four days with the largest shortfalls, none within a week of a worse one.
    static func crashes(_ days: [LedgerDayRecord]) -> [UTCInstant] {
        var found: [UTCInstant] = []
        let falling = days.filter { $0.shortfall > .zero }.sorted {
            $0.shortfall != $1.shortfall ? $0.shortfall > $1.shortfall : $0.day < $1.day
        }
        for day in falling where found.count < 4 {
            let isApart = found.allSatisfy { abs($0.milliseconds - day.day.milliseconds) > 7 * DayAxis.day }
            if isApart { found.append(day.day) }
        }
        return found
    }

    /// Draws the chart.
    func writeShapes(to w: inout HTMLWriter) {
        writeExhaustion(&w)
        writeAxes(&w)
        writeCrashes(&w)
        writeBalance(&w)
        writeMissing(&w)
    }

    /// A round number above every balance.
    private static func roundAbove(_ bins: [Bin]) -> Double {
        let largest = bins.reduce(0) { max($0, $1.balance, $1.lowest) }
        guard largest > 0 else { return 0 }
        let decade = pow(10, log10(largest).rounded(.down))
        return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].first { $0 * decade >= largest } ?? 20) * decade
    }

    private func height(_ value: Double) -> Double {
        balance.bottom - (most > 0 ? (balance.bottom - balance.top) * max(0, value) / most : 0)
    }

    private func writeExhaustion(_ w: inout HTMLWriter) {
        for span in exhausted {
            w.shape(
                "rect", .class("q1b"), Attribute("x", coordinate(span.low)), Attribute("y", coordinate(balance.top)),
                Attribute("width", coordinate(max(2.5, span.high - span.low))),
                Attribute("height", coordinate(missing.bottom - balance.top)))
        }
    }

    /// Where the fund could not pay, on the drawing; stretches that touch are one, so a long history stays small.
    private var exhausted: [(low: Double, high: Double)] {
        var spans: [(low: Double, high: Double)] = []
        for episode in episodes {
            let low = x.position(episode.start.milliseconds)
            let high = episode.lastDay.map { x.position($0.milliseconds + DayAxis.day) } ?? x.end
            if let last = spans.last, low <= last.high + 1 {
                spans[spans.count - 1].high = max(last.high, high)
            } else {
                spans.append((low, high))
            }
        }
        return spans
    }

    private func writeAxes(_ w: inout HTMLWriter) {
        for step in 0...2 {
            let value = most * Double(step) / 2
            w.rule(step == 0 ? "ax" : "gr", x.start, height(value), x.end, height(value))
            w.label("ti", x.start - 10, height(value) + 4.5, anchor: "end", moneyNumber(value))
        }
        w.rule("ax", x.start, missing.top, x.end, missing.top)
        if deepest > 0 {
            w.label("ti", x.start - 10, missing.bottom + 4.5, anchor: "end", moneyNumber(deepest))
        }
        w.label("tk", x.start - 10, missing.top - 14, anchor: "start", missingWords)
        w.label("tk", x.start - 10, 14, anchor: "start", "Fund at the end of the day, quote currency")
        // The first one has room to the left, under the numbers of the axes.
        for tick in x.ticks {
            w.label("ti", x.position(tick.time), height - 18, anchor: "middle", tick.label)
        }
    }

    private var missingWords: String {
        let days = bins.first.map { ($0.last.milliseconds - $0.first.milliseconds) / DayAxis.day + 1 } ?? 1
        return "Missing per \(days > 1 ? "\(days) days" : "day"); coloured: not paid by the fund"
    }

    private func writeCrashes(_ w: inout HTMLWriter) {
        var labelled: [Double] = []
        for day in crashes {
            let place = x.position(day.milliseconds + DayAxis.day / 2)
            w.rule("rf", place, balance.top - 4, place, missing.bottom)
            // Dates are 70 wide, on a phone half as wide again; of two that would meet the worse day keeps its own.
            guard labelled.allSatisfy({ abs($0 - place) > 116 }) else { continue }
            labelled.append(place)
            let anchor = place > x.end - 42 ? "end" : place < x.start + 42 ? "start" : "middle"
            w.label("lb", place, balance.top - 10, anchor: anchor, day.civil.dateText)
        }
    }

    private func writeBalance(_ w: inout HTMLWriter) {
        let points = bins.flatMap { bin -> [(x: Double, y: Double)] in
            let end = x.position(bin.last.milliseconds + DayAxis.day)
            let middle = (x.position(bin.first.milliseconds) + end) / 2
            // The line goes through the lowest, so that no day without money is lost between two evenings.
            return [(middle, height(bin.lowest)), (end, height(bin.balance))]
        }
        w.shape("path", .class("lq s3"), Attribute("d", pathThrough(points)))
    }

    private func writeMissing(_ w: inout HTMLWriter) {
        for bin in bins where bin.shortfall > 0 && deepest > 0 {
            let left = x.position(bin.first.milliseconds)
            let width = max(1.5, x.position(bin.last.milliseconds + DayAxis.day) - left)
            let scale = (missing.bottom - missing.top) / deepest
            writeBar("w1", left, width, from: missing.top, length: bin.shortfall * scale, tip(bin), &w)
            if bin.unpaid > 0 {
                writeBar("w2", left, width, from: missing.top, length: bin.unpaid * scale, tip(bin), &w)
            }
        }
    }

    private func writeBar(
        _ style: String, _ left: Double, _ width: Double, from top: Double, length: Double, _ tip: String,
        _ w: inout HTMLWriter
    ) {
        w.shape(
            "rect", .class(style), Attribute("x", coordinate(left)), Attribute("y", coordinate(top)),
            Attribute("width", coordinate(width)), Attribute("height", coordinate(max(1, length))),
            Attribute("data-tip", tip))
    }

    private func tip(_ bin: Bin) -> String {
        let (first, last) = (bin.first.civil.dateText, bin.last.civil.dateText)
        let unpaid = bin.unpaid > 0 ? "\nnot paid by the fund: \(moneyWords(bin.unpaid))" : ""
        return (first == last ? first : "\(first) to \(last)") + "\nmissing: \(moneyWords(bin.shortfall))" + unpaid
    }
}
