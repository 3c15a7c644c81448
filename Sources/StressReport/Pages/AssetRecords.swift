import StressResults
import StressStatistics
import StudyPlan

/// What a run holds of one price history. Pages look here and not through the whole run, which would take time with the square of the
/// number of histories.
struct AssetRecords: Sendable {
    /// Its cells, in plan order.
    var rows: [ResultRow] = []
    /// Its cells that were looked at more closely.
    var details: [CellDetail] = []
    /// The margins that it would have needed.
    var requirements: [MarginRequirement] = []
    /// The bands over its curves.
    var bands: [CurveBand] = []
    /// What its cells said of later years.
    var years: [CellKey: [YearTest]] = [:]
    /// How its cells fared under behaviours.
    var behaviours: [BehaviourResult] = []
}

extension RunReport {
    /// The records of each price history, by its name.
    var recordsByAsset: [String: AssetRecords] {
        var found: [String: AssetRecords] = [:]
        for (asset, rows) in Dictionary(grouping: rows, by: \.cell.asset) { found[asset, default: .init()].rows = rows }
        for detail in details { found[detail.cell.asset, default: .init()].details.append(detail) }
        for requirement in requirements { found[requirement.asset, default: .init()].requirements.append(requirement) }
        for band in curveBands { band.cells.first.map { found[$0.asset, default: .init()].bands.append(band) } }
        for record in yearRecords {
            let key = record.cell.key
            // Of two records the first counts.
            if found[key.asset]?.years[key] == nil { found[key.asset, default: .init()].years[key] = record.years }
        }
        for result in behaviours { found[result.cell.asset, default: .init()].behaviours.append(result) }
        return found
    }
}
