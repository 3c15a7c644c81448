import Foundation
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

@Suite("Numbers of pages") struct PageNumberTests {
    private func entries(_ report: RunReport, _ files: [ReportFile]) -> [PageNumbers.Entry] {
        let contents = Dictionary(files.map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let numbers = PageNumbers(files: contents)
        let pages = report.assetSides.flatMap { page in
            numbers.entries(
                in: contents["reports/" + page.fileName]!,
                scope: PageNumbers.Scope(asset: page.asset.asset, side: page.side.rawValue))
        }
        return pages + numbers.entries(in: contents["index.html"]!, scope: PageNumbers.Scope())
    }

    /// A run of which two histories failed, one of them with good values on record.
    private static func failed() throws -> RunReport {
        var report = try makeReport(leverages: [1, 3, 20], horizons: [.days(7)]) { _ in makeEstimate() }
        report.failures = [
            JobFailure(
                asset: "XRP", stage: .reading, reason: .badData,
                message: "cannot read price in xrp.csv, line 4 812, column 5", hint: "see check --all-errors",
                exitCode: 65),
            JobFailure(
                asset: "ADA", stage: .computing, reason: .timeout, message: "took longer than 1350 s", exitCode: 75),
        ]
        report.lastGood = [
            LastGoodValue(
                cell: CellKey(
                    asset: "XRP", contract: .linear, side: .short, leverage: Leverage(37)!, horizon: .days(13),
                    platform: "typical"), share: 0.0429,
                started: UTCInstant(milliseconds: 1_765_140_000_000))
        ]
        return report
    }

    private static func run(_ place: Int) throws -> (RunReport, [ReportFile]) {
        switch place {
        case 0: return try rendered(failed())
        case 1: return (try AnatomyReportTests.report(), try Rendered.anatomy)
        case 2: return try rendered(AnatomyReportTests.extrapolated())
        case 3: return (try TableTests.smallReport(), try Rendered.small)
        case 4: return (try TableTests.boundedReport(), try Rendered.bounded)
        case 7: return try rendered(makeBehaviourReport())
        case 8: return try rendered(makeBasketReport())
        case 9: return try rendered(makeFuturesReport())
        case 5: return try rendered(makeLateReport())
        case 10: return try rendered(ChangesTests.changed())
        case 11: return try rendered(ChangesTests.crowded())
        default:
            let leverages = (1...30).map(Double.init)
            return try rendered(
                makeReport(leverages: leverages, horizons: (1...13).map { .days($0) }) { _ in makeEstimate() })
        }
    }

    private static func rendered(_ report: RunReport) -> (RunReport, [ReportFile]) { (report, report.files()) }

    @Test("Every number of a page is in a file of the run", arguments: 0..<12)
    func everyNumber(place: Int) throws {
        let (report, files) = try PageNumberTests.run(place)
        let entries = entries(report, files)
        let faults = entries.filter { !$0.isFound }.map(\.description)
        #expect(entries.count > 200)
        #expect(faults.isEmpty, "\(faults.count) of \(entries.count): \(Array(Set(faults)).prefix(30))")
    }

    /// The check must be able to fail: each number of the pages, changed in its last digit, is looked up again. Shares of two
    /// digits often meet another cell's; most others must not.
    @Test("A changed number is found out")
    func mutations() throws {
        let changed = entries(try AnatomyReportTests.report(), try Rendered.anatomy).compactMap(\.isFoundWhenChanged)
        let undetected = changed.count { $0 }
        #expect(changed.count > 200)
        #expect(Double(undetected) < 0.4 * Double(changed.count), "\(undetected) of \(changed.count) not found out")
    }

    @Test("A page with a changed number is refused")
    func mutatedPage() throws {
        let files = try Rendered.anatomy
        let contents = Dictionary(files.map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        let numbers = PageNumbers(files: contents)
        let page = contents["reports/ltcusdt-long.html"]!
        let scope = PageNumbers.Scope(asset: "LTCUSDT", side: "long")
        for (right, wrong) in [
            ("61\u{202F}200 entries", "61\u{202F}300 entries"),
            ("half of them within 41 h", "half of them within 57 h"),
        ] {
            let plain = page.replacing("\u{00A0}", with: " ")
            #expect(plain.contains(right), "\(right)")
            let copy = plain.replacing(right, with: wrong)
            #expect(!numbers.faults(in: copy, scope: scope).isEmpty, "\(wrong)")
        }
    }
}
