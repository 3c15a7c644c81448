import PriceSeries
import StressBasics

/// The bars of a history in parts of the close before them: what futures are put together from.
///
/// Left out are the first bar, and bars behind a step that no window spans: what trades behind it may be another coin.
public struct RelativeBars: Sendable {
    /// Why futures cannot be made of a history.
    public enum Refusal: Error, Hashable, Sendable {
        /// Some price is zero or below, so that there are no returns.
        case notPositive
        /// Fewer than ``RelativeBars/fewest`` bars follow another.
        case tooShort
    }

    /// The least that anything is drawn from.
    public static let fewest = 20

    /// The bars' places in the history, ascending.
    public let places: [Int]
    /// First price over the close before.
    public let open: [Double]
    /// Highest price over the close before.
    public let high: [Double]
    /// Lowest price over the close before.
    public let low: [Double]
    /// Last price over the close before.
    public let close: [Double]
    /// Mark prices over the traded close before; nil where traded prices trigger.
    public let mark: Marks?
    /// Funding charged at the start of each bar; nil without.
    public let funding: [Double]?
    /// Traded in each bar, quote currency; nil where it is not known.
    public let quoteVolume: [Double]?
    /// The history's bar length.
    public let barLength: TimeSpan
    /// The history's newest close, quote currency per coin, where futures begin.
    public let lastClose: Double
    /// Open time of the history's newest bar.
    public let lastTime: Int64
    /// `σ_Δ` of the history.
    public let volatility: Double

    /// Mark prices in parts of the traded close before.
    public struct Marks: Sendable {
        /// Highest.
        public let high: [Double]
        /// Lowest.
        public let low: [Double]
        /// Last.
        public let close: [Double]
    }

    /// Number of bars that can be drawn.
    public var count: Int { places.count }

    /// O(bars).
    ///
    /// - Parameter maxGap: the widest step that a window spans; nil for any.
    public init(_ market: MarketHistory, maxGap: TimeSpan?) throws(Refusal) {
        let series = market.series
        guard market.isPositive, (market.mark?.low.min() ?? 1) > 0 else { throw .notPositive }
        let widest = maxGap?.milliseconds ?? .max
        let places = series.time.indices.dropFirst().filter { series.time[$0] - series.time[$0 - 1] <= widest }
        guard places.count >= RelativeBars.fewest, let last = series.close.last, let time = series.time.last else {
            throw .tooShort
        }
        func relative(_ column: [Double]) -> [Double] { places.map { column[$0] / series.close[$0 - 1] } }
        self.places = places
        (open, high, low) = (relative(series.open), relative(series.high), relative(series.low))
        close = relative(series.close)
        mark = market.mark.map {
            Marks(high: relative($0.high), low: relative($0.low), close: relative($0.close))
        }
        funding = market.fundingPerBar.map { rates in places.map { rates[$0] } }
        quoteVolume = series.volume == nil ? nil : places.map(market.quoteVolume)
        (barLength, lastClose, lastTime) = (market.barLength, last, time)
        volatility = market.volatility
    }
}
