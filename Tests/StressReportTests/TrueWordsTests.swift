import MarginModel
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// Sentences that hold of the figures beside them, each where another was once written.
@Suite("True words") struct TrueWordsTests {
    @Test("A leverage whose interval alone reaches above is not called above")
    func maxLeverage() throws {
        let cells = try makeReport(leverages: [1, 5]) { _ in makeEstimate() }.rows.map(\.cell)
        func words(_ levels: (share: Double, high: Double)...) -> String? {
            let judged = zip(cells.filter { $0.side == .long && $0.horizon == .days(7) }, levels).map { cell, level in
                JudgedLeverage(
                    cell: cell, share: level.share, high: level.high, verdict: level.high <= 0.01 ? .met : .broken,
                    reason: .noInterval)
            }
            return MaxLeverage(judged).map { plainText($0.words(most: 0.01)) }
        }
        #expect(
            words((0, 0.019), (0.3, 0.4))
                == "No leverage of the grid is shown to stay at or below 1.0 %; 1× has 0 %, but its interval reaches 1.9 %."
        )
        #expect(
            words((0.03, 0.05), (0.3, 0.4))
                == "No leverage of the grid is shown to stay at or below 1.0 %; 1× is the lowest leverage that is above."
        )
        #expect(
            words((0, 0.009), (0.004, 0.012))
                == "Up to 1× the interval’s upper end is at or below 1.0 %; 5× has 0.4 %, but its interval reaches 1.2 %."
        )
    }
}
