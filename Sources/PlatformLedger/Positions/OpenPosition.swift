import MarginModel

/// A position as it stands: what its row and its class say of it. Amounts in quote currency are of the whole of it, as it was opened; of
/// a part that was closed nothing is left but a smaller ``part``.
struct OpenPosition {
    /// The bar at whose close it was opened.
    let entry: Int32
    /// Place of its class.
    let group: Int32
    /// `d`.
    let sign: Double
    /// `P0`.
    let price: Double
    /// `q`.
    let quantity: Double
    /// `M`.
    let margin: Double
    /// `f_o N0`.
    let openingFee: Double
    /// `M − f_o N0`, and what closing parts of it has realised since.
    let cash: Double
    /// What funding had added up to at its entry, per coin; of a position that was reduced, when it was.
    let fundingStart: Double
    /// The part of it that is still open; 0 once it is closed.
    let part: Double

    @inline(__always)
    init(_ group: LedgerAsset.Group, _ row: PositionRow, part: Double) {
        (entry, price, fundingStart) = (row.entry, row.price, row.fundingStart)
        (self.group, sign, self.part) = (group.place, group.sign, part)
        let notional = group.notional(row.scale)
        quantity = notional / row.price
        margin = notional / group.leverage
        openingFee = group.openingRate * notional
        cash = margin - openingFee
    }

    /// A position that was reduced.
    init(_ group: LedgerAsset.Group, _ row: PositionRow, _ reduced: ReducedPosition) {
        (entry, price, fundingStart) = (row.entry, row.price, reduced.fundingStart)
        (self.group, sign, part) = (group.place, group.sign, reduced.part)
        quantity = reduced.linear.quantity
        margin = reduced.linear.initialMargin
        openingFee = reduced.linear.openingFee
        cash = reduced.cash
    }

    /// `N0`, or what is left of it.
    var notional: Double { quantity * price }

    /// What closing parts of it has realised, fees and funding paid; 0 as long as it is whole.
    var realised: Double { cash - (margin - openingFee) }

    /// Coins that are open.
    var coins: Double { quantity * part }

    /// Profit at a price, before fees; negative for a loss.
    @inline(__always)
    func profit(at fill: Double) -> Double { sign * quantity * (fill - price) }

    /// Equity at a price, before any exit cost, when funding has added up to `fundingSum` per coin.
    @inline(__always)
    func equity(at fill: Double, fundingSum: Double) -> Double {
        cash + profit(at: fill) - funding(fundingSum)
    }

    /// Funding paid.
    @inline(__always)
    func funding(_ fundingSum: Double) -> Double { sign * quantity * (fundingSum - fundingStart) }

    /// The part that is left when coins of it are closed: never all of it, however few they are. What is less than a part in 10¹² of the
    /// position is no more than rounding, and goes with them.
    func part(without coins: Double) -> Double {
        quantity * part - coins <= 1e-12 * quantity ? 0 : min(part - coins / quantity, part.nextDown)
    }

    /// Whether winners have given nothing of it.
    var isUntouched: Bool { part == 1 }
}
