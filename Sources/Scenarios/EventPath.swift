import StressBasics
import StudyPlan

extension MarketEvent {
    /// The event as a path of its price, for a position that is entered so long before it begins; nil where no source has its size.
    ///
    /// Through its points where there are any: before the first of them the price stands. Else on a line from the first to the last
    /// price over its length, at once where it has none; before it the price stands, so that how long before makes no difference. It
    /// ends with the event's window.
    public func path(enteredBefore lead: TimeSpan) -> DrawnEvent? {
        guard points.isEmpty else { return through(points, enteredBefore: lead) }
        guard let size else { return nil }
        let begin = KnownPath.Knot(seconds: lead.inSeconds, price: 1)
        let end = KnownPath.Knot(seconds: (lead.inSeconds + (length?.inSeconds ?? 0)), price: 1 + size)
        return DrawnEvent(path: KnownPath(through: [begin, end]), entryPrice: prices?.from)
    }

    private func through(_ points: [Point], enteredBefore lead: TimeSpan) -> DrawnEvent {
        let entered = UTCInstant(milliseconds: start.milliseconds - lead.milliseconds)
        func since(_ point: Point) -> Double { (point.time - entered).inSeconds }
        let entryPrice = price(at: entered)
        let later = points.filter { $0.time > entered && $0.time <= end }
        let knots = later.map { KnownPath.Knot(seconds: since($0), price: $0.price / entryPrice) }
        return DrawnEvent(path: KnownPath(through: knots), entryPrice: entryPrice)
    }

    /// The price along the points.
    private func price(at time: UTCInstant) -> Double {
        let first = points[0]
        guard time > first.time else { return first.price }
        let whole = KnownPath(
            through: points.map {
                KnownPath.Knot(seconds: ($0.time - first.time).inSeconds, price: $0.price / first.price)
            }
        )
        return first.price * whole.price(at: (time - first.time).inSeconds)
    }
}

extension MarketEvent {
    /// What its path is drawn as.
    public enum DrawnShape: String, Hashable, Sendable {
        /// At once.
        case jump
        /// The logarithm of the price goes straight.
        case line
        /// From each price that is known to the next.
        case points
    }

    /// What its path is drawn as; nil where no source has its size.
    public var drawnShape: DrawnShape? {
        if !points.isEmpty { return .points }
        return size.map { _ in (length?.milliseconds ?? 0) > 0 ? .line : .jump }
    }

    /// How long the drawn path takes from its first figure to its last; nothing for a jump, nil where it cannot be drawn.
    public var drawnLength: TimeSpan? {
        guard let drawnShape else { return nil }
        let known = knownPoints
        guard drawnShape == .points, let first = known.first, let last = known.last else {
            return length ?? .seconds(0)
        }
        return last.time - first.time
    }

    /// The points of its window.
    public var knownPoints: [Point] { points.filter { $0.time >= start && $0.time <= end } }

    /// The whole move at once, where sources say that prices jumped and the path is drawn slower; nil for every other event.
    public var jump: DrawnEvent? {
        guard tags.contains(.gap), let size, let drawnShape, drawnShape != .jump else { return nil }
        return DrawnEvent(
            path: KnownPath(through: [KnownPath.Knot(seconds: 0, price: 1 + size)]), entryPrice: prices?.from)
    }
}

/// An event as a path that is drawn from its figures.
public struct DrawnEvent: Hashable, Sendable {
    /// From the entry on.
    public let path: KnownPath
    /// The price of the entry; nil where only the size is known.
    public let entryPrice: Double?
}
