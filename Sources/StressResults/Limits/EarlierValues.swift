import StressBasics
import StressStatistics
import StudyPlan

/// What earlier runs of a study knew: the values that a measure had, by cell, newest first, and where price histories began.
public struct EarlierValues: Sendable {
    private var values: [Measure: [CellKey: [Double]]] = [:]
    /// The earliest bar that any of them had of each price history.
    public var beginnings: [String: UTCInstant] = [:]

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

extension AssetReport {
    /// Whether the history begins a day or more after one of an earlier run: its window moves along.
    public func rolls(since earlier: EarlierValues) -> Bool {
        earlier.beginnings[asset].map { first - $0 >= .days(1) } ?? false
    }
}
