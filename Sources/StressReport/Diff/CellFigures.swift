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
    /// Entries held.
    public var entries: Int
    /// Those that were liquidated.
    public var liquidated: Int
    /// Those that ended below zero.
    public var negative: Double
    /// Those that were below zero at some bar with nobody liquidating.
    public var unprotected: Int
    /// Share that ended below zero, its interval; nil without entries.
    public var frequency: Double?
    /// Lower end of its interval.
    public var low: Double?
    /// Upper end of its interval.
    public var high: Double?
    /// Largest shortfall, in parts of the margin; nil when there is none, or it has no bound.
    public var largestShortfall: Double?
    /// Status as in `results.csv`.
    public var status: String

    /// Figures of the given values.
    public init(
        entries: Int, liquidated: Int, negative: Double, unprotected: Int, frequency: Double?, low: Double?,
        high: Double?,
        largestShortfall: Double?, status: String
    ) {
        (self.entries, self.liquidated, self.negative) = (entries, liquidated, negative)
        (self.unprotected, self.frequency, self.low, self.high) = (unprotected, frequency, low, high)
        (self.largestShortfall, self.status) = (largestShortfall, status)
    }

    /// The figures of a computed result.
    public init(_ row: ResultRow) {
        let estimate = row.estimate
        self.init(
            entries: estimate.windows.entries, liquidated: estimate.windows.liquidated,
            negative: estimate.exit.negative,
            unprotected: estimate.windows.unprotected, frequency: estimate.exit.frequency,
            low: estimate.exit.interval?.low, high: estimate.exit.interval?.high,
            largestShortfall: estimate.exit.shortfall.flatMap { $0.max.isFinite ? $0.max : nil },
            status: estimate.status.rawValue)
    }

    /// Whether two runs say the same: equal counts and status, and numbers that agree to nine digits.
    ///
    /// Sums may differ in their last digits between kernels; nine digits are more than anybody reads.
    public func agrees(with other: CellFigures) -> Bool {
        let counts = (entries, liquidated, negative, unprotected)
        guard counts == (other.entries, other.liquidated, other.negative, other.unprotected), status == other.status
        else { return false }
        let pairs = [
            (frequency, other.frequency), (low, other.low), (high, other.high),
            (largestShortfall, other.largestShortfall),
        ]
        return pairs.allSatisfy { a, b in
            guard let a, let b else { return a == b }
            return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1e-12)
        }
    }
}
