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
        /// Colours.
        case heat = "heat"
        /// Colours in many columns, the first of which is a corner.
        case dense = "heat wide dense"
        /// The grid: a number with its interval on a colour, the first column a corner.
        case grid = "heat grid"

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
        /// Words.
        case words([Inline])
        /// A state in words and a sign.
        case pill(style: String, sign: String, words: String)
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

/// A number of a table: in words as people read it, and exact as files have it.
struct ShownFigure {
    /// Rounded, in the unit of its column.
    let words: String
    /// Exact: fractions from 0 to 1, money and counts as they are; nil where it is no number, or there is none.
    var value: Double?
    /// Around ``value``.
    var interval: Interval?

    init(_ words: String, _ value: Double? = nil, _ interval: Interval? = nil) {
        (self.words, self.value, self.interval) = (words, value, interval)
    }

    /// So many.
    static func count(_ count: Int) -> ShownFigure { ShownFigure(grouped(count), Double(count)) }
    /// So many, which may be a sum of probabilities.
    static func count(_ count: Double) -> ShownFigure { ShownFigure(grouped(count), count) }

    /// A share in percent with its interval: `3.1 (2.0–4.7)`.
    ///
    /// - Parameter none: what stands there without a share.
    static func share(_ share: Double?, _ interval: Interval? = nil, none: String = "n/a") -> ShownFigure {
        guard let share else { return ShownFigure(none) }
        return ShownFigure(shareNumber(share) + (interval.map { " (\(intervalNumber($0)))" } ?? ""), share, interval)
    }

    /// A size in percent of something that may be exceeded, with its interval.
    static func percent(_ size: Double?, _ interval: Interval? = nil, none: String = "n/a") -> ShownFigure {
        guard let size else { return ShownFigure(none) }
        let ends = interval.map { " (\(percentNumber($0.low))–\(percentNumber($0.high)))" } ?? ""
        return ShownFigure(percentNumber(size) + ends, size, interval)
    }

    /// The same of what may be below zero.
    static func signedPercent(_ size: Double?, none: String = "n/a") -> ShownFigure {
        size.map { ShownFigure(signedPercentNumber($0), $0) } ?? ShownFigure(none)
    }

    /// A move in points of a percent with its interval: `+1.2 (−0.3 to +2.7)`; empty without one.
    static func change(_ change: Double?, _ interval: Interval?) -> ShownFigure {
        guard let change else { return ShownFigure("") }
        let ends = interval.map { " (\(signedNumber($0.low)) to \(signedNumber($0.high)))" } ?? ""
        return ShownFigure(signedNumber(change) + ends, change, interval)
    }

    /// An amount of money.
    static func money(_ amount: Double) -> ShownFigure { ShownFigure(moneyNumber(amount), amount) }
    /// The same of one that was booked.
    static func money(_ amount: LedgerAmount) -> ShownFigure { ShownFigure(moneyNumber(amount), amount.quote) }
}
