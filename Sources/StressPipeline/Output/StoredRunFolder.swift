import CSVIngest
import Foundation
import RunStore
import StressBasics
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// A run folder, read again to be compared with another.
public struct StoredRunFolder {
    /// The run, as runs are compared.
    public let run: ComparedRun
    /// Its study.
    public let study: Study
    /// The command that made it, word by word.
    public let command: [String]
    /// Digests of each price history's files, in order.
    public let digests: [String: [String]]
    /// What each price history covers.
    public let spans: [String: Span]

    /// Time and number of bars.
    public struct Span: Equatable {
        /// Open time of the first bar.
        public let first: UTCInstant
        /// Open time of the last bar.
        public let last: UTCInstant
        /// Number of bars.
        public let bars: Int
    }

    /// Reads the folder. Throws a ``Failure`` that says which file is missing or damaged.
    public init(_ folder: String) throws {
        guard FileManager.default.fileExists(atPath: folder + "/run.json") else {
            throw Failure(
                .noInput, "cannot read \(folder)/run.json",
                hint: "name the folder of a run, such as Reports/nightly/latest")
        }
        let record: RunRecord
        do { record = try RunRecord(folder: folder, named: folder) } catch { throw Failure(error) }
        let text = try StoredRunFolder.studyText(folder + "/run.json")
        do {
            study = try loadStudy(yaml: text, file: folder + "/run.json").value
        } catch {
            throw Failure(
                .badData, "cannot read the study that \(folder)/run.json holds: \(error.findings.first?.message ?? "")",
                hint: "it was written by another version, or changed")
        }
        command = shellWords(record.run.command)
        digests = Dictionary(grouping: record.inputs, by: \.asset).mapValues { $0.map(\.digest) }
        spans = Dictionary(
            record.jobs.compactMap { job in Span(job).map { (job.asset, $0) } }, uniquingKeysWith: { first, _ in first }
        )
        let confidence = record.run.confidence ?? 0.95
        run = ComparedRun(
            runID: record.run.runID, study: record.run.study, studyText: text, version: record.run.version,
            started: record.run.started, confidence: confidence, headline: study.headlineCell?.key,
            cells: try StoredRunFolder.cells(folder + "/results.csv", confidence: confidence))
    }

    /// The study as the manifest holds it, which the history does not keep.
    private static func studyText(_ path: String) throws -> String {
        struct Manifest: Decodable {
            struct Study: Decodable { let text: String }
            let study: Study
        }
        guard let data = FileManager.default.contents(atPath: path),
            let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
        else { throw Failure(.badData, "cannot understand \(path)", hint: "it is no file of a run, or it was changed") }
        return manifest.study.text
    }

    // MARK: Results

    private static func cells(
        _ path: String, confidence: Double
    ) throws -> [(key: CellKey, figures: CellFigures)] {
        guard let ends = Measure.negativeEquity.ends?.columns(confidence: confidence) else {
            preconditionFailure("the share below zero has an interval")
        }
        let names =
            CellAxis.allCases.map(\.column) + ["status"] + CellFigures.compared.map(\.name) + [ends.low, ends.high]
        let table: NamedTable
        do {
            table = try NamedTable(file: path, wanted: Set(names))
        } catch let error as IngestError { throw Failure([error]) }
        let columns = names.map { table[$0] }
        guard columns.allSatisfy({ $0 != nil }) else {
            let missing = zip(names, columns).first { $1 == nil }?.0 ?? ""
            throw Failure(.badData, "\(path) has no column \(missing)", hint: "it was written by another version")
        }
        func field(_ name: String, _ row: Int) -> String { table[name]?[row] ?? "" }
        return try (0..<table.rowCount).map { row in
            func number(_ name: String) throws -> Double? {
                let text = field(name, row)
                if text.isEmpty { return nil }
                guard let value = Double(text), !value.isNaN else { throw unreadable(path, row, name) }
                return value.isFinite ? value : nil
            }
            func key() throws -> CellKey {
                do {
                    return try CellKey { axis in
                        let text = field(axis.column, row)
                        return axis.unit.isEmpty ? .text(text) : Double(text).map(AxisValue.number)
                    }
                } catch let error as CellKey.Unreadable { throw unreadable(path, row, error.axis.column) }
            }
            return (
                try key(),
                try CellFigures(
                    status: field("status", row),
                    interval: Interval(low: try number(ends.low), high: try number(ends.high))
                ) { try number($0.name) }
            )
        }
    }

    private static func unreadable(_ path: String, _ row: Int, _ column: String) -> Failure {
        Failure(.badData, "cannot read \(column) in \(path), row \(row + 1)", hint: "the file was changed by hand")
    }
}

extension StoredRunFolder.Span {
    /// What a job covered; nil when its files were not read.
    fileprivate init?(_ job: StoredJob) {
        guard let first = job.first, let last = job.last, let bars = job.bars else { return nil }
        self.init(first: first, last: last, bars: bars)
    }
}

extension StoredRunFolder {
    /// The folder that its price files are relative to: `--prices`, or the study file's; the working directory for a sweep.
    public var baseFolder: String {
        guard command.count > 2, command[1] == "run" else { return "" }
        if let place = command.firstIndex(of: "--prices"), place + 1 < command.count { return command[place + 1] }
        return LoadedStudy.folder(of: command[2])
    }
}
