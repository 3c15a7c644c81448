import StressBasics

/// The leverages `from, from + step, …` up to `to`; nil when the range is not rising, has more than 10,000 steps, or is written
/// with more than ``mostLeverageDecimals`` decimals.
///
/// They are exact decimals: each is the number that its decimal text stands for, such as 1.7, so that studies can name it.
public func leverageRange(from: Double, to: Double, step: Double) -> [Leverage]? {
    guard let texts = Decimals([from, to, step]), let (first, last, step) = texts.three, step > 0, first <= last,
        (last - first) / step < 10_000
    else { return nil }
    let values = stride(from: first, through: last, by: step).map { Leverage(Double($0) / texts.scale) }
    return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
}

/// The leverages of `1:125` or `1:100:5`, or the one of `20`; nil when the text is no such range.
public func leverageRange(_ text: some StringProtocol) -> [Leverage]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.map { part in
        part.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) } ? Double(part) : nil
    }
    guard (1...3).contains(numbers.count), let from = numbers[0] else { return nil }
    guard numbers.count > 1 else { return Leverage(from).map { [$0] } }
    guard let to = numbers[1], let step = numbers.count > 2 ? numbers[2] : 1 else { return nil }
    return leverageRange(from: from, to: to, step: step)
}

/// The most decimals of a number in a range. With them a leverage below ``Leverage/allowed``'s end is exact in units of the last.
public let mostLeverageDecimals = 12

/// Numbers as whole multiples of one power of ten.
private struct Decimals {
    /// The multiples.
    private let units: [Int]
    /// The power of ten.
    let scale: Double

    /// Nil for numbers that no study may hold as a leverage or a step, and for those with too many decimals.
    init?(_ values: [Double]) {
        guard values.allSatisfy({ $0.isFinite && (0...Leverage.allowed.upperBound).contains($0) }) else { return nil }
        let most = values.map(Decimals.places).max() ?? 0
        guard most <= mostLeverageDecimals else { return nil }
        var scale = 1.0
        for _ in 0..<most { scale *= 10 }
        // Both factors are exact; the product is within half a unit of the whole number that is meant.
        units = values.map { Int(($0 * scale).rounded()) }
        self.scale = scale
    }

    var three: (Int, Int, Int)? { units.count == 3 ? (units[0], units[1], units[2]) : nil }

    /// Digits behind the point in the shortest text of a number: 1 of 1.7, 7 of 1e-07.
    private static func places(_ value: Double) -> Int {
        let parts = numberText(value).split(separator: "e")
        let digits = parts.first?.split(separator: ".").dropFirst().first?.count ?? 0
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return max(0, digits - exponent)
    }
}
