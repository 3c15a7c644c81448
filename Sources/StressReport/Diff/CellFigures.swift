import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension CellKey {
    /// `LTCUSDT long 20× 7 d typical linear`, on one line whatever the names hold.
    var fullWords: String {
        visibleText(
            "\(asset) \(side.rawValue) \(leverage.screenText) \(timeText(horizon)) \(platform) \(contract.rawValue)")
    }
}

/// What one run says about one cell, as far as runs are compared.
public struct CellFigures: Hashable, Sendable {
    /// The values of ``compared`` that there are.
    public private(set) var values: [Measure: Double]
    /// Interval of the share that ended below zero; nil without one.
    public var interval: Interval?
    /// Status as in `results.csv`.
    public var status: String

    /// The measures that runs are compared by, in the order of their columns.
    public static let compared: [Measure] = [
        .entries, .negativeCount, .negativeEquity, .liquidatedCount, .unprotectedCount, .largestShortfall,
    ]

    /// Figures of known values; what is not finite, such as a shortfall without bound, is left out.
    public init(status: String, interval: Interval?, value: (Measure) throws -> Double?) rethrows {
        (self.status, self.interval) = (status, interval)
        values = try CellFigures.compared.reduce(into: [:]) { values, measure in
            values[measure] = try value(measure).flatMap { $0.isFinite ? $0 : nil }
        }
    }

    /// The figures of a computed result.
    public init(_ row: ResultRow) {
        let estimate = row.estimate
        self.init(status: estimate.status.rawValue, interval: estimate.exit.interval?.ends) { estimate.value($0) }
    }

    /// A value; nil where there is none, and for measures that runs are not compared by.
    public subscript(measure: Measure) -> Double? { values[measure] }

    /// Share that ended below zero; nil without entries.
    public var frequency: Double? { values[.negativeEquity] }

    /// Whether two runs say the same: equal counts and status, and numbers that agree to nine digits.
    ///
    /// Sums may differ in their last digits between kernels; nine digits are more than anybody reads.
    public func agrees(with other: CellFigures) -> Bool {
        let ends = [(interval?.low, other.interval?.low), (interval?.high, other.interval?.high)]
        return status == other.status
            && CellFigures.compared.allSatisfy { measure in
                measure.unit == .entries
                    ? self[measure] == other[measure] : isAlike(self[measure], other[measure])
            } && ends.allSatisfy(isAlike)
    }
}

/// Whether two values agree to nine digits, or are both missing.
func isAlike(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == b }
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1e-12)
}
