#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import CoverageSimulation
import StressBasics
import Testing

@testable import StressStatistics

private func sample(_ tail: GeneralizedPareto, count: Int, seed: UInt64) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in tail.excess(survival: 1 - random.uniform()) }.filter { $0 > 0 }
}

@Suite struct ParetoTests {
    /// Danish fire losses over 10 million kroner: 109 of 2,167. The R package evir prints these quantiles and expected
    /// shortfalls for its fit; two of them give the fit, ξ = 0.497 and β = 6.97 as published, which must give the other two. The
    /// losses themselves are under a licence that keeps them out of here.
    @Test func danishFire() throws {
        let (q3, s3, q4, s4) = (94.28956, 191.3697, 304.62448, 609.3696)
        let threshold = 10.0
        // shortfall = (q + β − ξ u) / (1 − ξ) at both levels: two equations for ξ and β.
        let shape = 1 - (q4 - q3) / (s4 - s3)
        let scale = s3 * (1 - shape) - q3 + shape * threshold
        #expect(abs(shape - 0.497) < 0.0005 && abs(scale - 6.98) < 0.01)
        let tail = GeneralizedPareto(shape: shape, scale: scale)
        let share = 109.0 / 2167
        #expect(abs(threshold + tail.excess(survival: 0.001 / share) - q3) < 0.01)
        #expect(abs(threshold + tail.excess(survival: 0.0001 / share) - q4) < 0.05)
        #expect(abs(q3 + tail.meanExcess(over: q3 - threshold) - s3) < 1e-6)
        // 95 % interval of ξ as published from a bootstrap: 0.13 to 0.79; ours is as wide from the information.
        let error = (1 + shape) / 109.0.squareRoot()
        #expect(abs(2 * 1.96 * error - (0.79 - 0.13)) < 0.12)
    }

    /// The score equations of both parameters, by difference quotients: at the greatest likelihood they vanish.
    @Test(arguments: 0..<60)
    func likelihoodIsGreatest(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let truth = GeneralizedPareto(shape: -0.3 + 1.1 * random.uniform(), scale: exp(4 * random.uniform() - 2))
        let excesses = sample(truth, count: 30 + Int(random.next() % 300), seed: seed)
        let fit = try #require(GeneralizedPareto(maximumLikelihood: excesses), "seed \(seed)")
        let best = fit.logLikelihood(excesses)
        for _ in 0..<300 {
            let other = GeneralizedPareto(
                shape: fit.shape + 0.3 * (random.uniform() - 0.5),
                scale: fit.scale * exp(0.3 * (random.uniform() - 0.5)))
            guard other.shape > -0.5 else { continue }
            #expect(other.logLikelihood(excesses) <= best + 1e-7, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<40)
    func scalingScales(seed: UInt64) throws {
        let excesses = sample(GeneralizedPareto(shape: 0.2, scale: 1), count: 200, seed: seed)
        let scaled = excesses.map { 37 * $0 }
        for make in [
            GeneralizedPareto.init(maximumLikelihood:), GeneralizedPareto.init(probabilityWeightedMoments:),
        ] {
            let (one, other) = (try #require(make(excesses)), try #require(make(scaled)))
            #expect(abs(one.shape - other.shape) < 1e-6 && abs(37 * one.scale / other.scale - 1) < 1e-6)
        }
    }

    /// Both methods find the truth, within four standard errors, on large samples.
    @Test(arguments: [-0.25, 0.0, 0.25, 0.45])
    func truthIsFound(shape: Double) throws {
        let excesses = sample(GeneralizedPareto(shape: shape, scale: 3), count: 20_000, seed: 77)
        let error = (1 + shape) / 20_000.0.squareRoot()
        let likelihood = try #require(GeneralizedPareto(maximumLikelihood: excesses))
        let moments = try #require(GeneralizedPareto(probabilityWeightedMoments: excesses))
        #expect(abs(likelihood.shape - shape) < 4 * error && abs(likelihood.scale / 3 - 1) < 0.06)
        #expect(abs(moments.shape - shape) < 12 * error && abs(moments.scale / 3 - 1) < 0.12)
    }

    /// Hosking and Wallis define the second moment as E[X (1 − F)]; the unbiased estimate is the mean of the smaller of
    /// two over all pairs, halved.
    @Test func weightedMomentIsThePairMinimum() throws {
        let excesses = sample(GeneralizedPareto(shape: 0.1, scale: 2), count: 40, seed: 5)
        var pairs = 0.0
        for (place, first) in excesses.enumerated() {
            for second in excesses[(place + 1)...] { pairs += min(first, second) }
        }
        let weighted = pairs / Double(excesses.count * (excesses.count - 1))
        let mean = excesses.reduce(0, +) / Double(excesses.count)
        let fit = try #require(GeneralizedPareto(probabilityWeightedMoments: excesses))
        #expect(abs(fit.shape - (2 - mean / (mean - 2 * weighted))) < 1e-9)
        #expect(abs(fit.scale - 2 * mean * weighted / (mean - 2 * weighted)) < 1e-9)
    }

    @Test func nothingToFit() {
        #expect(GeneralizedPareto(maximumLikelihood: []) == nil)
        #expect(GeneralizedPareto(maximumLikelihood: [1]) == nil)
        #expect(GeneralizedPareto(maximumLikelihood: [1, 0]) == nil)
        #expect(GeneralizedPareto(probabilityWeightedMoments: [2, 2]) == nil)
        // Uniform excesses end sharply: ξ = −1 has no regular maximum.
        #expect(GeneralizedPareto(maximumLikelihood: (1...400).map { Double($0) }) == nil)
    }

    @Test func limitsAtShapeZero() {
        let (zero, near) = (GeneralizedPareto(shape: 0, scale: 2), GeneralizedPareto(shape: 1e-9, scale: 2))
        for x in [0.0, 0.5, 3, 20] { #expect(abs(zero.survival(x) - near.survival(x)) < 1e-7) }
        #expect(abs(zero.growth(50) - near.growth(50)) < 1e-6)
        #expect(abs(zero.logLikelihood([1, 2]) - near.logLikelihood([1, 2])) < 1e-6)
        #expect(GeneralizedPareto(shape: -0.5, scale: 1).survival(2.5) == 0)
        #expect(GeneralizedPareto(shape: 1, scale: 1).meanExcess() == .infinity)
    }
}

/// A span of whole years whose market remembers for so many days.
private func span(years: Double, runDays: Int64 = 7, spells: Int? = nil) throws -> TailSpan {
    try #require(TailSpan(first: 0, last: Int64(years * 365.25 * 86_400_000), run: .days(runDays), spells: spells))
}

@Suite struct TailFitTests {
    /// Peaks spread evenly over the span.
    private func fit(
        _ peaks: [Double], years: Double = 10, runDays: Int64 = 7, spells: Int? = nil
    ) throws -> Result<TailFit, TailRefusal.Failure> {
        let span = try span(years: years, runDays: runDays, spells: spells)
        let times = peaks.indices.map { Int64((Double($0) + 0.5) / Double(peaks.count) * Double(span.last)) }
        return TailFit.fit(
            Clusters(times: times, values: peaks, threshold: 0, separation: .hours(1)), span: span,
            random: SeededGenerator(seed: 3))
    }

    private func refusal<Value>(_ result: Result<Value, TailRefusal.Failure>?) -> TailRefusal? {
        if case .failure(let failure) = result { failure.reason } else { nil }
    }

    /// 95 % intervals of levels hold the truth of independent peaks in no fewer than 95 % of samples, less three standard errors.
    @Test(arguments: [1.0, 10, 20]) func returnLevelsCover(years: Double) throws {
        let truth = GeneralizedPareto(shape: 0.2, scale: 0.05)
        let level = truth.growth(8 * years)
        let trials = 120
        var (hits, judged) = (0, 0)
        for seed in 0..<trials {
            guard let made = try? fit(sample(truth, count: 80, seed: UInt64(seed))).get(),
                let found = try? made.returnLevel(years: years, confidence: 0.95)?.get()
            else { continue }
            #expect(found.interval.low < found.level && found.level < found.interval.high)
            judged += 1
            if found.interval.low <= level && level <= found.interval.high { hits += 1 }
        }
        #expect(judged > 100 && Double(hits) / Double(judged) > 0.89, "\(hits) of \(judged)")
    }

    @Test func refusalsHaveReasons() throws {
        #expect(try refusal(fit(sample(.init(shape: 0.1, scale: 1), count: 24, seed: 1))) == .fewPeaks)
        #expect(try refusal(fit(sample(.init(shape: 1.6, scale: 1), count: 200, seed: 1))) == .noMean)
        #expect(try refusal(fit((1...200).map(Double.init))) == .noMaximum)
        #expect(try refusal(fit([.infinity] + sample(.init(shape: 0.1, scale: 1), count: 99, seed: 2))) == .pastScale)
        // Two lumps are no tail.
        let low = (0..<100).map { 1 + 0.001 * Double($0) }
        let lumps: [Double] = low + low.map { $0 + 8 }
        #expect([.poorFit, .noMaximum].contains(try refusal(fit(lumps))))
        let peaks = sample(.init(shape: 0.1, scale: 1), count: 100, seed: 2)
        #expect(try refusal(fit(peaks, runDays: 130)) == .fewRuns)
        #expect(try refusal(fit(peaks, spells: 1)) == .fewRegimes)
        #expect(try fit(peaks, spells: 2).get() == fit(peaks).get(), "spells that were seen change nothing")
        let good = try fit(peaks).get()
        #expect(good.fitPValue > 0.05)
        #expect(refusal(good.returnLevel(years: 51, confidence: 0.95)) == .tooFar)
        let farthest = TailScale.shortfalls(isBounded: true, largestLoss: 10).farthestExtrapolation
        #expect(farthest == 2 && TailScale.moves(isFall: true).farthestExtrapolation == 5)
        #expect(refusal(good.returnLevel(years: 20, confidence: 0.95, farthest: 1.9)) == .tooFar)
        #expect(
            good.returnLevel(years: 0.05, confidence: 0.95) == nil, "below the threshold the data themselves answer")
        let heavy = try fit(sample(.init(shape: 0.6, scale: 1), count: 30, seed: 4)).get()
        #expect(refusal(heavy.returnLevel(years: 20, confidence: 0.999)) == .noUpperEnd)
    }

    /// An interval holds its level, rises with the period at both ends, widens with the confidence, and no fall is the whole price.
    @Test(arguments: 0..<25) func levelsAreLawful(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let truth = GeneralizedPareto(shape: -0.3 + 0.7 * random.uniform(), scale: 0.02 + 0.1 * random.uniform())
        guard let made = try? fit(sample(truth, count: 30 + Int(random.next() % 120), seed: seed)).get() else { return }
        let scale = TailScale.moves(isFall: true)
        var before: TailFit.ReturnLevel?
        for years in [0.5, 1, 2, 3.5, 5, 7, 10, 14, 20] {
            guard let found = made.returnLevel(years: years, confidence: 0.95),
                case .success(let level) = found
            else { continue }
            #expect(level.interval.low <= level.level && level.level <= level.interval.high)
            if let before {
                #expect(
                    before.level < level.level && before.interval.low <= level.interval.low + 1e-9
                        && before.interval.high <= level.interval.high + 1e-9, "seed \(seed), \(years) years")
            }
            let fall = scale.level(level)
            #expect(fall.interval.low >= 0 && fall.level < 1 && fall.interval.high < 1)
            let narrow = try #require(made.returnLevel(years: years, confidence: 0.8)).get()
            #expect(level.interval.low < narrow.interval.low && narrow.interval.high < level.interval.high)
            before = level
        }
    }

    /// The ends are where the likelihood, looked for on a fine grid of shapes and rates, has fallen by the bound.
    @Test(arguments: 0..<8) func endsAreThoseOfAGrid(seed: UInt64) throws {
        let excesses = sample(.init(shape: -0.1 + 0.08 * Double(seed), scale: 0.05), count: 40, seed: seed).sorted()
        let likelihood = PeakLikelihood(excesses: excesses, years: 5)
        let best = try #require(GeneralizedPareto(maximumLikelihood: excesses))
        let growth = best.growth(40 / 5.0 * 10)
        let ends = likelihood.interval(around: growth, period: 10, best: best, drop: 1.92)
        let top = likelihood.atObservedRate(best)
        func slow(_ excess: Double) -> Double {
            var greatest = -Double.infinity
            for shape in stride(from: -0.5, through: 3, by: 0.01) {
                for step in -40...40 {
                    let place = PeakLikelihood.Place(
                        shape: shape, logRate: likelihood.logRate + Double(step) * 0.015)
                    greatest = max(greatest, likelihood.value(place, excess: excess, logPeriod: log(10)))
                }
            }
            return greatest
        }
        for end in [ends.low, ends.high] { #expect(abs(slow(end) - (top - 1.92)) < 0.01, "seed \(seed)") }
        #expect(slow(ends.low * 0.98) < top - 1.92 && slow(ends.high * 1.02) < top - 1.92)
    }

    /// The quantiles, at (i − ½)/109, of the tail that is published for the Danish fire losses over 10 million kroner. scipy 1.17 gives by
    /// `genpareto.fit(x, floc=0)`, and by Nelder and Mead's search over `genpareto.logpdf` at given levels, what stands here.
    @Test func endsAreThoseOfScipy() throws {
        let published = GeneralizedPareto(shape: 0.497, scale: 6.98)
        let excesses = (0..<109).map { published.excess(survival: 1 - (Double($0) + 0.5) / 109) }
        let best = try #require(GeneralizedPareto(maximumLikelihood: excesses))
        #expect(abs(best.shape - 0.48326478) < 1e-6 && abs(best.scale - 7.04267606) < 1e-5)
        #expect(abs(best.logLikelihood(excesses) + 374.442576874) < 1e-8)
        let likelihood = PeakLikelihood(excesses: excesses, years: 11)
        let drop = normalQuantile(twoSided: 0.95) * normalQuantile(twoSided: 0.95) / 2
        for (years, level, low, high) in [
            (1.0, 29.573821566, 21.48717417, 44.8952809), (5, 81.519097113, 50.94288775, 177.3048621),
            (20, 173.203971166, 87.74826440, 556.2512166),
        ] {
            let growth = best.growth(109 / 11 * years)
            #expect(abs(growth / level - 1) < 1e-6)
            let ends = likelihood.interval(around: growth, period: years, best: best, drop: drop)
            #expect(abs(ends.low / low - 1) < 1e-5 && abs(ends.high / high - 1) < 1e-5, "\(years): \(ends)")
        }
    }

    /// Independent peaks are as good as they look; each seen five times in one run, they are worth a fifth.
    @Test func alikePeaksSayLess() throws {
        let truth = GeneralizedPareto(shape: 0.1, scale: 0.05)
        let events = sample(truth, count: 200, seed: 12)
        func dispersion(_ copies: Int) throws -> Double {
            let peaks = events.flatMap { Array(repeating: $0, count: copies) }.enumerated().map { ($1, $0 / copies) }
                .sorted { $0.0 < $1.0 }
            let excesses = peaks.map(\.0)
            let best = try #require(GeneralizedPareto(maximumLikelihood: excesses))
            return try #require(
                TailDispersion(
                    PeakLikelihood(excesses: excesses, years: 10), runs: peaks.map(\.1), runCount: 200, best: best,
                    period: 10)
            ).ratio
        }
        let (one, five) = (try dispersion(1), try dispersion(5))
        #expect(one < 1.6 && abs(five / one - 5) < 1.5, "\(one), \(five)")
    }

    @Test func clustersAreOneEvent() {
        let times: [Int64] = [0, 1, 2, 10, 11, 30]
        let values = [0.2, 0.5, 0.3, 0.9, 0.1, 0.4]
        func clusters(_ separation: Int64) -> Clusters {
            Clusters(times: times, values: values, threshold: 0.15, separation: TimeSpan(milliseconds: separation))
        }
        let peaks = clusters(5)
        #expect(peaks.peaks.map(\.value) == [0.5, 0.9, 0.4] && peaks.peaks.map(\.time) == [1, 10, 30])
        // Three events of five values above the threshold.
        #expect(peaks.exceedances == 5 && peaks.extremalIndex == 0.6)
        #expect(clusters(20).peaks.map(\.value) == [0.9])
        let empty = Clusters(times: [], values: [], threshold: 0, separation: .days(1))
        #expect(empty.peaks.isEmpty && empty.extremalIndex == 1)
        let maxima = blockMaxima(times: times, values: values, blocks: [0, 0, 0, 1, 1, 4])
        #expect(maxima.times == [1, 10, 30] && maxima.values == [0.5, 0.9, 0.4])
    }

    /// Shortfalls are rare events already: the lowest threshold is their smallest, and their tail is found.
    @Test(arguments: 1..<6)
    func analysisOfShortfalls(seed: UInt64) throws {
        let truth = GeneralizedPareto(shape: 0.1, scale: 0.03)
        // One crash a month: three entries fall below zero in it, the second deepest.
        let depths = sample(truth, count: 120, seed: seed)
        let month = TimeSpan.days(30).milliseconds
        let times: [Int64] = depths.indices.flatMap { crash -> [Int64] in
            let start = Int64(crash) * month
            return [start, start + 3_600_000, start + 7_200_000]
        }
        let values: [Double] = depths.flatMap { [0.5 * $0, $0, 0.7 * $0] }
        let span = try span(years: 10)
        func analysis(_ values: [Double]) -> TailAnalysis {
            TailAnalysis(
                times: times, values: values, separation: .days(1), span: span, shares: TailAnalysis.eventShares,
                random: SeededGenerator(seed: 1))
        }
        let fit = try analysis(values).outcome.get()
        #expect(fit.excesses.count <= 120 && fit.peaksPerYear <= 12)
        switch fit.returnLevel(years: 10, confidence: 0.99) {
        case .success(let level):
            #expect(
                level.interval.low <= truth.growth(120) && truth.growth(120) <= level.interval.high,
                "seed \(seed): \(level)")
        case let other: #expect(refusal(other) == .noUpperEnd, "seed \(seed)")
        }
        // A loss past the end of the scale has no place on it.
        #expect(refusal(analysis(values.map { $0 == values[1] ? .infinity : $0 }).outcome) == .pastScale)
    }

    /// The lowest threshold above which the values follow a tail is found, and the level it gives is near the truth.
    @Test func analysisOfIndependentValues() throws {
        let truth = GeneralizedPareto(shape: 0.15, scale: 0.03)
        let values = sample(truth, count: 3650, seed: 21)
        let times = values.indices.map { Int64($0) * 86_400_000 }
        let found = TailAnalysis(
            times: times, values: values, separation: .hours(1), span: try span(years: 10),
            random: SeededGenerator(seed: 1))
        let fit = try found.outcome.get()
        #expect(found.diagnostics.count == TailAnalysis.thresholdShares.count && fit.extremalIndex == 1)
        let level = try #require(fit.returnLevel(years: 10, confidence: 0.95)).get()
        let exact = truth.growth(3650)
        #expect(level.interval.low <= exact && exact <= level.interval.high)
        let empty = TailAnalysis(
            times: [], values: [], separation: .hours(1), span: try span(years: 1), random: SeededGenerator(seed: 1))
        #expect(refusal(empty.outcome) == .fewPeaks)
    }

    /// A small form of the documentation's table: clustered volatility with jumps, where intervals once held 81 to 83 %.
    @Test func levelsOfClusteredVolatilityCover() {
        let study = TailCoverage(.garchJumps, horizonDays: 1, days: 1826, longRun: 4_000_000)
        let rows = study.table(trials: 40)
        for row in rows {
            #expect(row.given >= 25, "\(row.period) y: \(row.refusals)")
            #expect(Double(row.held) / Double(row.given) >= 0.85, "\(row.period) y: \(row.held) of \(row.given)")
            #expect(row.truth > 0 && row.truth < 1)
        }
        // Four months say nothing about years, and a history no longer than its regimes nothing about how often those come.
        let short = TailCoverage(
            .garchJumps, horizonDays: 1, days: 120, subject: .falls, truth: study.truth
        ).table(trials: 5)
        #expect(short.allSatisfy { $0.given == 0 && $0.refusals.values.reduce(0, +) == 5 })
    }

    /// Two calm years say nothing of what comes when the calm ends: levels from them held the truth in 17 to 29 % of histories.
    @Test func calmHistoriesHaveNoTail() {
        let market = TailCoverage.Market(.slowRegimes, horizonDays: 1, bars: 200_000)
        let rows = TailCoverage(
            .slowRegimes, horizonDays: 1, days: 731, subject: .falls, truth: market.levels(.falls)
        ).table(trials: 30)
        #expect((rows[0].refusals[.fewRegimes] ?? 0) >= 10, "\(rows[0].refusals)")
        #expect(rows[0].given <= 2, "\(rows[0].given)")
    }
}

@Suite struct TailScaleTests {
    /// Falls and rises are the same moves of the log price, the one as the other's reciprocal, and values come back as they were.
    @Test(arguments: 0..<40) func mapsAreLawful(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (fall, other) = (0.999 * random.uniform(), 0.999 * random.uniform())
        let (falls, rises) = (TailScale.moves(isFall: true), TailScale.moves(isFall: false))
        // A fall by f is the rise of the reciprocal by f / (1 − f): what a contract counted in coins sees.
        #expect(abs(falls.scaled(fall) - rises.scaled(fall / (1 - fall))) < 1e-9)
        for scale in [
            falls, rises, .shortfalls(isBounded: true, largestLoss: 10), .shortfalls(isBounded: false, largestLoss: 3),
        ] {
            #expect(abs(scale.value(scale.scaled(fall)) - fall) < 1e-9)
            #expect((scale.scaled(fall) < scale.scaled(other)) == (fall < other))
        }
    }

    @Test func endsOfTheScale() {
        let falls = TailScale.moves(isFall: true)
        #expect(falls.scaled(1) == .infinity && falls.scaled(1.3) == .infinity && falls.scaled(0) == 0)
        #expect(falls.value(TailScale.farthest) < 1)
        // At ten times nobody owes more than nine margins when the price is zero.
        let owed = TailScale.shortfalls(isBounded: true, largestLoss: 10)
        #expect(owed.scaled(9) == .infinity && owed.scaled(8.9).isFinite && owed.value(TailScale.farthest) < 9)
        #expect(abs(owed.scaled(0) - falls.scaled(0.1)) < 1e-15)
        #expect(TailScale.moves(isFall: false).scaled(9) == log(10))
        #expect(TailSpan(first: 5, last: 5, run: .days(1)) == nil)
    }
}
