import StressStatistics

/// What is seen of an entry whose window is cut, and when.
extension SweepTask {
    /// Counts what happened before the cut, in the cells of all horizons that it cuts.
    func markCut(_ entry: SweepEntry) {
        sums.cutWatched[entry.until].add(bars: barsTo(entry, entry.cutLast))
        markCutUnprotected(entry)
        guard liquidates else { return }
        let position = records.deepest(through: entry.cutLast, from: deepest[horizons])
        deepest[horizons] = position
        let value = (records.values[position] - entry.offset) / entry.scale
        reached[horizons] = LevelTable.reached(levels.cells, by: value, slack: entry.slack / entry.scale)
        sums.cutLiquidatedFrom[entry.until][reached[horizons].surely] &+= 1
        for leverage in reached[horizons].maybe..<reached[horizons].surely {
            let path = path(entry, leverage, last: entry.cutLast)
            guard let bar = path.liquidationBar else { continue }
            for horizon in entry.until..<horizons {
                let cell = horizon &* leverages &+ leverage
                sums.liquidated[cell][entry.block] &+= 1
                sums.cutLiquidated[0][cell] &+= 1
                sums.correctTime(cell, bin: DurationHistogram.bin(bars: barsTo(entry, bar)), by: 1)
            }
            settle(entry, leverage, entry.until..<horizons, path, last: entry.cutLast)
        }
    }

    private func markCutUnprotected(_ entry: SweepEntry) {
        let position = extremes.deepest(through: entry.cutLast, from: deepestExtreme[horizons])
        deepestExtreme[horizons] = position
        let value = (extremes.values[position] - entry.offset) / entry.scale
        let reached = LevelTable.reached(bankruptcyLevels.cells, by: value, slack: entry.slack / entry.scale)
        reachedBankruptcies[horizons] = reached
        sums.cutUnprotectedFrom[entry.until][reached.surely] &+= 1
        for leverage in reached.maybe..<reached.surely {
            guard let bar = path(entry, leverage, last: entry.cutLast).unprotectedBar else { continue }
            for horizon in entry.until..<horizons {
                let cell = horizon &* leverages &+ leverage
                sums.unprotected[cell][entry.block] &+= 1
                sums.cutUnprotected[0][cell] &+= 1
                sums.correctUnprotectedTime(cell, bin: DurationHistogram.bin(bars: barsTo(entry, bar)), by: 1)
            }
        }
    }

    /// Adds the liquidations after the last whole window and before the cut. What they leave is in no mean.
    func addCutLiquidations(_ entry: SweepEntry, _ range: Range<Int>) {
        addTimes(entry, horizons, range)
        for leverage in range where mayEndBelowZero(entry, leverage) { suspect(leverage, horizons) }
    }

    private func mayEndBelowZero(_ entry: SweepEntry, _ leverage: Int) -> Bool {
        let position = Int(found[leverage])
        return (0..<fills).contains { fill in
            let isPrice = fillRules[fill].isAtTrigger && fillRules[fill].law == nil
            let gain =
                isPrice
                ? gainOf(entry, leverage, fill, bar: Int(records.bars[position]))
                : fillGains[fill][position] * entry.gainScale + entry.gainBase
            return gain - entry.gainSlack < doubtfulGain[leverage]
        }
    }

    /// Adds when each leverage's equity was first below zero, had nobody liquidated.
    func addUnprotectedTimes(_ entry: SweepEntry) {
        guard reachedBankruptcies[entry.isCut ? horizons : entry.until &- 1].surely < leverages else { return }
        var (end, position) = (leverages, extremes.top)
        for horizon in entry.from..<entry.until {
            let start = reachedBankruptcies[horizon].surely
            if start < end { position = addUnprotectedTimes(entry, horizon, start..<end, from: position) }
            end = min(end, start)
        }
        guard entry.isCut, reachedBankruptcies[horizons].surely < end else { return }
        _ = addUnprotectedTimes(entry, horizons, reachedBankruptcies[horizons].surely..<end, from: position)
    }

    /// Adds those of a range, nearest first; gives the record that was found last.
    @inline(__always)
    private func addUnprotectedTimes(_ entry: SweepEntry, _ horizon: Int, _ range: Range<Int>, from: Int) -> Int {
        let (search, values) = (extremes.search, extremes.values)
        let counts = sums.unprotectedTimes(from: horizon, until: entry.until)
        let (lowest, upper) = (sums.timeBin(0, from: horizon), entry.offset + entry.slack)
        var position = from
        for leverage in range.reversed() {
            let level = bankruptcyLevels[leverage] * entry.scale + upper
            // Mostly the same record or the next one.
            if values[position] > level { position &-= 1 }
            if values[position] > level { position = search.position(below: level) }
            var bars = BarClock.bars(from: entry.place, to: extremePlaces[max(position, 0)])
            if values[position] > level - 2 * entry.slack,
                let bar = path(entry, leverage, last: lastSeen(entry)).unprotectedBar
            {
                bars = barsTo(entry, bar)
            }
            let bin = DurationHistogram.bin(bars: bars)
            counts[max(bin, lowest) &* leverages &+ leverage] &+= 1
        }
        return position
    }
}
