import MarginModel
import StressBasics
import StressEngine

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension LedgerRun {
    /// Reduces a position that is due, or closes it and lets others pay what it cannot. Whether it stands, and is to be looked at in this
    /// bar again.
    mutating func liquidate(_ asset: Int, _ bar: Int, _ due: Due, _ draws: inout [Double?]) -> Bool {
        let group = tables[asset].groups[due.place.slot]
        let stages = group.stages(bar: bar, trigger: due.trigger)
        var price = stages.delayed
        if let spread = stages.spread {
            let draw =
                draws[due.side]
                ?? ledgerDraw(seed: input.seed, asset: input.assets[asset].name, time: now, side: group.side)
            draws[due.side] = draw
            price *= exp(spread.quantile(draw, from: spread.lower, to: spread.upper))
        }
        let unslipped = moved(price, asset)
        let fill = group.slipped(unslipped, bar: stages.bar)
        let target = reducedQuantity(asset, bar, due.place, fillPrice: unslipped)
        if target > 0 {
            let coins = reduce(asset, bar, due.place, to: target, fill: fill, nextCheck: stages.bar)
            if !impacts.isEmpty { impacts[asset].add(notional: coins * abs(price), side: due.side) }
            return stages.bar <= bar
        }
        let closing = close(asset, due.place, bar: bar, fill: fill, isLiquidation: true)
        if !impacts.isEmpty { impacts[asset].add(notional: closing.coins * abs(price), side: due.side) }
        if closing.equity < 0 { payAfterFund(closing, asset, bar, winners: 1 - due.side, fill: fill) }
        return false
    }

    /// Lets winners, and the fund behind them, pay what is left of a shortfall.
    private mutating func payAfterFund(_ closing: Closing, _ asset: Int, _ bar: Int, winners: Int, fill: Double) {
        var rest = closing.rest
        if rest > 0, input.safeguards.deleveraging != nil {
            let paid = deleverage(asset, bar, winners: winners, fill: fill, closing)
            change(closing) {
                $0.deleveraging += Int128(paid)
                $0.deleveragingPaid += paid > 0 ? 1 : 0
            }
            rest -= paid
            if closing.isFundLast { rest -= payAfterwards(closing, rest) }
        }
        if rest > 0 { day.rests.append(Rest(closing, amount: rest)) }
    }

    /// The fund pays after the winners, where deleveraging came before it.
    private mutating func payAfterwards(_ closing: Closing, _ rest: Int64) -> Int64 {
        let paid = payByFund(rest)
        change(closing) { $0.addFund(paid) }
        if rest > paid { addUnpaid(rest - paid) }
        return paid
    }

    /// Closes a position, or what is left of it, at a fill: books what it has won or lost, its fees, its surplus, and what the fund pays.
    mutating func close(
        _ asset: Int, _ place: PositionPlace, bar: Int, fill: Double, isLiquidation: Bool
    ) -> Closing {
        let open = tables[asset].position(place)
        let fees = input.rules.fees
        let traded = open.quantity * abs(fill)
        let rate = isLiquidation ? fees.close + fees.liquidation : fees.close
        let final = open.equity(at: fill, fundingSum: input.assets[asset].fundingSums?[bar] ?? 0) - rate * traded
        let (equity, margin) = (Money.units(final * open.part), Money.units(open.margin * open.part))
        let wasReduced = tables[asset].isReduced(place)
        tables[asset].leave(0, of: place)
        openNotional -= open.notional * open.part
        bookResult(
            equity - margin, opening: open.openingFee * open.part, closing: fees.close * traded * open.part,
            liquidation: isLiquidation ? fees.liquidation * traded * open.part : 0)
        var closing = Closing(
            asset: asset, sums: self.place(ofSums: open, asset), equity: equity, coins: open.coins, rest: 0)
        if isLiquidation, !wasReduced { change(closing) { $0.liquidated += 1 } }
        if equity < 0 {
            payShortfall(&closing, isLiquidation: isLiquidation)
        } else {
            bookSurplus(equity, margin: margin, isLiquidation: isLiquidation)
        }
        let position = LedgerPosition(asset: asset, group: Int(open.group), entry: Int(open.entry))
        sink.add(
            .closed(
                position, bar: bar, isLiquidation: isLiquidation, equity: equity,
                paidByFund: closing.shortfall - closing.rest), books)
        return closing
    }

    /// What is left of a position: the fund's part of it after a liquidation, and the gain of the day.
    private mutating func bookSurplus(_ equity: Int64, margin: Int64, isLiquidation: Bool) {
        let surplus = isLiquidation ? Money.rounded(Double(equity) * input.safeguards.surplusToFund) : 0
        payIn(Int128(surplus), from: .traders)
        day.gains += max(0, Int128(equity - surplus) - Int128(margin))
    }

    /// A result against the market, and the fees it has paid.
    private mutating func bookResult(_ result: Int64, opening: Double, closing: Double, liquidation: Double) {
        books.move(Int128(result), from: .market, to: .traders)
        bookFees(Money.units(opening) + Money.units(closing), liquidation: Money.units(liquidation))
    }

    /// Fees, and the fund's part of those of liquidations.
    mutating func bookFees(_ trading: Int64, liquidation extra: Int64) {
        let fee = Int128(trading)
        books.move(fee + Int128(extra), from: .market, to: .platform)
        tally.tradingFees += fee
        tally.liquidationFees += Int128(extra)
        payIn(Int128(Money.rounded(Double(extra) * input.safeguards.feeToFund)), from: .platform)
    }

    private mutating func payShortfall(_ closing: inout Closing, isLiquidation: Bool) {
        let shortfall = closing.shortfall
        // The loser's account is set to zero; what that takes waits to be paid.
        books.move(Int128(shortfall), from: .unpaid, to: .traders)
        day.record?.shortfall += Int128(shortfall)
        day.record?.shortfalls += 1
        tally.needs.append(Money.quote((day.record?.shortfall ?? 0) + fundFloor))
        let isEarly =
            isLiquidation && input.safeguards.deleveraging != nil
            && watch?.isTriggered(books.fund, at: now) ?? false
        let paid = isEarly ? 0 : payByFund(shortfall)
        change(closing) {
            $0.shortfalls += 1
            $0.shortfall += Int128(shortfall)
            $0.addFund(paid)
        }
        closing.rest = shortfall - paid
        closing.isFundLast = isEarly
        if closing.rest > 0, !isEarly { addUnpaid(closing.rest) }
    }
}
