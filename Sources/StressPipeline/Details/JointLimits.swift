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
    let results: [CellResult]
    let estimates: [CellEstimate]

    /// Limits times cells that are looked at; a larger study has no bands.
    private static let mostLooks = 4_000_000
    /// Figures of one horizon that are resampled together.
    private static let mostColumns = 400

    /// One band a horizon; empty where nothing is estimated, and for studies or horizons that are too large.
    var bands: [CurveBand] {
        let limits = study.limits.filter(\.mayBeNotShown)
        guard !limits.isEmpty, limits.count * results.count <= JointLimits.mostLooks else { return [] }
        let named = limits.map { Named(limit: $0, places: places($0)) }
        let all = study.inputs.reduce(0) { $0 + figures(named, of: $1.asset).count }
        let own = figures(named, of: results.first?.rules.cell.asset ?? "").filter { hasInterval($0) }
        let horizons = Dictionary(grouping: own) { results[$0.place].rules.cell.horizon }
        return horizons.sorted { $0.key < $1.key }.compactMap { band($0.value, of: all) }
    }

    private struct Named {
        let limit: StudyLimit
        let places: [Int]
    }

    /// A share of a cell.
    private struct Figure: Hashable {
        let place: Int
        let measure: Measure
    }

    /// The cells that a limit names in any history.
    private func places(_ limit: StudyLimit) -> [Int] {
        var anywhere = limit.cells
        anywhere.asset = nil
        return results.indices.filter { anywhere.matches(results[$0].rules.cell) }
    }

    /// What limits speak of in a history: every history has the cells of the same grid.
    private func figures(_ named: [Named], of asset: String) -> Set<Figure> {
        named.filter { $0.limit.cells.asset == nil || $0.limit.cells.asset == asset }.reduce(into: []) { found, named in
            for place in named.places { found.insert(Figure(place: place, measure: named.limit.measure)) }
        }
    }

    private func hasInterval(_ figure: Figure) -> Bool {
        let share = estimates[figure.place].share(figure.measure, confidence: study.statistics.confidence)
        return share?.interval != nil && estimates[figure.place].inference(figure.measure) != nil
    }

    private func band(_ figures: [Figure], of all: Int) -> CurveBand? {
        guard figures.count <= JointLimits.mostColumns else { return nil }
        let ordered = figures.sorted { ($0.place, $0.measure.name) < ($1.place, $1.measure.name) }
        var rules = study.statistics.resampling
        rules.confidence = 1 - (1 - rules.confidence) * Double(figures.count) / Double(all)
        return job.band(
            of: ordered.map { ($0.place, $0.measure) }, results: results, estimates: estimates, rules: rules
        ).map {
            CurveBand(
                cells: ordered.map { results[$0.place].rules.cell }, band: $0, measures: ordered.map(\.measure))
        }
    }
}
