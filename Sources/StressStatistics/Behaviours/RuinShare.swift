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

    /// The place of the position that follows each one that was lost; past the end for none.
    private static func followers(_ positions: [SequencePosition], wait: TimeSpan) -> [Int] {
        // Entries of even steps are where they are looked for.
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
