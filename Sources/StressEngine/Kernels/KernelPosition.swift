import MarginModel
import StressBasics
import StressStatistics

/// A contract as the kernels try it: its formulas, and what a platform does with a position that is due.
protocol KernelPosition: AdjustablePosition {
    /// How a position ends that is due, as it stands in the bar in which it is.
    static func liquidation(
        of due: DuePosition, _ position: Self, kernel: PlainKernel<Self>, trees: PassageTrees?
    ) -> EntryExit

    /// What is found of a chunk of entries under behaviours: positions that always owe interest are followed one by one.
    static func followed(_ run: BehaviourGridRun) -> BehaviourGridRun.Found

    /// The position that the terms of another one open at a price: the same bits as by the terms.
    func reopened(_ terms: borrowing PositionTerms, at price: Double) -> Self

    /// The same coins at the same price with the margins of another position: nil where these depend on prices.
    func replacingMargins(by other: Self) -> Self?
}

/// A position that is due, and what it is filled by.
struct DuePosition {
    let path: EntryPath
    /// The bar in which it is due.
    let bar: Int
    let entry: Int
    /// The last bar of its window.
    let last: Int
    let fill: ResolvedFill
    /// Whether what a shortfall is made of may be left out where the fill is known by a law.
    var isBrief = false
}

extension KernelPosition {
    /// By the terms.
    @inline(__always)
    func reopened(_ terms: borrowing PositionTerms, at price: Double) -> Self { Self(terms, entryPrice: price) }

    @inline(__always)
    func replacingMargins(by other: Self) -> Self? { nil }

    /// Most contracts are taken over whole.
    static func liquidation(
        of due: DuePosition, _ position: Self, kernel: PlainKernel<Self>, trees: PassageTrees?
    ) -> EntryExit {
        kernel.takeover(due, position)
    }

    static func followed(_ run: BehaviourGridRun) -> BehaviourGridRun.Found { run.found(Self.self) }
}

extension LinearPositionOn: KernelPosition {
    /// Reduced step by step where the platform does.
    static func liquidation(
        of due: DuePosition, _ position: Self, kernel: PlainKernel<Self>, trees: PassageTrees?
    ) -> EntryExit {
        kernel.rules.platform.liquidation.isPartial
            ? kernel.partialExit(due, position, trees: trees) : kernel.takeover(due, position)
    }

    /// Without the terms: the same bits.
    @inline(__always)
    func reopened(_ terms: borrowing PositionTerms, at price: Double) -> Self { reopened(at: price) }

    @inline(__always)
    func replacingMargins(by other: Self) -> Self? {
        // The position's own, which every price has.
        let replaced: Self = replacingMargins(by: other)
        return replaced
    }
}
extension InversePosition: KernelPosition {}
extension BorrowedCashPosition: KernelPosition {
    static func followed(_ run: BehaviourGridRun) -> BehaviourGridRun.Found { run.carried(Self.self) }
}
extension BorrowedCoinPosition: KernelPosition {
    static func followed(_ run: BehaviourGridRun) -> BehaviourGridRun.Found { run.carried(Self.self) }
}
extension SpotPosition: KernelPosition {}

/// What is to be done with the positions of a contract, whichever it is.
protocol PositionVisitor {
    associatedtype Value
    func visit<Position: KernelPosition>(_ position: Position.Type) -> Value
}

/// Shows a visitor the positions of a contract and side.
///
/// The one place where a contract becomes a type: whatever is done behind it is compiled for each contract, so nothing is chosen inside
/// a loop.
func withPosition<Visitor: PositionVisitor>(
    _ contract: ContractKind, _ side: Side, _ visitor: Visitor
) -> Visitor.Value {
    switch (contract, side) {
    case (.linear, _): visitor.visit(LinearPosition.self)
    case (.inverse, _): visitor.visit(InversePosition.self)
    case (.margin, .long): visitor.visit(BorrowedCashPosition.self)
    case (.margin, .short): visitor.visit(BorrowedCoinPosition.self)
    case (.spot, _): visitor.visit(SpotPosition.self)
    }
}

extension CellRules {
    /// Shows a visitor the positions of the cell; those on a platform that asks the same rate of all sizes by their figures alone, as a
    /// copy of a table costs more than the arithmetic of a position.
    func withFigures<Visitor: PositionVisitor>(_ visitor: Visitor) -> Visitor.Value {
        let isFlat = cell.contract == .linear && platform.tiers.tiers.count == 1
        return isFlat ? visitor.visit(FlatLinearPosition.self) : withPosition(cell.contract, cell.side, visitor)
    }
}
