import PriceSeries
import StressBasics

/// Whether a price history ends long before the study's others, or in a collapse: check `survivorship`.
///
/// A history that stops early says nothing of what came afterwards, which for a coin that was delisted is the part that
/// would matter. And a study of which every history goes on to the end looks only at what survived. Nil for a study of one
/// history that neither stops nor collapses: there is nothing to compare it with.
func survivorshipFinding(_ input: AssetInput, among inputs: [AssetInput]) -> Finding? {
    let series = input.market.series
    guard let last = series.time.last, let end = inputs.compactMap(\.market.series.time.last).max() else { return nil }
    if end - last > earlyEnd.milliseconds {
        let days = (end - last) / 86_400_000
        return Finding(
            check: "survivorship", severity: .warning,
            message: "the history ends \(groupedText(Int(days), separator: " ")) days before the study's last one"
                + (hasCollapsed(series) ? ", after a collapse" : "")
                + ": what happened afterwards is not in the results",
            time: series.instant(series.count - 1), action: "kept",
            hint: "get the rest of its prices, or end the others where it ends")
    }
    if hasCollapsed(series) {
        return Finding(
            check: "survivorship", severity: .note,
            message: "the last close is below a hundredth of the highest: the asset has collapsed within the history",
            time: series.instant(series.count - 1), action: "kept")
    }
    let isAlone = inputs.count == 1
    let areSurvivors = inputs.allSatisfy { other in
        let series = other.market.series
        return !hasCollapsed(series) && end - (series.time.last ?? end) <= earlyEnd.milliseconds
    }
    guard !isAlone, areSurvivors else { return nil }
    return Finding(
        check: "survivorship", severity: .note,
        message:
            "all \(inputs.count) histories go on to the end and none has collapsed: a study of survivors shows fewer "
            + "losses than their market had", count: inputs.count, action: "kept")
}

/// Ends this much earlier than others are early: a month, more than vendors' files of one download differ.
private let earlyEnd = TimeSpan.days(30)

private func hasCollapsed(_ series: BarSeries) -> Bool {
    guard let last = series.close.last, let highest = series.close.max(), highest > 0 else { return false }
    return last < highest / 100
}
