import Foundation
import StressBasics
import Testing

@testable import StressStatistics

@Suite struct HistogramTests {
    @Test(arguments: 0..<20)
    func probabilitiesAreRoundedToTheNearestUnit(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let units = Double(random.next() >> (random.next() % 64) & 0x1_FFFF_FFFF)
            // Halves are rounded away from 0, and neighbours of halves are not.
            for exact in [units / 2, (units / 2).nextUp, (units / 2).nextDown, random.uniform() * 0x1p32] {
                let probability = exact / 0x1p32
                #expect(EventCount(probability: probability).units == Int64((probability * 0x1p32).rounded()))
            }
        }
    }

    @Test(arguments: 0..<20)
    func fourBinsAtOnceAreThoseOfEach(seed: UInt64) {
        var random = SeededGenerator(seed: seed).stream("bins")
        var besideAnEdge = 0
        for _ in 0..<2_000 {
            var values = SIMD4(-1, 0, Double.infinity, 1)
            if random.uniform() < 0.99 {
                for place in 0..<4 { values[place] = exp(80 * random.uniform() - 40) }
            }
            let bins = LogHistogram.bins(near: values)
            for place in 0..<4 {
                let value = max(values[place], .leastNonzeroMagnitude)
                if Int(bins[place]) == LogHistogram.bin(of: value) { continue }
                besideAnEdge += 1
                let part = log(value) / log(1.01) - 0.5
                #expect(abs(part - part.rounded()) < 1e-5, "seed \(seed): \(value)")
            }
        }
        #expect(besideAnEdge < 5, "seed \(seed)")
        #expect(LogHistogram.binWidth == log(1.01))
    }

    /// Laws are added by the ends of their stretches as bin by bin, in any order, and nothing of an entry is lost.
    @Test(arguments: 0..<20)
    func rampsAreTheSameBinByBin(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (plain, total) = (LogHistogram(), EventCount.zero)
        var halves = (ShortfallRamps(), ShortfallRamps())
        var (sums, sumsOfPieces) = (ExitSums(), ExitSums())
        for _ in 0..<200 {
            let negative = EventCount(units: Int64(random.next() % 5) << Int64(random.next() % 31))
            let (unit, tail) = (exp(4 * random.uniform() - 3), 6 * random.uniform())
            let spread = ShortfallSpread(negative: negative, shortfall: random.uniform(), largest: unit * exp(tail)) {
                unit * ($0 < 0.1 ? -0.01 : exp(tail * $0))
            }
            var causes = ShortfallCauses()
            (causes.price, causes.gap, causes.fees) = (random.uniform(), random.uniform() - 0.5, random.uniform())
            let isLaw = random.uniform() < 0.8
            let exit = EntryExit(
                equity: isLaw ? random.uniform() : -unit, causes: causes, spread: isLaw ? spread : nil)
            plain.add(exit, negative)
            if random.uniform() < 0.5 { halves.0.add(exit, negative) } else { halves.1.add(exit, negative) }
            total += negative
            if isLaw {
                sums.addShortfall(exit, negative)
                sumsOfPieces.addShortfall(spread, causes)
            }
        }
        var merged = LogHistogram()
        halves.1.merge(into: &merged)
        halves.0.merge(into: &merged)
        #expect(plain.total == total && merged.total == total && sums == sumsOfPieces)
        for share in stride(from: 0.0, through: 1, by: 0.01) {
            #expect(plain.quantile(share) == merged.quantile(share), "seed \(seed), \(share)")
        }
    }

    @Test(arguments: 0..<50)
    func quantilesAreWithinHalfAPercent(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let values = (0..<(1 + Int(random.next() % 400))).map { _ in 1e-6 / (1e-9 + random.uniform()) }
        var histogram = LogHistogram()
        values.forEach { histogram.add($0) }
        let sorted = values.sorted()
        for q in [0, 0.1, 0.5, 0.9, 0.99, 1] {
            let exact = sorted[max(0, Int((q * Double(values.count)).rounded(.up)) - 1)]
            let found = try #require(histogram.quantile(q))
            #expect(abs(found / exact - 1) < 0.00501, "seed \(seed), q \(q)")
        }
    }

    @Test(arguments: 0..<20)
    func partsMergeIntoTheWhole(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (whole, parts) = (LogHistogram(), [LogHistogram(), LogHistogram(), LogHistogram()])
        for _ in 0..<300 {
            let value = 1 / (1e-7 + random.uniform())
            whole.add(value)
            parts[Int(random.next() % 3)].add(value)
        }
        var merged = LogHistogram()
        parts.forEach { merged.merge($0) }
        for q in [0.01, 0.5, 0.99] { #expect(merged.quantile(q) == whole.quantile(q)) }
        #expect(merged.total == whole.total)
    }

    @Test func extremesGoToTheEndBins() throws {
        var histogram = LogHistogram()
        [Double.leastNonzeroMagnitude, .greatestFiniteMagnitude].forEach { histogram.add($0) }
        #expect(histogram.total == 2)
        #expect(try #require(histogram.quantile(0)) < 1e-14)
        #expect(LogHistogram().quantile(0.5) == nil)
    }

    @Test func shortDurationsAreExact() {
        var histogram = DurationHistogram(unit: .hours(1))
        for hours in [5, 1, 1, 9] { histogram.add(bars: hours) }
        #expect(histogram.quantile(0.5) == .hours(1))
        #expect(histogram.quantile(0.75) == .hours(5))
        #expect(histogram.quantile(1) == .hours(9))
        #expect(DurationHistogram(unit: .hours(1)).quantile(0.5) == nil)
    }

    @Test func longDurationsAreWithinOneHundredth() throws {
        for bars in [127, 128, 129, 255, 256, 1000, 43_200, 1_000_003, 1 << 40] {
            var histogram = DurationHistogram(unit: TimeSpan(milliseconds: 1))
            histogram.add(bars: bars)
            let found = try #require(histogram.quantile(0.5)).milliseconds
            #expect(abs(Double(found) / Double(bars) - 1) < 0.008, "\(bars) bars, found \(found)")
            #expect(bars > 127 || found == bars)
        }
    }

    @Test func durationBinsRiseByOne() {
        var last = -1
        for bars in 0..<5000 {
            let bin = DurationHistogram.bin(bars: bars)
            #expect(bin == last || bin == last + 1, "\(bars) bars")
            last = bin
        }
    }
}

@Suite struct EstimateTests {
    private func tally(_ equities: [Double], excluded: Int = 0, rejected: Int = 0) -> CellTally {
        var tally = CellTally(roles: [.chosen], barLength: .hours(1))
        tally.beginChunk()
        tally.beginBlock()
        for equity in equities {
            tally.add(
                [EntryExit(equity: equity)], tolerance: 1e-12,
                path: WatchedPath(
                    liquidatedAfter: equity < 0 ? 1 : nil, unprotectedAfter: equity < -0.5 ? 1 : nil, cutAfter: nil),
                closings: [equity < 0 ? 1 : nil])
        }
        for _ in 0..<excluded { tally.addExcluded() }
        for _ in 0..<rejected { tally.addRejected() }
        return tally
    }

    private func estimate(_ tally: CellTally, windows: Int, impossible: Bool = false) -> CellEstimate {
        CellEstimate(tally: tally, disjointWindows: windows, impossible: impossible, confidence: 0.95)
    }

    @Test func figuresOfASmallCell() throws {
        // Four entries: +0.5, +0.1, −0.2, −1.0 of the margin.
        let result = estimate(tally([0.5, 0.1, -0.2, -1]), windows: 40)
        #expect(result.windows.entries == 4 && result.windows.liquidated == 2 && result.windows.unprotected == 1)
        #expect(result.exit.frequency == 0.5 && result.exit.meanEquity == (0.5 + 0.1 - 0.2 - 1) / 4)
        let shortfall = try #require(result.exit.shortfall)
        #expect(
            shortfall.mean == 0.6 && shortfall.max == 1 && abs(shortfall.p50 / 0.2 - 1) < 0.005 && shortfall.p99 <= 1)
        #expect(result.medianTimeToLiquidation == .hours(1))
        #expect(result.status == .ok)
    }

    @Test func roundingIsNotDebt() {
        let result = estimate(tally([-1e-13, 0, 1]), windows: 40)
        #expect(result.exit.negative == 0 && result.status == .zeroSeen)
    }

    @Test func statuses() {
        #expect(estimate(tally([], excluded: 3), windows: 0).status == .noData)
        #expect(estimate(tally([], excluded: 3, rejected: 2), windows: 5).status == .rejected)
        #expect(estimate(tally([1, 1]), windows: 29).status == .fewWindows)
        #expect(estimate(tally([1, -1]), windows: 29).status == .fewWindows)
        #expect(estimate(tally([1, 1]), windows: 30).status == .zeroSeen)
        let impossible = estimate(tally([1, 1]), windows: 30, impossible: true)
        #expect(impossible.status == .impossible && impossible.exit.interval == nil)
    }

    /// Entries that were seen for a part of the holding time, and no more.
    private func cutTally(seed: UInt64) -> CellTally {
        var random = SeededGenerator(seed: seed)
        var tally = CellTally(roles: [.chosen, .worst, .best, .gap], barLength: .hours(1))
        tally.beginChunk()
        tally.beginBlock()
        for cut in 1...(1 + Int(random.next() % 20)) {
            let due = random.uniform() < 0.7 ? 1 + Int(random.next() % UInt64(cut)) : nil
            let equity = due == nil ? 1 : 0.5 - random.uniform()
            tally.add(
                tally.roles.map { _ in EntryExit(equity: equity) }, tolerance: 1e-12,
                path: WatchedPath(
                    liquidatedAfter: due, unprotectedAfter: equity < 0 ? due : nil, cutAfter: cut),
                closings: tally.roles.map { _ in due })
        }
        return tally
    }

    /// A cell without a whole window has counts of what was seen, and no figure of its holding time: a limit on one has no verdict.
    @Test(arguments: 0..<30)
    func cutWindowsAloneSayNothingOfTheHoldingTime(seed: UInt64) {
        let tally = cutTally(seed: seed)
        let plain = estimate(tally, windows: 0)
        #expect(plain.status == .noData && plain.windows.cut == tally.entries.total)
        let mean = MeanInference(mean: 0.2, interval: nil, method: .fewEpisodes)
        let inference = CellInference(
            negative: [nil, nil, nil, nil], roles: tally.roles, liquidated: nil, unprotected: nil, meanRunBlocks: 1,
            meanRun: .days(1), disjointWindows: 0,
            severity: tally.roles.map { _ in SeverityInference(mean: mean, perEntry: mean) })
        var result = plain.resampled(inference)
        result.owed = OwedShare(count: 1, fraction: 0.5, interval: nil)
        let counts: [Measure] = [.cutLiquidated, .cutNegative]
        for measure in Measure.allCases where measure.subject != .evidence && !counts.contains(measure) {
            #expect(result.knownValue(measure) == nil, "seed \(seed), \(measure.name)")
            #expect(measure == .owed || (result.value(measure) ?? 0) == 0, "seed \(seed), \(measure.name)")
            #expect(!measure.name.hasSuffix("_frac") || measure == .owed || result.value(measure) == nil)
        }
        #expect(result.value(.cutLiquidated) == Double(tally.cut.liquidated))
        #expect(tally.roles.allSatisfy { result.inference?.severity($0) == nil && result.exit($0)?.causes == nil })
        #expect(result.value(.medianTimeToLiquidation) == nil)
    }

    /// The same of behaviours and of baskets.
    @Test func cutWindowsAloneGiveNoShareOfABehaviourOrABasket() {
        let (exit, path) = (
            EntryExit(equity: -0.5, closedBar: 1), WatchedPath(liquidatedAfter: 1, unprotectedAfter: nil, cutAfter: 2)
        )
        var (behaviour, basket) = (BehaviourTally(barLength: .hours(1)), BasketTally(barLength: .hours(1)))
        behaviour.beginChunk()
        behaviour.beginBlock()
        basket.beginChunk()
        basket.beginBlock()
        for _ in 0..<3 {
            behaviour.add(
                BehaviourEntry(exit: exit, closing: .liquidated, lostHalf: .one), hodl: nil, tolerance: 1e-12,
                path: path, closedAfter: 1)
            basket.add(exit, legsClosed: 1, tolerance: 1e-12, path: path, closedAfter: 1)
        }
        let held = BehaviourEstimate(behaviour, isHolding: true)
        let spread = BasketEstimate(basket, excludedBefore: 0)
        #expect(held.cut == 3 && held.negativeShare == nil && held.liquidatedShare == nil && held.shortfall == nil)
        #expect(Measure.ofBehaviours.allSatisfy { held.knownValue($0) == nil })
        #expect(spread.cut == 3 && spread.negativeShare == nil && spread.liquidatedShare == nil)
        #expect(spread.shortfall == nil)
    }

    @Test func aRejectedCellHasNoWindowsBehindIt() {
        #expect(estimate(tally([], rejected: 2), windows: 500).effectiveEntries == 0)
    }
}
