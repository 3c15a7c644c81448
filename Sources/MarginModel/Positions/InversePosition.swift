import StressBasics

/// An inverse (coin-margined) position: `E(p) = M − f_o q + d (N0/P0 − N0/p) − F`, `R(p) = MM(N0/p)`, `M = q/L`, in coin.
///
/// Brackets hold the notional in coin, as venues of coin-margined contracts publish them, and a flat rate gives
/// `mmr · N0/p`. At a price of 0 or below a long has lost without bound and a short has gained without bound.
public struct InversePosition: MarginPosition {
    /// Equity is straight in the coins that the notional is worth.
    @inlinable
    public static var pricePower: Double { -1 }
    /// `d`.
    public let sign: Double
    /// `N0`, quote currency.
    public internal(set) var notional: Double
    /// `q = N0/P0`, coin: the entry value.
    public internal(set) var entryValue: Double
    /// `M = q/L`, coin.
    public internal(set) var initialMargin: Double
    /// `f_o q`, coin.
    public internal(set) var openingFee: Double
    /// What was credited beyond the margin paid in, coin.
    @usableFromInline var credited = 0.0
    @usableFromInline let tiers: MaintenanceTiers

    /// Opens a position at `entryPrice`.
    public init(_ terms: borrowing PositionTerms, entryPrice: Double) {
        sign = terms.side.sign
        notional = terms.notional
        entryValue = terms.notional / entryPrice
        initialMargin = entryValue / terms.leverage.value
        openingFee = terms.rules.fees.open * entryValue
        tiers = terms.rules.tiers
    }

    /// `M − f_o q + d (N0/P0 − N0/p) − F`; without bound at `p ≤ 0`.
    @inlinable
    public func equity(at price: Double, _ carry: Carry) -> Double {
        guard price > 0 else { return -sign * .infinity }
        return initialMargin - openingFee + sign * (entryValue - notional / price) - carry.funding + credited
    }

    /// `MM(N0/p)`; 0 at `p ≤ 0`, where the equity decides alone.
    @inlinable
    public func requirement(at price: Double, _ carry: Carry) -> Double {
        price > 0 ? tiers.requirement(notional / price) : 0
    }

    /// `N0/p`, coin; 0 at `p ≤ 0`.
    @inlinable
    public func tradedNotional(at price: Double) -> Double { price > 0 ? notional / price : 0 }

    /// `d ρ N0/p`, coin; 0 at `p ≤ 0`.
    @inlinable
    public func fundingCharge(rate: Double, at price: Double) -> Double { sign * rate * tradedNotional(at: price) }

    /// In one bracket with rate `m` and amount `a`: `N0 (d + m)/(M' + d N0/P0 + a)` with `M' = M − f_o q − F`: long
    /// `P0 (1 + m)/(1 + 1/L − f_o)`, short `P0 (1 − m)/(1 − 1/L + f_o)` in a flat bracket without funding. Infinite where no price
    /// triggers a short, or every price a long. In `u = N0/p` this is the linear case with the sides exchanged, so the
    /// first bracket whose cap is past the crossing is the right one. (Bybit help centre, "Liquidation Price (Inverse
    /// Contract)"; Binance COIN-M has the same shape.) O(tiers).
    public func triggerPrice(_ carry: Carry) -> Double {
        for tier in tiers.tiers {
            let candidate = crossing(in: tier, carry)
            if notional / candidate <= tier.notionalCap { return candidate }
        }
        return crossing(in: tiers.tiers[tiers.tiers.count - 1], carry)
    }

    private func crossing(in tier: MaintenanceTier, _ carry: Carry) -> Double {
        let coins =
            (initialMargin - openingFee - carry.funding + credited + tier.amount + sign * entryValue)
            / (sign + tier.rate)
        return coins > 0 ? notional / coins : .infinity
    }

    /// `d N0/(M' + d N0/P0)`: long `P0 L/(L+1)`, short `P0 L/(L−1)` before fees and funding; infinite for a short that is
    /// covered by the coin.
    public func bankruptcyPrice(_ carry: Carry) -> Double {
        let coins = sign * (initialMargin - openingFee - carry.funding + credited) + entryValue
        return coins > 0 ? notional / coins : .infinity
    }
}
