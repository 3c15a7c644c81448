import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// Simulated futures and side calculations as they are shown and kept.
@Suite struct FuturesReportTests {
    private func file(_ path: String, _ report: RunReport) throws -> String {
        try #require(report.files().first { $0.path == path }).contents
    }

    @Test func whatIsSimulatedIsMarkedAndWhatIsNoAdviceSaysSo() throws {
        let page = try file("index.html", makeFuturesReport())
        #expect(markupFault(in: page) == nil)
        #expect(
            page.contains("Simulated, not seen") && page.contains("a future holds no bar that the history did not"))
        #expect(page.components(separatedBy: "not advice").count >= 3)
        #expect(!page.contains("<survey>") && page.contains("a &lt;survey&gt; &amp; guess"))
    }

    @Test func theAnswersNameThem() throws {
        let answers = try makeFuturesReport().answers
        let custody = answers[6], tax = answers[7]
        #expect(custody.state == .answered && tax.state == .answered)
        #expect(
            custody.sentence.sentence.hasPrefix(
                "By the study’s own figures the platform or the keys are lost within 5 years with a probability of 8.5 %, 6.5 % of "
                    + "the capital on average, against 2.0 % and 2.0 % were that part held with keys of one’s own; the margin of 20×"
            ),
            "\(custody.sentence.sentence)")
        #expect(
            custody.sentence.sentence.hasSuffix("by the price in 43 %, to which custody adds too little to show."),
            "\(custody.sentence.sentence)")
        #expect(
            tax.sentence.sentence
                == "By the study’s own figures a realised loss of 25 000 is worth 2640 of taxes in 2 years, and 11 000 is still "
                + "carried.")
        let without = try makeReport { _ in makeEstimate() }.answers
        #expect(without[6].studyKeys == ["custody"] && without[7].studyKeys == ["tax"])
    }

    /// Two figures that read alike are not put side by side as if they were two.
    @Test func sharesThatReadAlikeAreSaidOnce() throws {
        var report = try makeFuturesReport()
        report.sides?.custody?.positions = report.rows.map {
            CustodyPosition(cell: $0.cell, price: $0.cell.leverage.value / 47, custody: 0.05)
        }
        report.sides?.custody?.coldProbability = 0.0851
        report.sides?.custody?.coldLoss = 0.0649
        let words = try #require(report.answers.first { $0.question == .custody }).sentence.sentence
        #expect(words.contains("6.5 % of the capital on average, as much as were that part held with keys"), "\(words)")
        #expect(words.contains(" by the price in 43 %, by either in 45 %."), "\(words)")
        let lower = try makeReport { cell in makeEstimate(negative: cell.leverage.value < 20 ? 1871 : 1872) }
        let own = try #require(lower.answers.first { $0.question == .protection }).sentence.sentence
        #expect(own.contains(", about as many as at 20×"), "\(own)")
    }

    @Test func theTableHasEveryPositionOnceAndTheDocumentKeepsAll() throws {
        var report = try makeFuturesReport()
        let table = try file("simulated.csv", report)
        #expect(table.split(separator: "\n").count == 1 + 2 * 2 * 2)
        #expect(
            table.hasPrefix(
                "run_id,asset,contract,side,leverage_x,horizon_h,platform,method,volatility_law,paths_count,"))
        report.studyText = report.study.canonicalText
        let bytes = ResultsDocument(report).bytes
        let read = try ResultsDocument(
            reading: bytes, command: report.command, circumstances: report.circumstances
        ).report
        #expect(read.simulated == report.simulated && read.sides == report.sides)
        #expect(read.study.resample == report.study.resample && read.study.custody == report.study.custody)
        #expect(read.study.tax == report.study.tax)
    }

    @Test("Counts of parts add up to those of the whole", arguments: 0..<50) func partsAddUp(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func part() -> SimulatedCounts {
            var counts = SimulatedCounts()
            (counts.opened, counts.rejected) = (Int(random.next() % 90), Int(random.next() % 9))
            counts.liquidated = counts.opened / 3
            counts.negative = Double(counts.opened) * random.uniform()
            counts.worst = counts.negative + random.uniform()
            (counts.equity, counts.shortfall) = (random.uniform() * 50, counts.negative * random.uniform())
            return counts
        }
        let parts = (0..<5).map { _ in part() }
        let sum = parts.reduce(into: SimulatedCounts()) { $0.add($1) }
        #expect(
            sum.opened == parts.reduce(0) { $0 + $1.opened } && sum.rejected == parts.reduce(0) { $0 + $1.rejected })
        #expect(abs(sum.negative - parts.reduce(0) { $0 + $1.negative }) < 1e-9)
        #expect(abs((sum.worst ?? -1) - parts.reduce(0) { $0 + ($1.worst ?? 0) }) < 1e-9, "seed \(seed)")
        #expect(abs((sum.shortfall ?? -1) - parts.reduce(0) { $0 + ($1.shortfall ?? 0) }) < 1e-9)
    }
}
