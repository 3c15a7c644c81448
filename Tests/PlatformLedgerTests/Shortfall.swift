import MarginModel
import PlatformLedger
import StressBasics
import StudyPlan

/// A liquidation below zero and the winners who paid for it: from the events alone, with every price worked out again from the input.
struct Shortfall {
    /// A winner's part that was closed.
    struct Payment {
        let winner: PlainLedger.Record
        let coins: Double
        /// Profit of the coins at the loser's fill.
        let profit: Double
        let haircut: Int64
    }

    let loser: PlainLedger.Record
    let bar: Int
    /// The price the loser was closed at.
    let fill: Double
    /// Coins of the loser that were closed.
    let coins: Double
    /// `D`.
    let amount: Int64
    /// What the fund left of it.
    let rest: Int64
    var payments: [Payment] = []
    /// Coins that could have been closed against it, and the least profit of one of them: found for the first of a run.
    var winners = (coins: 0.0, leastProfit: Double.infinity)

    /// Coins that winners are to give.
    var wanted: Double { coins * (Double(rest) / Double(amount)) }
    /// What winners paid.
    var paid: Int64 { payments.reduce(0) { $0 + $1.haircut } }
    /// Whether every winner could pay as much for a coin as the loser fell short of, and there were enough of them.
    var isCovered: Bool {
        winners.coins > wanted * (1 + 1e-9) && winners.leastProfit > Double(amount) / Money.unitsPerQuote / coins
    }

    /// Whether both are of the same position.
    func isOf(_ other: Shortfall) -> Bool {
        (loser.asset, loser.group, loser.entry) == (other.loser.asset, other.loser.group, other.loser.entry)
    }

    /// The liquidations below zero of a run in their order, those that the fund paid left out; the first alone where no more are asked for.
    static func all(
        _ input: PlatformInput, maxGap: TimeSpan?, _ events: [LedgerEvent], onlyFirst: Bool = false
    ) -> [Shortfall] {
        var (found, book) = ([Shortfall](), OpenBook(input, maxGap: maxGap))
        for event in events {
            switch event {
            case .closed(let position, let bar, let isLiquidation, let equity, let paid):
                if isLiquidation, equity < 0, -equity > paid {
                    if onlyFirst, !found.isEmpty { return found }
                    var event = book.shortfall(position, bar: bar, amount: -equity, rest: -equity - paid)
                    if found.isEmpty { event.winners = book.winners(event) }
                    found.append(event)
                }
                book.parts[position] = 0
            case .deleveraged(let position, let haircut, let part):
                let last = found.count - 1
                found[last].payments.append(book.payment(position, part, haircut, found[last]))
                book.parts[position, default: 1] -= part
            case .dayEnded, .reduced: break
            }
        }
        return found
    }
}

/// What is open of every position, kept from events.
private struct OpenBook {
    let plain: PlainLedger
    /// What is left of those that are no longer whole.
    var parts: [LedgerPosition: Double] = [:]

    init(_ input: PlatformInput, maxGap: TimeSpan?) { plain = PlainLedger(input, maxGap: maxGap) }

    func shortfall(_ position: LedgerPosition, bar: Int, amount: Int64, rest: Int64) -> Shortfall {
        let loser = plain.record(asset: position.asset, group: position.group, entry: position.entry)
        let carry = plain.carry(loser, bar: bar)
        let fill = plain.fillPrice(loser, bar: bar, trigger: plain.opened(loser).triggerPrice(carry))
        return Shortfall(
            loser: loser, bar: bar, fill: fill, coins: loser.coins * parts[position, default: 1], amount: amount,
            rest: rest)
    }

    func winners(_ event: Shortfall) -> (coins: Double, leastProfit: Double) {
        let profits = open(event.loser.asset, bar: event.bar).filter { $0.side != event.loser.side }.map {
            (coins: $0.coins * $0.part, profit: plain.profit($0, at: event.fill) / $0.coins)
        }.filter { $0.profit > 0 }
        return (profits.reduce(0) { $0 + $1.coins }, profits.map(\.profit).min() ?? 0)
    }

    func payment(_ position: LedgerPosition, _ part: Double, _ haircut: Int64, _ event: Shortfall) -> Shortfall.Payment
    {
        let winner = plain.record(asset: position.asset, group: position.group, entry: position.entry)
        return Shortfall.Payment(
            winner: winner, coins: winner.coins * part, profit: plain.profit(winner, at: event.fill) * part,
            haircut: haircut)
    }

    /// What stands in a bar of what was opened before it.
    private func open(_ asset: Int, bar: Int) -> [PlainLedger.Record] {
        let close = plain.input.assets[asset].market.series.close
        return (0..<bar).filter { entry in
            entry % plain.input.population.stride == 0 && plain.lastBars[asset][entry] >= bar && close[entry] > 0
                && plain.scales[asset][entry] > 0
        }.flatMap { entry in
            plain.input.population.classes.indices.compactMap { group in
                var record = plain.record(asset: asset, group: group, entry: entry)
                record.part = parts[LedgerPosition(asset: asset, group: group, entry: entry), default: 1]
                return !plain.isRejected(record) && record.part > 1e-12 ? record : nil
            }
        }
    }
}
