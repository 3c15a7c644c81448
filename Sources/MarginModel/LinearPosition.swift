import StressBasics

/// A linear (quote-margined) position, opened at one price and held without further trades.
///
/// Symbols of the model: `d` side sign, `P0` entry price, `N0` notional, `q = N0/P0`, `M = N0/L` initial margin,
/// `f_o` opening fee. Funding is not part of it yet; the closed forms below hold for `F = 0`.
public struct LinearPosition: Sendable {
    /// `d`: +1 long, −1 short.
    public let sign: Double
    /// `P0`, quote currency per coin; above 0.
    public let entryPrice: Double
    /// `q = N0/P0`, coins.
    public let quantity: Double
    /// `M − f_o N0`: what stands behind the position after the opening fee, quote currency.
    public let marginAfterFee: Double

    /// A position of `notional` quote currency opened at `entryPrice`, which must be above 0.
    @inlinable
    public init(side: Side, entryPrice: Double, notional: Double, leverage: Leverage, openingFee: Double) {
        sign = side.sign
        self.entryPrice = entryPrice
        quantity = notional / entryPrice
        marginAfterFee = notional / leverage.value - openingFee * notional
    }

    /// Equity at `price`, quote currency, before any exit cost: `M − f_o N0 + d q (p − P0)`.
    @inlinable
    public func equity(at price: Double) -> Double {
        marginAfterFee + sign * quantity * (price - entryPrice)
    }

    /// Maintenance margin at `price`: `MM(q·|p|)`, with the bracket of the current notional.
    @inlinable
    public func requirement(at price: Double, tiers: MaintenanceTiers) -> Double {
        tiers.requirement(quantity * abs(price))
    }

    /// Notional traded when the position is closed at `price`.
    @inlinable
    public func tradedNotional(at price: Double) -> Double { quantity * abs(price) }

    /// The price at which the position is worth nothing: `P0 − d (M − f_o N0)/q`. May be negative for a long.
    public var bankruptcyPrice: Double { entryPrice - sign * marginAfterFee / quantity }

    /// The price `p*` where equity equals the requirement.
    ///
    /// In one bracket with rate `m` and amount `a`, for a price above 0:
    /// long `(q P0 − M' − a)/(q(1 − m))`, short `(q P0 + M' + a)/(q(1 + m))`, with `M' = M − f_o N0`. `E − R` is
    /// monotone in the price and continuous, so the right bracket is the first whose cap is past the crossing.
    /// A long's trigger below 0 has the requirement of the absolute price: `1 + m` in the denominator. O(tiers).
    public func triggerPrice(tiers: MaintenanceTiers) -> Double {
        for tier in tiers.tiers {
            let candidate = crossing(in: tier)
            if abs(candidate) * quantity <= tier.notionalCap { return candidate }
        }
        return crossing(in: tiers.tiers[tiers.tiers.count - 1])
    }

    private func crossing(in tier: MaintenanceTier) -> Double {
        let base = quantity * entryPrice - sign * marginAfterFee - sign * tier.amount
        let price = base / (quantity * (1 - sign * tier.rate))
        return price >= 0 ? price : base / (quantity * (1 + sign * tier.rate))
    }
}
