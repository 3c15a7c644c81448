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

    /// Version 1 had the words of an absence in its verdicts.
    @Test func aDocumentOfVersionOneOpens() throws {
        let report = try report()
        let old = text(report).replacing(#""formatVersion":2"#, with: #""formatVersion":1"#)
            .replacing(#"{"asset":"LTCUSDT","#, with: #"{"absenceDetail":"","asset":"LTCUSDT","#)
        #expect(old.contains("absenceDetail") && old.contains(#""formatVersion":1"#))
        let found = try read(old, of: report)
        #expect(found.limitsTable.contents == report.limitsTable.contents)
        #expect(found.limits.count == report.limits.count && found.limits.contains(where: \.breached))
    }

    @Test func aDocumentOfALaterVersionIsRefused() throws {
        let report = try report()
        let later = text(report).replacing(#""formatVersion":2"#, with: #""formatVersion":3"#)
        do throws(ResultsDocument.Problem) {
            _ = try read(later, of: report)
            Issue.record("a later document was read")
        } catch {
            #expect(error == .version(3))
        }
    }
}
