#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How far a share must lie from a limit before one of very many looks at a history may call it beyond.
///
/// A history that grows by a day each night is looked at again and again, and nearly all of tonight's data were there last night. The
/// share less the limit, in standard errors, then moves as `W(t)/√t` does, with `W` a Brownian motion and `t` the length of the
/// history. D. Siegmund ("Sequential Analysis", 1985; R. Miller and D. Siegmund, "Maximally selected chi square statistics", Biometrics
/// 38, 1982) gives the chance that it passes `c` between two lengths as `φ(c) (2/c + (c − 1/c)/2 · log of their ratio)`; looks once a
/// night, or less often, pass less often. The ratio is that of the year up to tonight, which is above that of any year to come, so that
/// the boundary holds for every year, without a memory: a night left out, a history lost or a study changed cost nothing.
///
/// A window of fixed length that moves along forgets, and passes more often the shorter it is: see ``RollingWindow``. Where a history's
/// beginning has moved the farther of both boundaries is taken, for it may have been cut once and grow since.
public struct MonitoredBoundary: Hashable, Sendable {
    /// `c`, in standard errors, from one side.
    public let standardErrors: Double

    /// - Parameters:
    ///   - falseAlarm: the chance that the share of a truth exactly at the limit passes the boundary within a year, above 0 and at most 0.5.
    ///   - days: length of the history, above 0.
    ///   - firstDays: the length at which a look would first say anything: that of a holding time, at least a day.
    ///   - rolls: whether the history's beginning moves along with its end.
    public init(falseAlarm: Double, days: Double, firstDays: Double, rolls: Bool = false) {
        let before = min(days, max(days - 365, max(1, firstDays)))
        let growth = log(days / before)
        let window = rolls ? RollingWindow(lengths: 365 / max(days, 1)) : nil
        var (low, high) = (MonitoredBoundary.nearest, 40.0)
        while true {
            let middle = (low + high) / 2
            if middle <= low || middle >= high { break }
            let chance = max(MonitoredBoundary.chance(middle, growth), window?.chance(middle) ?? 0)
            if chance > falseAlarm { low = middle } else { high = middle }
        }
        standardErrors = high
    }

    /// Where the chance begins to fall with the boundary.
    private static let nearest = 1.0

    /// Of passing `c` while the history grows to `exp(growth)` of its length.
    static func chance(_ c: Double, _ growth: Double) -> Double {
        let density = exp(-c * c / 2) / (2 * Double.pi).squareRoot()
        return density * (2 / c + (c - 1 / c) / 2 * growth)
    }
}

extension Interval {
    /// The interval of a share at as many standard errors, from the one at a confidence: distances grow in proportion in log odds, in
    /// which an interval of few events is about even. Where nothing was seen the end is that of Clopper and Pearson at the level.
    ///
    /// - Parameters:
    ///   - share: what the interval is of, 0 to 1, and within it.
    ///   - confidence: its own, strictly between 0 and 1.
    public func widened(around share: Double, from confidence: Double, to standardErrors: Double) -> Interval {
        let scale = standardErrors / normalQuantile(twoSided: confidence)
        // What is outside on one side, as a logarithm: the chance of seeing nothing.
        let unseen = log(erfc(standardErrors / 2.0.squareRoot()) / 2) / log((1 - confidence) / 2)
        func end(_ end: Double) -> Double {
            guard end > 0, end < 1 else { return end }
            if share <= 0 { return -expm1(log1p(-end) * unseen) }
            if share >= 1 { return exp(log(end) * unseen) }
            let (from, to) = (log(share / (1 - share)), log(end / (1 - end)))
            return 1 / (1 + exp(-(from + (to - from) * scale)))
        }
        // At its own level it is itself, and not what rounding leaves of it.
        guard scale != 1 else { return self }
        return Interval(low: min(share, end(low)), high: max(share, end(high)))
    }
}
