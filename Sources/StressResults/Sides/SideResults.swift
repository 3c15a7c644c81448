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
    /// Holdings of the headline's history for its holding time, with how likely more than the study's part of them is gone; nil in
    /// documents of before there were any.
    public var holdings: [CustodyHolding]?

    /// A result of the given parts.
    public init(
        lossProbability: Double, expectedLoss: Double, coldProbability: Double, coldLoss: Double,
        positions: [CustodyPosition], holdings: [CustodyHolding]? = nil
    ) {
        self.holdings = holdings
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
    /// Probability that the platform fails or the keys are lost within the holding time.
    public var custody: Double
    /// Probability that either happens; the two are taken to be independent.
    public var either: Double

    /// A position of known risks.
    public init(cell: StudyCell, price: Double, custody: Double) {
        (self.cell, self.price, self.custody) = (cell, price, custody)
        either = 1 - (1 - price) * (1 - custody)
    }
}

/// Something that is held for the headline's holding time, and how likely more than a part of it is gone.
public struct CustodyHolding: Hashable, Codable, Sendable {
    /// What is held, and where. The raw value is what outputs print.
    public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
        /// Coins that are paid in full, at the platform.
        case spot
        /// The same with keys of one's own, out of reach of a platform.
        case cold = "spot_cold"
        /// A position on its margin.
        case position
    }

    /// What is held.
    public var kind: Kind
    /// Its history, contract, side, leverage, holding time and platform.
    public var cell: CellKey
    /// Entries that the price's share is of.
    public var entries: Int
    /// Share of the entries in which the price alone takes more than the part.
    public var price: Double
    /// Probability that custody alone does: what is lost with the platform or the keys, where the price stands.
    public var custody: Double
    /// Probability that the two together do, taken to be independent.
    public var either: Double

    /// A holding of known risks.
    public init(kind: Kind, cell: CellKey, entries: Int, price: Double, custody: Double, either: Double) {
        (self.kind, self.cell, self.entries) = (kind, cell, entries)
        (self.price, self.custody, self.either) = (price, custody, either)
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
