import ArgumentParser
import CSVIngest
import Foundation
import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// `belowzero check`: read and audit, compute nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read price files or a study's inputs, and say what is in them.",
        discussion: """
            Prints format, bars, period and every check. With --json one object a file. Exit 65 or 66 when an input cannot \
            be used.

            EXAMPLES
              belowzero check BTCUSDT-1m.csv.gz
              belowzero check nightly.yaml --all-errors

            KNOWN FORMATS (--format)
            \(knownFormats.map { "  \($0.name): \($0.description)" }.joined(separator: "\n"))
            """)

    @Argument(help: "Price files, or one study file (.yaml).", completion: .file())
    var file: [String]

    @Flag(help: "List every bad row instead of the first ten.")
    var allErrors = false

    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let (sources, files) = try sources()
            var options = IngestOptions(threads: allCores, files: sources.count)
            options.cache = cache.series
            if allErrors { options.maxRowFindings = 10_000_000 }
            let results = parallelMap(count: sources.count, threads: allCores) { [options] index in
                readSeries(sources[index], files: files, options: options)
            }
            let pairs = Array(zip(sources, results ?? []))
            for (source, result) in pairs { show(source, result) }
            let errors = pairs.compactMap { if case .failure(let error) = $0.1 { error } else { nil } }
            guard errors.isEmpty else {
                throw ExitCode((errors.allSatisfy(\.exitIsNoInput) ? Failure.Code.noInput : .badData).rawValue)
            }
        }
    }

    private func sources() throws -> ([BarSource], InputFiles) {
        if let study = file.first, file.count == 1, study.hasSuffix(".yaml") || study.hasSuffix(".yml") {
            let loaded = try LoadedStudy(file: study)
            return (loaded.study.inputs.map(\.source), loaded.files)
        }
        return (try file.map { try reading.source(files: [$0]) }, InputFiles(base: ""))
    }

    private func show(_ source: BarSource, _ result: Result<IngestedSeries, IngestError>) {
        if common.json { return Talk.print(jsonText(CheckJSON(source, result))) }
        switch result {
        case .failure(let error): Talk.complain(error.rendered())
        case .success(let data): Talk.print(CheckText(data: data, allErrors: allErrors).text)
        }
    }
}

/// The audit of one input as a person reads it.
struct CheckText {
    let data: IngestedSeries
    let allErrors: Bool

    var text: String {
        let series = data.series
        let (first, last) = (series.instant(0), series.instant(series.count - 1))
        let head = """
            \(data.files.map { SourceLocation.presentable($0.name) }.joined(separator: ", "))
              format   \(data.formatName): \(data.formatReason)
              rows     \(groupedText(data.rowCount, separator: " ")), of which \(groupedText(series.count, separator: " ")) became bars
              bars     \(series.barLength?.text ?? "one") from \(first.rfc3339) to \(last.rfc3339)
            """
        return ([head] + summaries + details).joined(separator: "\n") + "\n"
    }

    private var summaries: [String] {
        data.findings.filter { !$0.isDetail }.map { finding in
            let mark =
                ["pass": "ok  ", "note": "note", "warning": "WARN", "error": "ERR "][finding.severity.rawValue] ?? ""
            let action = finding.action.isEmpty ? "" : " — \(finding.action)"
            return "  \(mark) \(finding.check): \(finding.message)\(action)"
        }
    }

    private var details: [String] {
        let all = data.findings.filter(\.isDetail)
        let shown = allErrors ? all[...] : all.prefix(10)
        let lines = shown.map { finding in
            let text = finding.location?.text.map { " '\($0)'" } ?? ""
            return "       \(finding.location?.short ?? ""): \(finding.check): \(finding.message)\(text)"
        }
        let rest = all.count - shown.count
        return lines + (rest > 0 ? ["       and \(rest) more; --all-errors lists them"] : [])
    }
}

/// The audit of one input as `check --json` prints it.
struct CheckJSON: Encodable {
    let path: String
    let status: String
    let format: String?
    let rows: Int?
    let bars: Int?
    let firstUtc: String?
    let lastUtc: String?
    let barS: Double?
    let findings: [FindingJSON]

    init(_ source: BarSource, _ result: Result<IngestedSeries, IngestError>) {
        path = source.files.joined(separator: ", ")
        switch result {
        case .failure(let error):
            status = "refused"
            (format, rows, bars, firstUtc, lastUtc, barS) = (nil, nil, nil, nil, nil, nil)
            findings = [FindingJSON(error.finding)]
        case .success(let data):
            status = "ok"
            format = data.formatName
            rows = data.rowCount
            bars = data.series.count
            firstUtc = data.series.instant(0).rfc3339
            lastUtc = data.series.instant(data.series.count - 1).rfc3339
            barS = data.series.barLength?.inSeconds
            findings = data.findings.map(FindingJSON.init)
        }
    }
}
