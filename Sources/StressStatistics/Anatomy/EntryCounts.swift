/// How many entries were watched, and what was seen of them: counts, without any weight.
public struct EntryCounts: Hashable, Codable, Sendable {
    /// Entries of whole windows.
    public var entries = 0
    /// Those of them that were liquidated.
    public var liquidated = 0
    /// Those of ``entries`` that ended below zero: a sum of probabilities where the fill is known by a law.
    public var negative = 0.0
    /// Entries whose window was cut, and that were watched up to there.
    public var cut = 0
    /// Those of them that were liquidated before.
    public var cutLiquidated = 0
    /// Those of ``cut`` that ended below zero before, as ``negative``.
    public var cutNegative = 0.0

    /// None.
    public init() {}

    /// The given counts of whole windows and of cut ones.
    public init(entries: Int, negative: Double, cut: Int = 0, cutNegative: Double = 0) {
        (self.entries, self.negative, self.cut, self.cutNegative) = (entries, negative, cut, cutNegative)
    }

    /// All that were watched.
    public var watched: Int { entries + cut }
    /// All that ended below zero while they were watched.
    public var negativeSeen: Double { negative + cutNegative }

    @inline(__always)
    mutating func add(_ entry: HeldEntry) {
        let below = entry.isNegative ? entry.negative.value : 0
        if entry.cutTime == nil {
            entries += 1
            liquidated += entry.isLiquidated ? 1 : 0
            negative += below
        } else {
            cut += 1
            cutLiquidated += entry.isLiquidated ? 1 : 0
            cutNegative += below
        }
    }

    static func += (a: inout EntryCounts, b: EntryCounts) {
        (a.entries, a.liquidated, a.negative) = (
            a.entries + b.entries, a.liquidated + b.liquidated, a.negative + b.negative
        )
        (a.cut, a.cutLiquidated) = (a.cut + b.cut, a.cutLiquidated + b.cutLiquidated)
        a.cutNegative += b.cutNegative
    }
}
