import StressStatistics

/// Where positions are closed by the bars of a tile, and what is left of those that are held.
extension BehaviourGridTask {
    /// Where the entries of a behaviour are closed whoever liquidates.
    mutating func decide(_ place: Int, _ bars: Range<Int>) {
        let own = grid.followed[place]
        if own.kind == .instalments, trees.areTraded { searchPurchases(place, bars) }
        if own.hasLevels, own.kind != .sequence {
            if own.areOfPrice {
                searchExits(place, bars)
            } else if own.areFixed {
                searchReached(place, bars)
            }
        }
        if own.kind == .called, trees.areTraded { searchCalls(place, bars) }
    }

    private mutating func searchExits(_ place: Int, _ bars: Range<Int>) {
        var exitBars = [Int](repeating: .max, count: bars.count)
        let search = rows[0].searches[place]
        for entry in bars where grid.isSeen(place, entry) {
            guard let exit = search.sharedExit(entry: entry, last: grid.longest(entry)) else { continue }
            exitBars[entry - bars.lowerBound] = exit.ending.bar
            grid.tile.exits.set(place, entry - bars.lowerBound, exit)
        }
        grid.tile.exitBars[place] = exitBars
    }

    /// Levels in parts of the margin are the nearer the higher the leverage is: each search goes on where that of the leverage above ended.
    private mutating func searchReached(_ place: Int, _ bars: Range<Int>) {
        grid.tile.reached[place] = Array(repeating: -1, count: rows.count * grid.tile.count)
        var next = bars.map { grid.isSeen(place, $0) ? $0 + 1 : .max }
        for row in grid.byLeverage { searchReached(row, place, rows[row].searches[place], &next) }
    }

    private mutating func searchReached(
        _ row: Int, _ place: Int, _ search: BehaviourWalk<Position>, _ next: inout [Int]
    ) {
        for at in 0..<grid.tile.count where next[at] < .max {
            let entry = grid.tile.start + at
            let bar = search.reached(entry: entry, from: next[at], through: grid.longest(entry))
            grid.tile.reached[place][row * grid.tile.count + at] = bar.map { Int32($0) } ?? -1
            next[at] = bar ?? .max
        }
    }

    /// Finds how positions end that are held.
    mutating func hold(_ row: Int) {
        grid.kept.beginHeld()
        defer { grid.kept.endHeld() }
        let walk = rows[row].walks[0]
        for at in 0..<grid.tile.count {
            guard let seen = grid.seen(row, at) else { continue }
            let entry = grid.tile.start + at
            let (due, position) = (due.bar(row, entry), walk.kernel.position(entry: entry))
            positions[at] = position
            grid.held.closed[at] = holdStanding(row, walk, position, at, seen, before: due ?? .max)
            if let due { holdClosed(row, walk, position, at, due) }
        }
    }

    /// Windows at whose ends it stands; gives the first one of the others.
    private mutating func holdStanding(
        _ row: Int, _ walk: BehaviourWalk<Position>, _ position: Position, _ at: Int, _ seen: SeenWindows,
        before due: Int
    ) -> Int {
        let (held, count) = (grid.held, grid.count)
        var (window, isRare) = (seen.first, seen.cut < count)
        while window < grid.count, grid.tile.lasts[at * count + window] < due {
            let place = at * count + window
            if let summed = walk.summed(position, closedAt: grid.tile.prices[place], walk.rules.closeFee, .horizon) {
                held.summed[place] = summed
            } else {
                held.summed[place] = standing(row, walk, position, at, window).summed
                isRare = true
            }
            window += 1
        }
        held.isRare[at] = isRare
        guard isRare else { return window }
        for rare in seen.first..<window { held.standing[at * count + rare] = standing(row, walk, position, at, rare) }
        return window
    }

    private mutating func standing(
        _ row: Int, _ walk: BehaviourWalk<Position>, _ position: Position, _ at: Int, _ window: Int
    ) -> EndedEntry {
        let ending = walk.horizonEnding(grid.tile.lasts[at * grid.count + window])
        return ended(row, walk, position, ending)
    }

    /// Windows that see it liquidated.
    private mutating func holdClosed(
        _ row: Int, _ walk: BehaviourWalk<Position>, _ position: Position, _ at: Int, _ due: Int
    ) {
        let (held, count, entry) = (grid.held, grid.count, grid.tile.start + at)
        guard held.closed[at] < count else { return }
        // Kept in full where that is asked for.
        held.ends[at] =
            grid.kept.isDetailed
            ? ended(row, walk, position, walk.ending(position, dueIn: due)) : heldEnd(row, entry).pointee
        for place in at * count + held.closed[at]..<(at + 1) * count { held.summed[place] = held.ends[at].summed }
    }

    /// How a position that is held ends that is opened at the close of a bar, without what its shortfall is made of.
    @inline(__always)
    mutating func heldEnd(_ row: Int, _ bar: Int) -> UnsafePointer<EndedEntry> {
        heldEnds.known(row, bar) ?? heldEnds.set(row, bar, foundHeldEnd(row, bar))
    }

    private mutating func foundHeldEnd(_ row: Int, _ bar: Int) -> EndedEntry {
        guard let due = due.bar(row, bar) else { return .standing }
        let walk = rows[row].walks[0]
        let position = walk.kernel.position(entry: bar)
        return walk.end(position, walk.ending(position, dueIn: due))
    }
}
