import StressBasics

/// What a study says of the place where capital is held. Figures are the user's; nobody knows a platform's hazard.
public struct CustodyRules: Hashable, Codable, Sendable {
    /// How long, years.
    public var years = 5.0
    /// Failures of the platform a year.
    public var hazard: Double
    /// Losses of the keys a year.
    public var keys = 0.0
    /// The part of the capital that is held there.
    public var share = 1.0
    /// What is given back after a failure of the platform.
    public var recovery = 0.0
    /// More than which part of the capital has to be gone, by the price, custody or both, to be counted.
    public var moreThan = 0.5
    /// Where the figures are from; empty where the study does not say.
    public var source = ""

    /// Rules of a hazard.
    public init(hazard: Double) { self.hazard = hazard }
}

/// What a study says of taxes on a realised loss; the shape of United States rules.
public struct TaxRules: Hashable, Codable, Sendable {
    /// The loss, quote currency; nil for the margin of the headline's position.
    public var loss: Double?
    /// What else is realised each year; the last figure goes on.
    public var gains: [Double] = [0]
    /// The tax saved on a unit of income.
    public var incomeRate: Double
    /// The tax saved on a unit of gains.
    public var gainsRate = 0.0
    /// Income that may be offset a year: 26 U.S.C. 1211(b)(1).
    public var limit = 3000.0
    /// Where the figures are from; empty where the study does not say.
    public var source = ""

    /// Rules of a rate.
    public init(incomeRate: Double) { self.incomeRate = incomeRate }
}

extension Study {
    /// Margin of the headline's position, quote currency: what its liquidation may take; nil without a headline.
    public var headlineMargin: Double? { headlineCell.map { position.notional / $0.leverage.value } }
}
