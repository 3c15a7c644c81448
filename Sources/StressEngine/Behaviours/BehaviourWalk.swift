import MarginModel
import PriceSeries
import StressBasics
import StressStatistics
import StudyPlan

/// Follows the entries of one cell as a trader with a behaviour would have lived through them.
///
/// A bar goes: funding, margin that was called for, exits and liquidation inside the bar, and at its close the horizon, panic,
/// instalments and margin calls. Without trees every bar is looked at, exactly as the definition reads: the judge. With trees bars in which
/// nothing can happen are passed over, and the others go the same way. A class: walks of one entry follow each other, and copies of so many
/// columns would cost more than they do.
final class BehaviourWalk<Position: KernelPosition>: Sendable {
    let kernel: PlainKernel<Position>
    let rules: BehaviourRules
    let trees: BehaviourTrees?
    /// Those of the trees, which hold them; and where they tell of liquidations, too.
    let blocks: PriceBlocks?
    let checkedBlocks: PriceBlocks?
    let opens: [Double]
    let closes: [Double]
    /// The best and the worst price of a bar for the position, the open among them.
    let favourable: [Double]
    let adverse: [Double]
    let times: [Int64]
    let sign: Double
    /// Below zero means below minus this, in parts of the margin. Kept here, as in the rules: asking the cell's copies them.
    let tolerance: Double
    /// Whether of what is owed only that is told which estimates ask for: see ``TallyDetail``.
    let isBrief: Bool
    /// Milliseconds, at least 1.
    let barLength: Int64
    /// What one of several instalments is opened with.
    private let instalmentTerms: PositionTerms
    /// A position of these terms at a price of 1, and the part of the whole that it is; 0 where all is bought at once.
    private let instalmentPattern: Position
    let instalmentPart: Double
    /// What one instalment after the other adds up to at a price of 1.
    let instalmentMargins: [Position]

    init(
        _ kernel: PlainKernel<Position>, _ rules: BehaviourRules, trees: BehaviourTrees? = nil,
        _ detail: TallyDetail = .all
    ) {
        (self.kernel, self.rules, self.trees, blocks) = (kernel, rules, trees, trees?.blocks)
        checkedBlocks = trees.flatMap { $0.areTraded && !rules.triggersAtClose ? $0.blocks : nil }
        isBrief = detail == .estimated
        let series = kernel.market.series
        (opens, closes, times) = (series.open, series.close, series.time)
        (sign, tolerance) = (kernel.rules.cell.side.sign, kernel.rules.toleranceOfMargin)
        barLength = max(1, kernel.market.barLength.milliseconds)
        let part = 1 / Double(max(1, rules.instalments))
        instalmentTerms = kernel.terms(part: part)
        let pattern = Position(instalmentTerms, entryPrice: 1)
        (instalmentPattern, instalmentPart) = (pattern, rules.instalments > 1 ? part : 0)
        instalmentMargins = (1..<max(1, rules.instalments)).reduce(into: [pattern]) { margins, place in
            margins.append(margins[place - 1])
            margins[place].join(pattern, .none)
        }
        (favourable, adverse) = sign > 0 ? (series.high, series.low) : (series.low, series.high)
    }

    /// What becomes of the position opened at the close of bar `entry` by the end of one window. O(bars of the window); with trees
    /// O(events × log bars) as a rule.
    ///
    /// - Parameters:
    ///   - end: of what is seen of its window.
    ///   - events: filled in where given.
    func outcome(entry: Int, to end: WindowEnd, events: inout [BehaviourEvent]?) -> BehaviourOutcome {
        var state = opened(entry, to: end, part: 1)
        state.events = events
        follow(&state)
        var outcome = outcome(of: state)
        if let reenter = rules.behaviour.reenter, reenter.times > 0 {
            goOn(reenter, after: &outcome, to: end, &state.events)
        }
        events = state.events
        return outcome
    }

    /// A position, or the first instalment of it, opened at the close of a bar with a part of the notional.
    func opened(_ entry: Int, to end: WindowEnd, part: Double) -> BehaviourState<Position> {
        let parts = rules.instalments
        let position = bought(entry, part: part / Double(parts))
        return BehaviourState(position, entry: entry, to: end, entryPrice: closes[entry], parts: parts)
    }

    /// A position of a part of the notional at a close.
    func bought(_ bar: Int, part: Double) -> Position {
        if part == 1 { return kernel.position(entry: bar) }
        if part == instalmentPart { return instalmentPattern.reopened(instalmentTerms, at: closes[bar]) }
        return Position(kernel.terms(part: part), entryPrice: closes[bar])
    }

    func follow(_ state: inout BehaviourState<Position>) {
        var bar = state.entry + 1
        while state.ending == nil {
            if let trees { bar = passOver(&state, from: bar, trees) }
            step(&state, bar)
            bar += 1
        }
    }

    /// One bar.
    func step(_ state: inout BehaviourState<Position>, _ bar: Int) {
        kernel.advance(&state.carry, state.position, entry: state.entry, to: bar)
        if state.dueTopUp == bar { payIn(&state, bar) }
        tradeInside(&state, bar)
        if state.ending == nil { tradeAtClose(&state, bar) }
    }
}

extension PlainKernel {
    /// What a position of a part of the notional is opened with.
    func terms(part: Double) -> PositionTerms {
        var copy = terms
        copy.notional *= part
        return copy
    }
}
