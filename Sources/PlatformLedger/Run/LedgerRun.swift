import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// One pass over all bars of a platform, in the order in which things happen.
struct LedgerRun<Sink: LedgerSink> {
    let input: PlatformInput
    var sink: Sink
    var tally: LedgerTally
    /// By asset, the day of the entry and class: ``LedgerTally/blocks`` while they grow.
    var sums: [[LedgerSums]]
    var books = Books()
    /// Notional that is open, at entry prices, quote currency.
    var openNotional = 0.0
    var day: DayState
    var watch: FundWatch?
    /// What liquidations have done to each asset's price; empty where they do nothing.
    var impacts: [PriceImpact]
    /// Open positions by asset.
    var tables: [PositionTable]
    /// Trigger prices by asset: longs, shorts.
    var heaps: [[TriggerHeap]]
    /// The moment that is being looked at, milliseconds since the epoch.
    var now: Int64 = 0
    let reach: [Reach]
    let figures: [SlotFigures]

    init(_ input: PlatformInput, sink: Sink) {
        (self.input, self.sink) = (input, sink)
        tally = LedgerTally()
        sums = input.assets.map { Array(repeating: LedgerSums(), count: $0.dayCount * $0.groups.count) }
        let isUniform = input.population.scale == .constant || input.rules.tiers.tiers.count == 1
        tables = input.assets.map { PositionTable($0.groups, isUniform: isUniform) }
        heaps = input.assets.map { _ in [TriggerHeap(), TriggerHeap()] }
        watch = input.safeguards.early.map(FundWatch.init)
        impacts = input.safeguards.impact.map { rule in input.assets.map { _ in PriceImpact(rule) } } ?? []
        reach = input.assets.map { Reach($0, tiers: input.rules.tiers) }
        figures = tables.map { SlotFigures($0.groups) }
        day = DayState()
        books.move(Money.total(input.safeguards.fund.amount), from: .platform, to: .fund)
        tally.lowestFund = books.fund
        watch?.add(books.fund, at: .min)
    }

    /// Bars of all assets by time; at one moment assets come in their order.
    mutating func walk(_ control: RunControl) throws(RunCancelled) {
        var next = Array(repeating: 0, count: input.assets.count)
        var steps = 0
        while let asset = earliest(next) {
            let time = input.assets[asset].market.series.time[next[asset]]
            beginDay(floorDivide(time, millisecondsPerDay))
            now = time
            walkBar(asset, next[asset])
            next[asset] += 1
            steps += 1
            if steps % 256 == 0, control.isCancelled { throw RunCancelled() }
        }
        endDay()
        tally.books = books
        tally.blocks = zip(input.assets, sums).map { asset, sums in
            asset.groups.indices.map { group in
                (0..<asset.dayCount).map { sums[$0 * asset.groups.count + group] }
            }
        }
    }

    private func earliest(_ next: [Int]) -> Int? {
        var (best, time): (Int?, Int64) = (nil, .max)
        for (asset, bar) in next.enumerated() where bar < input.assets[asset].market.series.count {
            let candidate = input.assets[asset].market.series.time[bar]
            if candidate < time { (best, time) = (asset, candidate) }
        }
        return best
    }

    private mutating func walkBar(_ asset: Int, _ bar: Int) {
        liquidateDue(asset, bar)
        closeAtHorizon(asset, bar)
        open(asset, bar)
    }

    // MARK: Entries

    private mutating func open(_ asset: Int, _ bar: Int) {
        guard let last = input.assets[asset].windows.watched(bar)?.last else { return }
        let scale = input.assets[asset].scale?[bar] ?? 1
        guard scale > 0 else { return }
        let row = PositionRow(
            entry: Int32(bar), last: Int32(last), price: input.assets[asset].market.series.close[bar],
            fundingStart: input.assets[asset].fundingSums?[bar] ?? 0, scale: scale)
        let number = tables[asset].next
        tables[asset].append(row)
        let worst = reach[asset].worst(entry: bar, last: last)
        let scheduled = input.assets[asset].scheduledMargin(bar)
        let day = Int(input.assets[asset].dayOfBar[bar]) * tables[asset].groups.count
        for slot in tables[asset].groups.indices {
            let group = tables[asset].groups[slot]
            guard !group.isRejected(scale, price: row.price, scheduled) else {
                sums[asset][day + Int(group.place)].reject(notional: Money.units(group.notional(scale)))
                continue
            }
            tables[asset].open(PositionPlace(row: number, slot: slot))
            enter(group, row, worst: worst, sums: (asset, day + Int(group.place)))
        }
        tally.mostOpen = max(tally.mostOpen, openNotional)
        tables[asset].summarise(number)
        for side in 0...1 { watchTriggers(asset, row: number, side) }
    }

    /// Counts a position that was opened.
    @inline(__always)
    private mutating func enter(
        _ group: LedgerAsset.Group, _ row: PositionRow, worst: (low: Double, high: Double), sums place: (Int, Int)
    ) {
        let position = OpenPosition(group, row, part: 1)
        let extreme = position.sign > 0 ? worst.low : worst.high
        let equity = position.equity(at: extreme + row.fundingStart, fundingSum: row.fundingStart)
        let notional = group.notional(row.scale)
        openNotional += notional
        sums[place.0][place.1].enter(
            margin: Money.units(position.margin), notional: Money.units(notional),
            isUnprotected: equity < -CellRules.tolerance * notional)
    }

    // MARK: Exits

    /// Closes what has reached its last bar: order of entry, then of classes.
    private mutating func closeAtHorizon(_ asset: Int, _ bar: Int) {
        while let row = tables[asset].open.first, Int(tables[asset][row: row].last) <= bar {
            for slot in tables[asset].slotOfGroup {
                let place = PositionPlace(row: row, slot: slot)
                if tables[asset].isOpen(place) { closeAtHorizon(asset, bar, place) }
            }
            tables[asset].removeFirst()
        }
    }

    private mutating func closeAtHorizon(_ asset: Int, _ bar: Int, _ place: PositionPlace) {
        let fill = tables[asset].groups[place.slot].slipped(input.assets[asset].market.series.close[bar], bar: bar)
        let closing = close(asset, place, bar: bar, fill: fill, isLiquidation: false)
        guard closing.rest > 0 else { return }
        day.rests.append(Rest(closing, amount: closing.rest))
    }
}
