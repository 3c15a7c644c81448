import MarginModel
import StressStatistics

/// The bars in which positions that are held are liquidated, by leverage and entry.
struct DueTable {
    private var bars = 0..<0
    /// Row by row.
    private var due: [Int32] = []

    /// What is said of a position that stands at the end of its longest window.
    static let none = Int32.max
    /// What is said of one that the platform would not open.
    static let rejected: Int32 = -1

    init() {}

    /// Of a range of bars.
    init(_ bars: Range<Int>, rows: Int) {
        self.bars = bars
        due = Array(repeating: DueTable.none, count: rows * bars.count)
    }

    /// The bar in which the position opened at the close of a bar is liquidated; nil where it stands.
    @inline(__always)
    func bar(_ row: Int, _ entry: Int) -> Int? {
        let bar = due[place(row, entry)]
        return bar == DueTable.none || bar < 0 ? nil : Int(bar)
    }

    func isRejected(_ row: Int, _ entry: Int) -> Bool { due[place(row, entry)] == DueTable.rejected }

    mutating func set(_ row: Int, _ entry: Int, _ bar: Int32) { due[place(row, entry)] = bar }

    @inline(__always)
    private func place(_ row: Int, _ entry: Int) -> Int { row * bars.count + entry - bars.lowerBound }

    /// For each row what is known of a part of the bars.
    func rows(of part: Range<Int>) -> [[Int32]] {
        guard !bars.isEmpty else { return [] }
        return (0..<due.count / bars.count).map { row in
            Array(due[place(row, part.lowerBound)..<place(row, part.lowerBound) + part.count])
        }
    }
}

extension BehaviourGridTask {
    /// Searches for the liquidations of the entries of a chunk, and of those that sequences of them may come to.
    mutating func searchDue(_ chunk: Range<Int>) {
        let hasSequences = grid.followed.contains { $0.kind == .sequence }
        let end = hasSequences ? chunk.reduce(chunk.upperBound) { max($0, (watched($1) ?? 0) + 1) } : chunk.upperBound
        due = DueTable(chunk.lowerBound..<end, rows: rows.count)
        let ring = ring(chunk, chunk.lowerBound..<end)
        heldEnds = EndCache(ring, rows: rows.count)
        for first in stride(from: chunk.lowerBound, to: end, by: grid.job.behaviourTileBars) {
            let bars = first..<min(first + grid.job.behaviourTileBars, end)
            var passages = bars.map { BehaviourWalk<Position>.Passage(entry: $0) }
            for row in grid.byLeverage { searchDue(row, rows[row].walks[0], bars, &passages) }
        }
        ends = grid.followed.map { own in
            SequenceEnds(
                own.kind == .sequence ? chunk.lowerBound..<end : 0..<0, ring, rows: own.hasLevels ? rows.count : 0,
                wait: own.behaviour.reenter?.after.milliseconds ?? 0, grid.times)
        }
    }

    /// The same of a few entries at one leverage, each from where the leverage above has come.
    private mutating func searchDue(
        _ row: Int, _ walk: BehaviourWalk<Position>, _ bars: Range<Int>,
        _ passages: inout [BehaviourWalk<Position>.Passage]
    ) {
        for entry in bars where grid.closes[entry] > 0 {
            guard let last = lastSeen(entry) else { continue }
            if walk.kernel.isRejected(entry: entry) {
                due.set(row, entry, DueTable.rejected)
                continue
            }
            let position = walk.kernel.position(entry: entry)
            let bar = walk.due(position, entry: entry, through: last, after: &passages[entry - bars.lowerBound])
            if let bar { due.set(row, entry, Int32(bar)) }
        }
    }

    /// Holds what is asked for of the entries of a tile: sequences go on to the end of the longest window.
    private func ring(_ chunk: Range<Int>, _ bars: Range<Int>) -> BarRing {
        BarRing(bars, reach: chunk.reduce(1) { max($0, (watched($1) ?? $1) - $1 + 1) } + grid.longestTile)
    }

    /// The last bar that may matter to a position opened at the close of a bar, be it an entry or a later one of a sequence: it ends with
    /// the longest window of an entry before. Nil for none.
    func lastSeen(_ bar: Int) -> Int? {
        let last = grid.closes.count - 1
        return watched(bar) ?? (bar < last ? last : nil)
    }

    /// The last bar that is seen of an entry's longest window.
    private func watched(_ entry: Int) -> Int? { grid.windows[grid.windows.count - 1].watched(entry)?.last }
}
