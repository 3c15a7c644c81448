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
        let places = zip(addresses, studies).prefix(8).map { (id: $0, label: $1.study) }
        let page = Page(
            title: "BelowZero · all nights", printFooter: "BelowZero · all nights", subject: "all nights", root: "",
            sections: places, version: version,
            footer: ["BelowZero \(version). Links are relative: the folder can be copied."])
        return page.html { w in
            w.write(answer, root: "")
            w.filterBox("Show only", count: studies.flatMap(\.cards).count)
            w.write(self.sections.map(PagePart.section), root: "")
        }
    }

    /// A section a study.
    var sections: [ReportSection] { zip(addresses, studies).map { $1.section(id: $0) } }

    // MARK: Answer

    /// What the page says first.
    private var answer: PageAnswer {
        let kicker = "\(counted(studies.count, "study", "studies")) · the newest \(counted(runs, "run", "runs"))"
        let newest = newestStart.map { "The newest run started on \($0.minuteText) UTC." }
        return PageAnswer(
            kicker: [.plain(kicker)], title: title, blocks: newest.map { [.paragraph(.lede, $0)] } ?? [])
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
        let met =
            counts.limits == 0
            ? "no limits set"
            : counted(counts.met, "limit met", "limits met")
                + (counts.notShown > 0 ? ", \(grouped(counts.notShown)) not shown" : "")
        guard !bad.isEmpty else { return newestWords + [.key(met), .plain(".")] }
        return newestWords + [
            .finding(bad.joined(separator: ", ")), .plain(counts.limits == 0 ? "." : ", \(met)."),
        ]
    }

    /// Which runs the title speaks of, by their dates: the page has no clock that could call them the last night's.
    private var newestWords: [Phrase] {
        let ends = [newestStarts.min(), newestStarts.max()].compactMap { $0?.civil.dateText }
        guard let first = ends.first, let last = ends.last else { return [] }
        let days: [Phrase] = first == last ? [.date(first)] : [.date(first), .plain(" to "), .date(last)]
        return [.plain(studies.count == 1 ? "The newest run, of " : "The newest runs, of ")] + days + [.plain(": ")]
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
    var newestStart: UTCInstant? { newestStarts.max() }

    /// When the newest run of each study started.
    var newestStarts: [UTCInstant] { studies.compactMap { $0.records.first?.run.started } }

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
        return (headline == nil ? 0 : 1) + LimitKey.keyed(newestWhole.limits).count
    }

    /// The headline's card, then one for each limit of the newest run that has results.
    var cards: [NightCard] {
        guard let newestWhole else { return [] }
        let (runs, changes) = (shown, changes)
        let first = headline.map { NightCard(headline: $0, runs: runs, changes: changes) }
        let keyed = runs.map { record in
            (
                record,
                Dictionary(
                    LimitKey.keyed(record.limits).map { ($0.key, $0.limit) }, uniquingKeysWith: { first, _ in first })
            )
        }
        let limits = LimitKey.keyed(newestWhole.limits).map { NightCard(limit: $1, $0, runs: keyed, changes: changes) }
        // What is breached is looked for first.
        let ordered = limits.filter(\.isBreached) + limits.filter { !$0.isBreached }
        return Array(([first].compactMap { $0 } + ordered).prefix(NightsPage.mostCards))
    }

    fileprivate func section(id: String) -> ReportSection {
        let cards = cards
        let definition =
            "What was measured over the last \(counted(shown.count, "run", "runs")), oldest left. Band: the interval. Dashed: the limit. Dotted line: "
            + "study (S), version (V) or older data (D) changed, so that values left and right of it are not alike; tick at the foot: "
            + "data were added. Grey bar: where tonight was expected, by the moves of the nights before."
        let hidden = "Shown: \(cards.count) of \(allCards) cells; all are in limits.csv of each run."
        return ReportSection(
            id, label: study, title: title(records[0]), definition: definition,
            [.cards(cards.map(\.shown))] + (cards.count < allCards ? [.paragraph(.key, hidden)] : [])
                + [.table(runTable)])
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

    private var runTable: SectionTable {
        SectionTable(
            name: "Runs of \(study)", style: .runs,
            head: ["Run (UTC)", "Result", "Histories", "Took", "Warnings", "Changed", "Files"], numbersFrom: 9,
            rows: zip(shown, changes).reversed().map { $0.row($1) })
    }
}

extension RunRecord {
    fileprivate func row(_ change: RunChange) -> SectionTable.Row {
        let isFailed = run.status == .failed
        let texts = [
            jobs.isEmpty ? "–" : "\(grouped(jobsDone)) of \(grouped(jobs.count))", timeText(run.duration),
            isFailed ? "–" : grouped(warnings), isFailed ? run.message : change.words,
        ]
        return SectionTable.Row(
            [.text(run.started.minuteText)],
            [.pill(pill)] + texts.map { .words([.text($0)]) } + [.words(links)])
    }

    /// The run's report and what machines read, as long as its folder is known.
    private var links: [Inline] {
        guard let path = run.folder.flatMap(relativeAddress) else { return [.text("none")] }
        let files = [("index.html", "report"), ("results.csv", "csv"), ("summary.json", "json")]
        let links = files.map { [Inline.link($0.1, to: path + "/" + $0.0)] }
        return Array(links.joined(separator: [.text(" ")]))
    }

    /// The run's end in words and a sign.
    private var pill: Pill {
        switch run.status {
        case .ok: Pill("ok", "✓", "done")
        case .breached where !limits.contains { $0.status == "breach" }: Pill("bad", "?", "not shown")
        case .breached: Pill("bad", "✕", "breach")
        case .partial: Pill("bad", "–", "partial")
        case .failed: Pill("bad", "✕", "failed, exit \(run.exitCode)")
        }
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
