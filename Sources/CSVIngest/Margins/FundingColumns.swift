import PriceSeries
import StressBasics

/// Header names of funding files, as ``normalizedName(_:)`` writes them, the surest first.
private enum FundingNames {
    // An interval is often written as a time too (BitMEX: `fundingInterval`), so only these names count.
    static let time = ["fundingtime", "calctime"] + ColumnNames.time
    static let rate = ["fundingrate", "lastfundingrate", "rate"]
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
