import StressBasics
import StressStatistics
import Testing

@Suite struct MeasureTests {
    @Test func namesAreUniqueAndFound() {
        let names = Measure.allCases.map(\.name)
        #expect(Set(names).count == names.count && names.count > 30)
        for measure in Measure.allCases {
            #expect(Measure(rawValue: measure.name) == measure)
            #expect(measure.name == measure.fill.prefix + measure.plainName || measure == .undecided)
        }
        #expect(Measure(rawValue: "owed_sum") == nil)
    }

    /// The unit stands last in a name: what a reader of a table relies on.
    @Test func theUnitStandsLast() {
        for measure in Measure.allCases {
            let ending =
                switch measure.unit {
                case .fraction: "_frac"
                case .ofMargin: "_margin_frac"
                case .hours: "_h"
                case .entries, .windows, .bars, .events, .spells, .episodes: "_count"
                case .quote: "_quote"
                }
            #expect(measure.name.hasSuffix(ending), "\(measure.name)")
            #expect(!measure.words.isEmpty && !measure.meaning.isEmpty && !measure.meaning.hasSuffix("."))
        }
    }

    /// What is shown on a page or kept by the history is a share with an interval; what names its ends has one.
    @Test func sharesHaveIntervals() {
        for measure in Measure.shown { #expect(measure.tab != nil && measure.hasInterval, "\(measure.name)") }
        #expect(Set(Measure.shown) == Set(Measure.allCases.filter { $0.tab != nil }))
        for measure in Measure.kept { #expect(measure.hasInterval && measure.unit == .fraction, "\(measure.name)") }
        for measure in Measure.allCases where measure.ends != nil { #expect(measure.hasInterval, "\(measure.name)") }
    }

    @Test func aNamePromisesNoOtherLevel() {
        let ends = Measure.worstNegativeEquity.ends
        #expect(ends?.columns(confidence: 0.95).low == "worst_ci95_low_frac")
        #expect(ends?.columns(confidence: 0.9).high == "worst_ci_high_frac")
        #expect(Measure.gapNegativeEquity.ends?.columns(confidence: 0.95).low == "gap_ci_low_frac")
    }

    /// A cell without entries has counts of evidence and nothing else; no cell at all has not even those.
    @Test func whatIsKnownOfNothing() {
        var windows = WindowCounts()
        windows.excluded = 7
        let empty = CellEstimate(
            windows: windows, effectiveEntries: 0, exit: CellEstimate.noData.exit, worstExit: nil,
            medianTimeToLiquidation: nil, status: .noData)
        #expect(empty.knownValue(.excluded) == 7 && empty.knownValue(.entries) == 0)
        let known = Measure.ofCells.filter { empty.knownValue($0) != nil && $0.subject != .evidence }
        #expect(known == [.cutLiquidated, .cutNegative], "what was cut was watched")
        #expect(Measure.allCases.allSatisfy { CellEstimate.noData.knownValue($0) == nil })
    }
}
