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
            if let error = scaleError(study, prices) { return .failure(Errors(all: [error])) }
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
        let level = market.mark.flatMap { markLevel($0, over: market.series) }
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

/// Says that mark prices lie far from the traded ones, bar by bar, as those of another market or in another unit do; nil where the
/// median bar's are within 3 % of each other, and where no bar has both. O(bars log bars).
func markLevel(_ mark: MarkPrices, over series: BarSeries) -> Finding? {
    let missing = Set(mark.missing)
    let ratios = series.time.indices.compactMap { bar -> Double? in
        let (own, traded) = (mark.close[bar], series.close[bar])
        return own > 0 && traded > 0 && !missing.contains(bar) ? own / traded : nil
    }
    let distances = ratios.map { max($0, 1 / $0) - 1 }.sorted()
    guard !distances.isEmpty, case let usual = distances[distances.count / 2], usual > 0.03 else { return nil }
    let level = ratios.sorted()[ratios.count / 2]
    return Finding(
        check: "mark_level", severity: .warning,
        message:
            "the median distance from the traded closes of \(groupedText(ratios.count, separator: " ")) common bars is "
            + "\(significantText(usual * 100, digits: 2)) %, and the median mark price is \(significantText(level, digits: 3)) "
            + "times the traded one\(usual > 0.2 ? ": another market or another unit?" : "")",
        count: distances.count { $0 > 0.03 }, action: "kept: marks trigger liquidations",
        hint: "give the mark prices of the same market, in its unit and at its hours, or leave 'mark' out")
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
