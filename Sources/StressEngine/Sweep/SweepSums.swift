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

    // By horizon and block.
    let entries: Plane<UInt32>
    let excluded: Plane<UInt32>
    // By cell (horizon × leverages + leverage) and block.
    let liquidated: Plane<UInt32>
    let unprotected: Plane<UInt32>
    let undecided: Plane<UInt32>
    let negative: [Plane<UInt32>]
    let owed: [Plane<Double>]
    // Steps of the current block: by horizon, at the first leverage that is reached.
    let liquidatedFrom: Plane<UInt32>
    let unprotectedFrom: Plane<UInt32>

    /// Gains of liquidated entries in the current chunk, by span (see ``span(from:until:)``) and leverage.
    let gains: [Plane<Double>]
    /// By horizon, at the first leverage that was not closed at its end.
    let closedBelow: Plane<Double>
    /// By horizon and leverage: what must be added because rounding decided otherwise.
    let corrections: [Plane<Double>]
    /// Held entries of the current chunk, by horizon.
    let entriesInChunk: Plane<Int>
    /// What those who ended below zero owe, in the current chunk: by fill rule and cell, where one horizon is concerned, and by
    /// fill rule, span and leverage.
    private let exits: UnsafeMutablePointer<ExitSums>
    private let spanExits: UnsafeMutablePointer<ExitSums>

    /// Times to liquidation in the whole task, by span, then by bin and leverage; made when needed.
    private var times: [Plane<UInt32>?]
    private let timeBins: [Range<Int>]
    /// By cell and bin: what rounding decided otherwise.
    var timeCorrections: [Int: [Int: Int]] = [:]
    /// The same of the whole task.
    private let shortfalls: UnsafeMutablePointer<LogHistogram>
    private let spanShortfalls: UnsafeMutablePointer<LogHistogram>
    /// By fill rule and cell, one element a chunk, newest first.
    private var finished: [[ExitSums]]

    init(grid: SweepGrid, blocks: Int, unit: TimeSpan) {
        let (leverages, horizons, fills) = (grid.rules.count, grid.horizons.count, grid.common.fills.count)
        let cells = leverages * horizons
        (self.leverages, self.horizons, self.fills, self.blocks) = (leverages, horizons, fills, blocks)
        entries = Plane(rows: horizons, width: blocks)
        excluded = Plane(rows: horizons, width: blocks)
        liquidated = Plane(rows: cells, width: blocks)
        unprotected = Plane(rows: cells, width: blocks)
        undecided = Plane(rows: cells, width: grid.common.platform.liquidation.hasBounds ? blocks : 0)
        negative = (0..<fills).map { _ in Plane(rows: cells, width: blocks) }
        owed = (0..<fills).map { _ in Plane(rows: cells, width: blocks) }
        liquidatedFrom = Plane(rows: horizons, width: leverages + 1)
        unprotectedFrom = Plane(rows: horizons, width: leverages + 1)
        gains = (0..<fills).map { _ in Plane(rows: horizons * horizons, width: leverages) }
        closedBelow = Plane(rows: horizons, width: leverages + 1)
        corrections = (0..<fills).map { _ in Plane(rows: horizons, width: leverages) }
        entriesInChunk = Plane(rows: 1, width: horizons)
        exits = SweepSums.filled(ExitSums(), count: fills * cells)
        spanExits = SweepSums.filled(ExitSums(), count: fills * horizons * cells)
        times = Array(repeating: nil, count: horizons * horizons)
        timeBins = SweepSums.timeBins(grid.horizons, unit: unit)
        shortfalls = SweepSums.filled(LogHistogram(), count: fills * cells)
        spanShortfalls = SweepSums.filled(LogHistogram(), count: fills * horizons * cells)
        finished = Array(repeating: [], count: fills * cells)
    }

    deinit {
        for plane in [entries, excluded, liquidated, unprotected, undecided, liquidatedFrom, unprotectedFrom] + negative
        {
            plane.deallocate()
        }
        for plane in gains + corrections + owed + [closedBelow] { plane.deallocate() }
        times.forEach { $0?.deallocate() }
        entriesInChunk.deallocate()
        let cells = fills * leverages * horizons
        exits.deallocate()
        spanExits.deallocate()
        shortfalls.deinitialize(count: cells).deallocate()
        spanShortfalls.deinitialize(count: cells * horizons).deallocate()
    }

    private static func filled<Value>(_ value: Value, count: Int) -> UnsafeMutablePointer<Value> {
        let start = UnsafeMutablePointer<Value>.allocate(capacity: count)
        start.initialize(repeating: value, count: count)
        return start
    }

    /// The bins that a horizon's own liquidations, after the shorter horizon, can fall into.
    private static func timeBins(_ horizons: [TimeSpan], unit: TimeSpan) -> [Range<Int>] {
        let ends = horizons.map { horizon in
            DurationHistogram.bin(bars: Int(clamping: horizon.milliseconds / unit.milliseconds + 1)) + 1
        }
        return ends.indices.map { index in
            // One bar length of room: spans are rounded.
            let first = index == 0 ? 0 : max(0, horizons[index - 1].milliseconds / unit.milliseconds - 1)
            return DurationHistogram.bin(bars: Int(clamping: first))..<ends[index]
        }
    }

    /// The span of liquidations that happen within horizon `from` and not sooner, of entries that are held in the horizons
    /// below `until`: they count in the cells of `from..<until`.
    @inline(__always)
    func span(from: Int, until: Int) -> Int { (until &- 1) &* horizons &+ from }

    /// The bin in which a span of horizon `from` is counted; sooner than its own bins only where rounding is in doubt.
    @inline(__always)
    func timeBin(_ bars: Int, from: Int) -> Int { max(DurationHistogram.bin(bars: bars), timeBins[from].lowerBound) }

    /// Where the times to liquidation of a span are counted: the row of bin 0, of which only the rows of the horizon's own
    /// bins may be touched.
    func times(from: Int, until: Int) -> UnsafeMutablePointer<UInt32> {
        let span = span(from: from, until: until)
        if let plane = times[span] { return plane[-timeBins[from].lowerBound] }
        let plane = Plane<UInt32>(rows: timeBins[from].count, width: leverages)
        times[span] = plane
        return plane[-timeBins[from].lowerBound]
    }
}

extension SweepSums {
    /// Turns the steps of the current block into counts.
    func finishBlock(_ block: Int) {
        for horizon in 0..<horizons {
            sumUp(liquidatedFrom[horizon], into: liquidated, horizon, block)
            sumUp(unprotectedFrom[horizon], into: unprotected, horizon, block)
        }
        liquidatedFrom.clear()
        unprotectedFrom.clear()
    }

    private func sumUp(
        _ steps: UnsafeMutablePointer<UInt32>, into counts: Plane<UInt32>, _ horizon: Int, _ block: Int
    ) {
        var reached: UInt32 = 0
        for leverage in 0..<leverages {
            reached &+= steps[leverage]
            counts[horizon &* leverages &+ leverage][block] &+= reached
        }
    }

    /// Turns the sums of the current chunk into those of its cells.
    func finishChunk(_ grid: SweepGrid) {
        for horizon in 0..<horizons { sumDown(closedBelow[horizon]) }
        for fill in 0..<fills {
            for leverage in 0..<leverages { finishChunk(fill, leverage, grid.rules[leverage].cell.leverage.value) }
            gains[fill].clear()
            corrections[fill].clear()
        }
        spanExits.update(repeating: ExitSums(), count: fills * horizons * horizons * leverages)
        closedBelow.clear()
        entriesInChunk.clear()
    }

    private func finishChunk(_ fill: Int, _ leverage: Int, _ multiple: Double) {
        for horizon in 0..<horizons {
            let cell = horizon * leverages + leverage
            let liquidated = spans(countedIn: horizon).reduce(0.0) { $0 + gains[fill][$1][leverage] }
            let gain = liquidated + closedBelow[horizon][leverage + 1] + corrections[fill][horizon][leverage]
            let place = fill * leverages * horizons + cell
            for span in spans(countedIn: horizon) { exits[place] += spanExits[spanPlace(fill, span, leverage)] }
            exits[place].equity = Double(entriesInChunk[0][horizon]) + multiple * gain
            finished[place].append(exits[place])
            exits[place] = ExitSums()
        }
    }

    @inline(__always)
    private func spanPlace(_ fill: Int, _ span: Int, _ leverage: Int) -> Int {
        (fill &* horizons &* horizons &+ span) &* leverages &+ leverage
    }

    /// The spans that count in the cells of a horizon.
    private func spans(countedIn horizon: Int) -> [Int] {
        (horizon + 1...horizons).flatMap { until in (0...horizon).map { span(from: $0, until: until) } }
    }

    /// From steps at the first leverage that was not closed to sums over all from there on: a leverage below was closed.
    private func sumDown(_ steps: UnsafeMutablePointer<Double>) {
        for leverage in stride(from: leverages - 1, through: 0, by: -1) { steps[leverage] += steps[leverage + 1] }
    }
}

extension SweepSums {
    /// The tally of a cell; nil as leverage stands for one that the platform opens nowhere.
    func tally(_ cell: SweepGrid.Cell, grid: SweepGrid, unit: TimeSpan) -> CellTally {
        let held = BlockCounts(entries.array(cell.horizon))
        var windows = BlockWindows()
        windows.excluded = BlockCounts(excluded.array(cell.horizon))
        let none = BlockCounts(Array(repeating: 0, count: blocks))
        guard let leverage = cell.leverage else {
            (windows.entries, windows.liquidated, windows.unprotected) = (none, none, none)
            windows.rejected = held
            return CellTally(
                roles: grid.common.fills.map(\.role), windows: windows, undecided: none,
                negative: Array(repeating: none, count: fills),
                owed: Array(repeating: BlockSums(Array(repeating: 0, count: blocks)), count: fills),
                exits: Array(repeating: finished[0].map { _ in ExitSums() }, count: fills),
                shortfalls: Array(repeating: LogHistogram(), count: fills),
                timesToLiquidation: DurationHistogram(unit: unit))
        }
        let place = cell.horizon * leverages + leverage
        let places = (0..<fills).map { $0 * leverages * horizons + place }
        (windows.entries, windows.rejected) = (held, none)
        windows.liquidated = BlockCounts(liquidated.array(place))
        windows.unprotected = BlockCounts(unprotected.array(place))
        return CellTally(
            roles: grid.common.fills.map(\.role), windows: windows,
            undecided: undecided.width > 0 ? BlockCounts(undecided.array(place)) : none,
            negative: negative.map { BlockCounts($0.array(place)) }, owed: owed.map { BlockSums($0.array(place)) },
            exits: places.map { finished[$0].reversed() },
            shortfalls: (0..<fills).map { shortfalls($0, cell.horizon, leverage) },
            timesToLiquidation: timesToLiquidation(cell.horizon, leverage, unit: unit))
    }

    private func shortfalls(_ fill: Int, _ horizon: Int, _ leverage: Int) -> LogHistogram {
        var histogram = shortfalls[(fill * horizons + horizon) * leverages + leverage]
        for span in spans(countedIn: horizon) { histogram.merge(spanShortfalls[spanPlace(fill, span, leverage)]) }
        return histogram
    }

    private func timesToLiquidation(_ horizon: Int, _ leverage: Int, unit: TimeSpan) -> DurationHistogram {
        var counts = [UInt32](repeating: 0, count: timeBins[horizon].upperBound)
        for span in spans(countedIn: horizon) {
            guard let plane = times[span] else { continue }
            let first = timeBins[span % horizons].lowerBound
            for row in 0..<plane.rows { counts[first + row] &+= plane[row][leverage] }
        }
        let corrections = timeCorrections[horizon * leverages + leverage] ?? [:]
        var histogram = DurationHistogram(unit: unit)
        for (bin, count) in counts.enumerated() {
            histogram.add(bin: bin, count: Int(count) + (corrections[bin] ?? 0))
        }
        return histogram
    }
}

extension SweepSums {
    /// Adds an entry that ended below zero to the cell of a leverage and horizon; its equity is in the gains already.
    @inline(__always)
    func addNegative(_ fill: Int, _ leverage: Int, horizon: Int, _ block: Int, _ exit: EntryExit) {
        let place = (fill &* horizons &+ horizon) &* leverages &+ leverage
        negative[fill][horizon &* leverages &+ leverage][block] &+= 1
        owed[fill][horizon &* leverages &+ leverage][block] -= exit.equity
        exits[place].addShortfall(exit)
        shortfalls[place].add(bin: LogHistogram.bin(of: -exit.equity), count: 1)
    }

    /// The same for all horizons of a span.
    @inline(__always)
    func addNegative(_ fill: Int, _ leverage: Int, span: Range<Int>, _ block: Int, _ exit: EntryExit) {
        for horizon in span {
            negative[fill][horizon &* leverages &+ leverage][block] &+= 1
            owed[fill][horizon &* leverages &+ leverage][block] -= exit.equity
        }
        let place = spanPlace(fill, self.span(from: span.lowerBound, until: span.upperBound), leverage)
        spanExits[place].addShortfall(exit)
        spanShortfalls[place].add(bin: LogHistogram.bin(of: -exit.equity), count: 1)
    }

    /// Corrects the number of times in one bin of one cell.
    func correctTime(_ cell: Int, bin: Int, by count: Int) {
        timeCorrections[cell, default: [:]][bin, default: 0] += count
    }
}
