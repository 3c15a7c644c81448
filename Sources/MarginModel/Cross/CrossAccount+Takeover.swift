extension CrossAccount {
    /// What closing `share` of position `index` must bring so that the account is left with the collateral its remaining
    /// maintenance share is worth: `−ΔN − E·|ΔR|/R`, quote currency; negative where a short must be bought back for it.
    ///
    /// `ΔN` is the change of the position's net notional at the mark, `ΔR` of its maintenance, `E` and `R` the account's
    /// totals. Closing everything at these quotes leaves exactly 0, whatever the order. With `E < 0` the quote lies on the
    /// far side of the mark. Not a number when `R = 0`, where there is no share to go by. (dYdX `v4-chain`,
    /// `protocol/x/clob/keeper/liquidations.go`, `GetBankruptcyPriceInQuoteQuantums`, which rounds up to whole quantums;
    /// here nothing is rounded.)
    ///
    /// - Parameter share: The part of the position that is closed, 0 < share ≤ 1.
    public func bankruptcyQuote(of index: Int, share: Double = 1) -> Double {
        let position = positions[index]
        let released = position.maintenance - position.maintenance(ofSize: position.size * (1 - share))
        return share * position.netNotional - equity * abs(released) / maintenance
    }

    /// The price at which dYdX offers a position of a due account to the book: `(N − ABR·SMMR·R_i)/s` with
    /// `ABR = clamp(BA (1 − E/R), 0, 1)`; below the mark for a long and above it for a short.
    ///
    /// `N = s p` and `R_i` are the position's net notional and maintenance, `E` and `R` the account's totals. At the trigger
    /// it is the mark, from bankruptcy on (`BA = 1`) the mark less `SMMR` times the maintenance per coin. Not a number when
    /// `R = 0`. (dYdX `v4-chain`, `GetFillablePrice` and its tests; the documentation page prints a minus for both sides.)
    ///
    /// - Parameters:
    ///   - bankruptcyAdjustment: `BA`, at least 1: how fast the spread opens.
    ///   - spreadToMaintenance: `SMMR`: the widest spread, as a fraction of the maintenance margin.
    public func fillablePrice(of index: Int, bankruptcyAdjustment: Double, spreadToMaintenance: Double) -> Double {
        let position = positions[index]
        let rating = bankruptcyAdjustment * (1 - equity / maintenance)
        let adjusted = rating < 0 ? 0 : rating > 1 ? 1 : rating
        return position.mark - adjusted * spreadToMaintenance * position.maintenance / position.size
    }

    /// The account after `share` of position `index` was closed for `proceeds`, quote currency (negative where a short was
    /// bought back): the wallet gains `proceeds − share·s·P0`, and a position closed whole leaves the account.
    public func closing(_ index: Int, share: Double = 1, for proceeds: Double) -> CrossAccount {
        let position = positions[index]
        var account = self
        account.wallet += proceeds - share * position.size * position.entryPrice
        account.positions.remove(at: index)
        if share < 1 { account.positions.insert(position.resized(to: position.size * (1 - share)), at: index) }
        return account
    }
}

/// The close of a position that was taken over at its bankruptcy quote, quote currency.
public struct TakeoverSettlement: Hashable, Sendable {
    /// What the close brought; negative when a short was bought back.
    public let proceeds: Double
    /// What it had to bring for the trader to end at 0.
    public let bankruptcyQuote: Double

    /// A close.
    public init(proceeds: Double, bankruptcyQuote: Double) {
        self.proceeds = proceeds
        self.bankruptcyQuote = bankruptcyQuote
    }

    /// `proceeds − bankruptcyQuote`: above 0 something is left, below 0 something is missing.
    public var surplus: Double { proceeds - bankruptcyQuote }

    /// `max(0, −surplus)`: what somebody else has to pay.
    public var deficit: Double { max(0, -surplus) }

    /// What the insurance fund gains, negative where it pays: the whole surplus when that is 0 or below, else at most
    /// `maxFee·|proceeds|` of it. (dYdX `v4-chain`, `GetLiquidationInsuranceFundDelta`.)
    ///
    /// - Parameter maxFee: The liquidation fee's bound, a fraction of the proceeds. Infinity where the fund keeps every
    ///   surplus (Bybit, BitMEX), 0 where the trader gets it back (Kraken offshore).
    public func fundDelta(maxFee: Double) -> Double {
        surplus <= 0 || maxFee == .infinity ? surplus : min(maxFee * abs(proceeds), surplus)
    }
}
