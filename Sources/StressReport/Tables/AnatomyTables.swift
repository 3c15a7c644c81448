import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// One part of one headline cell.
private struct DetailRow<Part> {
    let cell: StudyCell
    let place: Int
    let part: Part
}

extension RunReport {
    /// The tables of what headline cells are made of; none when no cell was taken apart.
    var anatomyTables: [CSVTable] {
        details.isEmpty
            ? []
            : [
                eventsTable, eventPricesTable, calendarTable, calendarYearsTable, conditionsTable, liquidationTable,
                sensitivityTable,
                tailTable("tail.csv", .move, \.tail), tailTable("shortfall_tail.csv", .shortfall, \.shortfallTail),
            ]
    }

    private func table<Part>(
        _ file: String, _ parts: (CellDetail) -> [Part], _ own: [Column<DetailRow<Part>>]
    ) -> CSVTable {
        table(file, details.map { ($0.cell, parts($0)) }, own)
    }

    private func table<Part>(
        _ file: String, _ parts: [(cell: StudyCell, parts: [Part])], _ own: [Column<DetailRow<Part>>]
    ) -> CSVTable {
        let rows = parts.flatMap { cell, parts in
            parts.enumerated().map { DetailRow(cell: cell, place: $0, part: $1) }
        }
        let identity = cellColumns.map { $0.of { (row: DetailRow<Part>) in row.cell } }
        return CSVTable(file: file, columns: [runColumn()] + identity + own, rows: rows)
    }

    private func intervalColumns<Part>(
        _ what: String, _ find: @escaping (Part) -> FrequencyInterval?
    ) -> [Column<DetailRow<Part>>] {
        let confidence = study.statistics.confidence
        return [
            Column("ci_low_frac", "fraction", .number, "Lower end of the interval of \(what)") {
                field(find($0.part)?.low)
            },
            Column("ci_high_frac", "fraction", .number, "Upper end of the interval of \(what)") {
                field(find($0.part)?.high)
            },
            Column("ci_method", "", .text, "How the interval was made: \(methodWords)") {
                find($0.part)?.method.rawValue ?? ""
            },
            Column("confidence", "fraction", .number, "Confidence of the interval") { _ in numberText(confidence) },
        ]
    }

    /// `events.csv`: one row an episode of each headline cell, the one with most entries first.
    private var eventsTable: CSVTable {
        struct Line {
            let episode: Episode
            let path: EpisodePath?
            let total: Double
        }
        func episode(_ make: @escaping (Episode) -> String) -> (DetailRow<Line>) -> String {
            { make($0.part.episode) }
        }
        func path(_ make: @escaping (EpisodePath) -> String) -> (DetailRow<Line>) -> String {
            { $0.part.path.map(make) ?? "" }
        }
        let columns: [Column<DetailRow<Line>>] = [
            Column("rank", "", .integer, "Place by entries below zero, from 1") { String($0.place + 1) },
            Column(
                "first_utc", "UTC", .time, "Open of the bar in which the first entry went below zero",
                text: episode { $0.first.rfc3339 }),
            Column(
                "last_utc", "UTC", .time, "Open of the bar in which the last one did", text: episode { $0.last.rfc3339 }
            ),
            Column(
                "entries_count", "entries", .number, "Entries below zero in the episode",
                text: episode { numberText($0.entries) }),
            Column(
                "first_entry_utc", "UTC", .time, "Earliest of these entries", text: episode { $0.firstEntry.rfc3339 }),
            Column("last_entry_utc", "UTC", .time, "Latest of these entries", text: episode { $0.lastEntry.rfc3339 }),
            Column(
                "worst_entry_utc", "UTC", .time, "The entry that ended deepest", text: episode { $0.worstEntry.rfc3339 }
            ),
            Column("worst_exit_utc", "UTC", .time, "When it went below zero", text: episode { $0.worstExit.rfc3339 }),
            Column(
                "shortfall_max_margin_frac", "of margin", .number, "Its shortfall; empty without bound",
                text: episode { $0.worstShortfall.isFinite ? numberText($0.worstShortfall) : "" }),
            Column(
                "shortfall_mean_margin_frac", "of margin", .number, "Mean shortfall of the episode's entries",
                text: episode { field($0.meanShortfall) }),
            Column("entries_share_frac", "fraction", .number, "Its entries over those below zero in all episodes") {
                numberText($0.part.episode.entries / $0.part.total)
            },
            Column(
                "worst_entry_price", "quote per coin", .number,
                "Price of the worst entry; this and the columns after it for the ten largest episodes",
                text: path { numberText($0.entryPrice) }),
            Column(
                "worst_bankruptcy_price", "quote per coin", .number,
                "Where its margin was gone, at the moment of entry; empty where no price takes all of it",
                text: path { field($0.bankruptcyPrice) }),
            Column(
                "worst_exit_price", "quote per coin", .number, "What it was closed at, after slippage",
                text: path { numberText($0.exitPrice) }),
            Column(
                "worst_entry_to_exit_h", "h", .number, "Time from its entry to the bar in which it was closed",
                text: path { numberText(($0.exit - $0.entry).inHours) }),
            Column(
                "worst_bar_utc", "UTC", .time, "Open of the bar with the largest move against it",
                text: path { $0.worstBar.rfc3339 }),
            Column(
                "worst_bar_move_frac", "fraction", .number,
                "That move, from the close before; below zero for a fall", text: path { numberText($0.worstMove) }),
        ]
        return table(
            "events.csv",
            { detail in
                detail.anatomy.episodes.largestFirst.enumerated().map { place, episode in
                    Line(
                        episode: episode, path: detail.paths.first { $0.rank == place + 1 },
                        total: detail.anatomy.episodes.total)
                }
            }, columns)
    }

    /// `event_prices.csv`: the prices around the worst entry of each of the largest episodes, a few bars a row.
    private var eventPricesTable: CSVTable {
        struct Line {
            let rank: Int
            let point: EpisodePath.Point
        }
        let columns: [Column<DetailRow<Line>>] = [
            Column("rank", "", .integer, "The episode's rank in events.csv") { String($0.part.rank) },
            Column("time_utc", "UTC", .time, "Open of the last bar of the stretch") { $0.part.point.time.rfc3339 },
            Column("low_price", "quote per coin", .number, "Lowest price of the stretch") {
                numberText($0.part.point.low)
            },
            Column("high_price", "quote per coin", .number, "Highest price of the stretch") {
                numberText($0.part.point.high)
            },
            Column("close_price", "quote per coin", .number, "Last price of the stretch") {
                numberText($0.part.point.close)
            },
        ]
        return table(
            "event_prices.csv",
            { $0.paths.flatMap { path in path.points.map { Line(rank: path.rank, point: $0) } } }, columns)
    }

    /// `calendar.csv`: one row a month of entries of each headline cell.
    private var calendarTable: CSVTable {
        let columns: [Column<DetailRow<MonthShare>>] = [
            Column("year", "", .integer, "Year of the entries, UTC") { String($0.part.year) },
            Column("month", "", .integer, "Month of the entries, 1 to 12") { String($0.part.month) },
            Column("entries_count", "entries", .integer, "Entries held") { String($0.part.entries) },
            Column("liquidated_count", "entries", .integer, "Those that were liquidated") {
                String($0.part.liquidated)
            },
            Column("negative_count", "entries", .number, "Those that ended below zero") {
                numberText($0.part.negative)
            },
            Column("negative_equity_frac", "fraction", .number, "Their share") {
                numberText($0.part.negative / Double($0.part.entries))
            },
        ]
        return table("calendar.csv", { $0.anatomy.months }, columns)
    }

    /// `calendar_years.csv`: one row a year of entries of each headline cell, the sums of `calendar.csv`.
    private var calendarYearsTable: CSVTable {
        let columns: [Column<DetailRow<YearShare>>] = [
            Column("year", "", .integer, "Year of the entries, UTC") { String($0.part.year) },
            Column("months_count", "months", .integer, "Months of it that have entries") { String($0.part.months) },
            Column("entries_count", "entries", .integer, "Entries held") { String($0.part.entries) },
            Column("liquidated_count", "entries", .integer, "Those that were liquidated") {
                String($0.part.liquidated)
            },
            Column("negative_count", "entries", .number, "Those that ended below zero") {
                numberText($0.part.negative)
            },
            Column("negative_equity_frac", "fraction", .number, "Their share") { numberText($0.part.frequency) },
        ]
        return table("calendar_years.csv", { $0.anatomy.years }, columns)
    }

    /// `conditions.csv`: the headline cells by what was known at the entry.
    private var conditionsTable: CSVTable {
        let columns: [Column<DetailRow<ConditionalShare>>] = [
            Column(
                "condition", "", .text,
                "volatility (of 30 days, third among all earlier values), trend (against 30 days before), hour, weekday (UTC) or half of the history"
            ) { $0.part.condition.rawValue },
            Column("value", "", .text, "The group") { $0.part.value },
            Column("entries_count", "entries", .integer, "Entries held in the group") { String($0.part.entries) },
            Column("negative_count", "entries", .number, "Those that ended below zero") {
                numberText($0.part.negative)
            },
            Column("negative_equity_frac", "fraction", .number, "Their share") {
                field($0.part.inference?.frequency)
            },
        ]
        return table(
            "conditions.csv", { $0.anatomy.conditions },
            columns + intervalColumns("that share") { $0.inference?.interval })
    }

    /// `time_to_liquidation.csv`: cumulative incidence of liquidation of the headline cells and of other leverages.
    private var liquidationTable: CSVTable {
        let columns: [Column<DetailRow<LiquidationPoint>>] = [
            Column("elapsed_h", "h", .number, "Time since entry") { numberText($0.part.elapsed.inHours) },
            Column("liquidated_count", "entries", .integer, "Held entries liquidated by then") {
                String($0.part.liquidated)
            },
            Column("liquidated_frac", "fraction", .number, "Their share of held entries") {
                field($0.part.inference?.frequency)
            },
        ]
        return table(
            "time_to_liquidation.csv",
            details.flatMap { detail in
                [(detail.cell, detail.anatomy.liquidation)] + detail.curves.map { ($0.cell, $0.points) }
            },
            columns + intervalColumns("that share") { $0.inference?.interval })
    }

    /// `sensitivity.csv`: the study's headline with one assumption changed at a time.
    private var sensitivityTable: CSVTable {
        let columns: [Column<DetailRow<SensitivityRow>>] = [
            Column("assumption", "", .text, "What was changed; none for the headline as it is") { $0.part.assumption },
            Column("value", "", .text, "What it was changed to") { $0.part.value }.plainSigns,
            Column("entries_count", "entries", .integer, "Entries held") { String($0.part.entries) },
            Column("negative_count", "entries", .number, "Those that ended below zero") {
                numberText($0.part.negative)
            },
            Column("negative_equity_frac", "fraction", .number, "Their share") { field($0.part.frequency) },
        ]
        return table(
            "sensitivity.csv", { $0.sensitivity }, columns + intervalColumns("that share") { $0.interval })
    }

    /// What a tail is of.
    private enum TailQuantity {
        case move, shortfall

        var column: String { self == .move ? "move" : "shortfall" }
        /// Ends the columns' names.
        var base: String { self == .move ? "frac" : "margin_frac" }
        var unit: String { self == .move ? "of entry price" : "of margin" }
        /// How many times the history a return period may be.
        var farthest: Double { self == .move ? TailFit.farthestExtrapolation : TailFit.farthestOfShortfalls }
        var words: String {
            self == .move
                ? "Move against the position within the holding time" : "Shortfall, the deepest of its crash"
        }
        /// Every refusal with its reason.
        var refusals: String {
            TailRefusal.allCases.map { "\($0.rawValue) (\($0.words(farthest: farthest)))" }.joined(separator: ", ")
        }
    }

    /// One return period of one tail.
    private struct TailLine {
        let tail: TailReport
        let level: TailReport.Level
        let cell: StudyCell
        var fit: TailFit? { try? tail.analysis.outcome.get() }
        /// In the unit of the levels.
        var threshold: Double? { fit.map { tail.scale.value($0.threshold) } }
        var bankrupt: TailReport.BankruptLeverage? {
            level.bankruptLeverage(contract: cell.contract, side: cell.side)
        }
    }

    /// `tail.csv`, `shortfall_tail.csv`: what is passed once in so many years.
    private func tailTable(
        _ file: String, _ quantity: TailQuantity, _ find: (CellDetail) -> TailReport?
    ) -> CSVTable {
        let (name, base, unit) = (quantity.column, quantity.base, quantity.unit)
        let confidence = study.statistics.confidence
        let columns: [Column<DetailRow<TailLine>>] = [
            Column("return_period_y", "years", .number, "Years in which the \(name) is passed once on average") {
                numberText($0.part.level.years)
            },
            Column("\(name)_\(base)", unit, .number, quantity.words) { field($0.part.level.move?.level) },
            Column("\(name)_low_\(base)", unit, .number, "Lower end of its profile-likelihood interval") {
                field($0.part.level.move?.interval.low)
            },
            Column("\(name)_high_\(base)", unit, .number, "Upper end of it") {
                field($0.part.level.move?.interval.high)
            },
            Column("confidence", "fraction", .number, "Confidence of the interval") { _ in numberText(confidence) },
            Column(
                "refusal", "", .text,
                "Why no \(name) is given: \(quantity.refusals)"
            ) {
                $0.part.level.refusal?.rawValue ?? ""
            },
            Column("threshold_\(base)", unit, .number, "Threshold of the fit") {
                field($0.part.threshold)
            },
            Column("peaks_count", "peaks", .integer, "Separate peaks above it") {
                $0.part.fit.map { String($0.excesses.count) } ?? ""
            },
            Column("extremal_index", "fraction", .number, "Peaks over the values above the threshold, by runs") {
                field($0.part.fit?.extremalIndex)
            },
            Column("runs_count", "runs", .integer, "Lengths of the market's memory in the history") {
                $0.part.fit.map { String($0.runs) } ?? ""
            },
            Column(
                "dispersion", "", .number,
                "How many times the variance of independent peaks a level has, as its runs show; widens the interval"
            ) { field($0.part.fit?.dispersion) },
            Column("degrees", "", .number, "Degrees of freedom of that variance") { field($0.part.fit?.degrees) },
            Column(
                "shape", "", .number,
                "Shape of the generalised Pareto tail, by maximum likelihood on the scale of the log price"
            ) {
                field($0.part.fit?.distribution.shape)
            },
            Column("shape_error", "", .number, "Its standard error") { field($0.part.fit?.shapeError) },
            Column("shape_moments", "", .number, "Shape by probability-weighted moments") {
                field($0.part.fit?.momentFit?.shape)
            },
            Column("scale_log", "log price", .number, "Scale of the tail") { field($0.part.fit?.distribution.scale) },
            Column("fit_p_value", "fraction", .number, "Share of samples of the fitted tail that fit worse") {
                field($0.part.fit?.fitPValue)
            },
        ]
        return table(
            file,
            { detail in
                find(detail).map { tail in tail.levels.map { TailLine(tail: tail, level: $0, cell: detail.cell) } }
                    ?? []
            },
            columns + (quantity == .move ? bankruptColumns : []))
    }

    /// The leverage whose whole margin a move is, with the interval that the move's gives it.
    private var bankruptColumns: [Column<DetailRow<TailLine>>] {
        [
            Column(
                "bankrupt_leverage_x", "x", .number,
                "Leverage of a position whose whole margin the move is: inverse for an inverse cell, else linear"
            ) {
                field($0.part.bankrupt?.value)
            },
            Column("bankrupt_leverage_low_x", "x", .number, "Lower end of its interval, from that of the move") {
                field($0.part.bankrupt?.interval.low)
            },
            Column("bankrupt_leverage_high_x", "x", .number, "Upper end of its interval; empty when there is none") {
                field($0.part.bankrupt.map(\.interval.high).flatMap { $0.isFinite ? $0 : nil })
            },
        ]
    }
}
