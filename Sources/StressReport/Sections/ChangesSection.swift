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

    /// The section.
    var section: ReportSection {
        let definition =
            "Against the run of \(changes.started.minuteText) UTC, the last of this study with other results. A share has moved where it "
            + "is outside of the interval that it had; it appeared or went where one of the two runs has no value."
        return ReportSection(
            ChangesSection.section.id, label: "Since the last run", title: title, definition: definition,
            [.checks(lines), .source(["since_last.csv"])])
    }

    private var lines: [CheckLine] {
        let histories = [ChangedItem.Kind.lost, .found, .added, .removed, .revised]
        return causeLines + list(verdicts, "verdicts", \.verdictLine)
            + histories.flatMap { list(items($0), "price histories", \.historyLine) }
            + list(moved, "shares", \.shareLine) + restLines
    }

    /// What was found, in a few words.
    private var title: String {
        let lost = items(.lost).count
        let parts = [
            verdicts.isEmpty ? nil : counted(verdicts.count, "verdict", "verdicts") + " changed",
            lost == 0 ? nil : counted(lost, "price history", "price histories") + " lost",
            items(.revised).isEmpty
                ? nil : counted(items(.revised).count, "price history", "price histories") + " revised",
            moved.isEmpty ? nil : counted(moved.count, "share", "shares") + movedWord,
        ].compactMap { $0 }
        return parts.isEmpty ? "No verdict changed, and no share left its interval" : parts.joined(separator: ", ")
    }

    private var movedWord: String { moved.contains { $0.move == nil } ? " moved, appeared or went" : " moved" }

    private var causeLines: [CheckLine] {
        let study =
            changes.asksForSameFigures == true
            ? "The study has other limits or another headline; its figures are made as before."
            : "The study has another text: values before and after are not alike."
        let version = changes.versionBefore.map { "The earlier run was made by version \(visibleText($0))." }
        return (changes.isStudyChanged ? [CheckLine(Pill("warn", "!", "study"), [.text(study)])] : [])
            + (version.map { [CheckLine(Pill("warn", "!", "version"), [.text($0)])] } ?? [])
    }

    private func list(_ items: [ChangedItem], _ many: String, _ line: (ChangedItem) -> CheckLine) -> [CheckLine] {
        let rest = items.count - ChangesSection.mostLines
        return items.prefix(ChangesSection.mostLines).map(line)
            + (rest > 0 ? [CheckLine(nil, [.text("and \(grouped(rest)) more \(many), in since_last.csv")])] : [])
    }

    /// What needs no line of its own.
    private var restLines: [CheckLine] { [withinLine, barsLine, rolledLine, sameLine].compactMap { $0 } }

    private var withinLine: CheckLine? {
        guard !within.isEmpty else { return nil }
        let count = counted(within.count, "share", "shares")
        let words = "\(count) moved within the interval that \(within.count == 1 ? "it" : "each") had."
        return CheckLine(Pill("info", "i", "within"), [.text(words)])
    }

    private var barsLine: CheckLine? {
        let appended = items(.appended).count
        guard appended > 0 else { return nil }
        let histories = counted(appended, "price history", "price histories")
        let words =
            "\(counted(addedBars, "bar", "bars")) added to \(histories); \(comparedWords(.appended, "the bars before"))"
        return CheckLine(Pill("info", "+", "bars"), [.text(words)])
    }

    private var rolledLine: CheckLine? {
        let rolled = items(.rolled).count
        guard rolled > 0 else { return nil }
        let words =
            "\(counted(rolled, "price history", "price histories")) moved on: the oldest bars are gone, newer ones are there; "
            + comparedWords(.rolled, "those that both runs cover")
        return CheckLine(Pill("info", "→", "bars"), [.text(words)])
    }

    /// Whether bars that are not new are as they were, as far as it is known.
    private func comparedWords(_ kind: ChangedItem.Kind, _ bars: String) -> String {
        let (all, unknown) = (items(kind).count, items(kind).count { $0.restated == nil })
        guard unknown > 0 else { return "\(bars) are as they were, day by day and month by month." }
        let which = unknown == all ? "" : " in \(unknown) of them"
        return
            "whether \(bars) are as they were is not known\(which), as the earlier run kept no fingerprint of its bars."
    }

    private var sameLine: CheckLine? {
        guard changes.items.isEmpty, !changes.isStudyChanged, changes.versionBefore == nil else { return nil }
        let words = "Limits, price histories and the headline of every page are as they were."
        return CheckLine(Pill("ok", "✓", "the same"), [.text(words)])
    }

    /// The section's counts.
    var statements: [Statement] {
        let histories = [ChangedItem.Kind.lost, .found, .added, .removed, .revised, .appended, .rolled]
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

extension ChangedItem {
    /// `C1USDT long 20× 7 d typical linear · below zero: met, now breach (4.2 % → 6.1 %)`.
    fileprivate var verdictLine: CheckLine {
        let status = (before.status ?? "").replacing("_", with: " ")
        return CheckLine(
            LimitCheck.Outcome(rawValue: after.status ?? "")?.pill(.warn),
            [
                .text(scope + " · " + measureWords),
                .aside(" was \(status), \(text(before.value)) → \(text(after.value))"),
            ])
    }

    fileprivate var historyLine: CheckLine {
        let (pill, words) = historyWords
        return CheckLine(pill, [.name(asset), .aside(" " + words)])
    }

    fileprivate var shareLine: CheckLine {
        guard let move else {
            let pill = Pill("info", "i", before.value == nil ? "appeared" : "went")
            return CheckLine(pill, [.text(scope), .aside(" \(before.shareWords) → \(after.shareWords)")])
        }
        let rises = move > 0
        let pill = Pill(rises ? "bad" : "info", rises ? "↑" : "↓", isApart ? "intervals apart" : "moved")
        return CheckLine(pill, [.text(scope), .aside(" \(before.shareWords) → \(after.shareWords)")])
    }
}

extension ChangedItem {
    private var scope: String {
        cell?.fullWords ?? platform.map { ledgerPlaceWords(asset: asset, platform: $0) } ?? visibleText(asset)
    }

    private var measureWords: String {
        let words = measure.flatMap(Measure.init(rawValue:))?.words ?? (measure ?? "").replacing("_", with: " ")
        return words + (behaviour.map { " under «\(visibleText($0))»" } ?? "")
    }

    /// A value of the item's measure.
    private func text(_ value: Double?) -> String {
        guard let value else { return "no value" }
        switch measure.flatMap(Measure.init(rawValue:))?.unit {
        case .fraction, .ofMargin: return significantText(value * 100, digits: 4) + narrowSpace + "%"
        case .hours: return significantText(value, digits: 4) + hardSpace + "h"
        default: return abs(value) < 1e15 && value == value.rounded() ? grouped(Int(value)) : numberText(value)
        }
    }

    private var historyWords: (pill: Pill, words: String) {
        let (was, now) = (before.bars.map(grouped) ?? "none", after.bars.map(grouped) ?? "none")
        return switch kind {
        case .lost: (Pill("bad", "–", "no data"), "had \(was) bars and has no result now")
        case .found: (Pill("ok", "✓", "data back"), "has \(now) bars and had no result")
        case .added: (Pill("info", "+", "new"), "was not in the earlier run")
        case .removed: (Pill("info", "–", "gone"), "was in the earlier run, with \(was) bars")
        default:
            (
                Pill("warn", "!", "revised"),
                "bars \(restatedWords ?? "that both runs cover") differ: \(was) bars then, \(now) now"
            )
        }
    }

    /// `of 2026-11-18 and of 3 other days or months (UTC)`; nil where nothing tells which.
    private var restatedWords: String? {
        guard let restated, let first = restated.first else { return nil }
        let others = restated.count - 1
        return "of \(first)"
            + (others > 0 ? " and of \(counted(others, "other day or month", "other days or months"))" : "") + " (UTC)"
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
