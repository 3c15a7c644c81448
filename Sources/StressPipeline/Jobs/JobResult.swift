import Foundation
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// What one job gave: all that the report needs of one price history, without its bars.
struct JobResult: Sendable {
    /// Where the history came from and what was found in it alone.
    var report: AssetReport
    /// How the history ends, for what only all of them together tell.
    var ending: HistoryEnding
    /// One result a cell, in plan order.
    var rows: [ResultRow] = []
    /// What answered each cell.
    var kernels: [KernelKind] = []
    var details: [CellDetail] = []
    var requirements: [MarginRequirement] = []
    var comparisons: [CellComparison] = []
    var lookBackMargins: [LookBackMargin] = []
    var bands: [CurveBand] = []
    var yearRecords: [YearRecord] = []
    var behaviours: [BehaviourResult] = []
    /// The headline's cell without suspicious bars, when this is the headline's history and has any.
    var suspicion: SuspicionCheck?
}

/// What became of a job.
enum JobOutcome: Sendable {
    case done(JobResult)
    case failed(JobError)

    var result: JobResult? {
        if case .done(let result) = self { result } else { nil }
    }
    var error: JobError? {
        if case .failed(let error) = self { error } else { nil }
    }
}

extension JobResult {
    /// The parts that are few, as text; results are many and go behind it in a denser form.
    private struct Document: Codable {
        let report: AssetReport
        let ending: HistoryEnding
        let fills: [String]
        let kernels: [String]
        let details: [CellDetail]
        let requirements: [MarginRequirement]
        let comparisons: [CellComparison]
        let lookBackMargins: [LookBackMargin]
        let bands: [CurveBand]
        let yearRecords: [YearRecord]
        /// Without ``stopJumps``, which are as many as results.
        let behaviours: [BehaviourResult]
        let stopJumps: Data
        let suspiciousBars: Int?
        let suspiciousFill: String?
        let suspiciousCell: StudyCell?
    }

    /// The result as bytes, bit for bit. O(size).
    var record: [UInt8] {
        let document = Document(
            report: report, ending: ending, fills: rows.map(\.fill), kernels: kernels.map(\.rawValue), details: details,
            requirements: requirements, comparisons: comparisons, lookBackMargins: lookBackMargins, bands: bands,
            yearRecords: yearRecords, behaviours: behaviours.map(JobResult.withoutStopJumps),
            stopJumps: Data(StopJumps.record(behaviours.map(\.estimate.stopJumps))),
            suspiciousBars: suspicion?.bars, suspiciousFill: suspicion?.row.fill, suspiciousCell: suspicion?.row.cell)
        let json = ExactJSON.bytes(document)
        let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
        let estimates = rows.map(\.estimate) + (suspicion.map { [$0.row.estimate] } ?? [])
        return length + [UInt8](json) + CellEstimate.record(estimates)
    }

    private static func withoutStopJumps(_ result: BehaviourResult) -> BehaviourResult {
        var copy = result
        copy.estimate.stopJumps = nil
        return copy
    }

    /// The result of ``record``; nil when the bytes are not those of a result of `cells`.
    init?(record bytes: [UInt8], cells: [StudyCell]) {
        guard bytes.count >= 8 else { return nil }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= bytes.count - 8 else { return nil }
        let (json, rest) = (bytes[8..<8 + Int(length)], bytes[(8 + Int(length))...])
        guard let document = ExactJSON.value(Document.self, Data(json)),
            document.fills.count == cells.count, document.kernels.count == cells.count
        else { return nil }
        let extra = document.suspiciousCell == nil ? 0 : 1
        guard
            let estimates = rest.withUnsafeBytes({ CellEstimate.estimates($0, count: cells.count + extra) }),
            let jumps = document.stopJumps.withUnsafeBytes({ StopJumps.days($0, count: document.behaviours.count) })
        else { return nil }
        (report, ending) = (document.report, document.ending)
        rows = cells.indices.map { ResultRow(cell: cells[$0], fill: document.fills[$0], estimate: estimates[$0]) }
        kernels = document.kernels.compactMap(KernelKind.init)
        (details, requirements) = (document.details, document.requirements)
        (comparisons, bands) = (document.comparisons, document.bands)
        (lookBackMargins, yearRecords) = (document.lookBackMargins, document.yearRecords)
        behaviours = document.behaviours
        for (place, days) in jumps.enumerated() { behaviours[place].estimate.stopJumps = days }
        if let cell = document.suspiciousCell {
            let row = ResultRow(cell: cell, fill: document.suspiciousFill ?? "", estimate: estimates[cells.count])
            suspicion = SuspicionCheck(bars: document.suspiciousBars ?? 0, row: row)
        }
    }
}
