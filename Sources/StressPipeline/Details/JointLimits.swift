import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// The figures that limits speak of, held at once: for every horizon of one history a band over all of them, from the same resamples as
/// their own intervals.
///
/// Histories and horizons are resampled apart, so that what may miss is shared out among them by the number of their figures; within one,
/// figures that move together cost little.
struct JointLimits {
    let study: Study
    let job: HistoryJob
    /// At least those of ``LimitFigures/cells``.
    let results: [CellResult]
    let estimates: [CellEstimate]

    /// One band a horizon; empty where nothing is estimated, and for studies or horizons that are too large.
    var bands: [CurveBand] {
        guard let asset = results.first?.rules.cell.asset else { return [] }
        let figures = LimitFigures(study, asset: asset)
        let places = Dictionary(
            uniqueKeysWithValues: results.enumerated().map { ($0.element.rules.cell.id, $0.offset) })
        return figures.byHorizon.sorted { $0.key < $1.key }.compactMap { _, named in
            let known = named.compactMap { figure in places[figure.cell.id].map { (place: $0, measure: figure.measure) }
            }
            return band(known.filter { hasInterval($0.place, $0.measure) }, of: figures.total)
        }
    }

    private func hasInterval(_ place: Int, _ measure: Measure) -> Bool {
        interval(place, measure) != nil && estimates[place].inference(measure) != nil
    }

    private func interval(_ place: Int, _ measure: Measure) -> FrequencyInterval? {
        estimates[place].share(measure, confidence: study.statistics.confidence)?.interval
    }

    private func band(_ figures: [(place: Int, measure: Measure)], of all: Int) -> CurveBand? {
        guard let first = figures.first else { return nil }
        let cells = figures.map { results[$0.place].rules.cell }
        if all == 1, let own = interval(first.place, first.measure) {
            let band = SimultaneousBand(alone: own, confidence: study.statistics.confidence)
            return CurveBand(cells: cells, band: band, measures: [first.measure])
        }
        var rules = study.statistics.resampling
        rules.confidence = 1 - (1 - rules.confidence) * Double(figures.count) / Double(all)
        return job.band(of: figures, results: results, estimates: estimates, rules: rules).map {
            CurveBand(cells: cells, band: $0, measures: figures.map(\.measure))
        }
    }
}
