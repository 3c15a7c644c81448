import RunStore
import StressBasics

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
        let slugs = pageSlugs(for: studies.map(\.study))
        let sections = zip(slugs, studies).prefix(8).map { (id: "study-" + $0, label: $1.study) }
        let page = Page(
            title: "BelowZero · all nights", printFooter: "BelowZero · all nights", subject: "all nights", root: "",
            sections: sections, version: version,
            footer: ["BelowZero \(version). Links are relative: the folder can be copied."])
        return page.html { w in
            writeAnswer(&w)
            w.filterBox("Show only", count: studies.flatMap(\.cards).count)
            for (slug, study) in zip(slugs, studies) { study.write(id: "study-" + slug, to: &w) }
        }
    }

    // MARK: Answer

    private func writeAnswer(_ w: inout HTMLWriter) {
        w.line()
        w.element("section", .id("answer"), Attribute("aria-labelledby", "h-answer")) { w in
            let runs = studies.reduce(0) { $0 + $1.records.count }
            w.element(
                "p", .class("kicker"),
                text: "\(counted(studies.count, "study", "studies")) · the newest \(counted(runs, "run", "runs"))")
            w.element("h1", .id("h-answer")) { $0.phrases(title) }
            if let newest = studies.compactMap({ $0.records.first?.run.started }).max() {
                w.element("p", .class("lede"), text: "The newest run started on \(newest.minuteText) UTC.")
            }
        }
        w.line()
    }

    /// What became of the newest run of every study.
    private var title: [Phrase] {
        guard !studies.isEmpty else { return [.plain("No run is on record.")] }
        let newest = studies.compactMap(\.records.first)
        let limits = newest.flatMap(\.limits)
        func count(_ status: String) -> Int { limits.count { $0.status == status } }
        let failedRuns = newest.count { $0.run.status == .failed }
        let failedJobs = newest.filter { $0.run.status != .failed }.flatMap(\.jobs).count(where: \.isFailed)
        let bad = [
            failedRuns > 0 ? counted(failedRuns, "run failed", "runs failed") : nil,
            count("breach") > 0 ? counted(count("breach"), "limit breached", "limits breached") : nil,
            failedJobs > 0 ? counted(failedJobs, "price history", "price histories") + " without data" : nil,
        ].compactMap { $0 }
        let start = studies.count == 1 ? "Last night: " : "Last runs: "
        let met = limits.isEmpty ? "no limits set" : counted(count("met"), "limit met", "limits met")
        guard !bad.isEmpty else { return [.plain(start), .key(met), .plain(".")] }
        return [.plain(start), .finding(bad.joined(separator: ", ")), .plain(limits.isEmpty ? "." : ", \(met).")]
    }
}

// MARK: - One study

extension NightsPage.StudyHistory {
    /// The runs that cards and tables show, oldest first.
    fileprivate var shown: [RunRecord] { records.prefix(NightsPage.shownRuns).reversed() }

    /// What changed in each shown run against the one before it that wrote results.
    fileprivate var changes: [RunChange] {
        var before: RunRecord?
        return shown.map { record in
            defer { if record.run.status != .failed { before = record } }
            return RunChange(record, since: before)
        }
    }

    /// The headline's card, then one for each limit of the newest run that has results.
    fileprivate var cards: [NightCard] {
        guard let newest = records.first(where: { $0.run.status != .failed }) else { return [] }
        let headline = shown.reversed().lazy.compactMap { $0.headlines.first(where: \.isStudyHeadline) }.first
        let first = headline.map { NightCard(headline: $0.cell, runs: shown, changes: changes) }
        var seen: Set<LimitKey> = []
        let limits = newest.limits.filter { seen.insert(LimitKey($0)).inserted }.map {
            NightCard(limit: $0, runs: shown, changes: changes)
        }
        // What is breached is looked for first.
        let ordered = limits.filter(\.isBreached) + limits.filter { !$0.isBreached }
        return Array(([first].compactMap { $0 } + ordered).prefix(NightsPage.mostCards))
    }

    fileprivate func write(id: String, to w: inout HTMLWriter) {
        let newest = records[0]
        let definition =
            "Share of entries over the last \(counted(shown.count, "run", "runs")), oldest left. Dashed: the limit. Dotted line: "
            + "study, version or older data changed, so that values left and right of it are not alike; tick at the foot: data "
            + "were added."
        w.section(id, label: study, title: title(newest), definition: definition) { w in
            let cards = cards
            w.element("div", .class("cards")) { w in for card in cards { card.write(to: &w) } }
            w.line()
            let all = 1 + Set(newest.limits.map(LimitKey.init)).count
            if cards.count == NightsPage.mostCards, all > cards.count {
                w.element(
                    "p", .class("key"),
                    text: "Shown: \(cards.count) of \(all) cells; all are in limits.csv of each run.")
            }
            writeRuns(&w)
        }
    }

    private func title(_ newest: RunRecord) -> String {
        let date = newest.run.started.minuteText
        switch newest.run.status {
        case .failed: return "\(date): the run failed"
        case .partial:
            let failed = newest.jobs.count(where: \.isFailed)
            return "\(date): \(counted(failed, "price history", "price histories")) without data"
        case .breached:
            let breached = newest.limits.count { $0.status == "breach" }
            return "\(date): \(counted(breached, "limit", "limits")) breached"
        case .ok: return newest.limits.isEmpty ? "\(date): done" : "\(date): every limit is met"
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
        let done = record.jobs.count { !$0.isFailed }
        let warnings = record.jobs.reduce(0) { $0 + $1.warnings + $1.errors }
        w.element("tr") { w in
            w.element("th", Attribute("scope", "row"), text: run.started.minuteText)
            w.element("td") { run.writePill(to: &$0) }
            w.element("td", text: record.jobs.isEmpty ? "–" : "\(grouped(done)) of \(grouped(record.jobs.count))")
            w.element("td", text: timeText(run.duration))
            w.element("td", text: run.status == .failed ? "–" : grouped(warnings))
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

extension StoredRun {
    /// The run's end in words and a sign.
    fileprivate func writePill(to w: inout HTMLWriter) {
        switch status {
        case .ok: w.pill("ok", "✓", "done")
        case .breached: w.pill("bad", "✕", "breach")
        case .partial: w.pill("bad", "–", "partial")
        case .failed: w.pill("bad", "✕", "failed, exit \(exitCode)")
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
            let grown = (job.bars ?? 0) - (was.bars ?? 0)
            if job.first != was.first || grown < 0 || grown == 0 && digests(record) != digests(before) {
                isRevised = true
            }
            count += max(0, grown)
        }
        (revised, added) = (isRevised, count)
    }

    /// In words; a dash for nothing.
    var words: String {
        let parts = [
            study ? "study" : nil, version.map { "version (was \($0))" }, revised ? "older data" : nil,
            added > 0 ? "\(counted(added, "bar", "bars")) added" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "–" : parts.joined(separator: ", ")
    }
}

/// A limit apart from what was measured against it.
private struct LimitKey: Hashable {
    let asset: String
    let cell: StoredCell?
    let measure, form, bound: String

    init(_ limit: StoredLimit) {
        (asset, cell, measure) = (limit.asset, limit.cell, limit.measure)
        (form, bound) = (limit.form, limit.bound)
    }
}

// MARK: - One card

/// One value of a study over its runs.
struct NightCard {
    /// One run of the line.
    struct Night {
        let started: UTCInstant
        let value: Double?
        let limit: Double?
        let change: RunChange
    }

    let asset: String
    let scope: String
    let measure: String
    let status: String
    let nights: [Night]
    /// Whether the limit is a lower one.
    let isFloor: Bool

    var isBreached: Bool { status == "breach" }

    /// The card of the study's headline.
    init(headline cell: StoredCell, runs: [RunRecord], changes: [RunChange]) {
        (asset, scope, measure) = (cell.asset, cell.words, "below zero")
        isFloor = false
        nights = zip(runs, changes).map { record, change in
            Night(
                started: record.run.started,
                value: record.headlines.first { $0.isStudyHeadline && $0.cell == cell }?.negativeEquity, limit: nil,
                change: change)
        }
        status = nights.last?.value == nil ? "no_value" : "headline"
    }

    /// The card of a limit.
    init(limit: StoredLimit, runs: [RunRecord], changes: [RunChange]) {
        let key = LimitKey(limit)
        asset = limit.asset
        scope = limit.cell?.words ?? "newest bar"
        measure = measureWords(limit.measure)
        isFloor = limit.form == "min"
        nights = zip(runs, changes).map { record, change in
            let own = record.limits.first { LimitKey($0) == key }
            return Night(
                started: record.run.started, value: own?.value,
                limit: own?.form == "drift" ? nil : own?.threshold, change: change)
        }
        status = runs.last?.limits.first { LimitKey($0) == key }?.status ?? "no_value"
    }

    private var isShare: Bool { !measure.hasPrefix("age") }

    /// A value in the card's unit.
    private func text(_ value: Double) -> String { isShare ? percentText(value) : timeText(hours: value) }

    func write(to w: inout HTMLWriter) {
        w.element("article", .class("card")) { w in
            w.element("h3") { w in
                w.name(asset)
                writePill(to: &w)
            }
            w.element("p", .class("scope"), text: "\(scope) · \(measure)" + (limitText.map { " · limit \($0)" } ?? ""))
            w.element("p", .class("now")) { w in
                guard let value = nights.last?.value else {
                    w.element("b", text: "–")
                    let last = nights.last { $0.value != nil }
                    let good = last.map { "last good \(text($0.value ?? 0)) on \($0.started.civil.dateText)" }
                    return w.text(" no value; \(good ?? "none on record")")
                }
                w.element("b", text: text(value))
                if let median { w.text(" \(differenceText(value - median)) against the median of \(known.count)") }
            }
            NightChart(card: self).write(to: &w)
        }
        w.line()
    }

    private func writePill(to w: inout HTMLWriter) {
        switch status {
        case "breach": w.pill("bad", "✕", "breach")
        case "met": w.pill("ok", "✓", "met")
        case "headline": w.pill("info", "i", "headline")
        case "no_history": w.pill("info", "–", "no history")
        default: w.pill("bad", "–", "no data")
        }
    }

    /// The newest limit, as `≤ 5 %`.
    private var limitText: String? {
        let limit = nights.last { $0.limit != nil }?.limit
        return limit.map { (isFloor ? "≥" : "≤") + narrowSpace + text($0) }
    }

    private var known: [Double] { nights.compactMap(\.value) }

    /// The median of the shown values; nil for fewer than three.
    var median: Double? {
        let sorted = known.sorted()
        guard sorted.count > 2 else { return nil }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private func differenceText(_ difference: Double) -> String {
        let size = isShare ? percentNumber(abs(difference)) : timeText(hours: abs(difference))
        return difference == 0 ? "±0" : (difference < 0 ? "−" : "+") + size
    }

    /// What the line shows, in a sentence.
    var sentence: String {
        guard let low = known.min(), let high = known.max(), let first = nights.first, let last = nights.last else {
            return "\(measure): no value in \(counted(nights.count, "run", "runs"))"
        }
        let limit = nights.last { $0.limit != nil }?.limit.map { "; limit \(text($0))" } ?? ""
        let breaks = nights.count { $0.change.isBreak }
        let changed = breaks > 0 ? "; \(counted(breaks, "change", "changes")) of study, version or older data" : ""
        return
            "\(measure) in \(counted(nights.count, "run", "runs")) from \(first.started.civil.dateText) to "
            + "\(last.started.civil.dateText): \(text(low)) to \(text(high))\(limit)\(changed)"
    }
}

/// Hours as a time with its unit.
private func timeText(hours: Double) -> String {
    let bounded = min(max(hours, 0), 1e9)
    return timeText(TimeSpan(milliseconds: Int64(bounded * 3_600_000)))
}

/// A measure of the store in the words of the pages.
private func measureWords(_ measure: String) -> String {
    switch measure {
    case "negative_equity_frac": "below zero"
    case "worst_negative_equity_frac": "below zero, worst fill"
    case "liquidated_frac": "liquidated"
    case "unprotected_frac": "no safeguards"
    case "shortfall_max_margin_frac": "worst shortfall of margin"
    case "newest_bar_age_h": "age of the newest bar"
    default: measure.replacing("_frac", with: "").replacing("_", with: " ")
    }
}

extension StoredCell {
    /// `long 20× 7 d`, with contract and platform where they are not the usual ones.
    fileprivate var words: String {
        let time = TimeSpan(milliseconds: Int64(min(max(horizonHours, 0), 1e7) * 3_600_000)).screenText
        let kind = contract == "linear" ? "" : contract + " "
        return "\(kind)\(side) \(numberText(leverage))× \(time) on \(platform)"
    }
}

/// The values of a card as a line, with the limit and the marks of what changed.
struct NightChart: Drawing {
    let card: NightCard

    let width = 300.0
    let height = 66.0
    var alternative: String { card.sentence }

    private var right: Double { width - 8 }

    func writeShapes(to w: inout HTMLWriter) {
        let nights = card.nights
        let top = max(nights.flatMap { [$0.value ?? 0, $0.limit ?? 0] }.max() ?? 0, 1e-9) * 1.12
        func x(_ place: Int) -> Double {
            nights.count > 1 ? 6 + (right - 12) * Double(place) / Double(nights.count - 1) : right - 6
        }
        func y(_ value: Double) -> Double { height - 8 - (height - 14) * min(max(value / top, 0), 1) }
        w.rule("gr", 0, height - 8, right, height - 8)
        for (place, night) in nights.enumerated() {
            if night.change.isBreak {
                w.rule("rf", x(place), 2, x(place), height - 8)
            } else if night.change.added > 0 {
                w.rule("ax", x(place), height - 8, x(place), height - 4)
            }
        }
        for run in runs(nights.map(\.limit)) {
            w.line("bk", run.map { (x: x($0), y: y(nights[$0].limit ?? 0)) }, right)
        }
        for run in runs(nights.map(\.value)) {
            let points = run.map { (x: x($0), y: y(nights[$0].value ?? 0)) }
            if points.count > 1 { w.shape("path", .class("ln lq s1"), Attribute("d", pathThrough(points))) }
            // A night between two without a value is a dot, not nothing.
            if points.count == 1 { w.dot("s1f", points[0].x, points[0].y, radius: 2) }
        }
        if let value = nights.last?.value { w.dot("dt s1f", x(nights.count - 1), y(value), radius: 4.5) }
    }

    /// The stretches without a gap.
    private func runs(_ values: [Double?]) -> [[Int]] {
        values.indices.split { values[$0] == nil }.map(Array.init)
    }
}

extension HTMLWriter {
    /// A line through points; a single point becomes a short line up to `right`.
    fileprivate mutating func line(_ style: String, _ points: [(x: Double, y: Double)], _ right: Double) {
        guard let first = points.first else { return }
        let drawn = points.count > 1 ? points : [(x: max(0, first.x - 20), y: first.y), (x: right, y: first.y)]
        shape("path", .class(style), Attribute("fill", "none"), Attribute("d", pathThrough(drawn)))
    }
}
