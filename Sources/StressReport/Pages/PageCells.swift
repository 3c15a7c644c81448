import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// Every cell of a page's grids in words, for the script that lets a reader choose one. The words are the page's own, made where
/// those of the headline are made; the script puts them in place and computes nothing.
struct PageCells {
    /// Cells a page offers at most; with more, those of the headline's contract and platform alone.
    static let mostCells = 1200

    private let page: AssetSide
    private let headline: ResultRow
    private let hasNames: Bool
    private var book = WordBook()

    /// Nil when there is nothing to choose.
    init?(_ page: AssetSide) {
        guard let headline = page.headline, page.isExplorable else { return nil }
        (self.page, self.headline) = (page, headline)
        hasNames = page.grids.count > 1
    }

    /// The cells as JSON of one line, which may stand between the tags of a script: no `<` is in it.
    mutating func document() -> String {
        let grids = page.grids.map { isOffered($0) ? grid($0) : .null }
        let members: [(String, JSONValue)] = [
            ("home", .text(page.address(of: headline.cell))),
            ("side", .text(page.side.rawValue)),
            ("twin", .optional(page.twin?.fileName)),
            ("leverages", .list(page.shownLeverages.map { .text($0.plainText) })),
            ("levels", .list(page.shownLeverages.map { .text($0.screenText) })),
            ("horizons", .list(page.shownHorizons.map { .text($0.text) })),
            ("spans", .list(page.shownHorizons.map { .text($0.screenText) })),
            ("grids", .list(grids)),
            ("words", .list(book.words.map(JSONValue.text))),
        ]
        return JSONValue.object(members).line.replacing("<", with: "\\u003c")
    }

    private func isOffered(_ grid: CellGrid) -> Bool {
        page.explorableGrids.contains { $0.isSame(as: grid) }
    }

    private mutating func grid(_ grid: CellGrid) -> JSONValue {
        guard let first = grid.rows.first else { return .null }
        var cells: [JSONValue] = []
        for leverage in page.shownLeverages {
            for horizon in page.shownHorizons { cells.append(grid.row(leverage, horizon).map { cell($0) } ?? .null) }
        }
        var columns: [JSONValue] = []
        for horizon in page.shownHorizons { columns.append(page.column(grid, horizon).map { column($0) } ?? .null) }
        return .object([
            ("tail", .text(page.addressTail(of: first.cell))),
            ("name", .text(hasNames ? visibleText("\(grid.contract.words) on \(grid.platform)") : "")),
            ("scope", book.places(page.scope(first.cell))),
            ("cells", .list(cells)), ("columns", .list(columns)),
        ])
    }

    /// Headline, plain words, paragraphs, key figures, and the words of the severity figure.
    private mutating func cell(_ row: ResultRow) -> JSONValue {
        var sentences = page.sentences(row)
        // Which holding times a history is too short for is said of the headline alone.
        sentences.fit = nil
        let view = page.looking(at: row)
        var paragraphs: [JSONValue] = []
        for paragraph in sentences.cellQualifications { paragraphs.append(book.places(paragraph)) }
        var figures: [JSONValue] = []
        for figure in row.estimate.windows.entries > 0 ? page.keyFigures(row) : [] {
            figures.append(self.figure(figure))
        }
        return .list([
            book.places(sentences.headline), book.place(sentences.withoutLiquidation), .list(paragraphs),
            .list(figures), book.place(view.severityTitle), book.place(view.severityMean),
        ])
    }

    /// Title, number, unit, and notes.
    private mutating func figure(_ figure: KeyFigure) -> JSONValue {
        var places = [book.place(figure.title), book.place(figure.number)]
        places.append(book.place(figure.unit.isEmpty ? nil : figure.unit))
        for note in figure.notes { places.append(book.place(note)) }
        return .list(places)
    }

    /// What a holding time's figures say: title and definition of the curve, definition of the shortfalls.
    private mutating func column(_ view: AssetSide) -> JSONValue {
        .list([
            book.place(view.leverageTitle), book.place(view.leverageDefinition(LeverageChart(view))),
            book.place(view.severityDefinition(SeverityChart(view))),
        ])
    }
}

extension CellSentences {
    /// ``qualifications`` of a cell that a reader chose: what every cell has in the tables.
    var cellQualifications: [[Phrase]] {
        [worstFill, regimeWords, nextYear, cutCount].filter { !$0.isEmpty }
    }

    /// How many entries were not watched to the end of their window, where they are many.
    private var cutCount: [Phrase] {
        let evidence = CutEvidence(row: row, wideSteps: wideSteps)
        guard evidence.hasWeight else { return [] }
        return [
            .key(grouped(evidence.cut)),
            .plain(" of \(counted(evidence.watched, "entry", "entries")) were not watched to the end of their window."),
        ]
    }
}

extension AssetSide {
    /// Whether a reader can choose among cells.
    var isExplorable: Bool {
        headline != nil && explorableGrids.reduce(0) { $0 + $1.rows.count } > 1
    }

    /// The grids whose cells a reader can choose.
    var explorableGrids: [CellGrid] {
        let (all, size) = (grids, shownLeverages.count * shownHorizons.count)
        guard all.count * size > PageCells.mostCells else { return all }
        return all.filter { $0.contract == headline?.cell.contract && $0.platform == headline?.cell.platform }
    }

    /// The page as it would look at a holding time of a grid, at the headline's leverage; nil without a cell there.
    func column(_ grid: CellGrid, _ horizon: TimeSpan) -> AssetSide? {
        let own = headline.flatMap { grid.row($0.cell.leverage, horizon) }
        return (own ?? grid.rows.first { $0.cell.horizon == horizon }).map(looking)
    }

    /// The opposite direction of the same history and the name of its page; nil without one.
    var twin: (side: Side, fileName: String)? {
        guard !opposite.isEmpty, let other = report.study.grid.sides.first(where: { $0 != side }) else { return nil }
        return (other, fileName.replacing("-\(side.rawValue).html", with: "-\(other.rawValue).html"))
    }

    /// A cell as the end of an address: `20x-7d-long-typical`.
    func address(of cell: StudyCell) -> String {
        "\(cell.leverage.plainText)-\(cell.horizon.text)-\(addressTail(of: cell))"
    }

    /// Its part that all cells of a grid share: side, platform, and the contract where there are several.
    func addressTail(of cell: StudyCell) -> String {
        let names = report.study.platforms.map(\.name)
        let slug = names.firstIndex(of: cell.platform).map { pageSlugs(for: names)[$0] } ?? "platform"
        let contract = report.study.grid.contracts.count > 1 ? "-\(cell.contract.rawValue)" : ""
        return "\(cell.side.rawValue)-\(slug)\(contract)"
    }
}
