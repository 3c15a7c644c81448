import StressBasics
import StressResults
import StudyPlan

/// How fast stops are taken to be filled: a stop of a second looks better than a liquidation of half a minute by that alone.
extension RunReport {
    /// `its stop filled 1 second after it is hit, liquidations 30 seconds after`; nil for a behaviour without a stop order, and where
    /// no delay decides on the price.
    func stopWords(_ result: BehaviourResult) -> String? {
        stopDelay(result).map { "its stop filled \(spanWords($0)) after it is hit\(liquidationWords(result.cell))" }
    }

    /// `Stops are filled 1 second after they are hit, liquidations 30 seconds after`; nil where no stop has a delay.
    func stopWords(_ results: [BehaviourResult]) -> String? {
        let delays = results.compactMap(stopDelay).sorted()
        guard let first = delays.first, let last = delays.last, let cell = results.first?.cell else { return nil }
        let words = spanWords(first) + (first < last ? " to \(spanWords(last))" : "")
        return "Stops are filled \(words) after they are hit\(liquidationWords(cell))"
    }

    private func stopDelay(_ result: BehaviourResult) -> TimeSpan? {
        guard let rules = study.behaviours.first(where: { $0.name == result.behaviour }),
            rules.stopLoss != nil || rules.trailingStop != nil,
            let fill = study.rules(of: result.cell.key)?.liquidation.fill, fill == .auto || fill == .delay
        else { return nil }
        return rules.stopDelay
    }

    private func liquidationWords(_ cell: StudyCell) -> String {
        guard let liquidation = study.rules(of: cell.key)?.liquidation, liquidation.enabled else { return "" }
        return ", liquidations \(spanWords(liquidation.delay)) after"
    }
}
