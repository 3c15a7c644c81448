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
final class HeldTile {
    /// By entry and window.
    let summed: UnsafeMutablePointer<SummedEntry>
    /// By entry, the first window in which it is liquidated, and how.
    let closed: UnsafeMutablePointer<Int>
    let ends: UnsafeMutablePointer<EndedEntry>
    /// Whether sums may not hold all of an entry that stands at the end of a window: it may owe something, or the window is cut.
    let isRare: UnsafeMutablePointer<Bool>
    /// By entry and window, what is left of one that stands, for those entries.
    let standing: UnsafeMutablePointer<EndedEntry>
    /// By entry and window, in full, where positions are not closed in one bar whatever their window; empty elsewhere.
    private(set) var outcomes: [BehaviourOutcome]

    /// Room for so many entries.
    init(_ count: Int, windows: Int, isPlain: Bool) {
        let none = BehaviourOutcome(
            exit: EntryExit(equity: 0), cause: .horizon, lostHalf: .zero, paidIn: 1, filledBar: 0)
        let end = EndedEntry.standing
        (summed, standing) = (.allocate(capacity: count * windows), .allocate(capacity: count * windows))
        (closed, ends, isRare) = (
            .allocate(capacity: count), .allocate(capacity: count), .allocate(capacity: count)
        )
        summed.initialize(repeating: end.summed, count: count * windows)
        closed.initialize(repeating: windows, count: count)
        ends.initialize(repeating: end, count: count)
        isRare.initialize(repeating: false, count: count)
        outcomes = isPlain ? [] : Array(repeating: none, count: count * windows)
    }

    deinit {
        summed.deallocate()
        standing.deallocate()
        closed.deallocate()
        ends.deallocate()
        isRare.deallocate()
    }

    func set(_ place: Int, _ outcome: BehaviourOutcome, tolerance: Double) {
        outcomes[place] = outcome
        summed[place] = EndedEntry(outcome, tolerance: tolerance).summed
    }
}

extension FollowedGrid {
    /// Finds what the entries of a run of blocks have in common.
    ///
    /// - Parameter isRejected: whether the platform would not open a position, by row and bar.
    mutating func see(_ blocks: Range<Int>, isRejected: (Int, Int) -> Bool) {
        let bars = bars(blocks)
        tile.begin(bars)
        for entry in bars { tile.seen[entry - bars.lowerBound] = seeWindows(entry) }
        tile.isRejected = tolerances.indices.flatMap { row in
            bars.map { entry in
                guard let seen = tile.seen[entry - bars.lowerBound], seen.first < count else { return false }
                return isRejected(row, entry)
            }
        }
        tile.isMade = Array(repeating: true, count: followed.count * tile.count)
        for place in followed.indices.dropFirst() { filter(place, bars) }
    }

    /// What is excluded is excluded of all shorter windows, and what is cut of all longer ones.
    private mutating func seeWindows(_ entry: Int) -> SeenWindows? {
        guard windows[0].lastBar[entry] != EntryWindows.notAnEntry else { return nil }
        var (first, cut) = (0, count)
        for window in windows.indices {
            guard let (last, isCut) = windows[window].watched(entry) else {
                first = window + 1
                continue
            }
            let place = (entry - tile.start) * count + window
            (tile.lasts[place], tile.prices[place]) = (last, pricing.slipped(closes[last], bar: last))
            if isCut { cut = min(cut, window) }
        }
        return SeenWindows(first: first, cut: max(first, cut))
    }

    /// Which entries a behaviour makes.
    private mutating func filter(_ place: Int, _ bars: Range<Int>) {
        guard let filter = filters[place] else { return }
        for entry in bars { tile.isMade[place * tile.count + entry - bars.lowerBound] = filter.lets(entry) }
    }

    func isSeen(_ place: Int, _ entry: Int) -> Bool {
        let at = entry - tile.start
        guard let seen = tile.seen[at], seen.first < count else { return false }
        return tile.isMade[place * tile.count + at]
    }

    /// The windows of an entry that is held; nil where none is.
    @inline(__always)
    func seen(_ row: Int, _ at: Int) -> SeenWindows? {
        guard let seen = tile.seen[at], seen.first < count, !tile.isRejected[row * tile.count + at] else { return nil }
        return seen
    }

    @inline(__always)
    func longest(_ entry: Int) -> Int { tile.lasts[(entry - tile.start + 1) * count - 1] }

    @inline(__always)
    func last(_ own: FollowedEntry, _ window: Int) -> Int { tile.lasts[own.at * count + window] }

    @inline(__always)
    func ends(_ own: FollowedEntry, from window: Int) -> WindowEnds { ends(own.at, own.seen, from: window) }

    /// The ends of the windows of an entry from one on.
    @inline(__always)
    func ends(_ at: Int, _ seen: SeenWindows, from window: Int) -> WindowEnds {
        WindowEnds(lasts: tile.lasts[at * count + window..<(at + 1) * count], cut: at * count + seen.cut)
    }

    /// The end of what is seen of an entry's longest window.
    func longestEnd(_ own: FollowedEntry) -> WindowEnd {
        WindowEnd(last: longest(own.entry), isCut: own.seen.cut < count)
    }
}

/// Entries whose positions carry something, when they are held: see ``CarriedGridTask``.
extension FollowedGrid {
    /// What was found of one by the ends of windows from one on.
    func hold(_ row: Int, _ at: Int, from window: Int, _ found: [BehaviourOutcome]) {
        (held.closed[at], held.isRare[at]) = (count, true)
        for (place, outcome) in found.enumerated() {
            held.set(at * count + window + place, outcome, tolerance: tolerances[row])
        }
    }

    /// The same again.
    func takeHeld(_ own: FollowedEntry, into found: inout [BehaviourOutcome]) {
        found.removeAll(keepingCapacity: true)
        found.append(contentsOf: held.outcomes[own.at * count + own.seen.first..<(own.at + 1) * count])
    }
}
