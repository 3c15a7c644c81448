import CSVIngest
import MarginModel
import PriceSeries
import StressBasics
import TestSupport
import Testing

@testable import StressEngine

/// Two days that happen once in a lifetime, on the files that hold them.
@Suite struct LifetimeFiles {
    /// 15 January 2015: the franc's floor is removed, 1.20095 → 0.97554 overnight. Held for a day from the 14th at 10×,
    /// E = 1 − 10 · (1 − 0.97554/1.20095) = −0.8769 margins; at 5× +0.0615.
    @Test(.needsSharedData) func francFloor() throws {
        let shared = try #require(sharedFolder)
        let source = BarSource(files: [shared + "/data/fx/EURCHF_daily.csv"], time: .pattern("%d/%m/%Y"))
        let prices = try ingestSeries(source).series
        let eve = try #require(prices.time.firstIndex(of: 1_421_193_600_000))
        #expect(prices.close[eve] == 1.20095 && prices.low[eve + 1] == 0.97554)
        for (leverage, equity) in [(10.0, 1 - 10 * (1 - 0.97554 / 1.20095)), (5, 1 - 5 * (1 - 0.97554 / 1.20095))] {
            let cell = TestCell(leverage: leverage, horizon: .days(1), maxGap: .automatic)
            let outcome = try #require(try cell.outcome(prices, entry: eve))
            #expect(abs(outcome.equity - equity) < 1e-12 && (outcome.path.liquidationBar != nil) == (leverage == 10))
        }
    }

    /// 20 April 2020: oil at −36.98 after 18.31. A long paid for in full ends below zero, and is not called impossible.
    @Test(.needsSharedData) func negativeOil() throws {
        let shared = try #require(sharedFolder)
        let prices = try ingestSeries(BarSource(files: [shared + "/data/datahub/wti-daily.csv"])).series
        let eve = try #require(prices.time.firstIndex(of: 1_587_081_600_000))  // Friday 2020-04-17
        #expect(prices.close[eve] == 18.31 && prices.close[eve + 1] == -36.98)
        let cell = TestCell(leverage: 1, horizon: .days(3), maxGap: .automatic)
        let outcome = try #require(try cell.outcome(prices, entry: eve))
        #expect(abs(outcome.equity + 36.98 / 18.31) < 1e-12 && outcome.path.isUnprotected)
        let estimate = try cell.run(prices).estimate(confidence: 0.95)
        #expect(estimate.status == .ok && estimate.exit.negative > 0)
        #expect(abs((estimate.exit.shortfall?.max ?? 0) - 36.98 / 18.31) < 1e-12)
    }
}
