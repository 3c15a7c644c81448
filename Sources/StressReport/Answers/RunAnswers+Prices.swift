import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Holding, and holding with leverage.
extension RunAnswers {
    // MARK: Holding

    /// Whether a price was at zero or below, and what those who paid in full owed.
    var holding: Answer {
        guard !report.assets.isEmpty else {
            let sentence: [Phrase] = [.plain("No price history of this run could be read.")]
            return Answer(.holding, .noData, sentence, link: "index.html#failures").asking("data")
        }
        guard let held else { return withoutHolders.with(priceFigures) }
        return holders(held).with(priceFigures).with(figure(held, .negativeEquity))
    }

    private var bars: Int { report.assets.reduce(0) { $0 + $1.bars } }

    /// Bars of a price of zero or below.
    var floorBars: Int {
        report.assets.reduce(0) { sum, asset in
            sum + asset.summaries.filter { $0.check == "non_positive_prices" }.reduce(0) { $0 + $1.count }
        }
    }

    private var priceFigures: [AnswerFigure] {
        [
            AnswerFigure("bars_count", Double(bars), file: "statements.csv"),
            AnswerFigure("non_positive_bars_count", Double(floorBars), file: "statements.csv"),
            AnswerFigure("histories_count", Double(report.assets.count), file: "statements.csv"),
        ]
    }

    /// A position that was paid for in full and held: of those that ended below zero most often the first, spot before others.
    private var held: ResultRow? {
        let rows = report.rows.filter { $0.cell.isPaidInFull && $0.estimate.windows.entries > 0 }
        let spot = rows.filter { $0.cell.contract == .spot }
        let candidates = spot.isEmpty ? rows : spot
        let most = candidates.map { $0.estimate.exit.frequency ?? 0 }.max()
        return candidates.first { ($0.estimate.exit.frequency ?? 0) == most }
    }

    /// `None of 61 368 bars of 1 price history is at zero or below`.
    private var priceWords: [Phrase] {
        let all =
            "\(counted(bars, "bar", "bars")) of \(counted(report.assets.count, "price history", "price histories"))"
        guard floorBars > 0 else {
            return [.finding("None"), .plain(" of \(all) is at zero or below")]
        }
        return [.finding(grouped(floorBars)), .plain(" of \(all) \(floorBars == 1 ? "is" : "are") at zero or below")]
    }

    /// Nothing was held: nobody asked, the platform opens nothing, or no window fits into the data.
    private var withoutHolders: Answer {
        let paid = report.rows.filter(\.cell.isPaidInFull)
        guard paid.isEmpty else { return unheld(isRejected: paid.contains { $0.estimate.windows.rejected > 0 }) }
        return Answer(
            .holding, .notAsked,
            priceWords + [.plain("; this run has no position that was paid for in full to show what its holder owed.")],
            link: "index.html#data"
        ).asking("grid.contract", "grid.leverage")
    }

    private func unheld(isRejected: Bool) -> Answer {
        let why =
            isRejected
            ? "the platform opens no position that is paid for in full"
            : "no entry of a position that is paid for in full has a whole window in the data"
        return Answer(
            .holding, isRejected ? .rejected : .noData,
            priceWords + [.plain("; \(why), so that what its holder owed is not known.")], link: "index.html#data"
        ).asking("grid.horizon", "data")
    }

    private func holders(_ row: ResultRow) -> Answer {
        let what =
            row.cell.contract == .spot ? "a spot holding" : row.cell.kindWords + " at \(row.cell.leverage.screenText)"
        let (state, words) = found(row, what)
        return Answer(.holding, state, priceWords + words, link: link(row.cell, "grid"))
    }

    /// What became of those who held.
    private func found(_ row: ResultRow, _ what: String) -> (AnswerState, [Phrase]) {
        if cannotOwe(row) {
            let words: [Phrase] = [
                .plain(", and \(what) "), .finding("cannot owe"),
                .plain(": the most that is lost is what was paid in."),
            ]
            return (.impossible, words)
        }
        switch belowZero(row) {
        case .share(let share) where share.count > 0:
            let interval = page(row.cell)?.sentences(row).interval(share) ?? []
            let words: [Phrase] = [
                .plain(", and \(what) of "), .name(row.cell.asset), .plain(" ended below zero in "),
                .finding(shareText(share.fraction)), .plain(" of entries"),
            ]
            return (.answered, words + interval + [.plain(".")])
        default:
            return (.zeroSeen, [.plain(", and \(what) "), .finding("never owed"), .plain(" in \(entriesLike(row)).")])
        }
    }

    /// `52 500 entries of 3 price histories, held for up to 4 hours`: those of every history in such a position, none of which owed.
    private func entriesLike(_ row: ResultRow) -> String {
        let like = CellSelector(like: row.cell.key, but: [.asset])
        let rows = report.rows.filter { like.matches($0.cell) && $0.estimate.windows.watched > 0 }
        let entries = rows.reduce(0) { $0 + $1.estimate.windows.watched }
        let histories = Set(rows.map(\.cell.asset)).count
        let places = counted(histories, "price history", "price histories")
        return "\(counted(entries, "entry", "entries")) of \(places), held for up to \(spanWords(row.cell.horizon))"
    }

    // MARK: Leverage

    /// The headline, beside the lowest leverage that ended below zero and the highest of the grid.
    var leverage: Answer {
        if let answer = withoutShare(.leverage) { return answer }
        guard let row = leveraged, let page = page(row.cell), let share = belowZero(row)?.share else {
            return Answer(.leverage, .noData, [.plain("Nothing is known.")], link: "index.html#assets")
        }
        let sentence = page.sentences(row).headline
        let others = neighbours(row)
        let words = share.count > 0 ? "Yes: " : "Not in this history: "
        return Answer(
            .leverage, share.count > 0 ? .answered : .zeroSeen,
            sentence.open.after(words) + othersWords(others) + [.plain(".")], link: link(row.cell, "grid")
        ).with(([row] + [others.lowest, others.highest].compactMap { $0 }).compactMap { figure($0, .negativeEquity) })
    }

    private typealias Neighbours = (lowest: ResultRow?, highest: ResultRow?)

    private func neighbours(_ row: ResultRow) -> Neighbours {
        let like = CellSelector(like: row.cell.key, but: [.leverage])
        let column = report.rows.filter { like.matches($0.cell) && belowZero($0)?.share != nil }
            .sorted { $0.cell.leverage < $1.cell.leverage }
        let lowest = column.first { (belowZero($0)?.share?.count ?? 0) > 0 && $0.cell.leverage < row.cell.leverage }
        return (lowest, column.last.flatMap { $0.cell.leverage > row.cell.leverage ? $0 : nil })
    }

    private func othersWords(_ others: Neighbours) -> [Phrase] {
        func part(_ words: String, _ row: ResultRow?) -> [Phrase] {
            guard let row, let share = belowZero(row)?.share else { return [] }
            return [.plain("; \(words), "), .key(row.cell.leverage.screenText), .plain(", it was ")]
                + [.finding(shareText(share.fraction))]
                + (share.count > 0 ? page(row.cell)?.sentences(row).interval(share) ?? [] : [])
        }
        return part("at the lowest leverage of the grid that did", others.lowest)
            + part("at the highest leverage that is opened", others.highest)
    }
}
