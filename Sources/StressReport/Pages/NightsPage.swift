import RunStore
import StressBasics
import StressResults
import StudyPlan

/// The page of all nights: per study how its headline and its limits moved over the last runs.
///
/// Made of the history alone, so that it can be written again after a run, after pruning, and by `belowzero index`.
public struct NightsPage {
    /// The newest runs of one study.
    public struct StudyHistory: Sendable {
        /// Name of the study.
        public var study: String
        /// Its runs, newest first.
        public var records: [RunRecord]

        /// A history.
        public init(study: String, records: [RunRecord]) {
            (self.study, self.records) = (study, records)
        }
    }

    /// Runs that a card shows.
    public static let shownRuns = 30
    /// Cards that a study may have; its headline comes first, then its limits in their order.
    static let mostCards = 24

    let studies: [StudyHistory]
    let version: String

    /// A page over these studies, in the order given.
    public init(studies: [StudyHistory], version: String) {
        (self.studies, self.version) = (studies.filter { !$0.records.isEmpty }, version)
    }

    /// The page. The same history gives the same bytes.
    public var html: String {
        let sections = zip(addresses, studies).prefix(8).map { (id: $0, label: $1.study) }
        let page = Page(
            title: "BelowZero · all nights", printFooter: "BelowZero · all nights", subject: "all nights", root: "",
            sections: sections, version: version,
            footer: ["BelowZero \(version). Links are relative: the folder can be copied."])
        return page.html { w in
            writeAnswer(&w)
            w.filterBox("Show only", count: studies.flatMap(\.cards).count)
            for (address, study) in zip(addresses, studies) { study.write(id: address, to: &w) }
        }
    }

    // MARK: Answer

    private func writeAnswer(_ w: inout HTMLWriter) {
        w.line()
        w.element("section", .id("answer"), Attribute("aria-labelledby", "h-answer")) { w in
            let runs = runs
            w.element(
                "p", .class("kicker"),
                text: "\(counted(studies.count, "study", "studies")) · the newest \(counted(runs, "run", "runs"))")
            w.element("h1", .id("h-answer")) { $0.phrases(title) }
            if let newestStart {
                w.element("p", .class("lede"), text: "The newest run started on \(newestStart.minuteText) UTC.")
            }
        }
        w.line()
    }

    /// What became of the newest run of every study.
    private var title: [Phrase] {
        guard !studies.isEmpty else { return [.plain("No run is on record.")] }
        let counts = newest
        let bad = [
            counts.failedRuns > 0 ? counted(counts.failedRuns, "run failed", "runs failed") : nil,
            counts.breached > 0 ? counted(counts.breached, "limit breached", "limits breached") : nil,
            counts.failedJobs > 0
                ? counted(counts.failedJobs, "price history", "price histories") + " without data" : nil,
        ].compactMap { $0 }
        let start = studies.count == 1 ? "Last night: " : "Last runs: "
        let met =
            counts.limits == 0
            ? "no limits set"
            : counted(counts.met, "limit met", "limits met")
                + (counts.notShown > 0 ? ", \(grouped(counts.notShown)) not shown" : "")
        guard !bad.isEmpty else { return [.plain(start), .key(met), .plain(".")] }
        return [.plain(start), .finding(bad.joined(separator: ", ")), .plain(counts.limits == 0 ? "." : ", \(met).")]
    }

    /// What the newest runs of all studies ended with.
    struct NewestCounts {
        let limits, breached, notShown, met, failedRuns, failedJobs: Int
    }

    /// What the newest run of every study ended with.
    var newest: NewestCounts {
        let records = studies.compactMap(\.records.first)
        let limits = records.flatMap(\.limits)
        return NewestCounts(
            limits: limits.count, breached: limits.count { $0.status == "breach" },
            notShown: limits.count { $0.status == "not_shown" },
            met: limits.count { $0.status == "met" }, failedRuns: records.count { $0.run.status == .failed },
            failedJobs: records.filter { $0.run.status != .failed }.flatMap(\.jobs).count(where: \.isFailed))
    }

    /// Runs of all studies.
    var runs: Int { studies.reduce(0) { $0 + $1.records.count } }

    /// When the newest run of all started; nil without runs.
    var newestStart: UTCInstant? { studies.compactMap { $0.records.first?.run.started }.max() }

    /// Per study the address of its section.
    var addresses: [String] { pageSlugs(for: studies.map(\.study)).map { "study-" + $0 } }
}

// MARK: - One study

extension NightsPage.StudyHistory {
    /// The runs that cards and tables show, oldest first.
    var shown: [RunRecord] { records.prefix(NightsPage.shownRuns).reversed() }

    /// What changed in each shown run against the one before it that wrote results.
    var changes: [RunChange] {
        var before: RunRecord?
        return shown.map { record in
            defer { if record.run.status != .failed { before = record } }
            return RunChange(record, since: before)
        }
    }

    /// The newest run that has results.
    private var newestWhole: RunRecord? { records.first { $0.run.status != .failed } }

    /// The cell of the newest headline among the shown runs.
    private var headline: CellKey? {
        shown.reversed().lazy.compactMap { $0.headlines.first(where: \.isStudyHeadline)?.cell }.first
    }

    /// Cards that there would be without ``NightsPage/mostCards``.
    var allCards: Int {
        guard let newestWhole else { return 0 }
        return (headline == nil ? 0 : 1) + Set(newestWhole.limits.map(LimitKey.init)).count
    }

    /// The headline's card, then one for each limit of the newest run that has results.
    var cards: [NightCard] {
        guard let newestWhole else { return [] }
        let (runs, changes) = (shown, changes)
        let first = headline.map { NightCard(headline: $0, runs: runs, changes: changes) }
        var seen: Set<LimitKey> = []
        let limits = newestWhole.limits.filter { seen.insert(LimitKey($0)).inserted }.map {
            NightCard(limit: $0, runs: runs, changes: changes)
        }
        // What is breached is looked for first.
        let ordered = limits.filter(\.isBreached) + limits.filter { !$0.isBreached }
        return Array(([first].compactMap { $0 } + ordered).prefix(NightsPage.mostCards))
    }

    fileprivate func write(id: String, to w: inout HTMLWriter) {
        let newest = records[0]
        let definition =
            "What was measured over the last \(counted(shown.count, "run", "runs")), oldest left. Band: the interval. Dashed: the limit. Dotted line: "
            + "study (S), version (V) or older data (D) changed, so that values left and right of it are not alike; tick at the foot: "
            + "data were added. Grey bar: where tonight was expected, by the moves of the nights before."
        w.section(id, label: study, title: title(newest), definition: definition) { w in
            let cards = cards
            w.element("div", .class("cards")) { w in for card in cards { card.write(to: &w) } }
            w.line()
            if cards.count < allCards {
                w.element(
                    "p", .class("key"),
                    text: "Shown: \(cards.count) of \(allCards) cells; all are in limits.csv of each run.")
            }
            writeRuns(&w)
        }
    }

    private func title(_ newest: RunRecord) -> String {
        let date = newest.run.started.minuteText
        let notShown = newest.limits.count { $0.status == "not_shown" }
        switch newest.run.status {
        case .failed: return "\(date): the run failed"
        case .partial:
            let failed = newest.jobs.count(where: \.isFailed)
            guard failed > 0 else { return "\(date): a limit or the headline has no value" }
            return "\(date): \(counted(failed, "price history", "price histories")) without data"
        case .breached:
            let breached = newest.limits.count { $0.status == "breach" }
            return "\(date): \(counted(breached > 0 ? breached : notShown, "limit", "limits")) "
                + (breached > 0 ? "breached" : "not shown")
        case .ok:
            if notShown > 0 { return "\(date): no limit is breached, \(grouped(notShown)) not shown" }
            return newest.limits.isEmpty ? "\(date): done" : "\(date): every limit is met"
        }
    }

    // MARK: Runs

    private func writeRuns(_ w: inout HTMLWriter) {
        w.scrolling("Runs of \(study)") { w in
            w.element("table", .class("tbl runs")) { w in
                w.element("caption", .class("vh"), text: "Runs of \(study)")
                w.tableHead(
                    ["Run (UTC)", "Result", "Histories", "Took", "Warnings", "Changed", "Files"], numbersFrom: 9)
                w.element("tbody") { w in
                    for (record, change) in zip(shown, changes).reversed() { write(record, change, &w) }
                }
            }
        }
    }

    private func write(_ record: RunRecord, _ change: RunChange, _ w: inout HTMLWriter) {
        let run = record.run
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row"), text: run.started.minuteText)
            w.element("td") { record.writePill(to: &$0) }
            w.element(
                "td", text: record.jobs.isEmpty ? "–" : "\(grouped(record.jobsDone)) of \(grouped(record.jobs.count))")
            w.element("td", text: timeText(run.duration))
            w.element("td", text: run.status == .failed ? "–" : grouped(record.warnings))
            w.element("td", text: run.status == .failed ? run.message : change.words)
            w.element("td") { w in
                guard let folder = run.folder, let path = relativeAddress(folder) else { return w.text("none") }
                for (place, file) in [("index.html", "report"), ("results.csv", "csv"), ("summary.json", "json")]
                    .enumerated()
                {
                    if place > 0 { w.text(" ") }
                    w.element("a", .href(path + "/" + file.0), text: file.1)
                }
            }
        }
        w.line()
    }
}

extension RunRecord {
    /// Price histories that were done.
    var jobsDone: Int { jobs.count { !$0.isFailed } }

    /// Checks of the data that ended as a warning or worse.
    var warnings: Int { jobs.reduce(0) { $0 + $1.warnings + $1.errors } }
}

/// A path as a link: every byte but letters, digits and a few signs in percent form. Nil for paths outside the store's folder,
/// which would tell readers of a copied page about this machine.
func relativeAddress(_ path: String) -> String? {
    guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else { return nil }
    return path.utf8.map { byte -> String in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            return String(UnicodeScalar(byte))
        default:
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count < 2 ? "0" : "") + hex
        }
    }.joined()
}

extension RunRecord {
    /// The run's end in words and a sign.
    fileprivate func writePill(to w: inout HTMLWriter) {
        switch run.status {
        case .ok: w.pill("ok", "✓", "done")
        case .breached where !limits.contains { $0.status == "breach" }: w.pill("bad", "?", "not shown")
        case .breached: w.pill("bad", "✕", "breach")
        case .partial: w.pill("bad", "–", "partial")
        case .failed: w.pill("bad", "✕", "failed, exit \(run.exitCode)")
        }
    }
}

/// What differs between two runs of a study.
struct RunChange {
    /// Whether the study's text differs.
    let study: Bool
    /// The version before, where it differs.
    let version: String?
    /// Whether bars that were there before differ: another first bar, fewer bars, or other bytes and nothing new.
    let revised: Bool
    /// Bars that were added at the end, over all histories.
    let added: Int

    /// Whether values before and after are not alike.
    var isBreak: Bool { study || version != nil || revised }

    init(_ record: RunRecord, since before: RunRecord?) {
        guard let before, record.run.status != .failed else {
            (study, version, revised, added) = (false, nil, false, 0)
            return
        }
        study = before.run.studyDigest != record.run.studyDigest
        version = before.run.version != record.run.version ? before.run.version : nil
        var (isRevised, count) = (false, 0)
        let old = Dictionary(before.jobs.map { ($0.asset, $0) }, uniquingKeysWith: { first, _ in first })
        for job in record.jobs {
            guard let was = old[job.asset], !was.isFailed, !job.isFailed else { continue }
            let digests = { (record: RunRecord) in record.inputs.filter { $0.asset == job.asset }.map(\.digest) }
            let bars = BarsChange(
                from: was, first: job.first, bars: job.bars, isOther: digests(record) != digests(before))
            if bars.isRevised { isRevised = true }
            count += bars.added
        }
        (revised, added) = (isRevised, count)
    }

    /// What makes a break, a letter each: study, version, older data.
    var letters: String { (study ? "S" : "") + (version != nil ? "V" : "") + (revised ? "D" : "") }

    /// In words; a dash for nothing.
    var words: String {
        let parts = [
            study ? "study" : nil, version.map { "version (was \($0))" }, revised ? "older data" : nil,
            added > 0 ? "\(counted(added, "bar", "bars")) added" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "–" : parts.joined(separator: ", ")
    }
}
