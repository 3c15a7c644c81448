import StressBasics

/// One crash as a cell met it: entries that went below zero at about the same time.
public struct Episode: Hashable, Codable, Sendable {
    /// When the first of them went below zero: open time of the bar.
    public let first: UTCInstant
    /// When the last of them did.
    public let last: UTCInstant
    /// Entry time of the earliest of them.
    public let firstEntry: UTCInstant
    /// Entry time of the latest of them.
    public let lastEntry: UTCInstant
    /// How many they are: a sum of probabilities where the fill is known by a law.
    public let entries: Double
    /// Entries that may have gone below zero in it; as many as ``entries`` where every fill is certain.
    public let possible: Int
    /// The deepest of them, as an entry bar.
    public let worstBar: Int
    /// Its entry time.
    public let worstEntry: UTCInstant
    /// When it went below zero.
    public let worstExit: UTCInstant
    /// Its shortfall in parts of the initial margin, by a law the average where it puts the entry below zero; infinite where the contract
    /// has no bound.
    public let worstShortfall: Double
    /// Mean of the bounded shortfalls; nil when none is bounded.
    public let meanShortfall: Double?

    fileprivate init(_ entries: ArraySlice<HeldEntry>) {
        let worst = entries.min { ($1.shortfallGivenOne, $0.time) < ($0.shortfallGivenOne, $1.time) }!
        let bounded = entries.filter(\.shortfall.isFinite)
        let count = bounded.reduce(0) { $0 + $1.negative.value }
        first = UTCInstant(milliseconds: entries.first!.exitTime)
        last = UTCInstant(milliseconds: entries.last!.exitTime)
        firstEntry = UTCInstant(milliseconds: entries.map(\.time).min()!)
        lastEntry = UTCInstant(milliseconds: entries.map(\.time).max()!)
        self.entries = entries.reduce(0) { $0 + $1.negative.value }
        possible = entries.count
        worstBar = Int(worst.bar)
        worstEntry = UTCInstant(milliseconds: worst.time)
        worstExit = UTCInstant(milliseconds: worst.exitTime)
        worstShortfall = worst.shortfallGivenOne
        meanShortfall = count > 0 ? bounded.reduce(0) { $0 + $1.shortfall } / count : nil
    }
}

/// Which crashes a frequency is made of.
public struct Episodes: Hashable, Codable, Sendable {
    /// The episodes in order of time.
    public let all: [Episode]
    /// The place of the episode with most entries.
    private let largest: Int?

    /// Groups the entries below zero by the time at which they went below: a pause longer than `separation` begins a new
    /// episode. O(n log n) in the negative entries.
    public init(_ entries: some Sequence<HeldEntry>, separation: TimeSpan) {
        self.init(negative: entries.negativeByExit, separation: separation)
    }

    /// The same of entries below zero in the order in which they ended. O(n).
    init(negative: [HeldEntry], separation: TimeSpan) {
        var (all, start) = ([Episode](), 0)
        for end in negative.indices {
            let isLast = end + 1 == negative.count
            if isLast || negative[end + 1].exitTime - negative[end].exitTime > separation.milliseconds {
                all.append(Episode(negative[start...end]))
                start = end + 1
            }
        }
        self.all = all
        largest = all.indices.min { (all[$1].entries, all[$0].first) < (all[$0].entries, all[$1].first) }
    }

    /// The episodes from the one with most entries to the one with fewest; the earlier first among equals.
    public var largestFirst: [Episode] { all.sorted { ($1.entries, $0.first) < ($0.entries, $1.first) } }

    /// Whether a law says of some entry how often it ended below zero, and so how deep on average.
    public var haveLaws: Bool { all.contains { $0.entries < Double($0.possible) } }

    /// Entries below zero in all episodes.
    public var total: Double { all.reduce(0) { $0 + $1.entries } }

    /// How few episodes hold at least `share` of the entries below zero, and what share they hold; nil without any.
    public func fewestHolding(_ share: Double) -> (episodes: Int, share: Double)? {
        guard total > 0 else { return nil }
        var held = 0.0
        for (place, episode) in largestFirst.enumerated() {
            held += episode.entries
            let part = held / total
            if part >= share { return (place + 1, part) }
        }
        return nil
    }

    /// Whether an entry belongs to the episode with most entries.
    public func isInLargest(_ entry: HeldEntry) -> Bool {
        // Episodes are apart from each other in the times at which their entries went below zero.
        guard entry.isNegative, let largest else { return false }
        return (all[largest].first.milliseconds...all[largest].last.milliseconds).contains(entry.exitTime)
    }
}
