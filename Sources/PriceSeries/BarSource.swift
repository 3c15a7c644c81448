import StressBasics

/// Where a price history comes from and how its rows are to be read: what the user said, nothing guessed.
public struct BarSource: Hashable, Sendable {
    /// The files, read in this order as one series. Names are shown to people as they stand here.
    public var files: [String]
    /// The name of a known format; nil means that the format is recognised from the content.
    public var format: String?
    /// Explicit columns; they win over any recognised format.
    public var columns: ColumnMapping?
    /// How times are written.
    public var time: TimeNotation
    /// Offset from UTC of times that do not state one, positive east.
    public var utcOffset: TimeSpan
    /// Whether the first row holds names.
    public var header: HeaderRule

    /// A source that is recognised from its content unless something is said.
    public init(
        files: [String], format: String? = nil, columns: ColumnMapping? = nil, time: TimeNotation = .automatic,
        utcOffset: TimeSpan = TimeSpan(milliseconds: 0), header: HeaderRule = .automatic
    ) {
        self.files = files
        self.format = format
        self.columns = columns
        self.time = time
        self.utcOffset = utcOffset
        self.header = header
    }
}

/// A column by 0-based position or by header name.
public enum ColumnReference: Hashable, Sendable {
    /// 0-based position.
    case index(Int)
    /// Header name; compared without regard to case and surrounding space.
    case name(String)
}

/// Which column holds what.
public struct ColumnMapping: Hashable, Sendable {
    /// The open time of the bar.
    public var time: ColumnReference
    /// Where prices are.
    public var prices: Prices
    /// Base-currency volume, when wanted.
    public var volume: ColumnReference?

    /// Full bars or one price a row.
    public enum Prices: Hashable, Sendable {
        /// Four prices a bar.
        case bars(open: ColumnReference, high: ColumnReference, low: ColumnReference, close: ColumnReference)
        /// One price a row, taken as open, high, low and close.
        case single(ColumnReference)
    }

    /// A mapping of the given columns.
    public init(time: ColumnReference, prices: Prices, volume: ColumnReference? = nil) {
        self.time = time
        self.prices = prices
        self.volume = volume
    }
}

/// How a time column is written.
public enum TimeNotation: Hashable, Sendable {
    /// Recognised from the values.
    case automatic
    /// Epoch seconds, with or without a fraction.
    case seconds
    /// Epoch milliseconds.
    case milliseconds
    /// Epoch microseconds.
    case microseconds
    /// ISO 8601 / RFC 3339 date or date and time, with or without zone.
    case iso8601
    /// A pattern of `strptime` conversions, such as `%d/%m/%Y %H:%M`.
    case pattern(String)
}

/// Whether the first row holds column names.
public enum HeaderRule: Hashable, Sendable {
    /// Recognised from the values.
    case automatic
    /// The first row holds names.
    case present
    /// The first row is data.
    case absent
}
