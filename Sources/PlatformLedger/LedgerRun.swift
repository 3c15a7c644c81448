import MarginModel
import PriceSeries
import StressBasics
import StressEngine

/// One pass over all bars of a platform, in the order in which things happen.
struct LedgerRun<Sink: LedgerSink> {
    let input: PlatformInput
    var sink: Sink
    var tally: LedgerTally
    var books = Books()
    var day: DayState
    var watch: FundWatch?
    /// Open positions by asset: longs, shorts.
    var queues: [[PositionQueue]]
    /// Trigger prices by asset and class.
    var heaps: [[TriggerHeap]]
    /// The moment that is being looked at, milliseconds since the epoch.
    var now: Int64 = 0
    let reach: [Reach]
    let leverages: [Double]

    init(_ input: PlatformInput, sink: Sink) {
        (self.input, self.sink) = (input, sink)
        tally = LedgerTally(assets: input.assets)
        queues = input.assets.map { _ in [PositionQueue(), PositionQueue()] }
        heaps = input.assets.map { $0.groups.map { _ in TriggerHeap() } }
        watch = input.safeguards.early.map(FundWatch.init)
        reach = input.assets.map { Reach($0, tiers: input.rules.tiers) }
        leverages = input.population.classes.map(\.leverage.value)
        day = DayState()
        books.move(Int128(Money.units(input.safeguards.fund.amount)), from: \.platform, to: \.fund)
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
            if steps % 4096 == 0, control.isCancelled { throw RunCancelled() }
        }
        endDay()
        tally.books = books
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
        let place = input.assets[asset]
        guard let watched = place.windows.watched(bar) else { return }
        let scale = place.scale.map { $0[bar] } ?? 1
        guard scale > 0 else { return }
        let price = place.market.series.close[bar]
        let start = place.fundingSums.map { $0[bar] } ?? 0
        let block = Int(place.dayOfBar[bar])
        let worst = reach[asset].worst(entry: bar, last: watched.last)
        for (index, group) in place.groups.enumerated() {
            var terms = group.terms
            if scale != 1 { terms.notional *= scale }
            guard terms.rejection(.linear, entryPrice: price) == nil else {
                tally.rejected += 1
                continue
            }
            let position = LinearPosition(terms, entryPrice: price)
            let open = OpenPosition(position, entry: bar, group: index, fundingStart: start)
            let sign = position.sign
            let book = group.side == .long ? 0 : 1
            heaps[asset][index].add(
                key: reach[asset].key(trigger: position.triggerPrice(.none), sign: sign, fundingSum: start),
                serial: queues[asset][book].next)
            queues[asset][book].append(open)
            let extreme = sign > 0 ? worst.low : worst.high
            let isUnprotected =
                open.equity(at: extreme + start, sign: sign, fundingSum: start)
                < -CellRules.tolerance * terms.notional
            tally.blocks[asset][index][block].entries += 1
            tally.blocks[asset][index][block].unprotected += isUnprotected ? 1 : 0
            tally.blocks[asset][index][block].margin += Int128(Money.units(open.margin))
            tally.blocks[asset][index][block].notional += Int128(Money.units(terms.notional))
        }
    }

    // MARK: Exits

    /// Closes what has reached its last bar: order of entry, then of classes.
    private mutating func closeAtHorizon(_ asset: Int, _ bar: Int) {
        while let side = earlierSide(asset) {
            // Never a copy of a queue: its storage would be copied with the next change.
            let position = queues[asset][side][queues[asset][side].head]
            guard let last = input.assets[asset].windows.watched(Int(position.entry))?.last, last <= bar else { return }
            if position.part > 0 { closeAtHorizon(asset, bar, side) }
            queues[asset][side].removeFirst()
        }
    }

    private func earlierSide(_ asset: Int) -> Int? {
        guard let long = queues[asset][0].first else { return queues[asset][1].first == nil ? nil : 1 }
        guard let short = queues[asset][1].first else { return 0 }
        return (long.entry, long.group) < (short.entry, short.group) ? 0 : 1
    }

    private mutating func closeAtHorizon(_ asset: Int, _ bar: Int, _ side: Int) {
        let place = queues[asset][side].head
        let group = input.assets[asset].groups[Int(queues[asset][side][place].group)]
        let fill = group.pricing.slipped(input.assets[asset].market.series.close[bar], bar: bar)
        let closing = close(asset, side, place, bar: bar, fill: fill, isLiquidation: false)
        guard closing.rest > 0 else { return }
        day.rests.append(Rest(closing, amount: closing.rest))
    }
}
