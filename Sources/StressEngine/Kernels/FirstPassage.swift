import MarginModel
import PriceSeries
import StressBasics

/// Finds the first bar whose price is at or past a level, without walking the bars between.
///
/// A tree of minima over blocks of 16: a whole block is passed over when its minimum is above the level. Highs are stored
/// negated, so that one search serves both sides. Building is O(bars); a search looks at up to 15 values a level on its way
/// up and down, which is O(log bars) and does not grow with the distance to the bar that is found.
struct FirstPassage: Sendable {
    /// Level 0 holds the values, level `k` the minima of 16^k of them.
    private let levels: [[Double]]
    private static let shift = 4

    /// A tree over `values`, or over their negatives.
    init(_ values: [Double], negated: Bool) {
        var levels = [negated ? values.map { -$0 } : values]
        while let below = levels.last, below.count > 1 << FirstPassage.shift {
            let width = 1 << FirstPassage.shift
            levels.append(
                stride(from: 0, to: below.count, by: width).map {
                    below[$0..<min($0 + width, below.count)].min() ?? .infinity
                })
        }
        self.levels = levels
    }

    /// Number of levels; level 0 holds the values themselves.
    var height: Int { levels.count }

    /// The smallest value of the block of 16^`height` values that `index` lies in.
    @inline(__always)
    func minimum(height: Int, at index: Int) -> Double { levels[height][index >> (FirstPassage.shift * height)] }

    /// How many values a block of the given height has when it starts at `index`; nil when none starts there.
    @inline(__always)
    static func block(height: Int, startingAt index: Int) -> Int? {
        let size = 1 << (shift * height)
        return index & (size - 1) == 0 ? size : nil
    }

    /// The first index in `from…through` whose value is at or below `level`; nil when there is none.
    func first(from: Int, through: Int, atOrBelow level: Double) -> Int? {
        var index = from
        while index <= through {
            if levels[0][index] <= level { return index }
            index += 1
            index += skippable(at: index, above: level)
        }
        return nil
    }

    /// How many values from `index` on lie in blocks that start there and are above `level` as a whole.
    private func skippable(at start: Int, above level: Double) -> Int {
        var index = start
        while true {
            var (height, skipped) = (1, 0)
            while height < levels.count, index & (1 << (FirstPassage.shift * height) - 1) == 0,
                index >> (FirstPassage.shift * height) < levels[height].count,
                levels[height][index >> (FirstPassage.shift * height)] > level
            {
                skipped = 1 << (FirstPassage.shift * height)
                height += 1
            }
            if skipped == 0 { return index - start }
            index += skipped
        }
    }
}

extension PlainKernel {
    /// The same as ``path(entry:last:)``, found by first passage: for positions whose trigger price stays where it is.
    ///
    /// Equity less requirement rises with the price for a long and falls for a short, so a bar is due exactly when its price
    /// is at or past `p*`. The level searched for is a little before `p*`, by more than rounding can move it, and every bar
    /// found is judged by the same comparison as in the plain walk: the answers are equal bit for bit, whatever `p*` rounds to.
    @_specialize(where Position == LinearPosition)
    @_specialize(where Position == InversePosition)
    @_specialize(where Position == SpotPosition)
    func passagePath(entry: Int, last: Int, trees: PassageTrees, findsUnprotected: Bool) -> EntryPath {
        let position = position(entry: entry)
        var path = EntryPath(liquidationBar: nil, unprotectedBar: nil, carry: .none)
        if findsUnprotected { path.unprotectedBar = unprotectedBar(position, entry: entry, last: last, trees) }
        guard rules.platform.liquidation.enabled else { return path }
        let tree = trees.checked(side, rules.platform.liquidation.trigger)
        path.liquidationBar = firstBar(tree, past: position.triggerPrice(.none), entry: entry, last: last) { bar in
            isDue(position, at: checkedPrices[bar], .none)
        }
        return path
    }

    @inline(__always)
    private func unprotectedBar(_ position: Position, entry: Int, last: Int, _ trees: PassageTrees) -> Int? {
        let belowZero = -CellRules.tolerance * position.entryValue
        let tree = trees.extremes(side)
        return firstBar(tree, past: position.bankruptcyPrice(.none), entry: entry, last: last) { bar in
            position.equity(at: pricing.extremes[bar], .none) < belowZero
        }
    }

    /// A level, times the side's sign, that is a little before `price`, by more than rounding can move it.
    @inline(__always)
    func level(near price: Double, entry: Int) -> Double {
        let slack = 1e-9 * (abs(pricing.closes[entry]) + (price.isFinite ? abs(price) : 0))
        return side.sign * price + slack
    }

    /// The first bar of the window near or past `price` that `isMet` confirms.
    @inline(__always)
    private func firstBar(
        _ tree: FirstPassage, past price: Double, entry: Int, last: Int, isMet: (Int) -> Bool
    ) -> Int? {
        let level = level(near: price, entry: entry)
        var from = entry + 1
        while let bar = tree.first(from: from, through: last, atOrBelow: level) {
            if isMet(bar) { return bar }
            from = bar + 1
        }
        return nil
    }
}
