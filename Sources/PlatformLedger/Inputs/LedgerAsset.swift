import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// One asset of a platform, with everything that does not depend on what happens there. An object, so that looking something up counts one
/// reference and not a dozen.
public final class LedgerAsset: Sendable {
    /// Its name.
    public let name: String
    /// Its prices.
    public let market: MarketHistory
    /// Windows of the population's horizon.
    public let windows: EntryWindows
    /// What each class opens and how it is closed, in the population's order.
    let groups: [Group]
    /// `Σ ρ O` of the funding charged up to the start of each bar, quote currency per coin; nil without funding.
    let fundingSums: [Double]?
    /// Margins per coin of a dated schedule that are in force at each bar, quote currency; nil without one.
    let scheduled: (initial: [Double], maintenance: [Double])?
    /// What a bar's open interest is of the usual; nil where it is always the usual, as where no volume is known.
    let scale: [Double]?
    /// Consecutive number of each bar's UTC day among the days with bars.
    let dayOfBar: [Int32]

    /// Lays a population along the prices of an asset. O(bars × classes).
    ///
    /// - Parameters:
    ///   - rules: of the platform.
    ///   - maxGap: the widest step that does not close everything.
    public init(name: String, market: MarketHistory, population: Population, rules: PlatformRules, maxGap: TimeSpan?) {
        (self.name, self.market) = (name, market)
        let windows = EntryWindows(
            series: market.series, horizon: population.horizon, stride: population.stride, maxGap: maxGap)
        self.windows = windows
        groups = zip(population.classes, population.notionals).enumerated().map { place, group in
            let key = CellKey(
                asset: name, contract: .linear, side: group.0.side, leverage: group.0.leverage,
                horizon: windows.horizon, platform: "")
            let cell = CellRules(
                cell: StudyCell(index: 0, key: key), platform: rules, notional: group.1, market: market)
            return Group(place, cell, market: market, windows: windows)
        }
        fundingSums = LedgerAsset.fundingSums(market)
        scheduled = rules.schedule?.perCoin(at: market.series.time)
        scale = population.scale == .volume ? LedgerAsset.volumeScale(market) : nil
        dayOfBar = LedgerAsset.days(market.series.time)
    }

    /// What a dated schedule asks at a bar; nothing without one.
    @inline(__always)
    func scheduledMargin(_ bar: Int) -> ScheduledMargin {
        scheduled.map { ScheduledMargin(initial: $0.initial[bar], maintenance: $0.maintenance[bar]) } ?? .none
    }

    private static func fundingSums(_ market: MarketHistory) -> [Double]? {
        market.fundingPerBar.map { rates in
            var sum = 0.0
            return zip(rates, market.series.open).map { rate, open in
                sum += rate * open
                return sum
            }
        }
    }

    /// Each bar's traded value, in quote currency, over the mean of all bars of the history; nil where none has any.
    public static func volumeScale(_ market: MarketHistory) -> [Double]? {
        let volumes = market.series.time.indices.map(market.quoteVolume)
        let mean = volumes.reduce(0, +) / Double(max(1, volumes.count))
        return mean > 0 && mean.isFinite ? volumes.map { $0 / mean } : nil
    }

    private static func days(_ times: [Int64]) -> [Int32] {
        var (day, last): (Int32, Int64?) = (-1, nil)
        return times.map { time in
            let number = floorDivide(time, millisecondsPerDay)
            if number != last { (day, last) = (day + 1, number) }
            return day
        }
    }

    /// Number of UTC days with bars.
    public var dayCount: Int { Int(dayOfBar.last ?? -1) + 1 }
}

/// A UTC day.
let millisecondsPerDay: Int64 = 86_400_000

/// One draw serves a bar and side of an asset: the same market hits all. 53 bits in [0, 1).
public func ledgerDraw(seed: UInt64, asset: String, time: Int64, side: Side) -> Double {
    var stream = SeededGenerator(seed: seed).stream("\(asset) \(time) \(side.rawValue)")
    return stream.uniform()
}
