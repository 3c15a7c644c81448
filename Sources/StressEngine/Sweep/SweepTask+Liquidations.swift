import MarginModel
import StressBasics
import StressStatistics

extension SweepTask {
    /// Finds the liquidation of every leverage that has one, and adds what it leaves.
    func addLiquidations(_ entry: SweepEntry) {
        let first = reached[entry.isCut ? horizons : entry.until &- 1].surely
        guard first < leverages else { return }
        findRecords(of: records, levels.cells, entry, from: first)
        if listed[0].doubtful > 0 { resolveDoubtful(entry) }
        var end = leverages
        for horizon in entry.from..<entry.until {
            let start = reached[horizon].surely
            if start < end {
                for fill in 0..<fills { addGains(entry, fill, horizon, start..<end) }
                if !isBrief {
                    addTimes(sums.times(from: horizon, until: entry.until), entry, start..<end, places.cells)
                }
                end = start
            }
        }
        if entry.isCut, reached[horizons].surely < end { addCutLiquidations(entry, reached[horizons].surely..<end) }
        if listed[0].suspects > 0 { judgeSuspects(entry) }
    }

    /// Where each leverage from `first` on, which all have one, finds its first record at or below its level, nearest first.
    @inline(__always)
    func findRecords(of records: RecordStack, _ levels: Cells<Double>, _ entry: SweepEntry, from first: Int) {
        let search = records.search
        if search.isPlain {
            findRecords(search, levels, entry, from: first, isPlain: true)
        } else {
            findRecords(search, levels, entry, from: first, isPlain: false)
        }
    }

    @inline(__always)
    private func findRecords(
        _ search: RecordStack.Search, _ levels: Cells<Double>, _ entry: SweepEntry, from first: Int, isPlain: Bool
    ) {
        let (values, found) = (search.values, found.cells)
        let (scale, upper) = (entry.scale, entry.offset + entry.slack)
        let (top, nearest) = (Int32(truncatingIfNeeded: search.top), values[search.top])
        var leverage = leverages &- 1
        var closest = Double.infinity
        while leverage >= first {
            let level = levels[leverage] * scale + upper
            if level < nearest { break }
            found[leverage] = top
            closest = min(closest, level - nearest)
            leverage &-= 1
        }
        // Two leverages at a time.
        var closestOfTwo = SIMD2(repeating: closest)
        while leverage > first {
            let level = levels.pair(leverage &- 1) * scale + upper
            let position = search.positions(below: level, isPlain: isPlain)
            found[leverage &- 1] = Int32(truncatingIfNeeded: position.first)
            found[leverage] = Int32(truncatingIfNeeded: position.second)
            closestOfTwo = closestOfTwo.lowered(to: level - position.values)
            leverage &-= 2
        }
        closest = min(closestOfTwo[0], closestOfTwo[1])
        if leverage == first {
            let level = levels[leverage] * scale + upper
            let position = search.position(below: level, isPlain: isPlain)
            found[leverage] = Int32(truncatingIfNeeded: position)
            closest = min(closest, level - values[position])
        }
        if closest < 2 * entry.slack { listDoubtful(values, levels, entry, from: first) }
    }

    /// Lists the leverages with whom rounding may decide whether their record is the one.
    @inline(never)
    private func listDoubtful(_ values: Cells<Double>, _ levels: Cells<Double>, _ entry: SweepEntry, from first: Int) {
        for leverage in (first..<leverages).reversed() {
            let level = levels[leverage] * entry.scale + (entry.offset + entry.slack)
            guard level - values[Int(found[leverage])] < 2 * entry.slack else { continue }
            doubtful[listed[0].doubtful] = leverage
            listed[0].doubtful &+= 1
        }
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
                    if let known = found.law { suspectLaws[listed[0].suspects] = known }
                    suspect(leverage, horizon, lawOf: found.law == nil ? -1 : fill)
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
            addGains(entry, of: fillGains[fill], to: target, horizon, range)
        }
    }

    /// The same where a record leaves the same to every leverage, two leverages at a time.
    @inline(__always)
    private func addGains(
        _ entry: SweepEntry, of gains: Cells<Double>, to target: Cells<Double>, _ horizon: Int, _ range: Range<Int>
    ) {
        let (found, doubtfulGain) = (found.cells, doubtfulGain.cells)
        let (scale, base, slack) = (entry.gainScale, entry.gainBase, entry.gainSlack)
        var leverage = range.lowerBound
        while leverage &+ 1 < range.upperBound {
            let next = leverage &+ 1
            let gain = SIMD2(gains[Int(found[leverage])], gains[Int(found[next])]) * scale + base
            target.add(gain, at: leverage)
            let isDoubtful = unsafeBitCast(gain - slack .< doubtfulGain.pair(leverage), to: SIMD2<Int>.self)
            if isDoubtful[0] | isDoubtful[1] != 0 {
                if isDoubtful[0] != 0 { suspect(leverage, horizon) }
                if isDoubtful[1] != 0 { suspect(next, horizon) }
            }
            leverage &+= 2
        }
        guard leverage < range.upperBound else { return }
        let gain = gains[Int(found[leverage])] * scale + base
        target[leverage] += gain
        if gain - slack < doubtfulGain[leverage] { suspect(leverage, horizon) }
    }

    /// Notes that a leverage may have ended below zero from a horizon on.
    @inline(__always)
    func suspect(_ leverage: Int, _ horizon: Int, lawOf fill: Int = -1) {
        suspects[listed[0].suspects] = Suspect(leverage: leverage, horizon: horizon, lawOf: fill)
        listed[0].suspects &+= 1
    }

    /// Counts the times to the records that were found for a range of leverages.
    @inline(__always)
    func addTimes(_ times: TimeTable, _ entry: SweepEntry, _ range: Range<Int>, _ places: Cells<Double>) {
        let (found, place) = (found.cells, entry.place)
        var leverage = range.lowerBound
        while leverage &+ 1 < range.upperBound {
            let ends = SIMD2(places[Int(found[leverage])], places[Int(found[leverage &+ 1])])
            times.add(leverage, spans: ends - place)
            leverage &+= 2
        }
        if leverage < range.upperBound { times.add(leverage, span: places[Int(found[leverage])] - place) }
    }
}
