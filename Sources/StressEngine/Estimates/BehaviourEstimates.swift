import StressBasics
import StressStatistics
import StudyPlan

/// What a history says of its cells under behaviours, each against holding in the same resamples: those that the cells' own intervals
/// came from, drawn once a horizon.
public struct BehaviourEstimates: Sendable {
    private let job: HistoryJob
    /// Nothing is resampled without one.
    private let panels: [TimeSpan: HorizonPanel]

    /// Draws the resamples of every horizon of some cells, where the rules ask for any.
    ///
    /// - Parameters:
    ///   - cells: places in the job's plan order.
    ///   - rules: the study's.
    ///
    /// O(horizons × resamples × blocks).
    public init(_ job: HistoryJob, cells: [Int], rules: ResamplingRules) {
        self.job = job
        var panels: [TimeSpan: HorizonPanel] = [:]
        if rules.resamples > 0, !cells.isEmpty {
            let memory = job.marketMemory
            for horizon in Set(cells.map { job.rules[$0].cell.horizon }) {
                panels[horizon] = job.panel(horizon: horizon, rules: rules, memory: memory)
            }
        }
        self.panels = panels
    }

    /// What is said of one cell; without intervals where nothing is resampled.
    ///
    /// - Parameters:
    ///   - tallies: of ``HistoryJob/tallies(of:cell:trees:threads:control:)``, holding first.
    ///   - cell: one of the cells.
    ///
    /// O(behaviours × (blocks + resamples × runs)).
    public func estimates(of tallies: [BehaviourTally], cell: Int) -> [BehaviourEstimate] {
        var estimates = tallies.enumerated().map { BehaviourEstimate($1, isHolding: $0 == 0) }
        for place in estimates.indices.dropFirst() {
            estimates[place].change = BehaviourChange(from: estimates[0], to: estimates[place])
        }
        if let panel = panels[job.rules[cell].cell.horizon] {
            // What cannot happen needs no interval.
            let resampled = ResampledBehaviours(
                panel: panel, blocks: job.resamplingBlocks, isImpossible: job.rules[cell].isImpossible)
            resampled.judge(tallies, &estimates)
        }
        return estimates
    }

    /// The risk of ruin of someone who goes on in one cell: see ``RuinShare``.
    ///
    /// - Parameters:
    ///   - positions: the cell's, of ``HistoryJob/sequencePositions(of:cell:trees:threads:control:)``.
    ///   - wait: from the end of a position to the next entry.
    ///   - most: positions of a sequence, and margins of the largest capital; at least 1.
    ///
    /// O(entries × most).
    public func ruin(of positions: [SequencePosition], cell: Int, wait: TimeSpan, most: Int) -> [RuinShare] {
        let horizon = job.rules[cell].cell.horizon
        return ruin(
            RuinShare.shares(of: positions, horizon: horizon, wait: wait, most: most, blocks: job.blockCount),
            cell: cell)
    }

    /// The same of positions of which is known when they are lost.
    ///
    /// - Parameter sequences: the cell's, of ``HistoryJob/sequences(cell:lost:frame:)``.
    public func ruin(of sequences: PositionSequences, cell: Int, most: Int) -> [RuinShare] {
        ruin(RuinShare.shares(of: sequences, most: most, blocks: job.blockCount), cell: cell)
    }

    private func ruin(_ shares: [(margins: Int, share: BlockShare)], cell: Int) -> [RuinShare] {
        let panel = panels[job.rules[cell].cell.horizon]
        return shares.map {
            RuinShare(
                margins: $0.margins, starts: $0.share.total, ruined: $0.share.count,
                interval: panel.flatMap { [share = $0.share] panel in panel.inference(panel.held(share))?.bounds })
        }
    }
}

/// The intervals of one cell's behaviours.
private struct ResampledBehaviours {
    let panel: HorizonPanel
    /// Time blocks that are resampled as one.
    let blocks: Int
    let isImpossible: Bool

    func judge(_ tallies: [BehaviourTally], _ estimates: inout [BehaviourEstimate]) {
        judgeNegative(tallies.map { held($0.cell.negativeShare(fill: 0)) }, &estimates)
        judgeLostHalf(tallies.map { held($0.lostHalfShare) }, &estimates)
        let equity = tallies.map { held($0.equityShare) }
        let found = panel.meanDifferences(of: Array(equity.dropFirst()), from: equity[0])
        for (place, difference) in found.enumerated() { estimates[place + 1].equityDifference = difference }
    }

    private func held(_ share: BlockShare) -> BlockShare { panel.held(share.merged(by: blocks)) }

    private func judgeNegative(_ shares: [BlockShare], _ estimates: inout [BehaviourEstimate]) {
        let possible = estimates.indices.filter { !isImpossible || estimates[$0].negative != 0 }
        let compared = possible.filter { $0 > 0 }
        let found = panel.pairedInferences(of: compared.map { shares[$0] }, from: shares[0])
        if possible.first == 0 { estimates[0].negativeInterval = found.base?.bounds }
        for (place, found) in zip(compared, found.columns) {
            estimates[place].negativeInterval = found.own?.bounds
            estimates[place].negativeDifference = found.difference
        }
    }

    private func judgeLostHalf(_ shares: [BlockShare], _ estimates: inout [BehaviourEstimate]) {
        let found = panel.pairedInferences(of: Array(shares.dropFirst()), from: shares[0])
        estimates[0].lostHalfInterval = found.base?.bounds
        for (place, found) in found.columns.enumerated() {
            estimates[place + 1].lostHalfInterval = found.own?.bounds
            estimates[place + 1].lostHalfDifference = found.difference
        }
    }
}
