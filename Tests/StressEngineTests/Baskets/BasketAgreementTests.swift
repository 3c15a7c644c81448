import StressBasics
import StressStatistics
import StudyPlan
import Testing

@testable import StressEngine

/// What is passed over changes no bit, and neither do threads.
@Suite struct BasketAgreementTests {
    @Test(arguments: 0..<120)
    func passingOverChangesNothing(seed: UInt64) throws {
        let draw = try RandomBasket(seed)
        let variants = AccountMode.allCases.flatMap { mode in
            BarPath.allCases.map { BasketVariant(mode: mode, path: $0) }
        }
        let cell = try draw.basketCell
        let fast = try #require(try draw.job())
        let plain = try #require(try draw.job(.plain))
        let found = try fast.tallies(of: cell, variants, threads: 1)
        let judged = try plain.tallies(of: cell, variants, threads: 3)
        for (variant, (one, other)) in zip(variants, zip(found, judged)) {
            #expect(one == other, "seed \(seed), \(variant)")
        }
        #expect(found[0].cell.entries.total + found[0].cell.excluded.total > 0, "seed \(seed)")
    }

    /// Points of the law are the same 64 quantiles for every series, each in an order of its own.
    @Test func everySeriesHasAllQuantiles() {
        for series in 0..<8 {
            let found = (0..<64).map { AccountWalk.quantile(point: $0, series: series) }
            #expect(found.sorted() == Array(0..<64), "series \(series)")
            #expect((found == Array(0..<64)) == (series == 0), "series \(series)")
        }
        // 64 u · 19 mod 64 for m = 3: 3.5 · 19 = 66.5, 2.5 of it are left: the middle of part 2.
        #expect(AccountWalk.quantile(point: 3, series: 1) == 2)
    }

    @Test func cancellationStops() throws {
        let control = RunControl()
        control.cancel()
        let job = try #require(try RandomBasket(7).job())
        let variants = [BasketVariant(mode: .cross, path: .sides)]
        #expect(throws: RunCancelled.self) {
            try job.tallies(of: RandomBasket(7).basketCell, variants, threads: 2, control: control)
        }
    }
}
