import StressBasics
import StressStatistics

/// Tallies of chunks from earlier runs, and where they are found.
struct KeptTallies: Sendable {
    let store: any TallyStore
    private let keys: ChunkKeys
    /// Of each part of the job, made once: writing rules out is slow, and every chunk has the same.
    let keyed: [KeyedCells]

    init(_ store: any TallyStore, of job: HistoryJob, threads: Int) {
        self.store = store
        keys = ChunkKeys(job, threads: threads)
        keyed = job.parts.map(job.keyed)
    }

    func key(_ chunks: Range<Int>, part: Int) -> Digest { keys.key(chunks, keyed[part]) }

    /// What is kept under a key, joined like `empty`; nil where there is nothing whole.
    func tallies(_ key: Digest, like empty: [CellTally]) -> [CellTally]? {
        store.withBytes(key) { CellTally.tallies($0, like: empty) }
    }
}

/// The start of a history that nothing behind it can change, joined and kept as one beside its pieces. A run over the same history grown
/// by a day reads that instead of all the pieces, each of which is about as long as all of them joined.
struct KeptStarts: Sendable {
    private let kept: KeptTallies
    /// For each part the keys of its settled pieces: those that depend on nothing behind the end of the history.
    private let settled: [[Digest]]

    /// A start of fewer pieces than this is as good as its pieces.
    private static let fewest = 2
    /// A history that has grown by more pieces than this since its start was kept reads its pieces.
    private static let mostBehind = 16

    /// Nil for stores that keep pieces for others, or for one run alone.
    init?(_ kept: KeptTallies?, of job: HistoryJob, pieces: [Range<Int>]) {
        guard let kept, !kept.store.isOwn, !kept.store.keepsAll else { return nil }
        self.kept = kept
        settled = kept.keyed.enumerated().map { part, cells in
            let bars = job.market.series.count
            return pieces.prefix { job.needed(by: $0.upperBound - 1, cells.reach).upperBound < bars }
                .map { kept.key($0, part: part) }
        }
    }

    /// How many pieces of a part are settled.
    func settled(part: Int) -> Int { settled[part].count }

    /// The longest start of a part that is kept, and of how many pieces it is; nil where there is none.
    func found(part: Int, like empty: [CellTally]) -> (pieces: Int, tallies: [CellTally])? {
        let most = settled[part].count
        let counts = (max(KeptStarts.fewest, most - KeptStarts.mostBehind)..<max(most + 1, KeptStarts.fewest))
            .reversed()
        for count in counts {
            if let tallies = kept.tallies(key(count, part), like: empty) { return (count, tallies) }
        }
        return nil
    }

    /// Keeps the joined tallies of a part's settled pieces.
    func keep(_ tallies: [CellTally], part: Int) {
        guard settled[part].count >= KeptStarts.fewest else { return }
        kept.store.keep(key(settled[part].count, part), CellTally.record(tallies))
    }

    private func key(_ count: Int, _ part: Int) -> Digest {
        Digest(of: "start\n\(settled[part][..<count].map(\.hex).joined(separator: "\n"))")
    }
}
