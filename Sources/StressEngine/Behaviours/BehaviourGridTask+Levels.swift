import MarginModel
import StressStatistics

/// Entries under behaviours that do nothing before their first level is met.
extension BehaviourGridTask {
    /// Who would sell at the close of the bar in which the platform closes the position is late.
    mutating func addLevels(_ own: FollowedEntry) {
        let due = due.bar(own.row, own.entry) ?? .max
        guard let exit = exit(own, before: due),
            exit.ending.bar < due || exit.ending.bar == due && exit.ending.cause != .panicked
        else { return addHeld(own, from: own.seen.first, to: count) }
        // Windows that end before the exit.
        var open = own.seen.first
        while open < count, !exit.closes(by: tile.lasts[own.at * count + open]) { open += 1 }
        addHeld(own, from: own.seen.first, to: open)
        guard open < count else { return }
        let walk = rows[own.row].walks[own.place]
        if followed[own.place].kind == .plan {
            return addWalked(own, from: open, after: exit)
        }
        if exit.ending.bar < due, own.seen.cut == count, let summed = walk.summed(held.positions[own.at], exit) {
            for window in open..<count { add(own, summed, window) }
            return
        }
        let position = held.positions[own.at]
        let outcome =
            exit.ending.bar == due
            ? walk.outcome(position, entry: own.entry, meeting: exit) : walk.outcome(position, entry: own.entry, exit)
        addClosed(own, EndedEntry(outcome, tolerance: own.column.tolerance), from: open)
    }

    /// An entry that is followed on its own, in windows from one on.
    ///
    /// - Parameter exit: what is met first; nil where that is not known.
    mutating func addWalked(_ own: FollowedEntry, from first: Int, after exit: SharedExit?) {
        let (walk, places) = (rows[own.row].walks[own.place], own.at * count + first..<(own.at + 1) * count)
        walk.ends(
            entry: own.entry, from: exit?.ending.bar ?? own.entry + 1, best: exit?.best ?? closes[own.entry],
            lasts: tile.lasts[places], prices: tile.prices[places], into: &walked)
        for (place, end) in walked.standing.enumerated() {
            let window = first + place
            guard end.outcome != nil || window >= own.seen.cut else {
                add(own, end.summed, window)
                continue
            }
            // Of one that stands where its window is cut nothing is asked.
            let outcome =
                end.outcome
                ?? BehaviourOutcome(
                    exit: EntryExit(equity: end.summed.equity), cause: .horizon, lostHalf: .zero, paidIn: 1,
                    filledBar: 0)
            addLone(own, EndedEntry(outcome, tolerance: own.column.tolerance), window)
        }
        guard let closed = walked.closed else { return }
        addClosed(own, EndedEntry(closed, tolerance: own.column.tolerance), from: first + walked.standing.count)
    }

    /// Where it is closed whoever liquidates; nil where that is known to be later than a liquidation, or never.
    @inline(__always)
    private mutating func exit(_ own: FollowedEntry, before due: Int) -> SharedExit? {
        guard followed[own.place].hasLevels else { return nil }
        if followed[own.place].areOfPrice {
            return tile.exitBars[own.place][own.at] > min(due, .max - 1) ? nil : tile.exits[own.place][own.at]
        }
        let search = rows[own.row].searches[own.place]
        guard followed[own.place].areFixed else {
            return search.sharedExit(entry: own.entry, last: longest(own.entry))
        }
        let bar = Int(tile.reached[own.place][own.row * tile.count + own.at])
        return bar < 0 || bar > due ? nil : search.sharedExit(held.positions[own.at], entry: own.entry, at: bar)
    }
}
