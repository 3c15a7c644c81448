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
/// shrinks: an old bound is still one, and is made new when it is looked at.
struct PositionTable {
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

    private var rows: [PositionRow] = []
    private var parts: [Double] = []
    /// Number of the first row in memory, a multiple of ``blockLength``.
    private var base = 0
    /// Number of the first row whose time is not over.
    private(set) var first = 0
    /// By side: what each row in memory holds at most, and each block of rows.
    private var summaries: [[RowsSummary]] = [[], []]
    private var blocks: [[RowsSummary]] = [[], []]

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

    /// The part of a position that is open.
    subscript(place: PositionPlace) -> Double {
        @inline(__always) get { parts[(place.row - base) * groups.count + place.slot] }
        @inline(__always) set { parts[(place.row - base) * groups.count + place.slot] = newValue }
    }

    /// A position as it stands.
    @inline(__always)
    func position(_ place: PositionPlace) -> OpenPosition {
        OpenPosition(groups[place.slot], rows[place.row - base], part: self[place])
    }

    // MARK: Rows

    /// Adds a row of which nothing is open yet.
    mutating func append(_ row: PositionRow) {
        if next % PositionTable.blockLength == 0 {
            for side in 0...1 { blocks[side].append(RowsSummary()) }
        }
        rows.append(row)
        parts.append(contentsOf: repeatElement(0, count: groups.count))
        for side in 0...1 { summaries[side].append(RowsSummary()) }
    }

    /// Makes bounds of a new row, once everything is open in it.
    mutating func summarise(_ row: Int) {
        for side in 0...1 {
            let summary = refreshed(row, side)
            summaries[side][row - base] = summary
            blocks[side][(row - base) / PositionTable.blockLength].merge(summary)
        }
    }

    /// Leaves out the first row.
    mutating func removeFirst() {
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
    mutating func refresh(row: Int, side: Int) { summaries[side][row - base] = refreshed(row, side) }

    /// Makes the bounds of a block new. O(rows of it).
    mutating func refresh(block: Int, side: Int) {
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
