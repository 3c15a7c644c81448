import StressBasics

/// What a study or a venue says of a platform's safeguards; what it leaves out is taken from where it is applied.
/// Amounts are in quote currency.
public struct SafeguardSettings: Hashable, Sendable {
    /// What the fund begins with.
    public var fundAmount: Double?
    /// The same in days of fees; at most one of both.
    public var fundDays: Double?
    /// What it never goes below.
    public var fundFloor: Double?
    /// When the platform fills it up.
    public var topUp: Switched<FundRules.TopUp>?
    /// The part of a liquidation's surplus that goes to the fund.
    public var surplusToFund: Double?
    /// The part of the liquidation fee that goes to the fund.
    public var feeToFund: Double?
    /// The queue of winners.
    public var deleveraging: Switched<DeleveragingRule>?
    /// When deleveraging comes before the fund.
    public var early: Switched<EarlyDeleveraging>?
    /// The part of a day's profits that may be taken.
    public var socialisedCap: Switched<Double>?
    /// Who bears the rest.
    public var recourse: Recourse?
    /// What liquidations do to the price.
    public var impact: Switched<LiquidationImpact>?

    /// Something that can be switched off.
    public enum Switched<Value: Hashable & Sendable>: Hashable, Sendable {
        case off
        case on(Value)

        /// The value; nil where it is off.
        var value: Value? { if case .on(let value) = self { value } else { nil } }
    }

    /// Nothing said.
    public init() {}

    /// The rules with everything that is said in here.
    public func applied(to rules: SafeguardRules) -> SafeguardRules {
        var rules = rules
        if let fundAmount { (rules.fund.amount, rules.fund.daysOfFees) = (fundAmount, nil) }
        if let fundDays { (rules.fund.amount, rules.fund.daysOfFees) = (0, fundDays) }
        if let fundFloor { rules.fund.floor = fundFloor }
        if let topUp { rules.fund.topUp = topUp.value }
        if let surplusToFund { rules.surplusToFund = surplusToFund }
        if let feeToFund { rules.feeToFund = feeToFund }
        if let deleveraging { rules.deleveraging = deleveraging.value }
        if let early { rules.early = early.value }
        if let socialisedCap { rules.socialisedCap = socialisedCap.value }
        if let recourse { rules.recourse = recourse }
        if let impact { rules.impact = impact.value }
        return rules
    }
}

/// Who trades on a study's platforms, and what every platform does that says nothing else of itself.
public struct LedgerStudy: Hashable, Sendable {
    /// Who trades; opened at every bar, whatever ``PositionRules/stride`` says: ``Study/ledgerPopulation`` knows both.
    public var population: Population
    /// What every platform does.
    public var safeguards: SafeguardSettings

    /// A ledger of the given parts.
    public init(population: Population, safeguards: SafeguardSettings) {
        (self.population, self.safeguards) = (population, safeguards)
    }

    /// The preset whose classes these are; nil where the study describes others.
    public var preset: PopulationPreset? { PopulationPreset.all.first { $0.classes == population.classes } }
}

extension Study {
    /// Who trades on the study's platforms; nil without a ledger.
    public var ledgerPopulation: Population? {
        ledger.map { ledger in
            var population = ledger.population
            population.stride = position.stride
            return population
        }
    }

    /// The safeguards of a platform: none, what the study's ledger says of all, what the platform says of itself.
    public func safeguards(of platform: NamedPlatform) -> SafeguardRules {
        let common = ledger?.safeguards.applied(to: SafeguardRules()) ?? SafeguardRules()
        return platform.safeguards?.applied(to: common) ?? common
    }

    /// Whether traders owe what is left on a platform; where the platform bears it, what they owe is 0 by its terms.
    public func mayOwe(on platform: NamedPlatform) -> Bool { safeguards(of: platform).recourse == .trader }
}
