import StressBasics

/// An immutable price history: bars in columns, open times strictly increasing.
///
/// Prices are of a sane magnitude but otherwise free: zero and negative prices are legal (oil has traded below zero) and so are bars
/// whose open or close lies outside low…high; ingestion reports them and keeps them. A price-only history has
/// `open == high == low == close`.
public struct BarSeries: Sendable {
    /// Open time of each bar, milliseconds since the epoch UTC, strictly increasing.
    public let time: [Int64]
    /// First price of each bar, in the quote currency.
    public let open: [Double]
    /// Highest price of each bar.
    public let high: [Double]
    /// Lowest price of each bar.
    public let low: [Double]
    /// Last price of each bar.
    public let close: [Double]
    /// Traded volume of each bar in the base currency, when the source has it; NaN where a row had none.
    public let volume: [Double]?

    /// Why columns do not make a series.
    public enum Defect: Error, Hashable, Sendable {
        /// A column's length differs from the time column's.
        case lengthMismatch(column: String)
        /// The open time at `index` is not after the one before.
        case timeNotIncreasing(index: Int)
        /// A price at `index` is not a number, or outside ``allowedPrice(_:)``.
        case priceOutOfRange(column: String, index: Int)
        /// A time lies outside the years 1…9999, where sums of times and spans are safe.
        case timeOutOfRange(index: Int)
    }

    /// Checks the invariants and keeps the columns. O(bars).
    public init(
        time: [Int64], open: [Double], high: [Double], low: [Double], close: [Double], volume: [Double]? = nil
    ) throws(Defect) {
        for (name, column) in [
            ("open", open), ("high", high), ("low", low), ("close", close), ("volume", volume ?? open),
        ]
        where column.count != time.count {
            throw .lengthMismatch(column: name)
        }
        for index in time.indices {
            if index > 0, time[index] <= time[index - 1] { throw .timeNotIncreasing(index: index) }
            if !BarSeries.validTimes.contains(time[index]) { throw .timeOutOfRange(index: index) }
        }
        for (name, column) in [("open", open), ("high", high), ("low", low), ("close", close)] {
            if let index = column.firstIndex(where: { !BarSeries.allowedPrice($0) }) {
                throw .priceOutOfRange(column: name, index: index)
            }
        }
        (self.time, self.open, self.high, self.low, self.close) = (time, open, high, low, close)
        self.volume = volume
    }

    /// Keeps columns that come from a series and so have been checked. O(1).
    package init(
        checkedTime time: [Int64], open: [Double], high: [Double], low: [Double], close: [Double], volume: [Double]?
    ) {
        (self.time, self.open, self.high, self.low, self.close) = (time, open, high, low, close)
        self.volume = volume
    }

    /// Whether all four prices are one column in memory: a price-only history. O(1).
    package var isPriceOnly: Bool {
        close.withUnsafeBufferPointer { close in
            [open, high, low].allSatisfy { $0.withUnsafeBufferPointer { $0.baseAddress == close.baseAddress } }
        }
    }

    /// A price-only history: one price per time.
    public init(time: [Int64], price: [Double]) throws(Defect) {
        try self.init(time: time, open: price, high: price, low: price, close: price)
    }

    /// Open times a series may hold: years 1 to 9999.
    public static let validTimes: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// Whether a price may stand in a series: zero, or a magnitude from 10⁻¹⁵ to 10¹⁵. No market has quoted beyond, and within
    /// it no ratio, square or sum of the model overflows.
    @inlinable
    public static func allowedPrice(_ price: Double) -> Bool {
        price == 0 || (1e-15...1e15).contains(abs(price))
    }

    /// Number of bars.
    public var count: Int { time.count }

    /// Open time of bar `index`.
    public func instant(_ index: Int) -> UTCInstant { UTCInstant(milliseconds: time[index]) }
}
