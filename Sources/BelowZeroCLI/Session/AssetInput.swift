import CSVIngest
import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressResults
import StudyPlan

/// One asset of a study, read: prices, funding and mark, and what was found in them.
struct AssetInput: Sendable {
    let asset: String
    let market: MarketHistory
    /// The same history without its suspicious bars; nil when there are none.
    let unsuspicious: MarketHistory?
    /// How many bars are suspicious.
    let suspiciousCount: Int
    private(set) var report: AssetReport

    /// The same input with findings on what all assets share.
    func adding(_ findings: [Finding]) -> AssetInput {
        var copy = self
        copy.report.findings += findings
        return copy
    }

    /// Everything that was wrong with an asset's files.
    struct Errors: Error {
        let all: [IngestError]
    }

    /// Reads all files of one input.
    static func read(
        _ input: StudyInput, study: Study, files: InputFiles, options: IngestOptions
    ) -> Result<AssetInput, Errors> {
        let unmatched = files.unmatched(input)
        guard unmatched.isEmpty else { return .failure(Errors(all: unmatched.map(files.objection))) }
        let reference = input.reference.map { readSeries($0, files: files, options: options) }
        let venue = reference.flatMap { try? $0.get().series }
        let prices = readSeries(input.source, files: files, options: options, reference: venue)
        let mark = input.mark.map { readSeries($0, files: files, options: options) }
        let funding = input.funding.map { readFunding($0, files: files, options: options) }
        do {
            let prices = try prices.get()
            return .success(
                AssetInput(
                    asset: input.asset, prices: prices, mark: try mark?.get(), reference: try reference?.get(),
                    funding: try funding?.get().resolved(over: prices.series), study: study))
        } catch {
            let found = [prices.error, mark?.error, reference?.error, funding?.error].compactMap { $0 }
            return .failure(Errors(all: found))
        }
    }

    private init(
        asset: String, prices: IngestedSeries, mark: IngestedSeries?, reference: IngestedSeries?,
        funding: ResolvedFunding?, study: Study
    ) {
        let series = prices.series
        let barLength = series.barLength ?? .days(1)
        let maxGap = study.position.maxGap.resolved(barLength: barLength)
        self.asset = asset
        market = MarketHistory(series: series, funding: funding?.schedule, mark: mark?.series)
        unsuspicious = prices.withoutSuspicious.map {
            MarketHistory(series: $0, funding: funding?.schedule, mark: mark?.series)
        }
        suspiciousCount = prices.suspicious.count
        var findings = prices.findings
        let place = findings.firstIndex { $0.check == "missing_bars" }.map { $0 + 1 } ?? 0
        findings.insert(wideGapFinding(series, maxGap: maxGap), at: place)
        let markFiles = mark?.files.map(\.name) ?? []
        findings += mark.map { $0.findings.map { $0.about("mark", "mark prices", in: markFiles) } } ?? []
        if let along = market.mark {
            findings.append(markCoverage(along, over: series).about("mark", "mark prices", in: markFiles))
        }
        findings += funding?.findings ?? []
        let files = prices.files + (mark?.files ?? []) + (reference?.files ?? []) + (funding?.files ?? [])
        report = AssetReport(
            asset: asset,
            files: files.map { InputFile(name: $0.name, bytes: $0.byteCount, rows: $0.rowCount, digest: $0.sha256) },
            formatName: prices.formatName, formatReason: prices.formatReason, bars: series.count,
            first: series.instant(0), last: series.instant(series.count - 1), barLength: barLength, maxGap: maxGap,
            wideSteps: wideSteps(series, maxGap: maxGap), findings: findings)
    }
}

/// Funding as a study names it, read as far as that goes without the prices.
private enum ReadFunding: Sendable {
    case constant(rate: Double, interval: TimeSpan)
    case file(IngestedFunding)

    func resolved(over series: BarSeries) -> ResolvedFunding {
        switch self {
        case .constant(let rate, let interval):
            return ResolvedFunding(
                schedule: FundingSchedule(constant: rate, every: interval, over: series), files: [], findings: [])
        case .file(let read):
            let coverage = fundingCoverage(read.schedule, over: series)
            return ResolvedFunding(
                schedule: read.schedule, files: read.files,
                findings: (read.findings + [coverage]).map {
                    $0.about("funding", "funding", in: read.files.map(\.name))
                })
        }
    }
}

private struct ResolvedFunding {
    let schedule: FundingSchedule
    let files: [IngestedFile]
    let findings: [Finding]
}

/// Reads one price input; the error is a value so that all inputs' errors can be shown.
func readSeries(
    _ source: BarSource, files: InputFiles, options: IngestOptions, reference: BarSeries? = nil
) -> Result<IngestedSeries, IngestError> {
    do {
        var options = options
        options.baseFolder = files.base
        return .success(try ingestSeries(source, reference: reference, options: options))
    } catch {
        return .failure(error)
    }
}

private func readFunding(
    _ input: FundingInput, files: InputFiles, options: IngestOptions
) -> Result<ReadFunding, IngestError> {
    switch input {
    case .constant(let rate, let interval): return .success(.constant(rate: rate, interval: interval))
    case .file(let source):
        do throws(IngestError) {
            var options = options
            options.baseFolder = files.base
            return .success(.file(try ingestFunding(source, options: options)))
        } catch {
            return .failure(error)
        }
    }
}

extension Result {
    fileprivate var error: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension Result<AssetInput, AssetInput.Errors> {
    /// What was wrong; empty for an input that was read.
    var errors: [IngestError] {
        if case .failure(let errors) = self { errors.all } else { [] }
    }
}

extension Finding {
    /// The same finding under the name of the series it speaks of, `mark_dropped_rows`, with its file in the message.
    fileprivate func about(_ series: String, _ words: String, in files: [String]) -> Finding {
        var copy = self
        if !check.hasPrefix(series) { copy.check = "\(series)_\(check)" }
        guard let first = location?.file ?? files.first else { return copy }
        let rest = location == nil && files.count > 1 ? " and \(files.count - 1) more" : ""
        copy.message = "\(words) \(visibleText(first))\(rest): \(message)"
        if location == nil { copy.location = SourceLocation(file: first) }
        return copy
    }
}
