import Foundation
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

/// One word for many limits.
@Suite struct LimitsTogetherTests {
    /// Two cells at shares of 3 % with an interval from 1.7 to 5.4 %, held together at `errors` standard errors.
    private func report(_ limits: [Double], errors: Double) throws -> RunReport {
        var report = try makeReport(
            leverages: [10, 20], horizons: [.days(7)],
            limits: limits.enumerated().map { place, most in
                StudyLimit(
                    cells: CellSelector(side: .long, leverage: Leverage(place == 0 ? 10 : 20)!),
                    measure: .negativeEquity, form: .max(most), bound: .interval)
            }
        ) { _ in makeEstimate() }
        let cells = report.rows.map(\.cell).filter { $0.side == .long }
        let json = "{\"criticalValue\":\(errors),\"bounds\":[{\"low\":0,\"high\":1},{\"low\":0,\"high\":1}]}"
        report.bands = [
            CurveBand(
                cells: cells, band: try #require(ExactJSON.value(SimultaneousBand.self, Data(json.utf8))),
                measures: cells.map { _ in .negativeEquity })
        ]
        report.judgeLimits()
        return report
    }

    @Test(arguments: [
        ([0.1, 0.1], LimitCheck.Outcome.met, 0, 2), ([0.1, 0.03], .notShown, 0, 1), ([0.001, 0.1], .breach, 1, 1),
        ([0.001, 0.03], .breach, 1, 0), ([0.0165, 0.1], .notShown, 0, 1),
    ])
    func theWordIsOfAllLimits(limits: [Double], outcome: LimitCheck.Outcome, breached: Int, met: Int) throws {
        let report = try report(limits, errors: 3)
        let together = try #require(report.limitsTogether)
        #expect(together.outcome == outcome && together.breached == breached && together.met == met)
        for check in report.limits {
            let (own, wide) = (try #require(check.interval), try #require(check.together))
            #expect(wide.low < own.low && wide.high > own.high)
        }
        let word = outcome == .notShown ? "not shown" : outcome.rawValue
        #expect(report.togetherText?.hasPrefix("All 2 together, at 95 %: \(word)") == true)
        #expect(report.summaryText.contents.contains("All 2 together"))
        #expect(report.summary(files: []).contents.contains("\"limits_together\": {"))
        let page = IndexPage(report: report, pages: [], tables: [], answers: []).file
        #expect(page.contents.contains("All 2 together"))
    }

    /// Bands of limits are no curves: no table or drawing of curves has them.
    @Test func limitsAreNoCurve() throws {
        let report = try report([0.1, 0.1], errors: 3)
        #expect(report.curveBands.isEmpty && report.bands.count == 1)
        #expect(report.assetSides.allSatisfy { $0.band.isEmpty })
        #expect(!report.files().contains { $0.path == "bands.csv" })
    }

    /// A limit of 1.65 % is breached by its own interval, from 1.7 % on, and not together with others: no verdict of a limit depends on the word.
    @Test func verdictsStayTheirOwn() throws {
        let report = try report([0.0165, 0.1], errors: 3)
        #expect(report.limits[0].outcome == .breach && report.limits[0].togetherOutcome == .notShown)
        let same = try self.report([0.0165, 0.1], errors: normalQuantile(twoSided: 0.95))
        #expect(same.limitsTogether?.outcome == .breach, "at the level of one interval the verdicts are alike")
        let none = try makeReport(limits: report.study.limits) { _ in makeEstimate() }
        #expect(none.limitsTogether == nil && none.togetherText == nil)
    }
}
