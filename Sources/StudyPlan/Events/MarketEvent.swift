import StressBasics

/// A dated move of a market as its sources have it: what a price did, what became of balances, and what is not known of it.
public struct MarketEvent: Hashable, Sendable {
    /// What an event is an example of.
    public enum Tag: String, Hashable, Sendable, CaseIterable {
        /// Whom it hurt.
        case long, short
        /// Prices jumped: nobody could trade between.
        case gap
        /// A price feed or an index was wrong or stood still.
        case oracle
        /// The market did not come back.
        case collapse
        /// Who had sold had to buy.
        case squeeze
        /// What is meant to be worth a fixed amount was not.
        case depeg
    }

    /// How far its figures can be trusted.
    public enum Confidence: String, Hashable, Sendable, CaseIterable {
        case low, medium, high
    }

    /// A price that is known on the way.
    public struct Point: Hashable, Sendable {
        /// When.
        public let time: UTCInstant
        /// Quote currency per coin, above 0.
        public let price: Double
    }

    /// Where the price came from, and how far it went.
    public struct Prices: Hashable, Sendable {
        /// Quote currency per coin, above 0.
        public let from: Double
        /// Quote currency per coin; may be below 0.
        public let extreme: Double
    }

    /// The name by which commands know it: lower-case letters, digits and `-`.
    public let name: String
    /// In words.
    public let title: String
    /// What was traded, where, and which price it is.
    public let asset, venue, priceType: String
    /// When it began and was over, UTC; the same where a source has one moment.
    public let start, end: UTCInstant
    /// Prices, where sources have them.
    public let prices: Prices?
    /// The move, a part of the price before; nil where no source says.
    public let size: Double?
    /// How fast it was, in the words of sources.
    public let speed: String
    /// How long a drawn path takes; nil for at once.
    public let length: TimeSpan?
    /// What of the figures is assumed, for a path to be drawn; nil for nothing.
    public let assumed: String?
    /// Prices on the way, in order of time; empty where only the ends are known.
    public let points: [Point]
    /// What it is an example of; one of ``Tag/long`` and ``Tag/short`` at least.
    public let tags: [Tag]
    /// What became of balances.
    public let balances: [String]
    /// Where figures come from.
    public let sources: [String]
    /// What sources disagree on.
    public let conflicts: [String]
    /// How far its figures can be trusted.
    public let confidence: Confidence

    /// The side that it hurt.
    public var side: Side { tags.contains(.long) ? .long : .short }
}
