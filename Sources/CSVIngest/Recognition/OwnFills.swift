/// The trades of an account: they name what they cost it, as no list of a market's trades does.
enum OwnFills {
    /// What they are no use for.
    static let words =
        "the header names a fee, so the rows are an account's own fills; a stress test needs the market's prices, also where nobody traded"
    /// Where those are.
    static let hint =
        "take the market's bars: 'belowzero fetch' gets them, and 'belowzero init' writes a study with prices to try"

    /// Whether a header names a fee.
    static func areThese(_ names: [String]?) -> Bool {
        names?.map(normalizedName).contains { $0.hasPrefix("fee") || $0.hasPrefix("commission") } == true
    }
}
