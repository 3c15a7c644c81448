import Foundation
import StressBasics
import StressStatistics
import StudyPlan

/// The results of a run as one document, from which every page and table is written again.
///
/// What differs between runs with equal results (command, clock, machine, duration) is not in it: equal results give equal bytes (the age
/// of a bar, where a limit asks for it, is a result of the clock).
/// Numbers keep every bit.
public struct ResultsDocument: Sendable {
    /// The results; their command and circumstances are not part of the document.
    public var report: RunReport

    /// A document of a report.
    public init(_ report: RunReport) { self.report = report }

    /// Raised whenever another program would misunderstand the bytes.
    public static let version = 3

    /// Why a document cannot be used.
    public enum Problem: Error, Hashable, Sendable {
        /// It is none, or was changed.
        case damaged
        /// A program with documents of another version wrote it.
        case version(Int)
        /// The study that it holds cannot be read, for this reason.
        case study(String)
    }
}

extension ResultsDocument {
    /// What can be read of a document of any version.
    private struct Header: Codable {
        var format = "belowzero results"
        var formatVersion = ResultsDocument.version
    }

    private struct Body: Codable {
        let runID, programVersion, studyText: String
        let assets: [AssetReport]
        let fills: [String]
        /// The dense record of the cells' estimates, and behind them that of the suspicion check.
        let estimates: Data
        let failures: [JobFailure]
        let lastGood: [LastGoodValue]
        let limits: [LimitRecord]
        let suspiciousBars: Int?
        let suspiciousRow: RowName?
        let details: [CellDetail]
        let requirements: [MarginRequirement]
        let comparisons: [CellComparison]
        let lookBackMargins: [LookBackMargin]
        let bands: [CurveBand]
        let yearRecords: [YearRecord]
        let ledger: LedgerResults?
        /// Nil in documents of before there were any.
        let behaviours: BehaviourList?
        /// The same.
        let baskets: [BasketResult]?
        /// The same.
        let simulated: [SimulatedResult]?
        /// Nil in documents of before there were any, and where the study asks for none.
        let sides: SideResults?
        /// Nil in documents of before there were any, and where no earlier run is on record.
        let changes: RunChanges?

        /// What a run holds beside the rows of its cells and its limits.
        func addParts(to report: inout RunReport) {
            (report.failures, report.lastGood, report.details) = (failures, lastGood, details)
            (report.requirements, report.comparisons) = (requirements, comparisons)
            (report.lookBackMargins, report.bands) = (lookBackMargins, bands)
            (report.yearRecords, report.ledger) = (yearRecords, ledger)
            (report.behaviours, report.baskets) = (behaviours?.results ?? [], baskets ?? [])
            (report.simulated, report.sides, report.changes) = (simulated ?? [], sides, changes)
        }
    }

    private struct RowName: Codable {
        let cell: StudyCell
        let fill: String
    }

    /// The document as JSON with sorted members. O(size).
    public var bytes: [UInt8] {
        let suspicion = report.suspicion
        let places = Dictionary(
            report.study.limits.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let estimates = report.rows.map(\.estimate) + (suspicion.map { [$0.row.estimate] } ?? [])
        let body = Body(
            runID: report.runID, programVersion: report.version, studyText: report.studyText,
            assets: report.assets, fills: report.rows.map(\.fill), estimates: Data(CellEstimate.record(estimates)),
            failures: report.failures, lastGood: report.lastGood,
            limits: report.limits.map { LimitRecord($0, places: places) },
            suspiciousBars: suspicion?.bars,
            suspiciousRow: suspicion.map { RowName(cell: $0.row.cell, fill: $0.row.fill) }, details: report.details,
            requirements: report.requirements, comparisons: report.comparisons,
            lookBackMargins: report.lookBackMargins, bands: report.bands, yearRecords: report.yearRecords,
            ledger: report.ledger, behaviours: report.behaviours.isEmpty ? nil : BehaviourList(report.behaviours),
            baskets: report.baskets.isEmpty ? nil : report.baskets,
            simulated: report.simulated.isEmpty ? nil : report.simulated, sides: report.sides,
            changes: report.changes)
        return BehaviourList.filled(ExactJSON.bytes(Joined(header: Header(), body: body)), with: report.behaviours)
    }

    private struct Joined: Encodable {
        let header: Header
        let body: Body

        func encode(to encoder: any Encoder) throws {
            try header.encode(to: encoder)
            try body.encode(to: encoder)
        }
    }

    /// Reads ``bytes``. O(size).
    ///
    /// - Parameters:
    ///   - command: that of the run.
    ///   - circumstances: those that the pages shall name.
    public init(reading bytes: [UInt8], command: String, circumstances: RunCircumstances) throws(Problem) {
        let data = Data(bytes)
        guard let header = ExactJSON.value(Header.self, data), header.format == Header().format else {
            throw .damaged
        }
        guard header.formatVersion == ResultsDocument.version else { throw .version(header.formatVersion) }
        guard let body = ExactJSON.value(Body.self, data) else { throw .damaged }
        report = try ResultsDocument.report(
            body, command, circumstances)
    }

    private static func report(
        _ body: Body, _ command: String, _ circumstances: RunCircumstances
    ) throws(Problem) -> RunReport {
        let study = try study(body.studyText)
        let cells = study.cells
        let estimates = try estimates(body, cells: cells.count)
        let limits = body.limits.compactMap { $0.check(of: study.limits, cells: cells) }
        guard limits.count == body.limits.count else { throw .damaged }
        var report = RunReport(
            runID: body.runID, version: body.programVersion, study: study, studyText: body.studyText,
            studyDigest: Digest(of: body.studyText), command: command, assets: body.assets,
            rows: cells.indices.map { ResultRow(cell: cells[$0], fill: body.fills[$0], estimate: estimates[$0]) },
            limits: limits, circumstances: circumstances)
        body.addParts(to: &report)
        if let row = body.suspiciousRow {
            report.suspicion = SuspicionCheck(
                bars: body.suspiciousBars ?? 0,
                row: ResultRow(cell: row.cell, fill: row.fill, estimate: estimates[cells.count]))
        }
        return report.withOwedShares()
    }

    /// The estimates of all cells, and behind them that of the row without suspicious bars where there is one.
    private static func estimates(_ body: Body, cells: Int) throws(Problem) -> [CellEstimate] {
        let count = cells + (body.suspiciousRow == nil ? 0 : 1)
        guard body.fills.count == cells,
            let estimates = body.estimates.withUnsafeBytes({ CellEstimate.estimates($0, count: count) })
        else { throw .damaged }
        return estimates
    }

    private static func study(_ text: String) throws(Problem) -> Study {
        do {
            return try loadStudy(yaml: text, file: "the study of the run", isStored: true).value
        } catch {
            throw .study(error.findings.first?.message ?? "it is not understood")
        }
    }
}
