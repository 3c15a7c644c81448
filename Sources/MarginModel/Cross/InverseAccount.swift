import StressBasics

/// What a maintenance rate of an inverse contract is applied to.
public enum MaintenanceBasis: String, Hashable, Sendable, CaseIterable {
    /// The position's value at the current price, `C/p`.
    case current
    /// The position's value at entry, `C/P0`, with the closing fee at the bankruptcy price: older Bybit contracts.
    case entry
}

/// An inverse (coin-margined) position on a coin wallet of any size: `E(p) = W + d (C/P0 − C/p)`, coin.
///
/// `W` wallet (margin less funding and fees already debited), `C` contracts times their worth in quote currency, `P0` entry
/// price, `f` the fee reserved for closing. ``InversePosition`` is the case `W = q/L − f_o q`, `f = 0`.
public struct InverseAccount: Hashable, Sendable {
    /// The direction, `d`.
    public let side: Side
    /// `C`, quote currency, above 0.
    public let contractValue: Double
    /// `P0`, quote currency per coin, above 0.
    public let entryPrice: Double
    /// `W`, coin.
    public let wallet: Double
    /// The maintenance table, notional in coin.
    public let tiers: MaintenanceTiers
    /// `f`: the fraction of the closing value kept for the closing fee; 0 where the venue reserves none.
    public let closingFee: Double

    /// An account with one position; the contracts' worth and the entry price must be above 0.
    public init(
        side: Side, contractValue: Double, entryPrice: Double, wallet: Double, tiers: MaintenanceTiers,
        closingFee: Double = 0
    ) {
        precondition(contractValue > 0 && entryPrice > 0, "an inverse position needs a size and a price above 0")
        self.side = side
        self.contractValue = contractValue
        self.entryPrice = entryPrice
        self.wallet = wallet
        self.tiers = tiers
        self.closingFee = closingFee
    }

    /// `C/P0`, coin.
    public var entryValue: Double { contractValue / entryPrice }

    /// `W + d (C/P0 − C/p)`; without bound at `p ≤ 0`, down for a long and up for a short.
    public func equity(at price: Double) -> Double {
        guard price > 0 else { return -side.sign * .infinity }
        return wallet + side.sign * (entryValue - contractValue / price)
    }

    /// What must be kept at `price`, coin: `MM(C/p) + f C/p`, or on the entry basis the fixed `MM(C/P0) + f C/P_b`.
    public func maintenance(at price: Double, basis: MaintenanceBasis = .current) -> Double {
        switch basis {
        case .current:
            price > 0 ? tiers.requirement(contractValue / price) + closingFee * contractValue / price : 0
        case .entry: tiers.requirement(entryValue) + closingFee * contractValue / bankruptcyPrice
        }
    }

    /// Where the equity meets the maintenance: a long is due at and below it, a short at and above it.
    ///
    /// Current basis, in the bracket `(m, a)` that holds the result: `C (d + m + f)/(W + a + d C/P0)`. (Bybit help centre,
    /// "Liquidation Price (Inverse Contract)", 2026; Binance COIN-M and Kraken inverse contracts with `f = 0`.)
    /// Entry basis: `C/(C/P0 + d (W − MM(C/P0) − f C/P_b))`. (Bybit, older inverse contracts.)
    /// Infinite for a short that no price makes due and for a long that every price does. O(tiers).
    public func triggerPrice(basis: MaintenanceBasis = .current) -> Double {
        switch basis {
        case .current:
            for tier in tiers.tiers {
                let candidate = crossing(in: tier)
                if contractValue / candidate <= tier.notionalCap { return candidate }
            }
            return crossing(in: tiers.tiers[tiers.tiers.count - 1])
        case .entry:
            return price(ofCoins: entryValue + side.sign * (wallet - maintenance(at: entryPrice, basis: .entry)))
        }
    }

    /// Where the equity just pays the closing fee: `C (d + f)/(d C/P0 + W)`, so long `(1 + f) C/(C/P0 + W)` and short
    /// `(1 − f) C/(C/P0 − W)`; infinite for a short that the coins cover. (Bybit help centre, "Bankruptcy Price".)
    public var bankruptcyPrice: Double {
        price(ofCoins: (wallet + side.sign * entryValue) / (side.sign + closingFee))
    }

    /// A price as a venue quotes it: on the next multiple of `tick` towards the entry, up for a long and down for a short.
    ///
    /// Bybit rounds bankruptcy and liquidation prices so, with 0.5 for BTCUSD. A price on the grid stays.
    public func quoted(_ price: Double, tick: Double) -> Double {
        (price / tick).rounded(side == .long ? .up : .down) * tick
    }

    private func crossing(in tier: MaintenanceTier) -> Double {
        price(ofCoins: (wallet + tier.amount + side.sign * entryValue) / (side.sign + tier.rate + closingFee))
    }

    /// The price at which the contracts are worth `coins`; infinite where no price makes them so.
    private func price(ofCoins coins: Double) -> Double { coins > 0 ? contractValue / coins : .infinity }
}
