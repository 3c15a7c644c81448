import ArgumentParser
import CSVIngest
import Foundation
import PriceSeries
import StressBasics
import StressEngine
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// `belowzero check`: read and audit, compute nothing.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read price files or a study's inputs, and say what is in them.",
        discussion: """
            Prints format, bars, period, what was recognised and every check, and after several files how many are readable. \
            With --json one object a file, with --quiet only what cannot be used. Funding rates, \
            leverage tiers and margin histories are told from prices and audited too. Exit 65 or 66 when an input cannot be \
            used. Of a study everything is looked at that its run would read, and the programs that it may start; it ends as \
            the run would: 4 when some of its price histories cannot be used, 66 for a program that is not there.

            EXAMPLES
              belowzero check BTCUSDT-1m.csv.gz
              belowzero check prices/              every file of a folder, each by itself
              belowzero check --plot prices.csv    a picture: are these the right columns?
              belowzero check --kind trades --bar 1m ticks.zip
              zstd -dc big.csv.zst | belowzero check -
              belowzero check nightly.yaml --all-errors

            KNOWN FORMATS (--format)
            \(knownFormats.map { "  \($0.name): \($0.description)" }.joined(separator: "\n"))
            """)

    @Argument(
        help: "Price files, folders, - for standard input, or one study file (.yaml).", completion: .file())
    var file: [String]

    @Flag(help: "List every bad row instead of the first ten.")
    var allErrors = false

    @Flag(help: "Read all files as one series, in the order given.")
    var together = false

    @Flag(help: "Draw the close of each price file as wide as the terminal, with gaps and findings marked.")
    var plot = false

    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            if plot, common.json {
                throw Failure(.usage, "--plot draws a picture, which is no JSON", hint: "leave out one of the two")
            }
            if let study = file.first(where: isStudyName) {
                guard file.count == 1 else { throw notAlone(study) }
                return try check(study: study)
            }
            try checkFiles()
        }
    }

    private func checkFiles() throws {
        let sources = try sources()
        let options = options(files: sources.count)
        let results = parallelMap(count: sources.count, threads: allCores) { [options, drawing] index in
            FileAudit(
                sources[index].source, role: sources[index].role, files: InputFiles(base: ""), options: options,
                drawing: drawing)
        }
        for audit in results ?? [] { try show(audit) }
        let errors = (results ?? []).compactMap(\.error)
        // A folder's files scroll by: the count is what is left on the screen.
        if sources.count > 1, !common.json, !common.quiet {
            let noun = reading.each == nil ? "files" : "markets and files"
            try Console.print(CheckCommand.summary(readable: sources.count - errors.count, of: sources.count, noun))
        }
        guard errors.isEmpty else {
            throw ExitCode((errors.allSatisfy(\.exitIsNoInput) ? Failure.Code.noInput : .badData).rawValue)
        }
    }

    /// As wide as the terminal, or what a file gets; nil when no picture is wanted.
    private var drawing: PriceDrawing? {
        guard plot else { return nil }
        let width = TerminalStyle.standardOutput(common.color).width ?? PricePicture.usualWidth
        return { PricePicture($0, width: width).lines }
    }

    /// `49 of 57 files are readable, 8 are not`.
    static func summary(readable: Int, of count: Int, _ noun: String = "files") -> String {
        let refused = count - readable
        let rest = refused == 0 ? "" : ", \(refused) \(refused == 1 ? "is" : "are") not"
        return "\(readable) of \(count) \(noun) \(readable == 1 ? "is" : "are") readable\(rest)"
    }

    private func notAlone(_ study: String) -> Failure {
        let others = file.filter { !isStudyName($0) }.map(shellQuoted)
        let rest = others.isEmpty ? "" : ", and the others with: belowzero check \(others.joined(separator: " "))"
        return Failure(
            .usage, "a study is checked alone, with all files that it names, and \(study) is one",
            hint: "check it with: belowzero check \(shellQuoted(study))\(rest)")
    }

    private func options(files: Int) -> IngestOptions {
        var options = IngestOptions(threads: allCores, files: files)
        options.cache = cache.series
        if allErrors { options.maxRowFindings = 10_000_000 }
        return options
    }

    /// Everything that a run of the study would read; ends as the run would.
    private func check(study path: String) throws {
        let loaded = try LoadedStudy(file: path, threads: allCores)
        loaded.notes.forEach { common.console.say(Failure.text($0)) }
        let home = StudyHome(file: loaded.path)
        let audit = StudyAudit(
            loaded.study, files: loaded.files, options: options(files: loaded.study.inputs.count), threads: allCores,
            drawing: drawing)
        guard let audit else { return }
        for audit in audit.all { try show(audit) }
        let objections = OperationObjections(loaded.study, home)
        objections.tell(common.console)
        try home.expectOwnName(loaded.study.name, store: StoreOptions.usualPath)
        if let code = audit.verdict ?? objections.verdict { throw ExitCode(code.rawValue) }
    }

    /// What is read, each by itself, and the market where a file is divided into several.
    private func sources() throws -> [(source: BarSource, role: String?)] {
        let names = try file.flatMap { try filesBelow($0) }
        let whole = try together ? [reading.source(files: names)] : names.map { try reading.source(files: [$0]) }
        return whole.flatMap { markets(of: $0) }
    }

    /// A file that cannot be divided says why when it is read.
    private func markets(of source: BarSource) -> [(source: BarSource, role: String?)] {
        guard let each = source.each,
            let found = try? marketsOf(source, options: IngestOptions(threads: allCores, files: 1))
        else { return [(source, nil)] }
        return found.map { ($0.source, "\(each.rawValue) \(SourceLocation.presentable($0.name))") }
    }

    private func show(_ audit: FileAudit) throws {
        if common.json { return try Console.print(jsonText(CheckJSON(audit))) }
        switch audit.outcome {
        case .failure(let error): Console.complain(error.rendered())
        case .success(let facts):
            guard !common.quiet else { return }
            try Console.print(CheckText(name: audit.title, facts: facts, allErrors: allErrors).text)
        }
    }
}

/// The audit of one input as a person reads it.
struct CheckText {
    let name: String
    let facts: FileAudit.Facts
    let allErrors: Bool

    var text: String {
        var head = [
            visibleText(name), line("format", facts.format + (facts.reason.isEmpty ? "" : ": \(facts.reason)")),
            line("rows", "\(spacedCount(facts.rows)), of which \(spacedCount(facts.items)) became \(facts.noun)"),
        ]
        if let first = facts.first, let last = facts.last {
            head.append(line(facts.noun, "\(facts.barLength?.text ?? "one") from \(first.rfc3339) to \(last.rfc3339)"))
        }
        let picture = facts.picture.map { [""] + $0 } ?? []
        return (head + recognition + summaries + details + picture).joined(separator: "\n") + "\n"
    }

    private func line(_ label: String, _ text: String) -> String {
        "  \(label.padding(toLength: 10, withPad: " ", startingAt: 0))\(text)"
    }

    // Names out of the file are made presentable where the reading is put into words.
    private var recognition: [String] {
        facts.recognition.map { trait in
            let reason = trait.reason.isEmpty ? "" : " — \(trait.reason)"
            return line(
                trait.subject, "\(trait.reading) (\(trait.confidence.rawValue))\(reason)")
        }
    }

    private var summaries: [String] {
        facts.findings.filter { !$0.isDetail }.map { finding in
            let mark =
                ["pass": "ok  ", "note": "note", "warning": "WARN", "error": "ERR "][finding.severity.rawValue] ?? ""
            let action = finding.action.isEmpty ? "" : " — \(finding.action)"
            return "  \(mark) \(finding.check): \(withMinusBeforePercent(finding.message))\(action)"
        }
    }

    private var details: [String] {
        let all = facts.findings.filter(\.isDetail)
        let shown = allErrors ? all[...] : all.prefix(10)
        let lines = shown.map { finding in
            let text = finding.location?.text.map { " '\($0)'" } ?? ""
            let message = withMinusBeforePercent(finding.message)
            return "       \(finding.location?.short ?? ""): \(finding.check): \(message)\(text)"
        }
        let rest = all.count - shown.count
        return lines + (rest > 0 ? ["       and \(rest) more; --all-errors lists them"] : [])
    }
}

/// The audit of one input as `check --json` prints it.
struct CheckJSON: Encodable {
    let path: String
    /// What a study reads it for; absent for files that were named.
    let role: String?
    let status: String
    let kind: String?
    let format: String?
    let rows: Int?
    let bars: Int?
    let firstUtc: String?
    let lastUtc: String?
    let barS: Double?
    let recognition: [Trait]
    let findings: [FindingJSON]

    struct Trait: Encodable {
        let subject: String
        let reading: String
        let confidence: String
        let reason: String
    }

    init(_ audit: FileAudit) {
        (path, role) = (audit.name, audit.role)
        switch audit.outcome {
        case .failure(let error):
            status = "refused"
            (kind, format, rows, bars, firstUtc, lastUtc, barS) = (nil, nil, nil, nil, nil, nil, nil)
            recognition = []
            findings = [FindingJSON(error.finding)]
        case .success(let facts):
            status = "ok"
            kind = facts.kind
            format = facts.format
            rows = facts.rows
            bars = facts.items
            firstUtc = facts.first?.rfc3339
            lastUtc = facts.last?.rfc3339
            barS = facts.barLength?.inSeconds
            recognition = facts.recognition.map {
                Trait(
                    subject: $0.subject, reading: $0.reading, confidence: $0.confidence.rawValue, reason: $0.reason)
            }
            findings = facts.findings.map(FindingJSON.init)
        }
    }
}
