import PriceSeries
import StressBasics
import StressEngine
import StressReport
import StressStatistics
import StudyPlan

/// What the same entry became under a behaviour.
extension TraceText {
    func behaviourLines(_ trace: BehaviourTrace) -> [String] {
        let head = ["", "As '\(SourceLocation.presentable(trace.behaviour.name))'\(orderWords(trace.behaviour)):"]
        guard let outcome = trace.outcome else { return head + ["  not entered: the filter does not let it"] }
        let titles = "  bar (UTC)         against     in favour         close          stop         limit       trigger"
        let steps = shortened(trace.steps.map { line($0.bar, figures($0)) })
        let events = trace.events.map { "  \(series.instant($0.bar).minuteText)  \(words($0))" }
        return head + [titles] + steps + [""] + events + ["  " + "ended".padded(to: 12) + ending(outcome)]
    }

    /// The same for a page.
    func explained(_ trace: BehaviourTrace) -> CellExplanation.Behaved {
        let bars = trace.steps.map { (open: series.instant($0.bar), figures: figures($0)) }
        return CellExplanation.Behaved(
            name: trace.behaviour.name + orderWords(trace.behaviour),
            ending: trace.outcome.map { "ended " + ending($0) } ?? "not entered: the filter does not let it",
            way: CellExplanation.Way(
                titles: ["Bar (UTC)", "Against", "In favour", "Close", "Stop", "Limit", "Trigger"],
                bars: trace.outcome == nil ? [] : bars),
            events: trace.events.map { (series.instant($0.bar), words($0)) })
    }

    private func orderWords(_ behaviour: Behaviour) -> String {
        behaviour.order == .favourable ? ", limit orders first inside a bar" : ""
    }

    private func figures(_ step: BehaviourTrace.Step) -> [ShownFigure] {
        let orders = [step.stopPrice ?? .nan, step.limitPrice ?? .nan]
        return ([step.adverse, step.favourable, step.close] + orders + [step.triggerPrice]).map(shown)
    }

    private func words(_ event: BehaviourEvent) -> String {
        switch event.kind {
        case .call: "margin called for at the close of \(price(event.level))"
        case .topUp: "margin paid in, before the checks of the bar"
        case .instalment: "bought at the close of \(price(event.level))"
        case .partSold: "a part sold at \(price(event.price)), limit \(price(event.level))"
        case .reentered: "a new position opened at the close of \(price(event.level))"
        case .closed:
            "closed: \(event.cause.map(words) ?? ""), level \(price(event.level)), got \(price(event.price))"
        }
    }

    private func words(_ cause: Closing) -> String {
        switch cause {
        case .horizon: "end of the holding time"
        case .liquidated: "liquidated"
        case .stopped: "stopped"
        case .trailed: "stopped by the order that follows the price"
        case .tookProfit: "took profit"
        case .panicked: "panicked"
        }
    }

    private func ending(_ outcome: BehaviourOutcome) -> String {
        let paid =
            outcome.paidIn == 1 ? "" : " (\(significantText(outcome.paidIn, digits: 4)) times the initial margin)"
        return "with \(percent(outcome.exit.equity)) of the margin paid in\(paid); "
            + "held, it ended with \(percent(trace.exit.equity))"
    }
}
