import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

/// Drift in usual moves from night to night.
@Suite struct DriftMoveTests {
    private func report(_ drift: StudyLimit.Drift) throws -> RunReport {
        let limit = StudyLimit(cells: CellSelector(side: .long), measure: .meanEquity, form: .drift(drift))
        return try makeReport(leverages: [20], horizons: [.days(7)], limits: [limit]) { _ in makeEstimate() }
    }

    /// The verdict on a value with the values before it, newest first.
    private func check(_ report: RunReport, _ value: Double, _ earlier: [Double]) -> LimitCheck {
        var (report, known) = (report, EarlierValues())
        for place in report.rows.indices {
            report.rows[place].estimate = makeEstimate(meanEquity: value)
        }
        known.add([report.rows[0].cell.key: earlier], of: .meanEquity)
        report.judgeLimits(earlier: known)
        return report.limits[0]
    }

    /// Moves of 1, 2, 1, 2, … hundredths have the median 1 or 2; 1.4826 of it is a usual one.
    @Test func movesAreMeasuredByThemselves() throws {
        let report = try report(StudyLimit.Drift(runs: 20, change: .nightMoves(2)))
        var earlier = [0.0]
        for night in 0..<11 { earlier.append(earlier[night] + (night % 2 == 0 ? 0.01 : 0.02)) }
        let found = check(report, 0.02, earlier)
        #expect(abs((found.threshold ?? 0) - 2 * 1.4826 * 0.01) < 1e-12 && found.baseline == 0 && found.outcome == .met)
        #expect(check(report, 0.0297, earlier).breached && check(report, -0.0297, earlier).breached)
        let words = check(report, 0.05, earlier).breachWords
        #expect(words.contains("5 points from 0 %, the run before; limit 2.965 points"), "\(words)")
        // Nights of the same data say nothing of what is usual.
        let doubled = Array(earlier.flatMap { [$0, $0] }.prefix(20))
        #expect(check(report, 0.0297, doubled).breached && check(report, 0.029, doubled).outcome == .met)
        let few = check(report, 9, Array(earlier.prefix(9)))
        #expect(few.outcome == .noHistory && few.threshold == nil && few.baseline == nil)
        // What never moved moves.
        let still = [Double](repeating: 0.25, count: 12)
        #expect(check(report, 0.25, still).outcome == .met && check(report, 0.2501, still).breached)
    }

    /// The same in another unit or from another level: no verdict depends on either.
    @Test func noUnitMatters() throws {
        let report = try report(StudyLimit.Drift(runs: 30, change: .nightMoves(3)))
        var random = SeededGenerator(seed: 4)
        var breaches = 0
        for _ in 0..<300 {
            var values = [random.uniform()]
            for _ in 0..<25 { values.append(values[values.count - 1] + random.uniform() - 0.5) }
            let value = values[0] + 6 * (random.uniform() - 0.5)
            let plain = check(report, value, values).outcome
            for (scale, shift) in [(1024.0, 0.0), (0.0625, 0), (-1, 0), (1, 64)] {
                #expect(check(report, scale * value + shift, values.map { scale * $0 + shift }).outcome == plain)
            }
            breaches += plain == .breach ? 1 : 0
        }
        #expect(breaches > 30 && breaches < 270)
    }

    /// Two years of hours of which 2 % end below zero, then 867 nights in which two weeks are crashes: all of their entries do. Every night of
    /// the two weeks is a breach and no other; in half-widths the largest distance is a fifth.
    @Test func aCrashIsADriftAndNothingElse() throws {
        let report = try report(StudyLimit.Drift(runs: 20, change: .nightMoves(8)))
        var random = SeededGenerator(seed: 11)
        func day(_ isCrash: Bool) -> Double {
            isCrash ? 24 : Double((0..<24).count { _ in random.uniform() < 0.02 })
        }
        var (sum, days) = ((0..<730).reduce(0.0) { sum, _ in sum + day(false) }, 730)
        var (values, fired, farthest) = ([Double](), [Int](), 0.0)
        for night in 0..<867 {
            sum += day((300..<307).contains(night) || (600..<607).contains(night))
            days += 1
            let value = sum / Double(24 * days)
            let found = check(report, value, Array(values.prefix(20)))
            if found.breached { fired.append(night) }
            if let last = values.first {
                let interval = wilsonBounds(share: value, trials: Double(days) / 7, confidence: 0.95)
                farthest = max(farthest, abs(value - last) / ((interval.high - interval.low) / 2))
            }
            values.insert(value, at: 0)
        }
        print(
            "drift, seed 11: largest move \(fixedText(farthest, decimals: 3)) half-widths; breaches in nights \(fired)")
        #expect(fired == Array(300..<307) + Array(600..<607))
        #expect(farthest < 0.2)
    }
}
