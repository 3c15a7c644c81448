import StressStatistics
import StudyPlan

/// One basket in one cell and mode.
public struct BasketResult: Hashable, Codable, Sendable {
    /// The basket's name in the study.
    public var basket: String
    /// Leverage, holding time and platform.
    public var cell: BasketCell
    /// How the legs are margined.
    public var mode: AccountMode
    /// What was taken to happen inside bars.
    public var path: BarPath
    /// What the platform closes.
    public var closing: AccountClosing
    /// The fill rule that was computed; `off` without liquidation.
    public var fill: String
    /// What the histories say.
    public var estimate: BasketEstimate
    /// What the other paths say; nil where an account of one series leaves them nothing to differ in.
    public var others: OtherPaths?

    /// A result of the given parts.
    public init(
        basket: Basket, cell: BasketCell, mode: AccountMode, fill: String, estimate: BasketEstimate,
        others: OtherPaths?
    ) {
        (self.basket, self.cell, self.mode) = (basket.name, cell, mode)
        (path, closing) = (basket.path, basket.closing)
        (self.fill, self.estimate, self.others) = (fill, estimate, others)
    }
}

/// The lowest and the highest that the other three paths say of a share, and which they are.
public struct OtherPaths: Hashable, Codable, Sendable {
    /// What one path says.
    public struct Share: Hashable, Codable, Sendable {
        /// The path.
        public var path: BarPath
        /// The share of entries.
        public var share: Double

        /// A share on a path.
        public init(path: BarPath, share: Double) { (self.path, self.share) = (path, share) }
    }

    /// Lowest and highest of the share below zero.
    public var negative: Range
    /// Lowest and highest of the share of which the platform closed a leg.
    public var liquidated: Range

    /// The ends, the earlier path of equals.
    public struct Range: Hashable, Codable, Sendable {
        /// The least.
        public var low: Share
        /// The most.
        public var high: Share

        /// The ends of shares on paths; nil without any.
        public init?(_ shares: [Share]) {
            guard let low = shares.min(by: { $0.share < $1.share }),
                let most = shares.map(\.share).max(), let high = shares.first(where: { $0.share == most })
            else { return nil }
            (self.low, self.high) = (low, high)
        }
    }

    /// The ends over estimates on other paths; nil where one of them has no entries.
    public init?(_ estimates: [(path: BarPath, estimate: BasketEstimate)]) {
        let negative = estimates.compactMap { found in
            found.estimate.negativeShare.map { Share(path: found.path, share: $0) }
        }
        let liquidated = estimates.compactMap { found in
            found.estimate.liquidatedShare.map { Share(path: found.path, share: $0) }
        }
        guard negative.count == estimates.count, liquidated.count == estimates.count, let first = Range(negative),
            let second = Range(liquidated)
        else { return nil }
        (self.negative, self.liquidated) = (first, second)
    }
}
