import StressBasics

/// Events and shortfalls by the time since entry at which they were decided.
///
/// Times have nodes: one for every number of bars up to 512, above 256 for every power of two. An event between two nodes is shared
/// out so that its mean time stays where it was, which is exact as long as the number of entries watched falls evenly from one node
/// to the next. Shortfalls are added as whole numbers of 2⁻⁵⁰ of the margin, and events as such, so that every order of adding gives
/// the same bits.
public struct TimedEvents: Hashable, Sendable {
    struct Sum: Hashable, Sendable {
        var events: EventCount
        // In halves: a whole one would stand at a multiple of its size, and leave a quarter of the room empty.
        private var high: Int64
        private var low: UInt64

        init(events: EventCount = .zero, shortfall: Int128 = .zero) {
            self.events = events
            (high, low) = (Int64(truncatingIfNeeded: shortfall >> 64), UInt64(truncatingIfNeeded: shortfall))
        }

        /// The sum of shortfalls, in units of 2⁻⁵⁰ of the margin.
        var shortfall: Int128 { Int128(high) << 64 | Int128(low) }

        /// The shortfall in parts of the margin.
        var shortfallOfMargin: Double {
            // The conversion of 128 bits is generic code, of 64 an instruction: the same value.
            let low = Int64(truncatingIfNeeded: shortfall)
            return (Int128(low) == shortfall ? Double(low) : Double(shortfall)) / TimedEvents.unit
        }

        static func += (a: inout Sum, b: Sum) {
            a = Sum(events: a.events + b.events, shortfall: a.shortfall &+ b.shortfall)
        }
    }

    /// By node, from 0 bars to the last that has any.
    private(set) var nodes: [Sum] = []
    /// At the end of the holding time.
    private(set) var atHorizon = Sum()

    static let unit = 0x1p50

    /// No events.
    public init() {}

    init(nodes: [Sum], atHorizon: Sum) { (self.nodes, self.atHorizon) = (nodes, atHorizon) }

    /// Adds events of an entry: `bars` bar lengths after it, or at the end of the holding time where that is nil. Amortised O(1).
    ///
    /// - Parameter shortfall: nil where it has no bound.
    public mutating func add(bars: Int?, events: EventCount, shortfall: Double?) {
        let sum = Sum(events: events, shortfall: shortfall.map(TimedEvents.whole) ?? 0)
        guard let bars else { return atHorizon += sum }
        let shift = TimedEvents.shift(bars)
        let (node, beyond) = (shift << 8 + bars >> shift, bars & (1 << shift - 1))
        if nodes.count <= node + 1 { nodes.append(contentsOf: repeatElement(Sum(), count: node + 2 - nodes.count)) }
        guard beyond > 0 else { return nodes[node] += sum }
        let later = Sum(
            events: EventCount(units: (sum.events.units &* Int64(beyond)) >> Int64(shift)),
            shortfall: (sum.shortfall &* Int128(beyond)) >> Int128(shift))
        nodes[node] += Sum(events: sum.events - later.events, shortfall: sum.shortfall &- later.shortfall)
        nodes[node + 1] += later
    }

    private static func whole(_ shortfall: Double) -> Int128 {
        // The conversion of what is small is an instruction, of what is large a loop. Between absurd prices rounding alone can be large,
        // of either sign, or no number.
        if abs(shortfall) < 4096 { return Int128(Int64(shortfall * unit)) }
        return shortfall.isNaN ? 0 : Int128(max(-1e20, min(shortfall, 1e20)) * unit)
    }

    static func shift(_ bars: Int) -> Int { 55 - (bars | 0x100).leadingZeroBitCount }

    /// The time of a node, in bar lengths.
    static func bars(ofNode node: Int) -> Int {
        guard node >= 512 else { return node }
        let shift = node >> 8 - 1
        return (node - shift << 8) << shift
    }

    /// Adds those of `other`. O(nodes).
    public mutating func merge(_ other: TimedEvents) {
        atHorizon += other.atHorizon
        // Shared until either changes.
        if nodes.isEmpty { return nodes = other.nodes }
        if nodes.count < other.nodes.count {
            nodes.append(contentsOf: repeatElement(Sum(), count: other.nodes.count - nodes.count))
        }
        let added = other.nodes
        nodes.withUnsafeMutableBufferPointer { nodes in
            for node in added.indices { nodes[node] += added[node] }
        }
    }

    /// All events.
    public var total: EventCount { nodes.reduce(atHorizon.events) { $0 + $1.events } }
}
