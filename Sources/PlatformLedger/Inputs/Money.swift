/// Money as the ledger books it: whole numbers of 10⁻⁶ quote units.
public enum Money {
    /// How many units one of the quote currency is.
    public static let unitsPerQuote = 1e6
    /// The largest amount of one flow, either way: sums of any number of flows are kept in 128 bits.
    public static let largest = Int64(1) << 60

    /// An amount of quote currency in units, rounded once, half to even; ±``largest`` beyond it.
    @inlinable
    public static func units(_ amount: Double) -> Int64 { rounded(amount * unitsPerQuote) }

    /// What somebody owns, which may be more than any flow: a fund, or all that is open.
    public static func total(_ amount: Double) -> Int128 {
        let whole = (amount * unitsPerQuote).rounded(.toNearestOrEven)
        return abs(whole) < 0x1p120 ? Int128(whole) : whole > 0 ? Int128(1) << 120 : -(Int128(1) << 120)
    }

    /// An amount of units, rounded half to even.
    @inlinable
    public static func rounded(_ units: Double) -> Int64 {
        let whole = units.rounded(.toNearestOrEven)
        guard abs(whole) < 0x1p60 else { return whole > 0 ? largest : whole < 0 ? -largest : 0 }
        return Int64(whole)
    }

    /// `amount · part / whole`, rounded half to even; 0 where the whole is 0. All three are 0 or more.
    public static func share(_ amount: Int128, _ part: Int128, of whole: Int128) -> Int128 {
        guard whole > 0 else { return 0 }
        let (product, overflow) = amount.multipliedReportingOverflow(by: part)
        // Amounts that large have no units worth telling apart.
        if overflow { return Int128(Double(amount) * (Double(part) / Double(whole))) }
        let (quotient, rest) = product.quotientAndRemainder(dividingBy: whole)
        let twice = 2 * rest
        return twice > whole || (twice == whole && quotient & 1 == 1) ? quotient + 1 : quotient
    }

    /// An amount in quote currency.
    public static func quote(_ units: some BinaryInteger) -> Double { Double(units) / unitsPerQuote }

    /// The same of 128 bits. What fits 64 is converted as such: the same number, many times faster.
    public static func quote(_ units: Int128) -> Double {
        let narrow = Int64(truncatingIfNeeded: units)
        return (Int128(narrow) == units ? Double(narrow) : Double(units)) / unitsPerQuote
    }
}

/// The accounts of a platform and of all who trade on it. Every flow is booked with opposite signs on two of them, so their sum is 0
/// after every event.
public struct Books: Hashable, Sendable {
    /// What positions that were closed have won or lost, after what was taken from them and what is owed.
    public internal(set) var traders: Int128 = 0
    /// The insurance fund.
    public internal(set) var fund: Int128 = 0
    /// The platform: fees, less what it put into the fund and into shortfalls.
    public internal(set) var platform: Int128 = 0
    /// Whoever took the other side of what was not matched inside.
    public internal(set) var market: Int128 = 0
    /// Shortfalls of the day that nobody has paid yet: 0 or below.
    public internal(set) var unpaid: Int128 = 0

    /// Empty accounts.
    public init() {}

    /// The sum of all accounts: always 0.
    public var total: Int128 { traders + fund + platform + market + unpaid }

    /// An account.
    enum Account { case traders, fund, platform, market, unpaid }

    /// Moves an amount from one account to another.
    @inline(__always)
    mutating func move(_ amount: Int128, from: Account, to: Account) {
        add(-amount, to: from)
        add(amount, to: to)
    }

    @inline(__always)
    private mutating func add(_ amount: Int128, to account: Account) {
        switch account {
        case .traders: traders += amount
        case .fund: fund += amount
        case .platform: platform += amount
        case .market: market += amount
        case .unpaid: unpaid += amount
        }
    }
}
