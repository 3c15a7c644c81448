import MarginModel
import StressStatistics

/// A further purchase of a trader who buys in instalments: the same at every leverage.
struct Purchase {
    /// At the close of this bar.
    let bar: Int
    /// The part of the whole notional.
    let part: Double
    /// The worst price since the purchase before, times the side's sign.
    let worst: Double
}

/// The further purchases of the entries of a tile under one behaviour.
struct PurchaseTable {
    private var purchases: [Purchase] = []
    /// Where those of each entry begin, and where the last end.
    private var starts: [Int] = [0]
    /// By entry: the worst price after the last purchase.
    private var worst: [Double] = []

    /// Those of the next entry.
    mutating func append(_ found: [Purchase], worst: Double) {
        purchases += found
        starts.append(purchases.count)
        self.worst.append(worst)
    }

    /// How many there are of an entry.
    func count(_ at: Int) -> Int { starts[at + 1] - starts[at] }

    /// One of an entry's.
    func purchase(_ at: Int, _ place: Int) -> Purchase { purchases[starts[at] + place] }

    /// The worst price from an entry's last purchase to the end of its longest window.
    func worst(after at: Int) -> Double { worst[at] }
}

/// Who buys in instalments and does nothing else: when and at what is bought is known for all leverages, and only where the price comes near
/// a trigger between two purchases is it searched for.
extension BehaviourGridTask {
    /// Finds what the entries of a tile buy.
    mutating func searchPurchases(_ place: Int, _ bars: Range<Int>) {
        var table = PurchaseTable()
        let (walk, blocks) = (rows[0].walks[place], trees.blocks)
        for entry in bars {
            guard isSeen(place, entry) else {
                table.append([], worst: 0)
                continue
            }
            let last = longest(entry)
            var from = entry + 1
            let found = walk.purchases(entry: entry, last: last).map { bar, part in
                defer { from = bar + 1 }
                return Purchase(
                    bar: bar, part: part, worst: blocks.worst(from: from, through: bar, isLong: walk.sign > 0))
            }
            table.append(found, worst: blocks.worst(from: from, through: last, isLong: walk.sign > 0))
        }
        tile.purchases[place] = table
    }

    mutating func addInstalments(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        var state = walk.opened(own.entry, last: longest(own.entry), part: 1)
        var (window, bar) = (own.seen.first, own.entry + 1)
        for place in 0..<tile.purchases[own.place].count(own.at) {
            let next = tile.purchases[own.place].purchase(own.at, place)
            guard stands(own, walk, &state, &window, from: bar, through: next.bar, next.worst) else { return }
            state.position.join(walk.bought(next.bar, part: next.part), .none)
            bar = next.bar + 1
        }
        let worst = tile.purchases[own.place].worst(after: own.at)
        _ = stands(own, walk, &state, &window, from: bar, through: longest(own.entry), worst)
    }

    /// Takes a position through a range of bars; false where it is closed, or all windows have ended.
    @inline(__always)
    private mutating func stands(
        _ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ state: inout BehaviourState<Position>,
        _ window: inout Int, from: Int, through last: Int, _ worst: Double
    ) -> Bool {
        let due = walk.due(state, from: from, through: last, worst: worst)
        while window < count, self.last(own, window) < due ?? last + 1 { addStanding(own, walk, state, &window) }
        guard window < count, let due else { return window < count }
        let outcome = walk.outcome(state.position, entry: own.entry, dueIn: due, of: state.wholeMargin)
        addClosed(own, EndedEntry(outcome, tolerance: own.column.tolerance), from: window)
        return false
    }
}

extension BehaviourWalk {
    /// The bars before the end of a window at whose closes more is bought, and the parts of the whole.
    fileprivate func purchases(entry: Int, last: Int) -> [(bar: Int, part: Double)] {
        var (found, bought, bar): ([(bar: Int, part: Double)], Int, Int) = ([], 1, entry + 1)
        while bought < rules.instalments {
            bar = max(bar, firstBar(ofInstalment: bought, entry: entry, through: last))
            guard bar < last else { break }
            if closes[bar] > 0 {
                let due = due(entry: entry, by: bar)
                found.append((bar, Double(due - bought) / Double(rules.instalments)))
                bought = due
            }
            bar += 1
        }
        return found
    }

    /// The bar of a range in which the position is liquidated, of one that changes nothing and carries nothing; nil where it stands.
    @inline(__always)
    fileprivate func due(_ state: BehaviourState<Position>, from: Int, through last: Int, worst: Double) -> Int? {
        guard rules.liquidates, let trees else { return nil }
        let level = nearTrigger(state.position, entryPrice: state.entryPrice)
        // Not a number where anything may trigger.
        if worst > level { return nil }
        var from = from
        while let bar = trees.blocks.firstBar(
            from: from, through: last, isLong: sign > 0, FixedLevels(floor: level))
        {
            if kernel.isDue(state.position, at: kernel.checkedPrices[bar], .none) { return bar }
            from = bar + 1
        }
        return nil
    }
}
