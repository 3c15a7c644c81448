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
    private let fills: [(measure: Measure, role: FillRole)]
    /// Of each of the page's grids, one a holding time; none of a grid that is not offered.
    let columns: [[ColumnView?]]
    private var book = PatternBook()

    /// Nil when there is nothing to choose.
    init?(_ page: AssetSide) {
        guard let headline = page.headline, page.isExplorable else { return nil }
        (self.page, self.headline) = (page, headline)
        hasNames = page.grids.count > 1
        fills = page.offeredFills.filter { $0.role != .chosen }
        columns = page.columnViews
    }

    /// The cells as JSON of one line, which may stand between the tags of a script: no `<` is in it.
    ///
    /// Texts are codes of a ``PatternBook``, in the order in which they stand there: a grid's scope, its columns, its cells down the
    /// columns with `|` between and `-` for none, and the same of each other fill.
    mutating func document() -> String {
        let grids = zip(page.grids, columns).map { $1.isEmpty ? .null : grid($0, $1) }
        let members: [(String, JSONValue)] = [
            ("home", .text(page.address(of: headline.cell))),
            ("side", .text(page.side.rawValue)),
            ("twin", .optional(page.twin?.fileName)),
            ("leverages", .list(page.shownLeverages.map { .text($0.plainText) })),
            ("levels", .list(page.shownLeverages.map { .text($0.screenText) })),
            ("horizons", .list(page.shownHorizons.map { .text($0.text) })),
            ("spans", .list(page.shownHorizons.map { .text($0.screenText) })),
            ("grids", .list(grids)),
            ("patterns", .list(book.patterns.map(JSONValue.text))),
        ]
        return JSONValue.object(members).scriptText
    }

    private mutating func grid(_ grid: CellGrid, _ views: [ColumnView?]) -> JSONValue {
        guard let first = grid.rows.first?.cell else { return .null }
        let scope = book.code([page.scope(first).weighed])
        var columns: [JSONValue] = []
        for view in views { columns.append(view.map { .text(book.code($0.texts)) } ?? .null) }
        let cells = codes(grid) { page, row in page.texts(row) }
        // A cell that knows no other fill has its own words under all.
        var filled: [JSONValue] = []
        for fill in fills {
            let codes = codes(grid) { page, row in
                row.estimate.exit(fill.role).map { _ in page.texts(row, filled: fill.role) }
            }
            filled.append(.list([.text("m\(fill.measure.place)"), .text(codes)]))
        }
        return .object([
            ("tail", .text(page.addressTail(of: first))),
            ("name", .text(hasNames ? visibleText(page.gridName(first.key)) : "")),
            ("scope", .text(scope)), ("columns", .list(columns)), ("cells", .text(cells)), ("fills", .list(filled)),
        ])
    }

    /// The codes of a grid's cells, down the columns: cells of a holding time differ in fewer numbers.
    private mutating func codes(_ grid: CellGrid, _ texts: (AssetSide, ResultRow) -> [String]?) -> String {
        var codes: [String] = []
        for horizon in page.shownHorizons {
            for leverage in page.shownLeverages {
                let own = grid.row(leverage, horizon).flatMap { texts(page, $0) }
                codes.append(own.map { book.code($0) } ?? "-")
            }
        }
        return codes.joined(separator: "|")
    }
}

/// A page as it would look at another holding time, with what is drawn of it: the words of the drawings need them as well as their markup.
struct ColumnView {
    let view: AssetSide
    let curve: LeverageChart?
    let severity: SeverityChart?

    init(_ view: AssetSide) {
        self.view = view
        (curve, severity) = (LeverageChart(view), SeverityChart(view))
    }
}

extension CellSentences {
    /// ``qualifications`` of a cell that a reader chose: what every cell has in the tables.
    var cellQualifications: [[Phrase]] {
        [worstFill, regimeWords, nextYear, cutCount].filter { !$0.isEmpty }
    }

    /// How many entries were not watched to the end of their window, where they are many.
    var cutCount: [Phrase] {
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
        return all.filter { $0.holds(headline) }
    }

    /// A grid in the line above what was chosen: `linear contract on typical`, and what else tells the page's grids apart.
    fileprivate func gridName(_ cell: CellKey) -> String {
        namedAxes.map { cell.words($0, .sentence) }.joined(separator: " ")
    }

    /// The columns of each grid whose cells a reader can choose, and none of the others.
    fileprivate var columnViews: [[ColumnView?]] {
        let (offered, horizons) = (explorableGrids, shownHorizons)
        return grids.map { grid in
            guard offered.contains(where: { $0.isSame(as: grid) }) else { return [] }
            return horizons.map { column(grid, $0).map(ColumnView.init) }
        }
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

    /// Its part that all cells of a grid share: side, platform, and whatever else tells the page's grids apart.
    func addressTail(of cell: StudyCell) -> String {
        let names = report.study.platforms.map(\.name)
        let slug = names.firstIndex(of: cell.platform).map { pageSlugs(for: names)[$0] } ?? "platform"
        let others = report.study.axesBetweenTables.filter { $0 != .platform }.map(cell.key.plainText)
        return ([cell.side.rawValue, slug] + others).joined(separator: "-")
    }
}
