import StressBasics
import StressResults
import StressStatistics

/// One cell of a heat table.
struct HeatCell {
    let figure: CellFigure?
    /// The same under the worst fill, where a table has no tab of its own for it.
    var worst: CellFigure?
    /// The same filled at once.
    var atOnce: CellFigure?
    /// The same under the best fill.
    var best: CellFigure?
    let confidence: Double
    /// What the cell is about, the first line of its tooltip.
    let subject: String
    let isHeadline: Bool
    /// Whether the cell is the number and its colour alone, for tables of thousands.
    var isBare = false

    /// Writes the cell: the number, its interval, and the sentence that explains both.
    ///
    /// - Parameter hasTip: whether the explanation is written with it; the table may hold those of all its cells.
    func write(to w: inout HTMLWriter, hasTip: Bool = true) {
        let tip = hasTip ? tip.map { [Attribute("data-tip", $0.text)] } ?? [] : []
        w.element("td", [.class(style)] + tip) { w in
            w.text(number)
            guard !isBare else { return }
            if let range { w.element("small", text: range) }
            if let worst = worst?.share { w.element("small", text: "▾ " + shareNumber(worst.fraction)) }
        }
    }

    /// The number alone, of a row of thousands. Without a class a cell has the colour of the darkest before it, that of zero at first: shares
    /// rise with leverage, so that few cells of a row need one.
    ///
    /// - Parameters:
    ///   - darkest: the darkest colour of the row so far.
    ///   - isFewRow: whether the row says of all its cells that their windows are few.
    func writeBare(to w: inout HTMLWriter, after darkest: inout Int, isFewRow: Bool) {
        let bin = figure?.share.map { ColourBins.bin(of: $0.fraction) }
        let marks = [isIndicative && !isFewRow ? "few" : nil, isHeadline ? "hl" : nil].compactMap { $0 }
        let colour = bin == darkest && marks.isEmpty ? [] : [kind]
        darkest = max(darkest, bin ?? 0)
        let classes = (colour + marks).joined(separator: " ")
        w.element("td", classes.isEmpty ? [] : [.class(classes)]) { $0.text(number) }
    }

    /// Whether its share rests on few windows.
    var isIndicative: Bool { figure?.share?.isIndicative == true }

    /// The sentence that explains the cell; nil for one that is its number alone.
    var tip: CellTip? {
        isBare ? nil : CellTip(text: ([subject] + tipLines).joined(separator: "\n"), small: range)
    }

    /// The cell as the number of a table.
    var shown: ShownFigure {
        ShownFigure(
            figure?.numberWithInterval ?? "no data", figure?.share?.fraction, figure?.share?.interval?.ends, .fraction)
    }

    private var style: String {
        let parts = [kind, isIndicative ? "few" : nil, isHeadline ? "hl" : nil]
        return parts.compactMap { $0 }.joined(separator: " ")
    }

    private var kind: String {
        switch figure {
        case .share(let share): ColourBins.name(of: share.fraction)
        case .impossible: "na"
        case .rejected: "rj"
        case .noData, nil: "nd"
        }
    }

    private var number: String { figure?.number ?? "no data" }

    private var range: String? {
        figure?.share.flatMap { share in share.interval?.rangeNumber(windows: share.windows) }
    }

    private var tipLines: [String] {
        switch figure {
        case .share(let share): shareTip(share)
        case .impossible: ["Cannot happen, whatever the price does above zero"]
        case .rejected(let count): ["Not opened under the platform’s rules: \(counted(count, "entry", "entries"))"]
        case .noData(let excluded): ["No entry has a whole window: \(grouped(excluded)) excluded"]
        case nil: ["Not computed"]
        }
    }

    private func shareTip(_ share: MeasuredShare) -> [String] {
        let count = "\(grouped(share.count)) of \(counted(share.entries, "entry", "entries"))"
        let interval = share.interval.map {
            "\(intervalText($0, confidence: confidence)), \(windowWords(share.windows))"
        }
        let warning = share.isIndicative ? "Few windows: indicative only" : nil
        let bound = worst?.share.map { "Worst fill: \(shareText($0.fraction))" }
        let early = atOnce?.share.map { "At once: \(shareText($0.fraction))" }
        let floor = best?.share.map { "Best fill: \(shareText($0.fraction))" }
        return [count, interval, floor, early, bound, warning].compactMap { $0 }
    }
}

extension CellFigure {
    /// The figure in percent as a table shows it, or the word for why there is none.
    var number: String {
        switch self {
        case .share(let share): shareNumber(share.fraction)
        case .impossible: "n/a"
        case .rejected: "rejected"
        case .noData: "no data"
        }
    }

    /// ``number`` with interval or bound: `3.1 (2.0–4.7)`, `0 (≤0.5)`.
    var numberWithInterval: String {
        guard let share, let interval = share.interval else { return number }
        return "\(number) (\(interval.rangeNumber(windows: share.windows)))"
    }
}

extension HTMLWriter {
    /// The colour classes and what each stands for, in percent.
    mutating func colourLegend(_ labels: [String]) {
        element("ul", .class("legend")) { w in
            for (bin, label) in labels.enumerated() {
                w.element("li") { w in
                    w.element("span", .class("sw b\(bin)")) { _ in }
                    w.text(bin == labels.count - 1 ? label + narrowSpace + "%" : label)
                }
            }
        }
        line()
    }

    /// The fixed colour classes, and the signs of a heat table that are not colours.
    mutating func heatLegend() {
        colourLegend(ColourBins.labels)
        element("p", .class("key")) { w in
            w.element("b", text: "0 ≤x")
            w.text(" none seen, and the rate could still be up to x · ")
            w.element("b", text: "too few")
            w.text(" separate episodes or windows for an interval · ")
            w.element("b", text: "n/a")
            w.text(" cannot happen · ")
            w.element("b", text: "rejected")
            w.text(" the platform would not open it · ")
            w.element("b", text: "no data")
            w.text(" no entry has a whole window · ")
            w.element("span", .class("fewkey")) { _ in }
            w.text(" corner: fewer than \(CellEstimate.fewWindows) independent windows, indicative only")
        }
        line()
    }
}
