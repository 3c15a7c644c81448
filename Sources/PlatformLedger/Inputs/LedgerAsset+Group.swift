import MarginModel
import PriceSeries
import StressBasics
import StressEngine

extension LedgerAsset {
    /// A class on an asset: everything that no bar changes. An object, so that looking something up counts one reference and not a dozen.
    final class Group: Sendable {
        /// Its place in the population.
        let place: Int32
        let side: Side
        /// `d`.
        let sign: Double
        /// `L`.
        let leverage: Double
        /// `f_o`.
        let openingRate: Double
        /// Of the usual size.
        let terms: PositionTerms
        /// Whether the platform opens none of the usual size; of no use where a schedule decides by the day.
        let isRejected: Bool
        private let pricing: ExitPricing
        private let fill: ResolvedFill
        /// The prices that trigger.
        let checked: [Double]
        /// Trigger price over entry price, of the usual size and without funding.
        let triggerRatio: Double
        /// Of the usual size, opened at a price of 1.
        private let usual: LinearPosition

        init(_ place: Int, _ cell: CellRules, market: MarketHistory, windows: EntryWindows) {
            terms = cell.terms
            (self.place, side, sign) = (Int32(place), terms.side, terms.side.sign)
            (leverage, openingRate) = (terms.leverage.value, terms.rules.fees.open)
            isRejected = terms.rejection(.linear, entryPrice: 1) != nil
            pricing = ExitPricing(cell, market: market, windows: windows)
            fill = cell.fills[0].rule
            checked = MarketHistory.triggering(market, terms.rules.liquidation.trigger, isLong: terms.side == .long)
            usual = LinearPosition(terms, entryPrice: 1)
            triggerRatio = usual.triggerPrice(.none)
        }

        /// `N0` of a position that is so much of the usual.
        @inline(__always)
        func notional(_ scale: Double) -> Double { scale == 1 ? terms.notional : terms.notional * scale }

        /// Whether the platform would not open a position that is so much of the usual, where a dated schedule asks for `scheduled`.
        func isRejected(_ scale: Double, price: Double, _ scheduled: ScheduledMargin) -> Bool {
            if terms.rules.schedule != nil {
                return scaled(scale).rejection(.linear, entryPrice: price, scheduled: scheduled) != nil
            }
            return scale == 1 ? isRejected : scaled(scale).rejection(.linear, entryPrice: 1) != nil
        }

        /// The position of a row, whole.
        func linear(_ row: PositionRow) -> LinearPosition {
            row.scale == 1 ? usual.reopened(at: row.price) : LinearPosition(scaled(row.scale), entryPrice: row.price)
        }

        // Behind a call of its own, so that no caller copies a dozen columns to look into one.
        /// What a liquidation that is due in `bar` is filled at, before slippage.
        @inline(never)
        func stages(bar: Int, trigger: Double) -> FillStages { pricing.stages(fill, bar: bar, trigger: trigger) }

        /// A price made worse for the position by the platform's slippage in `bar`.
        @inline(never)
        func slipped(_ price: Double, bar: Int) -> Double { pricing.slipped(price, bar: bar) }

        /// The first price of a bar.
        @inline(never)
        func open(_ bar: Int) -> Double { pricing.open(bar) }

        private func scaled(_ scale: Double) -> PositionTerms {
            var scaled = terms
            scaled.notional *= scale
            return scaled
        }
    }
}
