import PriceSeries
import StressBasics

/// How a price history ends: all that a study needs of it to tell whether it looks at survivors only.
struct HistoryEnding: Codable, Sendable {
    /// Open time of the last bar.
    let last: UTCInstant
    /// Whether the last close is below a hundredth of the highest.
    let hasCollapsed: Bool

    /// Of a history with at least one bar. O(bars).
    init(_ series: BarSeries) {
        last = series.instant(series.count - 1)
        hasCollapsed = HistoryEnding.hasCollapsed(series)
    }

    private static func hasCollapsed(_ series: BarSeries) -> Bool {
        guard let last = series.close.last, let highest = series.close.max(), highest > 0 else { return false }
        return last < highest / 100
    }

    /// Ends this much earlier than others are early: a month, more than vendors' files of one download differ.
    private static let early = TimeSpan.days(30)

    func isEarly(before end: UTCInstant) -> Bool {
        end.milliseconds - last.milliseconds > HistoryEnding.early.milliseconds
    }
}

/// Whether a price history ends long before the study's others, or in a collapse: check `survivorship`.
///
/// A history that stops early says nothing of what came afterwards, which for a coin that was delisted is the part that
/// would matter. And a study of which every history goes on to the end looks only at what survived. Nil for a study of one
/// history that neither stops nor collapses: there is nothing to compare it with.
func survivorshipFinding(_ history: HistoryEnding, among histories: [HistoryEnding]) -> Finding? {
    guard let end = histories.map(\.last).max() else { return nil }
    if history.isEarly(before: end) { return earlyFinding(history, end: end) }
    if history.hasCollapsed {
        return Finding(
            check: "survivorship", severity: .note,
            message: "the last close is below a hundredth of the highest: the asset has collapsed within the history",
            time: history.last, action: "kept")
    }
    let areSurvivors = histories.allSatisfy { !$0.hasCollapsed && !$0.isEarly(before: end) }
    guard histories.count > 1, areSurvivors else { return nil }
    return Finding(
        check: "survivorship", severity: .note,
        message:
            "all \(histories.count) histories go on to the end and none has collapsed: a study of survivors shows fewer "
            + "losses than their market had", count: histories.count, action: "kept")
}

/// What is to be said of a history that ends long before the study's last one.
private func earlyFinding(_ history: HistoryEnding, end: UTCInstant) -> Finding {
    let days = (end.milliseconds - history.last.milliseconds) / 86_400_000
    return Finding(
        check: "survivorship", severity: .warning,
        message: "the history ends \(groupedText(Int(days), separator: " ")) days before the study's last one"
            + (history.hasCollapsed ? ", after a collapse" : "")
            + ": what happened afterwards is not in the results",
        time: history.last, action: "kept",
        hint: "get the rest of its prices, or end the others where it ends")
}
