/// The held entries of a cell, in order of time.
///
/// A long history has millions of them, and most ended as most do: what an entry has beyond its bars and its equity stands apart, for
/// those that have it. 24 bytes an entry, 24 more for one that may have ended below zero or was cut, and 8 for its weight where any
/// stands for others.
public struct HeldEntries: RandomAccessCollection, Sendable {
    /// Open times of the bars that entries point at, milliseconds since the epoch.
    private let times: [Int64]
    private var records: [Record] = []
    private var extras: [Extra] = []
    /// One an entry; empty where each stands for itself.
    private var weights: [Double] = []

    private struct Record {
        let bar: Int32
        /// See ``HeldEntry/packed``.
        let packed: UInt32
        let exitBar: Int32
        /// The place of what else there is; below 0 for nothing.
        var extra: Int32
        let equity: Double
    }

    private struct Extra {
        var (negative, shortfall) = (EventCount.zero, 0.0)
        /// The last bar before the cut; below 0 for a whole window.
        var cutBar: Int32 = -1
    }

    /// No entries yet, of a history whose bars open at `times`.
    public init(times: [Int64]) { self.times = times }

    /// The place of the first.
    public var startIndex: Int { 0 }
    /// One past that of the last.
    public var endIndex: Int { records.count }

    /// The entry at a place.
    public subscript(place: Int) -> HeldEntry {
        let record = records[place]
        let extra = record.extra < 0 ? Extra() : extras[Int(record.extra)]
        return HeldEntry(
            bar: record.bar, packed: record.packed, time: times[Int(record.bar)],
            exitTime: times[Int(record.exitBar)], negative: extra.negative, shortfall: extra.shortfall,
            equity: record.equity, cutTime: extra.cutBar < 0 ? nil : times[Int(extra.cutBar)],
            weight: weights.isEmpty ? 1 : weights[place])
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
        records.append(
            Record(
                bar: entry.bar, packed: entry.packed, exitBar: Int32(exitBar), extra: isPlain ? -1 : add(extra),
                equity: entry.equity))
        if !weights.isEmpty { weights.append(1) }
        if entry.weight != 1 { weigh(records.count - 1, entry.weight) }
    }

    private mutating func add(_ extra: Extra) -> Int32 {
        extras.append(extra)
        return Int32(extras.count - 1)
    }

    /// Lets an entry stand for so many.
    public mutating func weigh(_ place: Int, _ weight: Double) {
        if weights.isEmpty { weights = Array(repeating: 1, count: records.count) }
        weights[place] = weight
    }

    /// The entries of parts of one history, one behind the other; each part is let go of once it is copied.
    public static func joined(_ parts: consuming [HeldEntries]) -> HeldEntries {
        guard let times = parts.first?.times else { return HeldEntries(times: []) }
        var whole = HeldEntries(times: times)
        whole.records.reserveCapacity(parts.reduce(0) { $0 + $1.records.count })
        whole.extras.reserveCapacity(parts.reduce(0) { $0 + $1.extras.count })
        for place in parts.indices {
            whole.add(parts[place])
            parts[place] = HeldEntries(times: [])
        }
        return whole
    }

    private mutating func add(_ part: HeldEntries) {
        let before = Int32(extras.count)
        if !(weights.isEmpty && part.weights.isEmpty) { weights = allWeights + part.allWeights }
        for var record in part.records {
            if record.extra >= 0 { record.extra += before }
            records.append(record)
        }
        extras += part.extras
    }

    private var allWeights: [Double] { weights.isEmpty ? Array(repeating: 1, count: records.count) : weights }
}
