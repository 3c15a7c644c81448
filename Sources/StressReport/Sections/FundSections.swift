import StressBasics
import StressResults

extension WhoPaysSection {
    /// Platforms with a fund, as many as are drawn.
    var funded: [LedgerResult] {
        Array(ledger.whole.map(\.result).filter(\.hasFund).prefix(WhoPaysSection.mostDrawn))
    }

    /// Each fund through time, and what it would have needed.
    func writeFunds(_ w: inout HTMLWriter) {
        for (place, result) in funded.enumerated() {
            guard let chart = FundChart(result) else { continue }
            w.line()
            w.element("div", .class("two")) { w in
                write(chart, result, place, &w)
                if !result.needed.isEmpty { writeNeeded(result, place, &w) }
            }
        }
    }

    private func write(_ chart: FundChart, _ result: LedgerResult, _ place: Int, _ w: inout HTMLWriter) {
        let definition =
            "The insurance fund’s balance; dashed: the days with the largest shortfalls. Shaded: from the first unit that the fund "
            + "could not pay to the next day that ended with money in it."
        w.section("fund-\(place + 1)", label: "Insurance fund", title: result.fundTitle, definition: definition) { w in
            w.element("figure") { chart.write(to: &$0) }
            writeEpisodes(result, &w)
            w.source(
                ["fund.csv", "fund_episodes.csv", "platforms.csv"], root: "",
                drawing: WhoPaysSection.file("fund", place))
        }
    }

    private func writeEpisodes(_ result: LedgerResult, _ w: inout HTMLWriter) {
        let worst = result.episodes.sorted { $0.unpaid != $1.unpaid ? $0.unpaid > $1.unpaid : $0.start < $1.start }
        guard !worst.isEmpty else { return }
        let name = "Times without money in the fund of \(visibleText(result.platform)), the worst first"
        w.element("details", .class("data")) { w in
            w.element("summary", text: "Show as table")
            w.scrolling(name) { w in
                w.element("table", .class("tbl num")) { w in
                    w.element("caption", .class("vh"), text: name)
                    w.tableHead(["From (UTC)", "Until", "Not paid", "Positions"])
                    w.element("tbody") { w in
                        for episode in worst.prefix(10) {
                            w.numberRow(
                                episode.start.minuteText,
                                [
                                    episode.lastDay?.civil.dateText ?? "the end", moneyNumber(episode.unpaid),
                                    grouped(episode.shortfalls),
                                ])
                        }
                    }
                }
            }
        }
        w.line()
    }

    private func writeNeeded(_ result: LedgerResult, _ place: Int, _ w: inout HTMLWriter) {
        let definition =
            "The fund at a day’s beginning that would have paid a share of the days with bars, and of the positions closed below zero, in full"
            + "; \(confidenceText(confidence)) interval."
        w.section("needed-\(place + 1)", label: "Fund needed", title: result.neededTitle, definition: definition) { w in
            w.scrolling("Fund needed at \(visibleText(result.platform))") { w in
                w.element("table", .class("tbl num")) { w in
                    w.element("caption", .class("vh"), text: "Fund needed at \(visibleText(result.platform))")
                    w.tableHead(["To pay", "Fund", "Interval"])
                    w.element("tbody") { w in
                        for needed in result.needed {
                            w.numberRow(needed.words, [moneyNumber(needed.amount), needed.rangeWords])
                        }
                    }
                }
            }
            w.element("p", .class("key"), text: beganWords(result))
            w.source(["fund_needed.csv", "platforms.csv"], root: "")
        }
    }

    private func beganWords(_ result: LedgerResult) -> String {
        "It began with \(moneyNumber(result.fundStart)), was at its lowest at \(moneyNumber(result.fundLowest)) and ended with "
            + "\(moneyNumber(result.fundEnd)).\(feesWords(result))"
    }

    /// How long fees would take to bring together what it began with.
    private func feesWords(_ result: LedgerResult) -> String {
        guard let fees = result.feesPerDay, let days = result.startInDaysOfFees else { return "" }
        let refill =
            result.fundStart > .zero
            ? ": all of them would bring together what it began with in \(significantText(days, digits: 3)) days" : ""
        return " Fees of opening, closing and liquidation are \(moneyNumber(fees)) a day\(refill)."
    }
}

extension FundNeeded {
    /// `12 400–31 000`; `12 400 or more` where the history is too short to bound it.
    fileprivate var rangeWords: String {
        guard let interval else { return "none" }
        let low = moneyNumber(interval.low)
        return interval.high.isFinite ? "\(low)–\(moneyNumber(interval.high))" : "\(low) or more"
    }

    /// `99.9 % of 730 days`, `all 312 positions`.
    fileprivate var words: String {
        let things = basis == .days ? counted(count, "day", "days") : counted(count, "position", "positions")
        return share >= 1 ? "all of \(things)" : "\(shareText(share)) of \(things)"
    }
}
