import MarginModel
import StressBasics
import StressEngine

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A position that is due in a bar.
private struct Due {
    /// From the open to its trigger price.
    let distance: Double
    let trigger: Double
    /// 0 for longs, 1 for shorts.
    let side: Int
    let leverage: Double
    let entry: Int32
    let group: Int32
    let serial: Int

    /// Nearest to the open first; then longs, the higher leverage, the older entry, and the order of classes.
    func isBefore(_ other: Due) -> Bool {
        if distance != other.distance { return distance < other.distance }
        if side != other.side { return side < other.side }
        if leverage != other.leverage { return leverage > other.leverage }
        if entry != other.entry { return entry < other.entry }
        return group < other.group
    }
}

extension LedgerRun {
    /// Liquidates what is due in a bar, in the order in which the price comes by.
    mutating func liquidateDue(_ asset: Int, _ bar: Int) {
        guard input.rules.liquidation.enabled else { return }
        let due = due(asset, bar)
        guard !due.isEmpty else { return }
        var draws: [Double?] = [nil, nil]
        for candidate in due {
            guard let place = queues[asset][candidate.side].place(candidate.serial),
                queues[asset][candidate.side][place].part > 0
            else { continue }
            liquidate(asset, bar, candidate, place, &draws)
        }
    }

    private mutating func due(_ asset: Int, _ bar: Int) -> [Due] {
        var due: [Due] = []
        for group in heaps[asset].indices {
            let side = input.population.classes[group].side == .long ? 0 : 1
            guard let oldest = queues[asset][side].first else { continue }
            let sign = side == 0 ? 1.0 : -1
            let threshold = reach[asset].threshold(
                checked: input.assets[asset].groups[group].checked[bar], sign: sign, bar: bar,
                oldest: Int(oldest.entry))
            heaps[asset][group].clean { [queues] serial in
                queues[asset][side].place(serial).map { queues[asset][side][$0].part > 0 } ?? false
            }
            heaps[asset][group].forEach(from: threshold) { serial in
                if let found = self.due(asset, bar, group, side, serial) { due.append(found) }
            }
        }
        return due.sorted { $0.isBefore($1) }
    }

    /// Looks closely at a position that may be due.
    private func due(_ asset: Int, _ bar: Int, _ group: Int, _ side: Int, _ serial: Int) -> Due? {
        guard let place = queues[asset][side].place(serial), queues[asset][side][place].part > 0 else { return nil }
        let open = queues[asset][side][place]
        let rules = input.assets[asset].groups[group]
        var terms = rules.terms
        if let scale = input.assets[asset].scale?[Int(open.entry)], scale != 1 { terms.notional *= scale }
        let position = LinearPosition(terms, entryPrice: open.price)
        let fundingSum = input.assets[asset].fundingSums?[bar] ?? 0
        let carry = Carry(funding: open.funding(sign: position.sign, fundingSum: fundingSum))
        let checked = rules.checked[bar]
        guard position.equity(at: checked, carry) <= position.requirement(at: checked, carry) else { return nil }
        let trigger = position.triggerPrice(carry)
        return Due(
            distance: abs(trigger - rules.pricing.open(bar)), trigger: trigger, side: side,
            leverage: leverages[group], entry: open.entry, group: Int32(group), serial: serial)
    }

    private mutating func liquidate(
        _ asset: Int, _ bar: Int, _ due: Due, _ place: Int, _ draws: inout [Double?]
    ) {
        let group = input.assets[asset].groups[Int(due.group)]
        let stages = group.pricing.stages(group.fill, bar: bar, trigger: due.trigger)
        var price = stages.delayed
        if let spread = stages.spread {
            let draw =
                draws[due.side]
                ?? ledgerDraw(seed: input.seed, asset: input.assets[asset].name, time: now, side: group.side)
            draws[due.side] = draw
            price *= exp(spread.quantile(draw, from: spread.lower, to: spread.upper))
        }
        let fill = group.pricing.slipped(price, bar: stages.bar)
        let closing = close(asset, due.side, place, bar: bar, fill: fill, isLiquidation: true)
        guard closing.equity < 0 else { return }
        var rest = closing.rest
        if rest > 0, input.safeguards.deleveraging != nil {
            let paid = deleverage(asset, bar, winners: 1 - due.side, fill: fill, closing)
            change(closing) { $0.deleveraging += Int128(paid) }
            rest -= paid
            if closing.isFundLast { rest -= payAfterwards(closing, rest) }
        }
        if rest > 0 { day.rests.append(Rest(closing, amount: rest)) }
    }

    /// The fund pays after the winners, where deleveraging came before it.
    private mutating func payAfterwards(_ closing: Closing, _ rest: Int64) -> Int64 {
        let paid = payByFund(rest)
        change(closing) { $0.fund += Int128(paid) }
        if rest > paid { addUnpaid(rest - paid) }
        return paid
    }

    /// Closes a position, or what is left of it, at a fill: books what it has won or lost, its fees, its surplus, and what the fund pays.
    mutating func close(
        _ asset: Int, _ side: Int, _ place: Int, bar: Int, fill: Double, isLiquidation: Bool
    ) -> Closing {
        let open = queues[asset][side][place]
        let sign = side == 0 ? 1.0 : -1
        let fees = input.rules.fees
        let fundingSum = input.assets[asset].fundingSums?[bar] ?? 0
        let traded = open.quantity * abs(fill)
        let rate = isLiquidation ? fees.close + fees.liquidation : fees.close
        let equity = Money.units(
            (open.equity(at: fill, sign: sign, fundingSum: fundingSum) - rate * traded) * open.part)
        let margin = Money.units(open.margin * open.part)
        queues[asset][side][place].part = 0
        bookResult(
            equity - margin, opening: open.openingFee * open.part, closing: fees.close * traded * open.part,
            liquidation: isLiquidation ? fees.liquidation * traded * open.part : 0)
        var closing = Closing(
            asset: asset, group: Int(open.group), block: Int(input.assets[asset].dayOfBar[Int(open.entry)]),
            equity: equity, coins: open.quantity * open.part, rest: 0)
        if isLiquidation { change(closing) { $0.liquidated += 1 } }
        if equity < 0 {
            payShortfall(&closing, isLiquidation: isLiquidation)
        } else {
            let surplus = isLiquidation ? Money.rounded(Double(equity) * input.safeguards.surplusToFund) : 0
            payIn(Int128(surplus), from: \.traders)
            day.gains += max(0, Int128(equity - surplus) - Int128(margin))
        }
        let position = LedgerPosition(asset: asset, group: closing.group, entry: Int(open.entry))
        sink.add(
            .closed(
                position, bar: bar, isLiquidation: isLiquidation, equity: equity,
                paidByFund: closing.shortfall - closing.rest), books)
        return closing
    }

    /// A result against the market, and the fees it has paid.
    private mutating func bookResult(_ result: Int64, opening: Double, closing: Double, liquidation: Double) {
        let (fee, extra) = (Int128(Money.units(opening)) + Int128(Money.units(closing)), Money.units(liquidation))
        books.move(Int128(result), from: \.market, to: \.traders)
        books.move(fee + Int128(extra), from: \.market, to: \.platform)
        payIn(Int128(Money.rounded(Double(extra) * input.safeguards.feeToFund)), from: \.platform)
    }

    private mutating func payShortfall(_ closing: inout Closing, isLiquidation: Bool) {
        let shortfall = closing.shortfall
        // The loser's account is set to zero; what that takes waits to be paid.
        books.move(Int128(shortfall), from: \.unpaid, to: \.traders)
        day.record?.shortfall += Int128(shortfall)
        day.record?.shortfalls += 1
        tally.needs.append(Money.quote(day.record?.shortfall ?? 0))
        let isEarly =
            isLiquidation && input.safeguards.deleveraging != nil
            && watch?.isTriggered(books.fund, at: now) ?? false
        let paid = isEarly ? 0 : payByFund(shortfall)
        change(closing) {
            $0.shortfalls += 1
            $0.shortfall += Int128(shortfall)
            $0.fund += Int128(paid)
        }
        closing.rest = shortfall - paid
        closing.isFundLast = isEarly
        if closing.rest > 0, !isEarly { addUnpaid(closing.rest) }
    }
}
