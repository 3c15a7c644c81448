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
    /// What a row is: a bar, a price, a trade or a quote.
    public var kind = RowKind.automatic
    /// The length of the bars that trades and quotes become; needed for them, without effect on other rows.
    public var barLength: TimeSpan?
    /// How numbers are written.
    public var numbers = NumberStyle.automatic
    /// What separates the fields; nil means that it is recognised.
    public var delimiter: FieldDelimiter?
    /// The rows to read of a file that holds several markets: those with this text in their symbol column.
    public var symbol: String?
    /// The column with the markets' names; nil means that it is found by its name or its texts.
    public var symbolColumn: ColumnReference?
    /// The table to read of an archive that holds several: the name of a member, with or without folder and ending.
    public var table: String?
    /// What of the files becomes an asset of its own; such a source stands for several, and is none that can be read itself.
    public var each: MarketDivision?
    /// What is done with the rows and bars that a check finds, by the name of the check; each check has its default.
    public var policies: [String: PolicyAction] = [:]

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

/// What one row of a price file says.
public enum RowKind: String, Hashable, Sendable, CaseIterable {
    /// Recognised from the content; trades and quotes are recognised but need a bar length.
    case automatic = "auto"
    /// Open, high, low and close of a stretch of time.
    case bars
    /// One price, taken as open, high, low and close.
    case price
    /// One trade; many become a bar.
    case trades
    /// A bid and an ask; the middles of many become a bar.
    case quotes
}

/// How numbers are written; the raw value is an example, which is also how a study names it.
public enum NumberStyle: String, Hashable, Sendable, CaseIterable {
    /// Recognised from the values.
    case automatic = "auto"
    /// A decimal point, no groups.
    case point = "1234.5"
    /// A decimal point, commas between thousands.
    case commaGroups = "1,234.5"
    /// A decimal comma, no groups.
    case comma = "1234,5"
    /// A decimal comma, points between thousands.
    case pointGroups = "1.234,5"
    /// A decimal comma, blanks between thousands.
    case blankGroups = "1 234,5"
    /// A decimal point, apostrophes between thousands.
    case apostropheGroups = "1'234.5"
}

/// What separates the fields of a row.
public enum FieldDelimiter: String, Hashable, Sendable, CaseIterable {
    case comma = ","
    case semicolon = ";"
    case tab = "\t"
    case bar = "|"
}

/// What of a file with several markets becomes an asset of its own.
public enum MarketDivision: String, Hashable, Sendable, CaseIterable {
    /// All rows with the same text in the symbol column.
    case symbol
    /// All rows of a table of an archive.
    case table
}

/// What is done with the rows or bars that a check finds.
public enum PolicyAction: String, Hashable, Sendable, CaseIterable {
    /// They stay in the series and are counted.
    case keep
    /// They are left out, which leaves a gap, and are counted.
    case drop
    /// The input is refused.
    case fail
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
    /// Further columns that belong to the time, such as a clock beside a date; all are joined in file order.
    public var timeParts: [ColumnReference] = []
    /// Base-currency volume, when wanted.
    public var volume: ColumnReference?

    /// Full bars or one price a row.
    public enum Prices: Hashable, Sendable {
        /// Four prices a bar.
        case bars(open: ColumnReference, high: ColumnReference, low: ColumnReference, close: ColumnReference)
        /// One price a row, taken as open, high, low and close.
        case single(ColumnReference)
        /// A bid and an ask.
        case quotes(bid: ColumnReference, ask: ColumnReference)
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
    /// Epoch nanoseconds.
    case nanoseconds
    /// Days since 1899-12-30, as spreadsheets count.
    case spreadsheetDays
    /// Milliseconds since the midnight that begins a day, which is given as its first millisecond since the epoch.
    case millisecondsOfDay(Int64)
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
