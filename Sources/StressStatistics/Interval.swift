/// The two ends of a figure that is not known exactly, in the figure's own unit; ``low`` is at most ``high``. How it was made, and at
/// which confidence, stands beside it.
public struct Interval: Hashable, Codable, Sendable {
    /// Lower end.
    public let low: Double
    /// Upper end; infinite where nothing bounds the figure.
    public let high: Double

    /// An interval of known ends.
    public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

    /// From ends that are known both or not at all; nil where one is not.
    public init?(low: Double?, high: Double?) {
        guard let low, let high else { return nil }
        self.init(low: low, high: high)
    }

    /// The part of it that a share can be: 0 to 1.
    var ofShare: Interval { within(0...1) }

    /// From the lower of two lower ends to the higher of two upper ones.
    func covering(_ other: Interval) -> Interval {
        Interval(low: min(low, other.low), high: max(high, other.high))
    }

    /// Its ends, moved to those of `range` where they lie outside.
    func within(_ range: ClosedRange<Double>) -> Interval {
        Interval(
            low: min(max(low, range.lowerBound), range.upperBound),
            high: min(max(high, range.lowerBound), range.upperBound))
    }
}
