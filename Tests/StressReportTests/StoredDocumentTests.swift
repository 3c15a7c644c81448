import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

/// The document of results over the program's versions.
@Suite struct StoredDocumentTests {
    private func report() throws -> RunReport {
        let limit = StudyLimit(cells: CellSelector(side: .long), measure: .negativeEquity, max: 0.02)
        var report = try makeReport(limits: [limit]) { _ in makeEstimate() }
        report.studyText = report.study.canonicalText
        return report
    }

    private func read(_ text: String, of report: RunReport) throws(ResultsDocument.Problem) -> RunReport {
        try ResultsDocument(
            reading: Array(text.utf8), command: report.command, circumstances: report.circumstances
        ).report
    }

    private func text(_ report: RunReport) -> String { String(decoding: ResultsDocument(report).bytes, as: UTF8.self) }

    @Test(arguments: [1, 2, 4]) func aDocumentOfAnotherVersionIsRefused(version: Int) throws {
        let report = try report()
        let other = text(report).replacing(
            #""formatVersion":\#(ResultsDocument.version)"#, with: #""formatVersion":\#(version)"#)
        do throws(ResultsDocument.Problem) {
            _ = try read(other, of: report)
            Issue.record("a document of version \(version) was read")
        } catch {
            #expect(error == .version(version))
        }
    }
}
