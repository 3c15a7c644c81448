/// The levels of a grid's leverages, rising.
struct LevelTable: Sendable {
    let levels: [Double]
    /// The largest magnitude of a finite level.
    let widest: Double

    init(_ levels: [Double]) {
        self.levels = levels
        widest = levels.filter(\.isFinite).map(abs).max() ?? 0
    }

    /// Whether the levels rise, as the sweep needs.
    var isRising: Bool { zip(levels, levels.dropFirst()).allSatisfy { $0 <= $1 } }

    /// Of the lowest value of a window, in parts of the entry's scale and less its offset: the first leverage that may be
    /// reached, and the first that is surely reached. Between them rounding decides. O(log leverages), and O(1) where the first that
    /// may be reached is still `hint`, as it mostly is from one entry to the next.
    @inline(__always)
    static func reached(
        _ levels: Cells<Double>, by value: Double, slack: Double, hint: Int
    ) -> (maybe: Int, surely: Int) {
        let (bar, count) = (value - slack, levels.bounds.count)
        let holds = (hint == 0 || levels[hint &- 1] < bar) && (hint == count || levels[hint] >= bar)
        var surely = holds ? hint : first(levels, from: bar)
        let maybe = surely
        while surely < count, levels[surely] < value + slack { surely &+= 1 }
        return (maybe, surely)
    }

    /// The first level at or above `bar`.
    @inline(__always)
    private static func first(_ levels: Cells<Double>, from bar: Double) -> Int {
        var (base, length) = (0, levels.bounds.count)
        while length > 0 {
            let half = length >> 1
            let isBelow = levels[base &+ half] < bar
            base = isBelow ? base &+ half &+ 1 : base
            length = isBelow ? length &- half &- 1 : half
        }
        return base
    }
}
