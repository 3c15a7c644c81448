import StressBasics

/// Margins of a dated schedule at one moment, quote currency per coin.
public struct ScheduledMargin: Hashable, Sendable {
    /// What opening takes.
    public var initial: Double
    /// What holding takes.
    public var maintenance: Double

    /// No schedule.
    public static let none = ScheduledMargin(initial: 0, maintenance: 0)

    /// Margins of the given amounts; NaN where none is in force.
    public init(initial: Double, maintenance: Double) {
        self.initial = initial
        self.maintenance = maintenance
    }
}

extension PositionTerms {
    /// What rounding may leave between amounts that are equal on paper, a part of the entry value.
    public static let rounding = 1e-12

    /// Why the platform would not open the position at `entryPrice`, or nil when it would.
    ///
    /// A platform that liquidates does not open what it would close at once: a margin that is, after the opening fee, at or
    /// below the requirement, a leverage above the limit of the size's bracket, or a margin below the scheduled one. A spot
    /// account lends nothing, so it rejects every leverage above 1 and every short.
    public func rejection(_ contract: ContractKind, entryPrice: Double, scheduled: ScheduledMargin = .none) -> String? {
        if contract == .spot {
            return leverage.value > 1 || side == .short ? "a spot account lends neither cash nor coin" : nil
        }
        guard rules.liquidation.enabled else { return nil }
        let value = contract == .inverse ? notional / entryPrice : notional
        let margin = value / leverage.value
        if contract != .margin, let limit = rules.tiers.tier(for: value).maxLeverage, limit < leverage.value {
            return "the bracket allows at most \(numberText(limit))× at this size"
        }
        let coins = notional / entryPrice
        let rounding = PositionTerms.rounding * value
        // Written so that NaN, no schedule in force yet, rejects.
        if rules.schedule != nil, !(margin >= coins * scheduled.initial - rounding) {
            return "the margin is below the scheduled initial margin, or none is in force yet"
        }
        let required = requirementAtEntry(contract, value: value, margin: margin) + coins * scheduled.maintenance
        return margin - rules.fees.open * value - required > rounding
            ? nil : "the margin after the opening fee does not exceed the maintenance margin"
    }

    private func requirementAtEntry(_ contract: ContractKind, value: Double, margin: Double) -> Double {
        guard contract == .margin else { return rules.tiers.requirement(value) }
        let loan = side == .long ? value - margin : value
        return (rules.borrow.marginLevel - 1) * loan
    }
}
