import MarginModel

/// What a fill rule makes of a liquidation, before slippage.
package struct FillStages {
    /// What could be had at once.
    package var gap: Double
    /// What was had after the delay; where the fill is known by a law, still what could be had at once.
    package var delayed: Double
    /// The bar of the fill.
    package var bar: Int
    /// What the fill may be, around ``delayed``; nil where it is certain.
    package var spread: DelaySpread?
}

/// The fill rules: written here for every kernel, and nowhere else.
extension ExitPricing {
    /// The stages of a liquidation that is due in `bar`; the trigger price is asked for only where it matters.
    @inline(__always)
    package func stages(_ fill: ResolvedFill, bar: Int, trigger: @autoclosure () -> Double) -> FillStages {
        switch fill {
        case .gap:
            let price = atOnce(bar: bar, trigger: trigger())
            return FillStages(gap: price, delayed: price, bar: bar)
        case .best:
            let price = trigger()
            return FillStages(gap: price, delayed: price, bar: bar)
        case .worst:
            return FillStages(gap: extremes[bar], delayed: extremes[bar], bar: bar)
        case .next(let latency):
            let delayed = delayed(bar: bar, latency: latency)
            return FillStages(
                gap: atOnce(bar: bar, trigger: trigger()), delayed: delayed.price, bar: delayed.bar)
        case .delay(let law):
            let found = self.fill(law, bar: bar, trigger: trigger())
            return FillStages(gap: found.anchor, delayed: found.anchor, bar: bar, spread: found.spread)
        }
    }
}

extension ResolvedFill {
    /// Whether the fill depends on the trigger price, and with it on the leverage.
    var isAtTrigger: Bool {
        switch self {
        case .gap, .best, .delay: true
        case .next, .worst: false
        }
    }

    /// The law of the fill, where it has one.
    var law: DelayLaw? { if case .delay(let law) = self { law } else { nil } }
}
