import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What changed since the last run with other results, one line a change, the gravest first.
struct ChangesSection {
    let changes: RunChanges

    /// The place to jump to.
    static let section = (id: "changes", label: "Changes")

    /// Lines of one kind that are shown; all are in `since_last.csv`.
    static let mostLines = 30

    /// Nil where no earlier run is on record.
    init?(_ report: RunReport) {
        guard let changes = report.changes else { return nil }
        self.changes = changes
    }

    private func items(_ kind: ChangedItem.Kind) -> [ChangedItem] { changes.items.filter { $0.kind == kind } }

    /// Verdicts that changed, breaches first.
    private var verdicts: [ChangedItem] {
        let order = ["breach", "not_shown", "no_value", "no_history", "met"]
        return items(.verdict).enumerated().sorted { a, b in
            let ranks = [a, b].map { order.firstIndex(of: $0.element.after.status ?? "") ?? order.count }
            return ranks[0] == ranks[1] ? a.offset < b.offset : ranks[0] < ranks[1]
        }.map(\.element)
    }

    /// Shares that left the interval they had, those whose intervals are apart first, then by the size of the move.
    private var moved: [ChangedItem] {
        items(.share).filter { $0.reach != .within }.enumerated().sorted { a, b in
            if a.element.isApart != b.element.isApart { return a.element.isApart }
            let sizes = [a, b].map { abs($0.element.move ?? 1) }
            return sizes[0] == sizes[1] ? a.offset < b.offset : sizes[0] > sizes[1]
        }.map(\.element)
    }

    private var within: [ChangedItem] { items(.share).filter { $0.reach == .within } }
    private var addedBars: Int {
        items(.appended).reduce(0) { $0 + ($1.after.bars ?? 0) - ($1.before.bars ?? 0) }
    }

    /// Writes the section.
    func write(to w: inout HTMLWriter) {
        let definition =
            "Against the run of \(changes.started.minuteText) UTC, the last of this study with other results. A share has moved where it "
            + "is outside of the interval that it had."
        w.section(ChangesSection.section.id, label: "Since the last run", title: title, definition: definition) { w in
            w.element("ul", .class("checks column")) { w in
                writeCauses(&w)
                writeList(verdicts, "verdicts", &w) { $0.writeVerdict($1) }
                for kind in [ChangedItem.Kind.lost, .found, .added, .removed, .revised] {
                    writeList(items(kind), "price histories", &w) { $0.writeHistory($1) }
                }
                writeList(moved, "shares", &w) { $0.writeShare($1) }
                writeRest(&w)
            }
            w.source(["since_last.csv"], root: "")
        }
    }

    /// What was found, in a few words.
    private var title: String {
        let lost = items(.lost).count
        let parts = [
            verdicts.isEmpty ? nil : counted(verdicts.count, "verdict", "verdicts") + " changed",
            lost == 0 ? nil : counted(lost, "price history", "price histories") + " lost",
            items(.revised).isEmpty
                ? nil : counted(items(.revised).count, "price history", "price histories") + " revised",
            moved.isEmpty ? nil : counted(moved.count, "share", "shares") + " moved",
        ].compactMap { $0 }
        return parts.isEmpty ? "No verdict changed, and no share left its interval" : parts.joined(separator: ", ")
    }

    private func writeCauses(_ w: inout HTMLWriter) {
        if changes.isStudyChanged {
            writeLine("warn", "!", "study", "The study has another text: values before and after are not alike.", &w)
        }
        if let version = changes.versionBefore {
            writeLine("warn", "!", "version", "The earlier run was made by version \(visibleText(version)).", &w)
        }
    }

    private func writeLine(_ style: String, _ sign: String, _ pill: String, _ words: String, _ w: inout HTMLWriter) {
        w.element("li") { w in
            w.pill(style, sign, pill)
            w.text(words)
        }
        w.line()
    }

    private func writeList(
        _ items: [ChangedItem], _ many: String, _ w: inout HTMLWriter,
        _ write: (inout HTMLWriter, ChangedItem) -> Void
    ) {
        for item in items.prefix(ChangesSection.mostLines) {
            w.element("li") { write(&$0, item) }
            w.line()
        }
        let rest = items.count - ChangesSection.mostLines
        if rest > 0 { w.element("li", text: "and \(grouped(rest)) more \(many), in since_last.csv") }
    }

    /// What needs no line of its own.
    private func writeRest(_ w: inout HTMLWriter) {
        if !within.isEmpty {
            let count = counted(within.count, "share", "shares")
            writeLine(
                "info", "i", "within",
                "\(count) moved within the interval that \(within.count == 1 ? "it" : "each") had.", &w)
        }
        let appended = items(.appended).count
        if appended > 0 {
            let histories = counted(appended, "price history", "price histories")
            writeLine("info", "+", "bars", "\(counted(addedBars, "bar", "bars")) added to \(histories).", &w)
        }
        if changes.items.isEmpty, !changes.isStudyChanged, changes.versionBefore == nil {
            writeLine(
                "ok", "✓", "the same", "Limits, price histories and the headline of every page are as they were.", &w)
        }
    }

    /// The section's counts.
    var statements: [Statement] {
        let histories = [ChangedItem.Kind.lost, .found, .added, .removed, .revised, .appended]
        let lists = histories.map { ("\($0.rawValue)_count", items($0).count) }
        let counts =
            lists + [
                ("verdicts_count", verdicts.count), ("shares_moved_count", moved.count),
                ("shares_within_count", within.count), ("bars_added_count", addedBars),
            ]
        let rests = counts.filter { $0.1 > ChangesSection.mostLines }.map { name, count in
            ("\(name.dropLast("_count".count))_hidden_count", count - ChangesSection.mostLines)
        }
        return (counts + rests).map { Statement(ChangesSection.section.id, $0.0, count: $0.1) }
    }
}

extension HTMLWriter {
    /// `C1USDT long 20× 7 d typical linear · below zero: met, now breach (4.2 % → 6.1 %)`.
    fileprivate mutating func writeVerdict(_ item: ChangedItem) {
        LimitCheck.Outcome(rawValue: item.after.status ?? "")?.writePill(.warn, to: &self)
        text(item.scope + " · " + item.measureWords)
        let status = (item.before.status ?? "").replacing("_", with: " ")
        element("small", text: " was \(status), \(item.text(item.before.value)) → \(item.text(item.after.value))")
    }

    fileprivate mutating func writeHistory(_ item: ChangedItem) {
        let (style, sign, word, words) = item.historyWords
        pill(style, sign, word)
        name(item.asset)
        element("small", text: " " + words)
    }

    fileprivate mutating func writeShare(_ item: ChangedItem) {
        let rises = (item.move ?? 0) > 0
        pill(rises ? "bad" : "info", rises ? "↑" : "↓", item.isApart ? "intervals apart" : "moved")
        text(item.scope)
        element("small", text: " \(item.before.shareWords) → \(item.after.shareWords)")
    }
}

extension ChangedItem {
    fileprivate var scope: String {
        cell?.fullWords ?? platform.map { ledgerPlaceWords(asset: asset, platform: $0) } ?? visibleText(asset)
    }

    fileprivate var measureWords: String {
        let words = measure.flatMap(Measure.init(rawValue:))?.words ?? (measure ?? "").replacing("_", with: " ")
        return words + (behaviour.map { " under «\(visibleText($0))»" } ?? "")
    }

    /// A value of the item's measure.
    fileprivate func text(_ value: Double?) -> String {
        guard let value else { return "no value" }
        switch measure.flatMap(Measure.init(rawValue:))?.unit {
        case .fraction, .ofMargin: return significantText(value * 100, digits: 4) + narrowSpace + "%"
        case .hours: return significantText(value, digits: 4) + hardSpace + "h"
        default: return abs(value) < 1e15 && value == value.rounded() ? grouped(Int(value)) : numberText(value)
        }
    }

    fileprivate var historyWords: (style: String, sign: String, word: String, words: String) {
        let (was, now) = (before.bars.map(grouped) ?? "none", after.bars.map(grouped) ?? "none")
        return switch kind {
        case .lost: ("bad", "–", "no data", "had \(was) bars and has no result now")
        case .found: ("ok", "✓", "data back", "has \(now) bars and had no result")
        case .added: ("info", "+", "new", "was not in the earlier run")
        case .removed: ("info", "–", "gone", "was in the earlier run, with \(was) bars")
        default: ("warn", "!", "revised", "bars that both runs cover differ: \(was) bars then, \(now) now")
        }
    }
}

extension ChangedItem.Figures {
    /// `3.1 % (2.0–4.7)`.
    fileprivate var shareWords: String {
        guard let value else { return "no value" }
        guard let interval, interval.high.isFinite else { return shareText(value) }
        return "\(shareText(value)) (\(intervalNumber(interval)))"
    }
}
