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
        let manifest = folder + "/run.json"
        let record = try StoredRunFolder.record(folder, manifest: manifest)
        let text = try StoredRunFolder.studyText(manifest)
        study = try StoredRunFolder.study(text, manifest: manifest)
        command = shellWords(record.run.command)
        digests = Dictionary(grouping: record.inputs, by: \.asset).mapValues { $0.map(\.digest) }
        spans = Dictionary(
            record.jobs.compactMap { job in Span(job).map { (job.asset, $0) } }, uniquingKeysWith: { first, _ in first }
        )
        let confidence = record.run.confidence ?? 0.95
        run = ComparedRun(
            runID: record.run.runID, study: record.run.study, studyText: text, version: record.run.version,
            started: record.run.started, confidence: confidence, headline: study.headlineCell?.key,
            cells: try StoredCells(folder + "/results.csv", confidence: confidence).cells())
    }

    private static func record(_ folder: String, manifest: String) throws -> RunRecord {
        guard FileManager.default.fileExists(atPath: manifest) else {
            throw Failure(
                .noInput, "cannot read \(manifest)", hint: "name the folder of a run, such as Reports/nightly/latest")
        }
        do { return try RunRecord(folder: folder, named: folder) } catch { throw Failure(error) }
    }

    private static func study(_ text: String, manifest: String) throws -> Study {
        do {
            return try loadStudy(yaml: text, file: manifest, isStored: true).value
        } catch {
            throw Failure(
                .badData, "cannot read the study that \(manifest) holds: \(error.findings.first?.message ?? "")",
                hint: "it was written by another version, or changed")
        }
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
}

/// What `results.csv` of a run says of its cells, as far as runs are compared.
private struct StoredCells {
    private let path: String
    private let table: NamedTable
    private let ends: (low: String, high: String)

    /// Reads the file. Throws a ``Failure`` for one that is missing, damaged, or lacks a column.
    init(_ path: String, confidence: Double) throws {
        guard let ends = Measure.negativeEquity.ends?.columns(confidence: confidence) else {
            preconditionFailure("the share below zero has an interval")
        }
        (self.path, self.ends) = (path, (ends.low, ends.high))
        let axes = CellAxis.allCases.map { (name: $0.column, isNeeded: $0.standard == nil) }
        let figures = (["status"] + CellFigures.compared.map(\.name) + [ends.low, ends.high]).map { ($0, true) }
        table = try StoredCells.table(path, axes + figures)
    }

    private static func table(_ path: String, _ columns: [(name: String, isNeeded: Bool)]) throws -> NamedTable {
        let table: NamedTable
        do {
            table = try NamedTable(file: path, wanted: Set(columns.map(\.name)))
        } catch let error as IngestError { throw Failure([error]) }
        if let missing = columns.first(where: { $0.isNeeded && table[$0.name] == nil }) {
            throw Failure(
                .badData, "\(path) has no column \(missing.name)", hint: "it was written by another version")
        }
        return table
    }

    /// The cells, in the order of their rows.
    func cells() throws -> [(key: CellKey, figures: CellFigures)] {
        try (0..<table.rowCount).map { (try key($0), try figures($0)) }
    }

    private func key(_ row: Int) throws -> CellKey {
        do {
            return try CellKey { axis in
                guard let text = table[axis.column]?[row] else { return axis.standard }
                return axis.unit.isEmpty ? .text(text) : Double(text).map(AxisValue.number)
            }
        } catch let error as CellKey.Unreadable { throw unreadable(row, error.axis.column) }
    }

    private func figures(_ row: Int) throws -> CellFigures {
        try CellFigures(
            status: field("status", row),
            interval: Interval(low: try number(ends.low, row), high: try number(ends.high, row))
        ) { try number($0.name, row) }
    }

    private func field(_ name: String, _ row: Int) -> String { table[name]?[row] ?? "" }

    /// Nil for an empty field and for what is not finite.
    private func number(_ name: String, _ row: Int) throws -> Double? {
        let text = field(name, row)
        if text.isEmpty { return nil }
        guard let value = Double(text), !value.isNaN else { throw unreadable(row, name) }
        return value.isFinite ? value : nil
    }

    private func unreadable(_ row: Int, _ column: String) -> Failure {
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
