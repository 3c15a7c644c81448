import StressBasics
import StressResults
import StressStatistics

/// The price around the worst entry of an episode: where it was entered, where its margin was gone, and where it was closed.
struct EpisodeChart: Drawing {
    let path: EpisodePath
    let side: Side

    let width = 190.0
    let height = 52.0

    init(_ path: EpisodePath, side: Side) {
        (self.path, self.side) = (path, side)
    }

    /// In words, with its numbers.
    var alternative: String {
        let bankrupt = path.bankruptcyPrice.map { ", bankrupt at \(priceText($0))" } ?? ""
        return "Price from \(path.points.first?.time.minuteText ?? "") to \(path.points.last?.time.minuteText ?? ""): "
            + "entered at \(priceText(path.entryPrice))\(bankrupt), closed at \(priceText(path.exitPrice))."
    }

    /// Draws the range, the closes, the bankruptcy price, entry and exit.
    func writeShapes(to w: inout HTMLWriter) {
        guard let first = path.points.first, let last = path.points.last, first.time < last.time else { return }
        let prices =
            path.points.flatMap { [$0.low, $0.high] } + [path.entryPrice, path.exitPrice]
            + [path.bankruptcyPrice].compactMap { $0 }
        let (low, high) = (prices.min() ?? 0, prices.max() ?? 1)
        func x(_ time: UTCInstant) -> Double {
            let share = (time - first.time).inSeconds / (last.time - first.time).inSeconds
            return 6 + (width - 12) * min(max(share, 0), 1)
        }
        func y(_ price: Double) -> Double {
            high > low ? height - 6 - (height - 12) * (price - low) / (high - low) : height / 2
        }
        let range =
            path.points.map { (x: x($0.time), y: y($0.high)) }
            + path.points.reversed().map { (x: x($0.time), y: y($0.low)) }
        w.shape("path", .class("pr"), Attribute("d", pathThrough(range) + "Z"))
        w.shape(
            "path", .class("pc"), Attribute("d", pathThrough(path.points.map { (x: x($0.time), y: y($0.close)) })))
        if let price = path.bankruptcyPrice { w.rule("bk", x(path.entry), y(price), width - 2, y(price)) }
        w.dot("en", x(path.entry), y(path.entryPrice), radius: 3)
        w.dot("dt s1f", x(path.exit), y(path.exitPrice), radius: 4.5)
    }
}

/// A price as pages show it: five digits tell neighbours of a crash apart.
func priceText(_ price: Double) -> String {
    price < 0 ? "−" + priceText(-price) : price >= 99_999.5 ? groupedWhole(price) : smallText(price, digits: 5)
}
