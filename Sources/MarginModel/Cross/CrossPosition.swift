/// One linear position inside an account whose wallet several positions share: `UPNL(p) = s (p − P0)`, `R(p) = MM(|s|·|p|)`.
///
/// `s` is the signed size in coins, `P0` the entry price, `p` a price in quote currency per coin; money is in quote currency.
/// A venue that books what was paid for a position in the account's cash instead of keeping an entry price (dYdX: "quote
/// balance") is the same account with `P0 = 0` and that cash as the wallet.
public struct CrossPosition: Hashable, Sendable {
    /// `s`, coins: above 0 long, below 0 short; never 0.
    public let size: Double
    /// `P0`, quote currency per coin.
    public let entryPrice: Double
    /// The price the venue values the position at, quote currency per coin.
    public var mark: Double
    /// The market's maintenance table.
    public let tiers: MaintenanceTiers

    /// A position; `size` must not be 0, and a position that was closed must be left out of the account instead.
    public init(size: Double, entryPrice: Double, mark: Double, tiers: MaintenanceTiers) {
        precondition(size != 0, "a position without a size has no trigger price")
        self.size = size
        self.entryPrice = entryPrice
        self.mark = mark
        self.tiers = tiers
    }

    /// `d`: +1 long, −1 short.
    public var sign: Double { size > 0 ? 1 : -1 }

    /// `s·p`, negative for a short: the position's part of an account's net value when `P0 = 0`.
    public var netNotional: Double { size * mark }

    /// `s (p − P0)` at the mark.
    public var unrealised: Double { size * (mark - entryPrice) }

    /// `MM(|s|·|p|)` at the mark.
    public var maintenance: Double { maintenance(ofSize: size) }

    /// What a position of another size in the same market would have to keep at the mark.
    func maintenance(ofSize size: Double) -> Double { tiers.requirement(abs(size * mark)) }

    /// The same position with another size.
    func resized(to size: Double) -> CrossPosition {
        CrossPosition(size: size, entryPrice: entryPrice, mark: mark, tiers: tiers)
    }

    /// What is missing when the position, isolated with `margin`, is closed at `fill`:
    /// `max(0, −(M + s (p − P0) − f |s|·|p|))`, quote currency; 0 exactly where the fill covers the loss and the fee.
    ///
    /// `margin` is `M` after everything debited so far, `fee` the fraction `f` of the traded notional.
    public func deficit(margin: Double, fill: Double, fee: Double = 0) -> Double {
        max(0, -(margin + size * (fill - entryPrice) - fee * abs(size * fill)))
    }

    /// Where `free + s (p − P0) = MM(|s|·|p|)`: in one bracket with rate `m` and amount `a`
    /// `(s P0 − free − a)/(s − m|s|)` above 0, with `s + m|s|` below.
    ///
    /// The left side less the right is continuous and monotone in the price, so the first bracket whose cap is past its own
    /// crossing holds the right one. O(tiers).
    func crossing(free: Double) -> Double {
        for tier in tiers.tiers {
            let candidate = crossing(free: free, in: tier)
            if abs(candidate * size) <= tier.notionalCap { return candidate }
        }
        return crossing(free: free, in: tiers.tiers[tiers.tiers.count - 1])
    }

    private func crossing(free: Double, in tier: MaintenanceTier) -> Double {
        let base = size * entryPrice - free - tier.amount
        let price = base / (size - tier.rate * abs(size))
        return price >= 0 ? price : base / (size + tier.rate * abs(size))
    }
}
