import PriceSeries
import StressBasics
import StressPipeline
import StressStatistics

/// The comparison of one file as `validate --json` prints it.
struct ValidationJSON: Encodable {
    let path: String
    let barsCount: Int
    let barS, delayS, overshoot, confidence: Double
    let firstUtc, lastUtc: String
    let cells: [Cell]
    let bars: [Bars]

    struct Cell: Encodable {
        let contract, side: String
        let leverageX, horizonH: Double
        let minutes: Share
        let longer: [Share]
    }

    /// A share below zero; the ratio is to the minutes and is absent where one of the two saw nothing.
    struct Share: Encodable {
        let barS: Double
        let entriesCount: Int
        let negativeCount: Double
        let negativeEquityFrac, ciLowFrac, ciHighFrac, ratio, ratioCiLow, ratioCiHigh: Double?

        init(_ barLength: TimeSpan, _ estimate: CellEstimate, _ found: RatioInference? = nil) {
            (barS, entriesCount) = (barLength.inSeconds, estimate.windows.entries)
            (negativeCount, negativeEquityFrac) = (estimate.exit.negative, estimate.exit.frequency)
            (ciLowFrac, ciHighFrac) = (estimate.exit.interval?.low, estimate.exit.interval?.high)
            (ratio, ratioCiLow, ratioCiHigh) = (found?.ratio, found?.interval?.low, found?.interval?.high)
        }
    }

    struct Bars: Encodable {
        let barS: Double
        let cellsCount: Int
        let ratio, ratioCiLow, ratioCiHigh, runsEffectiveCount: Double?
        let overshootFit, overshootFitCiLow, overshootFitCiHigh: Double?

        init(_ span: MinuteComparison.Span) {
            (barS, cellsCount) = (span.barLength.inSeconds, span.cells)
            (ratio, ratioCiLow, ratioCiHigh) = (
                span.ratio?.ratio, span.ratio?.interval?.low, span.ratio?.interval?.high
            )
            runsEffectiveCount = span.ratio?.runs
            overshootFit = span.fit?.overshoot
            // An end that no overshoot reaches is none.
            overshootFitCiLow = span.fit?.interval.flatMap { $0.low > 0 ? $0.low : nil }
            overshootFitCiHigh = span.fit?.interval.flatMap { $0.high.isFinite ? $0.high : nil }
        }
    }

    init(_ text: ValidationText) {
        let (market, comparison) = (text.market, text.comparison)
        (path, barsCount, barS) = (text.name, market.series.count, market.barLength.inSeconds)
        (delayS, overshoot) = (text.settings.delay.inSeconds, text.settings.overshoot)
        confidence = text.settings.confidence
        (firstUtc, lastUtc) = (market.series.instant(0).rfc3339, market.series.instant(market.series.count - 1).rfc3339)
        cells = comparison.cells.map { cell in
            Cell(
                contract: cell.cell.contract.rawValue, side: cell.cell.side.rawValue,
                leverageX: cell.cell.leverage.value, horizonH: cell.cell.horizon.inSeconds / 3600,
                minutes: Share(market.barLength, cell.minutes),
                longer: zip(comparison.spans, cell.longer).compactMap { span, longer in
                    longer.map { Share(span.barLength, $0.estimate, $0.ratio) }
                })
        }
        bars = comparison.spans.map(Bars.init)
    }
}
