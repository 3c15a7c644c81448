import StressBasics

/// How far a plan is, from its parts alone.
public struct ShardStatus: Sendable {
    /// A unit that is not done.
    public struct Open: Sendable {
        /// The unit.
        public let unit: ShardPlan.Unit
        /// The shard that it belongs to.
        public let shard: Int
        /// What it is, for people.
        public let words: String
        /// What was found of it.
        public let state: ShardParts.State
    }

    /// Number of shards.
    public let shards: Int
    /// Shards with something left to do, in order.
    public let missing: [Int]
    /// Units that are not done, the failed ones too, in order of shards.
    public let open: [Open]

    /// Reads every part. O(bytes of all parts).
    public init(_ plan: ShardPlan, parts: ShardParts, threads: Int) {
        let found = parallelMap(count: plan.shards.count, threads: threads) { shard in
            plan.shards[shard].map { parts.state($0) }
        }
        let states = found ?? []
        shards = plan.shards.count
        missing = states.indices.filter { states[$0].contains { !$0.isSettled } }
        open = states.indices.flatMap { shard in
            zip(plan.shards[shard], states[shard]).filter { $0.1 != .done }.map { unit, state in
                Open(unit: unit, shard: shard, words: plan.words(unit), state: state)
            }
        }
    }

    /// `1 of 4 shards is`, `2 of 4 shards are`.
    public func words(_ count: Int) -> String {
        "\(count) of \(shards) \(shards == 1 ? "shard" : "shards") \(count == 1 ? "is" : "are")"
    }

    /// Units that cannot be done.
    public var failed: [Open] {
        open.filter { if case .failed = $0.state { true } else { false } }
    }
}
