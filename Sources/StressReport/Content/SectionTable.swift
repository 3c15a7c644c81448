import StressBasics
import StressResults
import StressStatistics

/// A table of a section.
struct SectionTable {
    /// What it holds, in words for those who do not see it.
    let name: String
    /// The same of the table itself, where that says more; empty where it has no need of one.
    var caption: String?
    var style = Style.numbers
    /// Titles of the columns.
    let head: [String]
    /// The first column that stands flush right, as numbers do.
    var numbersFrom = 1
    /// Whether it has more rows than a screen holds.
    var isTall = false
    /// Whether a page writes it in few bytes: one of very many rows.
    var isTerse = false
    let rows: [Row]

    /// How a table looks on a page.
    enum Style: String {
        /// Numbers, with lines between.
        case numbers = "tbl num"
        /// The same in very many columns.
        case wide = "tbl num wide"
        /// With small drawings in it.
        case sparks = "tbl num eps"
        /// Words.
        case words = "tbl"
        /// Words about checks.
        case checks = "tbl checks-t"
        /// The same, whose rows a reader may filter.
        case filtered = "tbl checks-t filtered"
        /// Words about runs.
        case runs = "tbl runs"
        /// Colours.
        case heat = "heat"
        /// Colours in many columns, the first of which is a corner.
        case dense = "heat wide dense"
        /// Colours in many columns, whose rows a reader may sort and filter.
        case sorted = "heat wide sortable"
        /// The same with numbers alone, for very many rows.
        case sortedDense = "heat wide dense sortable"
        /// The grid: a number with its interval on a colour, the first column a corner.
        case grid = "heat grid"

        /// Whether columns stand in the middle, under a head with a corner.
        var hasCorner: Bool { [.dense, .grid, .sorted, .sortedDense].contains(self) }

        /// What a page calls it.
        var className: String { self == .grid ? "heat" : rawValue }
    }

    /// A line of a table.
    struct Row {
        let title: [Inline]
        let cells: [Cell]

        init(_ title: [Inline], _ cells: [Cell]) { (self.title, self.cells) = (title, cells) }

        /// A title and numbers.
        init(_ title: String, _ figures: [ShownFigure]) { self.init([.text(title)], figures.map(Cell.figure)) }
    }

    /// What stands in one place.
    enum Cell {
        /// A number.
        case figure(ShownFigure)
        /// A number that stands out, with small words under it.
        case noted(ShownFigure, [String])
        /// Words.
        case words([Inline])
        /// A state in words and a sign.
        case pill(Pill)
        /// A number on the colour of its class, with what a pointer on it is told.
        case shade(ShownFigure, style: String, tip: String)
        /// A cell of the grid.
        case heat(HeatCell)
        /// A number that sums up the others of its row.
        case sum(ShownFigure)
        /// Why there are no numbers in so many columns.
        case reason(String, columns: Int)
        /// Nothing can stand there.
        case missing
        /// A small drawing.
        case spark((any Drawing)?)
    }
}

extension SectionTable.Cell {
    /// Whether a share stands there that rests on few windows.
    var isIndicative: Bool {
        if case .heat(let cell) = self { cell.isIndicative } else { false }
    }

    /// What stands there, for each column that it takes; nil for a drawing, which only pages have.
    var figures: [ShownFigure?] {
        switch self {
        case .figure(let figure), .shade(let figure, _, _), .sum(let figure): [figure]
        case .heat(let cell): [cell.shown]
        case .noted(let figure, let notes):
            [ShownFigure(([figure.words] + notes).joined(separator: " "), figure.value, figure.interval, figure.unit)]
        case .words(let words): [ShownFigure(words.words)]
        case .pill(let pill): [ShownFigure(pill.words)]
        case .reason(let words, let columns):
            [ShownFigure(words)] + [ShownFigure?](repeating: ShownFigure(""), count: max(0, columns - 1))
        case .missing: [ShownFigure("")]
        case .spark: [nil]
        }
    }
}
