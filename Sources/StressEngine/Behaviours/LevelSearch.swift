import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// Levels of a price, times the side's sign.
struct FixedLevels {
    /// The nearest against the position.
    var floor = -Double.infinity
    /// One against it that closes alone are held against.
    var closeFloor = -Double.infinity
    /// The nearest in its favour.
    var profit = Double.infinity
}

extension PriceBlocks {
    /// The first bar of a range that is at or beyond a level; nil without one. O(log bars) as a rule.
    func firstBar(from: Int, through: Int, isLong: Bool, _ levels: FixedLevels) -> Int? {
        var (next, last) = (from, 0)
        while next <= through {
            // Never more than one level above the last: near its entry a position meets more than far from it.
            var level = min(last + 1, next.trailingZeroBitCount / PriceBlocks.shift, top)
            while level >= 0 {
                let extremes = extremes(level, next, isLong: isLong)
                if extremes.worst > levels.floor, extremes.best < levels.profit,
                    extremes.worstClose > levels.closeFloor
                {
                    break
                }
                level -= 1
            }
            if level < 0 { return next }
            next += 1 << (PriceBlocks.shift * level)
            last = level
        }
        return nil
    }
}

/// Where levels that are farther the lower the leverage is are met, of all leverages in one passage.
///
/// What has not reached a nearer level has not reached a farther one, so that each search goes on where the last one ended.
extension BehaviourWalk {
    /// Where the search for a trigger has come: the level searched for, times the side's sign, and the first bar near it.
    struct Passage {
        var level = Double.infinity
        var bar: Int?

        /// Before the first bar after an entry.
        init(entry: Int) { bar = entry + 1 }

        init(level: Double, bar: Int? = nil) { (self.level, self.bar) = (level, bar) }
    }

    /// The bar in which a position that changes nothing and carries nothing is liquidated; nil where it stands at the end of a range.
    ///
    /// - Parameter passage: at the entry, or of another leverage; becomes that of this one.
    func due(_ position: Position, entry: Int, through last: Int, after passage: inout Passage) -> Int? {
        guard rules.liquidates, blocks != nil else { return nil }
        let level = nearTrigger(position, entryPrice: closes[entry])
        var from = entry + 1
        if level <= passage.level {
            guard let bar = passage.bar else { return nil }
            from = bar
        }
        passage = Passage(level: level)
        while let bar = firstNear(level, from: from, through: last) {
            if passage.bar == nil { passage.bar = bar }
            if kernel.isDue(position, at: kernel.checkedPrices[bar], .none) { return bar }
            from = bar + 1
        }
        return nil
    }

    @inline(__always)
    private func firstNear(_ level: Double, from: Int, through last: Int) -> Int? {
        if let checkedBlocks {
            return checkedBlocks.firstBar(from: from, through: last, isLong: sign > 0, FixedLevels(floor: level))
        }
        guard let trees else { return nil }
        return trees.passages.checked(kernel.rules.cell.side, rules.triggersAtClose ? .close : .extreme)
            .first(from: from, through: last, atOrBelow: level)
    }

    /// The first bar that reaches a fixed stop order or the first limit order; nil where none does.
    func reached(entry: Int, from: Int, through last: Int) -> Int? {
        guard let blocks else { return nil }
        let price = closes[entry]
        var levels = FixedLevels(floor: sign * (price * (1 - sign * rules.stop)))
        if let exit = rules.exits.first { levels.profit = sign * (price * (1 + sign * exit.distance)) }
        return blocks.firstBar(from: from, through: last, isLong: sign > 0, levels)
    }

    /// The exit in a bar that reaches a fixed level, of a position that nobody liquidates.
    func sharedExit(entry: Int, at bar: Int) -> SharedExit? {
        let price = closes[entry]
        return exit(entryPrice: price, best: price, in: bar).map {
            SharedExit(ending: $0, best: price, law: law($0.prices))
        }
    }
}
