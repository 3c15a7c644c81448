import StressStatistics
import Synchronization

/// Tallies of runs of chunks, each joined with its neighbours as soon as they are there: what waits lies between runs that threads are
/// still at work on, and is not the history in pieces.
///
/// Joining adds whole numbers and puts blocks and chunks behind each other, so the order in which neighbours meet changes no bit.
final class TallyRuns: Sendable {
    /// The tallies of a part's cells over neighbouring pieces.
    private struct Run {
        let part: Int
        var places: Range<Int>
        var tallies: [CellTally]
    }

    private let runs = Mutex<[Run]>([])

    /// Adds the tallies of a part's cells over the pieces of some places. Pieces of a part have places one after the other, in order of
    /// time; each comes once.
    func add(_ tallies: consuming [CellTally], of part: Int, over places: Range<Int>) {
        var run = Run(part: part, places: places, tallies: tallies)
        // Joined outside of the lock, which others need only to look for neighbours.
        while var neighbour = takeNeighbour(of: &run) { TallyRuns.join(&run, with: &neighbour) }
    }

    /// A run before or behind one; nil where there is none, and the run stands among the others.
    private func takeNeighbour(of run: inout Run) -> Run? {
        runs.withLock { [part = run.part, places = run.places] runs in
            let place = runs.firstIndex {
                $0.part == part
                    && ($0.places.upperBound == places.lowerBound || $0.places.lowerBound == places.upperBound)
            }
            if let place { return runs.remove(at: place) }
            runs.append(run)
            run.tallies = []
            return nil
        }
    }

    private static func join(_ run: inout Run, with neighbour: inout Run) {
        if neighbour.places.lowerBound < run.places.lowerBound { swap(&run, &neighbour) }
        for place in run.tallies.indices { run.tallies[place].append(neighbour.tallies[place]) }
        run.places = run.places.lowerBound..<neighbour.places.upperBound
    }

    /// The tallies of a part's cells over all its pieces, once; empty where there was none.
    func take(_ part: Int) -> [CellTally] {
        runs.withLock { runs in
            runs.firstIndex { $0.part == part }.map { runs.remove(at: $0).tallies } ?? []
        }
    }
}
