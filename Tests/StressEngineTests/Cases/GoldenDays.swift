import CSVIngest
import MarginModel
import PriceSeries
import StressBasics
import TestSupport
import Testing

@testable import StressEngine

/// Counts that were made by another program from the same public file: Binance BTCUSDT by the hour, every UTC day with 24
/// hours entered at its open and held to its last close, no fees, no funding, nobody liquidates.
@Suite struct GoldenDays {
    /// Below zero at some hour, and at the last close; long and short.
    struct Counts: Sendable {
        let leverage: Double
        let touch: (long: Int, short: Int)
        let close: (long: Int, short: Int)
    }

    static let year2019: [Counts] = [
        Counts(leverage: 2, touch: (0, 0), close: (0, 0)), Counts(leverage: 3, touch: (0, 0), close: (0, 0)),
        Counts(leverage: 5, touch: (1, 0), close: (0, 0)), Counts(leverage: 10, touch: (7, 11), close: (4, 7)),
        Counts(leverage: 20, touch: (40, 49), close: (18, 27)), Counts(leverage: 25, touch: (63, 66), close: (27, 35)),
        Counts(leverage: 50, touch: (157, 142), close: (67, 81)),
        Counts(leverage: 100, touch: (251, 229), close: (103, 118)),
        Counts(leverage: 125, touch: (275, 250), close: (109, 131)),
    ]
    static let year2020: [Counts] = [
        Counts(leverage: 2, touch: (0, 0), close: (0, 0)), Counts(leverage: 3, touch: (1, 0), close: (1, 0)),
        Counts(leverage: 5, touch: (2, 1), close: (1, 0)), Counts(leverage: 10, touch: (7, 13), close: (2, 6)),
        Counts(leverage: 20, touch: (40, 47), close: (16, 25)), Counts(leverage: 25, touch: (60, 72), close: (27, 45)),
        Counts(leverage: 50, touch: (149, 142), close: (53, 87)),
        Counts(leverage: 100, touch: (256, 236), close: (91, 140)),
        Counts(leverage: 125, touch: (277, 255), close: (104, 154)),
    ]

    @Test(.needsSharedData) func countsOf2019() throws { try check(year: 2019, days: 365, GoldenDays.year2019) }

    /// Three days of 2020 lack hours.
    @Test(.needsSharedData) func countsOf2020() throws { try check(year: 2020, days: 363, GoldenDays.year2020) }

    private func check(year: Int, days: Int, _ expected: [Counts]) throws {
        let shared = try #require(sharedFolder)
        let file = shared + "/data/cryptodatadownload/Binance_BTCUSDT_1h.csv.gz"
        let series = try wholeDays(try ingestSeries(BarSource(files: [file])).series, year: year)
        #expect(series.count == days * 25)
        for side in [Side.long, .short] {
            let cell = TestCell(
                side: side, horizon: TimeSpan(milliseconds: 23 * 3_600_000 + 1), liquidation: false, stride: 25)
            let study = try cell.study(leverages: expected.map(\.leverage))
            let results = try HistoryJob(study: study, asset: "X", market: MarketHistory(series: series)).run(
                threads: 1)
            for (counts, result) in zip(expected, results) {
                let estimate = result.estimate(confidence: 0.95)
                let (touch, close) =
                    side == .long ? (counts.touch.long, counts.close.long) : (counts.touch.short, counts.close.short)
                #expect(estimate.windows.entries == days)
                #expect(estimate.windows.unprotected == touch, "\(year) \(side) \(counts.leverage)x touch")
                #expect(estimate.exit.negative == Double(close), "\(year) \(side) \(counts.leverage)x close")
            }
        }
    }

    /// The days of a year with all their hours, each behind a bar of its own a millisecond before midnight that closes at the
    /// day's open, so that an entry at a close is one at the open.
    private func wholeDays(_ hours: BarSeries, year: Int) throws -> BarSeries {
        var columns = (time: [Int64](), open: [Double](), high: [Double](), low: [Double](), close: [Double]())
        func append(_ time: Int64, _ open: Double, _ high: Double, _ low: Double, _ close: Double) {
            columns.time.append(time)
            columns.open.append(open)
            columns.high.append(high)
            columns.low.append(low)
            columns.close.append(close)
        }
        for bar in hours.time.indices where hours.time[bar] % 86_400_000 == 0 && hours.instant(bar).civil.year == year {
            let last = bar + 23
            guard last < hours.count, hours.time[last] == hours.time[bar] + 23 * 3_600_000 else { continue }
            let open = hours.open[bar]
            append(hours.time[bar] - 1, open, open, open, open)
            for hour in bar...last {
                append(hours.time[hour], hours.open[hour], hours.high[hour], hours.low[hour], hours.close[hour])
            }
        }
        return try BarSeries(
            time: columns.time, open: columns.open, high: columns.high, low: columns.low, close: columns.close)
    }
}
