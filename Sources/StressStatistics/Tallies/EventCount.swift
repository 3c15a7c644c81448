/// How many entries something happened to, where it may be known only by its probability.
///
/// Probabilities are added in units of 2⁻³², as whole numbers: every order of adding gives the same bits. Room for 2³¹ entries.
public struct EventCount: Hashable, Comparable, AdditiveArithmetic, ExpressibleByIntegerLiteral, Sendable {
    /// The count in units of 2⁻³².
    public var units: Int64

    /// A count of known units.
    @inlinable
    public init(units: Int64) { self.units = units }

    /// Certain events.
    @inlinable
    public init(_ whole: Int) { units = Int64(whole) << 32 }

    /// Certain events.
    @inlinable
    public init(integerLiteral whole: Int64) { units = whole << 32 }

    /// One event of a probability in 0…1, to the nearest unit.
    @inlinable
    public init(probability: Double) {
        // The same as rounding to the nearest, half away from 0, which is a call where processors of every age are served.
        let exact = probability * EventCount.unitsOfOne
        let whole = Int64(exact)
        let rest = exact - Double(whole)
        units = whole &+ (rest >= 0.5 ? 1 : rest <= -0.5 ? -1 : 0)
    }

    /// None.
    public static let zero = EventCount(units: 0)

    /// One certain event.
    public static let one = EventCount(units: 1 << 32)

    /// 2³².
    @inlinable
    static var unitsOfOne: Double { 0x1p32 }

    /// The expected number of events.
    @inlinable
    public var value: Double { Double(units) / EventCount.unitsOfOne }

    /// Fewer come first.
    @inlinable
    public static func < (a: EventCount, b: EventCount) -> Bool { a.units < b.units }

    /// The sum.
    @inlinable
    public static func + (a: EventCount, b: EventCount) -> EventCount { EventCount(units: a.units &+ b.units) }

    /// The difference.
    @inlinable
    public static func - (a: EventCount, b: EventCount) -> EventCount { EventCount(units: a.units &- b.units) }

    /// Adds in place.
    @inlinable
    public static func += (a: inout EventCount, b: EventCount) { a.units &+= b.units }
}
