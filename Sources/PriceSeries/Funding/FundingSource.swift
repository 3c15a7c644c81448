import StressBasics

/// Where funding rates come from and how their rows are to be read: what the user said, nothing guessed.
public struct FundingSource: Hashable, Sendable {
    /// One or more files, read in this order as one series. Their names are shown to people as they stand here.
    public var files: [String]
    /// The column with the moment of each charge; nil means that the header's names tell.
    public var time: ColumnReference?
    /// The column with the rates, fractions of the position's value per interval; nil means that the header's names tell.
    public var rate: ColumnReference?
    /// How times are written.
    public var notation: TimeNotation
    /// Offset from UTC of times that do not state one, positive east.
    public var utcOffset: TimeSpan
    /// Added to every stamp, for files whose stamps are known to be off: −3 h for one written in UTC+3.
    public var shift: TimeSpan
    /// Whether the first row holds names.
    public var header: HeaderRule

    /// A source that is recognised from its header unless something is said.
    public init(
        file: String, time: ColumnReference? = nil, rate: ColumnReference? = nil, notation: TimeNotation = .automatic,
        utcOffset: TimeSpan = TimeSpan(milliseconds: 0), shift: TimeSpan = TimeSpan(milliseconds: 0),
        header: HeaderRule = .automatic
    ) {
        (self.files, self.time, self.rate) = ([file], time, rate)
        (self.notation, self.utcOffset, self.shift, self.header) = (notation, utcOffset, shift, header)
    }
}
