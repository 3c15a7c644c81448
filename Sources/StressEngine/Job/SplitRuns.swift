import StressStatistics
import Synchronization

/// The tallies of a job's parts as they come in: those of the settled start of the history by themselves, where it is kept.
final class SplitRuns: Sendable {
    private let starts: KeptStarts?
    private let parts: Int
    private let runs = TallyRuns()
    /// For each part how many of its first pieces were found joined.
    private let found: Mutex<[Int: Int]> = Mutex([:])

    init(_ starts: KeptStarts?, parts: Int) { (self.starts, self.parts) = (starts, parts) }

    var hasStarts: Bool { starts != nil }

    /// Looks for the start of a part. Before anything of it is added.
    func read(part: Int, like empty: [CellTally]) {
        guard let start = starts?.found(part: part, like: empty) else { return }
        found.withLock { $0[part] = start.pieces }
        runs.add(start.tallies, of: part, over: 0..<start.pieces)
    }

    /// How many of a part's first pieces were found joined.
    func pieces(_ part: Int) -> Int { found.withLock { $0[part] ?? 0 } }

    /// How many of a part's first pieces are settled: they are joined by themselves.
    func settled(_ part: Int) -> Int { starts?.settled(part: part) ?? 0 }

    /// Adds the tallies of neighbouring pieces of a part, all of them settled or none.
    func add(_ tallies: consuming [CellTally], of part: Int, over places: Range<Int>) {
        runs.add(tallies, of: places.lowerBound < settled(part) ? part : parts + part, over: places)
    }

    /// All that came in of a part, joined; its start is kept where it is longer than what was found.
    func joined(part: Int) -> [CellTally] {
        var tallies = runs.take(part)
        if !tallies.isEmpty, pieces(part) < settled(part) { starts?.keep(tallies, part: part) }
        let rest = runs.take(parts + part)
        if tallies.isEmpty { return rest }
        for (place, later) in rest.enumerated() { tallies[place].append(later) }
        return tallies
    }
}
