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

/// A band that holds a whole curve at once, or figures of many cells that limits speak of.
public struct CurveBand: Codable, Sendable {
    /// The cells of the curve, leverage rising; for limits in plan order, a cell once for each of its measures.
    public var cells: [StudyCell]
    /// One interval a cell.
    public var band: SimultaneousBand

    /// The measure of each cell, by name, for limits; nil for a curve of shares below zero.
    public var measures: [String]?

    /// A band.
    public init(cells: [StudyCell], band: SimultaneousBand, measures: [Measure]? = nil) {
        self.cells = cells
        self.band = band
        self.measures = measures?.map(\.name)
    }
}

extension RunReport {
    /// The bands over leverage curves, without those of figures that limits speak of.
    public var curveBands: [CurveBand] { bands.filter { $0.measures == nil } }
}
