import StressBasics

/// Events and shortfalls by the time since entry at which they were decided.
///
/// Times have nodes: one for every number of bars up to 512, above 256 for every power of two. An event between two nodes is shared
/// out so that its mean time stays where it was, which is exact as long as the number of entries watched falls evenly from one node
/// to the next. Shortfalls are added as whole numbers of 2⁻⁵⁰ of the margin, and events as such, so that every order of adding gives
/// the same bits.
public struct TimedEvents: Sendable {
    struct Sum: Hashable, Sendable {
        var events = EventCount.zero
        /// In units of 2⁻⁵⁰ of the margin.
        var shortfall: Int128 = 0

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

    /// What happened at a node; of its shortfalls what 64 bits hold, which is all of nearly every one.
    private struct Node: Hashable {
        var events = EventCount.zero
        var low: Int64 = 0
    }

    /// The first that has room: a grid has thousands of these, each with the times of one stretch.
    private(set) var firstNode = 0
    /// From there to the last that has any.
    private var kept: [Node] = []
    /// What the shortfalls of each are beyond ``Node/low``, in units of 2⁶⁴; empty where none has any.
    private var high: [Int64] = []
    /// At the end of the holding time.
    private(set) var atHorizon = Sum()

    static let unit = 0x1p50

    /// No events.
    public init() {}

    /// None, of which few will be sooner than so many bars: there is no room for those before. What is joined with others has room from 0.
    public init(roomFrom bars: Int) { firstNode = TimedEvents.node(bars) }

    init(nodes: [Sum], atHorizon: Sum) {
        self.atHorizon = atHorizon
        makeRoom(from: 0, to: nodes.count)
        for (node, sum) in nodes.enumerated() { add(sum, at: node) }
    }

    /// Adds events of an entry: `bars` bar lengths after it, or at the end of the holding time where that is nil. Amortised O(1).
    ///
    /// - Parameter shortfall: nil where it has no bound.
    public mutating func add(bars: Int?, events: EventCount, shortfall: Double?) {
        let sum = Sum(events: events, shortfall: shortfall.map(TimedEvents.whole) ?? 0)
        guard let bars else { return atHorizon += sum }
        let shift = TimedEvents.shift(bars)
        let (node, beyond) = (TimedEvents.node(bars), bars & (1 << shift - 1))
        makeRoom(from: node, to: node + 2)
        guard beyond > 0 else { return add(sum, at: node) }
        let later = Sum(
            events: EventCount(units: (sum.events.units &* Int64(beyond)) >> Int64(shift)),
            shortfall: (sum.shortfall &* Int128(beyond)) >> Int128(shift))
        add(Sum(events: sum.events - later.events, shortfall: sum.shortfall &- later.shortfall), at: node)
        add(later, at: node + 1)
    }

    private static func whole(_ shortfall: Double) -> Int128 {
        // The conversion of what is small is an instruction, of what is large a loop. Between absurd prices rounding alone can be large,
        // of either sign, or no number.
        if abs(shortfall) < 4096 { return Int128(Int64(shortfall * unit)) }
        return shortfall.isNaN ? 0 : Int128(max(-1e20, min(shortfall, 1e20)) * unit)
    }

    static func shift(_ bars: Int) -> Int { 55 - (bars | 0x100).leadingZeroBitCount }

    /// The last node that is not later.
    static func node(_ bars: Int) -> Int {
        let shift = shift(bars)
        return shift << 8 + bars >> shift
    }

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
        if kept.isEmpty, firstNode == other.firstNode { return (kept, high) = (other.kept, other.high) }
        if other.kept.isEmpty { return }
        makeRoom(from: other.firstNode, to: other.nodeCount)
        if !high.isEmpty || !other.high.isEmpty || !addNarrow(other.kept, from: other.firstNode - firstNode) {
            for node in other.firstNode..<other.nodeCount { add(other.sum(node), at: node) }
        }
    }

    /// Adds those of which no sum needs more than 64 bits; adds nothing and says no where one would.
    private mutating func addNarrow(_ added: [Node], from offset: Int) -> Bool {
        kept.withUnsafeMutableBufferPointer { kept in
            let isWide = added.indices.contains {
                kept[offset + $0].low.addingReportingOverflow(added[$0].low).overflow
            }
            if isWide { return false }
            for place in added.indices {
                kept[offset + place].events += added[place].events
                kept[offset + place].low &+= added[place].low
            }
            return true
        }
    }

    /// All events.
    public var total: EventCount { kept.reduce(atHorizon.events) { $0 + $1.events } }
}

extension TimedEvents: Hashable {
    /// Whether the same happened at every node that either has.
    public static func == (a: TimedEvents, b: TimedEvents) -> Bool {
        a.firstNode == b.firstNode && a.kept == b.kept && a.atHorizon == b.atHorizon
            && (a.high == b.high || a.kept.indices.allSatisfy { a.beyond($0) == b.beyond($0) })
    }

    /// Equal ones alike.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kept)
        hasher.combine(atHorizon)
    }
}

extension TimedEvents {
    /// All nodes up to the last that has any.
    var nodeCount: Int { firstNode + kept.count }

    /// What happened at each of them.
    var nodes: [Sum] { (0..<nodeCount).map(sum) }

    /// What happened at a node.
    func sum(_ node: Int) -> Sum {
        guard node >= firstNode else { return Sum() }
        let found = kept[node - firstNode]
        // A record may hold any number: what passes the end of 128 bits in between comes back.
        return Sum(events: found.events, shortfall: Int128(beyond(node - firstNode)) << 64 &+ Int128(found.low))
    }

    private func beyond(_ place: Int) -> Int64 { high.isEmpty ? 0 : high[place] }

    @inline(__always)
    private mutating func add(_ sum: Sum, at node: Int) {
        let place = node &- firstNode
        let low = Int64(truncatingIfNeeded: sum.shortfall)
        let (joined, isOver) = kept[place].low.addingReportingOverflow(low)
        if isOver || Int128(low) != sum.shortfall { return addWide(sum, place) }
        kept[place].events += sum.events
        kept[place].low = joined
    }

    @inline(never)
    private mutating func addWide(_ sum: Sum, _ place: Int) {
        if high.isEmpty { high = Array(repeating: 0, count: kept.count) }
        kept[place].events += sum.events
        let whole = Int128(high[place]) << 64 &+ Int128(kept[place].low) &+ sum.shortfall
        kept[place].low = Int64(truncatingIfNeeded: whole)
        high[place] = Int64(truncatingIfNeeded: (whole &- Int128(kept[place].low)) >> 64)
    }

    @inline(__always)
    private mutating func makeRoom(from first: Int, to end: Int) {
        if first < firstNode || end > nodeCount { widen(from: first, to: end) }
    }

    @inline(never)
    private mutating func widen(from first: Int, to end: Int) {
        let (before, behind) = (max(0, firstNode - first), max(0, end - nodeCount))
        // An eighth more than is asked for: doubling would leave half of the room empty.
        let needed = kept.count + before + behind
        if kept.capacity < needed { kept.reserveCapacity(needed + needed / 8) }
        kept.append(contentsOf: repeatElement(Node(), count: behind))
        kept.insert(contentsOf: repeatElement(Node(), count: before), at: 0)
        firstNode -= before
        guard !high.isEmpty else { return }
        high.append(contentsOf: repeatElement(0, count: behind))
        high.insert(contentsOf: repeatElement(0, count: before), at: 0)
    }
}
