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

    /// Results under behaviours have the bytes that an encoder gives them, and are read again.
    @Test func behavioursStandInTheirPlace() throws {
        var report = try makeBehaviourReport()
        report.studyText = report.study.canonicalText
        for place in report.behaviours.indices {
            report.behaviours[place].behaviour += ["", "\u{1}", "\"behaviours\":\"\\u0001\"", "/\\é"][place % 4]
        }
        let plain = ExactJSON.bytes(report.behaviours)
        #expect(BehaviourResult.json(of: report.behaviours) == [UInt8](plain))
        #expect(BehaviourResult.json(of: []) == [UInt8](ExactJSON.bytes([BehaviourResult]())))
        let text = text(report)
        #expect(text.contains("\"behaviours\":" + String(decoding: plain, as: UTF8.self) + ","))
        let again = try read(text, of: report)
        #expect(ExactJSON.bytes(again.behaviours) == plain && self.text(again) == text)
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
