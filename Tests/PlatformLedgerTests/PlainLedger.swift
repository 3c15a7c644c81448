import Foundation
import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StudyPlan

/// The ledger as its definition reads: every position a record, every event in a list, and everything looked at in every bar. The judge
/// of the fast one.
final class PlainLedger {
    /// A position, open or not.
    struct Record {
        let asset, group, entry: Int
        let side: Side
        let leverage, price, notional, margin, openingFee: Double
        /// What is left after the platform has reduced it, and since when it pays funding by itself.
        var coins, fundingStart: Double
        var part = 1.0
        /// Margin after the opening fee, with what reductions have realised; and the bar from which on it is looked at again after one.
        var cash: Double
        var nextCheck = 0
        var sign: Double { side.sign }
    }

    let input: PlatformInput
    let maxGap: TimeSpan?
    var records: [Record] = []
    /// Beside each record: the position as it was opened or last reduced, and what it counts for. Records themselves hold numbers alone:
    /// they are copied billions of times.
    var positions: [LinearPosition] = []
    var sums: [LedgerSums] = []
    /// Places of those that may be open.
    var open: [Int] = []
    var events: [LedgerEvent] = []
    /// Notional of each position that was not opened, by class.
    var rejectedNotionals: [Int: [Int64]] = [:]
    var rejected: Int { rejectedNotionals.values.reduce(0) { $0 + $1.count } }
    /// Trader, fund, platform, market, and what waits to be paid.
    var accounts = (traders: Int128(0), fund: Int128(0), platform: Int128(0), market: Int128(0), waiting: Int128(0))
    var lowestFund: Int128 = 0
    var feesPaid = (trading: Int128(0), liquidation: Int128(0))
    var mostOpen = 0.0
    var waiting: [(record: Int, amount: Int64)] = []
    var gains: Int128 = 0
    var today: Int64?
    /// Every balance the fund ever had, with its moment.
    var balances: [(time: Int64, balance: Int128)] = []
    var now = Int64.min
    /// By asset, how far liquidations have moved the log price; and what was liquidated in the bar.
    var moves: [Double] = []
    private var (sold, bought) = (0.0, 0.0)
    /// By asset: what funding has added up to at each bar, the last bar of each window, and what each bar opens.
    let fundingSums: [[Double]]
    let lastBars: [[Int]]
    let scales: [[Double]]
    /// By asset, the prices that trigger for each side; by class, what it opens.
    private let triggering: [(longs: [Double], shorts: [Double])]
    private let notionals: [Double]

    init(_ input: PlatformInput, maxGap: TimeSpan? = nil) {
        (self.input, self.maxGap) = (input, maxGap)
        moves = input.assets.map { _ in 0 }
        fundingSums = input.assets.map { asset in
            var sum = 0.0
            return asset.market.series.open.enumerated().map { bar, open in
                sum += (asset.market.fundingPerBar?[bar] ?? 0) * open
                return sum
            }
        }
        lastBars = input.assets.map { asset in
            asset.market.series.time.indices.map {
                PlainLedger.lastBar(asset.market.series.time, $0, input.population.horizon, maxGap)
            }
        }
        scales = input.assets.map { PlainLedger.scales($0.market, input.population.scale) }
        let isByClose = input.rules.liquidation.trigger == .close
        triggering = input.assets.map { PlainLedger.triggering($0.market, isByClose: isByClose) }
        notionals = input.population.notionals
    }

    /// No flow is larger than 2⁶⁰ units, whatever a price near 0 makes of the coins.
    func units(_ amount: Double) -> Int64 {
        Int64(min(0x1p60, max(-0x1p60, (amount * 1e6).rounded(.toNearestOrEven))))
    }

    var isBalanced: Bool {
        accounts.traders + accounts.fund + accounts.platform + accounts.market + accounts.waiting == 0
    }

    func run() {
        accounts.fund = Int128(units(input.safeguards.fund.amount))
        accounts.platform -= accounts.fund
        lowestFund = accounts.fund
        noteBalance()
        var moments: [(time: Int64, asset: Int, bar: Int)] = []
        for (asset, place) in input.assets.enumerated() {
            for (bar, time) in place.market.series.time.enumerated() { moments.append((time, asset, bar)) }
        }
        moments.sort { ($0.time, $0.asset) < ($1.time, $1.asset) }
        for (time, asset, bar) in moments {
            let day = Int64((Double(time) / 86_400_000).rounded(.down))
            if let today, today != day { endDay() }
            today = day
            now = time
            open.removeAll { records[$0].part == 0 }
            liquidate(asset, bar)
            for record in open where records[record].asset == asset && records[record].part > 0 {
                if lastBars[asset][records[record].entry] == bar { closeAtHorizon(record, bar) }
            }
            open(asset, bar)
            mostOpen = max(mostOpen, open.reduce(0) { $0 + records[$1].coins * records[$1].price * records[$1].part })
        }
        if today != nil { endDay() }
    }

    // MARK: Windows and entries

    /// The last bar that is seen of a window.
    private static func lastBar(_ time: [Int64], _ entry: Int, _ horizon: TimeSpan, _ maxGap: TimeSpan?) -> Int {
        var last = entry
        while last + 1 < time.count, time[last + 1] - time[entry] <= horizon.milliseconds {
            if let maxGap, time[last + 1] - time[last] > maxGap.milliseconds { break }
            last += 1
        }
        return last
    }

    static func scales(_ market: MarketHistory, _ scale: Population.Scale) -> [Double] {
        let volumes = market.series.time.indices.map { market.quoteVolume($0) }
        let mean = volumes.reduce(0, +) / Double(volumes.count)
        return volumes.map { scale == .volume && mean > 0 ? $0 / mean : 1 }
    }

    func open(_ asset: Int, _ bar: Int) {
        let market = input.assets[asset].market
        guard bar % input.population.stride == 0, lastBars[asset][bar] > bar, market.series.close[bar] > 0 else {
            return
        }
        guard scales[asset][bar] > 0 else { return }
        for group in input.population.classes.indices {
            let record = record(asset: asset, group: group, entry: bar)
            if isRejected(record) {
                rejectedNotionals[group, default: []].append(units(record.notional))
                continue
            }
            var counted = LedgerSums()
            counted.entries = 1
            counted.margin = Int128(units(record.margin))
            counted.notional = Int128(units(record.notional))
            counted.unprotected = isUnprotected(record) ? 1 : 0
            open.append(records.count)
            records.append(record)
            positions.append(opened(record))
            sums.append(counted)
        }
    }

    /// A class's position as it is opened at the close of a bar.
    func record(asset: Int, group: Int, entry: Int) -> Record {
        let (classes, trader) = (input.population.classes, input.population.classes[group])
        let ofSide = classes.filter { $0.side == trader.side }.reduce(0) { $0 + $1.weight }
        let (price, scale) = (input.assets[asset].market.series.close[entry], scales[asset][entry])
        var notional = input.population.openInterestPerBar * trader.weight / ofSide
        if scale != 1 { notional *= scale }
        let (margin, fee) = (notional / trader.leverage.value, input.rules.fees.open * notional)
        return Record(
            asset: asset, group: group, entry: entry, side: trader.side, leverage: trader.leverage.value,
            price: price, notional: notional, margin: margin, openingFee: fee, coins: notional / price,
            fundingStart: fundingSums[asset][entry], cash: margin - fee)
    }

    func terms(_ record: Record) -> PositionTerms {
        let trader = input.population.classes[record.group]
        return PositionTerms(
            side: record.side, leverage: trader.leverage, notional: record.notional, rules: input.rules)
    }

    func isRejected(_ record: Record) -> Bool {
        terms(record).rejection(.linear, entryPrice: record.price, scheduled: scheduled(record, bar: record.entry))
            != nil
    }

    /// What a dated schedule asks for a coin at a bar.
    private func scheduled(_ record: Record, bar: Int) -> ScheduledMargin {
        guard let schedule = input.rules.schedule else { return .none }
        let time = UTCInstant(milliseconds: input.assets[record.asset].market.series.time[bar])
        let size = schedule.contractSize
        let asked = schedule.entries.last { $0.from <= time }
        return ScheduledMargin(
            initial: asked.map { $0.initial / size } ?? .nan, maintenance: asked.map { $0.maintenance / size } ?? .nan)
    }

    /// What has been paid since the entry, and what is asked for a coin.
    func carry(_ record: Record, bar: Int) -> Carry {
        Carry(funding: funding(record, bar: bar), maintenancePerCoin: scheduled(record, bar: bar).maintenance)
    }

    func isUnprotected(_ record: Record) -> Bool {
        let series = input.assets[record.asset].market.series
        return (record.entry + 1...lastBars[record.asset][record.entry]).contains { bar in
            let worst = record.side == .long ? series.low[bar] : series.high[bar]
            return equity(record, at: worst, bar: bar) < -1e-12 * record.notional
        }
    }

    // MARK: Formulas

    func profit(_ record: Record, at price: Double) -> Double {
        record.sign * record.coins * (price - record.price)
    }

    func funding(_ record: Record, bar: Int) -> Double {
        record.sign * record.coins * (fundingSums[record.asset][bar] - record.fundingStart)
    }

    func equity(_ record: Record, at price: Double, bar: Int) -> Double {
        record.cash + profit(record, at: price) - funding(record, bar: bar)
    }

    /// As it was opened.
    func opened(_ record: Record) -> LinearPosition { LinearPosition(terms(record), entryPrice: record.price) }

    // MARK: Liquidations

    func liquidate(_ asset: Int, _ bar: Int) {
        guard input.rules.liquidation.enabled else { return }
        (moves[asset], sold, bought) = (moveLeft(asset, bar), 0, 0)
        let start = moves[asset]
        for _ in 0..<(input.safeguards.impact?.maxRounds ?? 1) {
            var due = due(asset, bar)
            let isAny = !due.isEmpty
            while !due.isEmpty {
                let item = due.removeFirst()
                let record = records[item.record]
                guard record.part > 0 else { continue }
                let unmoved = unslippedFill(record, bar: bar, trigger: item.trigger)
                let price = moved(unmoved.price, by: moves[asset])
                let fill = slipped(price, record, bar: unmoved.bar)
                let target = target(record, bar: bar, fillPrice: price)
                if target > 0 {
                    reduce(item.record, bar: bar, to: target, fill: fill, nextCheck: unmoved.bar)
                } else {
                    liquidate(item.record, bar: bar, fill: fill)
                }
                defer {
                    if target > 0, unmoved.bar == bar, let again = dueNow(item.record, bar) {
                        due = ordered(due + [again])
                    }
                }
                guard let impact = input.safeguards.impact else { continue }
                let notional = (record.coins - target) * record.part * abs(unmoved.price)
                if record.side == .long { sold += notional } else { bought += notional }
                let scale = impact.gamma * deviation(asset, bar) / impact.depth.squareRoot()
                moves[asset] = min(3, max(-3, start + scale * (bought.squareRoot() - sold.squareRoot())))
            }
            if !isAny { return }
        }
    }

    private typealias Due = (distance: Double, record: Int, trigger: Double)

    /// Everything that is due at the price where liquidations have moved it, in the order in which the price comes by.
    private func due(_ asset: Int, _ bar: Int) -> [Due] {
        let standing = open.filter {
            records[$0].asset == asset && records[$0].part > 0 && records[$0].nextCheck <= bar
        }
        return ordered(standing.compactMap { dueNow($0, bar) })
    }

    /// Whether one is due.
    private func dueNow(_ index: Int, _ bar: Int) -> Due? {
        let record = records[index]
        let (checked, carry) = (checked(record, bar: bar), carry(record, bar: bar))
        let position = positions[index]
        func isDue(_ price: Double) -> Bool {
            position.equity(at: price, carry) <= position.requirement(at: price, carry)
        }
        guard isDue(moved(checked, by: moves[record.asset])) else { return nil }
        let trigger = position.triggerPrice(carry)
        let distance = abs(trigger - input.assets[record.asset].market.series.open[bar])
        return (distance, index, isDue(checked) ? trigger : checked)
    }

    private func ordered(_ due: [Due]) -> [Due] {
        due.sorted { a, b in
            if a.distance != b.distance { return a.distance < b.distance }
            let (x, y) = (records[a.record], records[b.record])
            if x.side != y.side { return x.side == .long }
            if x.leverage != y.leverage { return x.leverage > y.leverage }
            return (x.entry, x.group) < (y.entry, y.group)
        }
    }

    // MARK: What liquidations do to the price

    /// What is left in a bar of the moves of earlier ones.
    private func moveLeft(_ asset: Int, _ bar: Int) -> Double {
        guard let impact = input.safeguards.impact, bar > 0 else { return 0 }
        let time = input.assets[asset].market.series.time
        let left = moves[asset] * exp2(-Double(time[bar] - time[bar - 1]) / Double(impact.halfLife.milliseconds))
        return abs(left) < 1e-12 ? 0 : left
    }

    private func moved(_ price: Double, by move: Double) -> Double {
        move == 0 ? price : price + abs(price) * expm1(move)
    }

    /// Of a bar's range, the close before it included.
    private func deviation(_ asset: Int, _ bar: Int) -> Double {
        let series = input.assets[asset].market.series
        let last = series.close[max(0, bar - 1)]
        let (low, high) = (min(series.low[bar], last), max(series.high[bar], last))
        return low > 0 ? log(high / low) / (4 * log(2)).squareRoot() : 0
    }

    /// The price that triggers.
    func checked(_ record: Record, bar: Int) -> Double {
        record.side == .long ? triggering[record.asset].longs[bar] : triggering[record.asset].shorts[bar]
    }

    private static func triggering(_ market: MarketHistory, isByClose: Bool) -> (longs: [Double], shorts: [Double]) {
        let close = market.mark?.close ?? market.series.close
        if isByClose { return (close, close) }
        return (market.mark?.low ?? market.series.low, market.mark?.high ?? market.series.high)
    }

    func fillPrice(_ record: Record, bar: Int, trigger: Double) -> Double {
        let found = unslippedFill(record, bar: bar, trigger: trigger)
        return slipped(found.price, record, bar: found.bar)
    }

    /// What the market alone would have paid, and when.
    private func unslippedFill(_ record: Record, bar: Int, trigger: Double) -> (price: Double, bar: Int) {
        let market = input.assets[record.asset].market
        let series = market.series
        let atOnce = record.sign * (series.open[bar] - trigger) <= 0 ? series.open[bar] : trigger
        switch input.rules.liquidation.resolvedFill(barLength: market.barLength) {
        case .gap: return (atOnce, bar)
        case .best: return (trigger, bar)
        case .worst: return (record.side == .long ? series.low[bar] : series.high[bar], bar)
        case .next(let latency):
            var end = bar
            while end + 1 < series.count,
                maxGap.map({ series.time[end + 1] - series.time[end] <= $0.milliseconds }) ?? true
            {
                end += 1
            }
            return bar + latency <= end
                ? (series.open[bar + latency], bar + latency) : (series.close[end], end)
        case .delay(let law):
            guard series.low[bar] > 0 else {
                return (record.side == .long ? series.low[bar] : series.high[bar], bar)
            }
            let anchor = market.mark == nil ? atOnce : min(max(atOnce, series.low[bar]), series.high[bar])
            guard let spread = law.spread(anchor: anchor, low: series.low[bar], high: series.high[bar]) else {
                return (anchor, bar)
            }
            let draw = ledgerDraw(
                seed: input.seed, asset: input.assets[record.asset].name, time: series.time[bar], side: record.side)
            return (anchor * exp(spread.quantile(draw, from: spread.lower, to: spread.upper)), bar)
        }
    }

    func slipped(_ price: Double, _ record: Record, bar: Int) -> Double {
        let market = input.assets[record.asset].market
        let fraction = input.rules.slippage.fraction(
            notional: notionals[record.group], volume: market.quoteVolume(bar),
            volatility: market.volatility)
        return price - record.sign * fraction * abs(price)
    }

    func liquidate(_ index: Int, bar: Int, fill: Double) {
        let record = records[index]
        let coins = record.coins * record.part
        let equity = close(index, bar: bar, fill: fill, isLiquidation: true)
        guard equity < 0 else { return }
        var rest = -equity
        let isEarly = input.safeguards.deleveraging != nil && hasFallen()
        if !isEarly { rest -= payByFund(index, rest) }
        events.append(
            .closed(
                position(record), bar: bar, isLiquidation: true, equity: equity,
                paidByFund: isEarly ? 0 : -equity - rest
            ))
        if rest > 0, let rule = input.safeguards.deleveraging {
            let paid = deleverage(
                rule, against: record, coins: coins * (Double(rest) / Double(-equity)), rest: rest, fill: fill, bar: bar
            )
            sums[index].deleveraging += Int128(paid)
            if paid > 0 { sums[index].deleveragingPaid = 1 }
            rest -= paid
        }
        if isEarly { rest -= payByFund(index, rest) }
        if rest > 0 { waiting.append((index, rest)) }
    }

    /// The coins that the next lower bracket has room for at the fill, by the bracket of the price at which it is due; 0 where there is
    /// none.
    func target(_ record: Record, bar: Int, fillPrice: Double) -> Double {
        guard input.rules.liquidation.isPartial else { return 0 }
        let value = record.coins * abs(moved(checked(record, bar: bar), by: moves[record.asset]))
        let caps = input.rules.tiers.tiers.map(\.notionalCap).filter { $0 < value }
        return caps.map { $0 / abs(fillPrice) }.filter { $0 < record.coins }.max() ?? 0
    }

    /// A reduction: what it realises stays in the position, its fees are paid.
    private func reduce(_ index: Int, bar: Int, to target: Double, fill: Double, nextCheck: Int) {
        let (record, fees) = (records[index], input.rules.fees)
        let sold = record.coins - target
        positions[index].reduce(
            to: target, at: fill,
            fee: (fees.close + fees.liquidation) * (sold * abs(fill)) + funding(record, bar: bar))
        records[index].cash = positions[index].equity(at: record.price, .none)
        records[index].nextCheck = nextCheck
        records[index].coins = target
        records[index].fundingStart = fundingSums[record.asset][bar]
        sums[index].liquidated = 1
        sums[index].reductions += 1
        let fee = units(fees.close * (sold * abs(fill)) * record.part)
        let extra = units(fees.liquidation * (sold * abs(fill)) * record.part)
        bookFees(fee, extra)
        events.append(.reduced(self.position(record), bar: bar, coins: sold * record.part, fee: fee + extra))
    }

    private func bookFees(_ plain: Int64, _ extra: Int64) {
        let toFund = Int64((Double(extra) * input.safeguards.feeToFund).rounded(.toNearestOrEven))
        accounts.market -= Int128(plain + extra)
        accounts.platform += Int128(plain + extra - toFund)
        accounts.fund += Int128(toFund)
        feesPaid.trading += Int128(plain)
        feesPaid.liquidation += Int128(extra)
        noteBalance()
    }

    func position(_ record: Record) -> LedgerPosition {
        LedgerPosition(asset: record.asset, group: record.group, entry: record.entry)
    }

    func closeAtHorizon(_ index: Int, _ bar: Int) {
        let record = records[index]
        let fill = slipped(input.assets[record.asset].market.series.close[bar], record, bar: bar)
        let equity = close(index, bar: bar, fill: fill, isLiquidation: false)
        let paid = equity < 0 ? payByFund(index, -equity) : 0
        if equity < 0, -equity > paid { waiting.append((index, -equity - paid)) }
        events.append(
            .closed(position(record), bar: bar, isLiquidation: false, equity: equity, paidByFund: paid))
    }

    /// Final equity; books everything but who pays a shortfall.
    func close(_ index: Int, bar: Int, fill: Double, isLiquidation: Bool) -> Int64 {
        let record = records[index]
        let fees = input.rules.fees
        let traded = record.coins * abs(fill)
        let rate = isLiquidation ? fees.close + fees.liquidation : fees.close
        let final = units((equity(record, at: fill, bar: bar) - rate * traded) * record.part)
        let margin = units(record.margin * record.part)
        let plainFees = units(record.openingFee * record.part) + units(fees.close * traded * record.part)
        let extra = isLiquidation ? units(fees.liquidation * traded * record.part) : 0
        accounts.traders += Int128(final - margin)
        accounts.market -= Int128(final - margin)
        bookFees(plainFees, extra)
        records[index].part = 0
        if isLiquidation { sums[index].liquidated = 1 }
        if final < 0 {
            accounts.traders += Int128(-final)
            accounts.waiting -= Int128(-final)
            sums[index].shortfalls += 1
            sums[index].shortfall += Int128(-final)
            return final
        }
        let surplus =
            isLiquidation ? Int64((Double(final) * input.safeguards.surplusToFund).rounded(.toNearestOrEven)) : 0
        accounts.traders -= Int128(surplus)
        accounts.fund += Int128(surplus)
        noteBalance()
        gains += max(0, Int128(final - surplus - margin))
        if isLiquidation {
            events.append(
                .closed(position(record), bar: bar, isLiquidation: true, equity: final, paidByFund: 0))
        }
        return final
    }
}
