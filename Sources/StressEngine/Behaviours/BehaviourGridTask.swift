import MarginModel
import StressStatistics
import StudyPlan

/// One pass over the entries of a chunk whose positions carry nothing, a tile of blocks after the other: in each every row and behaviour, so
/// that what one of them adds to stays near. Not shared between threads.
struct BehaviourGridTask<Position: KernelPosition> {
    struct Row {
        let walks: [BehaviourWalk<Position>]
        /// For the first exit, where nobody liquidates.
        let searches: [BehaviourWalk<Position>]
    }

    let trees: BehaviourTrees
    let rows: [Row]
    var grid: FollowedGrid

    // Of the tile at hand.
    let positions: PositionTile<Position>
    var due = DueTable()
    /// What liquidations leave of positions that are held, by row and the bar at whose close they are opened.
    var heldEnds = EndCache(BarRing(0..<0, reach: 0), rows: 0)
    /// One a behaviour: what is bought in instalments.
    var purchases: [PurchaseTable<Position>]
    let bought: [BoughtTile<Position>?]
    /// One a behaviour; empty where it is no sequence.
    var ends: [SequenceEnds] = []
    /// One a behaviour; nil where nobody asks.
    var lost: [LostTable?] = []
    private var found: [BehaviourOutcome] = []

    init(_ run: BehaviourGridRun) {
        trees = run.trees
        rows = run.rules.map { BehaviourGridTask.row(run, $0) }
        let first = rows[0].walks
        grid = FollowedGrid(
            run, first.map(\.rules), isHeld: zip(rows, run.rules).map { BehaviourGridTask.isHeld($0, run, $1) },
            first[0].kernel.pricing, isPlain: true)
        let pattern = first[0].kernel.pattern
        positions = PositionTile(grid.longestTile, pattern)
        purchases = Array(repeating: PurchaseTable(), count: first.count)
        bought = grid.followed.map { [count = grid.longestTile * grid.count] in
            $0.kind == .instalments ? BoughtTile(count, pattern) : nil
        }
    }

    private static func row(_ run: BehaviourGridRun, _ rules: CellRules) -> Row {
        let kernel: PlainKernel<Position> = run.job.kernel(rules)
        let own = run.sets.map { BehaviourRules($0, cell: rules, market: run.job.market) }
        return Row(
            walks: own.map { BehaviourWalk(kernel, $0, trees: run.trees, run.detail) },
            searches: own.map { BehaviourWalk(kernel, $0.ofFirstExit, trees: run.trees, run.detail) })
    }

    private static func isHeld(_ row: Row, _ run: BehaviourGridRun, _ rules: CellRules) -> [Bool] {
        let trigger = row.walks[0].kernel.pattern.triggerPrice(.none)
        return row.walks.map { run.trees.areTraded && $0.rules.isBeyond(trigger, side: rules.cell.side) }
    }

    mutating func run() {
        let bars = grid.job.blocks.bars(grid.chunk..<grid.chunk + 1)
        grid.beginChunk()
        searchDue(bars)
        lost = grid.followed.map { Self.asksForLosses($0) ? LostTable(bars, rows: rows.count) : nil }
        for blocks in grid.tiles {
            see(blocks)
            for row in rows.indices {
                hold(row)
                for place in grid.followed.indices where !grid.isHeld[row][place] {
                    follow(row, place, blocks)
                    lose(row, place)
                }
            }
        }
        grid.endChunk()
    }

    private mutating func see(_ blocks: Range<Int>) {
        grid.see(blocks) { [due] row, bar in due.isRejected(row, bar) }
        for place in grid.followed.indices.dropFirst() { decide(place, grid.bars(blocks)) }
    }

    private mutating func follow(_ row: Int, _ place: Int, _ blocks: Range<Int>) {
        // Handed down: a reference that is taken out of an array is counted every time.
        let (column, walk, kind) = (grid.column(row, place), rows[row].walks[place], grid.followed[place].kind)
        for block in blocks {
            for bar in grid.job.blocks.blocks[block] {
                if let own = grid.entry(bar, row, place, column) { add(own, walk, kind) }
            }
            grid.endBlock(column, block - blocks.lowerBound)
        }
        grid.endTile(column, blocks: blocks.count)
    }

    private mutating func add(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>, _ kind: FollowedKind) {
        switch kind {
        case .held: grid.addHeld(own, from: own.seen.first, to: grid.count)
        case .levels, .plan: addLevels(own, walk)
        case .sequence: addSequence(own, walk)
        case .instalments where trees.areTraded: addInstalments(own, walk)
        case .called where trees.areTraded: addCalled(own, walk)
        case .instalments, .called, .followed: addWalked(own, walk, from: own.seen.first, after: nil)
        case .walk, .reentry:
            walk.outcomes(entry: own.entry, to: grid.ends(own, from: own.seen.first), into: &found)
            grid.addFound(own, found)
        }
    }

    /// What an ending leaves of an account.
    mutating func ended(
        _ row: Int, _ walk: BehaviourWalk<Position>, _ account: Position, _ ending: BehaviourEnding
    ) -> EndedEntry {
        guard grid.kept.isDetailed else { return walk.end(account, ending) }
        return grid.kept.ended(
            walk.outcome(account, .none, ending, paidIn: 1), tolerance: grid.tolerances[row])
    }
}

/// The positions of a tile, of one row, in storage that is read in place; of what is not opened, something else.
final class PositionTile<Position: KernelPosition> {
    private let positions: UnsafeMutablePointer<Position>
    private let count: Int

    /// Room for so many entries.
    init(_ count: Int, _ position: Position) {
        self.count = count
        positions = .allocate(capacity: count)
        positions.initialize(repeating: position, count: count)
    }

    deinit {
        positions.deinitialize(count: count)
        positions.deallocate()
    }

    @inline(__always)
    subscript(at: Int) -> Position {
        get { positions[at] }
        set { positions[at] = newValue }
    }
}
