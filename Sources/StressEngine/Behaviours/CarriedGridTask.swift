import StressStatistics

/// One pass over the entries of a chunk whose positions carry something or are taken over in parts, so that no bar is that of a liquidation
/// whatever the window: each is followed on its own to the ends of all windows. Not shared between threads.
struct CarriedGridTask<Position: KernelPosition> {
    /// By row and behaviour, holding first.
    private let walks: [[BehaviourWalk<Position>]]
    var grid: FollowedGrid
    private var found: [BehaviourOutcome] = []

    init(_ run: BehaviourGridRun) {
        walks = run.rules.map { rules in
            let kernel: PlainKernel<Position> = run.job.kernel(rules)
            return run.sets.map {
                BehaviourWalk(
                    kernel, BehaviourRules($0, cell: rules, market: run.job.market), trees: run.trees, run.detail)
            }
        }
        grid = FollowedGrid(
            run, walks[0].map(\.rules), isHeld: run.rules.map { _ in run.sets.map { _ in false } },
            walks[0][0].kernel.pricing, isPlain: false)
    }

    mutating func run() {
        grid.beginChunk()
        for blocks in grid.tiles {
            grid.see(blocks) { [walks] row, bar in walks[row][0].kernel.isRejected(entry: bar) }
            for row in walks.indices {
                hold(row)
                for place in grid.followed.indices { follow(row, place, blocks) }
            }
        }
        grid.endChunk()
    }

    /// Finds how positions end that are held.
    private mutating func hold(_ row: Int) {
        grid.kept.beginHeld()
        defer { grid.kept.endHeld() }
        for at in 0..<grid.tile.count {
            guard let seen = grid.seen(row, at) else { continue }
            walks[row][0].outcomes(
                entry: grid.tile.start + at, to: grid.ends(at, seen, from: seen.first), into: &found)
            grid.hold(row, at, from: seen.first, found)
        }
    }

    private mutating func follow(_ row: Int, _ place: Int, _ blocks: Range<Int>) {
        let (column, walk) = (grid.column(row, place), walks[row][place])
        for block in blocks {
            for bar in grid.job.blocks.blocks[block] {
                if let own = grid.entry(bar, row, place, column) { add(own, walk) }
            }
            grid.endBlock(column, block - blocks.lowerBound)
        }
        grid.endTile(column, blocks: blocks.count)
    }

    private mutating func add(_ own: FollowedEntry, _ walk: BehaviourWalk<Position>) {
        let ends = grid.ends(own, from: own.seen.first)
        switch grid.followed[own.place].kind {
        case .held: return grid.addHeld(own, from: own.seen.first, to: grid.count)
        case .reentry:
            grid.takeHeld(own, into: &found)
            walk.goOn(ends, &found)
        default: walk.outcomes(entry: own.entry, to: ends, into: &found)
        }
        grid.addFound(own, found)
    }
}
