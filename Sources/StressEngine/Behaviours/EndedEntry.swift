import StressStatistics

/// How an entry ended in a cell, as tallies take it.
struct EndedEntry {
    let outcome: BehaviourOutcome
    let summed: SummedEntry
    /// Whether sums do not hold all of it.
    let isRare: Bool

    init(_ outcome: BehaviourOutcome, tolerance: Double) {
        self.outcome = outcome
        summed = SummedEntry(
            equity: outcome.exit.equity, lostHalf: outcome.lostHalf,
            negative: outcome.exit.negative(tolerance: tolerance), outcome.cause)
        isRare = outcome.liquidationBar != nil || summed.negative > 0 || !summed.isBounded
    }
}

/// What sums and tallies of one behaviour in one row of cells hold: one of each a holding time, side by side.
struct BehaviourColumn {
    /// The first of its places.
    let first: Int
    /// Whether what holding leaves is compared entry by entry: it is the same of all that make every entry.
    let takesHeld: Bool
    let tolerance: Double
}

/// Tallies of all cells and behaviours of a grid over one chunk, and what has not reached them yet. To be freed.
struct BehaviourStore {
    let tallies: UnsafeMutableBufferPointer<BehaviourTally>
    let sums: UnsafeMutableBufferPointer<BehaviourSums>
    /// What is closed alike in all holding times from one on, at the first of them; and what is of one alone.
    let (shared, lone): (UnsafeMutableBufferPointer<ClosedEvents>, UnsafeMutableBufferPointer<ClosedEvents>)

    init(count: Int, _ tally: BehaviourTally, _ detail: TallyDetail, _ events: ClosedEvents) {
        tallies = .allocate(capacity: count)
        sums = .allocate(capacity: count)
        (shared, lone) = (.allocate(capacity: count), .allocate(capacity: count))
        tallies.initialize(repeating: tally)
        sums.initialize(repeating: BehaviourSums(detail))
        shared.initialize(repeating: events)
        lone.initialize(repeating: events)
    }

    func free() {
        for place in tallies.indices {
            tallies.deinitializeElement(at: place)
            shared.deinitializeElement(at: place)
            lone.deinitializeElement(at: place)
        }
        tallies.deallocate()
        sums.deallocate()
        shared.deallocate()
        lone.deallocate()
    }

    /// Takes what is left of a chunk to the tallies of one column.
    func takeEvents(_ column: BehaviourColumn, _ count: Int) {
        var events = shared[column.first]
        for place in column.first..<column.first + count {
            if place > column.first { events.merge(shared[place]) }
            tallies[place].add(events)
            tallies[place].add(lone[place])
        }
    }
}
