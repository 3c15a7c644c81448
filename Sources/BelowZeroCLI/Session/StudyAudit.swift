import CSVIngest
import Foundation
import PriceSeries
import RunStore
import StressBasics
import StressEngine
import StudyPlan

/// Everything that a run of a study would read, read as the run reads it, and the programs that it may start.
struct StudyAudit {
    /// What was found in each file: of each price history, in study order.
    let inputs: [[FileAudit]]
    /// The same for the platforms' tables.
    let tables: [FileAudit]
    /// What is wrong with the study's commands, as whole messages.
    let commands: [String]
    /// What the run would warn of because of a file that it is to write.
    let warnings: [String]
    private let assets: [String]

    /// Reads the files; prices are drawn `plot` characters wide. Nil when it was cancelled.
    init?(_ study: Study, files: InputFiles, home: StudyHome, options: IngestOptions, plot: Int? = nil) {
        let reader = StudyFiles(files: files, options: options, plot: plot)
        let found = parallelMap(count: study.inputs.count, threads: allCores) { reader.audits(of: study.inputs[$0]) }
        guard let found else { return nil }
        (inputs, assets) = (found, study.inputs.map(\.asset))
        tables = study.platforms.compactMap(reader.audit)
        commands = study.alerts(home).compactMap { alert in
            alert.objection.map { "error: \(alert.key): \($0)" }
        }
        warnings =
            study.operations.metricsFile.flatMap { OwnFile.metrics.objection(to: home.located($0)) }
            .map { ["metrics_file: \($0.plainMessage)"] } ?? []
    }

    /// All files, in the order in which a run reads them.
    var all: [FileAudit] { tables + inputs.flatMap { $0 } }

    /// What a run would end with because of its files, limits aside; a command that cannot be run counts as a missing input. Nil
    /// when nothing is wrong.
    var verdict: Failure.Code? {
        let broken = tables.compactMap(\.error)
        if !broken.isEmpty { return Failure(broken).code }
        let failed = zip(assets, inputs).compactMap { asset, audits -> JobError? in
            let errors = audits.compactMap(\.error)
            return errors.isEmpty ? nil : JobError(asset: asset, errors)
        }
        if !failed.isEmpty { return failed.count < inputs.count ? .partial : Failure(failed).code }
        return commands.isEmpty ? nil : .noInput
    }
}

/// Reads the files of a study for an audit.
private struct StudyFiles: Sendable {
    let files: InputFiles
    let options: IngestOptions
    let plot: Int?

    init(files: InputFiles, options: IngestOptions, plot: Int?) {
        (self.files, self.plot) = (files, plot)
        var options = options
        options.baseFolder = files.base
        self.options = options
    }

    /// The prices, then what stands beside them. Patterns that fit no file come alone, as in a run.
    func audits(of input: StudyInput) -> [FileAudit] {
        let unmatched = files.unmatched(input)
        guard unmatched.isEmpty else {
            return unmatched.map { pattern in
                FileAudit([pattern], role: "files of \(input.asset)") { () throws(IngestError) in
                    throw files.objection(to: pattern)
                }
            }
        }
        let reference = input.reference.map { readSeries($0, files: files, options: options) }
        let venue = reference.flatMap { try? $0.get().series }
        let prices = readSeries(input.source, files: files, options: options, reference: venue)
        var audits = [series(prices, input.source, "prices of \(input.asset)")]
        if let mark = input.mark {
            audits.append(
                series(readSeries(mark, files: files, options: options), mark, "mark prices of \(input.asset)"))
        }
        if let source = input.reference, let reference {
            audits.append(series(reference, source, "reference of \(input.asset)"))
        }
        if case .file(let source)? = input.funding {
            audits.append(
                FileAudit(source.files, role: "funding of \(input.asset)") { () throws(IngestError) in
                    FileAudit.funding(try ingestFunding(source, options: options))
                })
        }
        return audits
    }

    private func series(
        _ read: Result<IngestedSeries, IngestError>, _ source: BarSource, _ role: String
    ) -> FileAudit {
        FileAudit(source.files, role: role) { () throws(IngestError) in FileAudit.prices(try read.get(), plot: plot) }
    }

    /// The table of a platform that keeps it in a file.
    func audit(_ platform: NamedPlatform) -> FileAudit? {
        guard let table = platform.tierFile else { return nil }
        return FileAudit([table.file], role: "tiers of \(platform.name)") { () throws(IngestError) in
            switch table {
            case .brackets(let file, let symbol):
                FileAudit.brackets(try ingestTiers(file: file, symbol: symbol, options: options))
            case .schedule(let file, let size):
                FileAudit.margins(try ingestMarginHistory(file: file, contractSize: size, options: options))
            }
        }
    }
}
