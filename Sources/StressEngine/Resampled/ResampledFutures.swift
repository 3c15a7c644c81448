import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Futures of a history: paths put together from its own bars, each from the newest close on.
///
/// Every path has a stream of its own, so that path `k` is the same whatever others are made with it and on however many threads.
public struct ResampledFutures: Sendable {
    /// What is drawn from.
    public let bars: RelativeBars
    /// The rules.
    public let rules: ResampleRules
    /// Nil under the stationary method, and where no volatility describes the history.
    public let filter: BarFilter?
    /// Bars that a path has behind its last holding time, for fills that come late.
    private let reserve: Int
    private let random: SeededGenerator

    /// - Parameters:
    ///   - bars: of the history.
    ///   - name: the history's, which gives it draws of its own.
    ///   - reserve: bars behind the last holding time.
    public init(_ bars: RelativeBars, rules: ResampleRules, name: String, reserve: Int = 1) {
        (self.bars, self.rules, self.reserve) = (bars, rules, max(1, reserve))
        filter = rules.method == .filtered ? BarFilter(bars) : nil
        random = SeededGenerator(seed: rules.seed).stream("resample").stream(name)
    }

    /// Bars of a path: the entry's, those of the longest holding time, and the reserve.
    public var barsPerPath: Int { rules.bars(of: bars.barLength) + 1 + reserve }

    /// Mean length of a run, in bars: one at least, and all of them where the history is drawn whole.
    public var meanLength: Double {
        min(Double(bars.count), max(1, Double(rules.block.milliseconds) / Double(max(1, bars.barLength.milliseconds))))
    }

    /// Mean length of a run, as time that was drawn: between a bar and all of them, whatever was asked for.
    public var block: TimeSpan {
        let whole = bars.barLength.milliseconds.multipliedReportingOverflow(by: Int64(bars.count))
        let longest = whole.overflow ? rules.block : TimeSpan(milliseconds: whole.partialValue)
        return min(longest, max(bars.barLength, rules.block))
    }

    /// The widest step within a path; the step between two paths is wider, so that no window spans it.
    public var maxGap: TimeSpan { bars.barLength }

    /// Paths as one history, one behind the other. O(paths × bars per path).
    ///
    /// - Parameter paths: their numbers, from 0; at least one.
    public func market(paths: Range<Int>) -> MarketHistory {
        var columns = Columns(bars, count: paths.count * barsPerPath)
        let step = bars.barLength.milliseconds
        var time = bars.lastTime
        for path in paths {
            write(path, from: time, step: step, &columns)
            time += Int64(barsPerPath + 1) * step
        }
        return columns.market(volatility: bars.volatility)
    }

    /// The bars of a path, as places among ``bars``, oldest first; for tests.
    public func draws(of path: Int) -> [Int] {
        var draw = draw(path)
        return (1..<barsPerPath).map { _ in draw.next() }
    }

    private func draw(_ path: Int) -> BarDraw {
        BarDraw(count: bars.count, meanLength: meanLength, random: random.stream("\(path)"))
    }

    private func write(_ path: Int, from start: Int64, step: Int64, _ columns: inout Columns) {
        var (draw, price, variance) = (draw(path), bars.lastClose, filter?.firstVariance ?? 0)
        columns.begin(at: price, time: start)
        for bar in 1..<barsPerPath {
            let place = draw.next()
            let scale = filter?.scale(place, variance: variance)
            func ratio(_ value: Double) -> Double {
                guard let filter, let scale else { return value }
                return filter.stretched(value, by: scale)
            }
            let change = ratio(bars.close[place])
            columns.add(place, bars, time: start + Int64(bar) * step, before: price, ratio: ratio)
            if let filter { variance = filter.filter.next(variance, after: log(change)) }
            price = Columns.bounded(price * change)
        }
    }
}

/// The columns of paths while they are written.
private struct Columns {
    private var time: [Int64] = []
    private var open: [Double] = []
    private var high: [Double] = []
    private var low: [Double] = []
    private var close: [Double] = []
    private var volume: [Double]?
    private var funding: [Double]?
    private var mark: (high: [Double], low: [Double], close: [Double])?

    init(_ bars: RelativeBars, count: Int) {
        time.reserveCapacity(count)
        for column in [\Columns.open, \Columns.high, \Columns.low, \Columns.close] {
            self[keyPath: column].reserveCapacity(count)
        }
        if bars.quoteVolume != nil { volume = [] }
        if bars.funding != nil { funding = [] }
        if bars.mark != nil { mark = ([], [], []) }
    }

    /// A price that a series may hold: a path that leaves them stays at their end.
    static func bounded(_ price: Double) -> Double {
        // What is no number comes of a variance without bound.
        price.isNaN ? 1e15 : min(max(price, 1e-15), 1e15)
    }

    /// The bar that is entered at its close.
    mutating func begin(at price: Double, time start: Int64) {
        time.append(start)
        for column in [\Columns.open, \Columns.high, \Columns.low, \Columns.close] {
            self[keyPath: column].append(price)
        }
        volume?.append(0)
        funding?.append(0)
        mark?.high.append(price)
        mark?.low.append(price)
        mark?.close.append(price)
    }

    mutating func add(
        _ place: Int, _ bars: RelativeBars, time start: Int64, before price: Double, ratio: (Double) -> Double
    ) {
        func next(_ value: Double) -> Double { Columns.bounded(price * ratio(value)) }
        let last = next(bars.close[place])
        time.append(start)
        open.append(next(bars.open[place]))
        high.append(next(bars.high[place]))
        low.append(next(bars.low[place]))
        close.append(last)
        if let traded = bars.quoteVolume?[place] { volume?.append(traded / last) }
        if let rate = bars.funding?[place] { funding?.append(rate) }
        if let marks = bars.mark {
            mark?.high.append(next(marks.high[place]))
            mark?.low.append(next(marks.low[place]))
            mark?.close.append(next(marks.close[place]))
        }
    }

    consuming func market(volatility: Double) -> MarketHistory {
        MarketHistory(
            simulated: BarSeries(
                checkedTime: time, open: open, high: high, low: low, close: close, volume: volume),
            fundingPerBar: funding,
            mark: mark.map { MarkPrices(high: $0.high, low: $0.low, close: $0.close, missing: []) },
            volatility: volatility)
    }
}
