import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// One page's share of a run: one price history and one direction.
struct AssetSide: Sendable {
    /// The run.
    var report: RunReport { _read { yield common.report } }
    /// The history.
    var asset: AssetReport { _read { yield common.asset } }
    /// The direction.
    let side: Side
    /// Name of the page inside `reports`.
    let fileName: String
    /// Its cells, in plan order.
    let rows: [ResultRow]
    /// The cells of the opposite direction, for comparison.
    let opposite: [ResultRow]
    /// The grids of this page, one a contract, platform and what else tells tables apart, in plan order.
    let grids: [CellGrid]
    /// The cell of the first sentence.
    private(set) var headline: ResultRow?

    /// What the run holds of the history.
    var records: AssetRecords { _read { yield common.records } }

    /// What stays the same whatever cell is looked at. Values of dozens of parts, and pages are copied with every view of a cell.
    private final class Common: Sendable {
        let report: RunReport
        let asset: AssetReport
        let records: AssetRecords
        let confidence: Double

        init(_ report: RunReport, _ asset: AssetReport, _ records: AssetRecords) {
            (self.report, self.asset, self.records) = (report, asset, records)
            confidence = report.study.statistics.confidence
        }
    }

    private let common: Common

    init(
        report: RunReport, asset: AssetReport, records: AssetRecords, side: Side, fileName: String,
        headline: StudyCell?
    ) {
        common = Common(report, asset, records)
        self.side = side
        self.fileName = fileName
        let own = records.rows
        rows = own.filter { $0.cell.side == side }
        opposite = own.filter { $0.cell.side != side }
        grids = rows.groupedInOrder(by: \.cell.key.table).compactMap { CellGrid($0.members) }
        self.headline = headline.flatMap { cell in
            let selector = CellSelector(like: cell.key, but: [.asset, .side])
            return own.first { $0.cell.side == side && selector.matches($0.cell) }
        }
    }

    /// The same page with another cell of it in the first sentence.
    func looking(at row: ResultRow) -> AssetSide {
        var page = self
        page.headline = row
        return page
    }

    var confidence: Double { common.confidence }

    /// The sentences about a cell of this page.
    func sentences(_ row: ResultRow) -> CellSentences {
        report.sentences(row, of: asset, years: records.years[row.cell.key] ?? [])
    }

    /// The measures that this page's cells hold.
    var measures: [Measure] {
        let hasWorst = rows.contains { $0.estimate.worstExit != nil }
        let computed: [Measure: Bool] = [
            .worstNegativeEquity: hasWorst, .gapNegativeEquity: hasAtOnce, .bestNegativeEquity: hasBest,
        ]
        return Measure.shown.filter { computed[$0] ?? true }
    }

    /// Whether cells of this page say what closing at once would have left.
    var hasAtOnce: Bool { rows.contains { $0.estimate.gapExit != nil } }

    /// Whether cells of this page have a best fill.
    var hasBest: Bool { rows.contains { $0.estimate.bestExit != nil } }

    /// The band that holds the headline's whole leverage curve, by leverage; empty without one.
    var band: [Leverage: Interval] {
        guard let cell = headline?.cell else { return [:] }
        let selector = CellSelector(like: cell.key, but: [.leverage])
        guard
            let found = records.bands.first(where: { $0.cells.first.map(selector.matches) == true })
        else {
            return [:]
        }
        return Dictionary(
            zip(found.cells.map(\.leverage), found.band.bounds), uniquingKeysWith: { first, _ in first })
    }

    /// What the name of a grid says: its contract, its platform, and what else tells this page's grids apart.
    var namedAxes: [CellAxis] {
        let varied = report.study.axesBetweenTables
        return CellAxis.betweenTables.filter { $0 == .contract || $0 == .platform || varied.contains($0) }
    }

    /// Which grid a cell belongs to, where there are several: ` (inverse contract, coin-margined, on typical)`.
    func scopeWords(_ cell: StudyCell) -> String {
        let words = report.study.axesBetweenTables.map { cell.key.words($0, .sentence) }
        return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
    }

    /// The cells of the headline's contract, platform and holding time, leverage rising.
    func headlineColumn(of rows: [ResultRow]) -> [ResultRow] {
        guard let cell = headline?.cell else { return [] }
        let selector = CellSelector(like: cell.key, but: [.asset, .side, .leverage])
        return rows.filter { selector.matches($0.cell) }.sorted { $0.cell.leverage < $1.cell.leverage }
    }
}

/// The cells of one contract on one platform, alike on every other axis that tells tables apart, as a table of leverages and holding
/// times.
struct CellGrid: Sendable {
    /// The first of them.
    let first: CellKey
    let rows: [ResultRow]
    private let places: [Place: Int]

    private struct Place: Hashable {
        let leverage: Leverage
        let horizon: TimeSpan
    }

    /// Nil without cells.
    init?(_ rows: [ResultRow]) {
        guard let first = rows.first?.cell.key else { return nil }
        (self.first, self.rows) = (first, rows)
        let indexed = rows.enumerated().map { index, row in
            (Place(leverage: row.cell.leverage, horizon: row.cell.horizon), index)
        }
        places = Dictionary(indexed, uniquingKeysWith: { first, _ in first })
    }

    /// The cell at a leverage and holding time.
    func row(_ leverage: Leverage, _ horizon: TimeSpan) -> ResultRow? {
        places[Place(leverage: leverage, horizon: horizon)].map { rows[$0] }
    }
}

/// At most `limit` of `values`, evenly spread, always with the first, the last and `wanted`.
public func chosen<Value: Equatable>(_ values: [Value], limit: Int, keeping wanted: Value?) -> [Value] {
    guard values.count > limit, limit > 2 else { return values }
    let wantedPlace = wanted.flatMap { values.firstIndex(of: $0) }
    var places = (0..<limit).map { $0 * (values.count - 1) / (limit - 1) }
    if let wantedPlace, !places.contains(wantedPlace) {
        let nearest = places[1..<limit - 1].indices.min {
            abs(places[$0] - wantedPlace) < abs(places[$1] - wantedPlace)
        }!
        places[nearest] = wantedPlace
    }
    return places.map { values[$0] }
}
