import StressBasics
import StressResults
import StressStatistics

extension AssetSide {
    /// What this page's headline cell is made of; nil when it was not taken apart.
    var detail: CellDetail? {
        headline.flatMap { row in report.details.first { $0.cell == row.cell } }
    }

    /// Identifiers and labels of the sections below, for the bar.
    var anatomySections: [(id: String, label: String)] {
        guard let detail, detail.anatomy.entries > 0 else { return [] }
        // The bar has room for these; the others stand beside them.
        return [("speed", "Speed"), ("events", "Episodes"), ("margin", "Margin")]
    }

    /// Speed, sensitivity, episodes, calendar, conditions and margin of the headline cell.
    func writeAnatomy(_ w: inout HTMLWriter) {
        guard let detail, detail.anatomy.entries > 0 else { return }
        w.element("div", .class("two")) { w in
            writeSpeed(detail, &w)
            // No half of a line stays empty.
            if detail.sensitivity.isEmpty { writeMargin(detail, &w) } else { writeSensitivity(detail, &w) }
        }
        writeEvents(detail, &w)
        writeCalendar(detail, &w)
        guard !detail.sensitivity.isEmpty else { return writeConditions(detail, &w) }
        w.element("div", .class("two")) { w in
            writeConditions(detail, &w)
            writeMargin(detail, &w)
        }
    }

    private func cellWords(_ detail: CellDetail) -> String {
        "\(detail.cell.leverage.screenText) \(side.rawValue) held for up to \(spanWords(detail.cell.horizon))"
            + scopeWords(detail.cell)
    }

    // MARK: Episodes

    private func writeEvents(_ detail: CellDetail, _ w: inout HTMLWriter) {
        let episodes = detail.anatomy.episodes
        let definition =
            "Entries of a \(cellWords(detail)) that went below zero within a day of each other are one episode. "
            + withoutLargest(detail.anatomy)
        w.section("events", label: "Episodes", title: eventsTitle(episodes), definition: definition) { w in
            if !episodes.all.isEmpty {
                w.scrolling("Episodes with most entries below zero") { writeEpisodes(detail, &$0) }
                if !detail.paths.isEmpty { writeEpisodeKey(&w) }
            }
            let hidden = episodes.all.count - 10
            let files = ["events.csv"] + (detail.paths.isEmpty ? [] : ["event_prices.csv"])
            w.source(
                files, root: "../", note: hidden > 0 ? "Shown: 10 of \(grouped(episodes.all.count)) episodes" : "",
                drawing: detail.paths.first.map { chartFile("episode-\($0.rank)") })
        }
    }

    private func eventsTitle(_ episodes: Episodes) -> String {
        guard let (count, share) = episodes.fewestHolding(0.5) else { return "No episode: nothing went below zero" }
        if count == episodes.all.count {
            return "\(counted(count, "episode holds", "episodes hold")) all entries below zero"
        }
        return "\(counted(count, "episode holds", "episodes hold")) \(shareText(share)) of the entries below zero"
    }

    private func withoutLargest(_ anatomy: CellAnatomy) -> String {
        guard let whole = anatomy.whole, let without = anatomy.withoutLargest else { return "" }
        return "Without the largest the share would be \(shareText(without.frequency)) instead of "
            + "\(shareText(whole.frequency))."
    }

    private func writeEpisodes(_ detail: CellDetail, _ w: inout HTMLWriter) {
        let episodes = detail.anatomy.episodes
        let hasPaths = !detail.paths.isEmpty
        w.element("table", .class("tbl num eps")) { w in
            w.element("caption", .class("vh"), text: "Episodes with most entries below zero")
            w.tableHead(
                ["Below zero (UTC)"]
                    + (hasPaths ? ["Price around the worst entry", "Worst bar, %", "Entry to exit"] : [])
                    + ["Deepest, % of margin", "Entries", "% of all"])
            w.element("tbody") { w in
                for (place, episode) in episodes.largestFirst.prefix(10).enumerated() {
                    write(
                        episode, rank: place + 1, path: detail.paths.first { $0.rank == place + 1 },
                        total: episodes.total,
                        hasPaths: hasPaths, &w)
                }
            }
        }
    }

    private func write(
        _ episode: Episode, rank: Int, path: EpisodePath?, total: Double, hasPaths: Bool, _ w: inout HTMLWriter
    ) {
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row")) { w in
                w.text("\(rank). \(spanText(episode.first, episode.last))")
                w.text(" ")
                w.element("small", text: "entered \(spanText(episode.firstEntry, episode.lastEntry))")
            }
            if hasPaths {
                w.element("td", .class("spark")) { w in if let path { EpisodeChart(path, side: side).write(to: &w) } }
                w.element("td", .class("r"), text: path.map { moveNumber($0.worstMove) } ?? "")
                w.element("td", .class("r"), text: path.map { timeText($0.exit - $0.entry) } ?? "")
            }
            let worst = episode.worstShortfall.isFinite ? percentNumber(episode.worstShortfall) : "unbounded"
            let share = shareNumber(episode.entries / total)
            for field in [worst, grouped(episode.entries), share] { w.element("td", .class("r"), text: field) }
        }
        w.line()
    }

    private func writeEpisodeKey(_ w: inout HTMLWriter) {
        w.element("p", .class("key")) { w in
            w.text(
                "○ entry · ● closed below zero · dashed: the bankruptcy price at entry, beyond which the margin is gone · "
            )
            w.text("grey: from the lowest to the highest price of each stretch")
        }
        w.line()
    }

    /// A move in percent with its sign: `−12`, `+3.4`.
    private func moveNumber(_ move: Double) -> String { (move > 0 ? "+" : "") + signedPercentNumber(move) }

    private func spanText(_ first: UTCInstant, _ last: UTCInstant) -> String {
        first == last ? first.minuteText : "\(first.minuteText) – \(last.minuteText)"
    }

    // MARK: Speed

    private func writeSpeed(_ detail: CellDetail, _ w: inout HTMLWriter) {
        let others = detail.curves.isEmpty ? "" : " Thin: other leverages."
        let definition =
            "Share of entries of a \(cellWords(detail)) that were liquidated within a time; "
            + "band: \(confidenceText(confidence)) interval at each time." + others
        w.section("speed", label: "Time to liquidation", title: speedTitle, definition: definition) { w in
            let chart = LiquidationChart(self, detail)
            if let chart { w.element("figure") { chart.write(to: &$0) } }
            writeData("Share liquidated by time, %", &w) { writeSpeedTable(detail.allCurves, &$0) }
            w.source(["time_to_liquidation.csv"], root: "../", drawing: chart.map { _ in chartFile("speed") })
        }
    }

    private func writeSpeedTable(_ curves: [LiquidationCurve], _ w: inout HTMLWriter) {
        w.tableHead(["Within"] + curves.map { "\($0.cell.leverage.screenText), %" })
        w.element("tbody") { w in
            for (place, point) in (curves.first?.points ?? []).enumerated() {
                w.numberRow(
                    timeText(point.elapsed),
                    curves.map { $0.points.indices.contains(place) ? shareWords($0.points[place].inference) : "" })
            }
        }
    }

    /// How many were liquidated, and how fast.
    var speedTitle: String {
        guard let estimate = headline?.estimate, let median = estimate.medianTimeToLiquidation else {
            return "No entry was liquidated"
        }
        let share = estimate.liquidatedFrequency.map { "\(shareText($0)) are liquidated, " } ?? ""
        return "\(share)half of them within \(timeText(median))"
    }

    private func shareWords(_ inference: FrequencyInference?) -> String {
        guard let inference else { return "not estimated" }
        let range = inference.interval.rangeNumber(windows: Int(inference.effectiveEntries))
        return "\(shareNumber(inference.frequency)) (\(range))"
    }

    // MARK: Sensitivity

    private func writeSensitivity(_ detail: CellDetail, _ w: inout HTMLWriter) {
        let definition =
            "Share below zero of the headline with one assumption changed and everything else as it was; "
            + "line: \(confidenceText(confidence)) interval."
        let chart = SensitivityChart(detail.sensitivity)
        let title = chart.map(\.title) ?? "No change moves the headline from zero"
        w.section("sensitivity", label: "Sensitivity", title: title, definition: definition) { w in
            if let chart { w.element("figure") { chart.write(to: &$0) } }
            writeData("Share below zero under changed assumptions, %", &w) { w in
                w.tableHead(["Changed", "Entries", "Below zero, %"])
                w.element("tbody") { w in
                    for row in detail.sensitivity {
                        w.numberRow(row.words, [grouped(row.entries), row.shareWords])
                    }
                }
            }
            w.source(["sensitivity.csv"], root: "../", drawing: chart.map { _ in chartFile("sensitivity") })
        }
    }

    // MARK: Calendar

    private func writeCalendar(_ detail: CellDetail, _ w: inout HTMLWriter) {
        let months = detail.anatomy.months
        let bad = months.count { $0.negative > 0 }
        let definition =
            "Share of the entries of each month, and of each year, of a \(cellWords(detail)) that ended below zero, in %."
        let title = "Entries of \(grouped(bad)) of \(counted(months.count, "month", "months")) ended below zero"
        w.section("calendar", label: "Calendar", title: title, definition: definition) { w in
            w.scrolling("Share below zero by month of entry") { w in
                w.element("table", .class("heat")) { w in
                    w.element("caption", .class("vh"), text: "Share below zero by month and year of entry")
                    w.tableHead(["Year"] + monthNames + ["Whole year", "Below zero"], numbersFrom: 14)
                    w.element("tbody") { w in
                        // A century is more than any history of a coin; older ones go to the file.
                        for year in detail.anatomy.years.suffix(30) { writeYear(year, months, &w) }
                    }
                }
            }
            w.heatLegend()
            w.source(["calendar.csv", "calendar_years.csv"], root: "../")
        }
    }

    private var monthNames: [String] {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    }

    private func writeYear(_ year: YearShare, _ months: [MonthShare], _ w: inout HTMLWriter) {
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row"), text: String(year.year))
            for month in 1...12 {
                guard let share = months.first(where: { $0.year == year.year && $0.month == month }) else {
                    w.element("td", .class("nd"), text: "–")
                    continue
                }
                writeShare(
                    share.negative / Double(share.entries), "\(monthNames[month - 1]) \(year.year)",
                    (share.negative, share.entries), "", &w)
            }
            let title = "\(year.year), \(counted(year.months, "month", "months"))"
            writeShare(year.frequency, title, (year.negative, year.entries), " sum", &w)
            w.element("td", .class("cnt"), text: "\(grouped(year.negative)) of \(grouped(year.entries))")
        }
        w.line()
    }

    private func writeShare(
        _ fraction: Double, _ title: String, _ count: (negative: Double, entries: Int), _ style: String,
        _ w: inout HTMLWriter
    ) {
        let tip = "\(title)\n\(grouped(count.negative)) of " + counted(count.entries, "entry", "entries")
        w.element(
            "td", .class(ColourBins.name(of: fraction) + style), Attribute("data-tip", tip), text: shareNumber(fraction)
        )
    }

    // MARK: Conditions

    private func writeConditions(_ detail: CellDetail, _ w: inout HTMLWriter) {
        let definition =
            "Share below zero of a \(cellWords(detail)) by what was known at the entry: volatility and trend of the 30 days "
            + "before it (volatility in thirds of all earlier values), day of the week and hour (UTC)."
        w.section("conditions", label: "Conditions", title: conditionsTitle(detail), definition: definition) { w in
            w.scrolling("Share below zero by condition at entry") { w in
                writeConditions(detail.anatomy.conditions.filter { $0.condition != .hour }, &w)
            }
            writeData("Share below zero by hour of entry, %", &w) { w in
                w.tableHead(["Hour (UTC)", "Entries", "Below zero, %"])
                w.element("tbody") { w in
                    for group in detail.anatomy.conditions where group.condition == .hour { write(group, &w) }
                }
            }
            w.source(["conditions.csv"], root: "../")
        }
    }

    private func writeConditions(_ groups: [ConditionalShare], _ w: inout HTMLWriter) {
        w.element("table", .class("tbl num")) { w in
            w.element("caption", .class("vh"), text: "Share below zero by condition at entry")
            w.tableHead(["At entry", "Entries", "Below zero, %"])
            w.element("tbody") { w in
                for group in groups { write(group, &w) }
            }
        }
    }

    private func write(_ group: ConditionalShare, _ w: inout HTMLWriter) {
        w.numberRow(group.words, [grouped(group.entries), shareWords(group.inference)])
    }

    private func conditionsTitle(_ detail: CellDetail) -> String {
        let thirds = detail.anatomy.conditions.filter { $0.condition == .volatility }
        guard let calm = thirds.first(where: { $0.value == "low" })?.inference?.frequency,
            let wild = thirds.first(where: { $0.value == "high" })?.inference?.frequency
        else { return "What was known at the entry" }
        return "After calm \(shareText(calm)), after turbulence \(shareText(wild))"
    }
}

extension ConditionalShare {
    /// The group in words.
    fileprivate var words: String {
        switch condition {
        case .volatility: "\(value) volatility"
        case .trend: value
        case .hour: value
        case .weekday: value
        case .half: "\(value) half"
        }
    }
}

extension SensitivityRow {
    /// What was changed, in words.
    var words: String {
        if assumption == "none" { return "as it is" }
        return visibleText(assumption.replacing("_", with: " ") + (value.isEmpty ? "" : " \(value)"))
    }

    /// Share with interval.
    var shareWords: String {
        guard let frequency, let interval else { return entries == 0 ? "no entry" : "not estimated" }
        return "\(shareNumber(frequency)) (\(interval.rangeNumber(windows: .max)))"
    }
}
