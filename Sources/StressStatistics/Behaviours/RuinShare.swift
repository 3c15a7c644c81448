import StressBasics

/// How often someone who goes on after every position that was lost loses a capital of a number of margins within the holding time: the
/// risk of ruin of a sequence of positions.
///
/// What a liquidation leaves of a margin goes to the platform here, so that each costs a whole one; what is owed beyond it is not asked for.
/// A stop order leaves what the next position is opened with: it costs a margin where nothing is left of it, and else none.
public struct RuinShare: Hashable, Codable, Sendable {
    /// The capital, in margins, at least 1.
    public var margins: Int
    /// Starts of complete windows.
    public var starts: Int
    /// How many of them lost all: a sum of probabilities where stop orders are filled by a law.
    public var ruined: Double
    /// ``ruined`` over ``starts``; nil without one.
    public var share: Double? { starts > 0 ? ruined / Double(starts) : nil }
    /// Its interval; nil where there is none.
    public var interval: Interval?

    /// A share of the given figures.
    public init(margins: Int, starts: Int, ruined: Double, interval: Interval?) {
        (self.margins, self.starts, self.ruined, self.interval) = (margins, starts, ruined, interval)
    }

    /// Capitals that are looked at: these, and the most that is asked for.
    public static let margins = [1, 2, 3, 5, 10, 20, 50, 100]

    /// Starts, and those that lost all of a capital, in each resampled block: for each of ``margins`` up to `most` margins, and for `most`.
    ///
    /// A new position stands at the first one at or after the end of the last and `wait`. O(positions × most) as a rule.
    ///
    /// - Parameters:
    ///   - positions: of one cell, one at each bar that can be entered at, in order of time.
    ///   - horizon: within which all is lost; the cell's.
    ///   - wait: from the end of a position to the next.
    ///   - most: positions of a sequence at most, and so margins; at least 1.
    ///   - blocks: number of resampled blocks.
    public static func shares(
        of positions: [SequencePosition], horizon: TimeSpan, wait: TimeSpan, most: Int, blocks: Int
    ) -> [(margins: Int, share: BlockShare)] {
        let capitals = margins.filter { $0 < most } + [most]
        let next = followers(positions, wait: wait)
        var ruined = capitals.map { _ in [EventCount](repeating: .zero, count: blocks) }
        var starts = [UInt32](repeating: 0, count: blocks)
        for (place, start) in positions.enumerated() where start.isStart {
            let block = Int(start.block)
            starts[block] += 1
            let lost = lostMargins(positions, next, from: place, until: start.time + horizon.milliseconds, most: most)
            for (rank, capital) in capitals.enumerated() { ruined[rank][block] += lost.chance(ofAtLeast: capital) }
        }
        return zip(capitals, ruined).map { ($0, BlockShare(events: $1.map(\.value), entries: starts)) }
    }

    /// The same of positions of which all that is asked for is known by bar. O(starts × most).
    public static func shares(
        of sequences: PositionSequences, most: Int, blocks: Int
    ) -> [(margins: Int, share: BlockShare)] {
        let capitals = margins.filter { $0 < most } + [most]
        // Block by block, of each all capitals.
        var ruined = [EventCount](repeating: .zero, count: blocks * capitals.count)
        var starts = [UInt32](repeating: 0, count: blocks)
        for start in sequences.starts {
            starts[Int(start.block)] += 1
            guard sequences.isLost(start) else { continue }
            let first = Int(start.block) * capitals.count
            if sequences.gone.isEmpty {
                let lost = sequences.lostPositions(start, most: most)
                for rank in capitals.indices where capitals[rank] <= lost { ruined[first + rank] += .one }
            } else {
                let lost = sequences.lostMargins(start, most: most)
                for rank in capitals.indices { ruined[first + rank] += lost.chance(ofAtLeast: capitals[rank]) }
            }
        }
        return capitals.enumerated().map { rank, capital in
            let events = (0..<blocks).map { ruined[$0 * capitals.count + rank].value }
            return (capital, BlockShare(events: events, entries: starts))
        }
    }

    /// The place of the position that follows each one that was lost; past the end for none.
    private static func followers(_ positions: [SequencePosition], wait: TimeSpan) -> [Int] {
        // Bars of even steps are where they are looked for.
        let step = positions.count > 1 ? max(1, positions[1].time - positions[0].time) : 1
        return positions.indices.map { place in
            guard positions[place].isLost else { return positions.count }
            let time = positions[place].exitTime + wait.milliseconds
            let guess = place + Int(clamping: (time - positions[place].time + step - 1) / step)
            if guess > place, guess < positions.count, positions[guess].time >= time, positions[guess - 1].time < time {
                return guess
            }
            var (low, high) = (0, positions.count)
            while low < high {
                let middle = (low + high) / 2
                if positions[middle].time >= time { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }

    private static func lostMargins(
        _ positions: [SequencePosition], _ next: [Int], from start: Int, until end: Int64, most: Int
    ) -> LostMargins {
        var (place, opened, lost) = (start, 0, LostMargins())
        while opened < most, place < positions.count, positions[place].isLost, positions[place].exitTime <= end {
            lost.add(positions[place].gone)
            opened += 1
            place = next[place]
        }
        return lost
    }
}

/// How one of the positions ended that follow each other.
public struct SequencePosition: Hashable, Sendable {
    /// When it was opened, in milliseconds since 1970, and when it was closed.
    public var (time, exitTime): (Int64, Int64)
    /// Index of its resampled block.
    public var block: Int32
    /// Whether a sequence begins with it: its window is complete, and the behaviour makes the entry.
    public var isStart: Bool
    /// Whether the platform or a stop order closed it, so that another one follows.
    public var isLost: Bool
    /// How much of its margin is gone: all after a liquidation, and after a stop order where nothing is left.
    public var gone: EventCount

    /// A position of the given figures.
    public init(time: Int64, exitTime: Int64, block: Int32, isStart: Bool, isLost: Bool, gone: EventCount) {
        (self.time, self.exitTime, self.block) = (time, exitTime, block)
        (self.isStart, self.isLost, self.gone) = (isStart, isLost, gone)
    }

    /// One that is held until the platform closes it.
    public init(_ held: HeldEntry) {
        self.init(
            time: held.time, exitTime: held.exitTime, block: held.block, isStart: held.cutTime == nil,
            isLost: held.isLiquidated, gone: held.isLiquidated ? .one : .zero)
    }
}

/// Positions of which one could be opened at the close of every bar, where it is known in which bar each is lost and where the next one is
/// opened after it.
public struct PositionSequences: Sendable {
    /// One with which a sequence begins.
    public struct Start: Sendable {
        /// The bar at whose close it is opened, and the last one of its window, by which all is to be lost.
        public let (bar, last): (Int32, Int32)
        /// Index of its resampled block.
        public let block: Int32

        /// A start of the given figures.
        public init(bar: Int32, last: Int32, block: Int32) { (self.bar, self.last, self.block) = (bar, last, block) }
    }

    /// In order of time; their windows are complete, and the behaviour makes the entries.
    let starts: [Start]
    /// By bar that in which the position opened at its close is lost; past all windows where it is not.
    let lost: [Int32]
    /// By the bar of a loss that at whose close the next position is opened; past the last for none.
    let next: [Int32]
    /// By bar, how much of the margin of a position that is lost is gone; empty where it is all of every one.
    let gone: [EventCount]

    /// None.
    public init() { (starts, lost, next, gone) = ([], [], [], []) }

    /// Those of the given bars.
    public init(starts: [Start], lost: [Int32], next: [Int32], gone: [EventCount]) {
        (self.starts, self.lost, self.next, self.gone) = (starts, lost, next, gone)
    }

    /// Whether the first position of a start is lost by the end of its window.
    @inline(__always)
    fileprivate func isLost(_ start: Start) -> Bool { lost[Int(start.bar)] <= start.last }

    /// How many positions of the sequence of a start are lost by then.
    @inline(__always)
    fileprivate func lostPositions(_ start: Start, most: Int) -> Int {
        var (bar, opened) = (Int(start.bar), 0)
        while opened < most, bar < lost.count, lost[bar] <= start.last {
            opened += 1
            bar = Int(next[Int(lost[bar])])
        }
        return opened
    }

    /// What is gone with them.
    @inline(__always)
    fileprivate func lostMargins(_ start: Start, most: Int) -> LostMargins {
        var (bar, opened, margins) = (Int(start.bar), 0, LostMargins())
        while opened < most, bar < lost.count, lost[bar] <= start.last {
            margins.add(gone[bar])
            opened += 1
            bar = Int(next[Int(lost[bar])])
        }
        return margins
    }
}

/// How many margins of a sequence are gone, each by a chance of its own.
private struct LostMargins {
    private var certain = 0
    /// How probable it is that so many are gone besides.
    private var others: [Double] = []

    mutating func add(_ gone: EventCount) {
        guard gone < .one else { return certain += 1 }
        guard gone > 0 else { return }
        let chance = gone.value
        if others.isEmpty { others = [1] }
        others.append(0)
        for place in others.indices.reversed() {
            others[place] = others[place] * (1 - chance) + (place > 0 ? others[place - 1] * chance : 0)
        }
    }

    func chance(ofAtLeast margins: Int) -> EventCount {
        let rest = margins - certain
        guard rest > 0 else { return .one }
        guard rest < others.count else { return .zero }
        return EventCount(probability: min(1, others[rest...].reduce(0, +)))
    }
}
