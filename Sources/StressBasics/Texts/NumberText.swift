/// The shortest decimal text that reads back as the same `Double`, independent of locale: `0.0005`, `20`, `1e-07`.
///
/// Whole numbers lose Swift's `.0`. Negative zero is written `0`. Values that are not finite give an empty text,
/// which every CSV of ours reads as "missing".
public func numberText(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    if value == 0 { return "0" }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// `value` with exactly `decimals` digits after the point, rounded half to even of the shortest decimal text's value.
///
/// For pages and terminals, where widths matter; files use ``numberText(_:)``. `decimals` is 0…9 and the magnitude
/// below 1e9; larger values fall back to ``numberText(_:)``.
public func fixedText(_ value: Double, decimals: Int) -> String {
    precondition((0...9).contains(decimals), "0 to 9 decimals")
    guard value.isFinite, abs(value) < 1e9 else { return numberText(value) }
    let scale = powersOfTen[decimals]
    let scaled = Int64((abs(value) * scale).rounded(.toNearestOrEven))
    let sign = value < 0 && scaled != 0 ? "-" : ""
    let digits = String(scaled)
    if decimals == 0 { return sign + digits }
    let filled = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(sign)\(filled.dropLast(decimals)).\(filled.suffix(decimals))"
}

/// `value` rounded to `digits` significant digits, as text without exponent: `0.00231`, `141`, `12 300` ungrouped. Less than can be seen
/// in nine decimals is 0; ``smallText(_:digits:)`` has no such floor.
public func significantText(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value != 0 else { return numberText(value) }
    var decimals = 0
    var magnitude = abs(value)
    while magnitude < powersOfTen[digits - 1], decimals < 9 {
        magnitude *= 10
        decimals += 1
    }
    return withoutTrailingZeros(fixedText(value, decimals: decimals))
}

/// The same however small the value is down to 1e-300, for prices of coins of which millions cost a cent: `0.0000000012912`. `digits` is 1…9.
public func smallText(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < powersOfTen[digits - 1] / 1e9, abs(value) > 1e-300 else {
        return significantText(value, digits: digits)
    }
    var (decimals, magnitude) = (0, abs(value))
    while magnitude.rounded() < powersOfTen[digits - 1] {
        magnitude *= 10
        decimals += 1
    }
    let shown = String(Int64(magnitude.rounded(.toNearestOrEven)))
    let filled = String(repeating: "0", count: decimals - shown.count) + shown
    return (value < 0 ? "-" : "") + withoutTrailingZeros("0." + filled)
}

private func withoutTrailingZeros(_ text: String) -> String {
    guard text.contains(".") else { return text }
    // Digits, a point and a sign: one byte each.
    let zeros = text.utf8.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    let trimmed = text.dropLast(zeros)
    return String(trimmed.utf8.last == UInt8(ascii: ".") ? trimmed.dropLast() : trimmed)
}

/// `61200` as `61,200`-style groups with `separator` between them, from 10,000 on, as the report's rules ask.
public func groupedText(_ value: Int, separator: String = "\u{2009}") -> String {
    let digits = String(abs(value))
    guard digits.count > 4 else { return String(value) }
    var groups: [Substring] = []
    var rest = Substring(digits)
    while !rest.isEmpty {
        groups.insert(rest.suffix(3), at: 0)
        rest = rest.dropLast(3)
    }
    return (value < 0 ? "-" : "") + groups.joined(separator: separator)
}

/// A size on disk for messages, in powers of 1000: `812 B`, `4.1 kB`, `12 MB`.
public func byteText(_ bytes: Int) -> String { sizeText(bytes, step: 1000, units: ["B", "kB", "MB", "GB", "TB"]) }

/// Two different sizes on disk for messages, to the byte where they would read the same: `1,700 B` and `1,701 B`.
public func distinctByteTexts(_ a: Int, _ b: Int) -> (String, String) {
    let (first, second) = (byteText(a), byteText(b))
    guard first == second else { return (first, second) }
    return (groupedText(a, separator: ",") + " B", groupedText(b, separator: ",") + " B")
}

/// A size in memory for messages, in powers of 1024: `812 B`, `4.1 KiB`, `1.5 GiB`.
public func memoryText(_ bytes: Int) -> String {
    sizeText(bytes, step: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB"])
}

private func sizeText(_ bytes: Int, step: Double, units: [String]) -> String {
    var (value, unit) = (Double(bytes), 0)
    while value >= step - 0.5, unit < units.count - 1 {
        value /= step
        unit += 1
    }
    return significantText(value, digits: value < 99.5 ? 2 : 3) + " " + units[unit]
}

let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/// A count that may be a sum of probabilities: whole ones as they are, others to three digits: `216`, `21.6`, `0.35`, `<0.01`.
public func countText(_ count: Double, separator: String) -> String {
    if count == count.rounded() || count >= 99.95 {
        guard count < 1e15 else { return numberText(count) }
        return groupedText(Int(count.rounded(.toNearestOrEven)), separator: separator)
    }
    if count < 0.005 { return "<0.01" }
    return fixedText(count, decimals: count >= 9.995 ? 1 : 2)
}
