import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// The entries of one chunk under behaviours, in all cells of a grid at once.
///
/// Each position is followed once for all holding times. Where levels alone close it, the bar in which it would be closed is searched for
/// once for all leverages: a platform that liquidates before leaves what holding leaves, and one that does not leaves the exit's price.
struct BehaviourGridRun: PositionVisitor {
    let job: HistoryJob
    let grid: BehaviourGrid
    let behaviours: [Behaviour]
    let trees: BehaviourTrees
    let chunk: Int
    let detail: TallyDetail

    /// What is found in a chunk.
    struct Found {
        /// For each cell, row by row, holding first and then the behaviours.
        private var tallies: [[BehaviourTally]]
        /// For each row the bars in which the entries of the chunk are liquidated, see ``DueTable``; nil where they are not searched for.
        let due: [[Int32]]?
        /// By behaviour, holding first, the same of when positions are lost; nil where nothing but liquidations is a loss.
        let lost: [[LostBars]?]

        init(tallies: [[BehaviourTally]], due: [[Int32]]?, lost: [[LostBars]?]) {
            (self.tallies, self.due, self.lost) = (tallies, due, lost)
        }

        /// Hands out those of a cell, once.
        mutating func take(_ cell: Int) -> [BehaviourTally] {
            var taken: [BehaviourTally] = []
            swap(&taken, &tallies[cell])
            return taken
        }
    }

    func visit<Position: KernelPosition>(_: Position.Type) -> Found {
        var task = BehaviourGridTask<Position>(self)
        defer { task.store.free() }
        task.run(chunk)
        return Found(
            tallies: task.tallies, due: task.isPlain ? task.due.rows(of: job.blocks.bars(chunk..<chunk + 1)) : nil,
            lost: task.lost.map { $0?.rows })
    }
}

/// How a behaviour is followed.
enum FollowedKind {
    /// Every entry that is made ends as holding does.
    case held
    /// Levels alone close it; or limit orders that close parts, too, so that it is followed from the start once one is met.
    case levels, plan
    /// Levels alone, or nothing, close it, and then a new position is opened of which all is known that is to be known of the first.
    case sequence
    /// Nothing but what follows a loss is done otherwise than holding.
    case reentry
    /// It is bought in instalments and held until the platform closes it.
    case instalments
    /// It is held until the platform calls for margin, or levels of the price close it.
    case called
    /// It is followed on its own: once for all windows, or as its definition reads.
    case followed, walk
}

/// The rules of one behaviour, and what is known of the entries at hand under them.
struct FollowedBehaviour {
    let behaviour: Behaviour
    let kind: FollowedKind
    /// Whether levels close it, and whether they are the same at every leverage; and else whether they are fixed.
    let (hasLevels, areOfPrice, areFixed): (Bool, Bool, Bool)

    init(_ rules: BehaviourRules, isPlain: Bool) {
        behaviour = rules.behaviour
        let first = rules.withoutReentry
        (areOfPrice, areFixed) = (rules.areOfPrice, first.areFixed)
        kind = FollowedBehaviour.kind(rules, first, isPlain: isPlain)
        hasLevels = [.levels, .plan, .sequence, .called].contains(kind) && behaviour.hasExitRule
    }

    private static func kind(_ rules: BehaviourRules, _ first: BehaviourRules, isPlain: Bool) -> FollowedKind {
        let behaviour = rules.behaviour
        if !behaviour.changesMargin, !behaviour.hasExitRule, behaviour.reenter?.times ?? 0 == 0 { return .held }
        guard isPlain else { return rules.isReentry ? .reentry : .walk }
        if rules.areLevels { return .levels }
        if rules.isPlan { return .plan }
        if behaviour.reenter?.times ?? 0 == 0 {
            return rules.areInstalments ? .instalments : rules.isCalled ? .called : .followed
        }
        return rules.isScaleFree && first.areLevels ? .sequence : .walk
    }
}

/// One pass over the entries of a chunk, a tile of blocks after the other: in each every row and behaviour, so that what one of them adds to
/// stays near. Not shared between threads.
struct BehaviourGridTask<Position: KernelPosition> {
    struct Row {
        let walks: [BehaviourWalk<Position>]
        /// For the first exit, where nobody liquidates.
        let searches: [BehaviourWalk<Position>]
        /// For each behaviour, whether its only stop stands beyond the trigger, so that it is holding.
        let isHeld: [Bool]
        let tolerance: Double
    }

    let job: HistoryJob
    let trees: BehaviourTrees
    let windows: [EntryWindows]
    let rows: [Row]
    let followed: [FollowedBehaviour]
    /// Bars of the longest tile.
    let longestTile: Int
    /// Whether nothing is carried and positions are taken over whole, so that each is liquidated in one bar whatever its window.
    let isPlain: Bool
    let store: BehaviourStore
    let times: [Int64]
    let closes: [Double]
    /// Rows by falling leverage: their levels are ever farther.
    let byLeverage: [Int]
    /// For each behaviour, which entries it makes; nil for all.
    let filters: [FilterDecision?]

    // Of the tile at hand.
    var tile: BehaviourTile
    let held: HeldTile<Position>
    var due = DueTable()
    /// What liquidations leave of positions that are held, by row and the bar at whose close they are opened.
    var heldEnds = EndCache(BarRing(0..<0, reach: 0), rows: 0)
    var kept: KeptExits
    /// One a behaviour: what is bought in instalments.
    var purchases: [PurchaseTable<Position>]
    let bought: [BoughtTile<Position>?]
    /// One a behaviour; empty where it is no sequence.
    var ends: [SequenceEnds] = []
    /// One a behaviour; nil where nobody asks.
    var lost: [LostTable?] = []
    var found: [BehaviourOutcome] = []

    var count: Int { windows.count }

    /// For each cell, holding first.
    var tallies: [[BehaviourTally]] {
        rows.indices.flatMap { row in
            windows.indices.map { window in
                followed.indices.map { store.tallies[column(row, $0).first + window] }
            }
        }
    }

    init(_ run: BehaviourGridRun) {
        (job, trees) = (run.job, run.trees)
        (times, closes) = (job.market.series.time, job.market.series.close)
        let (job, grid) = (run.job, run.grid)
        windows = grid.horizons.compactMap { job.windows[$0] }
        let sets = [Behaviour.hodl] + run.behaviours
        rows = grid.rows.map { BehaviourGridTask.row(sets, run, rules: job.rules[$0[$0.count - 1]]) }
        let isPlain = !rows[0].walks[0].kernel.hasCarry && !rows[0].walks[0].rules.isPartial
        self.isPlain = isPlain
        followed = rows[0].walks.map { FollowedBehaviour($0.rules, isPlain: isPlain) }
        byLeverage = rows.indices.sorted {
            job.rules[grid.rows[$0][0]].cell.leverage > job.rules[grid.rows[$1][0]].cell.leverage
        }
        filters = sets.map { set in
            set.enterAfter.map {
                FilterDecision($0, closes: job.market.series.close, job.blocks.bars(run.chunk..<run.chunk + 1))
            }
        }
        kept = KeptExits(run.detail)
        purchases = Array(repeating: PurchaseTable(), count: sets.count)
        let longest = BehaviourGridTask.longestTile(job, run.chunk)
        store = BehaviourStore(
            count: grid.rows.count * grid.horizons.count * sets.count, windows: windows.count, blocks: longest,
            BehaviourTally(barLength: job.clock.unit), run.detail,
            ClosedEvents(barLength: job.clock.unit, run.detail))
        longestTile = longest
        tile = BehaviourTile(windows: windows.count, behaviours: sets.count, rows: rows.count, longest: longest)
        let position = Position(rows[0].walks[0].kernel.terms, entryPrice: 1)
        held = HeldTile(longest, windows: windows.count, position, isPlain: isPlain)
        bought = followed.map { [count = longest * windows.count] in
            $0.kind == .instalments ? BoughtTile(count, position) : nil
        }
    }

    private static func row(_ sets: [Behaviour], _ run: BehaviourGridRun, rules: CellRules) -> Row {
        let kernel: PlainKernel<Position> = run.job.kernel(rules)
        let own = sets.map { BehaviourRules($0, cell: rules, market: run.job.market) }
        let trigger = Position(kernel.terms, entryPrice: 1).triggerPrice(.none)
        return Row(
            walks: own.map { BehaviourWalk(kernel, $0, trees: run.trees, run.detail) },
            searches: own.map { BehaviourWalk(kernel, $0.ofFirstExit, trees: run.trees, run.detail) },
            isHeld: own.map { run.trees.areTraded && !kernel.hasCarry && $0.isBeyond(trigger, side: rules.cell.side) },
            tolerance: rules.toleranceOfMargin)
    }

    /// Where the tallies of a behaviour in a row stand.
    @inline(__always)
    func column(_ row: Int, _ place: Int) -> BehaviourColumn {
        BehaviourColumn(
            first: (row * followed.count + place) * windows.count,
            takesHeld: place == 0 || followed[place].behaviour.enterAfter != nil, tolerance: rows[row].tolerance)
    }

    mutating func run(_ chunk: Int) {
        for place in store.tallies.indices { store.tallies[place].beginChunk() }
        let bars = job.blocks.bars(chunk..<chunk + 1)
        if isPlain { searchDue(bars) }
        lost = followed.map { isPlain && Self.asksForLosses($0) ? LostTable(bars, rows: rows.count) : nil }
        for blocks in BehaviourGridTask.tiles(job, chunk) {
            see(blocks)
            for row in rows.indices {
                hold(row)
                for place in followed.indices where !rows[row].isHeld[place] {
                    follow(row, place, blocks)
                    lose(row, place)
                }
            }
        }
        for row in rows.indices { endChunk(row) }
    }

    /// Runs of blocks with some thousand bars each, as far as blocks are not longer.
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

    /// Bars of the longest of these runs.
    private static func longestTile(_ job: HistoryJob, _ chunk: Int) -> Int {
        let blocks = job.blocks.blocks
        return tiles(job, chunk).map {
            blocks[$0.upperBound - 1].upperBound - blocks[$0.lowerBound].lowerBound
        }
        .max() ?? 0
    }

    private mutating func follow(_ row: Int, _ place: Int, _ blocks: Range<Int>) {
        let column = column(row, place)
        let own = column.first..<column.first + windows.count
        // Handed down: a reference that is taken out of an array is counted every time.
        let walk = rows[row].walks[place]
        let (kind, isFiltered) = (followed[place].kind, followed[place].behaviour.enterAfter != nil)
        for block in blocks {
            for entry in job.blocks.blocks[block] { tryEntry(entry, row, place, walk, column, kind, isFiltered) }
            for cell in own { store.takeBlock(cell, cell - own.lowerBound, block - blocks.lowerBound) }
        }
        for cell in own { store.appendBlocks(cell, cell - own.lowerBound, blocks.count) }
    }

    /// Takes the sums of a chunk.
    private func endChunk(_ row: Int) {
        let holding = column(row, 0)
        for place in followed.indices where !rows[row].isHeld[place] { store.takeEvents(column(row, place), count) }
        for window in windows.indices {
            let cell = holding.first + window
            let own = store.sums[cell]
            // Holding is compared with nothing.
            store.sums[cell].takeCost(of: BehaviourSums())
            store.tallies[cell].takeChunk(&store.sums[cell])
            for place in followed.indices.dropFirst() {
                let other = column(row, place).first + window
                if rows[row].isHeld[place] {
                    store.tallies[other] = store.tallies[cell]
                    store.tallies[other].takeCost(of: own)
                    store.tallies[other].takeHeldNegative(of: store.tallies[cell])
                    continue
                }
                if followed[place].behaviour.enterAfter == nil {
                    store.tallies[other].takeHeldNegative(of: store.tallies[cell])
                }
                if followed[place].behaviour.enterAfter == nil { store.sums[other].takeHeld(of: own) }
                store.tallies[other].takeChunk(&store.sums[other])
            }
        }
    }

    @inline(__always)
    private mutating func tryEntry(
        _ entry: Int, _ row: Int, _ place: Int, _ walk: BehaviourWalk<Position>, _ column: BehaviourColumn,
        _ kind: FollowedKind, _ isFiltered: Bool
    ) {
        let at = entry - tile.start
        guard let seen = tile.seen[at] else { return }
        if kept.isDetailed { kept.forget() }
        for window in 0..<seen.first { store.sums[column.first + window].add(.excluded) }
        guard seen.first < count else { return }
        if tile.isRejected[row * tile.count + at] { return addUnfollowed(.rejected, seen, column) }
        // Like rejected ones, filtered entries are counted among complete windows.
        guard tile.isMade[place * tile.count + at] else { return addUnfollowed(.filtered, seen, column) }
        let own = FollowedEntry(entry: entry, at: at, seen: seen, row: row, place: place, column: column)
        if isFiltered { addHeldNegative(own) }
        switch kind {
        case .held: addHeld(own, from: seen.first, to: count)
        case .levels, .plan: addLevels(own, walk)
        case .sequence: addSequence(own, walk)
        case .reentry:
            found.removeAll(keepingCapacity: true)
            for window in seen.first..<count { found.append(held.outcomes[at * count + window]) }
            walk.goOn(ends(own, from: seen.first), &found)
            addFound(own, from: seen.first)
        case .instalments where trees.areTraded: addInstalments(own, walk)
        case .called where trees.areTraded: addCalled(own, walk)
        case .instalments, .called, .followed: addWalked(own, walk, from: seen.first, after: nil)
        case .walk:
            walk.outcomes(entry: entry, to: ends(own, from: seen.first), into: &found)
            addFound(own, from: seen.first)
        }
    }

    /// What is cut is excluded of those that are not followed.
    private mutating func addUnfollowed(_ why: Unfollowed, _ seen: SeenWindows, _ column: BehaviourColumn) {
        for window in seen.first..<count {
            store.sums[column.first + window].add(window < seen.cut ? why : .excluded)
        }
    }

    @inline(__always)
    func ends(_ own: FollowedEntry, from window: Int) -> WindowEnds { ends(own.at, own.seen, from: window) }

    /// The ends of the windows of an entry from one on.
    @inline(__always)
    func ends(_ at: Int, _ seen: SeenWindows, from window: Int) -> WindowEnds {
        WindowEnds(lasts: tile.lasts[at * count + window..<(at + 1) * count], cut: at * count + seen.cut)
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
