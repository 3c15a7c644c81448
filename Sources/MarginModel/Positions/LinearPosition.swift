import StressBasics

/// A linear (quote-margined) position: `E(p) = M − f_o N0 + d q (p − P0) − F`, `R(p) = MM(q·|p|)`, in quote currency.
///
/// `Table` is what the platform asks of a size: ``MaintenanceTiers``, or ``FlatMaintenance`` where it asks the same rate of all, which is
/// figures alone and costs no reference count when a position is copied. The formulas and their bits are the same.
public struct LinearPositionOn<Table: MaintenanceTable>: MarginPosition {
    /// `d`.
    public let sign: Double
    /// `P0`, quote currency per coin.
    public internal(set) var entryPrice: Double
    /// Coins held; partial liquidation lowers it.
    public internal(set) var quantity: Double
    /// `M`.
    public internal(set) var initialMargin: Double
    /// `f_o N0`.
    public internal(set) var openingFee: Double
    /// `N0`.
    public internal(set) var entryValue: Double
    /// `M − f_o N0`, and what partial liquidations have realised since.
    @usableFromInline var cash: Double
    @usableFromInline let table: Table

    /// Opens a position at `entryPrice`.
    public init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        sign = terms.side.sign
        self.entryPrice = entryPrice
        quantity = terms.notional / entryPrice
        initialMargin = terms.notional / terms.leverage.value
        openingFee = terms.rules.fees.open * terms.notional
        entryValue = terms.notional
        cash = terms.notional / terms.leverage.value - terms.rules.fees.open * terms.notional
        table = Table(terms.rules.tiers)
    }

    /// The position that the same terms open at another price: all but price and quantity is the same at every price.
    public func reopened(at price: Double) -> Self {
        var copy = self
        copy.entryPrice = price
        copy.quantity = entryValue / price
        return copy
    }

    /// The same coins, bought at the same price, with the margin, fee and entry value of another position.
    public func replacingMargins(by other: Self) -> Self {
        var copy = self
        (copy.initialMargin, copy.openingFee) = (other.initialMargin, other.openingFee)
        (copy.entryValue, copy.cash) = (other.entryValue, other.cash)
        return copy
    }

    /// `M − f_o N0 + d q (p − P0) − F`.
    @inlinable
    public func equity(at price: Double, _ carry: Carry) -> Double {
        cash + sign * quantity * (price - entryPrice) - carry.funding
    }

    /// `MM(q·|p|)` with the bracket of the current notional, plus a dated schedule's amount per coin.
    @inlinable
    public func requirement(at price: Double, _ carry: Carry) -> Double {
        table.requirement(quantity * abs(price)) + quantity * carry.maintenancePerCoin
    }

    /// `q·|p|`.
    @inlinable
    public func tradedNotional(at price: Double) -> Double { quantity * abs(price) }

    /// `d ρ q p`.
    @inlinable
    public func fundingCharge(rate: Double, at price: Double) -> Double { sign * rate * quantity * price }

    /// In one bracket with rate `m` and amount `a`, for a price above 0: long `(q P0 − M' − a)/(q(1 − m))`, short
    /// `(q P0 + M' + a)/(q(1 + m))`, with `M' = M − f_o N0 − F`. `E − R` is monotone in the price and continuous, so the right
    /// bracket is the first whose cap is past the crossing. A long's trigger below 0 has the requirement of the absolute
    /// price: `1 + m` in the denominator. (Binance support, "How to Calculate Liquidation Price of USDⓈ-M Futures
    /// Contracts"; the venue's worked examples are in the tests.) O(tiers).
    @inlinable
    public func triggerPrice(_ carry: Carry) -> Double {
        table.price(quantity: quantity) { crossing(rate: $0, amount: $1, carry) }
    }

    @inlinable
    func crossing(rate: Double, amount: Double, _ carry: Carry) -> Double {
        let margin = cash - carry.funding - quantity * carry.maintenancePerCoin
        let base = quantity * entryPrice - sign * (margin + amount)
        let price = base / (quantity * (1 - sign * rate))
        return price >= 0 ? price : base / (quantity * (1 + sign * rate))
    }

    /// `P0 − d (M − f_o N0 − F)/q`; below 0 for a long that is more than paid for.
    @inlinable
    public func bankruptcyPrice(_ carry: Carry) -> Double {
        entryPrice - sign * (cash - carry.funding) / quantity
    }

    /// The coins whose notional at the fill price is the cap of the next lower bracket that asks for fewer coins than are held; 0 in the
    /// lowest bracket. The bracket is that of `price`, at which it is due. O(tiers).
    public func reducedQuantity(at price: Double, fillPrice: Double) -> Double {
        table.caps(below: quantity * abs(price)).lazy.map { $0 / abs(fillPrice) }.first { $0 < quantity } ?? 0
    }

    /// Sells (or buys back) a part at `price`, paying `fee`: the realised result joins the margin.
    public mutating func reduce(to quantity: Double, at price: Double, fee: Double) {
        cash += sign * (self.quantity - quantity) * (price - entryPrice) - fee
        self.quantity = quantity
    }
}

/// A linear position on a platform whose rates rise with size.
public typealias LinearPosition = LinearPositionOn<MaintenanceTiers>

/// A ``LinearPosition`` on a platform that asks the same rate of all sizes.
public typealias FlatLinearPosition = LinearPositionOn<FlatMaintenance>
