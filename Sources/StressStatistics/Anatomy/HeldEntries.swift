/// The held entries of a cell, in order of time.
///
/// A long history has millions of them, and most ended as most do: what an entry has beyond its bars and its equity stands apart, for
/// those that have it. 24 bytes an entry, 24 more for one that may have ended below zero or was cut, and 8 for its weight where any
/// stands for others.
public struct HeldEntries: RandomAccessCollection, Sendable {
    /// Open times of the bars that entries point at, milliseconds since the epoch.
    private let times: [Int64]
    /// One behind the other: put together they would stand twice for a moment, and that is when a long run takes the most memory.
    private var parts: [Part]
    /// The place of each part's first entry, and one past that of the last entry.
    private var starts: [Int]
    /// One an entry; empty where each stands for itself.
    private var weights: [Double] = []

    private struct Part {
        var records: [Record] = []
        var extras: [Extra] = []
    }

    private struct Record {
        let bar: Int32
        /// See ``HeldEntry/packed``.
        let packed: UInt32
        let exitBar: Int32
        /// The place of what else there is; below 0 for nothing.
        let extra: Int32
        let equity: Double
    }

    private struct Extra {
        var (negative, shortfall) = (EventCount.zero, 0.0)
        /// The last bar before the cut; below 0 for a whole window.
        var cutBar: Int32 = -1
    }

    /// No entries yet, of a history whose bars open at `times`.
    public init(times: [Int64]) { (self.times, parts, starts) = (times, [Part()], [0, 0]) }

    /// The place of the first.
    public var startIndex: Int { 0 }
    /// One past that of the last.
    public var endIndex: Int { starts[parts.count] }

    /// The entry at a place.
    public subscript(place: Int) -> HeldEntry {
        let part = part(of: place)
        let record = parts[part].records[place - starts[part]]
        let extra = record.extra < 0 ? Extra() : parts[part].extras[Int(record.extra)]
        return HeldEntry(
            bar: record.bar, packed: record.packed, time: times[Int(record.bar)],
            exitTime: times[Int(record.exitBar)], negative: extra.negative, shortfall: extra.shortfall,
            equity: record.equity, cutTime: extra.cutBar < 0 ? nil : times[Int(extra.cutBar)],
            weight: weights.isEmpty ? 1 : weights[place])
    }

    /// The part that a place is in.
    private func part(of place: Int) -> Int {
        var (low, high) = (0, parts.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle + 1] <= place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Makes room for so many entries more.
    public mutating func reserve(_ count: Int) {
        parts[parts.count - 1].records.reserveCapacity(parts[parts.count - 1].records.count + count)
    }

    /// Adds an entry that is later than all before. Amortised O(1).
    ///
    /// - Parameters:
    ///   - exitBar: the bar that opens at ``HeldEntry/exitTime``.
    ///   - cutBar: the bar that opens at ``HeldEntry/cutTime``; nil for a whole window.
    public mutating func append(_ entry: HeldEntry, exitBar: Int, cutBar: Int?) {
        let isPlain = entry.negative == .zero && entry.shortfall == 0 && cutBar == nil
        let extra = Extra(
            negative: entry.negative, shortfall: entry.shortfall, cutBar: cutBar.map { Int32($0) } ?? -1)
        let (last, place) = (parts.count - 1, isPlain ? -1 : add(extra))
        parts[last].records.append(
            Record(
                bar: entry.bar, packed: entry.packed, exitBar: Int32(exitBar), extra: place, equity: entry.equity))
        starts[last + 1] += 1
        if !weights.isEmpty { weights.append(1) }
        if entry.weight != 1 { weigh(count - 1, entry.weight) }
    }

    private mutating func add(_ extra: Extra) -> Int32 {
        let last = parts.count - 1
        parts[last].extras.append(extra)
        return Int32(parts[last].extras.count - 1)
    }

    /// Lets an entry stand for so many.
    public mutating func weigh(_ place: Int, _ weight: Double) {
        if weights.isEmpty { weights = Array(repeating: 1, count: count) }
        weights[place] = weight
    }

    /// The entries of parts of one history, one behind the other.
    public static func joined(_ parts: [HeldEntries]) -> HeldEntries {
        guard let times = parts.first?.times else { return HeldEntries(times: []) }
        var whole = HeldEntries(times: times)
        for part in parts where !part.isEmpty { whole.add(part) }
        return whole
    }

    private mutating func add(_ later: HeldEntries) {
        if !(weights.isEmpty && later.weights.isEmpty) { weights = allWeights + later.allWeights }
        let before = count
        if isEmpty { (parts, starts) = ([], [0]) }
        parts += later.parts
        starts += later.starts.dropFirst().map { before + $0 }
    }

    private var allWeights: [Double] { weights.isEmpty ? Array(repeating: 1, count: count) : weights }
}

extension [HeldEntry] {
    /// Of entries that ended below zero, in the order in which they did: when, and the expected shortfall of each given that there is one, on
    /// a scale.
    public func shortfalls(on scale: TailScale) -> (times: [Int64], values: [Double]) {
        (map(\.exitTime), map { scale.scaled($0.shortfallGivenOne) })
    }
}
