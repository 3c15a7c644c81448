import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension AccountMode {
    /// As a row is called.
    var words: String {
        switch self {
        case .alone: "first leg alone"
        case .isolated: "isolated"
        case .cross: "one account"
        }
    }

    /// As a sentence goes on.
    fileprivate var inWords: String {
        switch self {
        case .alone: "with everything in the first leg"
        case .isolated: "with an account for each leg"
        case .cross: "in one account"
        }
    }
}

/// What is said of one basket in one cell.
struct SpreadWords {
    let basket: Basket
    /// Its modes, in the study's order.
    let results: [BasketResult]
    let confidence: Double

    /// Nil where no mode has entries.
    init?(_ basket: Basket, _ results: [BasketResult], confidence: Double) {
        guard results.contains(where: { $0.estimate.negativeShare != nil }) else { return nil }
        (self.basket, self.results, self.confidence) = (basket, results, confidence)
    }

    private func result(_ mode: AccountMode) -> BasketResult? {
        results.first { $0.mode == mode && $0.estimate.negativeShare != nil }
    }

    /// What is compared with the first leg alone: one account where there is one.
    private var spread: BasketResult? { result(.cross) ?? result(.isolated) }

    /// The finding: `Spreading «pair» helps: 1.9 % end below zero in one account, 4.1 % with everything in the first leg`.
    var title: String {
        guard let spread, let to = spread.estimate.negativeShare else {
            let share = results.first?.estimate.negativeShare.map(shareText) ?? "n/a"
            return "«\(visibleText(basket.name))»: \(share) end below zero"
        }
        let found = "\(shareText(to)) end below zero \(spread.mode.inWords)"
        guard let alone = result(.alone), let from = alone.estimate.negativeShare else {
            return "«\(visibleText(basket.name))»: \(found)"
        }
        return "\(verdict(spread.estimate)): \(found), \(shareText(from)) \(AccountMode.alone.inWords)"
    }

    private func verdict(_ estimate: BasketEstimate) -> String {
        let name = "«\(visibleText(basket.name))»"
        let change = estimate.change?.negative ?? 0
        guard let ends = estimate.negativeDifference?.interval else {
            return change == 0 ? "Spreading over \(name) changes nothing" : "Spread over \(name)"
        }
        if ends.high < 0 { return "Spreading over \(name) helps" }
        if ends.low > 0 { return "Spreading over \(name) does not help" }
        return change == 0
            ? "Spreading over \(name) changes nothing" : "Whether spreading over \(name) helps is not shown"
    }

    /// The legs, what they are margined with, what is closed.
    var legs: String {
        let legs = basket.legs.map { leg in
            let rate = leg.rate.map { " at a maintenance rate of \(percentText($0))" } ?? ""
            return "\(percentText(leg.share)) \(leg.side.rawValue) \(visibleText(leg.asset))\(rate)"
        }
        let collateral = basket.collateral.map { collateral in
            "; margin is held in \(visibleText(collateral.asset)), of whose worth \(percentText(1 - collateral.haircut)) counts"
        }
        let closing =
            basket.closing == .worst
            ? "; the platform closes the leg that has lost most, and the next while the rest is due" : ""
        let rebalance = basket.rebalance.map { "; brought back to these shares every \(spanWords($0))" } ?? ""
        return legs.joined(separator: ", ") + (collateral ?? "") + closing + rebalance + "."
    }

    /// One sentence a mode beside the first leg alone, and one on the paths.
    var sentences: [String] { results.compactMap(sentence) + results.compactMap(pathSentence) }

    private func sentence(_ result: BasketResult) -> String? {
        let estimate = result.estimate
        guard result.mode != .alone, let change = estimate.change else { return nil }
        let what = result.mode == .cross ? "One account" : "An account for each leg"
        let closed = points(change.liquidated, estimate.liquidatedDifference?.interval)
        let below = points(change.negative, estimate.negativeDifference?.interval)
        let equity = "\(signedPercentNumber(estimate.equity ?? 0))\(narrowSpace)% of the margin is left on average"
        return
            "\(what) instead of the first leg alone: \(below) below zero, \(closed) with a leg closed by the platform; "
            + "\(equity)."
    }

    private func points(_ change: Double, _ interval: Interval?) -> String {
        let ends = interval.map {
            " (\(confidenceText(confidence)) CI \(signedNumber($0.low)) to \(signedNumber($0.high)))"
        }
        return "\(signedNumber(change)) percentage points\(ends ?? "")"
    }

    private func pathSentence(_ result: BasketResult) -> String? {
        guard let others = result.others, let own = result.estimate.negativeShare else { return nil }
        let (low, high) = (others.negative.low, others.negative.high)
        let range =
            shareText(low.share) == shareText(high.share)
            ? "all say \(shareText(low.share))"
            : "say \(shareText(low.share)) (\(low.path.rawValue)) to \(shareText(high.share)) (\(high.path.rawValue))"
        return
            "What happens inside bars is not known: \(result.path.rawValue) says \(shareText(own)) below zero "
            + "\(result.mode.inWords), the other paths \(range)."
    }
}
