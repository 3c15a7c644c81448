import PriceSeries
import StressBasics

/// Header names of funding files, as ``normalizedName(_:)`` writes them, the surest first.
private enum FundingNames {
    // An interval is often written as a time too (BitMEX: `fundingInterval`), so only these names count.
    static let time = ["fundingtime", "calctime"] + ColumnNames.time
    static let rate = ["fundingrate", "lastfundingrate", "rate"]
}

/// A unit that the name of a column of rates has, which are read as fractions.
enum RateUnit: String {
    case percent
    case basisPoints = "basis points"

    private static let percentWords: Set<String> = ["percent", "percentage", "pct", "pc"]

    /// Nil where the name has no unit: `rate`.
    init?(_ name: String) {
        let words = Set(name.lowercased().split { !$0.isLetter }.map(String.init))
        let joined = normalizedName(name)
        if name.contains(where: { "%％٪".contains($0) }) || !words.isDisjoint(with: RateUnit.percentWords)
            || joined.hasSuffix("percent") || joined.hasSuffix("pct")
        {
            self = .percent
        } else if words.contains("bp") || joined.hasSuffix("bps") || joined.contains("basispoint") {
            self = .basisPoints
        } else {
            return nil
        }
    }

    /// Cells with a percent sign are refused, too: which of two things the file means is for its owner to say.
    func refusal(_ column: Int, _ table: SampleTable) -> IngestError {
        let example = self == .percent ? "0.01 %" : "1 basis point"
        return IngestError(
            .notRecognised, "cannot take the rates for fractions",
            why: "the name \(quotedList([table.columnName(column) ?? ""])) says \(rawValue)",
            at: SourceLocation(file: table.name, line: table.header?.line),
            hint: "write fractions of the position's value under a name without the unit: 0.0001 for \(example)")
    }
}

extension ReadingTask {
    /// Rows of a funding file.
    static func funding(_ source: FundingSource) -> ReadingTask {
        ReadingTask(header: source.header, utcOffset: source.utcOffset, noun: "funding rate") {
            (table) throws(IngestError) in try Layout.funding(table, source)
        }
    }
}

extension Layout {
    /// Finds the two columns: those that are named, and the others by the header, or by position where there are two.
    fileprivate static func funding(_ table: SampleTable, _ source: FundingSource) throws(IngestError) -> Layout {
        let rate = try column(source.rate, FundingNames.rate, at: 1, table)
        let times = try column(source.time, FundingNames.time, at: 0, table)
        guard let first = times.first, let value = rate.first else { throw noFundingColumns(table) }
        if let unit = table.columnName(value).flatMap({ RateUnit($0) }) { throw unit.refusal(value, table) }
        let time = try TimeColumn.choose(times.map { [$0] }, table: table, notation: source.notation)
        let numbers = try NumberChoice.choose([value], table: table, style: .point)
        let plan = ColumnPlan(time: first, prices: .single(value))
        var layout = try make(
            "funding", kind: .price, plan: plan, time: time, numbers: numbers,
            columns: RecognisedTrait("columns", plan.words(table), .certain, "the header names time and rate"),
            table: table, source: BarSource(files: []), isOrderAssumed: false)
        layout.notePreamble(table)
        return layout
    }

    /// The columns that may be meant, the surest first.
    private static func column(
        _ reference: ColumnReference?, _ wanted: [String], at place: Int, _ table: SampleTable
    ) throws(IngestError) -> [Int] {
        if let reference { return [try position(of: reference, table)] }
        guard let names = table.names?.map(normalizedName) else { return table.width == 2 ? [place] : [] }
        return wanted.compactMap { names.firstIndex(of: $0) }
    }

    private static func noFundingColumns(_ table: SampleTable) -> IngestError {
        let seen = table.names.map { "the header has \(quotedList($0))" } ?? "\(table.width) columns without header"
        return IngestError(
            .notRecognised, "cannot find the time and the funding rate", why: seen,
            at: SourceLocation(file: table.name, line: (table.header ?? table.data.first)?.line),
            hint: "say which columns to read, counted from 0 or by name: columns: {time: 0, rate: 1}")
    }
}
