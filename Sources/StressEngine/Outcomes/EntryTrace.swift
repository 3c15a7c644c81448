import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

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
            exit: outcome.exits[0])
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
