import StressBasics
import StressStatistics
import StudyPlan

// The kinds of columns that tables are made of: a table says what a figure is, and unit and type follow from its kind. A figure that a row
// has not is an empty field.

extension Column {
    /// Words.
    static func words(_ name: String, _ meaning: String, _ value: @escaping (Row) -> String?) -> Column {
        Column(name, "", .text, meaning) { value($0) ?? "" }
    }

    /// How many there are of something.
    static func count(
        _ name: String, of unit: String = "entries", _ meaning: String, _ value: @escaping (Row) -> Int?
    ) -> Column {
        Column(name, unit, .integer, meaning) { value($0).map(String.init) ?? "" }
    }

    /// A whole number that counts nothing, such as a year or a rank.
    static func integer(_ name: String, _ meaning: String, _ value: @escaping (Row) -> Int?) -> Column {
        count(name, of: "", meaning, value)
    }

    /// A number in a unit.
    static func number(
        _ name: String, _ unit: String, _ meaning: String, _ value: @escaping (Row) -> Double?
    ) -> Column {
        Column(name, unit, .number, meaning) { field(value($0)) }
    }

    /// A part of a whole.
    static func share(_ name: String, _ meaning: String, _ value: @escaping (Row) -> Double?) -> Column {
        number(name, "fraction", meaning, value)
    }

    /// A number in parts of the margin.
    static func ofMargin(_ name: String, _ meaning: String, _ value: @escaping (Row) -> Double?) -> Column {
        number(name, "of margin", meaning, value)
    }

    /// A moment.
    static func time(_ name: String, _ meaning: String, _ value: @escaping (Row) -> UTCInstant?) -> Column {
        Column(name, "UTC", .time, meaning) { value($0)?.rfc3339 ?? "" }
    }

    /// The confidence of a table's intervals, the same in every row.
    static func confidence(of intervals: String = "the intervals", _ level: Double) -> Column {
        share("confidence", "Confidence of \(intervals)") { _ in level }
    }
}

/// The two ends of an interval.
///
/// - Parameters:
///   - name: of both columns, with `*` where one says `low` and the other `high`.
///   - low: what the lower end means.
///   - high: what the upper end means.
func endColumns<Row>(
    _ name: String, _ unit: String = "fraction", low: String = "Lower end of its interval",
    high: String = "Upper end of its interval", _ interval: @escaping (Row) -> Interval?
) -> [Column<Row>] {
    [
        .number(name.replacing("*", with: "low"), unit, low) { interval($0)?.low },
        .number(name.replacing("*", with: "high"), unit, high) { interval($0)?.high },
    ]
}

/// A share with the ends of its interval behind it: `NAME_frac`, `NAME_low_frac` and `NAME_high_frac`.
func estimatedShare<Row>(
    _ name: String, _ meaning: String, low: String = "Lower end of its interval",
    _ value: @escaping (Row) -> Double?, _ interval: @escaping (Row) -> Interval?
) -> [Column<Row>] {
    [.share("\(name)_frac", meaning, value)] + endColumns("\(name)_*_frac", low: low, interval)
}

/// How far the share below zero is from that of what a row is compared with, on the same entries.
func negativeDifference<Row>(
    from other: String, _ value: @escaping (Row) -> Double?, _ interval: @escaping (Row) -> Interval?
) -> [Column<Row>] {
    estimatedShare(
        "negative_difference", "Share below zero less that of \(other); empty for \(other), as all differences",
        low: "Lower end of its interval, of both in the same resamples", value, interval)
}

/// How far the mean final equity is from that of what a row is compared with, on the same entries.
func equityDifference<Row>(
    from other: String, _ value: @escaping (Row) -> Double?, _ interval: @escaping (Row) -> Interval?
) -> [Column<Row>] {
    [.ofMargin("equity_difference_margin_frac", "Mean final equity less that of \(other)", value)]
        + endColumns(
            "equity_difference_*_margin_frac", "of margin",
            low: "Lower end of its interval; empty where the history is too short", interval)
}
