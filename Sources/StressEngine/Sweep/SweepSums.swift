import PriceSeries
import StressBasics
import StressStatistics

/// Everything one sweep adds up, in the shapes that cost an entry least.
///
/// What an entry does to a grid is mostly a step: all leverages from one on are liquidated within a horizon, all below it are
/// closed at its end. Steps are kept as one number at their edge and summed up once a block or chunk. Gains of liquidated
/// entries are kept by the shortest horizon in which they happen, and counted for all longer ones, too.
final class SweepSums {
    let leverages: Int
    let horizons: Int
    let fills: Int
    let blocks: Int

    // By horizon and block; entries are those watched, whole windows and cut ones.
    let entries: Plane<UInt32>
    let cutEntries: Plane<UInt32>
    let excluded: Plane<UInt32>
    // By block and cell (horizon × leverages + leverage): an entry meets many cells of its block, and side by side they are at hand.
    let liquidated: Plane<UInt32>
    let unprotected: Plane<UInt32>
    let undecided: Plane<UInt32>
    // The same by fill rule.
    let negative: Planes<EventCount>
    let shortfall: Planes<Double>
    // Steps of the current block: by horizon, at the first leverage that is reached.
    let liquidatedFrom: Plane<UInt32>
    let unprotectedFrom: Plane<UInt32>
    // The same of cut windows, by the first horizon that is cut.
    let cutLiquidatedFrom: Plane<UInt32>
    let cutUnprotectedFrom: Plane<UInt32>
    /// Of cut windows in the whole task, by cell.
    let cutLiquidated: Plane<Int>
    let cutUnprotected: Plane<Int>
    /// How long cut entries were watched, by the first horizon that is cut.
    var cutWatched: [WatchTimes]

    /// Gains of liquidated entries in the current chunk, by span (see ``span(from:until:)``) and leverage.
    let gains: Planes<Double>
    /// By horizon, at the first leverage that was not closed at its end.
    let closedBelow: Plane<Double>
    /// By horizon and leverage: what must be added because rounding decided otherwise.
    let corrections: Planes<Double>
    /// Held entries of the current chunk, by horizon.
    let entriesInChunk: Plane<Int>
    /// What those who ended below zero owe, in the current chunk: by fill rule and cell, where one horizon is concerned, and by
    /// fill rule, span and leverage.
    private let exits: Column<ExitSums>
    private let spanExits: Column<ExitSums>

    /// Times to liquidation in the whole task, by span, then by leverage and bin; made when needed.
    private let times: PlanesOnDemand<UInt32>
    /// Times to the first bar below zero, likewise.
    private let unprotectedTimes: PlanesOnDemand<UInt32>
    /// By the horizon that they happen within, and last for those up to a cut.
    private let timeKeys: Column<TimeKeys>
    /// By cell and bin: what rounding decided otherwise.
    var timeCorrections: [Int: [Int: Int]] = [:]
    var unprotectedTimeCorrections: [Int: [Int: Int]] = [:]
    /// The same of the whole task.
    private let shortfalls: Column<LogHistogram>
    private let spanShortfalls: Column<ShortfallRamps>
    private let exitTimes: Column<TimedEvents>
    private let spanExitTimes: Column<TimedEvents>
    /// By fill rule and cell, one element a chunk, newest first.
    private var finished: [[ExitSums]]

    init(grid: SweepGrid, blocks: Int, unit: TimeSpan) {
        let (leverages, horizons, fills) = (grid.rules.count, grid.horizons.count, grid.common.fills.count)
        let (cells, spans) = (leverages * horizons, (horizons + 1) * (horizons + 1))
        (self.leverages, self.horizons, self.fills, self.blocks) = (leverages, horizons, fills, blocks)
        entries = Plane(rows: horizons, width: blocks)
        excluded = Plane(rows: horizons, width: blocks)
        cutEntries = Plane(rows: horizons, width: blocks)
        liquidated = Plane(rows: blocks, width: cells)
        unprotected = Plane(rows: blocks, width: cells)
        undecided = Plane(rows: grid.common.platform.liquidation.hasBounds ? blocks : 0, width: cells)
        negative = Planes(layers: fills, rows: blocks, width: cells)
        shortfall = Planes(layers: fills, rows: blocks, width: cells)
        liquidatedFrom = Plane(rows: horizons, width: leverages + 1)
        unprotectedFrom = Plane(rows: horizons, width: leverages + 1)
        cutLiquidatedFrom = Plane(rows: horizons, width: leverages + 1)
        cutUnprotectedFrom = Plane(rows: horizons, width: leverages + 1)
        cutLiquidated = Plane(rows: 1, width: cells)
        cutUnprotected = Plane(rows: 1, width: cells)
        cutWatched = Array(repeating: WatchTimes(), count: horizons)
        gains = Planes(layers: fills, rows: spans, width: leverages)
        closedBelow = Plane(rows: horizons, width: leverages + 1)
        corrections = Planes(layers: fills, rows: horizons, width: leverages)
        entriesInChunk = Plane(rows: 1, width: horizons)
        exits = Column(repeating: ExitSums(), count: fills * cells)
        spanExits = Column(repeating: ExitSums(), count: fills * spans * leverages)
        times = PlanesOnDemand(count: spans)
        unprotectedTimes = PlanesOnDemand(count: spans)
        timeKeys = Column(SweepSums.timeBins(grid.horizons, unit: unit).map(TimeKeys.init))
        shortfalls = Column(repeating: LogHistogram(), count: fills * cells)
        spanShortfalls = Column(repeating: ShortfallRamps(), count: fills * spans * leverages)
        exitTimes = Column(repeating: TimedEvents(), count: fills * cells)
        spanExitTimes = SweepSums.exitTimes(grid, unit: unit)
        finished = Array(repeating: [], count: fills * cells)
    }

    /// The bins that a horizon's own liquidations, after the shorter horizon, can fall into.
    private static func timeBins(_ horizons: [TimeSpan], unit: TimeSpan) -> [Range<Int>] {
        let ends = horizons.map { horizon in
            DurationHistogram.bin(bars: Int(clamping: horizon.milliseconds / unit.milliseconds + 1)) + 1
        }
        let firsts = leastBars(horizons, unit: unit)
        return ends.indices.map { DurationHistogram.bin(bars: firsts[$0])..<ends[$0] } + [0..<(ends.last ?? 0)]
    }

    /// How many bars a horizon's own liquidations take at least, and last those up to a cut.
    private static func leastBars(_ horizons: [TimeSpan], unit: TimeSpan) -> [Int] {
        // One bar length of room: spans are rounded.
        let ends = horizons.dropLast().map { max(0, $0.milliseconds / unit.milliseconds - 1) }
        return [0] + ends.map { Int(clamping: $0) } + [0]
    }

    /// By fill rule, span and leverage, each with room for the times of its span.
    private static func exitTimes(_ grid: SweepGrid, unit: TimeSpan) -> Column<TimedEvents> {
        let least = leastBars(grid.horizons, unit: unit)
        let (leverages, spans) = (grid.rules.count, least.count * least.count)
        return Column(
            (0..<grid.common.fills.count * spans * leverages).map { place in
                TimedEvents(roomFrom: least[place / leverages % least.count])
            })
    }

    /// The span of liquidations that happen within horizon `from` and not sooner, of entries whose windows are whole in the horizons
    /// below `until` and cut in the others: they count in the cells of `from..<until` as of whole windows, and in those from `until`
    /// on as of cut ones. `from` is ``horizons`` where they happen after the last whole window and before the cut.
    @inline(__always)
    func span(from: Int, until: Int) -> Int { until &* (horizons &+ 1) &+ from }

    /// The bin in which a span of horizon `from` is counted; sooner than its own bins only where rounding is in doubt.
    @inline(__always)
    func timeBin(_ bars: Int, from: Int) -> Int {
        max(DurationHistogram.bin(bars: bars), timeKeys[from].bins.lowerBound)
    }

    /// Where the times to liquidation of a span are counted.
    @inline(__always)
    func times(from: Int, until: Int) -> TimeTable {
        let keys = timeKeys[from]
        return TimeTable(keys: keys, counts: times.cells(span(from: from, until: until), rows: leverages, keys.keys))
    }

    /// The same of times to the first bar below zero.
    @inline(__always)
    func unprotectedTimes(from: Int, until: Int) -> TimeTable {
        let keys = timeKeys[from]
        return TimeTable(
            keys: keys, counts: unprotectedTimes.cells(span(from: from, until: until), rows: leverages, keys.keys))
    }
}

/// How times are numbered where they are counted: by the leading bits of the number of bars as a double.
///
/// From 64 bars on, exponent and six bits of the mantissa are the bin of ``DurationHistogram`` but for a constant; below, every number has
/// bits of its own, and the keys between them stay empty. So a time costs no conversion to a whole number, and no shift by its size.
struct TimeKeys {
    /// The bins of a table; a time that is sooner is counted in the first.
    let bins: Range<Int>
    /// Their keys.
    let keys: Range<Int>
    /// The least number of bars that has a key of these; a little below 1 stands for none at all.
    let lowest: Double

    init(bins: Range<Int>) {
        self.bins = bins
        keys = TimeKeys.key(ofBin: bins.lowerBound)..<TimeKeys.key(ofBin: max(bins.lowerBound, bins.upperBound - 1)) + 1
        lowest = Double(bitPattern: UInt64(keys.lowerBound) << 46)
    }

    /// The key of a bin: that of the shortest time in it.
    static func key(ofBin bin: Int) -> Int {
        bin == 0 ? key(1) - 1 : bin < 64 ? key(Double(bin)) : bin + (key(64) - 64)
    }

    /// The key of a whole number of bars above 0.
    private static func key(_ bars: Double) -> Int { Int(bars.bitPattern >> 46) }

    /// The keys of two spans in bar lengths: each is rounded to a whole number as in ``BarClock/bars(from:to:)``.
    @inline(__always)
    func keys(of spans: SIMD2<Double>) -> SIMD2<UInt64> {
        let bars = ((spans + 0x1p52) - 0x1p52).raised(to: SIMD2(repeating: lowest))
        return unsafeBitCast(bars, to: SIMD2<UInt64>.self) &>> 46
    }
}

/// Numbers of times by leverage and bin.
///
/// The bins of a leverage stand side by side: from one entry to the next its time moves by a bin or none, so that the place to count it
/// is at hand. The other way round nearly every count would wait for memory.
struct TimeTable {
    let keys: TimeKeys
    /// The first leverage's count of key `k` is that at index `k`.
    let counts: Cells<UInt32>

    /// The number of times of a leverage in one of the bins.
    func count(_ leverage: Int, bin: Int) -> UInt32 { counts[leverage &* keys.keys.count &+ TimeKeys.key(ofBin: bin)] }

    /// Counts a time of a leverage and one of the next.
    @inline(__always)
    func add(_ leverage: Int, spans: SIMD2<Double>) {
        let (keys, width) = (keys.keys(of: spans), keys.keys.count)
        counts[leverage &* width &+ Int(truncatingIfNeeded: keys[0])] &+= 1
        counts[(leverage &+ 1) &* width &+ Int(truncatingIfNeeded: keys[1])] &+= 1
    }

    /// Counts a time in bar lengths, or takes it back with a count of −1.
    @inline(__always)
    func add(_ leverage: Int, span: Double, count: Int32 = 1) {
        let key = keys.keys(of: SIMD2(repeating: span))[0]
        counts[leverage &* keys.keys.count &+ Int(truncatingIfNeeded: key)] &+= UInt32(bitPattern: count)
    }
}

extension SweepSums {
    /// Turns the steps of the current block into counts.
    func finishBlock(_ block: Int) {
        for horizon in 0..<horizons {
            sumUp(liquidatedFrom[horizon], into: liquidated, horizon, block)
            sumUp(unprotectedFrom[horizon], into: unprotected, horizon, block)
            for until in 0...horizon {
                sumUp(cutLiquidatedFrom[until], into: liquidated, horizon, block, cut: cutLiquidated[0])
                sumUp(cutUnprotectedFrom[until], into: unprotected, horizon, block, cut: cutUnprotected[0])
            }
        }
        liquidatedFrom.clear()
        unprotectedFrom.clear()
        cutLiquidatedFrom.clear()
        cutUnprotectedFrom.clear()
    }

    private func sumUp(
        _ steps: Cells<UInt32>, into counts: borrowing Plane<UInt32>, _ horizon: Int, _ block: Int,
        cut: Cells<Int>? = nil
    ) {
        // Windows are cut in few blocks, and steps of nothing would pass through all cells to add nothing.
        guard cut == nil || (0..<leverages).contains(where: { steps[$0] != 0 }) else { return }
        let counts = counts[block].part(from: horizon &* leverages, count: leverages)
        var reached: UInt32 = 0
        for leverage in 0..<leverages {
            reached &+= steps[leverage]
            counts[leverage] &+= reached
            if let cut { cut[horizon &* leverages &+ leverage] &+= Int(reached) }
        }
    }

    /// Turns the sums of the current chunk into those of its cells.
    func finishChunk(_ grid: SweepGrid) {
        for horizon in 0..<horizons { sumDown(closedBelow[horizon]) }
        for fill in 0..<fills {
            for leverage in 0..<leverages { finishChunk(fill, leverage, grid.rules[leverage].cell.leverage.value) }
        }
        gains.clear()
        corrections.clear()
        spanExits.cells.fill(ExitSums())
        closedBelow.clear()
        entriesInChunk.clear()
    }

    private func finishChunk(_ fill: Int, _ leverage: Int, _ multiple: Double) {
        for horizon in 0..<horizons {
            let cell = horizon * leverages + leverage
            let liquidated = spans(countedIn: horizon).reduce(0.0) { $0 + gains[fill, $1][leverage] }
            let gain = liquidated + closedBelow[horizon][leverage + 1] + corrections[fill, horizon][leverage]
            let place = fill * leverages * horizons + cell
            for span in spans(countedIn: horizon) { exits[place] += spanExits[spanPlace(fill, span, leverage)] }
            for span in spans(cutIn: horizon) { exits[place] += spanExits[spanPlace(fill, span, leverage)].asCut }
            exits[place].equity = Double(entriesInChunk[0][horizon]) + multiple * gain
            finished[place].append(exits[place])
            exits[place] = ExitSums()
        }
    }

    @inline(__always)
    private func spanPlace(_ fill: Int, _ span: Int, _ leverage: Int) -> Int {
        (fill &* (horizons &+ 1) &* (horizons &+ 1) &+ span) &* leverages &+ leverage
    }

    /// The spans that count in the cells of a horizon as of whole windows.
    private func spans(countedIn horizon: Int) -> [Int] {
        (horizon + 1...horizons).flatMap { until in (0...horizon).map { span(from: $0, until: until) } }
    }

    /// The spans that count there as of cut windows.
    private func spans(cutIn horizon: Int) -> [Int] {
        (0...horizon).flatMap { until in (Array(0..<until) + [horizons]).map { span(from: $0, until: until) } }
    }

    /// All spans that count in the cells of a horizon.
    private func spans(in horizon: Int) -> [Int] { spans(countedIn: horizon) + spans(cutIn: horizon) }

    /// From steps at the first leverage that was not closed to sums over all from there on: a leverage below was closed.
    private func sumDown(_ steps: Cells<Double>) {
        for leverage in stride(from: leverages - 1, through: 0, by: -1) { steps[leverage] += steps[leverage + 1] }
    }
}

/// What was counted in the blocks, cell by cell.
struct SweepColumns: ~Copyable {
    let liquidated: Plane<UInt32>
    let unprotected: Plane<UInt32>
    let undecided: Plane<UInt32>
    private let negative: Plane<EventCount>
    private let shortfall: Plane<Double>
    private let blocks: Int
    private let fills: Int

    init(_ sums: SweepSums) {
        (blocks, fills) = (sums.blocks, sums.fills)
        liquidated = sums.liquidated.transposed()
        unprotected = sums.unprotected.transposed()
        undecided = sums.undecided.transposed()
        negative = sums.negative.transposed()
        shortfall = sums.shortfall.transposed()
    }

    /// Events of a cell in each block, under each fill rule.
    func negative(_ cell: Int) -> [[EventCount]] { split(negative[cell]) }

    /// Shortfalls likewise.
    func shortfalls(_ cell: Int) -> [[Double]] { split(shortfall[cell]) }

    private func split<Number>(_ row: Cells<Number>) -> [[Number]] {
        let blocks = blocks
        return (0..<fills).map { row.part(from: $0 * blocks, count: blocks).array() }
    }
}

extension SweepSums {
    /// The tally of a cell; nil as leverage stands for one that the platform opens nowhere.
    func tally(
        _ cell: SweepGrid.Cell, _ columns: borrowing SweepColumns, grid: SweepGrid, unit: TimeSpan
    ) -> CellTally {
        let held = BlockCounts(entries.array(cell.horizon))
        var windows = BlockWindows()
        windows.excluded = BlockCounts(excluded.array(cell.horizon))
        let watched = cutWatched[0...cell.horizon].reduce(into: WatchTimes()) { $0.merge($1) }
        let none = BlockCounts(Array(repeating: 0, count: blocks))
        guard let leverage = cell.leverage else {
            (windows.entries, windows.liquidated, windows.unprotected) = (none, none, none)
            // Rejected entries are counted among whole windows.
            let cut = cutEntries.array(cell.horizon)
            windows.rejected = BlockCounts(zip(held.array, cut).map { $0 - $1 })
            windows.excluded = BlockCounts(zip(windows.excluded.array, cut).map { $0 + $1 })
            return CellTally(
                roles: grid.common.fills.map(\.role), windows: windows, undecided: none,
                negative: Array(repeating: BlockEvents(Array(repeating: 0, count: blocks)), count: fills),
                blockShortfalls: Array(repeating: BlockSums(Array(repeating: 0, count: blocks)), count: fills),
                exits: Array(repeating: finished[0].map { _ in ExitSums() }, count: fills),
                shortfalls: Array(repeating: LogHistogram(), count: fills),
                times: EventTimes(
                    liquidated: DurationHistogram(unit: unit), unprotected: DurationHistogram(unit: unit),
                    negative: Array(repeating: TimedEvents(), count: fills)), cut: CutCounts())
        }
        var cut = CutCounts()
        cut.watched = watched
        let place = cell.horizon * leverages + leverage
        let places = (0..<fills).map { $0 * leverages * horizons + place }
        (windows.entries, windows.rejected) = (held, none)
        (cut.liquidated, cut.unprotected) = (cutLiquidated[0][place], cutUnprotected[0][place])
        windows.liquidated = BlockCounts(columns.liquidated.array(place))
        windows.unprotected = BlockCounts(columns.unprotected.array(place))
        return CellTally(
            roles: grid.common.fills.map(\.role), windows: windows,
            undecided: undecided.rows > 0 ? BlockCounts(columns.undecided.array(place)) : none,
            negative: columns.negative(place).map { BlockEvents($0) },
            blockShortfalls: columns.shortfalls(place).map { BlockSums($0) },
            exits: places.map { finished[$0].reversed() },
            shortfalls: (0..<fills).map { shortfalls($0, cell.horizon, leverage) },
            times: EventTimes(
                liquidated: durations(times, timeCorrections, cell.horizon, leverage, unit: unit),
                unprotected: durations(
                    unprotectedTimes, unprotectedTimeCorrections, cell.horizon, leverage, unit: unit),
                negative: (0..<fills).map { exitTimes($0, cell.horizon, leverage) }), cut: cut)
    }

    private func shortfalls(_ fill: Int, _ horizon: Int, _ leverage: Int) -> LogHistogram {
        var histogram = shortfalls[(fill * horizons + horizon) * leverages + leverage]
        for span in spans(in: horizon) { spanShortfalls[spanPlace(fill, span, leverage)].merge(into: &histogram) }
        return histogram
    }

    private func exitTimes(_ fill: Int, _ horizon: Int, _ leverage: Int) -> TimedEvents {
        var events = exitTimes[(fill * horizons + horizon) * leverages + leverage]
        for span in spans(in: horizon) { events.merge(spanExitTimes[spanPlace(fill, span, leverage)]) }
        return events
    }

    private func durations(
        _ planes: borrowing PlanesOnDemand<UInt32>, _ corrections: [Int: [Int: Int]], _ horizon: Int, _ leverage: Int,
        unit: TimeSpan
    ) -> DurationHistogram {
        var counts = [UInt32](repeating: 0, count: timeKeys[horizons].bins.upperBound)
        for span in spans(in: horizon) {
            guard let found = planes.existing(span) else { continue }
            let table = TimeTable(keys: timeKeys[span % (horizons + 1)], counts: found)
            for bin in table.keys.bins { counts[bin] &+= table.count(leverage, bin: bin) }
        }
        for (bin, count) in corrections[horizon * leverages + leverage] ?? [:] where bin < counts.count {
            counts[bin] = UInt32(clamping: Int(counts[bin]) + count)
        }
        return DurationHistogram(unit: unit, counts: counts)
    }
}

extension SweepSums {
    /// Adds an entry that ended below zero to the cell of a leverage and horizon; its equity is in the gains already.
    ///
    /// - Parameter bars: from the entry to the bar in which a liquidation closed it; nil at the end of the holding time.
    @inline(__always)
    func addNegative(
        _ fill: Int, _ leverage: Int, horizon: Int, _ entry: SweepEntry, _ exit: EntryExit, _ below: EventCount,
        after bars: Int?
    ) {
        let place = (fill &* horizons &+ horizon) &* leverages &+ leverage
        negative[fill, entry.block][horizon &* leverages &+ leverage] += below
        shortfall[fill, entry.block][horizon &* leverages &+ leverage] += exit.shortfall
        exits[place].addShortfall(exit, below)
        if horizon >= entry.until { exits[place].cutNegative += below }
        shortfalls[place].add(exit, below)
        exitTimes[place].add(bars: bars, events: below, shortfall: exit.shortfall)
    }

    /// The same for all horizons of a span, of an entry that a liquidation closed within horizon `from`.
    @inline(__always)
    func addNegative(
        _ fill: Int, _ leverage: Int, from: Int, _ entry: SweepEntry, _ exit: EntryExit, _ below: EventCount,
        after bars: Int
    ) {
        for horizon in entry.cells(from: from, of: horizons) {
            negative[fill, entry.block][horizon &* leverages &+ leverage] += below
            shortfall[fill, entry.block][horizon &* leverages &+ leverage] += exit.shortfall
        }
        let place = spanPlace(fill, span(from: from, until: entry.until), leverage)
        spanExits[place].addShortfall(exit, below)
        spanShortfalls[place].add(exit, below)
        spanExitTimes[place].add(bars: bars, events: below, shortfall: exit.shortfall)
    }

    /// The same of an entry of which a law leaves a part below zero. Handed over in pieces: an exit is a copy in memory.
    @inline(__always)
    func addNegative(
        _ fill: Int, _ leverage: Int, from: Int, _ entry: SweepEntry, _ spread: ShortfallSpread,
        _ causes: ShortfallCauses, after bars: Int
    ) {
        for horizon in entry.cells(from: from, of: horizons) {
            negative[fill, entry.block][horizon &* leverages &+ leverage] += spread.negative
            shortfall[fill, entry.block][horizon &* leverages &+ leverage] += spread.shortfall
        }
        let place = spanPlace(fill, span(from: from, until: entry.until), leverage)
        spanExits[place].addShortfall(spread, causes)
        spanShortfalls[place].add(spread, spread.negative)
        spanExitTimes[place].add(bars: bars, events: spread.negative, shortfall: spread.shortfall)
    }

    /// The same where only how many end below zero is asked for.
    @inline(__always)
    func addNegative(
        _ fill: Int, _ leverage: Int, from: Int, _ entry: SweepEntry, _ below: EventCount, after bars: Int
    ) {
        for horizon in entry.cells(from: from, of: horizons) {
            negative[fill, entry.block][horizon &* leverages &+ leverage] += below
        }
        let place = spanPlace(fill, span(from: from, until: entry.until), leverage)
        spanExits[place].negative += below
        spanExitTimes[place].add(bars: bars, events: below, shortfall: nil)
    }

    /// Corrects the number of times to liquidation in one bin of one cell.
    func correctTime(_ cell: Int, bin: Int, by count: Int) {
        timeCorrections[cell, default: [:]][bin, default: 0] += count
    }

    /// Corrects the number of times to the first bar below zero likewise.
    func correctUnprotectedTime(_ cell: Int, bin: Int, by count: Int) {
        unprotectedTimeCorrections[cell, default: [:]][bin, default: 0] += count
    }
}
