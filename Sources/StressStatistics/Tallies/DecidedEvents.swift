import StressBasics

/// Events by the time since entry at which they were decided, without what was owed: the nodes of ``TimedEvents`` in half the room.
public struct DecidedEvents: Hashable, Sendable {
    /// By node, from 0 bars to the last that has any.
    private(set) var nodes: [EventCount] = []
    /// At the end of the holding time.
    var atHorizon = EventCount.zero

    /// No events.
    public init() {}

    /// Those of others, with the same bits as if they had been added here.
    init(_ events: TimedEvents) { (nodes, atHorizon) = (events.nodes.map(\.events), events.atHorizon.events) }

    /// Adds events of an entry: `bars` bar lengths after it, or at the end of the holding time where that is nil. Amortised O(1).
    public mutating func add(_ events: EventCount, after bars: Int?) {
        guard let bars else { return atHorizon += events }
        let shift = TimedEvents.shift(bars)
        let (node, beyond) = (TimedEvents.node(bars), bars & (1 << shift - 1))
        if nodes.count <= node + 1 { nodes.append(contentsOf: repeatElement(.zero, count: node + 2 - nodes.count)) }
        guard beyond > 0 else { return nodes[node] += events }
        let later = EventCount(units: (events.units &* Int64(beyond)) >> Int64(shift))
        nodes[node] += events - later
        nodes[node + 1] += later
    }

    /// Adds those of `other`. O(nodes).
    public mutating func merge(_ other: DecidedEvents) {
        atHorizon += other.atHorizon
        if nodes.isEmpty { return nodes = other.nodes }
        if nodes.count < other.nodes.count {
            nodes.append(contentsOf: repeatElement(.zero, count: other.nodes.count - nodes.count))
        }
        for node in other.nodes.indices { nodes[node] += other.nodes[node] }
    }

    /// All events.
    public var total: EventCount { nodes.reduce(atHorizon, +) }
}

extension Exposure {
    /// `Σ 1/n(u)` over events: what ``share(_:)-(TimedEvents)`` says of them, bit for bit. At most 1.
    public func share(_ events: DecidedEvents) -> Double {
        guard entries > 0 else { return 0 }
        guard isCut else { return events.total.value / Double(entries) }
        let sum = events.nodes.enumerated().reduce(0.0) { sum, node in
            node.element == .zero
                ? sum : sum + node.element.value * weight(bars: TimedEvents.bars(ofNode: node.offset))
        }
        return min(1, sum + events.atHorizon.value * weight(bars: nil))
    }
}
