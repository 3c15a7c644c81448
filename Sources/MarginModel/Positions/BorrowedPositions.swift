import StressBasics

/// A long bought with borrowed cash: `E(p) = q p − f_o N0 − D`, `R = (level − 1) D`, `D = (N0 − M)(1 + r τ)`, quote currency.
public struct BorrowedCashPosition: MarginPosition {
    /// Yes: simple interest.
    @inlinable
    public static var bearsInterest: Bool { true }
    /// +1.
    public var sign: Double { 1 }
    /// `q`, coins.
    public internal(set) var quantity: Double
    /// `M`.
    public internal(set) var initialMargin: Double
    /// `f_o N0`.
    public internal(set) var openingFee: Double
    /// `N0`.
    public internal(set) var entryValue: Double
    @usableFromInline var loan: Double
    /// Interest that is not owed: of what was borrowed later or paid back.
    @usableFromInline var interestCredit = 0.0
    @usableFromInline let yearlyRate: Double
    @usableFromInline let level: Double

    /// Opens a position at `entryPrice`; the side is always long.
    public init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        quantity = terms.notional / entryPrice
        initialMargin = terms.notional / terms.leverage.value
        openingFee = terms.rules.fees.open * terms.notional
        entryValue = terms.notional
        loan = terms.notional - initialMargin
        yearlyRate = terms.rules.borrow.yearlyRate
        level = terms.rules.borrow.marginLevel
    }

    /// `D`, with simple interest.
    @inlinable
    func debt(_ carry: Carry) -> Double { loan * (1 + yearlyRate * carry.years) - interestCredit }

    /// `q p − f_o N0 − D`.
    @inlinable
    public func equity(at price: Double, _ carry: Carry) -> Double { quantity * price - openingFee - debt(carry) }

    /// `(level − 1) D`.
    @inlinable
    public func requirement(at price: Double, _ carry: Carry) -> Double { (level - 1) * debt(carry) }

    /// `q·|p|`.
    @inlinable
    public func tradedNotional(at price: Double) -> Double { quantity * abs(price) }

    /// Nothing: loans bear interest, not funding.
    @inlinable
    public func fundingCharge(rate: Double, at price: Double) -> Double { 0 }

    /// `(f_o N0 + level D)/q`. (Binance Academy and OKX help centre: margin level = assets over liabilities with interest.)
    public func triggerPrice(_ carry: Carry) -> Double { (openingFee + level * debt(carry)) / quantity }

    /// `(f_o N0 + D)/q`.
    public func bankruptcyPrice(_ carry: Carry) -> Double { (openingFee + debt(carry)) / quantity }
}

/// A short of a borrowed coin: `E(p) = M + N0 − f_o N0 − D(p)`, `R(p) = (level − 1) D(p)`, `D(p) = q (1 + r τ) p`, quote currency.
public struct BorrowedCoinPosition: MarginPosition {
    /// Yes: simple interest.
    @inlinable
    public static var bearsInterest: Bool { true }
    /// −1.
    public var sign: Double { -1 }
    /// `q`, coins.
    public internal(set) var quantity: Double
    /// `M`.
    public internal(set) var initialMargin: Double
    /// `f_o N0`.
    public internal(set) var openingFee: Double
    /// `N0`.
    public internal(set) var entryValue: Double
    /// Interest that is not owed, in coins: of what was borrowed later.
    @usableFromInline var coinCredit = 0.0
    /// What was credited beyond the margin paid in.
    @usableFromInline var credited = 0.0
    @usableFromInline let yearlyRate: Double
    @usableFromInline let level: Double

    /// Opens a position at `entryPrice`; the side is always short.
    public init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        quantity = terms.notional / entryPrice
        initialMargin = terms.notional / terms.leverage.value
        openingFee = terms.rules.fees.open * terms.notional
        entryValue = terms.notional
        yearlyRate = terms.rules.borrow.yearlyRate
        level = terms.rules.borrow.marginLevel
    }

    @inlinable
    var assets: Double { initialMargin + entryValue - openingFee + credited }

    @inlinable
    func owedCoins(_ carry: Carry) -> Double { quantity * (1 + yearlyRate * carry.years) - coinCredit }

    /// `M + N0 − f_o N0 − D(p)`.
    @inlinable
    public func equity(at price: Double, _ carry: Carry) -> Double { assets - owedCoins(carry) * price }

    /// `(level − 1) D(p)`.
    @inlinable
    public func requirement(at price: Double, _ carry: Carry) -> Double { (level - 1) * owedCoins(carry) * price }

    /// `q·|p|`.
    @inlinable
    public func tradedNotional(at price: Double) -> Double { quantity * abs(price) }

    /// Nothing: loans bear interest, not funding.
    @inlinable
    public func fundingCharge(rate: Double, at price: Double) -> Double { 0 }

    /// `(M + N0 − f_o N0)/(level q (1 + r τ))`.
    public func triggerPrice(_ carry: Carry) -> Double { assets / (level * owedCoins(carry)) }

    /// `(M + N0 − f_o N0)/(q (1 + r τ))`.
    public func bankruptcyPrice(_ carry: Carry) -> Double { assets / owedCoins(carry) }
}

/// A coin bought outright: `E(p) = q p − f_o N0`, nothing borrowed, nobody to liquidate; quote currency.
public struct SpotPosition: MarginPosition {
    /// +1.
    public var sign: Double { 1 }
    /// `q`, coins.
    public internal(set) var quantity: Double
    /// `N0`.
    public internal(set) var initialMargin: Double
    /// `f_o N0`.
    public internal(set) var openingFee: Double
    /// What was credited since.
    @usableFromInline var credited = 0.0
    /// `N0`.
    public var entryValue: Double { initialMargin }

    /// Buys at `entryPrice`; the side is always long and the leverage 1.
    public init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        quantity = terms.notional / entryPrice
        initialMargin = terms.notional
        openingFee = terms.rules.fees.open * terms.notional
    }

    /// `q p − f_o N0`.
    @inlinable
    public func equity(at price: Double, _ carry: Carry) -> Double { quantity * price - openingFee + credited }

    /// Minus infinity: there is no requirement.
    @inlinable
    public func requirement(at price: Double, _ carry: Carry) -> Double { -.infinity }

    /// `q·|p|`.
    @inlinable
    public func tradedNotional(at price: Double) -> Double { quantity * abs(price) }

    /// Nothing.
    @inlinable
    public func fundingCharge(rate: Double, at price: Double) -> Double { 0 }

    /// Minus infinity: no price triggers.
    public func triggerPrice(_ carry: Carry) -> Double { -.infinity }

    /// `f_o P0`: where the coin is worth no more than the fee.
    public func bankruptcyPrice(_ carry: Carry) -> Double { (openingFee - credited) / quantity }
}
