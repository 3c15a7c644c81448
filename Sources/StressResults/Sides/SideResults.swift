import StudyPlan

/// What may be lost beside the price, and a loss after tax: side calculations from a study's own figures, never advice.
public struct SideResults: Hashable, Codable, Sendable {
    /// Failed platforms and lost keys; nil where the study does not ask.
    public var custody: CustodyResult?
    /// A realised loss through the years; empty where the study does not ask.
    public var tax: [TaxYear]

    /// Results of the given parts.
    public init(custody: CustodyResult?, tax: [TaxYear]) { (self.custody, self.tax) = (custody, tax) }
}

/// What hazards come to, alone and beside the price.
public struct CustodyResult: Hashable, Codable, Sendable {
    /// That either happens within the study's years.
    public var lossProbability: Double
    /// The part of all capital that is expected to be lost in them.
    public var expectedLoss: Double
    /// The same two of coins that are held with keys of one's own, out of reach of a platform.
    public var coldProbability, coldLoss: Double
    /// Positions of the headline's column with both risks, lowest leverage first.
    public var positions: [CustodyPosition]

    /// A result of the given parts.
    public init(
        lossProbability: Double, expectedLoss: Double, coldProbability: Double, coldLoss: Double,
        positions: [CustodyPosition]
    ) {
        (self.lossProbability, self.expectedLoss) = (lossProbability, expectedLoss)
        (self.coldProbability, self.coldLoss, self.positions) = (coldProbability, coldLoss, positions)
    }
}

/// One position held for its holding time on a platform that may fail meanwhile.
public struct CustodyPosition: Hashable, Codable, Sendable {
    /// The position.
    public var cell: StudyCell
    /// Share of entries whose margin the price took: liquidated, or below zero at the end.
    public var price: Double
    /// That the platform fails or the keys are lost within the holding time.
    public var custody: Double
    /// That either happens; the two are taken to be independent.
    public var either: Double

    /// A position of known risks.
    public init(cell: StudyCell, price: Double, custody: Double) {
        (self.cell, self.price, self.custody) = (cell, price, custody)
        either = 1 - (1 - price) * (1 - custody)
    }
}

/// What becomes of a realised loss in one year; money in the quote currency.
public struct TaxYear: Hashable, Codable, Sendable {
    /// From 1.
    public var year: Int
    /// Gains and income that are offset, what is left for later years, and the tax that is not paid because of it.
    public var offsetGains, offsetIncome, carried, value: Double

    /// A year of known figures.
    public init(year: Int, offsetGains: Double, offsetIncome: Double, carried: Double, value: Double) {
        (self.year, self.offsetGains, self.offsetIncome) = (year, offsetGains, offsetIncome)
        (self.carried, self.value) = (carried, value)
    }
}
