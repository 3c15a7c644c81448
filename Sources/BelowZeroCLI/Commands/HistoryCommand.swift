import ArgumentParser
import Foundation
import RunStore
import StressBasics
import StressPipeline
import StressStatistics
import StudyPlan

/// `belowzero history`: the runs of the store over time.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List the runs of the history, newest first.",
        discussion: """
            One line a run: when it started, its study, what it ended with, how long it took, the share below zero of the \
            study's headline with its interval, how many limits were breached and how many are not shown, the newest bar of the oldest data, the folder \
            of the run and the id that its tables carry; where the screen is narrow, folder and id get a line of their own. \
            With --json one object a line, with every headline, job, input and limit.

            EXAMPLES
              belowzero history --since 30d
              belowzero history --study nightly --limit 5 --json
            """)

    @Option(
        help: ArgumentHelp(
            "Only runs since a UTC date or time, or of the last days: 2026-11-01, 30d.", valueName: "when"))
    var since: String?

    @Option(help: "Only runs of this study.")
    var study: String?

    @Option(help: ArgumentHelp("At most so many runs; 0 for all.", valueName: "n"))
    var limit = 40

    @OptionGroup var place: StorePathOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit must not be negative") }
    }

    func run() throws {
        try common.reporting {
            let since = try since.map(HistoryCommand.instant)
            let history = try place.open(console: common.console)
            do {
                let runs = try history.runs(study: study, since: since, limit: limit == 0 ? nil : limit)
                if common.json {
                    for run in runs { try Console.print(jsonText(RunJSON(try history.record(of: run)))) }
                } else if runs.isEmpty {
                    common.console.say(try emptyWords(history))
                } else {
                    let lines = try runs.map { run throws(StoreError) in
                        HistoryLine(try history.record(of: run), in: history.folder)
                    }
                    try Console.print(HistoryTable(lines: lines, width: HistoryTable.screenWidth).text)
                }
            } catch let error as StoreError {
                throw Failure(error)
            }
        }
    }

    /// That there is nothing, and what study may have been meant.
    private func emptyWords(_ history: RunHistory) throws(StoreError) -> String {
        let words =
            "No runs\(study.map { " of \(SourceLocation.presentable($0))" } ?? "")\(since == nil ? "" : " since then")"
        guard let study else { return words }
        let known = Set(try history.runs().map(\.study))
        let near = known.contains(study) ? nil : didYouMean(study, among: known.sorted())
        return words + (near.map { "; " + $0 } ?? "")
    }

    private static func instant(_ text: String) throws -> UTCInstant {
        if let span = TimeSpan(text) { return UTCInstant(milliseconds: wallClock().milliseconds - span.milliseconds) }
        guard let instant = UTCInstant(rfc3339: text) else {
            throw Failure(.usage, "cannot read --since '\(text)'", hint: "write 2026-11-01, 2026-11-01T02:00Z or 30d")
        }
        return instant
    }
}

/// What the table shows of a run.
struct HistoryLine {
    let started, study, exit, duration, value, interval, limits, newestBar, note: String
    /// Where the run stands, and the name made of its content; empty for a run that wrote nothing.
    let folder, id: String

    /// - Parameter store: the folder of the history, which run folders are named from.
    init(_ record: RunRecord, in store: String) {
        let run = record.run
        let headline = record.headlines.first(where: \.isStudyHeadline)
        started = run.started.minuteText
        folder = run.folder.map { SourceLocation.presentablePath($0.hasPrefix("/") ? $0 : joined(store, $0)) } ?? ""
        id = SourceLocation.presentable(run.runID)
        study = SourceLocation.presentable(run.study)
        exit = String(run.exitCode)
        duration = HistoryLine.words(run.duration)
        value = headline.map(HistoryLine.value) ?? ""
        interval = HistoryLine.interval(headline)
        limits = HistoryLine.words(record.limits)
        newestBar = HistoryLine.newestBar(record.jobs)?.minuteText ?? ""
        let failed = record.jobs.count(where: \.isFailed)
        note =
            run.status == .failed
            ? SourceLocation.presentable(run.message)
            : failed > 0 ? "\(failed) of \(record.jobs.count) jobs failed" : ""
    }

    /// `1/20, 3 not shown`; empty without limits.
    private static func words(_ limits: [StoredLimit]) -> String {
        if limits.isEmpty { return "" }
        let notShown = limits.count { $0.status == "not_shown" }
        return "\(limits.count { $0.status == "breach" })/\(limits.count)"
            + (notShown > 0 ? ", \(notShown) not shown" : "")
    }

    /// The close of the newest bar of the history whose prices are the oldest.
    private static func newestBar(_ jobs: [StoredJob]) -> UTCInstant? {
        jobs.filter { !$0.isFailed }.compactMap { job in
            job.last.flatMap { last in job.barLength.map { last + $0 } }
        }.min()
    }

    /// `4.1s`, `3m20s`, `2h05m`.
    private static func words(_ span: TimeSpan) -> String {
        let seconds = Int(span.inSeconds.rounded())
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        if span < .seconds(60) { return fixedText(span.inSeconds, decimals: 1) + "s" }
        return seconds < 3600
            ? "\(seconds / 60)m\(two(seconds % 60))s" : "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
    }

    private static func value(_ headline: StoredHeadline) -> String {
        switch headline.status {
        case "impossible", "rejected", "no_data": headline.status.replacing("_", with: " ")
        default: headline.negativeEquity.map { percent($0) + " %" } ?? ""
        }
    }

    private static func interval(_ headline: StoredHeadline?) -> String {
        guard let headline, let ends = headline.interval else { return "" }
        return headline.negativeEquity == 0 ? "<=\(percent(ends.high))" : "\(percent(ends.low))-\(percent(ends.high))"
    }

    private static func percent(_ share: Double) -> String {
        share > 0 && share < 0.0001 ? "<0.01" : significantText(share * 100, digits: 3)
    }
}

/// The lines in columns that fit the width: what matters least goes first when there is little room.
struct HistoryTable {
    let lines: [HistoryLine]
    let width: Int

    private struct Column {
        let title: String
        let isNumber: Bool
        /// The higher, the sooner it goes.
        let expendable: Int
        let text: (HistoryLine) -> String
    }

    private static var columns: [Column] {
        [
            Column(title: "started (UTC)", isNumber: false, expendable: 0) { $0.started },
            Column(title: "study", isNumber: false, expendable: 2) { $0.study },
            Column(title: "exit", isNumber: true, expendable: 0) { $0.exit },
            Column(title: "took", isNumber: true, expendable: 4) { $0.duration },
            Column(title: "below 0", isNumber: true, expendable: 0) { $0.value },
            Column(title: "interval", isNumber: true, expendable: 3) { $0.interval },
            Column(title: "limits", isNumber: true, expendable: 1) { $0.limits },
            Column(title: "newest bar", isNumber: false, expendable: 5) { $0.newestBar },
            folder, Column(title: "id", isNumber: false, expendable: 6) { $0.id },
        ]
    }

    /// First to go, and then on a line of its own: a folder is there to be copied, whole.
    private static var folder: Column {
        Column(title: "folder", isNumber: false, expendable: 7) { $0.folder }
    }

    /// The width of the terminal, or 80.
    static var screenWidth: Int {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let own = ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
        return max(60, isKnown ? Int(size.ws_col) : own ?? 80)
    }

    var text: String {
        let columns = fitting
        let widths = columns.map(width)
        let header = row(columns.map(\.title), columns, widths)
        let body = lines.flatMap { line -> [String] in
            let cells = columns.enumerated().map { HistoryTable.cut($1.text(line), to: widths[$0]) }
            // Why a run failed gets a line of its own.
            let note = line.note.isEmpty ? [] : ["    " + HistoryTable.cut(line.note, to: width - 4)]
            // The name first: a long path is cut.
            let place = HistoryTable.cut(
                [line.id, line.folder].filter { !$0.isEmpty }.joined(separator: "  "), to: width - 4)
            let isShown = columns.contains { $0.title == HistoryTable.folder.title }
            return [row(cells, columns, widths)] + (isShown || place.isEmpty ? [] : ["    " + place]) + note
        }
        return ([header] + body).joined(separator: "\n")
    }

    private func width(_ column: Column) -> Int {
        // A study's name may have 64 letters.
        let longest = max(column.title.count, lines.map { column.text($0).count }.max() ?? 0)
        return column.title == HistoryTable.folder.title ? longest : min(24, longest)
    }

    private var fitting: [Column] {
        var columns = HistoryTable.columns
        func total() -> Int { columns.map(width).reduce(0, +) + 2 * (columns.count - 1) }
        while total() > width, let least = columns.indices.max(by: { columns[$0].expendable < columns[$1].expendable }),
            columns[least].expendable > 0
        {
            columns.remove(at: least)
        }
        return columns
    }

    private func row(_ cells: [String], _ columns: [Column], _ widths: [Int]) -> String {
        let padded = cells.enumerated().map { place, text in
            let blanks = String(repeating: " ", count: max(0, widths[place] - text.count))
            return columns[place].isNumber ? blanks + text : text + blanks
        }
        let line = padded.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    private static func cut(_ text: String, to width: Int) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
    }
}

/// A path below a folder; the folder may be the working one.
private func joined(_ folder: String, _ path: String) -> String {
    folder.isEmpty || folder == "." ? path : folder + "/" + path
}

/// A run as `history --json` prints it.
private struct RunJSON: Encodable {
    let folder: String?
    let runId, study, studySha256, resultsSha256, version, command, startedUtc, status, message: String
    let durationS: Double
    let exitCode: Int
    let confidence: Double?
    let headlines: [Headline]
    let jobs: [Job]
    let inputs: [Input]
    let findings: [Found]
    let limits: [Limit]

    init(_ record: RunRecord) {
        let run = record.run
        (folder, runId, study, studySha256) = (run.folder, run.runID, run.study, run.studyDigest)
        (resultsSha256, version, command) = (run.resultsDigest, run.version, run.command)
        (startedUtc, status, message) = (run.started.rfc3339, run.status.rawValue, run.message)
        (durationS, exitCode, confidence) = (run.duration.inSeconds, run.exitCode, run.confidence)
        headlines = record.headlines.map(Headline.init)
        jobs = record.jobs.map(Job.init)
        inputs = record.inputs.map(Input.init)
        findings = record.findings.map {
            Found(asset: $0.asset, check: $0.check, severity: $0.severity, count: $0.count)
        }
        limits = record.limits.map(Limit.init)
    }

    struct Headline: Encodable {
        let cell: CellKey
        let isStudyHeadline: Bool
        let status: String
        let entriesCount, entriesEffectiveCount: Int
        let ciLowFrac, ciHighFrac: Double?
        private let shares: [Measure: Double]

        private enum CodingKeys: CodingKey {
            case cell, isStudyHeadline, status, entriesCount, entriesEffectiveCount, ciLowFrac, ciHighFrac
        }

        init(_ figures: StoredHeadline) {
            (cell, isStudyHeadline, status) = (figures.cell, figures.isStudyHeadline, figures.status)
            (entriesCount, entriesEffectiveCount) = (figures.entries, figures.effectiveEntries)
            (ciLowFrac, ciHighFrac) = (figures.interval?.low, figures.interval?.high)
            shares = figures.shares
        }

        func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(cell, forKey: .cell)
            try members.encode(isStudyHeadline, forKey: .isStudyHeadline)
            try members.encode(status, forKey: .status)
            try members.encode(entriesCount, forKey: .entriesCount)
            try members.encode(entriesEffectiveCount, forKey: .entriesEffectiveCount)
            try members.encodeIfPresent(ciLowFrac, forKey: .ciLowFrac)
            try members.encodeIfPresent(ciHighFrac, forKey: .ciHighFrac)
            var named = encoder.container(keyedBy: NamedMember.self)
            for (measure, share) in shares { try named.encode(share, forKey: NamedMember(measure.name)) }
        }
    }

    struct Job: Encodable {
        let asset, status, message: String
        let firstUtc, lastUtc: String?
        let barsCount: Int?
        let barS: Double?
        let checks: [String: Int]

        init(_ job: StoredJob) {
            (asset, status, message) = (job.asset, job.isFailed ? "failed" : "ok", job.message)
            (firstUtc, lastUtc, barsCount) = (job.first?.rfc3339, job.last?.rfc3339, job.bars)
            barS = job.barLength?.inSeconds
            checks = ["note": job.notes, "warning": job.warnings, "error": job.errors]
        }
    }

    struct Input: Encodable {
        let asset, file, sha256, format: String
        let bytes, rows: Int

        init(_ input: StoredInput) {
            (asset, file, sha256, format) = (input.asset, input.file, input.digest, input.format)
            (bytes, rows) = (input.bytes, input.rows)
        }
    }

    struct Found: Encodable {
        let asset, check, severity: String
        let count: Int
    }

    struct Limit: Encodable {
        let asset: String
        let cell: CellKey?
        let measure, form, bound, status: String
        let limit, value, low, high, baseline: Double?
        let behaviour, platform: String?

        init(_ stored: StoredLimit) {
            platform = stored.platform
            (asset, cell, measure) = (stored.asset, stored.cell, stored.measure)
            (form, bound, status) = (stored.form, stored.bound, stored.status)
            (limit, value) = (stored.threshold, stored.value)
            (low, high) = (stored.interval?.low, stored.interval?.high)
            (baseline, behaviour) = (stored.baseline, stored.behaviour)
        }
    }
}
