/// What a frequency owes to each block.
///
/// No share of any table passes 1: what the weights of rare long windows add up to beyond it (see ``Exposure``) is taken from all blocks
/// alike.
struct ShareResiduals {
    /// The frequency; 1 where rounding alone keeps it from that.
    let frequency: Double
    /// `events − frequency × entries` in each block. They sum to 0.
    let residuals: [Double]
    /// Entries held altogether, above 0.
    let entries: Double

    /// Of trimmed block sums; nil without entries. O(blocks).
    init?(_ share: BlockShare) { self.init(share, count: share.count, total: share.total) }

    /// The same where all events and all entries are added up already.
    init?(_ share: BlockShare, count: Double, total: Int) {
        guard total > 0 else { return nil }
        let observed = count / Double(total)
        let bounded = observed > 1 ? share.events.map { $0 / observed } : share.events
        let frequency = observed > 1 ? bounded.reduce(0, +) / Double(total) : observed
        // By rounding less or more than all of the entries.
        self.frequency = frequency > 1 - 1e-12 ? 1 : frequency
        residuals = zip(bounded, share.entries).map { $0 - frequency * Double($1) }
        entries = Double(total)
    }
}
