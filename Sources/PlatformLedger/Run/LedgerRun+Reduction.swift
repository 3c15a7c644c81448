import MarginModel

extension LedgerRun {
    /// The coins to which a position that is due is reduced, so that it fits in a lower bracket; 0 where it is closed whole.
    func reducedQuantity(_ asset: Int, _ bar: Int, _ place: PositionPlace, fillPrice: Double) -> Double {
        guard input.rules.liquidation.isPartial, input.rules.tiers.tiers.count > 1 else { return 0 }
        let checked = moved(tables[asset].groups[place.slot].checked[bar], asset)
        return tables[asset].linear(place).reducedQuantity(at: checked, fillPrice: fillPrice)
    }

    /// Closes coins of a position and lets the rest stand; gives how many.
    ///
    /// What that realises stays in the position until the last of it is closed: only then is there a surplus, a shortfall, or a
    /// profit that a day could be charged for. Fees are paid at once. Of a position of which winners gave a part everything is in
    /// proportion.
    mutating func reduce(
        _ asset: Int, _ bar: Int, _ place: PositionPlace, to target: Double, fill: Double, nextCheck: Int
    ) -> Double {
        let (open, fees) = (tables[asset].position(place), input.rules.fees)
        let fundingSum = input.assets[asset].fundingSums?[bar] ?? 0
        let sold = open.quantity - target
        let traded = sold * abs(fill)
        var linear = tables[asset].linear(place)
        linear.reduce(to: target, at: fill, fee: (fees.close + fees.liquidation) * traded + open.funding(fundingSum))
        let isFirst = !tables[asset].isReduced(place)
        tables[asset].keep(
            ReducedPosition(
                place: place, linear: linear, part: open.part, fundingStart: fundingSum, nextCheck: nextCheck))
        openNotional -= sold * open.price * open.part
        let fee = Money.units(fees.close * traded * open.part)
        let extra = Money.units(fees.liquidation * traded * open.part)
        bookFees(fee, liquidation: extra)
        let sums = self.place(ofSums: open, asset)
        self.sums[asset][sums].liquidated += isFirst ? 1 : 0
        self.sums[asset][sums].reductions += 1
        let position = LedgerPosition(asset: asset, group: Int(open.group), entry: Int(open.entry))
        sink.add(.reduced(position, bar: bar, coins: sold * open.part, fee: fee + extra), books)
        return sold * open.part
    }
}
