import StressBasics
import StudyPlan

/// What a platform took in, what stood behind it, and what it would have found where liquidations move no price.
public struct PlatformFigures: Hashable, Codable, Sendable {
    /// Fees of opening and closing.
    public var tradingFees: LedgerAmount
    /// Fees of liquidations.
    public var liquidationFees: LedgerAmount
    /// The most notional that was ever open at the end of a bar, both sides together, at entry prices.
    public var mostOpen: LedgerAmount
    /// The same platform without an impact; nil where the study has none.
    public var withoutImpact: ImpactComparison?

    /// Figures of the given parts.
    public init(
        tradingFees: LedgerAmount, liquidationFees: LedgerAmount, mostOpen: LedgerAmount,
        withoutImpact: ImpactComparison?
    ) {
        (self.tradingFees, self.liquidationFees) = (tradingFees, liquidationFees)
        (self.mostOpen, self.withoutImpact) = (mostOpen, withoutImpact)
    }
}

/// Everybody on a platform where liquidations move no price, everything else being the platform's.
public struct ImpactComparison: Hashable, Codable, Sendable {
    /// How many positions.
    public var counts: LedgerCounts
    /// How much money.
    public var amounts: LedgerAmounts
    /// The lowest the fund ever was.
    public var fundLowest: LedgerAmount
    /// What the fund ended with.
    public var fundEnd: LedgerAmount

    /// A comparison of the given parts.
    public init(counts: LedgerCounts, amounts: LedgerAmounts, fundLowest: LedgerAmount, fundEnd: LedgerAmount) {
        (self.counts, self.amounts, self.fundLowest, self.fundEnd) = (counts, amounts, fundLowest, fundEnd)
    }
}

extension LedgerResult {
    /// Fees that were paid on a day with bars, on average; nil without days, and in documents without fees.
    public var feesPerDay: LedgerAmount? {
        guard let figures, !days.isEmpty else { return nil }
        return LedgerAmount(units: (figures.tradingFees + figures.liquidationFees).units / Int128(days.count))
    }

    /// In how many days of fees the fund it began with would have come together; nil where nobody paid any.
    public var startInDaysOfFees: Double? { feesPerDay.flatMap { fundStart.part(of: $0) } }

    /// Whether the fund began with more than all positions that were ever open at once.
    public var isFundBeyondPositions: Bool {
        figures.map { $0.mostOpen > .zero && fundStart > $0.mostOpen } ?? false
    }

    /// What a reader has to know before the platform's figures: each changes what they say.
    public var findings: [Finding] { [impactFinding, fundFinding].compactMap { $0 } }

    /// What liquidations do to the price; nil, too, where nobody was liquidated.
    public var impactAtWork: LiquidationImpact? { (all?.counts.liquidated ?? 0) > 0 ? safeguards.impact : nil }

    private var impactFinding: Finding? {
        impactAtWork.map { impact in
            Finding(
                check: "ledger_impact", severity: .warning,
                message: "platform '\(platform)': liquidations move the price at which later ones are filled (gamma "
                    + "\(numberText(impact.gamma)), depth \(groupedQuote(impact.depth)), half_life \(impact.halfLife.text))",
                action: "platforms.csv has the same without it")
        }
    }

    private var fundFinding: Finding? {
        guard isFundBeyondPositions, let figures else { return nil }
        return Finding(
            check: "fund_beyond_positions", severity: .warning,
            message:
                "platform '\(platform)': the fund begins with \(groupedQuote(fundStart.quote)), and all positions ever open at "
                + "once are \(groupedQuote(figures.mostOpen.quote)): such a fund pays whatever happens, and tells nothing of the platform",
            action: "kept",
            hint: "set open_interest_per_bar like the venue's, or say the fund in days_of_fees")
    }
}

/// A whole amount with its digits in groups.
private func groupedQuote(_ amount: Double) -> String {
    amount < 1 ? numberText(amount) : groupedText(Int(min(amount.rounded(), 1e18)), separator: " ")
}
