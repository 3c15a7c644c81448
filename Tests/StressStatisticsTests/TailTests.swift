#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
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

@Suite struct TailFitTests {
    private func fit(_ peaks: [Double], years: Double = 10) -> Result<TailFit, TailRefusal.Failure> {
        TailFit.fit(peaks: peaks, threshold: 0, years: years, random: SeededGenerator(seed: 3))
    }

    private func refusal<Value>(_ result: Result<Value, TailRefusal.Failure>?) -> TailRefusal? {
        if case .failure(let failure) = result { failure.reason } else { nil }
    }

    /// 95 % intervals of the ten-year level hold the truth in about 95 % of samples.
    @Test func returnLevelsCover() throws {
        let truth = GeneralizedPareto(shape: 0.2, scale: 0.05)
        let level = truth.growth(80)
        let trials = 120
        var (hits, judged) = (0, 0)
        for seed in 0..<trials {
            let excesses = sample(truth, count: 80, seed: UInt64(seed)).sorted()
            guard let tail = GeneralizedPareto(maximumLikelihood: excesses), tail.shape < 1 else { continue }
            let made = TailFit(
                threshold: 0, excesses: excesses, peaksPerYear: 8, distribution: tail, momentFit: nil, fitPValue: 1,
                years: 10)
            let found = try #require(made.returnLevel(years: 10, confidence: 0.95)).get()
            #expect(found.interval.low < found.level && found.level < found.interval.high)
            judged += 1
            if found.interval.low <= level && level <= found.interval.high { hits += 1 }
        }
        #expect(judged > 110 && Double(hits) / Double(judged) > 0.88, "\(hits) of \(judged)")
    }

    @Test func refusalsHaveReasons() throws {
        #expect(refusal(fit(sample(.init(shape: 0.1, scale: 1), count: 24, seed: 1))) == .fewPeaks)
        #expect(refusal(fit(sample(.init(shape: 1.6, scale: 1), count: 200, seed: 1))) == .noMean)
        #expect(refusal(fit((1...200).map(Double.init))) == .noMaximum)
        // Two lumps are no tail.
        let low = (0..<100).map { 1 + 0.001 * Double($0) }
        let lumps: [Double] = low + low.map { $0 + 8 }
        #expect([.poorFit, .noMaximum].contains(refusal(fit(lumps))))
        let good = try fit(sample(.init(shape: 0.1, scale: 1), count: 100, seed: 2)).get()
        #expect(good.fitPValue > 0.05)
        #expect(refusal(good.returnLevel(years: 51, confidence: 0.95)) == .tooFar)
        #expect(
            good.returnLevel(years: 0.05, confidence: 0.95) == nil, "below the threshold the data themselves answer")
    }

    @Test func clustersAreOneEvent() {
        let times: [Int64] = [0, 1, 2, 10, 11, 30]
        let values = [0.2, 0.5, 0.3, 0.9, 0.1, 0.4]
        let peaks = clusterPeaks(
            times: times, values: values, threshold: 0.15, separation: TimeSpan(milliseconds: 5))
        #expect(peaks == [0.5, 0.9, 0.4])
        let joined = clusterPeaks(
            times: times, values: values, threshold: 0.15, separation: TimeSpan(milliseconds: 20))
        #expect(joined == [0.9])
        #expect(clusterPeaks(times: [], values: [], threshold: 0, separation: .days(1)).isEmpty)
    }

    /// Shortfalls are rare events already: the lowest threshold is their smallest, and their tail is found.
    @Test(arguments: 1..<6)
    func analysisOfShortfalls(seed: UInt64) throws {
        let truth = GeneralizedPareto(shape: 0.1, scale: 0.3)
        // One crash a month: three entries fall below zero in it, the second deepest.
        let depths = sample(truth, count: 120, seed: seed)
        let month = TimeSpan.days(30).milliseconds
        let times = depths.indices.flatMap { crash in (0..<3).map { Int64(crash) * month + Int64($0) * 3_600_000 } }
        let values = depths.flatMap { [0.5 * $0, $0, 0.7 * $0] }
        func analysis(_ values: [Double]) -> TailAnalysis {
            TailAnalysis(
                times: times, values: values, separation: .days(1), years: 10, shares: TailAnalysis.eventShares,
                random: SeededGenerator(seed: 1))
        }
        let fit = try analysis(values).outcome.get()
        #expect(fit.excesses.count <= 120 && fit.peaksPerYear <= 12)
        let level = try #require(fit.returnLevel(years: 10, confidence: 0.999)).get()
        #expect(
            level.interval.low <= truth.growth(120) && truth.growth(120) <= level.interval.high,
            "seed \(seed): \(level)")
        // A coin-margined loss may have no bound; then no mean is claimed.
        #expect(refusal(analysis(values.map { $0 == values[1] ? .infinity : $0 }).outcome) == .noMean)
    }

    /// The lowest threshold above which the values follow a tail is found, and the level it gives is near the truth.
    @Test func analysisOfIndependentValues() throws {
        let truth = GeneralizedPareto(shape: 0.15, scale: 0.03)
        let values = sample(truth, count: 3650, seed: 21)
        let times = values.indices.map { Int64($0) * 86_400_000 }
        let found = TailAnalysis(
            times: times, values: values, separation: .hours(1), years: 10, random: SeededGenerator(seed: 1))
        let fit = try found.outcome.get()
        #expect(found.diagnostics.count == TailAnalysis.thresholdShares.count)
        let level = try #require(fit.returnLevel(years: 10, confidence: 0.95)).get()
        let exact = truth.growth(3650)
        #expect(level.interval.low <= exact && exact <= level.interval.high)
        let empty = TailAnalysis(
            times: [], values: [], separation: .hours(1), years: 10, random: SeededGenerator(seed: 1))
        #expect(refusal(empty.outcome) == .fewPeaks)
    }
}
