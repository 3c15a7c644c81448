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
    /// Fees of opening and closing; nil in documents that did not keep them.
    public var tradingFees: LedgerAmount?
    /// Fees of liquidations, likewise.
    public var liquidationFees: LedgerAmount?
    /// The most notional that was ever open at the end of a bar, likewise.
    public var mostOpen: LedgerAmount?

    /// A comparison of the given parts.
    public init(
        counts: LedgerCounts, amounts: LedgerAmounts, fundLowest: LedgerAmount, fundEnd: LedgerAmount,
        tradingFees: LedgerAmount? = nil, liquidationFees: LedgerAmount? = nil, mostOpen: LedgerAmount? = nil
    ) {
        (self.counts, self.amounts, self.fundLowest, self.fundEnd) = (counts, amounts, fundLowest, fundEnd)
        (self.tradingFees, self.liquidationFees, self.mostOpen) = (tradingFees, liquidationFees, mostOpen)
    }
}

extension LedgerResult {
    /// Fees that were paid on a day with bars, on average; nil without days, and in documents without fees.
    public var feesPerDay: LedgerAmount? { feesPerDay(figures?.tradingFees, figures?.liquidationFees) }

    /// The same of other fees in the same days.
    public func feesPerDay(_ trading: LedgerAmount?, _ liquidation: LedgerAmount?) -> LedgerAmount? {
        guard let trading, let liquidation, !days.isEmpty else { return nil }
        return LedgerAmount(units: (trading + liquidation).units / Int128(days.count))
    }

    /// In how many days of fees the fund it began with would have come together; nil where nobody paid any.
    public var startInDaysOfFees: Double? { feesPerDay.flatMap { fundStart.part(of: $0) } }

    /// Whether the fund began with more than all positions that were ever open at once.
    public var isFundBeyondPositions: Bool {
        figures.map { $0.mostOpen > .zero && fundStart > $0.mostOpen } ?? false
    }

    /// Whether the fund began below what it never goes below, so that it pays nobody before more flows in.
    public var isFundBelowFloor: Bool { fundStart.quote < safeguards.fund.floor }

    /// What a reader has to know before the platform's figures: each changes what they say.
    public var findings: [Finding] { [impactFinding, fundFinding, floorFinding, unopenedFinding].compactMap { $0 } }

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

extension LedgerResult {
    private var floorFinding: Finding? {
        guard isFundBelowFloor else { return nil }
        return Finding(
            check: "fund_below_floor", severity: .warning,
            message:
                "platform '\(platform)': the fund begins with \(groupedQuote(fundStart.quote)), below its floor of "
                + "\(groupedQuote(safeguards.fund.floor)): until more flows in, it pays nobody",
            action: "kept", hint: "let it begin with more than its floor, or lower the floor")
    }

    /// What the platform did not open of what its traders would have.
    private var unopenedFinding: Finding? {
        guard let all else { return nil }
        let share = all.rejectedShare ?? 0
        guard all.counts.entries == 0 || share > 0 else { return nil }
        let why =
            share > 0
            ? "the platform rejects \(significantText(share * 100, digits: 3)) % of the open interest"
            : "no bar with a price above zero is followed by another within the horizon"
        return Finding(
            check: "ledger_not_opened", severity: .warning,
            message:
                "platform '\(platform)': \(all.counts.entries == 0 ? "no position of the ledger was opened: " : "")\(why)",
            action: "kept",
            hint: share > 0
                ? "leave out the classes whose margin is no more than the platform asks for"
                : "hold positions longer, or give a longer history")
    }
}

/// A whole amount with its digits in groups.
private func groupedQuote(_ amount: Double) -> String {
    amount < 1 ? numberText(amount) : groupedText(Int(min(amount.rounded(), 1e18)), separator: " ")
}
