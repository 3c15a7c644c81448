import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the price stands some seconds after a trigger, when bars are too long to tell.
///
/// `fill = a e^X` with `X` of a Laplace law of scale `β = κ ρ √(τ/Δ)/√2` around 0, given that the fill lies within the bar. `a` is
/// the price that could be had at once, `ρ = ln(H/L)/√(4 ln 2)` the bar's volatility (M. Parkinson, "The extreme value method for
/// estimating the variance of the rate of return", J. Business 53, 1980), `τ` the delay, `Δ` the bar length and `κ` the overshoot:
/// minutes come in bursts, so tails are fatter than those of a Brownian path.
public struct DelayLaw: Hashable, Sendable {
    /// `β` of a bar with `ln(H/L) = 1`.
    public let scalePerRange: Double

    /// The law for a delay above 0, an overshoot `κ` of at least 0 and bars of `barLength`.
    public init(delay: TimeSpan, overshoot: Double, barLength: TimeSpan) {
        let share = Double(delay.milliseconds) / Double(max(1, barLength.milliseconds))
        scalePerRange = overshoot * share.squareRoot() / (8 * log(2)).squareRoot()
    }

    /// `ρ = ln(H/L)/√(4 ln 2)` of a bar with prices above 0.
    public static func volatility(low: Double, high: Double) -> Double { log(high / low) / (4 * log(2)).squareRoot() }

    /// What is known of a fill that starts from `anchor` in a bar; nil where it is certain: a bar without a range, without
    /// positive prices, or a spread too small for a double to tell.
    public func spread(anchor: Double, low: Double, high: Double) -> DelaySpread? {
        guard low > 0, high > low, anchor > 0 else { return nil }
        let scale = scalePerRange * log(high / low)
        guard scale > DelaySpread.leastScale else { return nil }
        return DelaySpread(lower: log(low / anchor), upper: log(high / anchor), scale: scale)
    }
}

/// A Laplace law around 0 given an interval: of the logarithm of fill over anchor.
///
/// Everything is a ratio of integrals, so each is taken relative to the density at the interval's point nearest to 0: an interval far
/// from 0 does not underflow. Differences of nearly equal exponentials are taken by `expm1`, or, over stretches so short that even
/// those cancel, by quadrature.
public struct DelaySpread: Hashable, Sendable {
    /// Ends of the interval, the lower below the upper.
    public let lower: Double
    /// See ``lower``.
    public let upper: Double
    /// `β`, above ``leastScale``.
    public let scale: Double
    /// Distance of 0 from the interval.
    private let distance: Double
    /// Mass of the interval, relative to the density at its nearest point.
    private var mass = 1.0
    /// Its parts on both sides of 0, where 0 lies within.
    private var (below, above) = (0.0, 0.0)

    /// Below this a spread is no more than rounding.
    public static let leastScale = 1e-14

    /// A law of `scale` given `lower…upper`.
    public init(lower: Double, upper: Double, scale: Double) {
        (self.lower, self.upper, self.scale) = (lower, upper, scale)
        distance = max(0, lower, -upper)
        guard lower < 0, upper > 0 else {
            mass = integral(0, from: lower, to: upper)
            return
        }
        (below, above) = (piece(0, from: lower, to: 0), piece(0, from: 0, to: upper))
        mass = below + above
    }

    /// `E[e^{kX}]`.
    public func mean(power: Double) -> Double { mean(weighted(power: power)) }

    /// The interval's integral of `e^{kX}`, in the parts on both sides of 0 where it lies within: figures that are asked for several times.
    public struct Weighted: Sendable {
        fileprivate let power, below, above: Double
    }

    /// What ``mean(_:)`` and ``excess(_:edge:isBelow:)`` ask for.
    public func weighted(power: Double) -> Weighted {
        guard lower < 0, upper > 0 else {
            return Weighted(power: power, below: integral(power, from: lower, to: upper), above: 0)
        }
        return Weighted(
            power: power, below: piece(power, from: lower, to: 0), above: piece(power, from: 0, to: upper))
    }

    /// `E[e^{kX}]`.
    public func mean(_ weighted: Weighted) -> Double { (weighted.below + weighted.above) / mass }

    /// The probability of `X` between two bounds; 0 where they leave nothing.
    public func probability(from: Double, to: Double) -> Double {
        min(1, mass(from: max(from, lower), to: min(to, upper)) / mass)
    }

    /// The mass between two bounds within the interval: what is known of a side that is whole need not be integrated.
    private func mass(from: Double, to: Double) -> Double {
        guard from < 0, to > 0 else { return integral(0, from: from, to: to) }
        return (from == lower ? below : piece(0, from: from, to: 0)) + (to == upper ? above : piece(0, from: 0, to: to))
    }

    /// `E[|1 − e^{k(X − edge)}|]` over the `X` beyond `edge`: below it, or above.
    public func excess(power: Double, edge: Double, isBelow: Bool) -> Double {
        excess(weighted(power: power), edge: edge, isBelow: isBelow)
    }

    /// The same; what is known of a side that is whole is not integrated again.
    public func excess(_ weighted: Weighted, edge: Double, isBelow: Bool) -> Double {
        let (from, to) = isBelow ? (lower, min(edge, upper)) : (max(edge, lower), upper)
        let power = weighted.power
        guard from < to else { return 0 }
        guard from < 0, to > 0 else { return excess(power, edge, from: from, to: to) / mass }
        let left = excess(power, edge, from: from, to: 0, known: from == lower ? (below, weighted.below) : nil)
        let right = excess(power, edge, from: 0, to: to, known: to == upper ? (above, weighted.above) : nil)
        return (left + right) / mass
    }

    /// Where a share `part` of the mass between two bounds of the interval lies below; the bounds are within the interval.
    public func quantile(_ part: Double, from: Double, to: Double) -> Double {
        let (below, above) = masses(from: from, to: to)
        return quantile(part, from: from, to: to, below: below, above: above)
    }

    /// The quantiles in the middles of `count` equal parts of the whole interval, rising.
    public func quantiles(_ count: Int) -> [Double] {
        let (below, above) = masses(from: lower, to: upper)
        return (0..<count).map { place in
            quantile(
                (Double(place) + 0.5) / Double(count), from: lower, to: upper, below: below, above: above)
        }
    }

    /// The masses on both sides of 0.
    private func masses(from: Double, to: Double) -> (below: Double, above: Double) {
        (
            from < 0 ? integral(0, from: from, to: min(0, to)) : 0,
            to > 0 ? integral(0, from: max(0, from), to: to) : 0
        )
    }

    private func quantile(_ part: Double, from: Double, to: Double, below: Double, above: Double) -> Double {
        let wanted = part * (below + above)
        if wanted <= below, below > 0 {
            return quantile(1 - wanted / below, near: min(0, to), width: min(0, to) - from, sign: -1)
        }
        return quantile((wanted - below) / above, near: max(0, from), width: to - max(0, from), sign: 1)
    }
}

extension DelaySpread {
    /// A truncated exponential that starts at `near` and runs away from 0.
    private func quantile(_ part: Double, near: Double, width: Double, sign: Double) -> Double {
        let reach = -scale * log1p(part * expm1(-width / scale))
        return near + sign * min(max(0, reach), width)
    }

    /// The density at `x`, relative.
    private func density(_ x: Double) -> Double { exp((distance - abs(x)) / scale) }

    /// `∫ e^{kx} density`.
    private func integral(_ power: Double, from: Double, to: Double) -> Double {
        guard from < to else { return 0 }
        if from < 0, to > 0 { return piece(power, from: from, to: 0) + piece(power, from: 0, to: to) }
        return piece(power, from: from, to: to)
    }

    /// The same on one side of 0, from its end near 0 outwards.
    private func piece(_ power: Double, from: Double, to: Double) -> Double {
        let isBelow = to <= 0
        let near = isBelow ? to : from
        let decay = 1 / scale + (isBelow ? power : -power)
        let steps = decay * (to - from)
        let reach = abs(steps) < 1e-9 ? (to - from) * (1 - steps / 2) : -expm1(-steps) / decay
        // At 0, and without a power, a factor is 1.
        if near == 0, distance == 0 { return reach }
        return power == 0 ? density(near) * reach : exp(power * near) * density(near) * reach
    }

    /// - Parameter known: the mass between the bounds, and the integral of `e^{kX}`; nil where they are asked for.
    private func excess(
        _ power: Double, _ edge: Double, from: Double, to: Double, known: (mass: Double, weighted: Double)? = nil
    ) -> Double {
        let (width, rate) = (to - from, 1 / scale)
        if width * (rate + 1) < 1 {
            return quadrature(from: from, to: to) { density($0) * abs(expm1(power * ($0 - edge))) }
        }
        let (near, far) = abs(from - edge) < abs(to - edge) ? (from, to) : (to, from)
        // How the density decays, and how `e^{kx}` grows, away from the edge.
        let decay = abs(far) > abs(near) ? rate : -rate
        let growth = far > near ? power : -power
        guard near == edge, abs(decay - growth) > 1e-3 * rate else {
            let (mass, weighted) =
                known ?? (integral(0, from: from, to: to), integral(power, from: from, to: to))
            return abs(mass - exp(-power * edge) * weighted)
        }
        let left = density(near) - density(far) * (1 + growth * decay * expm1(growth * width))
        return abs(left / (decay * (decay - growth)))
    }

    /// Gauss–Legendre of eight points: exact to rounding where exponents change by no more than about 1.
    private func quadrature(from: Double, to: Double, _ value: (Double) -> Double) -> Double {
        let (middle, half) = ((from + to) / 2, (to - from) / 2)
        let sum = DelaySpread.nodes.reduce(0.0) {
            $0 + $1.weight * (value(middle - half * $1.place) + value(middle + half * $1.place))
        }
        return half * sum
    }

    /// M. Abramowitz, I. Stegun, Handbook of Mathematical Functions (1964), table 25.4.
    private static let nodes: [(place: Double, weight: Double)] = [
        (0.183434642495649805, 0.362683783378361983), (0.525532409916328986, 0.313706645877887287),
        (0.796666477413626740, 0.222381034453374471), (0.960289856497536232, 0.101228536290376259),
    ]
}
