import MarginModel
import StressBasics
import StressStatistics

/// What becomes of positions of which one is opened at the close of every bar, as somebody asks who opens the next one after a loss.
///
/// A loss does not depend on how long is left: the bar in which one happens within the longest window is that of every window that sees it.
public struct LostBars: Sendable {
    /// The bar in which the position opened at the close of each bar is lost, as in ``DueTable``.
    fileprivate(set) var bars: [Int32]
    /// Of lost positions of which something is left, in order of time. Liquidated ones are gone whole.
    fileprivate(set) var parts: [Part] = []

    /// How much of the margin of a position is gone, in units of 2⁻³² of it.
    struct Part {
        let bar: Int32
        let gone: UInt32
    }

    /// Of positions that are held until the platform closes them.
    init(due: [Int32]) { bars = due }

    /// Of so many bars, of none of which anything is known.
    fileprivate init(count: Int) { bars = Array(repeating: DueTable.none, count: count) }

    /// Those of runs of bars that follow each other.
    init(joining runs: some Sequence<LostBars>) {
        (bars, parts) = ([], [])
        for run in runs {
            bars += run.bars
            parts += run.parts
        }
    }

    /// By bar, how much of the margin is gone where the position is lost; empty where it is all of every one.
    var gone: [EventCount] {
        guard !parts.isEmpty else { return [] }
        var gone = [EventCount](repeating: .one, count: bars.count)
        for part in parts { gone[Int(part.bar)] = EventCount(units: Int64(part.gone)) }
        return gone
    }
}

/// The same of a chunk under one behaviour, by leverage.
struct LostTable {
    private let first: Int
    private(set) var rows: [LostBars]

    init(_ bars: Range<Int>, rows: Int) {
        first = bars.lowerBound
        self.rows = Array(repeating: LostBars(count: bars.count), count: rows)
    }

    mutating func reject(_ row: Int, _ entry: Int) { rows[row].bars[entry - first] = DueTable.rejected }

    mutating func lose(_ row: Int, _ entry: Int, in bar: Int, gone: EventCount) {
        rows[row].bars[entry - first] = Int32(bar)
        guard gone < .one else { return }
        rows[row].parts.append(LostBars.Part(bar: Int32(entry), gone: UInt32(gone.units)))
    }
}

extension BehaviourOutcome {
    /// The bar in which the position was lost; nil where it was not.
    var lostBar: Int? { cause.isLoss ? exit.closedBar : nil }

    /// How much of the margin of a lost position is gone: what a liquidation leaves goes to the platform; a stop order leaves what it got.
    var gone: EventCount {
        if cause == .liquidated { return .one }
        return exit.spread?.negative ?? (exit.equity <= 0 ? .one : .zero)
    }
}

extension EndedEntry {
    /// The same; nil where it is not known from what is said here.
    fileprivate var gone: EventCount? {
        if cause == .liquidated { return .one }
        if summed.negative > 0 { return summed.negative }
        return summed.equity > 0 ? .zero : nil
    }
}

extension BehaviourGridTask {
    /// Whether losses are looked for beside liquidations: of whom exits, or margin paid in, keep from the platform.
    static func asksForLosses(_ own: FollowedBehaviour) -> Bool {
        (own.behaviour.reenter?.times ?? 0) > 0 && (own.behaviour.hasExitRule || own.behaviour.changesMargin)
    }

    /// Says of each bar of a tile when a position that is opened there is lost, whether or not the behaviour makes the entry.
    mutating func lose(_ row: Int, _ place: Int) {
        guard lost[place] != nil else { return }
        for at in 0..<grid.tile.count {
            guard let seen = grid.tile.seen[at], seen.first < grid.count else { continue }
            if grid.tile.isRejected[row * grid.tile.count + at] {
                lost[place]?.reject(row, grid.tile.start + at)
            } else {
                lose(row, place, grid.tile.start + at)
            }
        }
    }

    private mutating func lose(_ row: Int, _ place: Int, _ entry: Int) {
        if grid.followed[place].kind == .sequence {
            let end = end(row, place, entry)
            guard end.pointee.cause.isLoss, let bar = end.pointee.closedBar else { return }
            if let gone = end.pointee.gone { return lost[place]?.lose(row, entry, in: bar, gone: gone) ?? () }
        }
        let outcome = firstOutcome(row, place, entry)
        if let bar = outcome.lostBar { lost[place]?.lose(row, entry, in: bar, gone: outcome.gone) }
    }

    /// What becomes of a position after which none is opened. Who panics loses nothing to anybody, wherever the window ends.
    private func firstOutcome(_ row: Int, _ place: Int, _ entry: Int) -> BehaviourOutcome {
        let walk = rows[row].walks[place]
        var state = walk.opened(entry, to: WindowEnd(last: grid.longest(entry), isCut: false), part: 1)
        walk.follow(&state)
        return walk.outcome(of: state)
    }
}
