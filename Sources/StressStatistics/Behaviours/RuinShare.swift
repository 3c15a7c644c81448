import StressBasics

/// How often someone who opens a new position after every liquidation, each of one margin, loses a number of margins within the holding
/// time: the risk of ruin of a capital of so many margins.
///
/// What a liquidation leaves of a margin goes to the platform here, so that each costs a whole one; what is owed beyond it is not asked for.
public struct RuinShare: Hashable, Codable, Sendable {
    /// The capital, in margins, at least 1.
    public var margins: Int
    /// Starts of complete windows.
    public var starts: Int
    /// Those of them that lost all.
    public var ruined: Int
    /// ``ruined`` over ``starts``; nil without one.
    public var share: Double? { starts > 0 ? Double(ruined) / Double(starts) : nil }
    /// Its interval; nil where there is none.
    public var interval: Interval?

    /// A share of the given figures.
    public init(margins: Int, starts: Int, ruined: Int, interval: Interval?) {
        (self.margins, self.starts, self.ruined, self.interval) = (margins, starts, ruined, interval)
    }

    /// Capitals that are looked at: these, and the most that is asked for.
    public static let margins = [1, 2, 3, 5, 10, 20, 50, 100]

    /// Starts, and those that lost all of a capital, in each resampled block: for each of ``margins`` up to `most` margins, and for `most`.
    ///
    /// A new position stands at the first held entry at or after the liquidation and `wait`. O(entries × most).
    ///
    /// - Parameters:
    ///   - held: of one cell, in order of time.
    ///   - horizon: within which all is lost; the cell's.
    ///   - wait: from a liquidation to the next entry.
    ///   - most: margins at most, at least 1.
    ///   - blocks: number of resampled blocks.
    public static func shares(
        of held: [HeldEntry], horizon: TimeSpan, wait: TimeSpan, most: Int, blocks: Int
    ) -> [(margins: Int, share: BlockShare)] {
        let capitals = margins.filter { $0 < most } + [most]
        let next = followers(held, wait: wait)
        var ruined = capitals.map { _ in [UInt32](repeating: 0, count: blocks) }
        var starts = [UInt32](repeating: 0, count: blocks)
        for place in held.indices where held[place].cutTime == nil {
            let block = Int(held[place].block)
            starts[block] += 1
            let lost = lostMargins(held, next, from: place, until: held[place].time + horizon.milliseconds, most: most)
            for (rank, capital) in capitals.enumerated() where lost >= capital { ruined[rank][block] += 1 }
        }
        return zip(capitals, ruined).map { ($0, BlockShare(counts: $1, entries: starts)) }
    }

    /// The place of the entry that follows each one's liquidation; past the end for none.
    private static func followers(_ held: [HeldEntry], wait: TimeSpan) -> [Int] {
        // Entries of even steps are where they are looked for.
        let step = held.count > 1 ? max(1, held[1].time - held[0].time) : 1
        return held.indices.map { place in
            guard held[place].isLiquidated else { return held.count }
            let time = held[place].exitTime + wait.milliseconds
            let guess = place + Int(clamping: (time - held[place].time + step - 1) / step)
            if guess > place, guess < held.count, held[guess].time >= time, held[guess - 1].time < time { return guess }
            var (low, high) = (0, held.count)
            while low < high {
                let middle = (low + high) / 2
                if held[middle].time >= time { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }

    private static func lostMargins(
        _ held: [HeldEntry], _ next: [Int], from start: Int, until end: Int64, most: Int
    ) -> Int {
        var (place, lost) = (start, 0)
        while lost < most, place < held.count, held[place].isLiquidated, held[place].exitTime <= end {
            lost += 1
            place = next[place]
        }
        return lost
    }
}
