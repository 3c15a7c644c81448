#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How much less the peaks say about a level than as many independent ones: peaks of one turbulent time are alike, and their number varies
/// more than a Poisson number.
///
/// The variance of the level by what each run of the market's memory contributes to it, over the variance from the curvature of the
/// likelihood (R. E. Chandler, S. Bate, Biometrika 94, 2007, adjust a likelihood so; L. Fawcett, D. Walshaw, Environmetrics 18, 2007, for
/// clustered extremes). Where few runs contribute, the variance is itself uncertain: Satterthwaite's degrees of freedom.
struct TailDispersion {
    /// At least 1.
    let ratio: Double
    /// Of the estimate of the variance: above 0, below the number of runs.
    let degrees: Double

    /// That of levels which are passed once in `period` years, nil where the curvature is none of a peak.
    ///
    /// - Parameters:
    ///   - runs: the run of each excess, from 0 to below `runCount`.
    init?(_ peaks: PeakLikelihood, runs: [Int], runCount: Int, best: GeneralizedPareto, period: Double) {
        guard runCount > 1, let slopes = LevelSlopes(peaks, best: best, period: period) else { return nil }
        var contributions = [Double](
            repeating: -slopes.perPeak * Double(runs.count) / Double(runCount), count: runCount)
        for (excess, run) in zip(peaks.excesses, runs) { contributions[run] += slopes.contribution(excess) }
        let squares = contributions.map { $0 * $0 }
        let sum = squares.reduce(0, +)
        let ofSquares = squares.reduce(0) { $0 + $1 * $1 }
        guard sum > 0, slopes.variance > 0 else { return nil }
        let count = Double(runCount)
        ratio = max(1, sum * count / (count - 1) / slopes.variance)
        degrees = min(count - 1, 3 * sum * sum / ofSquares)
    }
}

/// How the level of a period depends on each peak, at the greatest likelihood.
private struct LevelSlopes {
    /// What one more peak does by being there.
    let perPeak: Double
    /// Variance of the level were the peaks independent.
    let variance: Double
    private let best: GeneralizedPareto
    private let byShape, byLogScale: Double

    init?(_ peaks: PeakLikelihood, best: GeneralizedPareto, period: Double) {
        let h = 1e-4
        func tail(_ a: Double, _ b: Double) -> GeneralizedPareto { LevelSlopes.moved(best, a * h, b * h) }
        func likelihood(_ a: Double, _ b: Double) -> Double { tail(a, b).logLikelihood(peaks.excesses) }
        let multiple = peaks.logRate + log(period)
        func level(_ a: Double, _ b: Double, _ c: Double) -> Double {
            tail(a, b).scale * PeakLikelihood.growth(best.shape + a * h, multiple + c * h)
        }
        let here = likelihood(0, 0)
        let aa = -(likelihood(1, 0) - 2 * here + likelihood(-1, 0)) / (h * h)
        let bb = -(likelihood(0, 1) - 2 * here + likelihood(0, -1)) / (h * h)
        let ab =
            -(likelihood(1, 1) - likelihood(1, -1) - likelihood(-1, 1) + likelihood(-1, -1)) / (4 * h * h)
        let determinant = aa * bb - ab * ab
        guard aa > 0, determinant > 0, multiple > 0 else { return nil }
        let ofShape = (level(1, 0, 0) - level(-1, 0, 0)) / (2 * h)
        let ofScale = level(0, 0, 0)
        let ofRate = (level(0, 0, 1) - level(0, 0, -1)) / (2 * h)
        byShape = (bb * ofShape - ab * ofScale) / determinant
        byLogScale = (aa * ofScale - ab * ofShape) / determinant
        perPeak = ofRate / Double(peaks.excesses.count)
        variance = byShape * ofShape + byLogScale * ofScale + perPeak * ofRate
        self.best = best
    }

    /// What a peak of this excess adds to the level.
    func contribution(_ excess: Double) -> Double {
        let h = 1e-4
        func likelihood(_ a: Double, _ b: Double) -> Double {
            LevelSlopes.moved(best, a * h, b * h).logLikelihood([excess])
        }
        let (ofShape, ofScale) = (likelihood(1, 0) - likelihood(-1, 0), likelihood(0, 1) - likelihood(0, -1))
        return (byShape * ofShape + byLogScale * ofScale) / (2 * h) + perPeak
    }

    private static func moved(_ tail: GeneralizedPareto, _ shape: Double, _ logScale: Double) -> GeneralizedPareto {
        GeneralizedPareto(shape: tail.shape + shape, scale: tail.scale * exp(logScale))
    }
}
