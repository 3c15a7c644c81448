import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// An episode of a headline cell.
private struct EventLine {
    let episode: Episode
    /// Of the largest ones.
    let path: EpisodePath?
    /// Entries below zero in all episodes.
    let total: Double
}

extension RunReport {
    /// `events.csv`: one row an episode of each headline cell, the one with most entries first.
    var eventsTable: CSVTable {
        let rank = Column<DetailRow<EventLine>>.integer("rank", "Place by entries below zero, from 1") {
            $0.place + 1
        }
        let share = Column<DetailRow<EventLine>>.share(
            "entries_share_frac", "Its entries over those below zero in all episodes"
        ) { $0.part.episode.entries / $0.part.total }
        let episode = (episodeTimes + episodeSizes).map { $0.of { (row: DetailRow<EventLine>) in row.part.episode } }
        let path = pathColumns.map { $0.of { (row: DetailRow<EventLine>) in row.part.path } }
        return detailTable("events.csv", eventLines, [rank] + episode + [share] + path)
    }

    private func eventLines(_ detail: CellDetail) -> [EventLine] {
        let episodes = detail.anatomy.episodes
        return episodes.largestFirst.enumerated().map { place, episode in
            EventLine(episode: episode, path: detail.paths.first { $0.rank == place + 1 }, total: episodes.total)
        }
    }

    /// `event_prices.csv`: the prices around the worst entry of each of the largest episodes, a few bars a row.
    var eventPricesTable: CSVTable {
        struct Line {
            let rank: Int
            let point: EpisodePath.Point
        }
        let columns: [Column<DetailRow<Line>>] = [
            .integer("rank", "The episode's rank in events.csv", \.part.rank),
            .time("time_utc", "Open of the last bar of the stretch", \.part.point.time),
            .number("low_price", "quote per coin", "Lowest price of the stretch", \.part.point.low),
            .number("high_price", "quote per coin", "Highest price of the stretch", \.part.point.high),
            .number("close_price", "quote per coin", "Last price of the stretch", \.part.point.close),
        ]
        return detailTable(
            "event_prices.csv",
            { $0.paths.flatMap { path in path.points.map { Line(rank: path.rank, point: $0) } } }, columns)
    }
}

private var episodeTimes: [Column<Episode>] {
    [
        .time("first_utc", "Open of the bar in which the first entry went below zero", \.first),
        .time("last_utc", "Open of the bar in which the last one did", \.last),
        .number("entries_count", "entries", "Entries below zero in the episode", \.entries),
        .time("first_entry_utc", "Earliest of these entries", \.firstEntry),
        .time("last_entry_utc", "Latest of these entries", \.lastEntry),
        .time("worst_entry_utc", "The entry that ended deepest", \.worstEntry),
        .time("worst_exit_utc", "When it went below zero", \.worstExit),
    ]
}

private var episodeSizes: [Column<Episode>] {
    [
        .ofMargin(
            "shortfall_max_margin_frac",
            "Its shortfall, averaged by the law of a fill that is no certain price; empty without bound"
        ) {
            $0.worstShortfall.isFinite ? $0.worstShortfall : nil
        },
        .ofMargin("shortfall_mean_margin_frac", "Mean shortfall of the episode's entries", \.meanShortfall),
    ]
}

/// What became of the worst entry of one of the largest episodes.
private var pathColumns: [Column<EpisodePath>] {
    [
        .number(
            "worst_entry_price", "quote per coin",
            "Price of the worst entry; this and the columns after it for the ten largest episodes", \.entryPrice),
        .number(
            "worst_bankruptcy_price", "quote per coin",
            "Where its margin was gone, at the moment of entry; empty where no price takes all of it",
            \.bankruptcyPrice),
        .number(
            "worst_exit_price", "quote per coin",
            "What it was closed at, after slippage, averaged over the law of its fill, below zero or not", \.exitPrice),
        .number("worst_entry_to_exit_h", "h", "Time from its entry to the bar in which it was closed") {
            ($0.exit - $0.entry).inHours
        },
        .time("worst_bar_utc", "Open of the bar with the largest move against it", \.worstBar),
        .share(
            "worst_bar_move_frac", "That move, from the close before; below zero for a fall", \.worstMove),
    ]
}
