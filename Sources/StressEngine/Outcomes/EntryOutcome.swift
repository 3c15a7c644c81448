import MarginModel
import StressStatistics

/// What became of one watched entry of a cell: all that a tally, a reader or a ledger may ask. Amounts are in parts of the initial
/// margin, prices in quote currency per coin.
public struct EntryOutcome: Sendable {
    /// Index of the entry bar; the position was opened at its close.
    public internal(set) var entry = 0
    /// Index of the entry's time block.
    public internal(set) var block = 0
    /// The last bar that is seen of its window.
    public internal(set) var last = 0
    /// Whether the window is cut behind that bar, by a gap or by the end of the history.
    public internal(set) var isCut = false
    /// How many entries it stands for: 1 as it comes from a walk. What is only seen of windows that are watched long enough stands for
    /// those that were not, which is known at the end: see ``Exposure``.
    public internal(set) var weight = 1.0
    /// What it met before any fill was chosen: the bar of the liquidation, the first bar below zero, what it had paid by then.
    public internal(set) var path = EntryPath(liquidationBar: nil, unprotectedBar: nil, carry: .none)
    /// How it ended under each fill rule, the chosen one first; only that one where a sink asks for no more.
    public internal(set) var exits: [EntryExit]
    /// Its prices under the chosen rule; nil where the sink does not read them.
    public internal(set) var prices: OutcomePrices?
    /// Below zero means below minus this.
    public let tolerance: Double

    /// An outcome that a walk fills in, under so many fill rules.
    init(fills: Int, tolerance: Double) {
        exits = Array(repeating: EntryExit(equity: 0), count: fills)
        self.tolerance = tolerance
    }

    /// Whether it was liquidated, in parts or as a whole.
    public var isLiquidated: Bool { path.liquidationBar != nil }

    /// Whether it is known how it ended: its window is whole, or a liquidation closed it before the cut.
    public func isDecided(fill: Int = 0) -> Bool { !isCut || exits[fill].closedBar != nil }

    /// The bar in which it was closed, or was last seen. A position that was reduced, and whose window was whole, has stood to its end;
    /// it counts from its first liquidation on.
    public func exitBar(fill: Int = 0) -> Int { exits[fill].closedBar ?? path.liquidationBar ?? last }

    /// How much of it ended below zero: all or nothing, or a probability where the fill is known by a law. Nothing where the end is not
    /// known.
    public func negative(fill: Int = 0) -> EventCount {
        isDecided(fill: fill) ? exits[fill].negative(tolerance: tolerance) : .zero
    }

    /// The expected shortfall; 0 without one, infinite where the contract has no bound.
    public func shortfall(fill: Int = 0) -> Double { negative(fill: fill) > 0 ? exits[fill].shortfall : 0 }

    /// What is left above zero, on average where the fill is known by a law: final equity is surplus less shortfall.
    public func surplus(fill: Int = 0) -> Double {
        guard isDecided(fill: fill) else { return 0 }
        let shortfall = shortfall(fill: fill)
        return shortfall.isFinite ? max(0, exits[fill].equity + shortfall) : 0
    }
}

/// The prices that decided an outcome.
public struct OutcomePrices: Hashable, Sendable {
    /// The price of the entry.
    public let entry: Double
    /// Where equity met the requirement, with what was paid up to the liquidation, or to the end; 0, negative or infinite where no
    /// price above 0 does.
    public let trigger: Double
    /// Where equity was 0, likewise.
    public let bankruptcy: Double
    /// What the exit was filled at, stage by stage: at the first liquidation, or at the close of the holding time.
    public let exit: ExitPrices
}
