import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// The study's behaviours on one history: in every cell where that is done in time, else in the headline's curves, else in its cells.
struct BehaviourDetails {
    let study: Study
    let job: HistoryJob
    let cells: [StudyCell]
    let threads: Int
    let control: RunControl

    /// What each is followed as: an order that is split is followed in both.
    private let behaviours: [Behaviour]
    /// Places of the cells that are followed, in plan order.
    private let chosen: [Int]

    /// Entries times behaviours that are followed one by one in a history.
    static let mostWalks = 200_000_000
    /// Blocks of tallies that are held before any is estimated: what cells of different leverages meet is searched for once in those that
    /// are followed together.
    static let blocksAtOnce = 1_500_000

    init(study: Study, job: HistoryJob, cells: [StudyCell], threads: Int, control: RunControl) {
        (self.study, self.job, self.cells, self.threads, self.control) = (study, job, cells, threads, control)
        behaviours = study.behaviours.flatMap(\.orders)
        chosen = behaviours.isEmpty ? [] : BehaviourDetails.chosen(study, job, cells, behaviours: behaviours.count)
    }

    /// One result a cell and behaviour, in plan order, holding first in each cell.
    func results() throws(RunCancelled) -> [BehaviourResult] {
        guard !chosen.isEmpty else { return [] }
        let trees = job.behaviourTrees
        let estimates = BehaviourEstimates(job, cells: chosen, rules: study.statistics.resampling)
        var results: [Int: [BehaviourResult]] = [:]
        let most = BehaviourDetails.blocksAtOnce / max(1, job.blockCount * (behaviours.count + 1))
        let ruin = RuinDetails(job, estimates, behaviours, trees: trees, threads: threads, control: control)
        for part in job.behaviourGroups(of: chosen, most: max(1, most)) {
            let followed = try job.followed(
                behaviours, cells: part, trees: trees, threads: threads, detail: .estimated, control: control)
            let found = parallelMap(count: part.count, threads: threads) { place -> [BehaviourEstimate]? in
                guard !control.isCancelled else { return nil }
                var found = estimates.estimates(of: followed[place].tallies, cell: part[place])
                guard ruin.isKnown(followed[place]) else { return found }
                do { try ruin.add(to: &found, cell: part[place], followed: followed[place]) } catch { return nil }
                return found
            }
            guard var found else { throw RunCancelled() }
            // What is searched for cell by cell has its threads there.
            for place in part.indices where !ruin.isKnown(followed[place]) {
                try ruin.add(to: &found[place], cell: part[place], followed: followed[place])
            }
            for (place, estimates) in zip(part, found) { results[place] = cellResults(cells[place], estimates) }
        }
        return chosen.flatMap { results[$0] ?? [] }
    }

    private func cellResults(_ cell: StudyCell, _ estimates: [BehaviourEstimate]) -> [BehaviourResult] {
        estimates.indices.map { place in
            let behaviour = place == 0 ? nil : behaviours[place - 1]
            return BehaviourResult(
                cell: cell, behaviour: (behaviour ?? .hodl).name, order: behaviour?.order.rawValue,
                estimate: estimates[place])
        }
    }

    /// Says which cells were left out; nil where none was.
    var finding: Finding? {
        let count = chosen.count
        let isLimited = study.limits.contains { $0.behaviour != nil }
        guard !behaviours.isEmpty, count < cells.count else { return nil }
        return Finding(
            check: "behaviours", severity: .note,
            message: "behaviours were followed in \(count) of \(cells.count) cells, those of the headline's contract, "
                + "holding time and platform" + (isLimited ? " and of limits on behaviours" : ""),
            count: cells.count - count, action: "the others are not in behaviours.csv")
    }

    /// Every cell where that is done in time, else the headline's curves, else the headline's cells; with either those that limits on
    /// behaviours name, as far as that is done in time.
    private static func chosen(_ study: Study, _ job: HistoryJob, _ cells: [StudyCell], behaviours: Int) -> [Int] {
        let walks = job.entryCount * (behaviours + 1)
        func fits(_ places: [Int]) -> Bool { walks * places.count <= mostWalks }
        let all = Array(cells.indices)
        guard !fits(all), let headline = study.headlineCell else { return all }
        let selectors = study.limits.filter { $0.behaviour != nil }.map(\.cells)
        let onCurves = CellSelector(like: headline.key, but: [.asset, .side, .leverage])
        let atHeadline = CellSelector(like: headline.key, but: [.asset, .side])
        func chosen(anyLeverage: Bool, limited: Bool) -> [Int] {
            all.filter { place in
                (anyLeverage ? onCurves : atHeadline).matches(cells[place])
                    || limited && selectors.contains { $0.matches(cells[place]) }
            }
        }
        for limited in [true, false] {
            let curves = chosen(anyLeverage: true, limited: limited)
            if fits(curves) { return curves }
        }
        let few = chosen(anyLeverage: false, limited: true)
        return fits(few) ? few : chosen(anyLeverage: false, limited: false)
    }
}
