import MarginModel
import StressStatistics

/// Entries under behaviours that do nothing before their first level is met.
extension BehaviourGridTask {
    /// Who would sell at the close of the bar in which the platform closes the position is late.
    mutating func addLevels(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let due = due.bar(own.row, own.entry) ?? .max
        if followed[own.place].areOfPrice {
            guard followed[own.place].hasLevels, tile.exitBars[own.place][own.at] <= min(due, .max - 1) else {
                return addHeld(own, from: own.seen.first, to: count)
            }
            return addLevels(own, walk, due, tile.exits.pointer(own.place, own.at))
        }
        guard let exit = exit(own, before: due) else { return addHeld(own, from: own.seen.first, to: count) }
        withUnsafePointer(to: exit) { addLevels(own, walk, due, $0) }
    }

    @inline(__always)
    private mutating func addLevels(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ due: Int, _ exit: UnsafePointer<SharedExit>
    ) {
        let bar = exit.pointee.ending.bar
        guard bar < due || bar == due && exit.pointee.ending.cause != .panicked else {
            return addHeld(own, from: own.seen.first, to: count)
        }
        // Windows that end before the exit.
        var open = own.seen.first
        while open < count, !exit.pointee.closes(by: last(own, open), isCut: open >= own.seen.cut) { open += 1 }
        addHeld(own, from: own.seen.first, to: open)
        guard open < count else { return }
        if followed[own.place].kind == .plan { return addWalked(own, walk, from: open, after: exit) }
        let position = held.positions + own.at
        if bar < due, own.seen.cut == count, let summed = walk.summed(position.pointee, exit.pointee) {
            for window in open..<count { add(own, summed, window) }
            return addLostHalf(own, summed.lostHalf, in: bar, from: open)
        }
        guard bar == due else {
            let end = ended(own.row, own.entry, walk, position.pointee, exit.pointee.ending)
            return addClosed(own, end, from: open)
        }
        addClosed(own, end(own, walk, meeting: exit), from: open)
    }

    /// What is left where a level is met in the bar in which the platform liquidates.
    private mutating func end(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, meeting exit: UnsafePointer<SharedExit>
    ) -> EndedEntry {
        let ending = walk.ending(held.positions[own.at], entry: own.entry, meeting: exit.pointee)
        guard ending.cause == .liquidated else {
            return ended(own.row, own.entry, walk, held.positions[own.at], ending)
        }
        var end = held.ends[own.at]
        end.isPastStop = ending.isPastStop
        return end
    }

    /// Where levels that depend on the leverage close it whoever liquidates; nil where that is known to be later than a liquidation, or
    /// never.
    @inline(__always)
    private mutating func exit(_ own: FollowedEntry, before due: Int) -> SharedExit? {
        guard followed[own.place].hasLevels else { return nil }
        let search = rows[own.row].searches[own.place]
        guard followed[own.place].areFixed else {
            return search.sharedExit(entry: own.entry, last: longest(own.entry))
        }
        let bar = Int(tile.reached[own.place][own.row * tile.count + own.at])
        return bar < 0 || bar > due ? nil : search.sharedExit(entry: own.entry, at: bar)
    }
}
