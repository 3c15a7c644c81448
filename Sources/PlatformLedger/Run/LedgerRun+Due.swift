import MarginModel
import StressEngine

/// A position that is due in a bar.
struct Due {
    /// From the open to its trigger price.
    let distance: Double
    /// What its fill starts from: its trigger price, or the market's worst price where only other liquidations made it due.
    let trigger: Double
    /// 0 for longs, 1 for shorts.
    let side: Int
    let leverage: Double
    let place: PositionPlace

    /// Nearest to the open first; then longs, the higher leverage, the older entry, and the order of classes, as slots stand.
    func isBefore(_ other: Due) -> Bool {
        if distance != other.distance { return distance < other.distance }
        if side != other.side { return side < other.side }
        if leverage != other.leverage { return leverage > other.leverage }
        return (place.row, place.slot) < (other.place.row, other.place.slot)
    }
}

extension LedgerRun {
    /// Liquidates what is due in a bar, in the order in which the price comes by; then, where liquidations move it, what they made due.
    mutating func liquidateDue(_ asset: Int, _ bar: Int) {
        guard input.rules.liquidation.enabled else { return }
        var draws: [Double?] = [nil, nil]
        guard !impacts.isEmpty else {
            _ = liquidateOnce(asset, bar, &draws)
            return
        }
        impacts[asset].begin(input.assets[asset].market.series, bar: bar)
        for _ in 0..<impacts[asset].rounds {
            guard liquidateOnce(asset, bar, &draws) else { return }
        }
    }

    /// Looks through a bar once; gives whether anything was due.
    private mutating func liquidateOnce(_ asset: Int, _ bar: Int, _ draws: inout [Double?]) -> Bool {
        var found: [Due] = []
        var rows: [[Int]] = [[], []]
        for side in 0...1 { findDue(asset, bar, side, &found, rows: &rows[side]) }
        let isAny = !found.isEmpty
        found.sort { $0.isBefore($1) }
        liquidate(asset, bar, &found, &draws)
        for side in 0...1 {
            for row in rows[side] { watchTriggers(asset, row: row, side) }
        }
        return isAny
    }

    /// Liquidates one after another. What was reduced and is due still comes again where its new trigger price stands.
    private mutating func liquidate(_ asset: Int, _ bar: Int, _ queue: inout [Due], _ draws: inout [Double?]) {
        var next = 0
        while next < queue.count {
            let due = queue[next]
            next += 1
            guard tables[asset].isOpen(due.place), liquidate(asset, bar, due, &draws),
                let again = self.due(asset, bar, due.side, due.place)
            else { continue }
            queue.insert(again, at: queue.sortedIndex(from: next) { $0.isBefore(again) })
        }
    }

    /// A price of an asset where liquidations have moved it.
    @inline(__always)
    func moved(_ price: Double, _ asset: Int) -> Double {
        impacts.isEmpty ? price : impacts[asset].moved(price)
    }

    /// Puts a row among those that are watched for the trigger prices of a side.
    mutating func watchTriggers(_ asset: Int, row: Int, _ side: Int) {
        guard let key = tables[asset].triggerKey(row: row, side: side) else { return }
        heaps[asset][side].add(key: key, row: row)
        heaps[asset][side].sweep(before: tables[asset].first)
    }

    /// Finds what is due of a side, and takes the rows where it looked from those that are watched.
    private mutating func findDue(_ asset: Int, _ bar: Int, _ side: Int, _ found: inout [Due], rows: inout [Int]) {
        guard let oldest = tables[asset].open.first, let slot = tables[asset].slots[side].first else { return }
        let group = tables[asset].groups[slot]
        let threshold = reach[asset].threshold(
            checked: moved(group.checked[bar], asset), sign: group.sign, bar: bar,
            oldest: Int(tables[asset][row: oldest].entry),
            maintenance: input.assets[asset].scheduledMargin(bar).maintenance)
        while let row = heaps[asset][side].next(from: threshold) {
            guard row >= oldest else { continue }
            rows.append(row)
            for slot in tables[asset].slots[side] {
                let place = PositionPlace(row: row, slot: slot)
                guard tables[asset][place] > 0 else { continue }
                if tables[asset].triggerKey(place) >= threshold {
                    if let due = due(asset, bar, side, place) { found.append(due) }
                } else if tables[asset].isSorted[side] {
                    break
                }
            }
        }
        for (reduced, key) in tables[asset].reduced.all where key >= threshold && reduced.nextCheck <= bar {
            guard tables[asset].slots[side].contains(reduced.place.slot) else { continue }
            if let due = due(asset, bar, side, reduced.place) { found.append(due) }
        }
    }

    /// Looks closely at a position that may be due.
    private func due(_ asset: Int, _ bar: Int, _ side: Int, _ place: PositionPlace) -> Due? {
        let group = tables[asset].groups[place.slot]
        let position = tables[asset].position(place)
        let linear = tables[asset].linear(place)
        let carry = Carry(
            funding: position.funding(input.assets[asset].fundingSums?[bar] ?? 0),
            maintenancePerCoin: input.assets[asset].scheduledMargin(bar).maintenance)
        func isDue(at price: Double) -> Bool { linear.equity(at: price, carry) <= linear.requirement(at: price, carry) }
        let checked = group.checked[bar]
        guard isDue(at: moved(checked, asset)) else { return nil }
        let trigger = linear.triggerPrice(carry)
        // What the market itself never reached is filled as if it had just been reached there, and moved from there.
        return Due(
            distance: abs(trigger - group.open(bar)),
            trigger: impacts.isEmpty || isDue(at: checked) ? trigger : checked, side: side, leverage: group.leverage,
            place: place)
    }
}
