import MarginModel
import StressStatistics

/// Entries under behaviours that do nothing before their first level is met.
extension BehaviourGridTask {
    /// Who would sell at the close of the bar in which the platform closes the position is late.
    mutating func addLevels(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let due = due.bar(own.row, own.entry) ?? .max
        if grid.followed[own.place].areOfPrice {
            guard grid.followed[own.place].hasLevels, grid.tile.exitBars[own.place][own.at] <= min(due, .max - 1)
            else {
                return grid.addHeld(own, from: own.seen.first, to: grid.count)
            }
            return addLevels(own, walk, due, grid.tile.exits.pointer(own.place, own.at))
        }
        guard let exit = exit(own, before: due) else { return grid.addHeld(own, from: own.seen.first, to: grid.count) }
        withUnsafePointer(to: exit) { addLevels(own, walk, due, $0) }
    }

    private mutating func addLevels(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ due: Int, _ exit: UnsafePointer<SharedExit>
    ) {
        let bar = exit.pointee.ending.bar
        guard bar < due || bar == due && exit.pointee.ending.cause != .panicked else {
            return grid.addHeld(own, from: own.seen.first, to: grid.count)
        }
        // Windows that end before the exit.
        var open = own.seen.first
        while open < grid.count, !exit.pointee.closes(by: grid.last(own, open), isCut: open >= own.seen.cut) {
            open += 1
        }
        grid.addHeld(own, from: own.seen.first, to: open)
        guard open < grid.count else { return }
        if grid.followed[own.place].kind == .plan { return addWalked(own, walk, from: open, after: exit) }
        if bar < due, own.seen.cut == grid.count, let summed = walk.summed(positions[own.at], exit.pointee) {
            return grid.addSummed(own, summed, closedIn: bar, from: open)
        }
        guard bar == due else {
            let end = ended(own.row, walk, positions[own.at], exit.pointee.ending)
            return grid.addClosed(own, end, from: open)
        }
        grid.addClosed(own, end(own, walk, meeting: exit), from: open)
    }

    /// What is left where a level is met in the bar in which the platform liquidates.
    private mutating func end(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, meeting exit: UnsafePointer<SharedExit>
    ) -> EndedEntry {
        let ending = walk.ending(positions[own.at], entry: own.entry, meeting: exit.pointee)
        guard ending.cause == .liquidated else {
            return ended(own.row, walk, positions[own.at], ending)
        }
        var end = grid.held.ends[own.at]
        end.isPastStop = ending.isPastStop
        return end
    }

    /// Where levels that depend on the leverage close it whoever liquidates; nil where that is known to be later than a liquidation, or
    /// never.
    @inline(__always)
    private mutating func exit(_ own: FollowedEntry, before due: Int) -> SharedExit? {
        guard grid.followed[own.place].hasLevels else { return nil }
        let search = rows[own.row].searches[own.place]
        guard grid.followed[own.place].areFixed else {
            return search.sharedExit(entry: own.entry, last: grid.longest(own.entry))
        }
        let bar = Int(grid.tile.reached[own.place][own.row * grid.tile.count + own.at])
        return bar < 0 || bar > due ? nil : search.sharedExit(entry: own.entry, at: bar)
    }
}
