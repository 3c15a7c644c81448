import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// A cell as `explain` shows it before one of its entries: counts and episodes.
struct CellAccount {
    let cell: StudyCell
    let held: [HeldEntry]
    let episodes: Episodes

    init(cell: StudyCell, held: [HeldEntry], barLength: TimeSpan) {
        self.cell = cell
        self.held = held
        let context = CellAnatomy.Context(
            horizon: cell.horizon, barLength: barLength, blocks: 1, meanLength: 1, rules: ResamplingRules())
        episodes = Episodes(held, separation: context.separation)
    }

    /// Entries that were liquidated.
    var liquidated: Int { held.count { $0.isLiquidated } }

    /// Entries whose window is cut by a gap or by the end of the data.
    var cut: Int { held.count { $0.cutTime != nil } }

    /// Names and values.
    var facts: [(String, String)] {
        var facts = [
            ("entries", "\(groupedText(held.count, separator: " ")) held"),
            ("liquidated", count(Double(liquidated), held.liquidatedShare)),
            ("below zero", count(episodes.total, held.negativeShare)),
        ]
        if cut > 0 {
            let cut = groupedText(cut, separator: " ")
            facts.append(
                ("weights", "shares weigh each entry by how many were watched as long: \(cut) windows are cut"))
        }
        if let (few, share) = episodes.fewestHolding(0.5) {
            let noun = episodes.all.count == 1 ? "episode" : "episodes"
            let words = few == 1 ? "episode holds" : "episodes hold"
            facts.append(
                ("made of", "\(episodes.all.count) \(noun); \(few) \(words) \(fixedText(share * 100, decimals: 0)) %"))
        }
        if episodes.haveLaws {
            let words = "entries count as often as the law of the fill puts them below zero; shortfalls are averages"
            facts.append(("law", words))
        }
        return facts
    }

    private func count(_ count: Double, _ share: Double?) -> String {
        let seen = countText(count, separator: " ")
        return share.map { "\(seen) (\(significantText($0 * 100, digits: 3)) %)" } ?? "\(seen), and no window is whole"
    }

    /// The facts and the largest episodes for a terminal.
    var text: String {
        var lines = [cell.id, ""] + facts.map { "  " + $0.0.padded(to: 12) + $0.1 }
        guard !episodes.all.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        lines += ["", "  went below (UTC)    entries   worst entry (UTC)   its shortfall   --entry"]
        for episode in episodes.largestFirst.prefix(8) {
            let worst =
                episode.worstShortfall.isFinite
                ? fixedText(episode.worstShortfall * 100, decimals: 2) + " %" : "no bound"
            lines.append(
                "  \(episode.first.minuteText)" + countText(episode.entries, separator: "").leftPadded(to: 11)
                    + "   \(episode.worstEntry.minuteText)" + worst.leftPadded(to: 17)
                    + "   \(episode.worstEntry.entryText)")
        }
        if episodes.all.count > 8 { lines.append("  … \(episodes.all.count - 8) more") }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    /// The text with spaces after it.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
    /// The text with spaces before it.
    func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(1, width - count)) + self }
}
