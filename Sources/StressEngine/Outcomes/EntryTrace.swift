import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One entry of one cell, taken apart so that a reader can check it on paper.
public struct EntryTrace: Sendable {
    /// The state of the position at one bar, after the funding of its start.
    public struct Step: Sendable {
        /// Index into the history.
        public let bar: Int
        /// The price that was checked: the worst of the bar, its close, or the mark's.
        public let checkedPrice: Double
        /// Funding, interest time and scheduled margin so far.
        public let carry: Carry
        /// Equity at the checked price, in the margin's unit.
        public let equity: Double
        /// The requirement there.
        public let requirement: Double
        /// Where equity would meet the requirement.
        public let triggerPrice: Double
    }

    /// Index of the entry bar.
    public let entry: Int
    /// Last bar of the window.
    public let last: Int
    /// Price of the entry.
    public let entryPrice: Double
    /// `M`, in the margin's unit.
    public let initialMargin: Double
    /// What the opening fee took, in the margin's unit.
    public let openingFee: Double
    /// Trigger price at the moment of entry.
    public let triggerPrice: Double
    /// Bankruptcy price at the moment of entry.
    public let bankruptcyPrice: Double
    /// What the position met.
    public let path: EntryPath
    /// Every bar up to the liquidation, or to the end of the window.
    public let steps: [Step]
    /// The exit's prices before and after each stage: trigger, at once, after the delay, after slippage.
    public let exitPrices: [(stage: String, price: Double)]
    /// How it ended.
    public let exit: EntryExit
    /// How much of it ended below zero: all or nothing, or a probability where the fill is known by a law.
    public let negative: EventCount
    /// The expected shortfall given that there is one, in parts of the initial margin; 0 without one.
    public let shortfallGivenOne: Double
    /// What decided its fill; nil where the fill is certain, and where a position was reduced by several fills.
    public let law: Law?

    /// The law of a fill that bars are too long to tell, with what it came from: see ``DelayLaw``.
    public struct Law: Sendable {
        /// `a`: what could be had at once.
        public let anchor: Double
        /// What was traded in the bar.
        public let low: Double
        /// See ``low``.
        public let high: Double
        /// `τ`, from trigger to fill.
        public let delay: TimeSpan
        /// `Δ`.
        public let barLength: TimeSpan
        /// `κ`.
        public let overshoot: Double
        /// The law of `ln(fill/a)`.
        public let spread: DelaySpread
        /// The fill that leaves nothing once slippage and fees are paid, whether or not it was traded; nil where no price does.
        public let zeroPrice: Double?

        /// `ρ`, the volatility of the bar as its range tells it.
        public var volatility: Double { DelayLaw.volatility(low: low, high: high) }
    }
}

extension HistoryJob {
    /// The entry at bar `entry` of a cell, walked bar by bar; nil when it is not held, or when it is not known how it ended.
    ///
    /// - Parameter cell: place of the cell in this job's plan order. O(bars of a window).
    public func trace(cell: Int, entry: Int) -> EntryTrace? {
        let rules = rules[cell]
        return withPosition(rules.cell.contract, rules.cell.side, EntryTracer(job: self, rules: rules, entry: entry))
    }
}

private struct EntryTracer: PositionVisitor {
    let job: HistoryJob
    let rules: CellRules
    let entry: Int

    func visit<Position: KernelPosition>(_: Position.Type) -> EntryTrace? {
        let kernel: PlainKernel<Position> = job.kernel(rules)
        return kernel.trace(entry)
    }
}

extension PlainKernel {
    fileprivate func trace(_ entry: Int) -> EntryTrace? {
        var outcome = emptyOutcome(allFills: false)
        guard tryEntry(entry, trees: nil, OutcomeParts(prices: true), into: &outcome) == .watched, outcome.isDecided(),
            let prices = outcome.prices
        else { return nil }
        let position = position(entry: entry)
        return EntryTrace(
            entry: entry, last: outcome.last, entryPrice: prices.entry, initialMargin: position.initialMargin,
            openingFee: position.openingFee, triggerPrice: position.triggerPrice(.none),
            bankruptcyPrice: position.bankruptcyPrice(.none), path: outcome.path,
            steps: steps(position, entry: entry, to: outcome.path.liquidationBar ?? outcome.last),
            exitPrices: [
                ("trigger", prices.exit.trigger), ("at once", prices.exit.gap),
                ("after the delay", prices.exit.delayed), ("after slippage", prices.exit.slipped),
            ],
            exit: outcome.exits[0], negative: outcome.negative(),
            shortfallGivenOne: outcome.negative() > 0 ? outcome.shortfall() / outcome.negative().value : 0,
            law: law(prices.exit, position, outcome.path.carry))
    }

    private func law(_ prices: ExitPrices, _ position: Position, _ carry: Carry) -> EntryTrace.Law? {
        let (fees, liquidation) = (rules.platform.fees, rules.platform.liquidation)
        guard let spread = prices.spread, !liquidation.isPartial else { return nil }
        let left = delayedEquity(position, prices, feeRate: fees.close + fees.liquidation, carry)
        return EntryTrace.Law(
            anchor: prices.gap, low: pricing.lows[prices.bar], high: pricing.highs[prices.bar],
            delay: liquidation.delay, barLength: pricing.barLength,
            overshoot: liquidation.overshoot, spread: spread,
            zeroPrice: left.place(of: 0).map { prices.gap * exp($0) })
    }

    private func steps(_ position: Position, entry: Int, to end: Int) -> [EntryTrace.Step] {
        let checked = checkedPrices
        var carry = Carry.none
        return (entry + 1...end).map { bar in
            advance(&carry, position, entry: entry, to: bar)
            return EntryTrace.Step(
                bar: bar, checkedPrice: checked[bar], carry: carry, equity: position.equity(at: checked[bar], carry),
                requirement: position.requirement(at: checked[bar], carry), triggerPrice: position.triggerPrice(carry))
        }
    }
}
