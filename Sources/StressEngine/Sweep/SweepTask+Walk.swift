import MarginModel
import PriceSeries
import StressBasics
import StressStatistics

extension SweepTask {
    /// Sweeps all entries of the task, newest first; false when cancelled.
    func run(_ control: RunControl) -> Bool {
        let blocks = sweep.blocks
        var pushed = bars.upperBound
        for chunk in chunks.reversed() {
            if control.isCancelled { return false }
            for block in blocks.chunks[chunk].reversed() {
                for index in blocks.blocks[block].reversed() {
                    while pushed > index + 1 {
                        pushed &-= 1
                        push(pushed)
                    }
                    answer(index, block: block - firstBlock)
                }
                sums.finishBlock(block - firstBlock)
            }
            sums.finishChunk(sweep.grid)
        }
        return true
    }

    private func push(_ bar: Int) {
        closings[bar &- firstBar] = frame.gain(
            at: pricing.slipped(pricing.closes[bar], bar: bar), feeRate: closeFee, bar: bar)
        if !frame.sharesColumns, !isBrief {
            let position = extremes.push(frame.extreme(bar), bar: bar)
            cap(deepestExtreme.cells, position)
            extremePlaces[position] = sweep.clock.place(sweep.market.series.time[bar])
        }
        guard liquidates || frame.sharesColumns else { return }
        let position = records.push(frame.trigger(bar), bar: bar)
        cap(deepest.cells, position)
        if frame.sharesColumns { cap(deepestExtreme.cells, position) }
        places[position] = sweep.clock.place(sweep.market.series.time[bar])
        for fill in 0..<fills {
            if laws[fill] != nil {
                ranges[position] = pricing.range(bar)
                fillGains[fill][position] = min(
                    gain(at: pricing.extremes[bar], bar: bar), gain(at: pricing.opens[bar], bar: bar))
            } else if !fillRules[fill].isAtTrigger {
                fillGains[fill][position] = gain(fill, bar: bar, level: 0)
            }
        }
    }

    /// What a liquidation at a price of `bar` leaves, after slippage and fees.
    @inline(__always)
    private func gain(at price: Double, bar: Int) -> Double {
        frame.gain(at: pricing.slipped(price, bar: bar), feeRate: liquidationFee, bar: bar)
    }

    /// What stood above a new record is gone.
    @inline(__always)
    private func cap(_ positions: Cells<Int>, _ top: Int) {
        for horizon in 0...horizons where positions[horizon] > top { positions[horizon] = top }
    }

    /// What a liquidation in `bar` leaves under a fill rule, on average where the fill has a law; `level` is the leverage's, for fills
    /// at the trigger price.
    @inline(__always)
    func gain(_ fill: Int, bar: Int, level: Double) -> Double {
        if let law = laws[fill] { return delayedGain(law, bar: bar, range: pricing.range(bar), level: level).gain }
        let stages = pricing.stages(
            fillRules[fill], bar: bar, trigger: frame.triggerPrice(level: level, bar: bar))
        let price = pricing.slipped(stages.delayed, bar: stages.bar)
        return frame.gain(at: price, feeRate: liquidationFee, bar: bar)
    }

    /// Adds one entry to the sums.
    private func answer(_ index: Int, block: Int) {
        guard let entry = held(index, block: block) else { return }
        for horizon in entry.from..<entry.until {
            let last = last(entry, horizon)
            if !isBrief { markUnprotected(entry, horizon, last: last) }
            let gain = closings[last &- firstBar] * entry.gainScale + entry.gainBase
            if liquidates { markLiquidated(entry, horizon, last: last) }
            sums.closedBelow[horizon][reached[horizon].surely] += gain
            closeDoubtful(entry, horizon, last: last, gain: gain)
        }
        if entry.isCut { markCut(entry) }
        if !isBrief { addUnprotectedTimes(entry) }
        if liquidates { addLiquidations(entry) }
    }

    /// The last bar of the entry's window.
    @inline(__always)
    func last(_ entry: SweepEntry, _ horizon: Int) -> Int { Int(lastBars[horizon][entry.index &- firstBar]) }

    /// The last bar that is seen of the entry.
    @inline(__always)
    func lastSeen(_ entry: SweepEntry) -> Int { entry.isCut ? entry.cutLast : last(entry, entry.until &- 1) }

    /// Counts the entry, and finds out in which horizons it is held; nil when in none.
    @inline(__always)
    private func held(_ index: Int, block: Int) -> SweepEntry? {
        var (from, until, last, cutLast) = (-1, 0, 0, -1)
        for horizon in 0..<horizons {
            let end = lastBars[horizon][index &- firstBar]
            if end >= 0 {
                sums.entries[horizon][block] &+= 1
                sums.entriesInChunk[0][horizon] &+= 1
                if from < 0 { from = horizon }
                (until, last) = (horizon + 1, Int(end))
            } else if end < EntryWindows.notAnEntry {
                sums.entries[horizon][block] &+= 1
                sums.cutEntries[horizon][block] &+= 1
                if from < 0 { (from, until) = (horizon, horizon) }
                cutLast = Int(EntryWindows.cutMark(end))
                last = cutLast
            } else if end == EntryWindows.excluded {
                sums.excluded[horizon][block] &+= 1
            }
        }
        guard from >= 0 else { return nil }
        let scale = frame.scale(index)
        let slack = frame.slack(index, last: last, widestLevel: slackOfLevels)
        return SweepEntry(
            index: index, block: block, place: sweep.clock.place(sweep.market.series.time[index]), scale: scale,
            offset: frame.offset(index), slack: slack, levelSlack: slack / scale, gainScale: frame.gainScale(index),
            gainBase: frame.gainBase(index),
            gainSlack: frame.isFunded ? slack / scale : 0, from: from, until: until, cutLast: cutLast)
    }

    @inline(__always)
    private func markUnprotected(_ entry: SweepEntry, _ horizon: Int, last: Int) {
        let position = extremes.deepest(through: last, from: deepestExtreme[horizon])
        deepestExtreme[horizon] = position
        let value = (extremes.values[position] - entry.offset) / entry.scale
        let reached = LevelTable.reached(
            bankruptcyLevels.cells, by: value, slack: entry.levelSlack,
            hint: reachedBankruptcies[horizon].maybe)
        reachedBankruptcies[horizon] = reached
        sums.unprotectedFrom[horizon][reached.surely] &+= 1
        for leverage in reached.maybe..<reached.surely {
            guard let bar = path(entry, leverage, last: last).unprotectedBar else { continue }
            sums.unprotected[entry.block][horizon &* leverages &+ leverage] &+= 1
            sums.correctUnprotectedTime(
                horizon &* leverages &+ leverage, bin: DurationHistogram.bin(bars: barsTo(entry, bar)), by: 1)
        }
    }

    @inline(__always)
    private func markLiquidated(_ entry: SweepEntry, _ horizon: Int, last: Int) {
        let position = records.deepest(through: last, from: deepest[horizon])
        deepest[horizon] = position
        let value = (records.values[position] - entry.offset) / entry.scale
        reached[horizon] = LevelTable.reached(
            levels.cells, by: value, slack: entry.levelSlack, hint: reached[horizon].maybe)
        sums.liquidatedFrom[horizon][reached[horizon].surely] &+= 1
    }
}
