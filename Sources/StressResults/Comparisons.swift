import StressBasics
import StressStatistics
import StudyPlan

/// Two cells of one history and horizon, compared.
public struct CellComparison: Codable, Sendable {
    /// The cell that is compared.
    public var cell: StudyCell
    /// The cell it is compared with, which differs in one part.
    public var other: StudyCell
    /// Share below zero of `cell` less that of `other`.
    public var difference: DifferenceInference

    /// A comparison.
    public init(cell: StudyCell, other: StudyCell, difference: DifferenceInference) {
        self.cell = cell
        self.other = other
        self.difference = difference
    }
}

/// What the past of a cell said of later years, and what they showed.
public struct YearRecord: Codable, Sendable {
    /// The cell.
    public var cell: StudyCell
    /// Oldest year first.
    public var years: [YearTest]

    /// A record.
    public init(cell: StudyCell, years: [YearTest]) { (self.cell, self.years) = (cell, years) }
}

/// A band that holds a whole curve at once.
public struct CurveBand: Codable, Sendable {
    /// The cells of the curve, leverage rising.
    public var cells: [StudyCell]
    /// One interval a cell.
    public var band: SimultaneousBand

    /// A band.
    public init(cells: [StudyCell], band: SimultaneousBand) {
        self.cells = cells
        self.band = band
    }
}
