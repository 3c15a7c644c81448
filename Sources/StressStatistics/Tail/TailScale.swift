#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import StressBasics

/// The scale on which tails are fitted: that of the log price.
///
/// A fall is laid on `−ln(1 − fall)` and a rise on `ln(1 + rise)`, so that no fitted fall reaches 100 %, and a price and its reciprocal (a
/// contract counted in coins) have one and the same tail. Both maps rise, so quantiles and ends of intervals are mapped back as they are.
public struct TailScale: Hashable, Codable, Sendable {
    /// Whether the price falls: the values end where it would be zero.
    public let isFall: Bool
    /// The value that a move of the whole price adds; above 0.
    public let unit: Double
    /// What a value lacks of the loss that the move is, in the unit of the values.
    public let offset: Double

    /// Moves against a position in parts of the entry price.
    public static func moves(isFall: Bool) -> TailScale { TailScale(isFall: isFall, unit: 1, offset: 0) }

    /// Shortfalls in parts of the margin: a position that has lost its margin and the shortfall has lost `1 + shortfall` margins.
    ///
    /// - Parameters:
    ///   - isBounded: whether the loss ends where the price is zero (a linear long) or infinite (a short counted in coins).
    ///   - largestLoss: of the bounded contract, in margins; above 0. Of an unbounded one: margins lost when the price moves by its whole.
    public static func shortfalls(isBounded: Bool, largestLoss: Double) -> TailScale {
        TailScale(isFall: isBounded, unit: largestLoss, offset: 1)
    }

    /// Past this the price would have moved by a factor of half a thousand million: nothing is known there.
    static let farthest = 20.0

    /// How many times the length of the history a return period may be.
    public var farthestExtrapolation: Double {
        offset > 0 ? TailFit.farthestOfShortfalls : TailFit.farthestExtrapolation
    }

    /// The place of a value; infinite at and past the end of the scale.
    public func scaled(_ value: Double) -> Double {
        let move = (value + offset) / unit
        if isFall { return move < 1 ? -log1p(-move) : .infinity }
        return move > -1 ? log1p(move) : -.infinity
    }

    /// The places of values.
    public func scaled(_ values: [Double]) -> [Double] { values.map { scaled($0) } }

    /// The value at a place of the scale.
    public func value(_ scaled: Double) -> Double { (isFall ? -expm1(-scaled) : expm1(scaled)) * unit - offset }

    /// A return level in the unit of the values.
    public func level(_ scaled: TailFit.ReturnLevel) -> TailFit.ReturnLevel {
        TailFit.ReturnLevel(
            level: value(scaled.level),
            interval: Interval(low: value(scaled.interval.low), high: value(scaled.interval.high)))
    }
}

/// The time that a tail was watched, and how long its market remembers.
public struct TailSpan: Hashable, Codable, Sendable {
    /// Begin and end, milliseconds since the epoch; the end lies later.
    public let first, last: Int64
    /// Runs as long as what happens in one of them depends little on the others: at least 1.
    public let runs: Int
    /// Turbulent spells that the history has been through in it; nil where they were not looked for.
    public let spells: Int?

    /// Nil for a span without length.
    ///
    /// - Parameters:
    ///   - first: begin, milliseconds; `last` the end.
    ///   - run: the memory of the market, or the holding time where that is longer.
    ///   - spells: see ``spells``.
    public init?(first: Int64, last: Int64, run: TimeSpan, spells: Int? = nil) {
        guard last > first else { return nil }
        (self.first, self.last, self.spells) = (first, last, spells)
        runs = max(1, Int(Double(last - first) / Double(max(1, run.milliseconds))))
    }

    /// Its length in years of 365.25 days.
    public var years: Double { Double(last - first) / (365.25 * 86_400_000) }

    /// The run that a time lies in, from 0.
    func run(of time: Int64) -> Int {
        let share = Double(time - first) / Double(last - first)
        return min(runs - 1, max(0, Int(share * Double(runs))))
    }
}
