#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What becomes of entries that a platform closes some time after their trigger price, as the program's `delay` fill has it: how likely
/// each ends below zero, and how far below on average, in parts of the log price.
///
/// A move against an entry meets the trigger inside a bar; the fill is Laplace-distributed around it, with a scale that goes with the bar's
/// range, within the bar. So wild bars make deep shortfalls, and a few of them make most of their sum.
struct LateExits {
    /// The chance of each entry to end below zero.
    private(set) var chances: [Double]
    /// Its shortfall, as expected.
    private(set) var shortfalls: [Double]
    /// The bar in which each was closed; 0 where it was not.
    private(set) var bars: [Int]

    /// Scale of the fill over the range of its bar: half a minute in six hours, three times as wild as a Brownian path.
    static let scalePerRange = 0.05
    /// From the trigger price to that where nothing is left.
    static let gap = 0.005

    /// - Parameters:
    ///   - prices: logarithms, a bar each.
    ///   - distance: of the trigger price below the entry's.
    ///   - entries: how many of the bars are entered.
    ///   - horizon: bars held.
    ///
    /// O(entries × horizon).
    init(_ prices: [Double], distance: Double, entries: Int, horizon: Int) {
        chances = Array(repeating: 0, count: entries)
        shortfalls = chances
        bars = Array(repeating: 0, count: entries)
        for entry in 0..<entries {
            let trigger = prices[entry] - distance
            let end = min(entry + horizon, prices.count - 1)
            var bar = entry + 1
            while bar <= end, prices[bar] > trigger { bar += 1 }
            guard bar <= end else { continue }
            let exit = LateExits.exit(before: prices[bar - 1] - trigger, beyond: trigger - prices[bar])
            (chances[entry], shortfalls[entry], bars[entry]) = (exit.chance, exit.shortfall, bar)
        }
    }

    /// Of a bar that falls from `before` above the trigger to `beyond` below it.
    private static func exit(before: Double, beyond: Double) -> (chance: Double, shortfall: Double) {
        let scale = scalePerRange * (before + beyond)
        guard beyond > gap, scale > 0 else { return (0, 0) }
        let (near, far, above) = (exp(-gap / scale), exp(-beyond / scale), exp(-before / scale))
        let mass = 2 - far - above
        return ((near - far) / mass, (scale * (near - far) - (beyond - gap) * far) / mass)
    }
}
