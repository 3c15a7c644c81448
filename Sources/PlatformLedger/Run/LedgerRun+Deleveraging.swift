import StudyPlan

/// Winners that pay for one shortfall.
struct WinnersBill {
    let asset: Int
    let bar: Int
    /// 0 where longs win, 1 where shorts do.
    let side: Int
    /// What is still to be closed, coins.
    private(set) var coins: Double
    /// What was to be closed at first, coins.
    let wanted: Double
    /// What is still to be paid.
    var rest: Int64

    /// Whether coins are left.
    var isOpen: Bool { coins > 0 }

    init(asset: Int, bar: Int, side: Int, coins: Double, rest: Int64) {
        (self.asset, self.bar, self.side, self.rest) = (asset, bar, side, rest)
        (self.coins, wanted) = (coins, coins)
    }

    /// What is to be paid for so many of the coins that are left.
    func share(_ coins: Double) -> Int64 { Money.rounded(Double(rest) * (coins / self.coins)) }

    /// Takes note of coins that were closed.
    mutating func close(_ coins: Double) { self.coins -= coins }
}

extension LedgerRun {
    /// Closes winners of the other side against what nobody has paid of a shortfall; gives what they gave up.
    mutating func deleverage(_ asset: Int, _ bar: Int, winners side: Int, fill: Double, _ closing: Closing) -> Int64 {
        guard let rule = input.safeguards.deleveraging else { return 0 }
        let ranking = WinnerRanking(
            rule: rule, fill: fill, sign: side == 0 ? 1 : -1,
            fundingSum: input.assets[asset].fundingSums?[bar] ?? 0, tiers: input.rules.tiers,
            maintenancePerCoin: input.assets[asset].scheduledMargin(bar).maintenance)
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

    private func search(_ ranking: WinnerRanking, _ bill: WinnersBill) -> WinnerSearch {
        WinnerSearch(ranking, tables[bill.asset], figures[bill.asset], side: bill.side, bar: bill.bar)
    }

    private mutating func closeInOrder(_ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        var search = search(ranking, bill)
        while bill.isOpen, let place = search.next(tables[bill.asset]) {
            let winner = tables[bill.asset].position(place)
            let coins = min(winner.coins, bill.coins)
            give(place, winner, ranking, coins: coins, wanted: bill.share(coins), &bill)
            bill.close(coins)
        }
    }

    // MARK: All at once

    private mutating func closeAll(_ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        let places = winners(ranking, bill)
        let all = places.reduce(0) { $0 + tables[bill.asset].position($1).coins }
        for place in places {
            guard bill.isOpen else { return }
            let winner = tables[bill.asset].position(place)
            let given = min(winner.coins, bill.wanted * winner.coins / all, bill.coins)
            give(place, winner, ranking, coins: given, wanted: bill.share(given), &bill)
            bill.close(given)
        }
    }

    /// All winners, in order of entry, then of classes.
    private func winners(_ ranking: WinnerRanking, _ bill: WinnersBill) -> [PositionPlace] {
        let table = tables[bill.asset]
        let slots = table.slotOfGroup.filter { table.slots[bill.side].contains($0) }
        var found: [PositionPlace] = []
        for row in table.open where ranking.sign * (ranking.fill - table[row: row].price) > 0 {
            guard table[row: row].entry < bill.bar else { continue }
            for slot in slots {
                let place = PositionPlace(row: row, slot: slot)
                if table.isOpen(place), ranking.profit(table.position(place)) > 0 { found.append(place) }
            }
        }
        return found
    }

    private mutating func closeDownToLevel(_ ranking: WinnerRanking, _ bill: inout WinnersBill) {
        let found = largest(ranking, bill)
        for (winner, cut) in zip(found, levelledCuts(found.map(\.profit), wanted: bill.rest)) where cut > 0 {
            let open = tables[bill.asset].position(winner.place)
            let coins = open.coins * (Double(cut) / Double(winner.profit))
            give(winner.place, open, ranking, coins: coins, wanted: cut, &bill)
        }
    }

    /// The largest profits: as many as are taken down to a level, or all, in order of entry, then of classes.
    private mutating func largest(
        _ ranking: WinnerRanking, _ bill: WinnersBill
    ) -> [(place: PositionPlace, profit: Int64)] {
        var search = search(ranking, bill)
        var found: [(place: PositionPlace, profit: Int64)] = []
        var above: Int128 = 0
        while let place = search.next(tables[bill.asset]) {
            let profit = Money.units(ranking.profit(tables[bill.asset].position(place)))
            // What those before would lose down to this one.
            if above - Int128(found.count) * Int128(profit) >= Int128(bill.rest) { break }
            found.append((place, profit))
            above += Int128(profit)
        }
        let groups = tables[bill.asset].groups
        return found.sorted {
            ($0.place.row, groups[$0.place.slot].place) < ($1.place.row, groups[$1.place.slot].place)
        }
    }

    // MARK: One winner

    /// Closes coins of a winner at the fill, without fee or slippage, and takes `wanted` of the profit, or all of it.
    private mutating func give(
        _ place: PositionPlace, _ winner: OpenPosition, _ ranking: WinnerRanking, coins: Double, wanted: Int64,
        _ bill: inout WinnersBill
    ) {
        let share = coins / winner.coins
        let whole = ranking.profit(winner)
        let profit = Money.units(whole * share)
        let haircut = min(wanted, profit)
        let openingFee = Money.units(winner.openingFee * winner.part * share)
        let funding = Money.units(winner.funding(ranking.fundingSum) * winner.part * share)
        let left = winner.part(without: coins)
        tables[bill.asset].leave(left, of: place)
        let result = profit - openingFee - funding + Money.units(winner.realised * winner.part * share)
        books.move(Int128(result), from: .market, to: .traders)
        books.move(Int128(openingFee), from: .market, to: .platform)
        tally.tradingFees += Int128(openingFee)
        openNotional -= winner.notional * (winner.part - left)
        books.move(Int128(haircut), from: .traders, to: .unpaid)
        day.gains += max(0, Int128(result) - Int128(haircut))
        bill.rest -= haircut
        count(winner, haircut: haircut, bill.asset)
        day.record?.deleveraging.add(
            haircut: haircut, profit: profit, whole: whole, notional: coins * abs(ranking.fill))
        let position = LedgerPosition(asset: bill.asset, group: Int(winner.group), entry: Int(winner.entry))
        sink.add(.deleveraged(position, haircut: haircut, part: winner.part * share), books)
    }

    private mutating func count(_ winner: OpenPosition, haircut: Int64, _ asset: Int) {
        let place = self.place(ofSums: winner, asset)
        sums[asset][place].deleveraged += 1
        sums[asset][place].deleveragedPositions += winner.isUntouched ? 1 : 0
        sums[asset][place].haircut += Int128(haircut)
        day.haircuts.append(haircut)
    }
}

extension DeleveragedDay {
    /// Adds a winner that was closed, or reduced.
    @inline(__always)
    fileprivate mutating func add(haircut: Int64, profit: Int64, whole: Double, notional: Double) {
        touched += 1
        self.notional += Int128(Money.units(notional))
        self.haircut += Int128(haircut)
        self.profit += Int128(Money.units(whole))
        closedProfit += Int128(profit)
    }
}
