import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// The eight questions, answered from one run's own numbers.
struct RunAnswers {
    let report: RunReport
    let pages: [AssetSide]
    /// The cell that speaks for leverage: the headline's, or where that borrows nothing the first like it that does. Nil where nothing
    /// of the run borrows.
    let leveraged: ResultRow?

    init(_ report: RunReport, pages: [AssetSide]) {
        (self.report, self.pages) = (report, pages)
        leveraged = RunAnswers.leveraged(report)
    }

    private static func leveraged(_ report: RunReport) -> ResultRow? {
        let headline = report.headlineRow
        if let headline, headline.cell.borrows { return headline }
        let like = headline.map { CellSelector(like: $0.cell.key, but: [.contract, .leverage]) } ?? CellSelector()
        let rows = report.rows.filter(\.cell.borrows)
        return rows.first { like.matches($0.cell) } ?? rows.first
    }

    /// One answer a question, in their order.
    var all: [Answer] {
        [
            holding, leverage, safeguards, platforms, collapse, protection, custody, tax,
        ]
    }

    var confidence: Double { report.study.statistics.confidence }

    // MARK: What answers share

    /// The page of a cell; nil where its history could not be read.
    func page(_ cell: StudyCell) -> AssetSide? {
        pages.first { $0.asset.asset == cell.asset && $0.side == cell.side }
    }

    /// A section of a cell's page, from the run's folder; of the front page where there is none.
    func link(_ cell: StudyCell, _ section: String) -> String {
        page(cell).map { "reports/\($0.fileName)#\(section)" } ?? "index.html#questions"
    }

    /// A figure of a cell.
    func figure(_ row: ResultRow, _ measure: Measure) -> AnswerFigure? {
        AnswerFigure(row, measure, confidence: confidence)
    }

    /// What a cell says about ending below zero.
    func belowZero(_ row: ResultRow) -> CellFigure? { row.estimate.figure(.negativeEquity, confidence: confidence) }

    /// `−2.7 percentage points (95 % CI −4 to −1.5)`.
    func points(_ change: Double, _ interval: Interval?) -> String {
        let ends = interval.map {
            " (\(confidenceText(confidence)) CI \(signedNumber($0.low)) to \(signedNumber($0.high)))"
        }
        return "\(signedNumber(change)) percentage points\(ends ?? "")"
    }

    /// ` (95 % CI 2.0–4.7 %)`, or why a share has no interval that says anything, in the words of its page; empty without one.
    func ends(_ share: MeasuredShare, of row: ResultRow) -> String {
        page(row.cell)?.sentences(row).interval(share).map(\.text).joined() ?? ends(share.interval?.ends)
    }

    /// Whether a cell's share below zero has an interval that says something.
    func hasInterval(_ row: ResultRow) -> Bool {
        guard let share = belowZero(row)?.share, let interval = share.interval else { return false }
        return !interval.isVacuous(windows: share.windows)
    }

    /// ` (95 % CI 2.0–4.7 %)`; empty without an interval.
    func ends(_ interval: Interval?) -> String {
        interval.map { " (\(confidenceText(confidence)) CI\(hardSpace)\(intervalNumber($0))\(narrowSpace)%)" } ?? ""
    }

    /// The answer to a question about a leveraged position where that has no share below zero to speak of; nil where it has one.
    func withoutShare(_ question: Question) -> Answer? {
        guard let row = leveraged else { return nothingBorrowed(question) }
        guard let page = page(row.cell) else { return failed(question, row.cell.asset) }
        let sentence = page.sentences(row).headline
        switch belowZero(row) {
        case .share: return nil
        case .impossible:
            return Answer(question, .impossible, sentence, link: link(row.cell, "grid"))
                .with(figure(row, .negativeEquity))
        case .rejected:
            return Answer(question, .rejected, sentence, link: link(row.cell, "grid"))
                .asking("grid.leverage", "headline.leverage")
        case .noData, nil:
            return Answer(question, .noData, sentence, link: link(row.cell, "data"))
                .with(fitFigures(row)).asking("grid.horizon", "headline.horizon", "data")
        }
    }

    /// What the sentence about a history that is too short says of it.
    private func fitFigures(_ row: ResultRow) -> [AnswerFigure] {
        guard let fit = report.historyFit(of: row.cell) else { return [] }
        return [AnswerFigure("history_h", fit.shownLength.inHours, file: "inputs.csv")]
            + fit.fitting.map { AnswerFigure("fitting_horizon_h", $0.inHours, file: "results.csv") }
            + [AnswerFigure("excluded_count", Double(row.estimate.windows.excluded), file: "results.csv")]
    }

    private func nothingBorrowed(_ question: Question) -> Answer {
        let held = report.rows.filter { $0.estimate.windows.watched > 0 }
        guard !held.isEmpty else {
            let words = "No position of this run was opened and watched, so that nothing is known."
            return Answer(question, .noData, [.plain(words)], link: "index.html#assets")
        }
        let isStructural = held.allSatisfy(cannotOwe)
        let what: [Phrase] =
            isStructural
            ? [.plain(", and what is paid for in full "), .finding("cannot owe"), .plain(".")]
            : [
                .plain("; what is paid for in full could owe "), .finding("its opening fee at most"),
                .plain(" while prices stay above zero."),
            ]
        let state: AnswerState = isStructural ? .impossible : .notAsked
        return Answer(
            question, state, [.plain("No position of this run borrows anything")] + what, link: "index.html#assets"
        ).asking("grid.leverage", "grid.contract")
    }

    /// Whether no price at or above zero makes a position owe: by its own structure, or as nothing is lent to a spot account.
    func cannotOwe(_ row: ResultRow) -> Bool {
        row.estimate.status == .impossible
            || row.cell.contract == .spot && row.estimate.exit.negative == 0 && floorBars == 0
    }

    private func failed(_ question: Question, _ asset: String) -> Answer {
        let why = report.failures.first { $0.asset == asset }?.message
        let sentence: [Phrase] = [
            .plain("The price history "), .name(asset), .plain(" has "), .finding("no result"),
            .plain((why.map { ": \($0)" } ?? "") + "."),
        ]
        let section = report.failures.isEmpty ? "data" : "failures"
        return Answer(question, .noData, sentence, link: "index.html#\(section)").asking("data")
    }
}

extension StudyCell {
    /// Whether something is borrowed, so that more may be lost than was paid in.
    fileprivate var borrows: Bool { contract != .spot && !isPaidInFull }

    /// Whether the whole price is paid at the entry.
    var isPaidInFull: Bool {
        side == .long && leverage.value <= 1 && contract != .inverse
    }
}
