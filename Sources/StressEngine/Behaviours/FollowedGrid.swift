import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// The entries of a chunk under behaviours, in all cells of a grid: what is known of them and what tallies take of them, whatever the
/// contract. Apart from the tasks that follow positions, which are compiled for each contract.
struct FollowedGrid {
    let job: HistoryJob
    let chunk: Int
    let windows: [EntryWindows]
    let followed: [FollowedBehaviour]
    /// By row and behaviour, whether its only stop stands beyond the trigger, so that it is holding.
    let isHeld: [[Bool]]
    /// By row.
    let tolerances: [Double]
    /// Whether nothing is carried and positions are taken over whole.
    let isPlain: Bool
    let store: BehaviourStore
    let times: [Int64]
    let closes: [Double]
    let pricing: ExitPricing
    /// Rows by falling leverage: their levels are ever farther.
    let byLeverage: [Int]
    /// For each behaviour, which entries it makes; nil for all.
    let filters: [FilterDecision?]
    /// Runs of blocks with some thousand bars each, and the bars of the longest.
    let tiles: [Range<Int>]
    let longestTile: Int

    // Of the tile at hand.
    var tile: BehaviourTile
    let held: HeldTile
    var kept: KeptExits

    /// Windows of an entry.
    var count: Int { windows.count }

    /// - Parameters:
    ///   - behaviours: of the first row.
    ///   - isHeld: by row.
    init(
        _ run: BehaviourGridRun, _ behaviours: [BehaviourRules], isHeld: [[Bool]], _ pricing: ExitPricing, isPlain: Bool
    ) {
        let (job, grid, rules) = (run.job, run.grid, run.rules)
        (self.job, chunk, self.isHeld, self.pricing, self.isPlain) = (job, run.chunk, isHeld, pricing, isPlain)
        (times, closes) = (job.market.series.time, job.market.series.close)
        windows = grid.horizons.compactMap { job.windows[$0] }
        followed = behaviours.map { FollowedBehaviour($0, isPlain: isPlain) }
        tolerances = rules.map(\.toleranceOfMargin)
        byLeverage = rules.indices.sorted {
            job.rules[grid.rows[$0][0]].cell.leverage > job.rules[grid.rows[$1][0]].cell.leverage
        }
        filters = FollowedGrid.filters(run)
        kept = KeptExits(run.detail)
        tiles = FollowedGrid.tiles(job, run.chunk)
        longestTile = FollowedGrid.longest(tiles, job.blocks)
        store = BehaviourStore(
            count: rules.count * grid.horizons.count * behaviours.count, windows: windows.count, blocks: longestTile,
            BehaviourTally(barLength: job.clock.unit), run.detail, ClosedEvents(barLength: job.clock.unit, run.detail))
        tile = BehaviourTile(
            windows: windows.count, behaviours: behaviours.count, rows: rules.count, longest: longestTile)
        held = HeldTile(longestTile, windows: windows.count, isPlain: isPlain)
    }

    private static func filters(_ run: BehaviourGridRun) -> [FilterDecision?] {
        run.sets.map { set in
            set.enterAfter.map { FilterDecision($0, closes: run.job.market.series.close, run.bars) }
        }
    }

    /// As far as blocks are not longer.
    private static func tiles(_ job: HistoryJob, _ chunk: Int) -> [Range<Int>] {
        let blocks = job.blocks
        var (tiles, first): ([Range<Int>], Int) = ([], blocks.chunks[chunk].lowerBound)
        for block in blocks.chunks[chunk] {
            let bars = blocks.blocks[first].lowerBound..<blocks.blocks[block].upperBound
            if bars.count >= job.behaviourTileBars || block + 1 == blocks.chunks[chunk].upperBound {
                tiles.append(first..<block + 1)
                first = block + 1
            }
        }
        return tiles
    }

    private static func longest(_ tiles: [Range<Int>], _ blocks: BlockRuns) -> Int {
        tiles.map { blocks.blocks[$0.upperBound - 1].upperBound - blocks.blocks[$0.lowerBound].lowerBound }.max() ?? 0
    }

    /// The bars of a tile.
    func bars(_ tile: Range<Int>) -> Range<Int> {
        job.blocks.blocks[tile.lowerBound].lowerBound..<job.blocks.blocks[tile.upperBound - 1].upperBound
    }

    /// Where the tallies of a behaviour in a row stand.
    @inline(__always)
    func column(_ row: Int, _ place: Int) -> BehaviourColumn {
        BehaviourColumn(
            first: (row * followed.count + place) * windows.count,
            takesHeld: place == 0 || followed[place].isFiltered, tolerance: tolerances[row])
    }
}

/// An entry under one behaviour in one row of cells.
struct FollowedEntry {
    let entry: Int
    /// Its place in the tile.
    let at: Int
    let seen: SeenWindows
    let row: Int
    let place: Int
    let column: BehaviourColumn
}

/// What tallies take of a chunk from its beginning to its end.
extension FollowedGrid {
    /// For each cell, holding first.
    var tallies: [[BehaviourTally]] {
        tolerances.indices.flatMap { row in
            windows.indices.map { window in
                followed.indices.map { store.tallies[column(row, $0).first + window] }
            }
        }
    }

    func beginChunk() { for place in store.tallies.indices { store.tallies[place].beginChunk() } }

    /// The entry that a bar is, where the behaviour makes it; what is not followed is counted.
    mutating func entry(_ bar: Int, _ row: Int, _ place: Int, _ column: BehaviourColumn) -> FollowedEntry? {
        let at = bar - tile.start
        guard let seen = tile.seen[at] else { return nil }
        if kept.isDetailed { kept.forget() }
        for window in 0..<seen.first { store.sums[column.first + window].add(.excluded) }
        guard seen.first < count else { return nil }
        // Like rejected ones, filtered entries are counted among complete windows.
        let (isRejected, isMade) = (tile.isRejected[row * tile.count + at], tile.isMade[place * tile.count + at])
        guard !isRejected, isMade else {
            addUnfollowed(isRejected ? .rejected : .filtered, seen, column)
            return nil
        }
        let own = FollowedEntry(entry: bar, at: at, seen: seen, row: row, place: place, column: column)
        if followed[place].isFiltered { addHeldNegative(own) }
        return own
    }

    /// What is cut is excluded of those that are not followed.
    private func addUnfollowed(_ why: Unfollowed, _ seen: SeenWindows, _ column: BehaviourColumn) {
        for window in seen.first..<count {
            store.sums[column.first + window].add(window < seen.cut ? why : .excluded)
        }
    }

    /// Takes the sums of one of a tile's blocks.
    func endBlock(_ column: BehaviourColumn, _ block: Int) {
        for window in 0..<count { store.takeBlock(column.first + window, window, block) }
    }

    /// Adds the blocks of a tile to the tallies.
    func endTile(_ column: BehaviourColumn, blocks: Int) {
        for window in 0..<count { store.appendBlocks(column.first + window, window, blocks) }
    }

    /// Takes the sums of the chunk.
    func endChunk() {
        for row in tolerances.indices {
            for place in followed.indices where !isHeld[row][place] { store.takeEvents(column(row, place), count) }
            for window in windows.indices { endChunk(row, window) }
        }
    }

    private func endChunk(_ row: Int, _ window: Int) {
        let cell = column(row, 0).first + window
        let own = store.sums[cell]
        // Holding is compared with nothing.
        store.sums[cell].takeCost(of: BehaviourSums())
        store.tallies[cell].takeChunk(&store.sums[cell])
        for place in followed.indices.dropFirst() {
            let other = column(row, place).first + window
            if isHeld[row][place] {
                store.tallies[other] = store.tallies[cell]
                store.tallies[other].takeCost(of: own)
                store.tallies[other].takeHeldNegative(of: store.tallies[cell])
                continue
            }
            if !followed[place].isFiltered {
                store.tallies[other].takeHeldNegative(of: store.tallies[cell])
                store.sums[other].takeHeld(of: own)
            }
            store.tallies[other].takeChunk(&store.sums[other])
        }
    }
}
