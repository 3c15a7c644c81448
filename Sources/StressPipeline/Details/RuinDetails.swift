import StressBasics
import StressEngine
import StressStatistics
import StudyPlan

/// The risk of ruin of those who go on after a loss, in the cells of one history.
struct RuinDetails {
    private let job: HistoryJob
    private let estimates: BehaviourEstimates
    private let behaviours: [Behaviour]
    private let trees: BehaviourTrees?
    private let threads: Int
    private let control: RunControl

    /// Re-entries that are followed at most.
    private static let mostReentries = 999

    init(
        _ job: HistoryJob, _ estimates: BehaviourEstimates, _ behaviours: [Behaviour], trees: BehaviourTrees?,
        threads: Int, control: RunControl
    ) {
        (self.job, self.estimates, self.behaviours) = (job, estimates, behaviours)
        (self.trees, self.threads, self.control) = (trees, threads, control)
    }

    /// Says of those who go on how often they lose all.
    ///
    /// - Parameters:
    ///   - found: of one cell, holding first.
    ///   - held: when positions are liquidated that are held; asked for where somebody does nothing else before.
    func add(
        to found: inout [BehaviourEstimate], cell: Int, held: () throws(RunCancelled) -> [HeldEntry]
    ) throws(RunCancelled) {
        var liquidations: [SequencePosition]?
        for (place, behaviour) in behaviours.enumerated() {
            guard let reentry = behaviour.reenter, reentry.times > 0 else { continue }
            let positions: [SequencePosition]
            if behaviour.holdsUntilLost {
                if let same = behaviours[..<place].firstIndex(where: { $0.holdsUntilLost && $0.reenter == reentry }) {
                    found[place + 1].ruin = found[same + 1].ruin
                    continue
                }
                if liquidations == nil {
                    let entries = try held()
                    liquidations = entries.map { SequencePosition($0) }
                }
                positions = liquidations ?? []
            } else {
                positions = try job.sequencePositions(
                    of: behaviour, cell: cell, trees: trees, threads: threads, control: control)
            }
            found[place + 1].ruin = estimates.ruin(
                of: positions, cell: cell, wait: reentry.after, most: min(reentry.times, RuinDetails.mostReentries) + 1)
        }
    }
}

extension Behaviour {
    /// Whether every entry is held until the platform closes it.
    fileprivate var holdsUntilLost: Bool { !hasExitRule && !changesMargin && !changesEntries }
}
