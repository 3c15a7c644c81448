import PriceSeries
import StressBasics
import StressEngine
import StressStatistics

/// An entry under a behaviour as `explain --json` prints it. Prices in quote currency, equity in parts of the margin paid in.
struct BehaviourTraceJSON: Encodable {
    let behaviour, order: String
    /// Whether the behaviour does not make the entry.
    let isFiltered: Bool
    /// Of the first position, from the bar after the entry.
    let bars: [BarJSON]
    let events: [EventJSON]
    let closing: String?
    let finalEquityMarginFrac: Double?
    /// The margin paid in, in times of the initial margin.
    let paidInX: Double?
    let reentriesCount: Int?

    init(_ trace: BehaviourTrace, series: BarSeries) {
        (behaviour, order) = (trace.behaviour.name, trace.behaviour.order.rawValue)
        isFiltered = trace.outcome == nil
        bars = trace.steps.map { BarJSON($0, at: series.instant($0.bar)) }
        events = trace.events.map { EventJSON($0, at: series.instant($0.bar)) }
        closing = trace.outcome?.cause.rawValue
        finalEquityMarginFrac = (trace.outcome?.exit.equity).flatMap(finite)
        (paidInX, reentriesCount) = (trace.outcome?.paidIn, trace.outcome?.reentries)
    }

    struct BarJSON: Encodable {
        let openUtc: String
        let adversePrice, favourablePrice, closePrice: Double
        let stopPrice, limitPrice, triggerPrice: Double?

        init(_ step: BehaviourTrace.Step, at open: UTCInstant) {
            openUtc = open.rfc3339
            (adversePrice, favourablePrice, closePrice) = (step.adverse, step.favourable, step.close)
            (stopPrice, limitPrice) = (step.stopPrice.flatMap(finite), step.limitPrice.flatMap(finite))
            triggerPrice = finite(step.triggerPrice)
        }
    }

    struct EventJSON: Encodable {
        let kind, openUtc: String
        let levelPrice, price: Double?
        let cause: String?

        init(_ event: BehaviourEvent, at open: UTCInstant) {
            (kind, openUtc) = (event.kind.rawValue, open.rfc3339)
            (levelPrice, price) = (finite(event.level), finite(event.price))
            cause = event.cause?.rawValue
        }
    }
}
