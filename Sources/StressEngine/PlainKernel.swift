import MarginModel
import PriceSeries
import StressBasics

/// What a held position met inside its window, before an exit price is chosen.
public struct EntryPath: Hashable, Sendable {
    /// The bar in which equity fell to the requirement; nil when it never did or nobody liquidates.
    public var liquidationBar: Int?
    /// Whether equity at some bar's extreme was below zero, had nobody liquidated.
    public var isUnprotected: Bool
}

/// Walks one entry bar by bar, exactly as the model's definition reads. Slow and plain on purpose: it is the judge of
/// every faster kernel.
public struct PlainKernel: Sendable {
    /// The price history.
    public let series: BarSeries
    /// The cell.
    public let rules: CellRules
    /// The windows of the cell's horizon.
    public let windows: EntryWindows

    /// A kernel for one cell of one price history.
    public init(series: BarSeries, rules: CellRules, windows: EntryWindows) {
        self.series = series
        self.rules = rules
        self.windows = windows
    }

    /// The position opened at the close of bar `entry`.
    public func position(entry: Int) -> LinearPosition {
        LinearPosition(
            side: rules.cell.side, entryPrice: series.close[entry], notional: rules.notional,
            leverage: rules.cell.leverage, openingFee: rules.platform.fees.open)
    }

    /// Walks the window of `entry`, whose last bar is `last`. O(bars of the window).
    public func path(entry: Int, last: Int) -> EntryPath {
        let position = position(entry: entry)
        let liquidation = rules.platform.liquidation
        let belowZero = -CellRules.tolerance * rules.notional
        let extremes = rules.cell.side == .long ? series.low : series.high
        let checked = liquidation.trigger == .extreme ? extremes : series.close
        var path = EntryPath(liquidationBar: nil, isUnprotected: false)
        for bar in entry + 1...last {
            if position.equity(at: extremes[bar]) < belowZero { path.isUnprotected = true }
            if liquidation.enabled, path.liquidationBar == nil, isDue(position, at: checked[bar]) {
                path.liquidationBar = bar
            }
            // Nothing that comes later can change either answer.
            if path.isUnprotected, path.liquidationBar != nil || !liquidation.enabled { break }
        }
        return path
    }

    @inline(__always)
    private func isDue(_ position: LinearPosition, at price: Double) -> Bool {
        position.equity(at: price) <= position.requirement(at: price, tiers: rules.platform.tiers)
    }

    /// Final equity of the position, quote currency, when it is closed by `fill` after a liquidation, or at the close of
    /// `last`.
    public func finalEquity(_ path: EntryPath, entry: Int, last: Int, fill: ResolvedFill) -> Double {
        let position = position(entry: entry)
        let fees = rules.platform.fees
        guard let bar = path.liquidationBar else {
            let price = slipped(series.close[last])
            return position.equity(at: price) - fees.close * position.tradedNotional(at: price)
        }
        let price = slipped(fillPrice(fill, position: position, bar: bar))
        return position.equity(at: price) - (fees.close + fees.liquidation) * position.tradedNotional(at: price)
    }

    /// The price of a liquidation in `bar` before slippage.
    func fillPrice(_ fill: ResolvedFill, position: LinearPosition, bar: Int) -> Double {
        switch fill {
        case .best: return position.triggerPrice(tiers: rules.platform.tiers)
        case .worst: return rules.cell.side == .long ? series.low[bar] : series.high[bar]
        case .next(let latency): return delayedPrice(bar: bar, latency: latency)
        case .gap:
            let trigger = position.triggerPrice(tiers: rules.platform.tiers)
            let openIsThrough = position.sign * (series.open[bar] - trigger) <= 0
            return openIsThrough ? series.open[bar] : trigger
        }
    }

    /// The open `latency` bars later; the last close when the series ends, or breaks off in a step wider than the
    /// allowed gap, before that.
    private func delayedPrice(bar: Int, latency: Int) -> Double {
        let end = Int(windows.segmentEnd[bar])
        return bar + latency < end ? series.open[bar + latency] : series.close[end - 1]
    }

    /// A price made worse for the position by the platform's slippage.
    private func slipped(_ price: Double) -> Double {
        price - rules.cell.side.sign * rules.platform.slippage * abs(price)
    }
}
