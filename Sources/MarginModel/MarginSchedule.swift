import StressBasics

/// Margins per contract that an exchange sets and changes by notice, each valid from its date on.
///
/// Clearing houses publish such tables (CME: performance bonds in dollars per contract) instead of rates. Between two dates
/// the earlier one holds; before the first nothing is in force.
public struct MarginSchedule: Hashable, Sendable {
    /// Margins in force from one moment on.
    public struct Entry: Hashable, Sendable {
        /// From when, UTC.
        public let from: UTCInstant
        /// What opening takes, quote currency per contract.
        public let initial: Double
        /// What holding takes, quote currency per contract.
        public let maintenance: Double

        /// An entry, unchecked; ``MarginSchedule`` checks a whole table.
        public init(from: UTCInstant, initial: Double, maintenance: Double) {
            self.from = from
            self.initial = initial
            self.maintenance = maintenance
        }
    }

    /// The entries, ascending.
    public let entries: [Entry]
    /// Coins per contract.
    public let contractSize: Double

    /// Checks a table: rising dates, amounts above 0, maintenance at most the initial margin, a size above 0.
    ///
    /// - Throws: ``RuleError`` naming the 1-based row.
    public init(_ entries: [Entry], contractSize: Double) throws(RuleError) {
        guard contractSize > 0, contractSize.isFinite else { throw RuleError("the contract size must be above 0") }
        guard !entries.isEmpty else { throw RuleError("the margin history is empty") }
        for (index, entry) in entries.enumerated() {
            let row = "margin history row \(index + 1): "
            guard entry.maintenance > 0, entry.initial.isFinite else {
                throw RuleError(row + "amounts must be above 0")
            }
            guard entry.maintenance <= entry.initial else {
                throw RuleError(row + "maintenance exceeds the initial margin")
            }
            if index > 0, entry.from <= entries[index - 1].from { throw RuleError(row + "its date does not rise") }
        }
        self.entries = entries
        self.contractSize = contractSize
    }

    /// What is in force at a moment, nil before the first entry. O(log entries).
    public func inForce(at instant: UTCInstant) -> Entry? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].from <= instant { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? entries[low - 1] : nil
    }

    /// Initial and maintenance margin per coin at each of the given times; NaN before the first entry.
    public func perCoin(at times: [Int64]) -> (initial: [Double], maintenance: [Double]) {
        let found = times.map { inForce(at: UTCInstant(milliseconds: $0)) }
        return (
            found.map { $0.map { $0.initial / contractSize } ?? .nan },
            found.map { $0.map { $0.maintenance / contractSize } ?? .nan }
        )
    }
}
