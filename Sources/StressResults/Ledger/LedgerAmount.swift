/// An amount of the quote currency as the ledger booked it: a whole number of 10⁻⁶, so that parts add up to their sum in every output.
public struct LedgerAmount: Hashable, Comparable, Sendable {
    /// Units of 10⁻⁶.
    public var units: Int128

    /// Nothing.
    public static let zero = LedgerAmount(units: 0)

    /// An amount of so many units.
    public init(units: Int128) { self.units = units }

    /// In quote currency, to the precision of a double.
    public var quote: Double { Double(units) / 1e6 }

    /// In quote currency, exact, without trailing zeros: `-12.5`.
    public var text: String {
        let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let sign = units < 0 ? "-" : ""
        guard rest > 0 else { return sign + String(whole) }
        var digits = String(rest)
        digits = String(repeating: "0", count: 6 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    /// By amount.
    public static func < (a: LedgerAmount, b: LedgerAmount) -> Bool { a.units < b.units }
    /// The sum.
    public static func + (a: LedgerAmount, b: LedgerAmount) -> LedgerAmount { LedgerAmount(units: a.units + b.units) }
    /// The difference.
    public static func - (a: LedgerAmount, b: LedgerAmount) -> LedgerAmount { LedgerAmount(units: a.units - b.units) }

    /// Its part of another amount; nil of nothing.
    public func part(of whole: LedgerAmount) -> Double? {
        whole.units > 0 ? Double(units) / Double(whole.units) : nil
    }
}

extension LedgerAmount: Codable {
    /// From its units in decimal digits: numbers of JSON do not hold 128 bits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let units = Int128(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no whole number of units")
        }
        self.init(units: units)
    }

    /// As its units in decimal digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(units))
    }
}
