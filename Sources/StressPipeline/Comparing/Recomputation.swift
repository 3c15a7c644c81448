import CSVIngest
import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// Computes again what lies between two runs, so that each cause of a difference stands alone.
///
/// The way from the earlier run to the later one goes over states, each of which changes one thing: the program, prices that
/// both cover, prices that only one covers, the study. What a state moves is what its cause did; the moves add up to the
/// difference of the two runs.
public struct Recomputation {
    let before: StoredRunFolder
    let after: StoredRunFolder
    private let files: InputFiles
    private let settings: RunSettings
    private let observer: any RunObserver

    /// - Parameter files: where the later run's files are.
    public init(
        before: StoredRunFolder, after: StoredRunFolder, files: InputFiles, settings: RunSettings,
        observer: any RunObserver
    ) {
        (self.before, self.after, self.files) = (before, after, files)
        (self.settings, self.observer) = (settings, observer)
    }

    /// The cells of one price history.
    public typealias Cells = [CellKey: CellFigures]

    /// What became of one price history.
    public struct Way {
        /// Causes with the cells after them.
        public var states: [(cause: DifferenceCause, cells: Cells)] = []
        /// Why causes were not told apart; nil when they were.
        public var note: String?
    }

    /// The way of a price history that both runs have, from `start` to `end`.
    ///
    /// - Throws: ``RunCancelled``; a ``Failure`` when a study's tables cannot be read.
    public func way(of asset: String, from start: Cells, to end: Cells) throws -> Way {
        if agree(start, end) { return Way() }
        let unseparated = { (note: String) in Way(states: [(.unseparated, end)], note: "\(asset): \(note)") }
        guard let early = before.study.input(asset), let late = after.study.input(asset) else {
            return Way(states: [(.study, end)])
        }
        observer.observe(.recomputing(asset: asset))
        let whole: AssetInput
        switch read(late, study: after.study) {
        case .success(let input): whole = input
        case .failure(let errors):
            return unseparated(errors.all.first.map { "\($0.finding.message); causes were not told apart" } ?? "")
        }
        guard whole.report.files.map(\.digest.hex) == after.digests[asset] else {
            return unseparated("its files have changed since the later run; causes were not told apart")
        }
        var way = Way()
        try addEarlierStudy(to: &way, asset: asset, early: early, late: late)
        try addLaterStudy(to: &way, asset: asset, input: whole, end: end)
        return way
    }

    /// The earlier study: by this program, on the later prices cut to the earlier time, on all later prices.
    private func addEarlierStudy(to way: inout Way, asset: String, early: StudyInput, late: StudyInput) throws {
        // The earlier settings read the later files.
        let settings = early.onFiles(of: late)
        guard let input = try? read(settings, study: before.study).get() else {
            way.note = "\(asset): the earlier study cannot read the later files; everything counts as the study's"
            return
        }
        let isSameVersion = before.run.version == after.run.version
        let isSameData = before.digests[asset] == after.digests[asset]
        let study = before.study.alone(settings)
        if isSameData {
            if !isSameVersion { way.states.append((.version, try cells(study, asset, input.market))) }
            return
        }
        if let span = before.spans[asset], let market = cut(input.market, to: span) {
            let cause: DifferenceCause = isSameVersion ? .revised : .versionOrRevised
            way.states.append((cause, try cells(study, asset, market)))
        } else {
            way.note = "\(asset): the earlier time is not known, or has no prices now; appended prices count as revised"
        }
        let isKnown = !way.states.isEmpty
        way.states.append((isKnown ? .appended : .revised, try cells(study, asset, input.market)))
    }

    /// The later study, and what it does not give again.
    private func addLaterStudy(to way: inout Way, asset: String, input: AssetInput, end: Cells) throws {
        guard let late = after.study.input(asset) else { return }
        way.states.append((.study, try cells(after.study.alone(late), asset, input.market)))
        way.states.append((.unexplained, end))
    }

    private func read(_ input: StudyInput, study: Study) -> Result<AssetInput, AssetInput.Errors> {
        let control = observer.control
        let reader = HistoryReader(files: files, threads: settings.threads, caches: settings.caches) {
            control.isCancelled
        }
        return reader.history(input, study: study)
    }

    private func cells(_ study: Study, _ asset: String, _ market: MarketHistory) throws -> Cells {
        let study = try ResolvedStudy(study, files: files).study
        let grid = GridAnswers(
            study: study, kernel: settings.kernel, threads: settings.threads,
            store: settings.caches.tallies(for: settings.kernel), control: observer.control)
        let rows = try grid.answers(of: grid.job(of: asset, market: market)).rows
        return Dictionary(rows.map { ($0.cell.key, CellFigures($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The bars that open within the earlier run's time; nil when there are none.
    private func cut(_ market: MarketHistory, to span: StoredRunFolder.Span) -> MarketHistory? {
        // Times in files may have milliseconds, which the summary leaves out.
        let outside = market.series.time.indices.filter {
            market.series.time[$0] < span.first.milliseconds || market.series.time[$0] > span.last.milliseconds + 999
        }
        if outside.isEmpty { return market }
        return outside.count < market.series.count ? market.without(bars: outside) : nil
    }

    private func agree(_ a: Cells, _ b: Cells) -> Bool {
        a.count == b.count && a.allSatisfy { key, figures in b[key]?.agrees(with: figures) ?? false }
    }
}

extension StudyInput {
    /// The same settings on the files of another; what the other has no files for stays with its own.
    fileprivate func onFiles(of other: StudyInput) -> StudyInput {
        var copy = self
        copy.source.files = other.source.files
        if let mark = other.mark { copy.mark?.files = mark.files }
        if let reference = other.reference { copy.reference?.files = reference.files }
        if case .file(var own)? = funding, case .file(let others)? = other.funding {
            own.files = others.files
            copy.funding = .file(own)
        }
        return copy
    }
}

extension Study {
    fileprivate func input(_ asset: String) -> StudyInput? { inputs.first { $0.asset == asset } }

    /// The study of one price history.
    fileprivate func alone(_ input: StudyInput) -> Study {
        var copy = self
        copy.inputs = [input]
        copy.limits = []
        return copy
    }
}
