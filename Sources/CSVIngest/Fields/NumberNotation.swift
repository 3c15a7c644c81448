import PriceSeries

/// How the numbers of one column are written, beyond what ``readDecimal(_:)`` reads by itself.
struct NumberNotation: Hashable, Sendable {
    /// What stands before the fraction.
    var decimal = Ascii.point
    /// What stands between thousands; nil when nothing may.
    var group: UInt8?
    /// Whether a last letter multiplies: `489.00K` is 489 000.
    var hasSuffixes = false
    /// What stands before or behind every number and is passed over; nil for nothing.
    var unit: NumberUnit?

    /// A decimal point and nothing else.
    static let plain = NumberNotation()

    var isPlain: Bool { self == .plain }

    init(decimal: UInt8 = Ascii.point, group: UInt8? = nil) {
        self.decimal = decimal
        self.group = group
    }

    /// The notation of a style; nil for the automatic one.
    init?(_ style: NumberStyle) {
        switch style {
        case .automatic: return nil
        case .point: self.init()
        case .commaGroups: self.init(group: Ascii.comma)
        case .comma: self.init(decimal: Ascii.comma)
        case .pointGroups: self.init(decimal: Ascii.comma, group: Ascii.point)
        case .blankGroups: self.init(decimal: Ascii.comma, group: Ascii.space)
        case .apostropheGroups: self.init(group: Ascii.apostrophe)
        }
    }

    /// Reads a whole field. Groups must be of three digits; a dollar sign before the digits is passed over. O(count).
    func read(_ bytes: UnsafeBufferPointer<UInt8>) -> DecimalReading {
        guard let unit else { return readNumber(bytes) }
        return readNumber(unit.bare(bytes))
    }

    private func readNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> DecimalReading {
        let plain = readDecimal(bytes)
        // With a decimal comma `1.234` is a thousand and more, so only a missing value is settled here.
        if plain == .missing || (decimal == Ascii.point && plain != .malformed) { return plain }
        guard bytes.count <= NumberNotation.longest else { return .malformed }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberNotation.longest + 4) { buffer in
            var writer = PlainWriter(notation: self, input: bytes, output: buffer)
            guard let count = writer.write() else { return .malformed }
            return readDecimal(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Longer fields are no numbers that a person or a program would write with groups.
    private static let longest = 64
}

/// Writes a number in groups as a plain one.
private struct PlainWriter {
    let notation: NumberNotation
    let input: UnsafeBufferPointer<UInt8>
    let output: UnsafeMutableBufferPointer<UInt8>
    private var at = 0
    private var count = 0

    init(
        notation: NumberNotation, input: UnsafeBufferPointer<UInt8>, output: UnsafeMutableBufferPointer<UInt8>
    ) {
        (self.notation, self.input, self.output) = (notation, input, output)
    }

    /// The number of bytes written; nil when the text is not of this notation.
    mutating func write() -> Int? {
        if let sign = peek, sign == Ascii.minus || sign == Ascii.plus { put(sign); at += 1 }
        if peek == Ascii.dollar { at += 1 }
        guard let groups = takeWhole() else { return nil }
        if peek == notation.decimal {
            put(Ascii.point)
            at += 1
            while let digit = peek, Ascii.isDigit(digit) { put(digit); at += 1 }
        }
        if let letter = peek, Ascii.lower(letter) == Ascii.e, groups == 0 {
            while let byte = peek { put(byte); at += 1 }
        } else if notation.hasSuffixes, let letter = peek, let power = PlainWriter.power(letter) {
            at += 1
            put(Ascii.e)
            for byte in power.utf8 { put(byte) }
        }
        return at == input.count ? count : nil
    }

    /// Digits in groups; the number of separators, or nil when a group is not of three digits.
    private mutating func takeWhole() -> Int? {
        var (groups, digits) = (0, 0)
        while let byte = peek {
            if Ascii.isDigit(byte) {
                put(byte)
                at += 1
                digits += 1
            } else {
                let width = separatorWidth
                guard width > 0 else { break }
                guard groups == 0 ? (1...3).contains(digits) : digits == 3 else { return nil }
                at += width
                groups += 1
                digits = 0
            }
        }
        return groups > 0 && digits != 3 ? nil : groups
    }

    /// Bytes of the group separator that comes next, 0 when there is none. A blank may be a no-break space, wide or narrow.
    private var separatorWidth: Int {
        guard let group = notation.group else { return 0 }
        if peek == group { return 1 }
        guard group == Ascii.space else { return 0 }
        // Windows-1252 has it as one byte, which begins no character of UTF-8.
        if peek == 0xA0 { return 1 }
        for blank in [[0xC2, 0xA0], [0xE2, 0x80, 0xAF]] as [[UInt8]] where input[at...].starts(with: blank) {
            return blank.count
        }
        return 0
    }

    private var peek: UInt8? { at < input.count ? input[at] : nil }

    private mutating func put(_ byte: UInt8) {
        output[count] = byte
        count += 1
    }

    private static func power(_ letter: UInt8) -> StaticString? {
        switch Ascii.lower(letter) {
        case 0x6B: "3"  // K
        case 0x6D: "6"  // M
        case 0x62: "9"  // B
        case 0x74: "12"  // T
        default: nil
        }
    }
}

extension StaticString {
    fileprivate var utf8: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
