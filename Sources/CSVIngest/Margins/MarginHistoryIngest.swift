import MarginModel
import PriceSeries
import StressBasics

/// A history of margins per contract together with everything that was noticed while it was read.
public struct IngestedMarginHistory: Sendable {
    /// The margins, ascending by date.
    public let schedule: MarginSchedule
    /// The file.
    public let file: IngestedFile
    /// One summary for each check, also for those that passed, in a fixed order; then single rows in file order.
    public let findings: [Finding]
}

/// Reads margins that an exchange sets by notice: a header `date,initial,maintenance` in any order and case, then a row for
/// each change, in quote currency per contract and valid from the start of its date, UTC.
///
/// Dates are recognised as everywhere (`20171218`, ISO 8601, epoch stamps). Rows that cannot be read are dropped and
/// listed, rows are sorted, and of rows with the same date the last in file order is kept; each of these is a finding.
///
/// - Parameter contractSize: Coins per contract, above 0.
/// - Throws: ``IngestError`` for a file that is missing, lacks one of these columns or is damaged: broken quoting, cut
///   compression, more than 1 % malformed rows, no usable row; for margins that cannot be (the line is named); and for a
///   contract size that is not above 0.
/// - Complexity: O(bytes + rows log rows).
public func ingestMarginHistory(
    file: String, contractSize: Double, options: IngestOptions = .init()
) throws(IngestError) -> IngestedMarginHistory {
    try ingestMargins(.named(file, options), contractSize, options)
}

/// The same for the bytes of a file in memory, under the name `name`.
public func ingestMarginHistory(
    bytes: [UInt8], name: String, contractSize: Double, options: IngestOptions = .init()
) throws(IngestError) -> IngestedMarginHistory {
    try ingestMargins(.memory(bytes, name: name), contractSize, options)
}

private func ingestMargins(
    _ place: InputPlace, _ contractSize: Double, _ options: IngestOptions
) throws(IngestError) -> IngestedMarginHistory {
    let task = ReadingTask(
        header: .present, utcOffset: TimeSpan(milliseconds: 0), noun: "margin", delimiter: nil,
        layout: marginLayout)
    let read = try StampedRows([place], task: task, options: options)
    let columns = read.columns
    let entries = columns.time.indices.map { row in
        MarginSchedule.Entry(
            from: UTCInstant(milliseconds: columns.time[row]), initial: columns.open[row],
            maintenance: columns.close[row])
    }
    do {
        return IngestedMarginHistory(
            schedule: try MarginSchedule(entries, contractSize: contractSize), file: read.files[0].file,
            findings: read.findings("margin", own: [], utcOffset: task.utcOffset))
    } catch {
        throw refusal(error, of: entries, contractSize, read).withExcerpt(from: place)
    }
}

/// Two numbers a row: a bar whose open and high are the initial margin, low and close the maintenance margin.
private func marginLayout(_ table: SampleTable) throws(IngestError) -> Layout {
    let initial = ColumnReference.name("initial"), maintenance = ColumnReference.name("maintenance")
    let mapping = ColumnMapping(
        time: .name("date"), prices: .bars(open: initial, high: initial, low: maintenance, close: maintenance))
    var source = BarSource(files: [], columns: mapping)
    source.numbers = .point
    return try Layout.resolve(table, source: source)
}

/// The rule's refusal with the line of the file: the rule counts sorted entries, which may be elsewhere in the file.
private func refusal(
    _ error: RuleError, of entries: [MarginSchedule.Entry], _ contractSize: Double, _ read: StampedRows
) -> IngestError {
    // Dates rise already, so that an entry is wrong by itself; a wrong size makes the first one fail.
    let bad = entries.indices.first { (try? MarginSchedule([entries[$0]], contractSize: 1)) == nil }
    let name = read.files[0].file.name
    guard let bad else {
        return IngestError(.setting, "cannot use the margins", why: error.message, at: SourceLocation(file: name))
    }
    // The rule's words without its own row number: the location says the line.
    let why = error.message.split(separator: ":", maxSplits: 1).last.map { trimmed(String($0)) } ?? error.message
    return IngestError(.malformed, "cannot use the margins", why: why, at: read.rows.location(bad))
}
