import StressBasics

/// What one field says when a number is wanted.
enum DecimalReading: Equatable {
    /// A finite number.
    case value(Double)
    /// The source has nothing here: empty, `null`, `NaN`, `N/A`, `-` or `.`.
    case missing
    /// Something that is not a decimal number.
    case malformed
}

/// Reads a whole field as a decimal number: `[+-]digits[.digits][e[+-]digits]`.
///
/// The result is the `Double` nearest to the text, ties to even, which is what `Double(String)` gives. Hexadecimal,
/// `inf`, thousands separators, embedded NUL and numbers beyond the largest finite `Double` are malformed. O(count).
func readDecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> DecimalReading {
    guard let parts = DecimalParts(bytes) else {
        return isMissingToken(bytes) ? .missing : .malformed
    }
    if let exact = parts.exactValue { return .value(exact) }
    guard let slow = Double(String(decoding: bytes, as: UTF8.self)), slow.isFinite else { return .malformed }
    return .value(slow)
}

/// The digits of a decimal number, as integers: the value is `mantissa × 10^exponent`.
private struct DecimalParts {
    /// All digits read as one integer, meaningful while at most 19 significant digits were seen.
    var mantissa: UInt64 = 0
    /// Power of ten, after the fraction digits are taken into account.
    var exponent = 0
    var isNegative = false
    /// More digits than fit the mantissa.
    var isLong = false

    /// Nil when the text breaks the grammar.
    @inline(__always)
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        let count = bytes.count
        var at = 0
        guard count > 0 else { return nil }
        if bytes[0] == Ascii.minus || bytes[0] == Ascii.plus {
            isNegative = bytes[0] == Ascii.minus
            at = 1
        }
        var digits = takeDigits(bytes, &at)
        if at < count, bytes[at] == Ascii.point {
            at &+= 1
            let fraction = takeDigits(bytes, &at)
            exponent = 0 &- fraction
            digits &+= fraction
        }
        guard digits > 0 else { return nil }
        if at < count, !takeExponent(bytes, &at) { return nil }
        guard at == count else { return nil }
    }

    @inline(__always)
    private mutating func takeDigits(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Int {
        let start = at
        while at < bytes.count {
            let digit = bytes[at] &- Ascii.zero
            guard digit < 10 else { break }
            // 10 m + 9 stays below 2^64 while m < 2^60, which leaves room above the 2^53 that the fast path needs.
            if mantissa < 1 << 60 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
            } else {
                isLong = true
            }
            at &+= 1
        }
        return at &- start
    }

    private mutating func takeExponent(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
        guard bytes[at] | 0x20 == Ascii.e, at &+ 1 < bytes.count else { return false }
        at &+= 1
        let isMinus = bytes[at] == Ascii.minus
        if isMinus || bytes[at] == Ascii.plus { at &+= 1 }
        let start = at
        var power = 0
        while at < bytes.count, bytes[at] &- Ascii.zero < 10 {
            // Beyond 10^5 the value is 0 or infinite whatever follows; the cap keeps the sum from overflowing.
            power = min(power &* 10 &+ Int(bytes[at] &- Ascii.zero), 100_000)
            at &+= 1
        }
        exponent &+= isMinus ? 0 &- power : power
        return at > start
    }

    /// The value when one exact integer and one exact power of ten give it with a single rounding
    /// (W. Clinger, "How to Read Floating Point Numbers Accurately", PLDI 1990).
    @inline(__always)
    var exactValue: Double? {
        guard !isLong, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 else { return nil }
        let magnitude = Double(mantissa)
        let value = exponent < 0 ? magnitude / powerOfTen(0 &- exponent) : magnitude * powerOfTen(exponent)
        return isNegative ? -value : value
    }
}

/// 10^`power` for 0…22, all exact in a `Double`.
@inline(__always)
private func powerOfTen(_ power: Int) -> Double {
    exactPowers.withUnsafeBufferPointer { $0[power] }
}

private let exactPowers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]

/// Whether a field is one of the ways in which vendors write "no value". Case does not matter.
func isMissingToken(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    switch bytes.count {
    case 0: true
    case 1: bytes[0] == Ascii.minus || bytes[0] == Ascii.point
    case 2...4: missingWords.contains(String(decoding: bytes, as: UTF8.self).lowercased())
    default: false
    }
}

private let missingWords: Set<String> = ["null", "nan", "n/a", "na", "none", "#n/a"]

/// The bytes that the readers of this module look for.
enum Ascii {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let hash: UInt8 = 0x23
    static let dollar: UInt8 = 0x24
    static let percent: UInt8 = 0x25
    static let apostrophe: UInt8 = 0x27
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let point: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let e: UInt8 = 0x65

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    /// The lower-case letter of an ASCII letter; other bytes may change, so compare with letters only.
    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 { byte | 0x20 }
}
