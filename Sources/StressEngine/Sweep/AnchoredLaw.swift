import MarginModel
import StressBasics
import StressStatistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The law of a delay in bars of one length, in the figures that a sweep can afford.
///
/// A bar's scale is a fixed part of its range, so that `e^{−range/scale}` is the same in every bar.
struct SweepLaw {
    let law: DelayLaw
    /// `range/scale`.
    private let widths: Double
    /// `e^{−range/scale}`.
    fileprivate let all: Double

    init(_ law: DelayLaw) {
        self.law = law
        widths = 1 / law.scalePerRange
        all = exp(-widths)
    }

    /// `1/β` in a bar whose `ln(H/L)` is `range`; nil where differences of exponentials would lose digits, which is where the bar is
    /// short beside the delay, wild, or still.
    @inline(__always)
    func rate(range: Double) -> Double? {
        let rate = widths / range
        return widths > 0.5 && widths < 600 && rate > 2 && rate < 1e9 ? rate : nil
    }
}

/// The law of a fill around the price that could be had at once: ``MarginModel/DelaySpread`` with one logarithm and one exponential.
///
/// `Y = e^{kX}` is what the price (or, for inverse contracts, what the notional) is worth relative to the anchor. Every expectation is
/// one of a truncated exponential to either side of the anchor, and every integral of it a difference of exponentials.
struct AnchoredLaw {
    /// An end of the bar: what is left of the density there, and `Y`.
    struct End {
        var density: Double
        var worth: Double
    }

    let rate: Double
    /// `k`.
    let power: Double
    let low: End
    let high: End
    /// `rate` times the mass, relative to the density at the anchor.
    private let mass: Double

    @inline(__always)
    init(_ law: SweepLaw, rate: Double, anchor: Double, low: Double, high: Double, isInverse: Bool) {
        self.rate = rate
        power = isInverse ? -1 : 1
        let below = min(1, exp(log(low / anchor) * rate))
        self.low = End(density: below, worth: isInverse ? anchor / low : low / anchor)
        self.high = End(density: min(1, law.all / below), worth: isInverse ? anchor / high : high / anchor)
        mass = 2 - self.low.density - self.high.density
    }

    /// `E[Y]`.
    @inline(__always)
    var mean: Double {
        rate / mass
            * ((1 - low.density * low.worth) / (rate + power) + (1 - high.density * high.worth) / (rate - power))
    }
}

extension AnchoredLaw {
    /// What of an equity `base + slope Y` lies below zero.
    struct Below {
        /// The probability.
        var probability: Double
        /// The expected shortfall, fills without one counting as none.
        var shortfall: Double
        /// The edge: what is left of the density there, and whether it lies between the anchor and the far end.
        fileprivate var edge: (density: Double, isFar: Bool)
    }

    /// The end where least is left, `Y` growing by `e^{kx}` away from it, and the other.
    @inline(__always)
    fileprivate func ends(_ slope: Double) -> (far: End, near: End, power: Double) {
        (slope > 0) == (power > 0) ? (low, high, power) : (high, low, -power)
    }

    /// The part of the law that leaves less than −`tolerance`: `.some(nil)` for none, nil where it is left to the exact forms.
    @inline(__always)
    func below(_ equity: AffineEquity, tolerance: Double) -> Below?? {
        let (base, slope) = (equity.base, equity.slope)
        let (far, near, power) = ends(slope)
        guard base + slope * far.worth < -tolerance else { return .some(nil) }
        if base + slope * near.worth < -tolerance {
            return Below(probability: 1, shortfall: -(base + slope * mean), edge: (near.density, false))
        }
        let worth = -(base + tolerance) / slope
        // How far the edge lies from the anchor, towards the far end.
        let distance = -log(worth) / power
        let density = exp(-abs(distance) * rate)
        if distance < 0 {
            return beforeAnchor(base, slope, tolerance, edge: End(density: density, worth: worth), near, power)
        }
        guard far.density < 0.95 * density else { return nil }
        let part = density - far.density
        let lost = power * worth * part - rate * far.density * (worth - far.worth)
        let shortfall = tolerance * part + slope * lost / (rate + power)
        return Below(probability: part / mass, shortfall: shortfall / mass, edge: (density, true))
    }

    /// The same where most of the law lies below zero: the whole less what lies above.
    @inline(__always)
    private func beforeAnchor(
        _ base: Double, _ slope: Double, _ tolerance: Double, edge: End, _ near: End, _ power: Double
    ) -> Below {
        let part = edge.density - near.density
        let kept = power * edge.worth * part + rate * near.density * (edge.worth - near.worth)
        let above = slope * kept / (rate - power) - tolerance * part
        return Below(
            probability: min(1, 1 - part / mass), shortfall: above / mass - (base + slope * mean),
            edge: (edge.density, false))
    }

    /// The expected shortfall, below a tolerance of nothing; nil where it is left to the exact forms.
    @inline(__always)
    func expectedShortfall(_ equity: AffineEquity) -> Double? {
        below(equity, tolerance: 0).map { $0?.shortfall ?? 0 }
    }

    /// The largest shortfall.
    @inline(__always)
    func largest(_ equity: AffineEquity) -> Double { -(equity.base + equity.slope * ends(equity.slope).far.worth) }

    /// The shortfall that a share of the probability below zero does not pass.
    @inline(__always)
    func quantile(_ share: Double, _ below: Below, _ equity: AffineEquity) -> Double {
        let (far, _, power) = ends(equity.slope)
        let onFarSide = (below.edge.isFar ? below.edge.density : 1) - far.density
        let onNearSide = below.edge.isFar ? 0 : 1 - below.edge.density
        let mass = (1 - share) * (onFarSide + onNearSide)
        let density = mass <= onFarSide ? far.density + mass : 1 - (mass - onFarSide)
        let reach = log(density) / rate
        return -(equity.base + equity.slope * exp(mass <= onFarSide ? power * reach : -power * reach))
    }

    /// The same of four shares. A bar of less than a tenth is said by the first terms of its worths.
    @inline(__always)
    private func quantiles(
        _ shares: SIMD4<Double>, _ below: Below, _ equity: AffineEquity, isNarrow: Bool
    ) -> SIMD4<Double> {
        let (far, _, power) = ends(equity.slope)
        let onFarSide = (below.edge.isFar ? below.edge.density : 1) - far.density
        let onNearSide = below.edge.isFar ? 0 : 1 - below.edge.density
        let masses = (1 - shares) * (onFarSide + onNearSide)
        let isFar = masses .<= onFarSide
        let densities = (1 + onFarSide - masses).replacing(with: far.density + masses, where: isFar)
        let reaches = densities.nearLogarithms / rate
        let places = reaches.replacing(with: -reaches, where: isFar .^ (power > 0))
        let worths = isNarrow ? 1 + places.smallGrowths : AnchoredLaw.worths(places)
        return -(equity.base + equity.slope * worths)
    }

    /// `e^x`.
    @inline(never)
    private static func worths(_ x: SIMD4<Double>) -> SIMD4<Double> {
        SIMD4(exp(x[0]), exp(x[1]), exp(x[2]), exp(x[3]))
    }

    /// What lies below zero, by its bins.
    @inline(__always)
    func spread(_ negative: EventCount, _ below: Below, _ equity: AffineEquity) -> ShortfallSpread {
        let isNarrow = abs(low.worth - 1) < 0.09 && abs(high.worth - 1) < 0.09
        return ShortfallSpread(negative: negative, shortfall: below.shortfall, largest: largest(equity)) {
            quantiles($0, below, equity, isNarrow: isNarrow)
        }
    }
}
