/// Position notional over initial margin, `L = N0/M`; dimensionless, written `20×`.
public struct Leverage: Hashable, Comparable, Codable, Sendable {
    /// The ratio, within ``allowed``.
    public let value: Double

    /// Leverages a study may ask for. Below 1 nothing is borrowed; no known venue offers more than 1,000×.
    public static let allowed: ClosedRange<Double> = 1...1000

    /// Nil outside ``allowed`` and for values that are not numbers.
    public init?(_ value: Double) {
        guard Leverage.allowed.contains(value) else { return nil }
        self.value = value
    }

    /// Less leverage comes first.
    public static func < (a: Leverage, b: Leverage) -> Bool { a.value < b.value }

    /// `20×`, `2.5×`.
    public var screenText: String { numberText(value) + "×" }

    /// `20x`, for file names, cell names and terminals.
    public var plainText: String { numberText(value) + "x" }
}

/// The direction of a position.
public enum Side: String, Hashable, Codable, Sendable, CaseIterable {
    /// Gains when the price rises.
    case long
    /// Gains when the price falls.
    case short

    /// `d` of the model: +1 long, −1 short.
    @inlinable public var sign: Double { self == .long ? 1 : -1 }
}

/// How a position is margined and settled.
public enum ContractKind: String, Hashable, Codable, Sendable, CaseIterable {
    /// Margined and settled in the quote currency (USDT-margined perpetual or future).
    case linear
    /// Margined and settled in the coin; the contract is worth a fixed amount of quote currency.
    case inverse
    /// Bought with borrowed cash, or sold as a borrowed coin.
    case margin
    /// Bought outright; nothing is borrowed.
    case spot
}
