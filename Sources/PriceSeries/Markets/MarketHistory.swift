import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Everything a kernel reads about one asset: traded bars, and what stands beside them.
public struct MarketHistory: Sendable {
    /// Traded bars.
    public let series: BarSeries
    /// Funding charged at the start of each bar; nil without funding.
    public let fundingPerBar: [Double]?
    /// The stamps that those are made of, for who begins between two bars; nil without funding, and where bars were drawn.
    public let funding: FundingSchedule?
    /// Mark prices along the bars; nil when the traded prices trigger.
    public let mark: MarkPrices?
    /// `σ_Δ`: standard deviation of the log return from close to close over all bars with closes above 0.
    public let volatility: Double
    /// The series' bar length, a day where a single bar has none.
    public let barLength: TimeSpan
    /// Whether no traded price is below zero.
    public let isNeverNegative: Bool
    /// Whether every traded price is above zero.
    public let isPositive: Bool

    /// A history of the given parts. O(bars).
    public init(series: BarSeries, funding: FundingSchedule? = nil, mark: BarSeries? = nil) {
        self.init(
            series: series, fundingPerBar: funding?.perBar(series), funding: funding,
            mark: mark.map { MarkPrices($0, along: series) })
    }

    init(series: BarSeries, fundingPerBar: [Double]?, funding: FundingSchedule?, mark: MarkPrices?) {
        self.init(
            series, fundingPerBar: fundingPerBar, funding: funding, mark: mark,
            volatility: MarketHistory.volatility(series.close))
    }

    /// Paths one behind the other, whose steps from one to the next are no returns.
    ///
    /// - Parameter volatility: of a bar.
    package init(simulated series: BarSeries, fundingPerBar: [Double]?, mark: MarkPrices?, volatility: Double) {
        self.init(series, fundingPerBar: fundingPerBar, funding: nil, mark: mark, volatility: volatility)
    }

    private init(
        _ series: BarSeries, fundingPerBar: [Double]?, funding: FundingSchedule?, mark: MarkPrices?, volatility: Double
    ) {
        self.series = series
        (self.fundingPerBar, self.funding) = (fundingPerBar, funding)
        self.mark = mark
        self.volatility = volatility
        barLength = series.barLength ?? .days(1)
        let lowest = [series.open, series.high, series.low, series.close].map { $0.min() ?? 1 }.min() ?? 1
        isNeverNegative = lowest >= 0
        isPositive = lowest > 0
    }

    /// Quote currency traded in bar `bar`: base volume times close; 0 where the volume is not known.
    public func quoteVolume(_ bar: Int) -> Double {
        guard let volume = series.volume?[bar], volume > 0 else { return 0 }
        return volume * max(0, series.close[bar])
    }

    /// Standard deviation of the log return from close to close over all closes above 0; 0 for fewer than three of them. O(closes).
    public static func volatility(_ close: [Double]) -> Double {
        var (count, mean, squares) = (0.0, 0.0, 0.0)
        for bar in close.indices.dropFirst() where close[bar - 1] > 0 && close[bar] > 0 {
            // Welford's recurrence: one pass, no cancellation.
            let value = log(close[bar] / close[bar - 1])
            count += 1
            let step = value - mean
            mean += step / count
            squares += step * (value - mean)
        }
        return count > 1 ? (squares / (count - 1)).squareRoot() : 0
    }
}
