import StressBasics

/// A linear (quote-margined) position: `E(p) = M − f_o N0 + d q (p − P0) − F`, `R(p) = MM(q·|p|)`, in quote currency.
public struct LinearPosition: MarginPosition {
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
    @usableFromInline let tiers: MaintenanceTiers

    /// Opens a position at `entryPrice`.
    public init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        sign = terms.side.sign
        self.entryPrice = entryPrice
        quantity = terms.notional / entryPrice
        initialMargin = terms.notional / terms.leverage.value
        openingFee = terms.rules.fees.open * terms.notional
        entryValue = terms.notional
        cash = terms.notional / terms.leverage.value - terms.rules.fees.open * terms.notional
        tiers = terms.rules.tiers
    }

    /// `M − f_o N0 + d q (p − P0) − F`.
    @inlinable
    public func equity(at price: Double, _ carry: Carry) -> Double {
        cash + sign * quantity * (price - entryPrice) - carry.funding
    }

    /// `MM(q·|p|)` with the bracket of the current notional, plus a dated schedule's amount per coin.
    @inlinable
    public func requirement(at price: Double, _ carry: Carry) -> Double {
        tiers.requirement(quantity * abs(price)) + quantity * carry.maintenancePerCoin
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
    public func triggerPrice(_ carry: Carry) -> Double {
        for tier in tiers.tiers {
            let candidate = crossing(in: tier, carry)
            if abs(candidate) * quantity <= tier.notionalCap { return candidate }
        }
        return crossing(in: tiers.tiers[tiers.tiers.count - 1], carry)
    }

    private func crossing(in tier: MaintenanceTier, _ carry: Carry) -> Double {
        let margin = cash - carry.funding - quantity * carry.maintenancePerCoin
        let base = quantity * entryPrice - sign * (margin + tier.amount)
        let price = base / (quantity * (1 - sign * tier.rate))
        return price >= 0 ? price : base / (quantity * (1 + sign * tier.rate))
    }

    /// `P0 − d (M − f_o N0 − F)/q`; below 0 for a long that is more than paid for.
    public func bankruptcyPrice(_ carry: Carry) -> Double {
        entryPrice - sign * (cash - carry.funding) / quantity
    }

    /// The coins whose notional at the fill price is the cap of the next lower bracket that asks for fewer coins than are held; 0 in the
    /// lowest bracket. The bracket is that of `price`, at which it is due. O(tiers).
    public func reducedQuantity(at price: Double, fillPrice: Double) -> Double {
        let notional = quantity * abs(price)
        let bracket = tiers.tiers.firstIndex { notional <= $0.notionalCap } ?? tiers.tiers.count - 1
        let lower = tiers.tiers[..<bracket].reversed().map { $0.notionalCap / abs(fillPrice) }
        return lower.first { $0 < quantity } ?? 0
    }

    /// Sells (or buys back) a part at `price`, paying `fee`: the realised result joins the margin.
    public mutating func reduce(to quantity: Double, at price: Double, fee: Double) {
        cash += sign * (self.quantity - quantity) * (price - entryPrice) - fee
        self.quantity = quantity
    }
}
