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

    /// Entries times behaviours that are followed one by one in a history.
    static let mostWalks = 200_000_000

    /// One result a cell and behaviour, in plan order, holding first in each cell.
    func results() throws(RunCancelled) -> [BehaviourResult] {
        let behaviours = study.behaviours.flatMap(\.orders)
        guard !behaviours.isEmpty else { return [] }
        let trees = job.behaviourTrees
        var results: [BehaviourResult] = []
        for place in chosen {
            let tallies = try job.tallies(
                of: behaviours, cell: place, trees: trees, threads: threads, control: control)
            let estimates = job.behaviourEstimates(of: tallies, cell: place, rules: study.statistics.resampling)
            for (number, estimate) in estimates.enumerated() {
                let behaviour = number == 0 ? nil : behaviours[number - 1]
                results.append(
                    BehaviourResult(
                        cell: cells[place], behaviour: (behaviour ?? .hodl).name, order: behaviour?.order.rawValue,
                        estimate: estimate))
            }
        }
        return results
    }

    /// Says which cells were left out; nil where none was.
    var finding: Finding? {
        let count = chosen.count
        guard !study.behaviours.isEmpty, count < cells.count else { return nil }
        return Finding(
            check: "behaviours", severity: .note,
            message: "behaviours were followed in \(count) of \(cells.count) cells, those of the headline's contract, "
                + "holding time and platform",
            count: cells.count - count, action: "the others are not in behaviours.csv")
    }

    /// Places of the cells that are followed, in plan order.
    private var chosen: [Int] {
        let walks = job.entryCount * (study.behaviours.count + 1)
        func fits(_ places: [Int]) -> Bool { walks * places.count <= BehaviourDetails.mostWalks }
        let all = Array(cells.indices)
        guard !fits(all), let headline = study.headlineCell else { return all }
        let curves = all.filter { isLike(headline, cells[$0], anyLeverage: true) }
        return fits(curves) ? curves : all.filter { isLike(headline, cells[$0], anyLeverage: false) }
    }

    private func isLike(_ headline: StudyCell, _ cell: StudyCell, anyLeverage: Bool) -> Bool {
        cell.contract == headline.contract && cell.horizon == headline.horizon && cell.platform == headline.platform
            && (anyLeverage || cell.leverage == headline.leverage)
    }
}
