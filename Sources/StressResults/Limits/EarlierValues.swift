import StressStatistics
import StudyPlan

/// The values that a measure had in earlier runs, by cell, newest first.
public struct EarlierValues: Sendable {
    private var values: [Measure: [CellKey: [Double]]] = [:]

    /// No earlier runs.
    public init() {}

    /// Adds what is known of a measure.
    public mutating func add(_ known: [CellKey: [Double]], of measure: Measure) {
        values[measure] = known
    }

    func last(_ count: Int, of measure: Measure, in cell: StudyCell) -> [Double] {
        Array((values[measure]?[cell.key] ?? []).prefix(count))
    }
}
