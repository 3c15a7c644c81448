import CSVIngest
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// Everything that a run of a study would read, read as the run reads it.
public struct StudyAudit {
    /// What was found in each file: of each price history, in study order.
    public let inputs: [[FileAudit]]
    /// The same for the platforms' tables.
    public let tables: [FileAudit]
    private let assets: [String]

    /// Reads the files. Nil when it was cancelled.
    ///
    /// - Parameters:
    ///   - threads: inputs that are read at the same time.
    ///   - drawing: draws prices; nil for no pictures.
    public init?(
        _ study: Study, files: InputFiles, options: IngestOptions, threads: Int, drawing: PriceDrawing? = nil
    ) {
        let reader = AuditReader(study, files: files, options: options, drawing: drawing)
        let found = parallelMap(count: study.inputs.count, threads: threads) { reader.audits(of: study.inputs[$0]) }
        guard let found else { return nil }
        (inputs, assets) = (found, study.inputs.map(\.asset))
        tables = study.platforms.compactMap(reader.audit)
    }

    /// All files, in the order in which a run reads them.
    public var all: [FileAudit] { tables + inputs.flatMap { $0 } }

    /// What a run would end with because of its files, limits aside; nil when nothing is wrong.
    public var verdict: Failure.Code? {
        let broken = tables.compactMap(\.error)
        if !broken.isEmpty { return Failure(broken).code }
        let failed = zip(assets, inputs).compactMap { asset, audits -> JobError? in
            let errors = audits.compactMap(\.error)
            return errors.isEmpty ? nil : JobError(asset: asset, errors)
        }
        if !failed.isEmpty { return failed.count < inputs.count ? .partial : Failure(failed).code }
        return nil
    }
}

/// Reads the files of a study for an audit.
private struct AuditReader: Sendable {
    let study: Study
    let files: InputFiles
    let reader: HistoryReader
    let options: IngestOptions
    let drawing: PriceDrawing?

    init(_ study: Study, files: InputFiles, options: IngestOptions, drawing: PriceDrawing?) {
        (self.study, self.files, self.drawing) = (study, files, drawing)
        reader = HistoryReader(files: files, options: options)
        let options = files.finding(options)
        self.options = options
    }

    /// The prices, then what stands beside them. Patterns that fit no file come alone, as in a run.
    func audits(of input: StudyInput) -> [FileAudit] {
        let unmatched = files.unmatched(input)
        guard unmatched.isEmpty else {
            return unmatched.map { pattern in
                FileAudit([pattern], role: "files of \(input.asset)") { () throws(IngestError) in
                    throw files.objection(to: pattern)
                }
            }
        }
        let read = AssetFiles(input, reader: reader)
        let all = [
            series(usable(read.prices), input.source, "prices of \(input.asset)"),
            series(read.mark, input.mark, "mark prices of \(input.asset)", along: try? read.prices.get().series),
            series(read.reference, input.reference, "reference of \(input.asset)"),
            funding(read.funding, input),
        ]
        return all.compactMap { $0 }
    }

    /// Prices, or why the study cannot use them.
    private func usable(_ prices: Result<IngestedSeries, IngestError>) -> Result<IngestedSeries, IngestError> {
        prices.flatMap { prices in scaleError(study, prices).map { .failure($0) } ?? .success(prices) }
    }

    private func series(
        _ read: Result<IngestedSeries, IngestError>?, _ source: BarSource?, _ role: String,
        along traded: BarSeries? = nil
    ) -> FileAudit? {
        guard let read, let source else { return nil }
        return FileAudit(source.files, role: role) { () throws(IngestError) in
            let found = try read.get()
            var facts = FileAudit.prices(found, drawing: drawing)
            let level = traded.flatMap { MarkLevel(MarkPrices(found.series, along: $0), over: $0) }
            if let error = level?.error(in: found) { throw error }
            facts.findings += [level?.finding].compactMap { $0 }
            return facts
        }
    }

    /// Funding from a file; a rate that the study names itself needs no look.
    private func funding(_ read: Result<ReadFunding, IngestError>?, _ input: StudyInput) -> FileAudit? {
        guard let read, case .file(let source)? = input.funding else { return nil }
        var found: IngestedFunding?
        if case .success(.file(let funding)) = read { found = funding }
        return FileAudit(source.files, role: "funding of \(input.asset)") { () throws(IngestError) in
            if let found { return FileAudit.funding(found) }
            _ = try read.get()
            preconditionFailure("funding of a file is read from it")
        }
    }

    /// The table of a platform that keeps it in a file.
    func audit(_ platform: NamedPlatform) -> FileAudit? {
        guard let table = platform.tierFile else { return nil }
        return FileAudit([table.file], role: "tiers of \(platform.name)") { () throws(IngestError) in
            switch table {
            case .brackets(let file, let symbol):
                FileAudit.brackets(try ingestTiers(file: file, symbol: symbol, options: options))
            case .schedule(let file, let size):
                FileAudit.margins(try ingestMarginHistory(file: file, contractSize: size, options: options))
            }
        }
    }
}
