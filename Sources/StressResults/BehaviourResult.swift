import StressStatistics
import StudyPlan

/// One cell under one behaviour.
public struct BehaviourResult: Codable, Sendable {
    /// The cell.
    public var cell: StudyCell
    /// The behaviour's name in the study; `hodl` for holding.
    public var behaviour: String
    /// What was taken to come first in a bar; nil for holding.
    public var order: String?
    /// What the history says.
    public var estimate: BehaviourEstimate

    /// A result.
    public init(cell: StudyCell, behaviour: String, order: String?, estimate: BehaviourEstimate) {
        (self.cell, self.behaviour, self.order, self.estimate) = (cell, behaviour, order, estimate)
    }

    /// Whether it is holding.
    public var isHodl: Bool { order == nil }
}
