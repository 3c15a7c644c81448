import StressBasics
import StressStatistics
import StudyPlan

/// The shares of a price history that limits speak of and that can be held at once. They follow from the study alone, so that how a grid
/// is divided to fit the memory changes none of them.
struct LimitFigures {
    /// A share of a cell.
    struct Figure: Hashable {
        let cell: StudyCell
        let measure: Measure
    }

    /// Of the history, by holding time; a holding time with more than ``mostOfHorizon`` is left out.
    let byHorizon: [TimeSpan: [Figure]]
    /// Of all histories of the study, those that are left out among them.
    let total: Int

    /// Limits times cells that are looked at; a larger study has no figures.
    private static let mostLooks = 4_000_000
    /// Figures of one holding time that are resampled together.
    static let mostOfHorizon = 400

    init(_ study: Study, asset: String) {
        let limits = study.limits.filter { $0.mayBeNotShown && $0.behaviour == nil }
        let cells = study.cells(of: asset)
        guard limits.count * cells.count <= LimitFigures.mostLooks else {
            (byHorizon, total) = ([:], 0)
            return
        }
        // Every history has the cells of the same grid.
        let named = Dictionary(grouping: limits, by: \.cells.asset)
            .mapValues { Set($0.flatMap { LimitFigures.figures($0, cells) }) }
        let common = named[nil] ?? []
        func figures(of asset: String) -> Set<Figure> { named[asset].map { $0.union(common) } ?? common }
        total = study.inputs.reduce(0) { $0 + figures(of: $1.asset).count }
        byHorizon = Dictionary(grouping: figures(of: asset)) { $0.cell.horizon }
            .filter { $0.value.count <= LimitFigures.mostOfHorizon }
            .mapValues { $0.sorted { ($0.cell.index, $0.measure.name) < ($1.cell.index, $1.measure.name) } }
    }

    /// The cells whose tallies they need, by id.
    var cells: Set<String> { Set(byHorizon.values.joined().map(\.cell.id)) }

    /// What a limit names in a history, whichever it is.
    private static func figures(_ limit: StudyLimit, _ cells: [StudyCell]) -> [Figure] {
        var anywhere = limit.cells
        anywhere.asset = nil
        return cells.filter(anywhere.matches).map { Figure(cell: $0, measure: limit.measure) }
    }
}
