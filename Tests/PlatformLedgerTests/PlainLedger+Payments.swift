import PlatformLedger
import StressBasics
import StudyPlan

extension PlainLedger {
    func payByFund(_ index: Int, _ amount: Int64) -> Int64 {
        let floor = Int128(units(input.safeguards.fund.floor))
        let paid = min(Int128(amount), max(0, accounts.fund - floor))
        accounts.fund -= paid
        accounts.waiting += paid
        noteBalance()
        lowestFund = min(lowestFund, accounts.fund)
        sums[index].fund += paid
        if paid > 0 { sums[index].fundPaid = 1 }
        return Int64(paid)
    }

    func noteBalance() { if input.safeguards.early != nil { balances.append((now, accounts.fund)) } }

    /// Whether the fund has fallen from its highest balance of the window as the rule says.
    func hasFallen() -> Bool {
        guard let early = input.safeguards.early else { return false }
        let start = now - early.within.milliseconds
        // The balance that stood when the window began, and all since.
        var peak: Int128 = 0
        for (time, balance) in balances.reversed() {
            peak = max(peak, balance)
            if time <= start { break }
        }
        return peak > 0 && Double(accounts.fund) <= (1 - early.fall) * Double(peak)
    }

    func deleverage(
        _ rule: DeleveragingRule, against loser: Record, coins: Double, rest: Int64, fill: Double, bar: Int
    ) -> Int64 {
        let winners = open.filter {
            records[$0].asset == loser.asset && records[$0].side != loser.side && records[$0].part > 0
                && records[$0].entry < bar && profit(records[$0], at: fill) * records[$0].part > 0
        }
        switch rule {
        case .least: return level(winners, rest: rest, fill: fill, bar: bar)
        case .proRata:
            let open = winners.map { records[$0].coins * records[$0].part }
            let all = open.reduce(0, +)
            let shares = zip(winners, open).map { ($0, min($1, coins * $1 / all)) }
            return take(shares, coins: coins, rest: rest, fill: fill, bar: bar)
        default:
            let scores = Dictionary(
                uniqueKeysWithValues: winners.map { winner in
                    let score = score(rule, records[winner], fill: fill, bar: bar)
                    return (winner, score.isNaN ? 0 : score)
                })
            let ordered = winners.sorted { a, b in
                let (x, y) = (scores[a] ?? 0, scores[b] ?? 0)
                if x != y { return x > y }
                if records[a].entry != records[b].entry { return records[a].entry < records[b].entry }
                if records[a].leverage != records[b].leverage { return records[a].leverage > records[b].leverage }
                return records[a].group < records[b].group
            }
            let shares = ordered.map { ($0, records[$0].coins * records[$0].part) }
            return take(shares, coins: coins, rest: rest, fill: fill, bar: bar)
        }
    }

    func score(_ rule: DeleveragingRule, _ record: Record, fill: Double, bar: Int) -> Double {
        let profit = profit(record, at: fill)
        let value = record.coins * fill
        let equity = equity(record, at: fill, bar: bar)
        switch rule {
        case .bitmex: return (profit / (record.coins * record.price)) * (value / equity)
        case .binance:
            let requirement =
                input.rules.tiers.requirement(value) + record.coins * carry(record, bar: bar).maintenancePerCoin
            return (profit / record.margin) * (requirement / equity)
        case .hyperliquid:
            return (record.side == .long ? fill / record.price : record.price / fill) * (value / equity)
        // What was sold at the entry is what a short wins by a price of 0, the same for equal notionals.
        default: return fill == 0 ? (profit * record.part * 1e6).rounded() : profit * record.part
        }
    }

    /// Takes coins from winners in order until all are matched.
    func take(_ shares: [(Int, Double)], coins: Double, rest: Int64, fill: Double, bar: Int) -> Int64 {
        var (coinsLeft, restLeft) = (coins, rest)
        for (index, most) in shares where coinsLeft > 0 {
            let given = min(most, coinsLeft)
            let wanted = Int64((Double(restLeft) * (given / coinsLeft)).rounded(.toNearestOrEven))
            restLeft -= give(index, coins: given, wanted: wanted, fill: fill, bar: bar)
            coinsLeft -= given
        }
        return rest - restLeft
    }

    /// Takes profits down to a level that is found unit by unit from above, by halving.
    func level(_ winners: [Int], rest: Int64, fill: Double, bar: Int) -> Int64 {
        let profits = winners.map { units(profit(records[$0], at: fill) * records[$0].part) }
        func above(_ level: Int64) -> Int128 { profits.reduce(0) { $0 + Int128(max(0, $1 - level)) } }
        var (low, high) = (Int64(0), profits.max() ?? 0)
        // The highest level that still brings in enough; 0 when none does.
        while low < high {
            let middle = low + (high - low + 1) / 2
            if above(middle) >= Int128(rest) { low = middle } else { high = middle - 1 }
        }
        var spared = max(0, above(low) - Int128(rest))
        var paid: Int64 = 0
        for (index, profit) in zip(winners, profits) where profit > low {
            var cut = profit - low
            if spared > 0 { (cut, spared) = (cut - 1, spared - 1) }
            guard cut > 0 else { continue }
            let coins = records[index].coins * records[index].part * (Double(cut) / Double(profit))
            paid += give(index, coins: coins, wanted: cut, fill: fill, bar: bar)
        }
        return paid
    }

    func give(_ index: Int, coins: Double, wanted: Int64, fill: Double, bar: Int) -> Int64 {
        let record = records[index]
        let open = record.coins * record.part
        let share = coins / open
        let profit = units(profit(record, at: fill) * record.part * share)
        let haircut = min(wanted, profit)
        let fee = units(record.openingFee * record.part * share)
        let realised = record.cash - (record.margin - record.openingFee)
        let result =
            profit - fee - units(funding(record, bar: bar) * record.part * share)
            + units(realised * record.part * share)
        accounts.traders += Int128(result) - Int128(haircut)
        accounts.market -= Int128(result) + Int128(fee)
        accounts.platform += Int128(fee)
        feesPaid.trading += Int128(fee)
        accounts.waiting += Int128(haircut)
        gains += max(0, Int128(result) - Int128(haircut))
        // What was met is never whole again.
        records[index].part =
            open - coins <= 1e-12 * record.coins
            ? 0 : min(record.part - coins / record.coins, record.part.nextDown)
        sums[index].deleveragedPositions = 1
        sums[index].deleveraged += 1
        sums[index].haircut += Int128(haircut)
        events.append(.deleveraged(position(record), haircut: haircut, part: record.part * share))
        return haircut
    }

    func endDay() {
        let sum = waiting.reduce(Int128(0)) { $0 + Int128($1.amount) }
        let most =
            input.safeguards.socialisedCap.map {
                Int128(($0 * Double(gains)).rounded(.toNearestOrEven))
            } ?? 0
        let charge = min(sum, most)
        var (left, losses) = (charge, sum)
        for (index, amount) in waiting {
            // Half to even, in whole numbers.
            let (quotient, rest) = (left * Int128(amount)).quotientAndRemainder(dividingBy: losses)
            let isUp = 2 * rest > losses || (2 * rest == losses && quotient % 2 == 1)
            let paid = quotient + (isUp ? 1 : 0)
            (left, losses) = (left - paid, losses - Int128(amount))
            let owed = Int128(amount) - paid
            accounts.waiting += Int128(amount)
            accounts.traders -= paid
            sums[index].socialised += paid
            if paid > 0 { sums[index].socialisedPaid = 1 }
            if input.safeguards.recourse == .trader {
                accounts.traders -= owed
                sums[index].owed += owed
                sums[index].owing += owed > 0 ? 1 : 0
            } else {
                accounts.platform -= owed
                sums[index].platform += owed
                if owed > 0 { sums[index].platformPaid = 1 }
            }
        }
        (waiting, gains) = ([], 0)
        if let topUp = input.safeguards.fund.topUp, accounts.fund < Int128(units(topUp.below)) {
            accounts.platform -= Int128(units(topUp.to)) - accounts.fund
            accounts.fund = Int128(units(topUp.to))
            noteBalance()
        }
        events.append(.dayEnded(socialised: Int64(charge), fund: accounts.fund))
    }

    func sums(group: Int) -> LedgerSums {
        var total = LedgerTally.total(zip(records, sums).filter { $0.0.group == group }.map(\.1))
        for notional in rejectedNotionals[group] ?? [] {
            total.rejected += 1
            total.rejectedNotional += Int128(notional)
        }
        return total
    }
}
