import MarginModel

/// What every class opened at the close of one bar.
struct PositionRow {
    /// The bar.
    let entry: Int32
    /// The last bar of its time.
    let last: Int32
    /// `P0`.
    let price: Double
    /// What funding had added up to, per coin.
    let fundingStart: Double
    /// What is opened of the usual.
    let scale: Double
}

/// Where a position stands: its row, counted from the first bar that opened any, and the slot of its class.
struct PositionPlace: Equatable {
    let row: Int
    let slot: Int
}

/// The open positions of an asset: a row for every bar that opened some, a slot for every class, and in it the part that is still open.
/// Memory: 8 bytes for each position whose time is not over.
///
/// Longs stand before shorts, on each side the higher leverage first, so that within a row the first that is open is the first to be due
/// and, for most rankings, the first to be deleveraged. Rows and blocks of them know bounds of what they hold, which only ever
/// shrinks: an old bound is still one, and is made new when it is looked at. An object, so that a look at it counts one reference; a run
/// alone holds it.
final class PositionTable {
    /// The classes by slot.
    let groups: [LedgerAsset.Group]
    /// Slots of longs and of shorts.
    let slots: [Range<Int>]
    /// The slot of each class, in the population's order.
    let slotOfGroup: [Int]
    /// Whether positions of a class are due at the same share of their entry price, whatever they are of the usual size.
    private let isUniform: Bool
    /// By side: whether within a row every position is due before those of later slots.
    let isSorted: [Bool]

    @exclusivity(unchecked) private var rows: [PositionRow] = []
    @exclusivity(unchecked) private var parts: [Double] = []
    /// Positions that were reduced, which have ``reducedMark`` for their part.
    @exclusivity(unchecked) private(set) var reduced = ReducedPositions()
    private static let reducedMark = -1.0
    /// Number of the first row in memory, a multiple of ``blockLength``.
    @exclusivity(unchecked) private var base = 0
    /// Number of the first row whose time is not over.
    @exclusivity(unchecked) private(set) var first = 0
    /// By side: what each row in memory holds at most, and each block of rows.
    @exclusivity(unchecked) private var summaries: [[RowsSummary]] = [[], []]
    @exclusivity(unchecked) private var blocks: [[RowsSummary]] = [[], []]

    /// Rows of a block.
    static let blockLength = 32

    init(_ groups: [LedgerAsset.Group], isUniform: Bool) {
        let longs = groups.filter { $0.side == .long }
        self.groups = PositionTable.ordered(longs) + PositionTable.ordered(groups.filter { $0.side == .short })
        slots = [0..<longs.count, longs.count..<groups.count]
        var slotOfGroup = Array(repeating: 0, count: groups.count)
        for (slot, group) in self.groups.enumerated() { slotOfGroup[Int(group.place)] = slot }
        self.slotOfGroup = slotOfGroup
        self.isUniform = isUniform
        isSorted = slots.map { [groups = self.groups] side in
            isUniform
                && zip(groups[side], groups[side].dropFirst()).allSatisfy {
                    $0.sign * $0.triggerRatio >= $1.sign * $1.triggerRatio
                }
        }
    }

    private static func ordered(_ groups: [LedgerAsset.Group]) -> [LedgerAsset.Group] {
        groups.sorted { ($1.leverage, $0.place) < ($0.leverage, $1.place) }
    }

    /// Number of the next row.
    var next: Int { base + rows.count }
    /// Rows whose time is not over.
    var open: Range<Int> { first..<next }

    subscript(row row: Int) -> PositionRow {
        @inline(__always) get { rows[row - base] }
    }

    /// The part that is open of a position that was never reduced; below 0 where it was, and is still open.
    private(set) subscript(place: PositionPlace) -> Double {
        @inline(__always) get { parts[(place.row - base) * groups.count + place.slot] }
        @inline(__always) set { parts[(place.row - base) * groups.count + place.slot] = newValue }
    }

    /// Opens a position.
    @inline(__always)
    func open(_ place: PositionPlace) { self[place] = 1 }

    /// Whether any of a position is open.
    @inline(__always)
    func isOpen(_ place: PositionPlace) -> Bool { self[place] != 0 }

    /// Whether a position was reduced.
    @inline(__always)
    func isReduced(_ place: PositionPlace) -> Bool { self[place] < 0 }

    /// A position as it stands.
    @inline(__always)
    func position(_ place: PositionPlace) -> OpenPosition {
        let (group, row, part) = (groups[place.slot], rows[place.row - base], self[place])
        if part < 0, let reduced = reduced[place] { return OpenPosition(group, row, reduced) }
        return OpenPosition(group, row, part: part)
    }

    /// A position as its formulas know it, but for what winners gave of it.
    func linear(_ place: PositionPlace) -> LinearPosition {
        if isReduced(place), let reduced = reduced[place] { return reduced.linear }
        return groups[place.slot].linear(rows[place.row - base])
    }

    /// Leaves a part of a position open; 0 closes it.
    @inline(__always)
    func leave(_ part: Double, of place: PositionPlace) {
        if isReduced(place) {
            reduced.set(part: part, at: place)
            if part == 0 { self[place] = 0 }
        } else {
            self[place] = part
        }
    }

    /// Keeps a position that was reduced.
    func keep(_ position: ReducedPosition) {
        self[position.place] = PositionTable.reducedMark
        reduced.set(position)
    }

    // MARK: Rows

    /// Adds a row of which nothing is open yet.
    func append(_ row: PositionRow) {
        if next % PositionTable.blockLength == 0 {
            for side in 0...1 { blocks[side].append(RowsSummary()) }
        }
        rows.append(row)
        parts.append(contentsOf: repeatElement(0, count: groups.count))
        for side in 0...1 { summaries[side].append(RowsSummary()) }
    }

    /// Makes bounds of a new row, once everything is open in it.
    func summarise(_ row: Int) {
        for side in 0...1 {
            let summary = refreshed(row, side)
            summaries[side][row - base] = summary
            blocks[side][(row - base) / PositionTable.blockLength].merge(summary)
        }
    }

    /// Leaves out the first row.
    func removeFirst() {
        for side in 0...1 { summaries[side][first - base] = RowsSummary() }
        first += 1
        let length = PositionTable.blockLength
        let count = (first - base) / length * length
        guard count > 1024, count > rows.count / 2 else { return }
        rows.removeFirst(count)
        parts.removeFirst(count * groups.count)
        for side in 0...1 {
            summaries[side].removeFirst(count)
            blocks[side].removeFirst(count / length)
        }
        base += count
    }

    // MARK: Trigger prices

    /// Where a position stands among the trigger prices of its side.
    @inline(__always)
    func triggerKey(_ place: PositionPlace) -> Double {
        let (group, row) = (groups[place.slot], self[row: place.row])
        let trigger = isUniform ? group.triggerRatio * row.price : group.linear(row).triggerPrice(.none)
        return Reach.key(trigger: trigger, sign: group.sign, fundingSum: row.fundingStart)
    }

    /// Where the open position of a row stands that is due first; nil where none is open.
    func triggerKey(row: Int, side: Int) -> Double? {
        var key: Double?
        for slot in slots[side] {
            let place = PositionPlace(row: row, slot: slot)
            guard self[place] > 0 else { continue }
            key = max(key ?? -.infinity, triggerKey(place))
            if isSorted[side] { break }
        }
        return key
    }

    // MARK: Bounds

    /// Numbers of the blocks with rows whose time is not over.
    var openBlocks: Range<Int> {
        first / PositionTable.blockLength..<base / PositionTable.blockLength + blocks[0].count
    }

    /// Rows of a block whose time is not over.
    func rows(of block: Int) -> Range<Int> {
        let start = block * PositionTable.blockLength
        return max(first, start)..<min(next, start + PositionTable.blockLength)
    }

    /// What a block holds at most.
    @inline(__always)
    func block(_ block: Int, side: Int) -> RowsSummary { blocks[side][block - base / PositionTable.blockLength] }

    /// What a row holds at most.
    @inline(__always)
    func summary(_ row: Int, side: Int) -> RowsSummary { summaries[side][row - base] }

    /// Makes the bounds of a row new. O(slots).
    func refresh(row: Int, side: Int) { summaries[side][row - base] = refreshed(row, side) }

    /// Makes the bounds of a block new. O(rows of it).
    func refresh(block: Int, side: Int) {
        var summary = RowsSummary()
        for row in rows(of: block) { summary.merge(summaries[side][row - base]) }
        blocks[side][block - base / PositionTable.blockLength] = summary
    }

    private func refreshed(_ row: Int, _ side: Int) -> RowsSummary {
        var summary = RowsSummary()
        for slot in slots[side] {
            let part = self[PositionPlace(row: row, slot: slot)]
            guard part > 0 else { continue }
            summary.add(self[row: row], slot: slot, notional: part * groups[slot].notional(self[row: row].scale))
        }
        return summary
    }
}
