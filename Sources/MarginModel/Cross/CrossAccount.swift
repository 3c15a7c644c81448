/// A wallet shared by several linear positions ("cross margin"), quote currency.
///
/// `W` wallet balance, `s_i` signed sizes, `P_i` entry prices, `p_i` marks:
/// equity `E = W + Σ s_i (p_i − P_i)`, requirement `R = Σ MM_i(|s_i| p_i)`, due where `E ≤ R`.
public struct CrossAccount: Hashable, Sendable {
    /// `W`: deposits less fees, funding and realised losses. With one position it is the isolated margin.
    public var wallet: Double
    /// What it carries.
    public var positions: [CrossPosition]

    /// An account.
    public init(wallet: Double, positions: [CrossPosition]) {
        self.wallet = wallet
        self.positions = positions
    }

    /// `E = W + Σ s_i (p_i − P_i)`; dYdX calls it total net collateral.
    public var equity: Double { positions.reduce(wallet) { $0 + $1.unrealised } }

    /// `R = Σ MM_i`: every position by its own table.
    public var maintenance: Double { positions.reduce(0) { $0 + $1.maintenance } }

    /// `E ≤ R` at the marks. Equality is due, as in an isolated position; an account without positions never is.
    public var isDue: Bool { !positions.isEmpty && equity <= maintenance }

    /// `max(0, −E)`: what is missing if everything is closed at the marks, before exit costs.
    public var deficit: Double { max(0, -equity) }

    /// The same account at other marks, one per position in their order.
    public func marked(at prices: [Double]) -> CrossAccount {
        precondition(prices.count == positions.count, "one mark per position")
        var account = self
        for (index, price) in prices.enumerated() { account.positions[index].mark = price }
        return account
    }

    /// Where the account becomes due when only the mark of position `index` moves: with the others' unrealised result `U'`
    /// and maintenance `R'`, and the bracket `(m, a)` that holds the result, `(W − R' + U' + a − s P0)/(m|s| − s)`.
    ///
    /// A long is due at and below it, a short at and above it. It is negative for a long that no positive price makes due, and
    /// for a short that every price does. (Binance support, "How to Calculate Liquidation Price of USDⓈ-M Futures
    /// Contracts", cross margin; dYdX documentation, "Liquidations", where `W − s P0` is the quote balance.) O(positions + tiers).
    public func triggerPrice(of index: Int) -> Double {
        positions[index].crossing(free: equityOfOthers(than: index) - maintenanceOfOthers(than: index))
    }

    /// Where the account's equity is 0 when only the mark of position `index` moves: `P0 − (W + U')/s`.
    ///
    /// Below 0 for a long that the rest of the account more than pays for.
    public func bankruptcyPrice(of index: Int) -> Double {
        positions[index].entryPrice - equityOfOthers(than: index) / positions[index].size
    }

    /// What each position would miss at its mark if it had been isolated with the margin in the same place of `margins`.
    ///
    /// Their sum less ``deficit`` is what sharing one wallet saves; it is not negative when the margins add up to the wallet.
    public func isolatedDeficits(margins: [Double]) -> [Double] {
        precondition(margins.count == positions.count, "one margin per position")
        return zip(positions, margins).map { $0.deficit(margin: $1, fill: $0.mark) }
    }

    private func equityOfOthers(than index: Int) -> Double {
        positions.indices.reduce(wallet) { $1 == index ? $0 : $0 + positions[$1].unrealised }
    }

    private func maintenanceOfOthers(than index: Int) -> Double {
        positions.indices.reduce(0) { $1 == index ? $0 : $0 + positions[$1].maintenance }
    }
}
