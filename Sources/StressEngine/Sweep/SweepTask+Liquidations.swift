import MarginModel
import StressBasics
import StressStatistics

extension SweepTask {
    /// Finds the liquidation of every leverage that has one, and adds what it leaves.
    func addLiquidations(_ entry: SweepEntry) {
        let first = reached[entry.isCut ? horizons : entry.until &- 1].surely
        guard first < leverages else { return }
        findRecords(entry, from: first)
        if listed[0].doubtful > 0 { resolveDoubtful(entry) }
        var end = leverages
        for horizon in entry.from..<entry.until {
            let start = reached[horizon].surely
            if start < end {
                for fill in 0..<fills { addGains(entry, fill, horizon, start..<end) }
                addTimes(entry, horizon, start..<end)
                end = start
            }
        }
        if entry.isCut, reached[horizons].surely < end { addCutLiquidations(entry, reached[horizons].surely..<end) }
        if listed[0].suspects > 0 { judgeSuspects(entry) }
    }

    /// Where each leverage from `first` on finds its first record at or below its level, nearest first.
    @inline(__always)
    private func findRecords(_ entry: SweepEntry, from first: Int) {
        let (search, levels, found) = (records.search, levels.cells, found.cells)
        let (scale, upper, width) = (entry.scale, entry.offset + entry.slack, 2 * entry.slack)
        let (values, top) = (search.values, Int32(truncatingIfNeeded: search.top))
        let nearest = values[search.top]
        var leverage = leverages &- 1
        while leverage >= first {
            let level = levels[leverage] * scale + upper
            if level < nearest { break }
            found[leverage] = top
            if nearest > level - width { doubt(leverage) }
            leverage &-= 1
        }
        while leverage >= first {
            let level = levels[leverage] * scale + upper
            let position = search.position(below: level)
            found[leverage] = Int32(truncatingIfNeeded: position)
            if values[position] > level - width { doubt(leverage) }
            leverage &-= 1
        }
    }

    /// Notes that rounding may decide whether a leverage's record is the one.
    @inline(never)
    private func doubt(_ leverage: Int) {
        doubtful[listed[0].doubtful] = leverage
        listed[0].doubtful &+= 1
    }

    /// Adds the gains under one fill rule, and notes who may be below zero.
    @inline(__always)
    private func addGains(_ entry: SweepEntry, _ fill: Int, _ horizon: Int, _ range: Range<Int>) {
        let target = sums.gains[fill, sums.span(from: horizon, until: entry.until)]
        let (scale, base, slack) = (entry.gainScale, entry.gainBase, entry.gainSlack)
        let (found, doubtfulGain) = (found.cells, doubtfulGain.cells)
        if let law = laws[fill] {
            let least = fillGains[fill]
            for leverage in range {
                let level = levels[leverage] * entry.scale + entry.offset
                let position = Int(found[leverage])
                let found = delayedGain(
                    law, bar: Int(records.bars[position]), range: ranges[position], level: level)
                target[leverage] += found.gain * scale + base
                if least[position] * scale + base - slack < doubtfulGain[leverage] {
                    suspect(leverage, horizon, found.law.map { (fill, $0) })
                }
            }
        } else if fillRules[fill].isAtTrigger {
            for leverage in range {
                let level = levels[leverage] * entry.scale + entry.offset
                let bar = Int(records.bars[Int(found[leverage])])
                let gain = self.gain(fill, bar: bar, level: level) * scale + base
                target[leverage] += gain
                if gain - slack < doubtfulGain[leverage] { suspect(leverage, horizon) }
            }
        } else {
            let gains = fillGains[fill]
            for leverage in range {
                let gain = gains[Int(found[leverage])] * scale + base
                target[leverage] += gain
                if gain - slack < doubtfulGain[leverage] { suspect(leverage, horizon) }
            }
        }
    }

    /// Notes that a leverage may have ended below zero from a horizon on.
    @inline(__always)
    func suspect(_ leverage: Int, _ horizon: Int, _ law: (fill: Int, law: AnchoredLaw)? = nil) {
        suspects[listed[0].suspects] = Suspect(leverage: leverage, horizon: horizon, law: law)
        listed[0].suspects &+= 1
    }

    @inline(__always)
    func addTimes(_ entry: SweepEntry, _ horizon: Int, _ range: Range<Int>) {
        let counts = sums.times(from: horizon, until: entry.until)
        let lowest = sums.timeBin(0, from: horizon)
        let (places, found, place, width) = (places.cells, found.cells, entry.place, leverages)
        for leverage in range {
            let bin = DurationHistogram.bin(bars: BarClock.bars(from: place, to: places[Int(found[leverage])]))
            counts[max(bin, lowest) &* width &+ leverage] &+= 1
        }
    }
}
