import CSVIngest
import PlatformLedger
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

    /// What a study makes of the files of one of its inputs.
    static func read(_ input: StudyInput, study: Study, from read: AssetFiles) -> Result<AssetInput, Errors> {
        do {
            let prices = try read.prices.get()
            if let error = try scaleError(study, prices) ?? markError(read.mark?.get(), prices) {
                return .failure(Errors(all: [error]))
            }
            return .success(
                AssetInput(
                    asset: input.asset, prices: prices, mark: try read.mark?.get(),
                    reference: try read.reference?.get(),
                    funding: try read.funding?.get().resolved(over: prices.series), study: study))
        } catch {
            return .failure(Errors(all: read.errors))
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
        let files = prices.files + (mark?.files ?? []) + (reference?.files ?? []) + (funding?.files ?? [])
        report = AssetReport(
            asset: asset,
            files: files.map { InputFile(name: $0.name, bytes: $0.byteCount, rows: $0.rowCount, digest: $0.sha256) },
            formatName: prices.formatName, formatReason: prices.formatReason, bars: series.count,
            first: series.instant(0), last: series.instant(series.count - 1), barLength: barLength, maxGap: maxGap,
            wideSteps: wideSteps(series, maxGap: maxGap),
            findings: AssetInput.findings(prices, maxGap: maxGap) + AssetInput.findings(mark, along: market)
                + (funding?.findings ?? []),
            fingerprint: series.fingerprint(barLength: barLength))
    }

    /// What was found in the prices, and the steps that no window spans behind the bars that are missing.
    private static func findings(_ prices: IngestedSeries, maxGap: TimeSpan?) -> [Finding] {
        var findings = prices.findings
        let place = findings.firstIndex { $0.check == "missing_bars" }.map { $0 + 1 } ?? 0
        findings.insert(wideGapFinding(prices.series, maxGap: maxGap), at: place)
        return findings
    }

    /// What was found in the mark prices, and how much of the history they cover.
    private static func findings(_ mark: IngestedSeries?, along market: MarketHistory) -> [Finding] {
        let files = mark?.files.map(\.name) ?? []
        let coverage = market.mark.map { markCoverage($0, over: market.series) }
        let level = market.mark.flatMap { MarkLevel($0, over: market.series)?.finding }
        return ((mark?.findings ?? []) + [coverage, level].compactMap { $0 }).map {
            $0.about("mark", "mark prices", in: files)
        }
    }
}

/// Why prices are of no use to a study: its ledger goes by a volume that they do not have, and nothing would tell its figures from those of a
/// constant open interest; nil for most.
func scaleError(_ study: Study, _ prices: IngestedSeries) -> IngestError? {
    guard study.ledger?.population.scale == .volume,
        LedgerAsset.volumeScale(MarketHistory(series: prices.series)) == nil
    else { return nil }
    return .noVolume(
        "cannot scale the ledger's open interest by volume", in: prices.files.first?.name ?? "",
        isRead: prices.series.volume != nil, hint: "leave 'scale' out of ledger.population")
}

/// Why mark prices are of no use: they are not those of the traded market; nil for most.
func markError(_ mark: IngestedSeries?, _ prices: IngestedSeries) -> IngestError? {
    guard let mark else { return nil }
    return MarkLevel(MarkPrices(mark.series, along: prices.series), over: prices.series)?.error(in: mark)
}

extension Result<AssetInput, AssetInput.Errors> {
    /// What was wrong; empty for an input that was read.
    var errors: [IngestError] {
        if case .failure(let errors) = self { errors.all } else { [] }
    }
}

extension Finding {
    /// The same finding under the name of the series it speaks of, `mark_dropped_rows`, with its file in the message.
    func about(_ series: String, _ words: String, in files: [String]) -> Finding {
        var copy = self
        if !check.hasPrefix(series) { copy.check = "\(series)_\(check)" }
        guard let first = location?.file ?? files.first else { return copy }
        let rest = location == nil && files.count > 1 ? " and \(files.count - 1) more" : ""
        copy.message = "\(words) \(visibleText(first))\(rest): \(message)"
        if location == nil { copy.location = SourceLocation(file: first) }
        return copy
    }
}
