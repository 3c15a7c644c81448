import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// The headline's cell against its neighbours, and the band over its leverage curve, for one history.
struct Comparisons {
    let study: Study
    let job: HistoryJob
    let results: [CellResult]
    let estimates: [CellEstimate]
    let threads: Int

    private var rules: ResamplingRules { study.statistics.resampling }

    private func places(_ selector: CellSelector) -> [Int] {
        results.indices.filter { selector.matches(results[$0].rules.cell) }
    }

    /// The cells like the headline's on one side.
    private func selector(_ headline: StudyCell, side: Side) -> CellSelector {
        var selector = CellSelector(like: headline.key, but: [.asset])
        selector.side = side
        return selector
    }

    /// Long against short; on each side every leverage against the one before, and every platform against the first.
    var comparisons: [CellComparison] {
        guard let headline = study.headlineCell else { return [] }
        var pairs: [(first: Int, second: Int)] = []
        if let long = places(selector(headline, side: .long)).first,
            let short = places(selector(headline, side: .short)).first
        {
            pairs.append((long, short))
        }
        for side in study.grid.sides {
            let curve = curve(headline, side: side)
            pairs += zip(curve.dropFirst(), curve).map { ($0, $1) }
            var anywhere = selector(headline, side: side)
            anywhere.platform = nil
            let platforms = places(anywhere)
            pairs += platforms.dropFirst().map { ($0, platforms[0]) }
        }
        let found = job.differences(pairs, results: results, estimates: estimates, rules: rules, threads: threads)
        return zip(pairs, found).compactMap { pair, difference in
            difference.map {
                CellComparison(
                    cell: results[pair.first].rules.cell, other: results[pair.second].rules.cell, difference: $0)
            }
        }
    }

    /// One band a side, over the leverages that can end below zero.
    var bands: [CurveBand] {
        guard let headline = study.headlineCell else { return [] }
        return study.grid.sides.compactMap { side in
            let cells = curve(headline, side: side).filter { estimates[$0].exit.interval != nil }
            return job.band(cells, results: results, estimates: estimates, rules: rules).map {
                CurveBand(
                    cells: cells.map { results[$0].rules.cell },
                    band: $0.covering(cells.map { estimates[$0].exit.interval }))
            }
        }
    }

    /// What the past of each cell of the curves said of later years; without cells that have no such year or no interval.
    var yearRecords: [YearRecord] {
        guard let headline = study.headlineCell else { return [] }
        let cells = study.grid.sides.flatMap { curve(headline, side: $0) }.filter { estimates[$0].exit.interval != nil }
        return job.yearRecords(cells.map { results[$0] }, confidence: rules.confidence, threads: threads)
    }

    /// At most this many leverages make a curve's band; more would only repeat their neighbours.
    private static let mostLeverages = 125

    private func curve(_ headline: StudyCell, side: Side) -> [Int] {
        var anyLeverage = selector(headline, side: side)
        anyLeverage.leverage = nil
        let all = places(anyLeverage).sorted { results[$0].rules.cell.leverage < results[$1].rules.cell.leverage }
        let step = (all.count + Comparisons.mostLeverages - 1) / Comparisons.mostLeverages
        return step <= 1 ? all : stride(from: 0, to: all.count, by: step).map { all[$0] }
    }
}

extension HistoryJob {
    /// The year tests of some cells, without those that have none.
    func yearRecords(_ results: [CellResult], confidence: Double, threads: Int) -> [YearRecord] {
        let tests = yearTests(of: results, confidence: confidence, threads: threads)
        return zip(results, tests).compactMap { result, years in
            years.isEmpty ? nil : YearRecord(cell: result.rules.cell, years: years)
        }
    }
}
