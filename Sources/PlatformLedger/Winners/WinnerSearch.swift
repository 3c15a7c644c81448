/// Finds open winners by falling score, looking only at what may come next.
///
/// Blocks of rows, rows and positions lie in one heap, by bounds of what they hold or by their score; what comes up is opened, until a
/// position does. O(blocks) to begin with, then O(log) for each that is opened.
struct WinnerSearch {
    private let ranking: WinnerRanking
    private let bounds: ScoreBounds
    private let side: Int
    /// The bar they were closed in; those that were opened there are no winners.
    private let bar: Int
    private var heap = CandidateHeap()

    init(_ ranking: WinnerRanking, _ table: PositionTable, _ figures: SlotFigures, side: Int, bar: Int) {
        (self.ranking, self.side, self.bar) = (ranking, side, bar)
        bounds = ScoreBounds(ranking, figures)
        for block in table.openBlocks {
            guard let bound = bounds.bound(table.block(block, side: side)) else { continue }
            heap.add(Candidate(score: bound, row: block, slot: Candidate.block))
        }
        addReduced(table)
    }

    /// Positions that were reduced, which no bounds of rows hold.
    private mutating func addReduced(_ table: PositionTable) {
        for (reduced, _) in table.reduced.all where table.slots[side].contains(reduced.place.slot) {
            let place = reduced.place
            guard table[row: place.row].entry < bar else { continue }
            let position = table.position(place)
            guard ranking.profit(position) > 0 else { continue }
            heap.add(Candidate(score: ranking.score(position), row: place.row, slot: place.slot))
        }
    }

    /// The next winner.
    mutating func next(_ table: PositionTable) -> PositionPlace? {
        while let candidate = heap.removeFirst() {
            switch candidate.slot {
            case Candidate.block: open(block: candidate.row, table)
            case Candidate.wholeRow: open(row: candidate.row, table)
            default: return PositionPlace(row: candidate.row, slot: candidate.slot)
            }
        }
        return nil
    }

    private mutating func open(block: Int, _ table: PositionTable) {
        table.refresh(block: block, side: side)
        for row in table.rows(of: block) {
            guard let bound = bounds.bound(table.summary(row, side: side)) else { continue }
            heap.add(Candidate(score: bound, row: row, slot: Candidate.wholeRow))
        }
    }

    private mutating func open(row: Int, _ table: PositionTable) {
        guard table[row: row].entry < bar else { return }
        table.refresh(row: row, side: side)
        for slot in table.slots[side] {
            let place = PositionPlace(row: row, slot: slot)
            guard table[place] > 0 else { continue }
            let position = table.position(place)
            guard ranking.profit(position) > 0 else { continue }
            heap.add(Candidate(score: ranking.score(position), row: row, slot: slot))
        }
    }
}

/// A block, a row or a position with the score it has, or may have.
struct Candidate {
    let score: Double
    /// Number of the block, or of the row.
    let row: Int
    /// The slot of a position, ``block`` or ``wholeRow``.
    let slot: Int

    static let block = -2
    static let wholeRow = -1

    /// Highest score first. Of equal ones what may hold more is opened first; then the older entry, the higher leverage, and the order of
    /// classes, as slots stand.
    @inline(__always)
    func isBefore(_ other: Candidate) -> Bool {
        if score != other.score { return score > other.score }
        if (slot < 0) != (other.slot < 0) { return slot < 0 }
        return (row, slot) < (other.row, other.slot)
    }
}

/// Candidates, the first on top.
struct CandidateHeap {
    private var heap: [Candidate] = []

    /// O(log candidates).
    mutating func add(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt((child - 1) / 2, child)
            child = (child - 1) / 2
        }
    }

    /// O(log candidates).
    mutating func removeFirst() -> Candidate? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
            guard heap[child].isBefore(last) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = last
        return first
    }
}
