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

    /// One a behaviour; nil where nobody goes on.
    private let frames: [SequenceFrame?]

    init(
        _ job: HistoryJob, _ estimates: BehaviourEstimates, _ behaviours: [Behaviour], trees: BehaviourTrees?,
        threads: Int, control: RunControl
    ) {
        (self.job, self.estimates, self.behaviours) = (job, estimates, behaviours)
        (self.trees, self.threads, self.control) = (trees, threads, control)
        frames = behaviours.map { behaviour in
            behaviour.reenter.flatMap { $0.times > 0 ? SequenceFrame(job, behaviour, wait: $0.after) : nil }
        }
    }

    /// Whether all that is asked of a cell was found when it was followed.
    func isKnown(_ followed: FollowedCell) -> Bool {
        frames.indices.allSatisfy { frames[$0] == nil || followed.lost[$0] != nil }
    }

    /// Says of those who go on how often they lose all.
    ///
    /// - Parameters:
    ///   - found: of one cell, holding first.
    ///   - followed: the cell's; what was not found then is searched for here.
    func add(
        to found: inout [BehaviourEstimate], cell: Int, followed: FollowedCell
    ) throws(RunCancelled) {
        var liquidations: [SequencePosition]?
        for (place, behaviour) in behaviours.enumerated() {
            guard let frame = frames[place], let reentry = behaviour.reenter else { continue }
            let same = behaviours[..<place].firstIndex { behaviour.losesAs($0) }
            let most = min(reentry.times, RuinDetails.mostReentries) + 1
            if let same {
                found[place + 1].ruin = found[same + 1].ruin
            } else if let lost = followed.lost[place] {
                let sequences = job.sequences(cell: cell, lost: lost, frame: frame)
                found[place + 1].ruin = estimates.ruin(of: sequences, cell: cell, most: most)
            } else {
                let positions = try positions(behaviour, cell: cell, &liquidations)
                found[place + 1].ruin = estimates.ruin(of: positions, cell: cell, wait: reentry.after, most: most)
            }
        }
    }

    /// The positions of a behaviour, of which those that are held until the platform closes them are searched for once.
    private func positions(
        _ behaviour: Behaviour, cell: Int, _ liquidations: inout [SequencePosition]?
    ) throws(RunCancelled) -> [SequencePosition] {
        guard behaviour.holdsUntilLost, job.entersAtEveryBar else {
            return try job.sequencePositions(
                of: behaviour, cell: cell, trees: trees, threads: threads, control: control)
        }
        if let liquidations { return liquidations }
        let found = try job.liquidations(cell: cell, threads: threads, control: control).map { SequencePosition($0) }
        liquidations = found
        return found
    }
}

extension Behaviour {
    /// Whether every entry is held until the platform closes it.
    fileprivate var holdsUntilLost: Bool { !hasExitRule && !changesMargin && !changesEntries }

    /// Whether it goes on as another one does, and loses when that one does.
    fileprivate func losesAs(_ other: Behaviour) -> Bool {
        holdsUntilLost && other.holdsUntilLost && reenter == other.reenter
    }
}
