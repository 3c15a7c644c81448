import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension AssetSide {
    /// What this page's headline cell is made of; nil when it was not taken apart.
    var detail: CellDetail? {
        headline.flatMap { row in records.details.first { $0.cell == row.cell } }
    }

    /// Identifiers and labels of the sections below, for the bar.
    var anatomySections: [(id: String, label: String)] {
        guard let detail, detail.anatomy.entries > 0 else { return [] }
        // The bar has room for these; the others stand beside them.
        return [("speed", "Speed"), ("events", "Episodes"), ("margin", "Margin")]
    }

    /// Speed, sensitivity, episodes, calendar, conditions and margin of the headline cell.
    var anatomyParts: [PagePart] {
        guard let detail, detail.anatomy.entries > 0 else { return [] }
        // No half of a line stays empty.
        let isStill = detail.sensitivity.isEmpty
        return [
            .beside([speed(detail), isStill ? margin(detail) : sensitivity(detail)]), .section(events(detail)),
            .section(calendar(detail)),
            isStill ? .section(conditions(detail)) : .beside([conditions(detail), margin(detail)]),
        ]
    }

    private func cellWords(_ detail: CellDetail) -> String { cellWords(detail.cell) }

    /// For how long entries were watched, where none was for the whole holding time.
    private func watchedWords(_ detail: CellDetail) -> String {
        guard detail.anatomy.years.allSatisfy({ $0.counts.entries == 0 }),
            let longest = detail.anatomy.liquidation.last?.elapsed
        else { return "" }
        return " No entry has a whole window: the longest that any was watched is \(timeText(longest))."
    }

    private func cellWords(_ cell: StudyCell) -> String {
        "\(cell.leverage.screenText) \(side.rawValue) held for up to \(spanWords(cell.horizon))" + scopeWords(cell)
    }

    // MARK: Episodes

    private func events(_ detail: CellDetail) -> ReportSection {
        let episodes = detail.anatomy.episodes
        let definition =
            "Entries of a \(cellWords(detail)) that went below zero within a day of each other are one episode. "
            + withoutLargest(detail.anatomy) + watchedWords(detail) + lawWords(detail)
        let hidden = episodes.all.count - 10
        let table: [Block] = episodes.all.isEmpty ? [] : [.table(episodeTable(detail))]
        let isDrawn = !episodes.all.isEmpty && !detail.paths.isEmpty
        let key: [Block] = isDrawn ? [.paragraph(.signs, episodeKey(episodes))] : []
        return ReportSection(
            "events", label: "Episodes", title: eventsTitle(episodes), definition: definition,
            table + key + [
                .source(
                    ["events.csv"] + (detail.paths.isEmpty ? [] : ["event_prices.csv"]),
                    note: hidden > 0 ? "Shown: 10 of \(grouped(episodes.all.count)) episodes" : "",
                    drawing: detail.paths.first.map { chartFile("episode-\($0.rank)") })
            ])
    }

    /// That depths are averages, where no drawing has its key to say so: every line counts on eight sheets.
    private func lawWords(_ detail: CellDetail) -> String {
        detail.anatomy.episodes.haveLaws && detail.paths.isEmpty ? " Depths are averages by the law of the fill." : ""
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
        return "Without the largest the share would be \(insteadWords(without.frequency, whole.frequency))."
    }

    private func episodeTable(_ detail: CellDetail) -> SectionTable {
        let episodes = detail.anatomy.episodes
        return SectionTable(
            name: "Episodes with most entries below zero", style: .sparks,
            head: ["Below zero (UTC)"]
                + (detail.paths.isEmpty ? [] : ["Price around the worst entry", "Worst bar, %", "Entry to exit"])
                + ["Deepest, % of margin", "Entries", "% of all"],
            rows: episodes.largestFirst.prefix(10).enumerated().map { place, episode in
                let path = detail.paths.first { $0.rank == place + 1 }
                return SectionTable.Row(
                    title(episode, rank: place + 1),
                    (detail.paths.isEmpty ? [] : cells(path)) + figures(episode, of: episodes.total).map { .figure($0) }
                )
            })
    }

    private func title(_ episode: Episode, rank: Int) -> [Inline] {
        [
            .text("\(rank). \(spanText(episode.first, episode.last)) "),
            .aside("entered \(spanText(episode.firstEntry, episode.lastEntry))"),
        ]
    }

    /// What the worst entry went through; empty places where its prices are not kept.
    private func cells(_ path: EpisodePath?) -> [SectionTable.Cell] {
        [
            .spark(path.map { EpisodeChart($0, side: side) }),
            .figure(
                path.map { ShownFigure(moveNumber($0.worstMove), $0.worstMove, nil, .fraction) } ?? ShownFigure("")),
            .figure(ShownFigure(path.map { timeText($0.exit - $0.entry) } ?? "")),
        ]
    }

    private func figures(_ episode: Episode, of total: Double) -> [ShownFigure] {
        let worst = episode.worstShortfall
        return [
            worst.isFinite ? .percent(worst) : ShownFigure("unbounded"), .count(episode.entries),
            .share(episode.entries / total),
        ]
    }

    private func episodeKey(_ episodes: Episodes) -> String {
        "○ entry · ● closed\(episodes.haveLaws ? ": it and depths are averages by the law of the fill" : " below zero") · dashed: the bankruptcy price at entry, beyond which the margin is gone · "
            + "grey: from the lowest to the highest price of each stretch"
    }

    /// A move in percent with its sign: `−12`, `+3.4`.
    private func moveNumber(_ move: Double) -> String { (move > 0 ? "+" : "") + signedPercentNumber(move) }

    private func spanText(_ first: UTCInstant, _ last: UTCInstant) -> String {
        first == last ? first.minuteText : "\(first.minuteText) – \(last.minuteText)"
    }

    // MARK: Speed

    private func speed(_ detail: CellDetail) -> ReportSection {
        let chart = LiquidationChart(self, detail)
        return ReportSection(
            "speed", label: "Time to liquidation", title: speedTitle,
            definition: speedDefinition(detail, of: detail.cell),
            (chart.map { [.drawing($0)] } ?? []) + [
                .data(speedTable(detail.allCurves)),
                .source(["time_to_liquidation.csv"], drawing: chart.map { _ in chartFile("speed") }),
            ])
    }

    private func speedDefinition(_ detail: CellDetail, of cell: StudyCell) -> String {
        let others = detail.curves.isEmpty ? "" : " Thin: other leverages."
        return "Share of entries of a \(cellWords(cell)) that were liquidated within a time; "
            + "band: \(confidenceText(confidence)) interval at each time." + others + watchedWords(detail)
    }

    /// Title, definition and drawing of the same section with each other leverage that has a curve in front, which nothing shows until
    /// one of them is chosen.
    var speedMarkups: [(leverage: Leverage, markup: String)] {
        guard let detail, detail.anatomy.entries > 0 else { return [] }
        return detail.curves.compactMap { curve in
            guard let row = rows.first(where: { $0.cell == curve.cell }), shownLeverages.contains(curve.cell.leverage),
                let chart = LiquidationChart(looking(at: row), detail, marking: curve.cell)
            else { return nil }
            var w = HTMLWriter()
            w.element("h2", text: looking(at: row).speedTitle)
            w.element("p", text: speedDefinition(detail, of: curve.cell))
            chart.write(to: &w)
            return (curve.cell.leverage, w.html)
        }
    }

    private func speedTable(_ curves: [LiquidationCurve]) -> SectionTable {
        SectionTable(
            name: "Share liquidated by time, %",
            head: ["Within"] + curves.map { "\($0.cell.leverage.screenText), %" },
            rows: (curves.first?.points ?? []).enumerated().map { place, point in
                SectionTable.Row(
                    timeText(point.elapsed),
                    curves.map { curve in
                        curve.points.indices.contains(place)
                            ? share(curve.points[place].inference) : ShownFigure("")
                    })
            })
    }

    /// How many were liquidated, and how fast.
    var speedTitle: String {
        if headline?.estimate.status == .noData { return seenTitle }
        guard let estimate = headline?.estimate, let half = estimate.halfLiquidatedWords else {
            return "No entry was liquidated"
        }
        let share = estimate.liquidatedFrequency.map { "\(shareText($0)) are liquidated, " } ?? ""
        return share + half
    }

    /// How far the curve of the headline's cell goes where no entry was watched for the whole holding time.
    private var seenTitle: String {
        let curve = records.details.flatMap(\.allCurves).first { $0.cell == headline?.cell }
        guard let last = curve?.points.last, let share = last.inference?.frequency else {
            return "No entry has a whole window"
        }
        return "Within \(timeText(last.elapsed)), the longest that any was watched, "
            + (share > 0 ? "\(shareText(share)) are liquidated" : "no entry was liquidated")
    }

    private func share(_ inference: FrequencyInference?) -> ShownFigure {
        guard let inference else { return ShownFigure("not estimated") }
        let range = inference.interval.rangeNumber(windows: Int(inference.effectiveEntries))
        return ShownFigure(
            "\(shareNumber(inference.frequency)) (\(range))", inference.frequency, inference.interval.ends, .fraction)
    }

    // MARK: Sensitivity

    private func sensitivity(_ detail: CellDetail) -> ReportSection {
        let definition =
            "Share below zero of the headline with one assumption changed; moved most: in percentage points; "
            + "line: \(confidenceText(confidence)) interval."
            + (detail.sensitivity.contains(where: \.isTriggeredLate) ? lateTriggerWords : "")
        let chart = SensitivityChart(detail.sensitivity)
        let title = chart.map(\.title) ?? "No change moves the headline from zero"
        let table = SectionTable(
            name: "Share below zero under changed assumptions, %", head: ["Changed", "Entries", "Below zero, %"],
            rows: detail.sensitivity.map { row in
                SectionTable.Row(
                    row.words,
                    [
                        .count(row.counts.entries),
                        ShownFigure(row.shareWords, row.frequency, row.interval?.ends, .fraction),
                    ])
            })
        return ReportSection(
            "sensitivity", label: "Sensitivity", title: title, definition: definition,
            (chart.map { [.drawing($0)] } ?? []) + [
                .data(table), .source(["sensitivity.csv"], drawing: chart.map { _ in chartFile("sensitivity") }),
            ])
    }

    /// A close is known at the end of its bar, and the price from which a position is filled was there before.
    private var lateTriggerWords: String {
        " With trigger close, fills go on from a price that was there before the check: too kind a share, unless the fill "
            + "is next or worst."
    }

    // MARK: Calendar

    private func calendar(_ detail: CellDetail) -> ReportSection {
        let months = detail.anatomy.months
        let bad = months.count { $0.counts.negativeSeen > 0 }
        let definition =
            "Share of the entries of each month, and of each year, of a \(cellWords(detail)) that ended below zero, in %."
            + (detail.anatomy.years.contains { $0.counts.cut > 0 }
                ? " Shares weigh entries by how long each was watched; counts take each as one." : "")
            + watchedWords(detail)
        let table = SectionTable(
            name: "Share below zero by month of entry", caption: "Share below zero by month and year of entry",
            style: .heat, head: ["Year"] + monthNames + ["Whole year", "Below zero"], numbersFrom: 14,
            // A century is more than any history of a coin; older ones go to the file.
            rows: detail.anatomy.years.suffix(30).map { row($0, months) })
        return ReportSection(
            "calendar", label: "Calendar",
            title: "Entries of \(grouped(bad)) of \(counted(months.count, "month", "months")) ended below zero",
            definition: definition,
            [.table(table), .heatLegend, .source(["calendar.csv", "calendar_years.csv"])])
    }

    private var monthNames: [String] {
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    }

    private func row(_ year: YearShare, _ months: [MonthShare]) -> SectionTable.Row {
        let own = (1...12).map { month -> SectionTable.Cell in
            guard let share = months.first(where: { $0.year == year.year && $0.month == month }) else {
                return .missing
            }
            return shade(share.frequency, "\(monthNames[month - 1]) \(year.year)", share.counts)
        }
        let title = "\(year.year), \(counted(year.months, "month", "months"))"
        let (counts, negative) = (year.counts, year.counts.negativeSeen)
        let words = "\(grouped(negative)) of \(grouped(counts.entries + counts.cut))"
        return SectionTable.Row(
            [.text(String(year.year))],
            own + [
                shade(year.frequency, title, year.counts, " sum"),
                .sum(ShownFigure(words, negative, nil, .count)),
            ])
    }

    /// A share in its colour; an empty place where no window is whole.
    private func shade(
        _ frequency: Double?, _ title: String, _ counts: EntryCounts, _ style: String = ""
    ) -> SectionTable.Cell {
        guard let fraction = frequency else { return .missing }
        let cut = counts.cut > 0 ? "\n\(grouped(counts.cutNegative)) of \(grouped(counts.cut)) cut short" : ""
        let tip = "\(title)\n\(grouped(counts.negative)) of " + counted(counts.entries, "entry", "entries") + cut
        return .shade(.share(fraction), style: ColourBins.name(of: fraction) + style, tip: tip)
    }

    // MARK: Conditions

    private func conditions(_ detail: CellDetail) -> ReportSection {
        let definition =
            "Share below zero of a \(cellWords(detail)) by what was known at the entry: volatility and trend of the 30 days "
            + "before it (volatility in thirds of all earlier values), day of the week and hour (UTC)."
            + watchedWords(detail)
        let (groups, hours) = (
            detail.anatomy.conditions.filter { $0.condition != .hour },
            detail.anatomy.conditions.filter { $0.condition == .hour }
        )
        return ReportSection(
            "conditions", label: "Conditions", title: conditionsTitle(detail), definition: definition,
            [
                .table(table("Share below zero by condition at entry", "At entry", groups)),
                .data(table("Share below zero by hour of entry, %", "Hour (UTC)", hours)),
                .source(["conditions.csv"]),
            ])
    }

    private func table(_ name: String, _ first: String, _ groups: [ConditionalShare]) -> SectionTable {
        SectionTable(
            name: name, head: [first, "Entries", "Below zero, %"],
            rows: groups.map { SectionTable.Row($0.words, [.count($0.counts.entries), share($0)]) })
    }

    private func share(_ group: ConditionalShare) -> ShownFigure {
        group.counts.entries > 0 ? share(group.inference) : ShownFigure("no whole window")
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

    /// Whether closing prices trigger, and fills go on from where the price was before.
    fileprivate var isTriggeredLate: Bool { assumption == "trigger" && value == "close" }

    /// Share with interval.
    var shareWords: String {
        guard let frequency, let interval else { return counts.entries == 0 ? "no entry" : "not estimated" }
        return "\(shareNumber(frequency)) (\(interval.rangeNumber(windows: .max)))"
    }
}
