import MarginModel
import StressBasics
import StressStatistics

/// A leverage with which the entry at hand may have ended below zero.
struct Suspect {
    let leverage: Int
    /// The horizon from which on.
    let horizon: Int
    /// The fill rule whose law was needed for the gain, and stands among ``SweepTask/suspectLaws``; −1 for none.
    var lawOf = -1
}

/// Where rounding could decide, and for whoever may owe something, the plain kernel has the word.
extension SweepTask {
    /// What the entry at hand meets with a leverage up to `last`, by the plain walk.
    func path(_ entry: SweepEntry, _ leverage: Int, last: Int) -> EntryPath {
        judge.path(leverage, entry.index, last)
    }

    /// Settles the leverages for which rounding decides whether the horizon's lowest price liquidates them, and those that
    /// were closed at its end but may have ended below zero.
    func closeDoubtful(_ entry: SweepEntry, _ horizon: Int, last: Int, gain: Double) {
        let reached = reached[horizon]
        for leverage in reached.maybe..<reached.surely {
            let path = path(entry, leverage, last: last)
            if let bar = path.liquidationBar { moveToLiquidation(entry, leverage, horizon, bar: bar, gain: gain) }
            settle(entry, leverage, horizon..<horizon + 1, path, last: last)
        }
        var leverage = reached.maybe - 1
        while leverage >= 0, gain - entry.gainSlack < doubtfulGain[leverage] {
            if isNearZero(entry, leverage, gain: gain) {
                settle(entry, leverage, horizon..<horizon + 1, path(entry, leverage, last: last), last: last)
            } else {
                let exit = closing(entry, leverage, last: last, gain: gain)
                for fill in 0..<fills {
                    sums.addNegative(fill, leverage, horizon: horizon, entry, exit, .one, after: nil)
                }
            }
            leverage -= 1
        }
    }

    /// The sums have closed this leverage at the horizon's end; in truth it was liquidated in `bar`.
    private func moveToLiquidation(_ entry: SweepEntry, _ leverage: Int, _ horizon: Int, bar: Int, gain: Double) {
        let cell = horizon * leverages + leverage
        sums.liquidated[entry.block][cell] &+= 1
        sums.correctTime(cell, bin: DurationHistogram.bin(bars: barsTo(entry, bar)), by: 1)
        for fill in 0..<fills {
            let liquidated = gainOf(entry, leverage, fill, bar: bar)
            sums.corrections[fill, horizon][leverage] += liquidated - gain
        }
    }

    func barsTo(_ entry: SweepEntry, _ bar: Int) -> Int {
        BarClock.bars(from: entry.place, to: sweep.clock.place(sweep.market.series.time[bar]))
    }

    func gainOf(_ entry: SweepEntry, _ leverage: Int, _ fill: Int, bar: Int) -> Double {
        let level = levels[leverage] * entry.scale + entry.offset
        return gain(fill, bar: bar, level: level) * entry.gainScale + entry.gainBase
    }

    /// Settles the leverages whose first record is so near their level that rounding decides whether it is the one.
    func resolveDoubtful(_ entry: SweepEntry) {
        let last = lastSeen(entry)
        for place in 0..<listed[0].doubtful {
            let leverage = doubtful[place]
            guard let bar = path(entry, leverage, last: last).liquidationBar else { continue }
            let horizon = horizon(entry, leverage, reached.cells)
            correct(entry, leverage, from: horizon, found: Int(found[leverage]), bar: bar)
        }
        listed[0].doubtful = 0
    }

    /// The sums are about to count a liquidation at a record, and a time that the horizon's bins can hold; in truth it was in
    /// `bar`, and maybe sooner than in the shorter horizon, where rounding was in doubt as well.
    private func correct(_ entry: SweepEntry, _ leverage: Int, from horizon: Int, found position: Int, bar: Int) {
        let record = Int(records.bars[position])
        for held in entry.cells(from: horizon, of: horizons) {
            for fill in 0..<fills where held < entry.until {
                sums.corrections[fill, held][leverage] +=
                    gainOf(entry, leverage, fill, bar: bar) - gainOf(entry, leverage, fill, bar: record)
            }
            sums.correctTime(
                held * leverages + leverage, bin: sums.timeBin(barsTo(entry, record), from: horizon), by: -1)
            sums.correctTime(held * leverages + leverage, bin: DurationHistogram.bin(bars: barsTo(entry, bar)), by: 1)
        }
        suspect(leverage, horizon)
    }

    /// Settles those who may have ended below zero after a liquidation: the plain kernel where rounding could decide.
    func judgeSuspects(_ entry: SweepEntry) {
        for place in 0..<listed[0].suspects {
            let (leverage, horizon) = (suspects[place].leverage, suspects[place].horizon)
            if judged[leverage] == entry.index { continue }
            judged[leverage] = entry.index
            if hangsOnRounding(entry, leverage) {
                let last = lastSeen(entry)
                let held = entry.cells(from: horizon, of: horizons)
                settle(entry, leverage, held, path(entry, leverage, last: last), last: last)
            } else {
                addShortfalls(entry, suspect: place)
            }
        }
        listed[0].suspects = 0
    }

    /// Whether rounding could change the bar of the liquidation, or the sign of what is left under some fill rule.
    @inline(__always)
    private func hangsOnRounding(_ entry: SweepEntry, _ leverage: Int) -> Bool {
        let position = Int(found[leverage])
        let level = levels[leverage] * entry.scale + entry.offset
        if records.values[position] > level - entry.slack { return true }
        // A law has no edge that rounding could move something over.
        for fill in 0..<fills where !hasSpread(entry, leverage, fill, position) {
            if isNearZero(entry, leverage, gain: gainAt(position, entry, leverage, fill)) { return true }
        }
        return false
    }

    @inline(__always)
    private func gainAt(_ position: Int, _ entry: SweepEntry, _ leverage: Int, _ fill: Int) -> Double {
        if fillRules[fill].isAtTrigger { return gainOf(entry, leverage, fill, bar: Int(records.bars[position])) }
        return fillGains[fill][position] * entry.gainScale + entry.gainBase
    }

    @inline(__always)
    private func addShortfalls(_ entry: SweepEntry, suspect place: Int) {
        let (leverage, from) = (suspects[place].leverage, suspects[place].horizon)
        let position = Int(found[leverage])
        let bars = barsTo(entry, Int(records.bars[position]))
        let multiple = multiples[leverage]
        var (isWorst, isBest) = (false, false)
        for fill in 0..<fills {
            if hasSpread(entry, leverage, fill, position) {
                addDelayed(entry, suspect: place, fill, position, after: bars)
                continue
            }
            let gain = gainAt(position, entry, leverage, fill)
            guard gain < doubtfulGain[leverage] else { continue }
            if fillRules[fill] == .worst { isWorst = true }
            if fillRules[fill] == .best { isBest = true }
            if isBrief {
                sums.addNegative(fill, leverage, from: from, entry, .one, after: bars)
                continue
            }
            let exit = liquidated(entry, leverage, fill, bar: Int(records.bars[position]), equity: 1 + multiple * gain)
            sums.addNegative(fill, leverage, from: from, entry, exit, .one, after: bars)
        }
        guard sums.undecided.rows > 0, isWorst, !isBest else { return }
        for horizon in entry.cells(from: from, of: horizons) {
            sums.undecided[entry.block][horizon &* leverages &+ leverage] &+= 1
        }
    }

    /// Whether rounding could change the sign of what is left.
    @inline(__always)
    private func isNearZero(_ entry: SweepEntry, _ leverage: Int, gain: Double) -> Bool {
        abs(gain - doubtfulGain[leverage]) <= 2 * (SweepTask.gainSlack + entry.gainSlack)
    }

    /// Adds how an entry ended to the cells of the given horizons, as far as it ended below zero, by the plain kernel.
    func settle(_ entry: SweepEntry, _ leverage: Int, _ held: Range<Int>, _ path: EntryPath, last: Int) {
        let tolerance = tolerances[leverage]
        var (worst, best) = (0.0, 0.0)
        for fill in 0..<fills {
            let exit = judge.exit(leverage, path, entry.index, last, fillRules[fill])
            if fillRules[fill] == .worst { worst = exit.equity }
            if fillRules[fill] == .best { best = exit.equity }
            let below = exit.negative(tolerance: tolerance)
            guard below > 0 else { continue }
            let bars = exit.closedBar.map { barsTo(entry, $0) }
            for horizon in held where horizon < entry.until || bars != nil {
                sums.addNegative(fill, leverage, horizon: horizon, entry, exit, below, after: bars)
            }
        }
        guard sums.undecided.rows > 0, worst < -tolerance, best >= -tolerance else { return }
        for horizon in held { sums.undecided[entry.block][horizon &* leverages &+ leverage] &+= 1 }
    }
}
