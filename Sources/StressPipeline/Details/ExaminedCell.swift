import PriceSeries
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// One cell of a study with its entries, for a close look: read and walked as a run does it.
public struct ExaminedCell {
    /// The study of the cell's price history alone, its platforms' tables read.
    public let study: Study
    /// The cell.
    public let cell: StudyCell
    /// What its files held.
    public let report: AssetReport
    /// Its prices, funding and marks.
    public let market: MarketHistory
    /// Entries that were held, in order of time; at least one.
    public let held: [HeldEntry]
    private let job: HistoryJob
    private let place: Int

    /// Reads the cell's history and walks its entries.
    ///
    /// - Throws: a ``Failure`` when files cannot be used, are not the bytes that the run read, or no entry of the cell was held.
    public init(_ cell: StudyCell, of explained: ExplainedStudy, caches: RunCaches, threads: Int) throws {
        let resolved = try ResolvedStudy(explained.study, files: explained.files).narrowed(to: cell.asset)
        let reader = HistoryReader(files: resolved.files, threads: threads, caches: caches)
        let input: AssetInput
        switch reader.history(resolved.study.inputs[0], study: resolved.study) {
        case .success(let read): input = read
        case .failure(let errors): throw Failure(errors.all)
        }
        try explained.expectSameBytes(input.report)
        let grid = GridAnswers(study: resolved.study, threads: threads)
        let job = grid.job(of: cell.asset, market: input.market)
        guard let place = resolved.study.cells.firstIndex(where: { $0.key == cell.key }),
            let held = try? job.heldEntries(cell: place, threads: threads), !held.isEmpty
        else { throw Failure(.usage, "no entry of \(cell.id) was held", hint: "all were excluded or rejected") }
        (study, self.cell, report, market) = (resolved.study, cell, input.report, input.market)
        (self.held, self.job, self.place) = (held, job, place)
    }

    /// The bar of the entry with the largest shortfall of all episodes, the earlier of equals; nil when none ended below zero.
    public var worst: Int? {
        held.filter(\.isNegative).min { ($1.shortfallGivenOne, $0.time) < ($0.shortfallGivenOne, $1.time) }
            .map { Int($0.bar) }
    }

    /// The bar of the entry that ended lowest; nil when all are cut before their end.
    public var lowest: Int? { held.filter(\.isDecided).min { $0.equity < $1.equity }.map { Int($0.bar) } }

    /// The entry at a bar, bar by bar; nil when none ended there.
    public func trace(entry bar: Int) -> EntryTrace? { job.trace(cell: place, entry: bar) }

    /// The entry at a bar under a behaviour, bar by bar; one a way in which the order of levels inside a bar may be read. Empty when the cell
    /// does not hold it.
    public func traces(entry bar: Int, behaviour: Behaviour) -> [BehaviourTrace] {
        behaviour.orders.compactMap { job.trace(cell: place, entry: bar, behaviour: $0) }
    }
}
