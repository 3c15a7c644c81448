import MarginModel
import PriceSeries

extension MarketHistory {
    /// The prices that trigger: the mark's when there is a mark series.
    package static func triggering(_ market: MarketHistory, _ trigger: LiquidationTrigger, isLong: Bool) -> [Double] {
        switch (trigger, market.mark) {
        case (.extreme, nil): isLong ? market.series.low : market.series.high
        case (.extreme, let mark?): isLong ? mark.low : mark.high
        case (.close, nil): market.series.close
        case (.close, let mark?): mark.close
        }
    }
}
