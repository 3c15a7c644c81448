import CSVIngest
import PriceSeries
import StressBasics
import StudyPlan

/// How a price series is drawn: the lines of a picture.
public typealias PriceDrawing = @Sendable (IngestedSeries) -> [String]

/// What `check` says about one input, whatever kind of file it is.
public struct FileAudit: Sendable {
    /// The files as the user named them.
    public let name: String
    /// What a study reads them for, as `funding of BTC`, or the market that is read of them, as `symbol BTC`; nil for whole files
    /// that were named on the command line.
    public var role: String?
    /// What was read, or why it could not be.
    public let outcome: Result<Facts, IngestError>
    /// The files, and what they are read for.
    public var title: String { name + (role.map { " (\($0))" } ?? "") }

    /// A file that could be read.
    public struct Facts: Sendable {
        /// `prices`, `funding`, `tiers` or `margins`.
        public var kind: String
        /// The format, as it was recognised or named.
        public var format: String
        /// What the format was recognised by.
        public var reason: String
        /// What the rows became: bars, rates, brackets or margins.
        public var noun: String
        /// Data rows.
        public var rows: Int
        /// How many of ``noun`` there are.
        public var items: Int
        /// Time of the first; nil where they have none.
        public var first: UTCInstant?
        /// Time of the last.
        public var last: UTCInstant?
        /// Length of a bar; nil for what is no bars.
        public var barLength: TimeSpan?
        /// What was recognised, and by what.
        public var recognition: [RecognisedTrait]
        /// What the checks say.
        public var findings: [Finding]
        /// The lines of a picture of the prices, where one was asked for.
        public var picture: [String]?
    }

    /// Why it could not be read; nil when it could.
    public var error: IngestError? {
        if case .failure(let error) = outcome { error } else { nil }
    }

    /// What reading files as a study does gave.
    init(_ files: [String], role: String, _ body: () throws(IngestError) -> Facts) {
        (name, self.role) = (files.joined(separator: ", "), role)
        do throws(IngestError) { outcome = .success(try body()) } catch { outcome = .failure(error) }
    }

    /// Reads the input as what its content shows it to be, unless `source` says how prices are to be read.
    ///
    /// - Parameter drawing: draws prices before their bars are let go; nil for no picture.
    public init(
        _ source: BarSource, role: String? = nil, files: InputFiles, options: IngestOptions,
        drawing: PriceDrawing? = nil
    ) {
        (name, self.role) = (source.files.joined(separator: ", "), role)
        let options = files.finding(options)
        do throws(IngestError) {
            outcome = .success(try FileAudit.facts(source, options, drawing: drawing))
        } catch {
            outcome = .failure(error)
        }
    }

    private static func facts(
        _ source: BarSource, _ options: IngestOptions, drawing: PriceDrawing?
    ) throws(IngestError) -> Facts {
        let isStated = source.format != nil || source.columns != nil || source.kind != .automatic
        guard let file = source.files.first, source.files.count == 1, !isStated else {
            return prices(try ingestSeries(source, options: options), drawing: drawing)
        }
        switch try ingestKind(file: file, options: options) {
        case .prices: return prices(try ingestSeries(source, options: options), drawing: drawing)
        case .funding: return try funding(source, file, options)
        case .tiers: return try tiers(file, options)
        case .margins: return try margins(file, options)
        }
    }

    static func prices(_ read: IngestedSeries, drawing: PriceDrawing? = nil) -> Facts {
        let series = read.series
        return Facts(
            kind: "prices", format: read.formatName, reason: read.formatReason, noun: "bars", rows: read.rowCount,
            items: series.count, first: series.count > 0 ? series.instant(0) : nil,
            last: series.count > 0 ? series.instant(series.count - 1) : nil, barLength: series.barLength,
            recognition: read.recognition, findings: read.findings,
            picture: series.count > 0 ? drawing.map { $0(read) } : nil)
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
