import StressBasics
import StressResults

extension WhoPaysSection {
    /// Platforms with a fund, as many as are drawn.
    var funded: [LedgerResult] {
        Array(ledger.whole.map(\.result).filter(\.hasFund).prefix(WhoPaysSection.mostDrawn))
    }

    /// Each fund through time, and what it would have needed.
    var funds: [PagePart] {
        funded.enumerated().compactMap { place, result in
            FundChart(result).map { chart in
                .beside([section(chart, result, place)] + (result.needed.isEmpty ? [] : [needed(result, place)]))
            }
        }
    }

    private func section(_ chart: FundChart, _ result: LedgerResult, _ place: Int) -> ReportSection {
        let definition =
            "The insurance fund’s balance; dashed: the days with the largest shortfalls. Shaded: from the first unit that the fund "
            + "could not pay to the next day that ended with \(result.hasFloor ? "more than its floor" : "money") in it."
        return ReportSection(
            "fund-\(place + 1)", label: "Insurance fund", title: result.fundTitle, definition: definition,
            [.drawing(chart)] + episodes(result) + [
                .source(
                    ["fund.csv", "fund_episodes.csv", "platforms.csv"], drawing: WhoPaysSection.file("fund", place))
            ])
    }

    private func episodes(_ result: LedgerResult) -> [Block] {
        let worst = result.episodes.sorted { $0.unpaid != $1.unpaid ? $0.unpaid > $1.unpaid : $0.start < $1.start }
        guard !worst.isEmpty else { return [] }
        let rows = worst.prefix(10).map { episode in
            SectionTable.Row(
                episode.start.minuteText,
                [
                    ShownFigure(episode.lastDay?.civil.dateText ?? "the end"), .money(episode.unpaid),
                    .count(episode.shortfalls),
                ])
        }
        let name = visibleText(result.platform)
        let times =
            result.hasFloor
            ? "Times with the fund of \(name) at its floor or below" : "Times without money in the fund of \(name)"
        return [
            .data(
                SectionTable(
                    name: "\(times), the worst first",
                    head: ["From (UTC)", "Until", "Not paid", "Positions"], rows: rows))
        ]
    }

    private func needed(_ result: LedgerResult, _ place: Int) -> ReportSection {
        let definition =
            "The fund at a day’s beginning\(result.hasFloor ? ", its floor included," : "") that would have paid a share of the days with bars, and of the positions closed below zero, in full"
            + "; \(confidenceText(confidence)) interval."
        let table = SectionTable(
            name: "Fund needed at \(visibleText(result.platform))", head: ["To pay", "Fund", "Interval"],
            rows: result.needed.map { needed in
                SectionTable.Row(
                    needed.words, [.money(needed.amount), ShownFigure(needed.rangeWords, nil, needed.interval, .quote)])
            })
        return ReportSection(
            "needed-\(place + 1)", label: "Fund needed", title: result.neededTitle, definition: definition,
            [
                .table(table), .paragraph(.key, beganWords(result)), .source(["fund_needed.csv", "platforms.csv"]),
            ])
    }

    private func beganWords(_ result: LedgerResult) -> String {
        "It began with \(moneyWords(result.fundStart)), was at its lowest at \(moneyWords(result.fundLowest)) and ended with "
            + "\(moneyWords(result.fundEnd)).\(feesWords(result))"
    }

    /// How long fees would take to bring together what it began with.
    private func feesWords(_ result: LedgerResult) -> String {
        guard let fees = result.feesPerDay, let days = result.startInDaysOfFees else { return "" }
        let refill =
            result.fundStart > .zero
            ? ": all of them would bring together what it began with in \(significantText(days, digits: 3)) days" : ""
        return " Fees of opening, closing and liquidation are \(moneyWords(fees)) a day\(refill)."
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
