import PriceSeries
import StressBasics

/// Funding rates together with everything that was noticed while they were read.
public struct IngestedFunding: Sendable {
    /// The rates, ascending in time, one for each moment.
    public let schedule: FundingSchedule
    /// The files.
    public let files: [IngestedFile]
    /// One summary for each check, also for those that passed, in a fixed order; then single rows in file order.
    public let findings: [Finding]
}

/// Reads the funding rates of a source's files as one series and checks them.
///
/// Rates are fractions of the position's value per interval (0.0001 for 0.01 %), stamped with the moment they are charged.
/// Rows that cannot be read are dropped and listed, `shift` is added to every stamp, rows are sorted, and of rows with the
/// same time the last in file order is kept. Every stamp is moved to the nearest full second: venues stamp charges some
/// milliseconds late, which would put them into the next bar. Each of these is a finding.
///
/// - Throws: ``IngestError`` for a file that is missing, of an unknown kind, without such columns, with rates under a name
///   that says another unit (`rate (%)`), or damaged: broken quoting, cut compression, more than 1 % malformed rows,
///   no usable row; and for a shift of more than 100 years.
/// - Complexity: O(bytes + rows log rows) in time, about 40 bytes a row in memory.
public func ingestFunding(
    _ source: FundingSource, options: IngestOptions = .init()
) throws(IngestError) -> IngestedFunding {
    try ingestFunding(source.files.map { .named($0, options) }, source, options)
}

/// The same for the bytes of a file in memory, under the name that `source` gives its first file.
public func ingestFunding(
    bytes: [UInt8], source: FundingSource, options: IngestOptions = .init()
) throws(IngestError) -> IngestedFunding {
    try ingestFunding([.memory(bytes, name: source.files.first ?? "")], source, options)
}

private func ingestFunding(
    _ places: [InputPlace], _ source: FundingSource, _ options: IngestOptions
) throws(IngestError) -> IngestedFunding {
    let shift = source.shift.milliseconds
    let name = places.first?.name ?? ""
    guard shift.magnitude <= TimeSpan.longest.milliseconds.magnitude else {
        throw IngestError(
            .setting, "cannot shift the times", why: "the shift is longer than 100 years",
            at: SourceLocation(file: name))
    }
    var jitter = StampJitter()
    let read = try StampedRows(places, task: .funding(source), options: options) { jitter.settle($0 + shift) }
    let schedule = try schedule(read.columns, file: name)
    let checks = FundingChecks(schedule: schedule, rows: read.rows)
    let own = [checks.gaps, checks.rates, checks.extremeRates, checks.highRates, jitter.finding(at: name)]
    return IngestedFunding(
        schedule: schedule, files: read.files.map(\.file),
        findings: read.findings("funding", own: own.compactMap { $0 }, utcOffset: source.utcOffset))
}

private func schedule(_ columns: BarColumns, file: String) throws(IngestError) -> FundingSchedule {
    do {
        return try FundingSchedule(time: columns.time, rate: columns.close)
    } catch {
        // Assembled rows rise and their numbers are finite, so this says that the reader is broken, not the file.
        throw IngestError(
            .malformed, "cannot use the funding rates", why: "\(error)", at: SourceLocation(file: file))
    }
}

/// Moves stamps to the nearest full second and remembers how far.
private struct StampJitter {
    private var count = 0
    private var largest: Int64 = 0

    mutating func settle(_ time: Int64) -> Int64 {
        let settled = floorDivide(time + 500, 1000) * 1000
        if settled != time {
            count += 1
            largest = max(largest, abs(settled - time))
        }
        return settled
    }

    func finding(at name: String) -> Finding {
        guard count > 0 else {
            return Finding(
                check: "funding_jitter", severity: .pass, message: "every stamp is a full second", count: 0)
        }
        return Finding(
            check: "funding_jitter", severity: .note,
            message: "\(counted(count, "stamp")) \(count == 1 ? "is" : "are") up to \(largest) ms off a full second",
            count: count, location: SourceLocation(file: name), action: "moved to the full second")
    }
}
