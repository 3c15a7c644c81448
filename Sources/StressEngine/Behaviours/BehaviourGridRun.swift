import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// The entries of one chunk under behaviours, in all cells of a grid at once.
///
/// Each position is followed once for all holding times. Where levels alone close it, and none depends on the leverage, the bar in which it
/// would be closed is searched for once for all leverages: a platform that liquidates before leaves what holding leaves, and one that
/// does not leaves the exit's price.
struct BehaviourGridRun: PositionVisitor {
    let job: HistoryJob
    let grid: BehaviourGrid
    let behaviours: [Behaviour]
    let trees: BehaviourTrees
    let chunk: Int

    /// For each cell, row by row, holding first and then the behaviours.
    func visit<Position: KernelPosition>(_: Position.Type) -> [[BehaviourTally]] {
        var task = BehaviourGridTask<Position>(self)
        task.run(chunk)
        return task.tallies
    }
}

/// The rules of one behaviour, and what is known of the entry at hand under them.
private struct FollowedBehaviour {
    let behaviour: Behaviour
    /// Whether levels alone close it; whether they do but for limit orders that close parts; and whether they are the same at every leverage.
    let areLevels, isPlan, areOfPrice: Bool
    /// Whether nothing but what follows a loss is done otherwise than holding.
    let isReentry: Bool
    /// Whether the entry is made.
    var isMade = true
    /// Where it is closed at every leverage.
    var exit: SharedExit?
}

/// How an entry ended in a cell, as tallies take it.
private struct EndedEntry {
    let outcome: BehaviourOutcome
    let summed: SummedEntry
    /// Whether sums do not hold all of it.
    let isRare: Bool

    init(_ outcome: BehaviourOutcome, tolerance: Double) {
        self.outcome = outcome
        summed = SummedEntry(outcome.entry, tolerance: tolerance)
        isRare = outcome.liquidationBar != nil || summed.negative > 0 || !summed.isBounded
    }
}

extension BehaviourOutcome {
    /// As a tally takes it, without a day.
    fileprivate var entry: BehaviourEntry { BehaviourEntry(exit: exit, closing: cause, lostHalf: lostHalf) }
}

/// One pass over the entries of a chunk. Not shared between threads.
private struct BehaviourGridTask<Position: KernelPosition> {
    private struct Row {
        let walks: [BehaviourWalk<Position>]
        /// For the first exit, where nobody liquidates.
        let searches: [BehaviourWalk<Position>]
        /// For each behaviour, whether its only stop stands beyond the trigger, so that it is holding.
        let isHeld: [Bool]
        let tolerance: Double
    }

    private let job: HistoryJob
    private let windows: [EntryWindows]
    private let rows: [Row]
    private var followed: [FollowedBehaviour]
    /// One a cell and behaviour: cells row by row, in each the behaviours.
    private var flat: [BehaviourTally]
    private var sums: [BehaviourSums]
    private let times: [Int64]

    // Of the entry at hand: windows that are seen of it from the first on, the last bar of each, and where they are cut.
    private var lasts: [Int]
    private var cuts: [Int?]
    private var first = 0
    private var found: [BehaviourOutcome] = []
    private var held: [EndedEntry] = []

    /// For each cell, holding first.
    var tallies: [[BehaviourTally]] {
        stride(from: 0, to: flat.count, by: followed.count).map { Array(flat[$0..<$0 + followed.count]) }
    }

    init(_ run: BehaviourGridRun) {
        job = run.job
        times = job.market.series.time
        let (job, grid) = (run.job, run.grid)
        windows = grid.horizons.compactMap { job.windows[$0] }
        let sets = [Behaviour.hodl] + run.behaviours
        rows = grid.rows.map { BehaviourGridTask.row(sets, run, rules: job.rules[$0[$0.count - 1]]) }
        followed = rows[0].walks.map { walk in
            let rules = walk.rules
            return FollowedBehaviour(
                behaviour: rules.behaviour, areLevels: rules.areLevels && !walk.kernel.hasCarry,
                isPlan: rules.isPlan && !walk.kernel.hasCarry, areOfPrice: rules.areOfPrice, isReentry: rules.isReentry)
        }
        let count = grid.rows.count * grid.horizons.count * sets.count
        flat = Array(repeating: BehaviourTally(barLength: job.clock.unit), count: count)
        sums = Array(repeating: BehaviourSums(), count: count)
        lasts = Array(repeating: 0, count: grid.horizons.count)
        cuts = Array(repeating: nil, count: grid.horizons.count)
    }

    private static func row(_ sets: [Behaviour], _ run: BehaviourGridRun, rules: CellRules) -> Row {
        let kernel: PlainKernel<Position> = run.job.kernel(rules)
        let own = sets.map { BehaviourRules($0, cell: rules, market: run.job.market) }
        let trigger = Position(kernel.terms, entryPrice: 1).triggerPrice(.none)
        return Row(
            walks: own.map { BehaviourWalk(kernel, $0, trees: run.trees) },
            searches: own.map { BehaviourWalk(kernel, $0.ofFirstExit, trees: run.trees) },
            isHeld: own.map { run.trees.areTraded && !kernel.hasCarry && $0.isBeyond(trigger, side: rules.cell.side) },
            tolerance: rules.toleranceOfMargin)
    }

    mutating func run(_ chunk: Int) {
        for place in flat.indices { flat[place].beginChunk() }
        for block in job.blocks.chunks[chunk] {
            for place in flat.indices { flat[place].beginBlock() }
            for entry in job.blocks.blocks[block] { tryEntry(entry) }
            for place in flat.indices { flat[place].takeBlock(&sums[place]) }
        }
        for cell in stride(from: 0, to: flat.count, by: followed.count) { endCell(cell) }
    }

    /// Takes the sums of a chunk; `cell` is where holding stands.
    private mutating func endCell(_ cell: Int) {
        let own = sums[cell]
        // Holding is compared with nothing.
        sums[cell].takeCost(of: BehaviourSums())
        flat[cell].takeChunk(&sums[cell])
        for place in followed.indices.dropFirst() {
            if isHeld(cell, place) {
                flat[cell + place] = flat[cell]
                flat[cell + place].takeCost(of: own)
                continue
            }
            if followed[place].behaviour.enterAfter == nil { sums[cell + place].takeHeld(of: own) }
            flat[cell + place].takeChunk(&sums[cell + place])
        }
    }

    private func isHeld(_ cell: Int, _ place: Int) -> Bool {
        rows[cell / (windows.count * followed.count)].isHeld[place]
    }

    private mutating func tryEntry(_ entry: Int) {
        guard windows[0].lastBar[entry] != EntryWindows.notAnEntry else { return }
        seeWindows(entry)
        for row in rows.indices {
            for horizon in 0..<first { eachPlace(row, horizon) { $0.addExcluded() } }
        }
        guard first < windows.count else { return }
        var isSearched = false
        for row in rows.indices {
            if rows[row].walks[0].kernel.isRejected(entry: entry) {
                for horizon in first..<windows.count {
                    let isCut = cuts[horizon] != nil
                    eachPlace(row, horizon) { isCut ? $0.addExcluded() : $0.addRejected() }
                }
            } else {
                if !isSearched { search(entry) }
                isSearched = true
                tryRow(row, entry)
            }
        }
    }

    /// Finds what is seen of each window; what is excluded is excluded of all shorter ones.
    private mutating func seeWindows(_ entry: Int) {
        first = 0
        for horizon in windows.indices {
            guard let (last, isCut) = windows[horizon].watched(entry) else {
                first = horizon + 1
                continue
            }
            (lasts[horizon], cuts[horizon]) = (last, isCut ? last : nil)
        }
    }

    private mutating func eachPlace(_ row: Int, _ horizon: Int, _ change: (inout BehaviourTally) -> Void) {
        let cell = cell(row, horizon)
        for place in followed.indices { change(&flat[cell + place]) }
    }

    /// Where holding in a cell stands.
    @inline(__always)
    private func cell(_ row: Int, _ horizon: Int) -> Int { (row * windows.count + horizon) * followed.count }

    /// Which behaviours make the entry, and where those whose exits are the same at every leverage leave it.
    private mutating func search(_ entry: Int) {
        let walks = rows[0].searches
        for place in followed.indices.dropFirst() {
            let filter = followed[place].behaviour.enterAfter
            followed[place].isMade = filter?.lets(entry, closes: walks[place].closes) ?? true
            guard followed[place].isMade, followed[place].isPlan, followed[place].areOfPrice else { continue }
            followed[place].exit = walks[place].sharedExit(entry: entry, last: lasts[windows.count - 1])
        }
    }

    private mutating func tryRow(_ row: Int, _ entry: Int) {
        let walks = rows[row].walks
        let position = walks[0].kernel.position(entry: entry)
        walks[0].outcomes(entry: entry, lasts: lasts[first...], into: &found)
        held.removeAll(keepingCapacity: true)
        for outcome in found { held.append(EndedEntry(outcome, tolerance: rows[row].tolerance)) }
        for horizon in held.indices { add(held[horizon], entry, row, first + horizon, 0) }
        for place in followed.indices.dropFirst() where !rows[row].isHeld[place] {
            if !followed[place].isMade {
                addFiltered(row, place)
            } else if followed[place].isPlan {
                addLevels(position, entry, row, place)
            } else if followed[place].isReentry {
                found.removeAll(keepingCapacity: true)
                for ended in held { found.append(ended.outcome) }
                walks[place].goOn(lasts[first...], &found)
                addFound(entry, row, place, from: first)
            } else {
                walks[place].outcomes(entry: entry, lasts: lasts[first...], into: &found)
                addFound(entry, row, place, from: first)
            }
        }
    }

    /// The outcomes that were found by the ends of windows from one on.
    private mutating func addFound(_ entry: Int, _ row: Int, _ place: Int, from window: Int) {
        for (horizon, outcome) in found.enumerated() {
            let ended = EndedEntry(outcome, tolerance: rows[row].tolerance)
            add(ended, entry, row, window + horizon, place)
        }
    }

    /// The entry under a behaviour that does nothing before its first level is met.
    private mutating func addLevels(_ position: Position, _ entry: Int, _ row: Int, _ place: Int) {
        let exit =
            followed[place].areOfPrice
            ? followed[place].exit
            : rows[row].searches[place].sharedExit(entry: entry, last: lasts[windows.count - 1])
        let due = held[held.count - 1].outcome.liquidationBar ?? .max
        // Windows that end before the exit, and all where the platform is first.
        var open = 0
        while open < held.count, exit.map({ $0.ending.bar > due || !$0.closes(by: lasts[first + open]) }) ?? true {
            add(held[open], entry, row, first + open, place)
            open += 1
        }
        guard let exit, open < held.count else { return }
        let walk = rows[row].walks[place]
        guard followed[place].areLevels else {
            walk.outcomes(entry: entry, lasts: lasts[(first + open)...], into: &found)
            return addFound(entry, row, place, from: first + open)
        }
        let outcome =
            exit.ending.bar == due
            ? walk.outcome(entry: entry, meeting: exit) : walk.outcome(position, entry: entry, exit)
        let closed = EndedEntry(outcome, tolerance: rows[row].tolerance)
        for horizon in open..<held.count { add(closed, entry, row, first + horizon, place) }
    }

    /// Like rejected ones, filtered entries are counted among complete windows.
    private mutating func addFiltered(_ row: Int, _ place: Int) {
        for horizon in first..<windows.count {
            let place = cell(row, horizon) + place
            cuts[horizon] != nil ? flat[place].addExcluded() : flat[place].addFiltered()
        }
    }

    @inline(__always)
    private mutating func add(_ ended: EndedEntry, _ entry: Int, _ row: Int, _ horizon: Int, _ place: Int) {
        if cuts[horizon] == nil {
            let hodl = held[horizon - first].summed
            let own = cell(row, horizon) + place
            sums[own].add(ended.summed, hodl: hodl)
            // What holding leaves is the same of all that make every entry.
            if place == 0 || followed[place].behaviour.enterAfter != nil { sums[own].addHeld(hodl) }
            guard ended.isRare else { return }
        }
        addRest(ended, entry, row, horizon, place)
    }

    /// What sums leave out; of a window that was cut, all.
    private mutating func addRest(_ ended: EndedEntry, _ entry: Int, _ row: Int, _ horizon: Int, _ place: Int) {
        let (outcome, own, tolerance) = (ended.outcome, cell(row, horizon) + place, rows[row].tolerance)
        let liquidatedAfter = outcome.liquidationBar.map { bars(entry, $0) }
        let closedAfter = outcome.exit.closedBar.map { bars(entry, $0) }
        guard let cut = cuts[horizon] else {
            return flat[own].addRest(
                dated(outcome), tolerance: tolerance, liquidatedAfter: liquidatedAfter, closedAfter: closedAfter)
        }
        let path = WatchedPath(
            liquidatedAfter: liquidatedAfter, unprotectedAfter: nil, cutAfter: bars(entry, cut))
        flat[own].add(dated(outcome), hodl: nil, tolerance: tolerance, path: path, closedAfter: closedAfter)
    }

    /// With the day on which a stop order did not keep it above zero.
    private func dated(_ outcome: BehaviourOutcome) -> BehaviourEntry {
        var entry = outcome.entry
        guard outcome.isPastStop, let bar = entry.exit.closedBar else { return entry }
        entry.stopDay = Int(floorDivide(times[bar], 86_400_000))
        return entry
    }

    private func bars(_ entry: Int, _ bar: Int) -> Int {
        BarClock.bars(from: job.clock.place(times[entry]), to: job.clock.place(times[bar]))
    }
}
