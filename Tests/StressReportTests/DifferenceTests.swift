import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// What the title of a comparison says of all measures that runs are compared by.
@Suite struct DifferenceTests {
    private func figures(entries: Double = 100, share: Double, shortfall: Double?) -> CellFigures {
        let values: [Measure: Double?] = [.entries: entries, .negativeEquity: share, .largestShortfall: shortfall]
        return CellFigures(status: "ok", interval: Interval(low: share / 2, high: share * 2)) { values[$0] ?? nil }
    }

    private func run(_ figures: [CellFigures]) -> ComparedRun {
        let cells = figures.enumerated().map { place, figures in
            (
                key: CellKey(
                    asset: "A\(place)", contract: .linear, side: .long, leverage: Leverage(20)!, horizon: .days(1),
                    platform: "p"), figures: figures
            )
        }
        return ComparedRun(
            runID: "r", study: "s", studyText: "", version: "1", started: UTCInstant(milliseconds: 0), confidence: 0.95,
            headline: nil, cells: cells)
    }

    private func difference(_ before: [CellFigures], _ after: [CellFigures]) -> RunDifference {
        RunDifference(before: run(before), after: run(after), inputs: [], notes: []) { _, _, _ in [] }
    }

    /// A share that did not move is no move, and a shortfall that did is said.
    @Test func theTitleIsTrueOfEveryMeasure() {
        let before = [
            figures(share: 0.02, shortfall: 1.39), figures(share: 0.02, shortfall: 0.5),
            figures(share: 0.02, shortfall: nil), figures(share: 0.02, shortfall: 0.5),
        ]
        let after = [
            figures(share: 0.021, shortfall: 7.33), figures(entries: 101, share: 0.02, shortfall: 0.5),
            figures(share: 0.02, shortfall: nil), figures(share: 0.02, shortfall: 0.6),
        ]
        let found = difference(before, after)
        #expect(
            plainText(found.title)
                == "The share below zero moved in 1 of 4 cells, in none beyond its interval; the largest shortfall moved in 2, "
                + "farthest from 139 % to 733 % of the margin; 1 cell differs in other figures alone")
        #expect(
            found.jsonLine.contains("\"moved_count\":3,\"share_moved_count\":1,\"largest_shortfall_moved_count\":2"))
        #expect(found.strikingFirst.map(\.key.asset) == ["A0", "A3", "A1"])
    }

    @Test func sharesAloneAreSaidAlone() {
        let title = plainText(
            difference([figures(share: 0.02, shortfall: 1)], [figures(share: 0.5, shortfall: 1)]).title)
        #expect(title == "The share below zero moved in 1 of 1 cell, in 1 beyond its interval")
        let counts = plainText(
            difference(
                [figures(share: 0.02, shortfall: 1)], [figures(entries: 124, share: 0.02, shortfall: 1)]
            ).title)
        #expect(counts == "The share below zero moved in none of 1 cell; 1 cell differs in other figures alone")
    }
}
