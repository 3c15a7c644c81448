import StressBasics
import StressStatistics
import StudyPlan

/// Who pays in margin when the platform calls for it: up to the first payment that is holding, or closing where levels of the price say so, and at
/// which close the platform calls first is searched for of all leverages in one passage.
extension BehaviourGridTask {
    /// Finds the first calls of the entries of a tile, as far as positions stand until then.
    mutating func searchCalls(_ place: Int, _ bars: Range<Int>) {
        grid.tile.reached[place] = Array(repeating: FirstCall.none, count: rows.count * grid.tile.count)
        var passages = bars.map { grid.isSeen(place, $0) ? BehaviourWalk<Position>.Passage(entry: $0) : nil }
        for row in grid.byLeverage { searchCalls(row, place, rows[row].walks[place], &passages) }
    }

    private mutating func searchCalls(
        _ row: Int, _ place: Int, _ walk: BehaviourWalk<Position>, _ passages: inout [BehaviourWalk<Position>.Passage?]
    ) {
        for at in 0..<grid.tile.count where !grid.tile.isRejected[row * grid.tile.count + at] {
            guard var passage = passages[at] else { continue }
            let entry = grid.tile.start + at
            // Nobody is called at the close at which the longest window ends, nor after an exit.
            let last = min(grid.longest(entry), due.bar(row, entry) ?? .max, exitBar(place, at)) - 1
            let call = walk.firstCall(entry: entry, through: last, after: &passage)
            grid.tile.reached[place][row * grid.tile.count + at] = call
            passages[at] = passage
        }
    }

    /// The bar in which levels would close an entry that nobody liquidates; past all others where none does.
    @inline(__always)
    private func exitBar(_ place: Int, _ at: Int) -> Int {
        grid.followed[place].hasLevels ? grid.tile.exitBars[place][at] : .max
    }

    mutating func addCalled(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let call = grid.tile.reached[own.place][own.row * grid.tile.count + own.at]
        guard call != FirstCall.unknown, let topUp = walk.rules.behaviour.topUp else {
            return addWalked(own, walk, from: own.seen.first, after: nil)
        }
        let paid = Int(call) + topUp.latency
        // What closes it in the bar of the payment comes after it.
        let end = min(grid.longest(own.entry), due.bar(own.row, own.entry) ?? .max, exitBar(own.place, own.at))
        guard call >= 0, paid <= end else { return addLevels(own, walk) }
        var window = own.seen.first
        while grid.last(own, window) < paid { window += 1 }
        grid.addHeld(own, from: own.seen.first, to: window)
        var state = walk.opened(own.entry, to: grid.longestEnd(own), part: 1)
        state.dueTopUp = paid
        addWalked(own, walk, &state, paid, from: window)
    }
}

/// What is said instead of a bar at whose close the platform calls for margin.
private enum FirstCall {
    /// It does not call while the position stands.
    static let none: Int32 = -1
    /// It is not levels of the price that tell when.
    static let unknown: Int32 = -2
}

extension BehaviourWalk {
    /// The bar at whose close the platform calls for margin first, of a position that stands to the end of a range.
    ///
    /// - Parameter passage: at the entry, or of another leverage; becomes that of this one.
    fileprivate func firstCall(entry: Int, through last: Int, after passage: inout Passage) -> Int32 {
        let position = kernel.position(entry: entry)
        guard let blocks, let topUp = rules.behaviour.topUp,
            let level = nearCall(position, times: topUp.at, entryPrice: closes[entry])
        else { return FirstCall.unknown }
        var from = level <= passage.level ? passage.bar ?? entry + 1 : entry + 1
        passage = Passage(level: level, bar: max(from, last + 1))
        let levels = FixedLevels(closeFloor: level)
        while let bar = blocks.firstBar(from: from, through: last, isLong: sign > 0, levels) {
            passage.bar = min(passage.bar ?? bar, bar)
            if isCalled(position, at: closes[bar], times: topUp.at, .none) { return Int32(bar) }
            from = bar + 1
        }
        return FirstCall.none
    }
}
