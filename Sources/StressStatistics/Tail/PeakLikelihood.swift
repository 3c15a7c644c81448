#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The likelihood of peaks that come as a Poisson process and pass a threshold by a generalised Pareto distribution: of their number and
/// of their sizes (J. Pickands, 1971; R. L. Smith, Statistical Science 4, 1989), along levels that are passed once in a period.
struct PeakLikelihood {
    /// Peaks less threshold, all above 0.
    let excesses: [Double]
    /// Watched.
    let years: Double

    private var count: Double { Double(excesses.count) }
    /// Log of the peaks a year as observed.
    var logRate: Double { log(count / years) }

    /// What the profile runs over besides the level.
    struct Place {
        var shape: Double
        var logRate: Double
    }

    /// Shapes that are looked at: below, the likelihood is irregular, and above, nothing has a mean.
    static let shapes = -0.5...3.0

    /// Of a tail with the observed rate.
    func atObservedRate(_ tail: GeneralizedPareto) -> Double { tail.logLikelihood(excesses) + poisson(logRate) }

    /// Of the tail of this shape and rate whose excess `excess` is passed once in `e^logPeriod` years; −∞ where there is none.
    func value(_ place: Place, excess: Double, logPeriod: Double) -> Double {
        let peaks = place.logRate + logPeriod
        guard PeakLikelihood.shapes.contains(place.shape), peaks > 0 else { return -.infinity }
        let scale = excess / PeakLikelihood.growth(place.shape, peaks)
        guard scale > 0, scale.isFinite else { return -.infinity }
        let tail = GeneralizedPareto(shape: PeakLikelihood.isZero(place.shape) ? 0 : place.shape, scale: scale)
        return tail.logLikelihood(excesses) + poisson(place.logRate)
    }

    /// `(e^(ξ m) − 1) / ξ`.
    static func growth(_ shape: Double, _ logMultiple: Double) -> Double {
        isZero(shape) ? logMultiple : expm1(shape * logMultiple) / shape
    }

    private static func isZero(_ shape: Double) -> Bool { abs(shape) < 1e-8 }

    private func poisson(_ logRate: Double) -> Double { count * logRate - exp(logRate) * years }
}

extension PeakLikelihood {
    /// The greatest likelihood among tails that pass `excess` once in the period, searched from `place`, which moves to where it is.
    func profile(excess: Double, logPeriod: Double, from place: inout Place) -> Double {
        let known = value(place, excess: excess, logPeriod: logPeriod)
        if known.isFinite, let found = climb(excess: excess, logPeriod: logPeriod, from: place, at: known) {
            place = found.place
            return found.value
        }
        place = thorough(excess: excess, logPeriod: logPeriod)
        return value(place, excess: excess, logPeriod: logPeriod)
    }

    /// Newton's steps, halved until they climb; nil where the way ends at the border of what is allowed.
    private func climb(
        excess: Double, logPeriod: Double, from start: Place, at known: Double
    ) -> (place: Place, value: Double)? {
        var (place, best) = (start, known)
        for _ in 0..<60 {
            guard let step = newtonStep(place, best, excess: excess, logPeriod: logPeriod) else { return nil }
            var (share, hasMoved) = (1.0, false)
            let before = best
            while share > 1e-7, !hasMoved {
                let next = Place(
                    shape: place.shape + share * step.shape, logRate: place.logRate + share * step.logRate)
                let likelihood = value(next, excess: excess, logPeriod: logPeriod)
                if likelihood > best { (place, best, hasMoved) = (next, likelihood, true) } else { share /= 2 }
            }
            if !hasMoved || best - before < 1e-10 { break }
        }
        return (place, best)
    }

    /// From difference quotients; up the gradient where the surface is not a hill. Nil at a border.
    private func newtonStep(_ place: Place, _ here: Double, excess: Double, logPeriod: Double) -> Place? {
        let h = 1e-4
        func at(_ a: Double, _ b: Double) -> Double {
            value(
                Place(shape: place.shape + a * h, logRate: place.logRate + b * h), excess: excess, logPeriod: logPeriod)
        }
        let (east, west, north, south, corner) = (at(1, 0), at(-1, 0), at(0, 1), at(0, -1), at(1, 1))
        guard (east + west + north + south + corner).isFinite else { return nil }
        let (a, b) = ((east - west) / (2 * h), (north - south) / (2 * h))
        let (aa, bb) = ((east - 2 * here + west) / (h * h), (north - 2 * here + south) / (h * h))
        let ab = (corner - east - north + here) / (h * h)
        let determinant = aa * bb - ab * ab
        guard aa < 0, determinant > 0 else {
            return Place(shape: a / (1 + abs(aa)), logRate: b / (1 + abs(bb)))
        }
        return Place(shape: -(bb * a - ab * b) / determinant, logRate: -(aa * b - ab * a) / determinant)
    }

    /// A scan over shapes, at each the best rate, then golden section around the best.
    private func thorough(excess: Double, logPeriod: Double) -> Place {
        let reach = 6 / count.squareRoot()
        func best(_ shape: Double) -> Place {
            let low = max(logRate - reach, -logPeriod + 1e-9)
            let rate = goldenMaximum(low, max(low, logRate + reach)) {
                value(Place(shape: shape, logRate: $0), excess: excess, logPeriod: logPeriod)
            }
            return Place(shape: shape, logRate: rate)
        }
        func likelihood(_ shape: Double) -> Double {
            value(best(shape), excess: excess, logPeriod: logPeriod)
        }
        let shapes = PeakLikelihood.shapes
        let step = (shapes.upperBound - shapes.lowerBound) / 50
        let scan = (0...50).map { shapes.lowerBound + step * Double($0) }
        let peak = scan.max { likelihood($0) < likelihood($1) } ?? 0
        let shape = goldenMaximum(
            max(shapes.lowerBound, peak - step), min(shapes.upperBound, peak + step), likelihood)
        return best(likelihood(shape) >= likelihood(peak) ? shape : peak)
    }

    /// The excesses whose profile lies within `drop` of the greatest likelihood, around `excess`, which has that; infinite where the
    /// likelihood does not fall off.
    func interval(around excess: Double, period: Double, best: GeneralizedPareto, drop: Double) -> Interval {
        let bound = atObservedRate(best) - drop
        func edge(_ isUpper: Bool) -> Double {
            var place = Place(shape: best.shape, logRate: logRate)
            func isInside(_ excess: Double) -> Bool {
                profile(excess: excess, logPeriod: log(period), from: &place) >= bound
            }
            var (inside, outside, step) = (excess, excess, 1.05)
            while true {
                outside = isUpper ? inside * step : inside / step
                guard isInside(outside) else { break }
                (inside, step) = (outside, min(2, step * 1.05))
                if inside > 1e6 * excess { return .infinity }
                if inside < 1e-12 * excess { return 0 }
            }
            for _ in 0..<40 {
                let middle = (inside + outside) / 2
                if isInside(middle) { inside = middle } else { outside = middle }
            }
            return inside
        }
        return Interval(low: edge(false), high: edge(true))
    }
}
