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
        /// Of the results under behaviours, which stand behind the text without them.
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
            yearRecords: yearRecords,
            stopJumps: Data(StopJumps.record(behaviours.map(\.estimate.stopJumps))),
            suspiciousBars: suspicion?.bars, suspiciousFill: suspicion?.row.fill, suspiciousCell: suspicion?.row.cell)
        let estimates = rows.map(\.estimate) + (suspicion.map { [$0.row.estimate] } ?? [])
        return JobResult.part([UInt8](ExactJSON.bytes(document)))
            + JobResult.part(BehaviourResult.json(of: behaviours.map(JobResult.withoutStopJumps)))
            + CellEstimate.record(estimates)
    }

    /// Bytes behind their number.
    private static func part(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Array($0) } + bytes
    }

    /// Takes such a part from the front; nil where there is none.
    private static func takePart(_ bytes: inout ArraySlice<UInt8>) -> Data? {
        guard bytes.count >= 8 else { return nil }
        let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= bytes.count - 8 else { return nil }
        defer { bytes = bytes.dropFirst(8 + Int(length)) }
        return Data(bytes.dropFirst(8).prefix(Int(length)))
    }

    private static func withoutStopJumps(_ result: BehaviourResult) -> BehaviourResult {
        var copy = result
        copy.estimate.stopJumps = nil
        return copy
    }

    /// The result of ``record``; nil when the bytes are not those of a result of `cells`.
    init?(record bytes: [UInt8], cells: [StudyCell]) {
        var rest = bytes[...]
        guard let document = JobResult.takePart(&rest).flatMap({ ExactJSON.value(Document.self, $0) }),
            let behaviours = JobResult.takePart(&rest).flatMap({ ExactJSON.value([BehaviourResult].self, $0) }),
            document.fills.count == cells.count, document.kernels.count == cells.count
        else { return nil }
        let extra = document.suspiciousCell == nil ? 0 : 1
        guard
            let estimates = rest.withUnsafeBytes({ CellEstimate.estimates($0, count: cells.count + extra) }),
            let jumps = document.stopJumps.withUnsafeBytes({ StopJumps.days($0, count: behaviours.count) })
        else { return nil }
        (report, ending) = (document.report, document.ending)
        rows = cells.indices.map { ResultRow(cell: cells[$0], fill: document.fills[$0], estimate: estimates[$0]) }
        kernels = document.kernels.compactMap(KernelKind.init)
        (details, requirements) = (document.details, document.requirements)
        (comparisons, bands) = (document.comparisons, document.bands)
        (lookBackMargins, yearRecords) = (document.lookBackMargins, document.yearRecords)
        self.behaviours = behaviours
        for (place, days) in jumps.enumerated() { self.behaviours[place].estimate.stopJumps = days }
        if let cell = document.suspiciousCell {
            let row = ResultRow(cell: cell, fill: document.suspiciousFill ?? "", estimate: estimates[cells.count])
            suspicion = SuspicionCheck(bars: document.suspiciousBars ?? 0, row: row)
        }
    }
}
