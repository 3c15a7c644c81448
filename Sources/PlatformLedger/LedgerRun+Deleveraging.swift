/// Winners that pay for one shortfall.
struct WinnersBill {
    let asset: Int
    let bar: Int
    /// 0 where longs win, 1 where shorts do.
    let side: Int
    /// What is still to be closed, coins.
    var coins: Double
    /// What is still to be paid.
    var rest: Int64
}

extension LedgerRun {
    /// Closes winners of the other side against what nobody has paid of a shortfall; gives what they gave up.
    mutating func deleverage(_ asset: Int, _ bar: Int, winners side: Int, fill: Double, _ closing: Closing) -> Int64 {
        guard let rule = input.safeguards.deleveraging else { return 0 }
        let ranking = WinnerRanking(
            rule: rule, fill: fill, sign: side == 0 ? 1 : -1,
            fundingSum: input.assets[asset].fundingSums?[bar] ?? 0)
        let rest = closing.rest
        var bill = WinnersBill(
            asset: asset, bar: bar, side: side,
            coins: closing.coins * (Double(rest) / Double(closing.shortfall)), rest: rest)
        switch rule {
        case .proRata: closeAll(ranking, &bill)
        case .least: closeDownToLevel(ranking, &bill)
        default: closeInOrder(ranking, &bill)
        }
        return rest - bill.rest
    }

    // MARK: Queues

    private mutating func closeInOrder(_ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        guard let first = firstWinner(ranking, bill) else { return }
        take(first.place, ranking, &bill)
        guard bill.coins > 0 else { return }
        var queue = WinnerQueue(winners(ranking, bill).filter { $0.place != first.place })
        while bill.coins > 0, let next = queue.next() { take(next.place, ranking, &bill) }
    }

    /// The foremost winner; most shortfalls need no other.
    private func firstWinner(_ ranking: WinnerRanking, _ bill: WinnersBill) -> RankedWinner? {
        let tiers = input.rules.tiers
        var best: RankedWinner?
        let places = queues[bill.asset][bill.side].places
        queues[bill.asset][bill.side].positions.withUnsafeBufferPointer { positions in
            for place in places where positions[place].part > 0 && positions[place].entry < bill.bar {
                let position = positions[place]
                guard ranking.profit(position) > 0 else { continue }
                let score = ranking.score(position, requirement: tiers.requirement)
                if let best, score < best.score { continue }
                let ranked = self.ranked(position, score, place)
                if best.map(ranked.isBefore) ?? true { best = ranked }
            }
        }
        return best
    }

    private func ranked(_ position: OpenPosition, _ score: Double, _ place: Int) -> RankedWinner {
        RankedWinner(
            score: score, entry: position.entry, leverage: leverages[Int(position.group)], group: position.group,
            place: place)
    }

    private func winners(_ ranking: WinnerRanking, _ bill: WinnersBill) -> [RankedWinner] {
        let tiers = input.rules.tiers
        return queues[bill.asset][bill.side].places.compactMap { place in
            let position = queues[bill.asset][bill.side][place]
            guard position.part > 0, position.entry < bill.bar, ranking.profit(position) > 0 else { return nil }
            return ranked(position, ranking.score(position, requirement: tiers.requirement), place)
        }
    }

    private mutating func take(_ place: Int, _ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        let winner = queues[bill.asset][bill.side][place]
        let coins = min(winner.quantity * winner.part, bill.coins)
        give(place, ranking, coins: coins, wanted: Money.rounded(Double(bill.rest) * (coins / bill.coins)), &bill)
        bill.coins -= coins
    }

    // MARK: All at once

    private mutating func closeAll(_ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        let places = winners(ranking, bill).map(\.place)
        let open = places.map { place in
            queues[bill.asset][bill.side][place].quantity * queues[bill.asset][bill.side][place].part
        }
        let (all, wanted) = (open.reduce(0, +), bill.coins)
        for (place, coins) in zip(places, open) {
            guard bill.coins > 0 else { return }
            let given = min(coins, wanted * coins / all, bill.coins)
            give(place, ranking, coins: given, wanted: Money.rounded(Double(bill.rest) * (given / bill.coins)), &bill)
            bill.coins -= given
        }
    }

    private mutating func closeDownToLevel(_ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        let places = winners(ranking, bill).map(\.place)
        let profits = places.map { Money.units(ranking.profit(queues[bill.asset][bill.side][$0])) }
        for (index, cut) in levelledCuts(profits, wanted: bill.rest).enumerated() where cut > 0 {
            let winner = queues[bill.asset][bill.side][places[index]]
            let coins = winner.quantity * winner.part * (Double(cut) / Double(profits[index]))
            give(places[index], ranking, coins: coins, wanted: cut, &bill)
        }
    }

    // MARK: One winner

    /// Closes coins of a winner at the fill, without fee or slippage, and takes `wanted` of the profit, or all of it.
    private mutating func give(
        _ place: Int, _ ranking: WinnerRanking, coins: Double, wanted: Int64, _ bill: inout WinnersBill
    ) {
        let winner = queues[bill.asset][bill.side][place]
        let share = coins / (winner.quantity * winner.part)
        let whole = ranking.profit(winner)
        let profit = Money.units(whole * share)
        let haircut = min(wanted, profit)
        let openingFee = Money.units(winner.openingFee * winner.part * share)
        let funding = Money.units(
            winner.funding(sign: ranking.sign, fundingSum: ranking.fundingSum) * winner.part * share)
        queues[bill.asset][bill.side][place].close(coins)
        let result = profit - openingFee - funding
        books.move(Int128(result), from: \.market, to: \.traders)
        books.move(Int128(openingFee), from: \.market, to: \.platform)
        books.move(Int128(haircut), from: \.traders, to: \.unpaid)
        day.gains += max(0, Int128(result) - Int128(haircut))
        bill.rest -= haircut
        record(winner, haircut: haircut, profit: profit, whole: whole, notional: coins * abs(ranking.fill), bill)
        let position = LedgerPosition(asset: bill.asset, group: Int(winner.group), entry: Int(winner.entry))
        sink.add(.deleveraged(position, haircut: haircut, part: winner.part * share), books)
    }

    private mutating func record(
        _ winner: OpenPosition, haircut: Int64, profit: Int64, whole: Double, notional: Double, _ bill: WinnersBill
    ) {
        let block = Int(input.assets[bill.asset].dayOfBar[Int(winner.entry)])
        tally.blocks[bill.asset][Int(winner.group)][block].deleveraged += 1
        tally.blocks[bill.asset][Int(winner.group)][block].haircut += Int128(haircut)
        day.haircuts.append(haircut)
        day.record?.deleveraging.touched += 1
        day.record?.deleveraging.notional += Int128(Money.units(notional))
        day.record?.deleveraging.haircut += Int128(haircut)
        day.record?.deleveraging.profit += Int128(Money.units(whole))
        day.record?.deleveraging.closedProfit += Int128(profit)
    }
}
