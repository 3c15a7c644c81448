/// The records of a column ahead of a moving entry: each bar that is lower than everything between the entry and itself.
///
/// Bars are pushed from right to left. The nearest record stands on top, and below it stand ever lower and later ones, so the
/// first bar at or below a level is the topmost record that is. Pushing is O(1) amortised.
///
/// A directory makes the search O(1) for prices that move like prices: a level's leading bits (sign, exponent and 13 bits of
/// the mantissa: steps of about 1/10,000) say where to look. It is only a hint: the answer is always checked, and found by
/// bisection where the hint is stale, so that no input can make it wrong.
///
/// Memory is owned by the object and freed with it; positions are valid from −1 (a sentinel that is below every level) to one
/// above the top (a sentinel above every level).
final class RecordStack {
    /// Position of the nearest record; −1 when empty.
    @inline(__always)
    var top: Int { tops[0] }
    /// In a column, because the runtime checks each access to a variable of an object.
    private let tops = Column([-1])
    /// The column at each record.
    let values: Cells<Double>
    /// The bar of each record.
    let bars: Column<Int32>
    private let hints: Column<Int32>
    private let allocated: Column<Double>
    private let keys: KeyRange

    /// The leading bits of the column's values, turned so that they rise with it.
    struct KeyRange {
        /// +1 for columns of positive values, −1 for those that were turned over.
        let orientation: Double
        /// 0, or all ones where keys are negated.
        private let negation: Int
        private let lowest: Int
        let count: Int
        /// Whether every value has a key of its own leading bits, because all are above 0 once turned.
        let isPlain: Bool
        /// What ``plainKey(_:)`` takes off the leading bits, the sign among them.
        private let plainLowest: Int

        /// Room for the leading bits of values from `smallest` to `largest`, at least 0, once turned; `isPositive` says whether all
        /// are above 0.
        init(orientation: Double, smallest: Double, largest: Double, isPositive: Bool) {
            self.orientation = orientation
            negation = orientation > 0 ? 0 : -1
            let (low, high) = (Int(smallest.bitPattern >> 39), Int(largest.bitPattern >> 39))
            lowest = orientation > 0 ? low : -high
            count = max(1, min(high - low + 1, 1 << 22))
            isPlain = isPositive && high - low < count
            plainLowest = orientation > 0 ? lowest : lowest - 1 - 1 << 24
        }

        /// The key of a value, within 0..<count whatever the value.
        @inline(__always)
        func key(_ value: Double) -> Int {
            let turned = orientation * value
            let bits = Int(truncatingIfNeeded: (turned > 0 ? turned : 0).bitPattern >> 39)
            let key = ((bits ^ negation) &- negation) &- lowest
            return min(max(key, 0), count &- 1)
        }

        /// The key of a value between the least and the greatest of a column that is ``isPlain``.
        @inline(__always)
        func plainKey(_ value: Double) -> Int {
            let key = (Int(truncatingIfNeeded: value.bitPattern >> 39) ^ negation) &- plainLowest
            assert(key == self.key(value), "a value of the column")
            return key
        }

        /// The same for two.
        @inline(__always)
        func plainKeys(_ values: SIMD2<Double>) -> SIMD2<Int> {
            let bits = unsafeBitCast(unsafeBitCast(values, to: SIMD2<UInt64>.self) &>> 39, to: SIMD2<Int>.self)
            return (bits ^ negation) &- plainLowest
        }
    }

    /// An empty stack with room for `capacity` records.
    init(capacity: Int, keys: KeyRange) {
        self.keys = keys
        allocated = Column(repeating: .infinity, count: capacity + 2)
        allocated[0] = -.infinity
        values = allocated.cells.shifted(by: -1)
        bars = Column(repeating: 0, count: capacity + 1)
        hints = Column(repeating: 0, count: keys.count + 7)
    }

    /// Puts a bar before all that are there; gives its position.
    @inline(__always)
    func push(_ value: Double, bar: Int) -> Int {
        var below = top
        while values[below] >= value { below &-= 1 }
        if below >= 0 { note(below, from: keys.key(values[below]), to: keys.key(value)) }
        let top = below &+ 1
        tops[0] = top
        values[top] = value
        values[top &+ 1] = .infinity
        bars[top] = Int32(truncatingIfNeeded: bar)
        return top
    }

    /// Levels from one record up to the next belong to the one below. After a crash the next record is far; filling is
    /// bounded, and what is left stale is found by bisection. Keys are filled by eight: those beyond `to` are of levels above the new
    /// record, and are filled again before they are asked for.
    @inline(__always)
    private func note(_ position: Int, from: Int, to: Int) {
        let hint = SIMD8(repeating: Int32(truncatingIfNeeded: position))
        var key = max(from, to &- 2048)
        while key < to {
            hints.cells.setEight(hint, at: key)
            key &+= 8
        }
    }

    /// The stack as it stands, for many searches in a row.
    @inline(__always)
    var search: Search { Search(values: values, hints: hints.cells, top: top, keys: keys) }

    /// A look at the stack that is good until the next push.
    struct Search {
        let values: Cells<Double>
        fileprivate let hints: Cells<Int32>
        let top: Int
        fileprivate let keys: KeyRange

        /// Whether ``position(below:isPlain:)`` may take the short way.
        var isPlain: Bool { keys.isPlain }

        /// The position of the first bar at or below `level`, which is below the top's value; −1 when there is none. There is one where
        /// ``isPlain`` is made use of.
        @inline(__always)
        func position(below level: Double, isPlain: Bool) -> Int {
            // Mostly right, or one too near: records of the same key.
            var position = min(Int(hints[isPlain ? keys.plainKey(level) : keys.key(level)]), top)
            if values[position] > level { position &-= 1 }
            if values[position] <= level, values[position &+ 1] > level { return position }
            return bisected(atOrBelow: level)
        }

        /// The same for two levels, with the values of the records that were found.
        @inline(__always)
        func positions(
            below levels: SIMD2<Double>, isPlain: Bool
        ) -> (first: Int, second: Int, values: SIMD2<Double>) {
            let keys = isPlain ? keys.plainKeys(levels) : SIMD2(keys.key(levels[0]), keys.key(levels[1]))
            var (first, second) = (min(Int(hints[keys[0]]), top), min(Int(hints[keys[1]]), top))
            // True is −1.
            let isNearer = unsafeBitCast(SIMD2(values[first], values[second]) .> levels, to: SIMD2<Int>.self)
            first &+= isNearer[0]
            second &+= isNearer[1]
            let (one, other) = (values.pair(first), values.pair(second))
            let (below, above) = (SIMD2(one[0], other[0]), SIMD2(one[1], other[1]))
            let isRight = unsafeBitCast((below .<= levels) .& (above .> levels), to: SIMD2<Int>.self)
            if isRight[0] & isRight[1] != 0 { return (first, second, below) }
            return bisected(atOrBelow: levels)
        }

        @inline(never)
        private func bisected(
            atOrBelow levels: SIMD2<Double>
        ) -> (first: Int, second: Int, values: SIMD2<Double>) {
            let (first, second) = (bisected(atOrBelow: levels[0]), bisected(atOrBelow: levels[1]))
            return (first, second, SIMD2(values[first], values[second]))
        }

        @inline(never)
        private func bisected(atOrBelow level: Double) -> Int {
            // values[low] ≤ level < values[high + 1]
            var (low, high) = (-1, top)
            while low < high {
                let middle = (low + high + 1) >> 1
                if values[middle] <= level { low = middle } else { high = middle - 1 }
            }
            return low
        }
    }

    /// The deepest record whose bar is not after `last`, searched upwards from `hint`: a position that was deepest for a
    /// later `last`, lowered to every top there was since. The lowest value up to `last` stands there.
    @inline(__always)
    func deepest(through last: Int, from hint: Int) -> Int {
        var position = hint
        while Int(bars[position]) > last { position &+= 1 }
        return position
    }
}
