import CSVIngest
import PriceSeries
import StressBasics
import StudyPlan

/// What `check` says about one input, whatever kind of file it is.
struct FileAudit: Sendable {
    /// The files as the user named them.
    let name: String
    /// What a study reads them for, as `funding of BTC`, or the market that is read of them, as `symbol BTC`; nil for whole files
    /// that were named on the command line.
    var role: String?
    let outcome: Result<Facts, IngestError>
    /// The files, and what they are read for.
    var title: String { name + (role.map { " (\($0))" } ?? "") }

    /// A file that could be read.
    struct Facts: Sendable {
        /// `prices`, `funding`, `tiers` or `margins`.
        var kind: String
        var format: String
        var reason: String
        /// What the rows became: bars, rates, brackets or margins.
        var noun: String
        var rows: Int
        var items: Int
        var first: UTCInstant?
        var last: UTCInstant?
        var barLength: TimeSpan?
        var recognition: [RecognisedTrait]
        var findings: [Finding]
        /// The prices, where a picture was asked for.
        var picture: PricePicture?
    }

    var error: IngestError? {
        if case .failure(let error) = outcome { error } else { nil }
    }

    /// What reading files as a study does gave.
    init(_ files: [String], role: String, _ body: () throws(IngestError) -> Facts) {
        (name, self.role) = (files.joined(separator: ", "), role)
        do throws(IngestError) { outcome = .success(try body()) } catch { outcome = .failure(error) }
    }

    /// Reads the input as what its content shows it to be, unless `source` says how prices are to be read.
    /// Prices are drawn `plot` characters wide; nil for no picture.
    init(_ source: BarSource, role: String? = nil, files: InputFiles, options: IngestOptions, plot: Int? = nil) {
        (name, self.role) = (source.files.joined(separator: ", "), role)
        var options = options
        options.baseFolder = files.base
        do throws(IngestError) {
            outcome = .success(try FileAudit.facts(source, options, plot: plot))
        } catch {
            outcome = .failure(error)
        }
    }

    private static func facts(
        _ source: BarSource, _ options: IngestOptions, plot: Int?
    ) throws(IngestError) -> Facts {
        let isStated = source.format != nil || source.columns != nil || source.kind != .automatic
        guard let file = source.files.first, source.files.count == 1, !isStated else {
            return prices(try ingestSeries(source, options: options), plot: plot)
        }
        switch try ingestKind(file: file, options: options) {
        case .prices: return prices(try ingestSeries(source, options: options), plot: plot)
        case .funding: return try funding(source, file, options)
        case .tiers: return try tiers(file, options)
        case .margins: return try margins(file, options)
        }
    }

    static func prices(_ read: IngestedSeries, plot: Int? = nil) -> Facts {
        let series = read.series
        return Facts(
            kind: "prices", format: read.formatName, reason: read.formatReason, noun: "bars", rows: read.rowCount,
            items: series.count, first: series.count > 0 ? series.instant(0) : nil,
            last: series.count > 0 ? series.instant(series.count - 1) : nil, barLength: series.barLength,
            recognition: read.recognition, findings: read.findings,
            picture: series.count > 0 ? plot.map { PricePicture(read, width: $0) } : nil)
    }

    private static func funding(
        _ source: BarSource, _ file: String, _ options: IngestOptions
    ) throws(IngestError) -> Facts {
        let settings = FundingSource(
            file: file, notation: source.time, utcOffset: source.utcOffset, header: source.header)
        return funding(try ingestFunding(settings, options: options))
    }

    static func funding(_ read: IngestedFunding) -> Facts {
        let time = read.schedule.time
        let steps = try? BarSeries(time: time, price: read.schedule.rate.map { _ in 1 })
        return Facts(
            kind: "funding", format: "funding", reason: "the header names a time and a funding rate", noun: "rates",
            rows: read.files.reduce(0) { $0 + $1.rowCount }, items: time.count,
            first: time.first.map(UTCInstant.init(milliseconds:)),
            last: time.last.map(UTCInstant.init(milliseconds:)), barLength: steps?.barLength, recognition: [],
            findings: read.findings)
    }

    private static func tiers(_ file: String, _ options: IngestOptions) throws(IngestError) -> Facts {
        let audit = try ingestTierAudit(file: file, options: options)
        return Facts(
            kind: "tiers", format: "ccxt leverage tiers", reason: "a JSON object of symbols and their brackets",
            noun: "brackets", rows: audit.brackets, items: audit.brackets, first: nil, last: nil, barLength: nil,
            recognition: [], findings: audit.findings)
    }

    private static func margins(_ file: String, _ options: IngestOptions) throws(IngestError) -> Facts {
        // The size of a contract scales the margins and is not in the file; 1 leaves them as they are.
        margins(try ingestMarginHistory(file: file, contractSize: 1, options: options))
    }

    static func margins(_ read: IngestedMarginHistory) -> Facts {
        let entries = read.schedule.entries
        return Facts(
            kind: "margins", format: "margin history", reason: "the header names date, initial and maintenance",
            noun: "margins", rows: read.file.rowCount, items: entries.count, first: entries.first?.from,
            last: entries.last?.from, barLength: nil, recognition: [], findings: read.findings)
    }

    static func brackets(_ read: IngestedTiers) -> Facts {
        let count = read.tiers.tiers.count
        return Facts(
            kind: "tiers", format: "ccxt leverage tiers",
            reason: "the brackets of \(SourceLocation.presentable(read.symbol))", noun: "brackets", rows: count,
            items: count, first: nil, last: nil, barLength: nil, recognition: [], findings: read.findings)
    }
}
