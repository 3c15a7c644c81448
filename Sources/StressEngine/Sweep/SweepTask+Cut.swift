import StressStatistics

/// What is seen of an entry whose window is cut, and when.
extension SweepTask {
    /// Counts what happened before the cut, in the cells of all horizons that it cuts.
    func markCut(_ entry: SweepEntry) {
        sums.cutWatched[entry.until].add(bars: barsTo(entry, entry.cutLast))
        if !isBrief { markCutUnprotected(entry) }
        guard liquidates else { return }
        let position = records.deepest(through: entry.cutLast, from: deepest[horizons])
        deepest[horizons] = position
        let value = (records.values[position] - entry.offset) / entry.scale
        reached[horizons] = LevelTable.reached(
            levels.cells, by: value, slack: entry.levelSlack, hint: reached[horizons].maybe)
        sums.cutLiquidatedFrom[entry.until][reached[horizons].surely] &+= 1
        for leverage in reached[horizons].maybe..<reached[horizons].surely {
            let path = path(entry, leverage, last: entry.cutLast)
            guard let bar = path.liquidationBar else { continue }
            for horizon in entry.until..<horizons {
                let cell = horizon &* leverages &+ leverage
                sums.liquidated[entry.block][cell] &+= 1
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
        let reached = LevelTable.reached(
            bankruptcyLevels.cells, by: value, slack: entry.levelSlack,
            hint: reachedBankruptcies[horizons].maybe)
        reachedBankruptcies[horizons] = reached
        sums.cutUnprotectedFrom[entry.until][reached.surely] &+= 1
        for leverage in reached.maybe..<reached.surely {
            guard let bar = path(entry, leverage, last: entry.cutLast).unprotectedBar else { continue }
            for horizon in entry.until..<horizons {
                let cell = horizon &* leverages &+ leverage
                sums.unprotected[entry.block][cell] &+= 1
                sums.cutUnprotected[0][cell] &+= 1
                sums.correctUnprotectedTime(cell, bin: DurationHistogram.bin(bars: barsTo(entry, bar)), by: 1)
            }
        }
    }

    /// Adds the liquidations after the last whole window and before the cut. What they leave is in no mean.
    func addCutLiquidations(_ entry: SweepEntry, _ range: Range<Int>) {
        if !isBrief { addTimes(sums.times(from: horizons, until: entry.until), entry, range, places.cells) }
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
}
