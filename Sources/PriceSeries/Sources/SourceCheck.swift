/// A check of price files whose consequence the user may choose, by the name that findings have.
public enum SourceCheck: String, Hashable, Sendable, CaseIterable {
    /// Rows that cannot be read.
    case badRow = "bad_row"
    /// Rows without a time or a price.
    case missingValue = "missing_value"
    /// Rows that repeat a time with the same prices.
    case duplicateTimes = "duplicate_times"
    /// Rows that repeat a time with other prices.
    case conflictingDuplicates = "conflicting_duplicates"
    /// Bars that the grid has and the files lack.
    case missingBars = "missing_bars"
    /// Bars whose high is not the highest or whose low is not the lowest price.
    case ohlcConsistency = "ohlc_consistency"
    /// Bars with a price of zero or below.
    case nonPositivePrices = "non_positive_prices"
    /// Bars with an extreme that the bars around them do not know.
    case badTicks = "bad_ticks"
    /// Bars far from the close before, whether or not the market went there.
    case extremeBars = "extreme_bars"
    /// Bars that repeat one price over and over.
    case staleRuns = "stale_runs"
    /// Places where the level of prices changes as if another unit or another coin began.
    case levelShifts = "level_shifts"
    /// Bars in which nothing was traded.
    case zeroVolume = "zero_volume"
    /// Files of one series that overlap or leave a hole between them.
    case fileSeams = "file_seams"

    /// What can be done, the default first.
    public var actions: [PolicyAction] {
        switch self {
        case .badRow, .missingValue: [.drop, .fail]
        case .duplicateTimes, .missingBars, .levelShifts, .fileSeams: [.keep, .fail]
        case .conflictingDuplicates, .ohlcConsistency, .nonPositivePrices, .badTicks, .extremeBars, .staleRuns,
            .zeroVolume:
            [.keep, .drop, .fail]
        }
    }
}
