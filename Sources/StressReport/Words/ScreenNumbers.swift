import StressBasics
import StressResults
import StressStatistics

// Numbers as pages and terminals show them. Files use `numberText` and fractions instead.

/// Narrow no-break space: groups digits and stands before `%`.
let narrowSpace = "\u{202F}"
/// No-break space: stands before a unit.
let hardSpace = "\u{00A0}"

/// A share of entries in percent, without the sign: `33`, `3.1`, `0.04`, `<0.01`, `0`.
///
/// A share below one never rounds up to 100, nor one above zero down to 0: "all" and "none" are claims of their own.
func shareNumber(_ fraction: Double) -> String {
    let percent = fraction * 100
    if percent > 99.5, percent < 100 {
        return percent >= 99.95 ? ">99.9" : fixedText(percent, decimals: 1)
    }
    return percentNumber(fraction)
}

/// ``shareNumber(_:)`` with its sign: `3.1 %`.
func shareText(_ fraction: Double) -> String { shareNumber(fraction) + narrowSpace + "%" }

/// A smaller share beside a larger one: `0.4 % instead of 11 %`; `hardly less than 0.3 %` where the two read alike.
func insteadWords(_ less: Double, _ more: Double) -> String {
    let (own, other) = (shareText(less), shareText(more))
    return own == other ? "hardly less than \(other)" : "\(own) instead of \(other)"
}

/// A size in percent of something, which may be far above 100: `141`, `12 300`, `0.04`.
func percentNumber(_ fraction: Double) -> String {
    let percent = fraction * 100
    if percent == 0 { return "0" }
    if percent < 0.01 { return "<0.01" }
    let decimals = percentDecimals(percent)
    return decimals == 0 ? groupedWhole(percent) : fixedText(percent, decimals: decimals)
}

/// ``percentNumber(_:)`` with its sign: `141 %`.
func percentText(_ fraction: Double) -> String { percentNumber(fraction) + narrowSpace + "%" }

/// An upper bound in percent, rounded up so that it stays a bound: `0.5` for 0.0047.
func boundNumber(_ fraction: Double) -> String {
    let percent = fraction * 100
    if percent <= 0.01 { return "0.01" }
    let decimals = percentDecimals(percent)
    let scale = [1.0, 10, 100][decimals]
    // 3/600 is a hair above 0.005 in binary and must not become 0.6.
    return percentNumber((percent * scale - 1e-9).rounded(.up) / scale / 100)
}

/// ``boundNumber(_:)`` with its sign.
func boundText(_ fraction: Double) -> String { boundNumber(fraction) + narrowSpace + "%" }

// The limits lie where rounding reaches the next rule, so that 9.96 shows as 10 and not as 10.0.
private func percentDecimals(_ percent: Double) -> Int {
    percent >= 9.95 ? 0 : percent >= 0.095 ? 1 : 2
}

/// An interval in percent without sign: `2.0–4.7`.
func intervalNumber(_ interval: FrequencyInterval) -> String { intervalNumber(interval.ends) }

/// The same of two ends.
func intervalNumber(_ interval: Interval) -> String {
    shareNumber(interval.low) + "–" + shareNumber(interval.high)
}

extension FrequencyInterval {
    /// Whether it says next to nothing: it spans nearly every share, or has no width because few runs of days agree by chance.
    func isVacuous(windows: Int) -> Bool {
        if method.isBound { return high > 0.8 }
        let isPoint = high <= low && (windows < CellEstimate.fewWindows || low > 0 && low < 1)
        return isPoint || high - low > 0.8
    }

    /// As it stands under or beside a number: `2.0–4.7`, for a count of zero `≤0.5`, and `too few` where it says next to nothing.
    func rangeNumber(windows: Int) -> String {
        if isVacuous(windows: windows) { return "too few" }
        return method.isBound ? "≤" + boundNumber(high) : intervalNumber(self)
    }
}

/// The interval of a mean as it stands beside it: `12–31`; `too few` where few episodes leave none, `not resampled` where nothing was.
func rangeNumber(_ mean: MeanInference?) -> String {
    guard let mean, let ends = mean.interval else { return mean == nil ? "not resampled" : "too few" }
    return percentNumber(ends.low) + "–" + percentNumber(ends.high)
}

/// `95 % CI 2.0–4.7 %`; for a count of zero `95 % bound ≤0.5 %`.
func intervalText(_ interval: FrequencyInterval, confidence: Double) -> String {
    interval.method.isBound
        ? "\(confidenceText(confidence)) bound ≤\(boundText(interval.high))"
        : "\(confidenceText(confidence)) CI\(hardSpace)\(intervalNumber(interval))\(narrowSpace)%"
}

/// `95 %`.
func confidenceText(_ confidence: Double) -> String {
    significantText(confidence * 100, digits: 5) + narrowSpace + "%"
}

/// A size without decimals, in groups of three from 10 000 on; sizes past 10¹⁵, which only absurd prices give, as `1e+18`.
func groupedWhole(_ value: Double) -> String {
    abs(value) < 1e15 ? grouped(Int(value.rounded(.toNearestOrEven))) : numberText(value)
}

/// A count with digits in groups of three from 10 000 on.
func grouped(_ count: Int) -> String { groupedText(count, separator: narrowSpace) }

/// A count that may be a sum of probabilities, in groups as above.
func grouped(_ count: Double) -> String { countText(count, separator: narrowSpace) }

/// ``counted(_:_:_:)`` of such a count.
func counted(_ count: Double, _ one: String, _ many: String) -> String {
    grouped(count) + hardSpace + (count == 1 ? one : many)
}

/// `1 entry`, `61 200 entries`.
func counted(_ count: Int, _ one: String, _ many: String) -> String {
    grouped(count) + hardSpace + (count == 1 ? one : many)
}

/// A measured time to two or three digits: `12 min`, `4.6 h`, `41 h`, `7 d`.
func timeText(_ span: TimeSpan) -> String {
    let hours = span.inHours
    if hours < 1.0 / 60 { return shortNumber(span.inSeconds) + hardSpace + "s" }
    if hours < 1 { return shortNumber(hours * 60) + hardSpace + "min" }
    return hours < 48 ? shortNumber(hours) + hardSpace + "h" : shortNumber(hours / 24) + hardSpace + "d"
}

private func shortNumber(_ value: Double) -> String {
    value >= 9.95 || value == value.rounded() ? fixedText(value, decimals: 0) : fixedText(value, decimals: 1)
}

/// A chosen time in words: `7 days`, `1 hour`, `90 minutes`.
func spanWords(_ span: TimeSpan) -> String {
    let text = span.text
    let digits = text.prefix { $0.isNumber || $0 == "-" }
    let names = ["d": "day", "h": "hour", "m": "minute", "s": "second", "ms": "millisecond"]
    let name = names[String(text.dropFirst(digits.count))] ?? ""
    return digits + hardSpace + name + (digits == "1" ? "" : "s")
}

/// A size on disk: `812 B`, `4.1 kB`, `12 MB`.
func sizeText(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
        value /= 1000
        unit += 1
    }
    return shortNumber(value) + hardSpace + units[unit]
}

/// Text for terminals and JSON: control characters made visible, and every kind of space an ordinary one.
func plainText(_ text: String) -> String {
    let spaces: Set<Unicode.Scalar> = ["\u{00A0}", "\u{2009}", "\u{202F}"]
    var result = ""
    for scalar in visibleText(text).unicodeScalars {
        result.unicodeScalars.append(spaces.contains(scalar) ? " " : scalar)
    }
    return result
}

/// Words as people read them: a hyphen that begins a number is a minus.
public func withMinus(_ words: String) -> String { words.replacing(/( |^)-(?=[0-9])/) { $0.1 + "−" } }

/// The same where a percent sign ends the number, for words that may hold something to be typed.
public func withMinusBeforePercent(_ words: String) -> String {
    words.replacing(/( |\(|^)-(?=[0-9][0-9.,]*[ \u{202F}]?%)/) { $0.1 + "−" }
}
