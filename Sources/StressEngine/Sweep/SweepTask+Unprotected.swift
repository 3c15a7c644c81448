import StressBasics
import StressStatistics

/// When equity was first below zero, had nobody liquidated.
extension SweepTask {
    /// Counts the time of every leverage that was below zero at some point.
    func addUnprotectedTimes(_ entry: SweepEntry) {
        let first = reachedBankruptcies[entry.isCut ? horizons : entry.until &- 1].surely
        guard first < leverages else { return }
        findRecords(of: extremes, bankruptcyLevels.cells, entry, from: first)
        var end = leverages
        for horizon in entry.from..<entry.until {
            let start = reachedBankruptcies[horizon].surely
            guard start < end else { continue }
            addTimes(unprotectedTimes(entry, horizon), entry, start..<end, extremePlaces)
            end = start
        }
        if entry.isCut, first < end { addTimes(unprotectedTimes(entry, horizons), entry, first..<end, extremePlaces) }
        if listed[0].doubtful > 0 { correctDoubtfulTimes(entry) }
    }

    @inline(__always)
    private func unprotectedTimes(_ entry: SweepEntry, _ horizon: Int) -> TimeTable {
        sums.unprotectedTimes(from: horizon, until: entry.until)
    }

    /// Moves the times of those to the plain walk's bar for whom rounding decides which record is the one.
    @inline(never)
    private func correctDoubtfulTimes(_ entry: SweepEntry) {
        let last = lastSeen(entry)
        for place in 0..<listed[0].doubtful {
            let leverage = doubtful[place]
            guard let bar = path(entry, leverage, last: last).unprotectedBar else { continue }
            let times = unprotectedTimes(entry, horizon(entry, leverage, reachedBankruptcies.cells))
            times.add(leverage, span: extremePlaces[Int(found[leverage])] - entry.place, count: -1)
            times.add(leverage, span: Double(barsTo(entry, bar)), count: 1)
        }
        listed[0].doubtful = 0
    }

    /// The shortest horizon in which a leverage is surely reached; that of the cut where it is none of them.
    func horizon(_ entry: SweepEntry, _ leverage: Int, _ reached: Cells<(maybe: Int, surely: Int)>) -> Int {
        (entry.from..<entry.until).first { reached[$0].surely <= leverage }
            ?? (entry.isCut ? horizons : entry.until - 1)
    }
}
