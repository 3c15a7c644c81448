#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A price that is known at every moment: its logarithm goes straight from one knot to the next, and it stays after the last.
///
/// Prices are in parts of the first knot's, at which positions are entered. Between knots of which one is at or below zero, where
/// there is no logarithm, the price itself goes straight.
public struct KnownPath: Hashable, Sendable {
    /// A place that the price passes.
    public struct Knot: Hashable, Sendable {
        /// Since the first knot.
        public let seconds: Double
        /// In parts of the entry price.
        public let price: Double

        /// A place at a time.
        public init(seconds: Double, price: Double) { (self.seconds, self.price) = (seconds, price) }
    }

    /// The knots in order of time, the first at 0 s and a price of 1; two at one time are a jump.
    public let knots: [Knot]

    /// A path through `knots` from the entry price on; their times must not fall, and their prices be finite.
    public init(through knots: [Knot]) {
        let all = [Knot(seconds: 0, price: 1)] + knots
        precondition(zip(all, all.dropFirst()).allSatisfy { $0.seconds <= $1.seconds }, "time does not run back")
        precondition(all.allSatisfy { $0.price.isFinite && $0.seconds.isFinite }, "a path is finite")
        self.knots = all
    }

    /// The price at a time of at least 0; of a jump what it lands on. O(knots).
    public func price(at seconds: Double) -> Double {
        guard let next = knots.firstIndex(where: { $0.seconds > seconds }) else { return end.price }
        let (from, to) = (knots[next - 1], knots[next])
        let part = (seconds - from.seconds) / (to.seconds - from.seconds)
        guard from.price > 0, to.price > 0 else { return from.price + part * (to.price - from.price) }
        return exp(log(from.price) + part * log(to.price / from.price))
    }

    /// Where the price ends.
    public var end: Knot { knots[knots.count - 1] }

    /// The first time at which the price is at or beyond a level; nil when it never is. O(knots).
    ///
    /// - Parameter isBelow: whether beyond means below.
    public func firstReach(_ level: Double, isBelow: Bool) -> Double? {
        func isBeyond(_ price: Double) -> Bool { isBelow ? price <= level : price >= level }
        guard let place = knots.firstIndex(where: { isBeyond($0.price) }) else { return nil }
        guard place > 0 else { return 0 }
        let (from, to) = (knots[place - 1], knots[place])
        let hasLogarithm = from.price > 0 && to.price > 0 && level > 0
        let part =
            hasLogarithm
            ? log(level / from.price) / log(to.price / from.price)
            : (level - from.price) / (to.price - from.price)
        return from.seconds + (to.seconds - from.seconds) * part
    }
}
