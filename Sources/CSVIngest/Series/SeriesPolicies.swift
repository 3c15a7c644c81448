import PriceSeries
import StressBasics

/// A series after the policies of its source, with what was found in it.
struct AuditedSeries {
    var series: BarSeries
    var rows: AssembledRows
    var checks: SeriesFindings
}

/// Checks a series and does what the source's policies say: refuses it, leaves bars out, or keeps them.
///
/// - Throws: ``IngestError`` for a check whose policy is `fail` and that found something, and when no bar is left.
func audit(
    _ series: BarSeries, _ rows: AssembledRows, seams: Finding?, source: BarSource, reference: BarSeries?
) throws(IngestError) -> AuditedSeries {
    let policies = SourcePolicies(source)
    var checks = checkSeries(series, rows: rows, seams: seams, reference: reference)
    for check in SourceCheck.allCases where policies[check] == .fail {
        if let finding = checks.summary(check), finding.count > 0 { throw refusal(finding, check) }
    }
    let dropped = SourceCheck.allCases.filter { policies[$0] == .drop && !checks.flagged($0, series, rows).isEmpty }
    guard !dropped.isEmpty else { return AuditedSeries(series: series, rows: rows, checks: checks) }
    let gone = Set(dropped.flatMap { checks.flagged($0, series, rows) })
    let kept = (0..<Int32(series.count)).filter { !gone.contains(Int($0)) }
    guard !kept.isEmpty else {
        throw IngestError(
            .empty, "cannot use the file", why: "the policies leave no bar", at: rows.location(0))
    }
    let rest = rows.keeping(kept)
    let series = try makeSeries(rest, name: rows.location(0).file)
    let found = checks
    checks = checkSeries(series, rows: rest, seams: seams, reference: reference)
    checks.tell(dropped, from: found)
    return AuditedSeries(series: series, rows: rest, checks: checks)
}

private func refusal(_ finding: Finding, _ check: SourceCheck) -> IngestError {
    IngestError(
        .malformed, "cannot use the file", why: finding.message,
        notes: ["the policy for \(check.rawValue) is fail"],
        at: finding.location ?? SourceLocation(file: ""),
        hint:
            "\(check.actions.filter { $0 != .fail }.map { "\(check.rawValue): \($0.rawValue)" }.joined(separator: " or ")) reads it"
    )
}

extension SeriesFindings {
    /// The summary that speaks of a check.
    func summary(_ check: SourceCheck) -> Finding? { summaries.first { $0.check == check.rawValue } }

    /// The bars that a check found, ascending.
    func flagged(_ check: SourceCheck, _ series: BarSeries, _ rows: AssembledRows) -> [Int] {
        let checks = BarChecks(series: series, rows: rows)
        switch check {
        case .badTicks: return badTicks
        case .extremeBars: return extremeBars
        case .staleRuns: return staleBars
        case .ohlcConsistency: return series.time.indices.filter { checks.excess($0) > 0 }
        case .nonPositivePrices: return series.time.indices.filter { checks.lowest($0) <= 0 }
        case .zeroVolume: return series.time.indices.filter(checks.lacksVolume)
        case .conflictingDuplicates:
            let times = Set(rows.conflictTimes)
            return times.isEmpty ? [] : series.time.indices.filter { times.contains(series.time[$0]) }
        case .badRow, .missingValue, .duplicateTimes, .missingBars, .levelShifts, .fileSeams: return []
        }
    }

    /// Lets the summaries and single bars of `dropped` checks say what was found before the bars were left out.
    fileprivate mutating func tell(_ dropped: [SourceCheck], from found: SeriesFindings) {
        for check in dropped {
            guard var summary = found.summary(check),
                let place = summaries.firstIndex(where: { $0.check == check.rawValue })
            else { continue }
            summary.action = "bars dropped by the policy"
            summaries[place] = summary
        }
        let names: [SourceCheck: String] = [
            .badTicks: "bad_tick", .extremeBars: "extreme_bar", .conflictingDuplicates: "conflicting_duplicate",
        ]
        for name in dropped.compactMap({ names[$0] }) {
            details.removeAll { $0.check == name }
            details += found.details.filter { $0.check == name }.map { finding in
                var finding = finding
                finding.action = "bar dropped by the policy"
                return finding
            }
        }
    }
}

extension AssembledRows {
    /// The rows of some bars, ascending.
    fileprivate func keeping(_ bars: [Int32]) -> AssembledRows {
        var result = self
        result.columns = columns.picked(bars)
        result.origin = bars.map { origin?[Int($0)] ?? $0 }
        return result
    }
}
