import StressBasics

/// Counts time in bars: how many bar lengths lie between two moments, rounded.
struct BarClock: Sendable {
    /// The bar length.
    let unit: TimeSpan
    private let milliseconds: Double

    init(unit: TimeSpan) {
        self.unit = unit
        milliseconds = Double(unit.milliseconds)
    }

    /// A moment in bar lengths since the epoch.
    @inline(__always)
    func place(_ time: Int64) -> Double { Double(time) / milliseconds }

    /// The whole number of bar lengths from one place to a later one, rounded to the nearest (halves to even).
    ///
    /// Adding 2⁵² leaves the rounded number in the low bits; a conversion that checks its range would cost more than the rest
    /// of the work on a time to liquidation. Spans are below 2³² bars.
    @inline(__always)
    static func bars(from: Double, to: Double) -> Int {
        Int(truncatingIfNeeded: (to - from + 0x1p52).bitPattern & 0xFFFF_FFFF)
    }
}
