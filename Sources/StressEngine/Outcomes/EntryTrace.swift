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

extension StressRun {
    /// The entry of a cell that ended lowest, or the entry at bar `entry`; nil when there is none of which the end is known.
    ///
    /// - Parameter cell: place of the cell in this run's plan order. O(entries × bars of a window).
    public func trace(cell: Int, entry: Int? = nil) -> EntryTrace? {
        let rules = rules[cell]
        switch (rules.cell.contract, rules.cell.side) {
        case (.linear, _): return trace(kernel(LinearPosition.self, rules), entry)
        case (.inverse, _): return trace(kernel(InversePosition.self, rules), entry)
        case (.margin, .long): return trace(kernel(BorrowedCashPosition.self, rules), entry)
        case (.margin, .short): return trace(kernel(BorrowedCoinPosition.self, rules), entry)
        case (.spot, _): return trace(kernel(SpotPosition.self, rules), entry)
        }
    }

    private func trace<Position>(_ kernel: PlainKernel<Position>, _ entry: Int?) -> EntryTrace? {
        if let entry { return kernel.isDecided(entry) ? kernel.trace(entry) : nil }
        let held = kernel.windows.lastBar.indices.filter(kernel.isDecided)
        return held.min { kernel.finalEquity($0) < kernel.finalEquity($1) }.map(kernel.trace)
    }
}

extension PlainKernel {
    func isHeld(_ entry: Int) -> Bool {
        windows.watched(entry) != nil && !isRejected(entry: entry)
    }

    /// Whether it is known how the entry ended: its window is whole, or a liquidation closed it before the cut.
    func isDecided(_ entry: Int) -> Bool {
        guard isHeld(entry), let (last, isCut) = windows.watched(entry) else { return false }
        return !isCut
            || exit(path(entry: entry, last: last), entry: entry, last: last, fill: rules.fills[0].rule).closedBar
                != nil
    }

    func finalEquity(_ entry: Int) -> Double {
        let last = windows.watched(entry)?.last ?? entry
        return exit(path(entry: entry, last: last), entry: entry, last: last, fill: rules.fills[0].rule).equity
    }

    func trace(_ entry: Int) -> EntryTrace {
        let (position, last) = (position(entry: entry), windows.watched(entry)?.last ?? entry)
        let path = path(entry: entry, last: last)
        let prices =
            path.liquidationBar.map { liquidationPrices(rules.fills[0].rule, position, bar: $0, path.carry) }
            ?? horizonPrices(last)
        return EntryTrace(
            entry: entry, last: last, entryPrice: pricing.closes[entry], initialMargin: position.initialMargin,
            openingFee: position.openingFee, triggerPrice: position.triggerPrice(.none),
            bankruptcyPrice: position.bankruptcyPrice(.none), path: path,
            steps: steps(position, entry: entry, to: path.liquidationBar ?? last),
            exitPrices: [
                ("trigger", prices.trigger), ("at once", prices.gap), ("after the delay", prices.delayed),
                ("after slippage", prices.slipped),
            ],
            exit: exit(path, entry: entry, last: last, fill: rules.fills[0].rule))
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
