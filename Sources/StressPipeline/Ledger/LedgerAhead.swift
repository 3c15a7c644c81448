import StressEngine
import StressResults
import Synchronization

/// The ledger of a run, lived through while the last histories are computed.
///
/// A population on one platform is followed by one thread, from the first bar to the last: begun after the jobs, it would leave the others
/// without work. What it finds counts only if the jobs were done on the same files and none failed; else it is done again.
final class LedgerAhead: Sendable {
    private struct Lived: Sendable {
        /// That were read, in study order.
        let files: [[InputFile]]
        let results: LedgerResults
    }

    private let session: StressSession
    private let lived = Mutex<Lived?>(nil)

    /// Nil for a study without a ledger, on one thread, and where the memory does not hold it beside the jobs.
    init?(_ session: StressSession) {
        guard session.study.ledger != nil, !session.settings.isTableOnly, session.settings.threads > 1,
            session.plan.holdsLedgerBesideJobs
        else { return nil }
        self.session = session
    }

    /// Reads all histories and lives through them. Finds nothing where one cannot be read, or where the run is stopped.
    func live() {
        let reader = session.jobReader
        var (histories, files): ([LedgerStage.History], [[InputFile]]) = ([], [])
        for place in session.study.inputs.indices {
            guard case .success(let input) = reader.read(place, sharing: 1)?.input else { return }
            histories.append(LedgerStage.History(asset: input.asset, market: input.market))
            files.append(input.report.files)
        }
        guard let results = try? session.ledgerStage.results(histories) else { return }
        lived.withLock { $0 = Lived(files: files, results: results) }
    }

    /// Who paid, where all jobs of a report were done on the files that were read here.
    func results(for report: RunReport) -> LedgerResults? {
        guard report.failures.isEmpty else { return nil }
        return lived.withLock { lived in lived?.files == report.assets.map(\.files) ? lived?.results : nil }
    }
}
