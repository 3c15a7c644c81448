import StressBasics
import StressResults
import StressStatistics

/// A number of a table: in words as people read it, and exact as files have it.
public struct ShownFigure: Sendable {
    /// Rounded, in the unit of its column.
    public let words: String
    /// Exact: fractions from 0 to 1, money and counts as they are; nil where it is no number, or there is none.
    public var value: Double?
    /// Around ``value``.
    public var interval: Interval?
    /// What ``value`` counts; nil for names, and where the column says it.
    public var unit: Unit?

    /// The unit of an exact number; the raw value ends the name of its column in a CSV.
    public enum Unit: String, Sendable {
        /// So many.
        case count
        /// A part of a whole.
        case fraction = "frac"
        /// Units of the quote currency, or the price in it.
        case quote
        /// Units of the coin.
        case coin
        /// Times.
        case leverage = "x"
    }

    /// A number that stands as `words`, or words alone.
    public init(_ words: String, _ value: Double? = nil, _ interval: Interval? = nil, _ unit: Unit? = nil) {
        (self.words, self.value, self.interval, self.unit) = (words, value, interval, unit)
    }

    /// So many.
    static func count(_ count: Int) -> ShownFigure { ShownFigure(grouped(count), Double(count), nil, .count) }
    /// So many, which may be a sum of probabilities.
    static func count(_ count: Double) -> ShownFigure { ShownFigure(grouped(count), count, nil, .count) }

    /// A share in percent with its interval: `3.1 (2.0–4.7)`.
    ///
    /// - Parameter none: what stands there without a share.
    static func share(_ share: Double?, _ interval: Interval? = nil, none: String = "n/a") -> ShownFigure {
        guard let share else { return ShownFigure(none) }
        return ShownFigure(
            shareNumber(share) + (interval.map { " (\(intervalNumber($0)))" } ?? ""), share, interval, .fraction)
    }

    /// A size in percent of something that may be exceeded, with its interval.
    static func percent(_ size: Double?, _ interval: Interval? = nil, none: String = "n/a") -> ShownFigure {
        guard let size else { return ShownFigure(none) }
        let ends = interval.map { " (\(percentNumber($0.low))–\(percentNumber($0.high)))" } ?? ""
        return ShownFigure(percentNumber(size) + ends, size, interval, .fraction)
    }

    /// The same of what may be below zero.
    static func signedPercent(_ size: Double?, none: String = "n/a") -> ShownFigure {
        size.map { ShownFigure(signedPercentNumber($0), $0, nil, .fraction) } ?? ShownFigure(none)
    }

    /// A move in points of a percent with its interval: `+1.2 (−0.3 to +2.7)`; empty without one.
    static func change(_ change: Double?, _ interval: Interval?) -> ShownFigure {
        guard let change else { return ShownFigure("") }
        let ends = interval.map { " (\(signedNumber($0.low)) to \(signedNumber($0.high)))" } ?? ""
        return ShownFigure(signedNumber(change) + ends, change, interval, .fraction)
    }

    /// An amount of money.
    static func money(_ amount: Double) -> ShownFigure { ShownFigure(moneyNumber(amount), amount, nil, .quote) }
    /// The same of one that was booked.
    static func money(_ amount: LedgerAmount) -> ShownFigure {
        ShownFigure(moneyNumber(amount), amount.quote, nil, .quote)
    }
}
