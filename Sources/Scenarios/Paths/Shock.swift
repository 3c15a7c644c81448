import MarginModel
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a shock comes about.
public enum ShockShape: String, Hashable, Sendable, CaseIterable {
    /// At once, before the next trade.
    case jump
    /// The logarithm of the price goes straight, then the price stays.
    case line
    /// A line, then a part of the move back in the same time.
    case v
    /// A third of the logarithm in the first two thirds of the time, the rest in the last third.
    case cascade
}

/// A move of the price that is thought of, not seen.
public struct Shock: Hashable, Sendable {
    /// How it comes about.
    public let shape: ShockShape
    /// The move, a part of the price before: −0.3 for a fall of 30 %.
    public let size: Double
    /// How long it takes; nothing for a jump.
    public let length: TimeSpan
    /// The part of the move that comes back, 0…1; only after a ``ShockShape/v``.
    public let recovery: Double

    /// Checks a shock.
    ///
    /// - Throws: ``RuleError`` unless the size is above −1, at most 1,000,000 and not 0, the length above 0 (0 for a jump) and at
    ///   most ``TimeSpan/longest``, and the recovery within 0…1 (0 but for a ``ShockShape/v``).
    public init(shape: ShockShape, size: Double, length: TimeSpan, recovery: Double = 0) throws(RuleError) {
        guard size > -1, size <= 1e6, size != 0 else {
            throw RuleError("the size must be above -100%, at most 1000000 and not 0, got \(numberText(size))")
        }
        guard (shape == .jump) == (length.milliseconds == 0), length.milliseconds >= 0, length <= .longest else {
            throw RuleError(
                shape == .jump
                    ? "a jump takes no time, got \(length.text)"
                    : "a \(shape.rawValue) takes some time, at most \(TimeSpan.longest.text), got \(length.text)")
        }
        guard (0...1).contains(recovery), shape == .v || recovery == 0 else {
            throw RuleError("only a v recovers, by 0 to 1 of its move, got \(numberText(recovery))")
        }
        (self.shape, self.size, self.length, self.recovery) = (shape, size, length, recovery)
    }

    /// The price through it, entered right before.
    public var path: KnownPath {
        typealias Knot = KnownPath.Knot
        let (time, bottom) = (length.inSeconds, Knot(seconds: length.inSeconds, price: 1 + size))
        switch shape {
        case .jump, .line: return KnownPath(through: [bottom])
        case .v: return KnownPath(through: [bottom, Knot(seconds: 2 * time, price: 1 + size * (1 - recovery))])
        case .cascade:
            return KnownPath(through: [Knot(seconds: 2 * time / 3, price: exp(log1p(size) / 3)), bottom])
        }
    }
}
