import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

@Suite("Short histories among others") struct PooledReportTests {
    private let events = ["A": 0, "B": 900, "C": 1800, "D": 3600]

    /// Four histories of which one saw nothing; that one spans so many days.
    private func report(assets: [String] = ["A", "B", "C", "D"], days: Int64 = 365) throws -> RunReport {
        var report = try makeReport(assets: assets) { makeEstimate(negative: events[$0.asset] ?? 0) }
        let (last, bar) = (report.assets[0].last, report.assets[0].barLength)
        report.assets[0].first = UTCInstant(
            milliseconds: last.milliseconds + bar.milliseconds - TimeSpan.days(days).milliseconds)
        return report
    }

    private func rows(_ report: RunReport) throws -> [[String: String]] {
        let lines = try #require(report.files().first { $0.path == "pooled.csv" }).contents.split(separator: "\n")
        let header = lines[0].split(separator: ",").map(String.init)
        return lines.dropFirst().map { line in
            Dictionary(
                uniqueKeysWithValues: zip(
                    header, line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)))
        }
    }

    private func page(_ report: RunReport) throws -> String {
        try #require(report.files().first { $0.path == "reports/a-long.html" }).contents
    }

    @Test func theTableHasOwnAndPooled() throws {
        let report = try report()
        let rows = try rows(report)
        #expect(rows.count == report.rows.count && rows.allSatisfy { $0["histories_count"] == "4" })
        for row in rows {
            let (own, pooled) = (
                try #require(Double(row["negative_equity_frac"] ?? "")), try #require(Double(row["pooled_frac"] ?? ""))
            )
            let common = try #require(Double(row["common_frac"] ?? ""))
            #expect(min(own, common) <= pooled && pooled <= max(own, common))
            let low = try #require(Double(row["pooled_low_frac"] ?? ""))
            let high = try #require(Double(row["pooled_high_frac"] ?? ""))
            #expect(0 < low && low <= pooled && pooled <= high && high <= 1)
            #expect(try #require(Double(row["tau"] ?? "")) > 0 && row["confidence"] == "0.95" && row["refusal"] == "")
        }
        let none = try #require(rows.first { $0["asset"] == "A" })
        #expect(none["effective_events_count"] == "0.0" && none["negative_equity_frac"] == "0.0")
        #expect(try #require(Double(none["pooled_frac"] ?? "")) > 0, "nothing seen in a year is not nothing at all")
    }

    @Test func whatIsNotPooledSaysWhy() throws {
        let two = try rows(report(assets: ["A", "B"]))
        #expect(two.allSatisfy { $0["refusal"] == "few_histories" && $0["pooled_frac"] == "" && $0["tau"] == "" })
        let one = try report(assets: ["A"])
        #expect(!one.files().contains { $0.path == "pooled.csv" })
        let page = try page(one)
        #expect(!page.contains("Taken together"))
    }

    /// The page of a short history says it once, beside the result and never in its place; that of a long one does not.
    @Test func onlyShortHistoriesAreTold() throws {
        let short = try page(report(days: 700))
        #expect(short.ranges(of: "This history is short. Taken together with the study’s 3").count == 1)
        #expect(short.contains("beside the result and not in its place.") && short.contains("href=\"../pooled.csv\""))
        let headline = try #require(short.firstRange(of: "<h1"))
        let sentence = try #require(short.firstRange(of: "This history is short"))
        #expect(headline.lowerBound < sentence.lowerBound && markupFault(in: short) == nil)
        let long = try page(report(days: 740))
        #expect(!long.contains("This history is short"))
    }
}
