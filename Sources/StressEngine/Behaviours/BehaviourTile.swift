import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// Which windows of an entry are seen: whole from `first` on, up to `cut`, from where on they are cut.
struct SeenWindows {
    let (first, cut): (Int, Int)
}

/// What is known of the entries of a run of blocks before any position is opened.
struct BehaviourTile {
    /// Bars that are worth going over at once. What is known of them stays in a core's larger cache; of fewer, what a behaviour adds to is
    /// fetched more often than it is used.
    static let bars = 1024

    var (start, count) = (0, 0)
    /// Nil for a bar that is no entry.
    var seen: [SeenWindows?] = []
    /// The last bar of each window of each entry, and the price that a position is closed at there.
    var lasts: [Int] = []
    var prices: [Double] = []
    /// By row: whether the platform would not open it.
    var isRejected: [Bool] = []
    /// By behaviour: whether the entry is made.
    var isMade: [Bool] = []
    /// By behaviour, the bars in which entries are closed at every leverage, the last there is for none; and how they are closed there.
    var exitBars: [[Int]]
    let exits: ExitTile
    /// By behaviour and row: the bar in which levels that depend on the leverage are met, the platform calls for margin or closes what was
    /// bought in instalments; below 0 for none.
    var reached: [[Int32]]

    private let windows: Int

    init(windows: Int, behaviours: Int, rows: Int, longest: Int) {
        self.windows = windows
        exits = ExitTile(behaviours: behaviours, longest: longest)
        exitBars = Array(repeating: [], count: behaviours)
        reached = Array(repeating: [], count: behaviours)
    }

    mutating func begin(_ bars: Range<Int>) {
        (start, count) = (bars.lowerBound, bars.count)
        seen = Array(repeating: nil, count: count)
        lasts = Array(repeating: 0, count: count * windows)
        prices = Array(repeating: 0, count: count * windows)
    }
}

/// Where entries are closed at every leverage, by behaviour. In storage that is read in place: exits are large, and read at every leverage.
final class ExitTile {
    private let exits: UnsafeMutablePointer<SharedExit>
    private let longest: Int

    /// Room for tiles of so many entries.
    init(behaviours: Int, longest: Int) {
        self.longest = longest
        exits = .allocate(capacity: behaviours * longest)
    }

    deinit { exits.deallocate() }

    func set(_ place: Int, _ at: Int, _ exit: SharedExit) { (exits + (place * longest + at)).initialize(to: exit) }

    /// The exit of an entry that has one.
    @inline(__always)
    func pointer(_ place: Int, _ at: Int) -> UnsafePointer<SharedExit> { UnsafePointer(exits + (place * longest + at)) }
}

/// How positions that are held end, of one row and tile. In storage that is read in place: ends are large, and read for every behaviour.
final class HeldTile<Position: KernelPosition> {
    /// By entry; of what is not opened, something else.
    let positions: UnsafeMutablePointer<Position>
    /// By entry and window.
    let summed: UnsafeMutablePointer<SummedEntry>
    /// By entry, the first window in which it is liquidated, and how.
    let closed: UnsafeMutablePointer<Int>
    let ends: UnsafeMutablePointer<EndedEntry>
    /// Whether an entry that stands at the end of a window may owe something.
    let isRare: UnsafeMutablePointer<Bool>
    /// By entry and window, in full, where positions are not closed in one bar whatever their window; empty elsewhere.
    private(set) var outcomes: [BehaviourOutcome]

    private let count: Int

    /// Room for so many entries.
    init(_ count: Int, windows: Int, _ position: Position, isPlain: Bool) {
        self.count = count
        let none = BehaviourOutcome(
            exit: EntryExit(equity: 0), cause: .horizon, lostHalf: .zero, paidIn: 1, filledBar: 0)
        let end = EndedEntry.standing
        (positions, summed) = (.allocate(capacity: count), .allocate(capacity: count * windows))
        (closed, ends, isRare) = (
            .allocate(capacity: count), .allocate(capacity: count), .allocate(capacity: count)
        )
        positions.initialize(repeating: position, count: count)
        summed.initialize(repeating: end.summed, count: count * windows)
        closed.initialize(repeating: windows, count: count)
        ends.initialize(repeating: end, count: count)
        isRare.initialize(repeating: false, count: count)
        outcomes = isPlain ? [] : Array(repeating: none, count: count * windows)
    }

    deinit {
        positions.deinitialize(count: count)
        positions.deallocate()
        summed.deallocate()
        closed.deallocate()
        ends.deallocate()
        isRare.deallocate()
    }

    func set(_ place: Int, _ outcome: BehaviourOutcome) { outcomes[place] = outcome }
}

extension BehaviourGridTask {
    /// Finds what the entries of a run of blocks have in common.
    mutating func see(_ blocks: Range<Int>) {
        let bars = job.blocks.blocks[blocks.lowerBound].lowerBound..<job.blocks.blocks[blocks.upperBound - 1].upperBound
        tile.begin(bars)
        for entry in bars { tile.seen[entry - bars.lowerBound] = seeWindows(entry) }
        tile.isRejected = rows.indices.flatMap { row in
            bars.map { entry in
                guard let seen = tile.seen[entry - bars.lowerBound], seen.first < count else { return false }
                return isPlain ? due.isRejected(row, entry) : rows[row].walks[0].kernel.isRejected(entry: entry)
            }
        }
        tile.isMade = Array(repeating: true, count: followed.count * tile.count)
        for place in followed.indices.dropFirst() { decide(place, bars) }
    }

    /// What is excluded is excluded of all shorter windows, and what is cut of all longer ones.
    private mutating func seeWindows(_ entry: Int) -> SeenWindows? {
        guard windows[0].lastBar[entry] != EntryWindows.notAnEntry else { return nil }
        var (first, cut) = (0, count)
        let kernel = rows[0].walks[0].kernel
        for window in windows.indices {
            guard let (last, isCut) = windows[window].watched(entry) else {
                first = window + 1
                continue
            }
            let place = (entry - tile.start) * count + window
            (tile.lasts[place], tile.prices[place]) = (last, kernel.pricing.slipped(closes[last], bar: last))
            if isCut { cut = min(cut, window) }
        }
        return SeenWindows(first: first, cut: max(first, cut))
    }

    /// Which entries a behaviour makes, and where they are closed whoever liquidates.
    private mutating func decide(_ place: Int, _ bars: Range<Int>) {
        let own = followed[place]
        if let filter = filters[place] {
            for entry in bars { tile.isMade[place * tile.count + entry - bars.lowerBound] = filter.lets(entry) }
        }
        if own.kind == .instalments, trees.areTraded { searchPurchases(place, bars) }
        if own.hasLevels, own.kind != .sequence {
            if own.areOfPrice {
                searchExits(place, bars)
            } else if own.areFixed {
                searchReached(place, bars)
            }
        }
        if own.kind == .called, trees.areTraded { searchCalls(place, bars) }
    }

    func isSeen(_ place: Int, _ entry: Int) -> Bool {
        let at = entry - tile.start
        guard let seen = tile.seen[at], seen.first < count else { return false }
        return tile.isMade[place * tile.count + at]
    }

    private mutating func searchExits(_ place: Int, _ bars: Range<Int>) {
        var exitBars = [Int](repeating: .max, count: bars.count)
        let search = rows[0].searches[place]
        for entry in bars where isSeen(place, entry) {
            guard let exit = search.sharedExit(entry: entry, last: longest(entry)) else { continue }
            exitBars[entry - bars.lowerBound] = exit.ending.bar
            tile.exits.set(place, entry - bars.lowerBound, exit)
        }
        tile.exitBars[place] = exitBars
    }

    @inline(__always)
    func longest(_ entry: Int) -> Int { tile.lasts[(entry - tile.start + 1) * count - 1] }

    /// Levels in parts of the margin are the nearer the higher the leverage is: each search goes on where that of the leverage above ended.
    private mutating func searchReached(_ place: Int, _ bars: Range<Int>) {
        tile.reached[place] = Array(repeating: -1, count: rows.count * tile.count)
        var next = bars.map { isSeen(place, $0) ? $0 + 1 : .max }
        for row in byLeverage { searchReached(row, place, rows[row].searches[place], &next) }
    }

    private mutating func searchReached(
        _ row: Int, _ place: Int, _ search: BehaviourWalk<Position>, _ next: inout [Int]
    ) {
        for at in 0..<tile.count where next[at] < .max {
            let entry = tile.start + at
            let bar = search.reached(entry: entry, from: next[at], through: longest(entry))
            tile.reached[place][row * tile.count + at] = bar.map { Int32($0) } ?? -1
            next[at] = bar ?? .max
        }
    }

    /// Finds how positions end that are held.
    mutating func hold(_ row: Int) {
        kept.beginHeld()
        defer { kept.endHeld() }
        let walk = rows[row].walks[0]
        for at in 0..<tile.count {
            guard let seen = tile.seen[at], seen.first < count, !tile.isRejected[row * tile.count + at] else {
                continue
            }
            if isPlain { holdPlain(row, walk, at, seen) } else { holdWalked(row, at, seen) }
        }
    }

    private mutating func holdPlain(_ row: Int, _ walk: BehaviourWalk<Position>, _ at: Int, _ seen: SeenWindows) {
        let entry = tile.start + at
        let position = walk.kernel.position(entry: entry)
        held.positions[at] = position
        let due = due.bar(row, entry)
        var window = seen.first
        held.isRare[at] = false
        while window < count, due.map({ tile.lasts[at * count + window] < $0 }) ?? true {
            let place = at * count + window
            if let summed = walk.summed(position, closedAt: tile.prices[place], walk.rules.closeFee, .horizon) {
                held.summed[place] = summed
            } else {
                held.isRare[at] = true
                held.summed[place] = standing(row, at, window).summed
            }
            window += 1
        }
        held.closed[at] = window
        guard window < count, let due else { return }
        // Kept in full where that is asked for.
        held.ends[at] =
            kept.isDetailed
            ? ended(row, entry, walk, position, walk.ending(position, dueIn: due)) : heldEnd(row, entry).pointee
        for place in at * count + window..<(at + 1) * count { held.summed[place] = held.ends[at].summed }
    }

    private mutating func holdWalked(_ row: Int, _ at: Int, _ seen: SeenWindows) {
        rows[row].walks[0].outcomes(
            entry: tile.start + at, to: ends(at, seen, from: seen.first), into: &found)
        (held.closed[at], held.isRare[at]) = (count, true)
        for (window, outcome) in found.enumerated() {
            let place = at * count + seen.first + window
            held.set(place, outcome)
            held.summed[place] = EndedEntry(outcome, tolerance: rows[row].tolerance).summed
        }
    }

    /// What is left of a position that is held and stands at the end of a window.
    mutating func standing(_ row: Int, _ at: Int, _ window: Int) -> EndedEntry {
        let place = at * count + window
        guard isPlain else { return kept.ended(held.outcomes[place], tolerance: rows[row].tolerance) }
        let walk = rows[row].walks[0]
        return ended(row, tile.start + at, walk, held.positions[at], walk.horizonEnding(tile.lasts[place]))
    }

    /// How a position that is held ends that is opened at the close of a bar, without what its shortfall is made of.
    @inline(__always)
    mutating func heldEnd(_ row: Int, _ bar: Int) -> UnsafePointer<EndedEntry> {
        heldEnds.known(row, bar) ?? heldEnds.set(row, bar, foundHeldEnd(row, bar))
    }

    private mutating func foundHeldEnd(_ row: Int, _ bar: Int) -> EndedEntry {
        guard let due = due.bar(row, bar) else { return .standing }
        let walk = rows[row].walks[0]
        let position = walk.kernel.position(entry: bar)
        return walk.end(position, walk.ending(position, dueIn: due))
    }
}
