/// The headline cell on its history without the bars whose prices may never have been traded.
public struct SuspicionCheck: Sendable {
    /// Bars left out.
    public var bars: Int
    /// The headline cell on what is left.
    public var row: ResultRow

    /// A check of the given parts.
    public init(bars: Int, row: ResultRow) {
        self.bars = bars
        self.row = row
    }
}
