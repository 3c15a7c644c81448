import PriceArchive
import StressBasics
import StressPipeline
import StudyPlan

/// What a fetch did, for people and for programs, and how the command ends.
struct FetchReport {
    let outcomes: [SeriesOutcome]
    /// The output folder as the user named it.
    let folder: String

    /// One file's line while the fetch runs; nil for what needs none.
    static func line(_ series: ArchiveSeries, _ period: ArchivePeriod, _ outcome: FileOutcome) -> String? {
        switch outcome {
        case .present, .missing: nil
        case .fetched(let bytes): "  \(series.text) \(period.text)  \(sizeWords(bytes))"
        case .failed(let error), .unrefreshed(let error):
            error.reason == .interrupted ? nil : "  \(series.text) \(period.text)  \(error.message)"
        }
    }

    // MARK: Text

    /// One paragraph a series, then what to put into a study and what to type next.
    var text: String {
        var lines = outcomes.flatMap(seriesLines)
        if let snippet {
            lines += ["", "For a study (paths are relative to the study file):", "", snippet]
            if let first = outcomes.first(where: { $0.series.kind != .fundingRate && !$0.present.isEmpty }) {
                lines.append(
                    "Next: belowzero check --together \(shellQuoted("\(folder)/\(first.series.folder)"))/*.zip")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func seriesLines(_ outcome: SeriesOutcome) -> [String] {
        let (files, bytes) = outcome.fetched
        guard !outcome.isEmpty else { return ["\(outcome.series.text): the archive has nothing of these months"] }
        var lines = ["\(outcome.series.text): \(hereWords(outcome)); \(files) fetched now (\(sizeWords(bytes)))"]
        if !outcome.unrefreshed.isEmpty {
            lines.append("  here as they were, not refreshed: \(list(outcome.unrefreshed))")
        }
        if let begins = outcome.begins { lines.append("  begins: the first file is \(begins.text)") }
        if !outcome.gaps.isEmpty { lines.append("  gap: the archive lacks \(list(outcome.gaps))") }
        if let ends = outcome.ends {
            lines.append("  ends: the last file is \(ends.text); the ticker was delisted or renamed")
        }
        if !outcome.notYet.isEmpty { lines.append("  not published yet: \(list(outcome.notYet))") }
        if outcome.superseded > 0 {
            lines.append("  removed \(outcome.superseded) daily files, whose months are here as a whole")
        }
        lines += outcome.failures.prefix(5).map { "  failed: \($0.period.text): \($0.error.message)" }
        if outcome.failures.count > 5 { lines.append("  failed: \(outcome.failures.count - 5) more") }
        return lines
    }

    /// `12 files from 2024-02 to 2024-05-09`.
    private func hereWords(_ outcome: SeriesOutcome) -> String {
        guard let first = outcome.present.first, let last = outcome.present.last else { return "no file is here" }
        let count = outcome.present.count
        return "\(count) \(count == 1 ? "file" : "files") from \(first.text) to \(last.text)"
    }

    private func list(_ periods: [ArchivePeriod]) -> String {
        let shown = periods.prefix(6).map(\.text).joined(separator: ", ")
        return periods.count > 6 ? shown + " and \(periods.count - 6) more" : shown
    }

    /// The `data` entries that read what is here; nil when nothing is.
    var snippet: String? {
        let symbols = outcomes.map(\.series.symbol).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let entries = symbols.compactMap(entry)
        return entries.isEmpty ? nil : (["data:"] + entries).joined(separator: "\n") + "\n"
    }

    private func entry(_ symbol: String) -> String? {
        func path(_ kind: ArchiveKind) -> String? {
            outcomes.first { $0.series.symbol == symbol && $0.series.kind == kind && !$0.present.isEmpty }
                .map { yamlText("\(folder)/\($0.series.folder)/*.zip") }
        }
        let (klines, mark) = (path(.klines), path(.markPriceKlines))
        guard let prices = klines ?? mark else { return nil }
        var lines = ["  - asset: \(symbol)", "    path: \(prices)"]
        if klines != nil, let mark { lines.append("    mark: {path: \(mark)}") }
        if let funding = path(.fundingRate) { lines.append("    funding: {path: \(funding)}") }
        return lines.joined(separator: "\n")
    }

    // MARK: The end

    /// The failure to end with; nil when all is here that the archive has.
    var failure: Failure? {
        let errors = outcomes.flatMap { outcome in
            outcome.failures.map { (text: "\(outcome.series.text) \($0.period.text)", error: $0.error) }
        }
        let codes: [(ArchiveError.Reason, Failure.Code)] = [
            (.inputOutput, .inputOutput), (.badData, .badData), (.tryAgain, .tryAgain),
        ]
        for (reason, code) in codes {
            let those = errors.filter { $0.error.reason == reason }
            guard let first = those.first else { continue }
            let more = errors.count > 1 ? " (\(errors.count) files failed)" : ""
            return Failure(code, "\(first.text): \(first.error.message)\(more)", hint: first.error.hint)
        }
        let empty = outcomes.filter(\.isEmpty)
        guard let first = empty.first else { return nil }
        return Failure(
            .noInput, "the archive has no \(first.series.text) in these months",
            hint: "check the symbol, the market and the months")
    }

    // MARK: JSON

    var json: FetchJSON {
        FetchJSON(series: outcomes.map { SeriesJSON($0, folder: folder) }, studyData: snippet)
    }

    struct FetchJSON: Encodable {
        let series: [SeriesJSON]
        let studyData: String?
    }

    struct SeriesJSON: Encodable {
        let market, kind, symbol: String
        let interval: String?
        let folder: String
        let filesCount, fetchedCount, supersededCount: Int
        let fetchedBytes: Int64
        let first, last, begins, ends: String?
        let gaps, notPublishedYet: [String]
        let failures: [FailureJSON]

        struct FailureJSON: Encodable {
            let period, message, hint: String
        }

        init(_ outcome: SeriesOutcome, folder: String) {
            let series = outcome.series
            (market, kind, symbol) = (series.market.rawValue, series.kind.rawValue, series.symbol)
            interval = series.interval
            self.folder = "\(folder)/\(series.folder)"
            (filesCount, supersededCount) = (outcome.present.count, outcome.superseded)
            (fetchedCount, fetchedBytes) = outcome.fetched
            (first, last) = (outcome.present.first?.text, outcome.present.last?.text)
            (begins, ends) = (outcome.begins?.text, outcome.ends?.text)
            (gaps, notPublishedYet) = (outcome.gaps.map(\.text), outcome.notYet.map(\.text))
            failures = outcome.failures.map {
                FailureJSON(period: $0.period.text, message: $0.error.message, hint: $0.error.hint)
            }
        }
    }
}

/// A text as a YAML scalar in double quotes.
private func yamlText(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
}

/// `812 B`, `4.1 MB`.
private func sizeWords(_ bytes: Int64) -> String {
    if bytes < 1000 { return "\(bytes) B" }
    let (value, unit) = bytes < 1_000_000 ? (Double(bytes) / 1e3, "kB") : (Double(bytes) / 1e6, "MB")
    return "\(significantText(value, digits: 2)) \(unit)"
}
