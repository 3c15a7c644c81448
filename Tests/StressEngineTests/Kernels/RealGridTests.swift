import CSVIngest
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport
import Testing

@testable import StressEngine

/// Whole grids on vendors' files: the fast kernels against the plain walk.
@Suite struct RealGridTests {
    @Test(
        .needsSharedData,
        arguments: [
            ("binance-vision/LUNAUSDT-1m-2022-05.csv.gz", [TimeSpan.minutes(30), .hours(4), .days(1)]),
            ("binance-vision/futures-um-LTCUSDT-1m-2026-02.csv.gz", [.hours(1), .hours(12)]),
            ("cryptodatadownload/Binance_BTCUSDT_1h.csv.gz", [.hours(8), .days(1), .days(7)]),
            ("yahoo/FTT-USD.csv", [.days(1), .days(7), .days(30)]),
            ("datahub/wti-daily.csv", [.days(1), .days(30)]),
        ])
    func wholeGridsAgree(file: String, horizons: [TimeSpan]) throws {
        let shared = try #require(sharedFolder)
        let series = try ingestSeries(BarSource(files: [shared + "/data/" + file])).series
        let funding = FundingSchedule(constant: 0.0001, every: .hours(8), over: series)
        for market in [MarketHistory(series: series), MarketHistory(series: series, funding: funding)] {
            var cell = TestCell(fees: (0.0005, 0.0004, 0.002), slippage: 0.0005, fill: .auto)
            cell.maxGap = .automatic
            var study = try cell.study(
                leverages: [1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 25, 33, 40, 50, 60, 75, 90, 100, 110, 125],
                horizons: horizons)
            study.grid.sides = [.long, .short]
            let fast = try HistoryJob(study: study, asset: "X", market: market).run(threads: 2)
            let plain = try HistoryJob(study: study, asset: "X", market: market, kernel: .plain).run(threads: 2)
            // A price below zero takes a history out of the sweep, not away from the fast kernels.
            #expect(fast.allSatisfy { $0.kernel != .plain } && fast.count == 40 * horizons.count)
            for (one, other) in zip(fast, plain) { expectAgreement(one, other, file) }
        }
    }
}
