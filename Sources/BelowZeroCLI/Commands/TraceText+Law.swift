import PriceSeries
import StressBasics
import StressEngine
import StudyPlan

/// How often an entry ends below zero whose fill bars are too long to tell, and how that comes about: enough to do it again by hand.
extension TraceText {
    /// Names and values; empty where the fill is certain.
    var lawFacts: [(String, String)] { (trace.law.map(facts) ?? []) + chanceFacts }

    private func facts(_ law: EntryTrace.Law) -> [(String, String)] {
        let (delay, bar) = (law.delay.text, law.barLength.text)
        let range = "\(price(law.low)) to \(price(law.high))"
        var facts = [
            ("fill", "\(delay) after the trigger, which a bar of \(bar) does not tell"),
            ("law", "anchor × e^X within \(range), X by Laplace around zero, anchor \(price(law.anchor))"),
            (
                "scale",
                "\(digits(law.spread.scale)) = overshoot \(digits(law.overshoot)) × volatility × √(\(delay) / \(bar)) / √2"
            ),
            ("volatility", "\(digits(law.volatility)) = ln(high / low) / √(4 ln 2) of the bar"),
        ]
        if let zero = law.zeroPrice {
            let beyond = cell.side == .long ? "below" : "above"
            facts.append(("nothing", "is left at a fill of \(price(zero)), and less than that \(beyond) it"))
        }
        return facts
    }

    private var chanceFacts: [(String, String)] {
        guard let spread = trace.exit.spread else { return [] }
        let chance = "\(digits(trace.negative.value * 100)) % to have ended below zero"
        guard trace.negative > 0 else { return [("chance", chance)] }
        // A sum of reductions leaves no largest shortfall behind.
        let most = spread.largest > 0 ? ", at most by \(percent(spread.largest))" : ""
        return [
            ("chance", chance),
            ("short", "by \(percent(trace.shortfallGivenOne)) of the margin on average where it did\(most)"),
        ]
    }

    private func digits(_ value: Double) -> String { significantText(value, digits: 4) }
}
