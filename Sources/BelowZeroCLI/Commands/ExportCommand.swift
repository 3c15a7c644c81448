import ArgumentParser
import CSVIngest
import DurableFiles
import Foundation
import RunStore
import StressBasics
import StressEngine
import StressPipeline

/// `belowzero export`: a run's tables in the formats of other tools.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run's tables as Parquet, SQLite, npy or csv.gz.",
        discussion: """
            sqlite has all tables with a type for each column, and the dictionary as the table 'columns'; parquet, csv.gz and npy \
            have one table, results unless --table names another. parquet has a type for each column, null where a field is empty, \
            and units and meanings in its metadata; npy is a structured array that numpy.load reads. The file is written whole or \
            not at all; nothing is overwritten without --force; equal runs give equal bytes.

            EXAMPLES
              belowzero export Reports/nightly/latest --to sqlite -o nightly.sqlite
              belowzero export Reports/nightly/latest --to parquet --table events
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case gzip = "csv.gz"
        case sqlite, npy, parquet
    }

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: "csv.gz, sqlite, npy or parquet.")
    var to: Format

    @Option(help: "For csv.gz, npy and parquet: which table.")
    var table = "results"

    @Option(
        name: .shortAndLong,
        help: "The file to make; '-' for standard output. (default: the run's name, and the table's where there is one)"
    )
    var out: String?

    @OptionGroup var forcing: ForceOption

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
            let tables = try RunTables(folder: folder)
            guard to == .sqlite || tables.names.contains(table) else {
                let near = didYouMean(table, among: tables.names)
                throw Failure(
                    .usage, "the run has no table '\(SourceLocation.presentable(table))'",
                    hint: near ?? "it has \(tables.names.joined(separator: ", "))")
            }
            if out == StandardOutput.name, common.json { throw StandardOutput.noJSON("the file") }
            if out == StandardOutput.name { return try printFile { try write(tables, of: folder, to: $0) } }
            let target = out ?? defaultName(folder)
            try writeFile(target) { try write(tables.stopped(by: $0), of: folder, to: target) }
            if common.json { try Console.print(jsonText(WrittenJSON(written: [target]))) }
            common.console.say("Wrote \(target)")
        }
    }

    private func write(_ tables: RunTables, of folder: String, to target: String) throws {
        let isForced = forcing.force
        do {
            switch to {
            case .gzip: try writeGzip(of: "\(folder)/\(table).csv", to: target, replacing: isForced)
            case .sqlite: try writeSQLite(tables.names.map(tables.table), to: target, replacing: isForced)
            case .npy: try writeNumpy(tables.table(table), to: target, replacing: isForced)
            case .parquet: try writeParquet(tables.table(table), to: target, replacing: isForced)
            }
        } catch let error as StoreError {
            throw Failure(error)
        } catch let error as IngestError {
            throw Failure([error])
        }
    }

    /// Has a file made, of which nothing stays when the program is stopped before it is whole.
    private func writeFile(_ target: String, _ make: (RunControl) throws -> Void) throws {
        let interruption = Interruption(isJSON: common.json, console: common.console)
        interruption.setFarewell { failure in
            guard !FileCalls.system.remove(temporaryPath(for: target)), exists(target) else { return failure }
            return Failure(failure.code, "stopped, but \(target) is whole")
        }
        try interruption.during { try make(interruption.control) }
    }

    /// Has a file made in a folder of its own, and writes it on standard output: a database cannot be written from front to end.
    private func printFile(_ make: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "belowzero-export-\(UUID().uuidString)"
        let file = try SignalWatch.removing(folder) {
            try make(folder + "/export")
            return FileHandle(forReadingAtPath: folder + "/export")
        }
        // It has no name any more: a reader that leaves and a full disk leave nothing behind, either.
        guard let file else {
            throw Failure(.inputOutput, "cannot read \(folder)", hint: "check the temporary folder, TMPDIR")
        }
        defer { try? file.close() }
        while let bytes = try file.read(upToCount: 1 << 20), !bytes.isEmpty { try StandardOutput.write(bytes) }
    }

    private func defaultName(_ folder: String) -> String {
        let path = URL(fileURLWithPath: folder).standardizedFileURL
        let parts = [path.lastPathComponent] + (to == .sqlite ? [] : [table])
        return parts.joined(separator: "-") + "." + to.rawValue
    }
}

/// The tables of a run folder, as its dictionary describes them.
struct RunTables {
    private let folder: String
    private let columns: [String: [ExportedTable.Column]]
    private var control: RunControl?
    /// Names of the tables, without `.csv`, in the dictionary's order.
    let names: [String]

    /// Reads the dictionary of a run folder.
    init(folder: String) throws {
        guard FileManager.default.fileExists(atPath: folder + "/columns.csv") else {
            throw Failure(
                .noInput, "\(SourceLocation.presentablePath(folder)) is no run: it has no columns.csv",
                hint: "name a folder that 'belowzero run' wrote")
        }
        var columns: [String: [ExportedTable.Column]] = [:]
        var names: [String] = []
        try RunTables.read(folder + "/columns.csv") { row, isHeader in
            guard !isHeader else { return }
            guard row.count == 5, row[0].hasSuffix(".csv"), let kind = ExportedTable.Kind(rawValue: row[3]),
                row[0].utf8.allSatisfy({ $0 == 0x5F || $0 == 0x2E || (0x61...0x7A).contains($0) })
            else { throw RunTables.damaged("columns.csv") }
            let name = String(row[0].dropLast(4))
            if columns[name] == nil { names.append(name) }
            columns[name, default: []].append(
                ExportedTable.Column(name: row[1], kind: kind, unit: row[2], meaning: row[4]))
        }
        (self.folder, self.columns, self.names) = (folder, columns, names)
    }

    /// The same, whose rows end where the control is cancelled.
    func stopped(by control: RunControl) -> RunTables {
        var copy = self
        copy.control = control
        return copy
    }

    /// A table, whose rows are read from its file when they are asked for.
    func table(_ name: String) -> ExportedTable {
        let columns = columns[name] ?? []
        let path = "\(folder)/\(name).csv"
        return ExportedTable(name: name, columns: columns) { [control] body in
            try RunTables.read(path) { row, isHeader in
                if control?.isCancelled ?? false { throw RunCancelled() }
                guard isHeader else { return try body(row) }
                guard row == columns.map(\.name) else { throw RunTables.damaged("\(name).csv") }
            }
        }
    }

    private static func read(_ path: String, _ body: ([String], Bool) throws -> Void) throws {
        var isHeader = true
        do {
            try readCSVRecords(file: path) { row, _ in
                try body(row, isHeader)
                isHeader = false
            }
        } catch let error as IngestError {
            throw Failure([error])
        }
    }

    private static func damaged(_ file: String) -> Failure {
        Failure(.badData, "\(file) is not as the run wrote it", hint: "run the study again")
    }
}
