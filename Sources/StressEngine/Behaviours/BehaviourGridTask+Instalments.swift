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
struct PurchaseTable<Position: KernelPosition> {
    private var purchases: [Purchase] = []
    /// Where those of each entry begin, and where the last end.
    private var starts: [Int] = [0]
    /// By entry: the worst price after the last purchase.
    private var worst: [Double] = []
    /// For each entry what is held after each purchase, the first among them, at one of the leverages.
    private var positions: [Position] = []
    /// By entry: whether as much is bought every time.
    private var isEven: [Bool] = []
    /// By their first bars, ranges of bars that were asked for last, and the worst price of each: who enters a step later buys where others do.
    private var known = Array(repeating: Stretch(from: -1, through: -1, worst: 0), count: 2048)

    private struct Stretch {
        let from, through: Int32
        let worst: Double
    }

    /// The worst price of a range of bars, times the side's sign.
    mutating func worst(_ blocks: PriceBlocks, from: Int, through last: Int, isLong: Bool) -> Double {
        let place = from & (known.count - 1)
        if Int(known[place].from) == from, Int(known[place].through) == last { return known[place].worst }
        let worst = blocks.worst(from: from, through: last, isLong: isLong)
        known[place] = Stretch(from: Int32(from), through: Int32(last), worst: worst)
        return worst
    }

    /// Those of another tile.
    mutating func begin() {
        purchases.removeAll(keepingCapacity: true)
        starts.removeLast(starts.count - 1)
        worst.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        isEven.removeAll(keepingCapacity: true)
    }

    /// Those of the next entry, of which the first gives a position.
    mutating func beginEntry(_ position: Position) {
        positions.append(position)
        isEven.append(true)
    }

    /// A further one of the last entry.
    mutating func append(_ purchase: Purchase, _ bought: Position, isEven: Bool) {
        var position = positions[positions.count - 1]
        position.join(bought, .none)
        purchases.append(purchase)
        positions.append(position)
        if !isEven { self.isEven[self.isEven.count - 1] = false }
    }

    /// No more of the last entry.
    mutating func endEntry(worst: Double) {
        starts.append(purchases.count)
        self.worst.append(worst)
    }

    /// How many there are of an entry.
    func count(_ at: Int) -> Int { starts[at + 1] - starts[at] }

    /// One of an entry's.
    func purchase(_ at: Int, _ place: Int) -> Purchase { purchases[starts[at] + place] }

    /// What is held after so many further purchases at one of the leverages; nil where not as much is bought every time.
    func position(_ at: Int, _ step: Int) -> Position? { isEven[at] ? positions[starts[at] + at + step] : nil }

    /// The worst price from so many further purchases of an entry to the next, or to the end of its longest window.
    func worst(_ at: Int, _ step: Int) -> Double { step < count(at) ? purchase(at, step).worst : worst[at] }
}

/// What instalments have come to at the ends of the windows of a tile, at one of the leverages. In storage that is read in place: all that
/// differs at another leverage is the margin, the same for each purchase.
final class BoughtTile<Position: KernelPosition> {
    private let positions: UnsafeMutablePointer<Position>
    /// Further purchases by then; below 0 where not as much is bought every time.
    private let steps: UnsafeMutablePointer<Int32>
    private let count: Int

    /// Room for so many windows.
    init(_ count: Int, _ position: Position) {
        self.count = count
        (positions, steps) = (.allocate(capacity: count), .allocate(capacity: count))
        positions.initialize(repeating: position, count: count)
        steps.initialize(repeating: -1, count: count)
    }

    deinit {
        positions.deinitialize(count: count)
        positions.deallocate()
        steps.deallocate()
    }

    func set(_ place: Int, _ position: Position?, step: Int) {
        steps[place] = position == nil ? -1 : Int32(step)
        if let position { positions[place] = position }
    }

    /// What is held with the margins of as many instalments; nil where these depend on more.
    @inline(__always)
    func position(_ place: Int, margins: [Position]) -> Position? {
        let step = Int(steps[place])
        return step >= 0 ? positions[place].replacingMargins(by: margins[step]) : nil
    }
}

/// Who buys in instalments and does nothing else: when and at what is bought is known for all leverages, and only where the price comes near
/// a trigger between two purchases is it searched for.
extension BehaviourGridTask {
    /// Finds what the entries of a tile buy, and when they are liquidated.
    mutating func searchPurchases(_ place: Int, _ bars: Range<Int>) {
        purchases[place].begin()
        grid.tile.reached[place] = Array(repeating: -1, count: rows.count * grid.tile.count)
        for entry in bars {
            findPurchases(place, entry)
            if grid.isSeen(place, entry) { findWindows(place, entry) }
        }
        // The first step that came near a trigger at the leverage above; past the last for none.
        var steps = bars.map { grid.isSeen(place, $0) ? 0 : Int.max }
        for row in grid.byLeverage { findLiquidations(place, row, rows[row].walks[place], &steps) }
    }

    private mutating func findPurchases(_ place: Int, _ entry: Int) {
        let (walk, blocks) = (rows[0].walks[place], trees.blocks)
        purchases[place].beginEntry(walk.boughtFirst(entry))
        var (from, last, isLong) = (entry + 1, entry, walk.sign > 0)
        if grid.isSeen(place, entry) {
            last = grid.longest(entry)
            walk.findPurchases(entry: entry, last: last) { bar, part in
                let worst = purchases[place].worst(blocks, from: from, through: bar, isLong: isLong)
                purchases[place].append(
                    Purchase(bar: bar, part: part, worst: worst), walk.bought(bar, part: part),
                    isEven: part == walk.instalmentPart)
                from = bar + 1
            }
        }
        purchases[place].endEntry(worst: blocks.worst(from: from, through: last, isLong: isLong))
    }

    private mutating func findWindows(_ place: Int, _ entry: Int) {
        var step = 0
        for window in (entry - grid.tile.start) * grid.count..<(entry - grid.tile.start + 1) * grid.count {
            step = self.step(place, entry, by: grid.tile.lasts[window], from: step)
            bought[place]?.set(window, purchases[place].position(entry - grid.tile.start, step), step: step)
        }
    }

    /// Further purchases before a bar: nothing is bought at the close at which a window ends, nor after a liquidation.
    private func step(_ place: Int, _ entry: Int, by bar: Int, from first: Int) -> Int {
        let (at, steps) = (entry - grid.tile.start, purchases[place].count(entry - grid.tile.start))
        var step = first
        while step < steps, purchases[place].purchase(at, step).bar < bar { step += 1 }
        return step
    }

    /// Of the highest leverage first: where it comes near no trigger, none that is farther is near.
    private mutating func findLiquidations(
        _ place: Int, _ row: Int, _ walk: BehaviourWalk<Position>, _ first: inout [Int]
    ) {
        guard walk.rules.liquidates else { return }
        for at in 0..<grid.tile.count where first[at] < .max && !grid.tile.isRejected[row * grid.tile.count + at] {
            let (entry, steps) = (grid.tile.start + at, purchases[place].count(at))
            var near: Int?
            for step in first[at]..<max(first[at], steps + 1) {
                let position = position(place, walk, entry, step)
                let level = walk.nearTrigger(position, entryPrice: grid.closes[entry])
                // Not a number where anything may trigger.
                if purchases[place].worst(at, step) > level { continue }
                near = near ?? step
                let from = step > 0 ? purchases[place].purchase(at, step - 1).bar : entry
                let through = step < steps ? purchases[place].purchase(at, step).bar : grid.longest(entry)
                if let due = walk.due(position, from: from + 1, through: through, near: level) {
                    grid.tile.reached[place][row * grid.tile.count + at] = Int32(due)
                    break
                }
            }
            first[at] = near ?? steps + 1
        }
    }

    /// What is held after so many further purchases.
    @inline(__always)
    private func position(_ place: Int, _ walk: BehaviourWalk<Position>, _ entry: Int, _ step: Int) -> Position {
        purchases[place].position(entry - grid.tile.start, step)?.replacingMargins(by: walk.instalmentMargins[step])
            ?? joinedPosition(place, walk, entry, step)
    }

    private func joinedPosition(_ place: Int, _ walk: BehaviourWalk<Position>, _ entry: Int, _ step: Int) -> Position {
        var position = walk.boughtFirst(entry)
        for before in 0..<step {
            let purchase = purchases[place].purchase(entry - grid.tile.start, before)
            position.join(walk.bought(purchase.bar, part: purchase.part), .none)
        }
        return position
    }

    mutating func addInstalments(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let due = grid.tile.reached[own.place][own.row * grid.tile.count + own.at]
        guard let bought = bought[own.place] else { return }
        var window = own.seen.first
        while window < grid.count, due < 0 || grid.last(own, window) < Int(due) {
            let position =
                bought.position(own.at * grid.count + window, margins: walk.instalmentMargins)
                ?? lone(own, walk, by: grid.last(own, window))
            addStanding(own, walk, position, &window)
        }
        guard window < grid.count else { return }
        let position = lone(own, walk, by: Int(due))
        let end = ended(own.row, walk, position, walk.ending(position, dueIn: Int(due)))
        grid.addClosed(own, end, from: window)
    }

    /// What is held by a bar.
    private func lone(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>, by bar: Int) -> Position {
        position(own.place, walk, own.entry, step(own.place, own.entry, by: bar, from: 0))
    }
}

extension BehaviourWalk {
    /// The first of several instalments.
    fileprivate func boughtFirst(_ entry: Int) -> Position { bought(entry, part: 1 / Double(rules.instalments)) }

    /// Shows the bars before the end of a window at whose closes more is bought, and the parts of the whole.
    fileprivate func findPurchases(entry: Int, last: Int, _ found: (Int, Double) -> Void) {
        var (bought, bar) = (1, entry + 1)
        while bought < rules.instalments {
            bar = max(bar, firstBar(ofInstalment: bought, entry: entry, through: last))
            guard bar < last else { break }
            if closes[bar] > 0 {
                let due = due(entry: entry, by: bar)
                found(bar, Double(due - bought) / Double(rules.instalments))
                bought = due
            }
            bar += 1
        }
    }

    /// The bar of a range in which a position is liquidated that carries nothing; nil where it stands.
    ///
    /// - Parameter level: a little before its trigger, times the side's sign.
    fileprivate func due(_ position: Position, from: Int, through last: Int, near level: Double) -> Int? {
        guard let blocks else { return nil }
        var from = from
        while let bar = blocks.firstBar(
            from: from, through: last, isLong: sign > 0, FixedLevels(floor: level))
        {
            if kernel.isDue(position, at: kernel.checkedPrices[bar], .none) { return bar }
            from = bar + 1
        }
        return nil
    }
}
