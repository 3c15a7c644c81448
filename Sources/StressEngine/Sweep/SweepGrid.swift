import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// The cells of one contract, side and platform: every leverage and horizon that one sweep answers together.
struct SweepGrid: Sendable {
    /// Rules of one cell for each leverage that the platform opens; leverages rise, so trigger prices come nearer.
    let rules: [CellRules]
    /// Rising.
    let horizons: [TimeSpan]
    /// The cells that are answered: place in the plan, horizon, and leverage or nil where the platform opens none.
    let cells: [Cell]

    struct Cell: Sendable {
        let place: Int
        let horizon: Int
        let leverage: Int?
    }

    /// Any of the rules: all but the leverage is the same in every one.
    var common: CellRules { rules[0] }
}

extension SweepGrid {
    /// Parts the cells of a plan into grids that a sweep can answer and cells that must be tried one by one.
    static func split(_ rules: [CellRules], market: MarketHistory) -> (grids: [SweepGrid], single: [Int]) {
        var (grids, single): ([SweepGrid], [Int]) = ([], [])
        for (_, places) in rules.indices.groupedInOrder(by: { rules[$0].cell.key.group }) {
            if let grid = SweepGrid(places, of: rules, market: market) {
                grids.append(grid)
            } else {
                single += places
            }
        }
        return (grids, single.sorted())
    }

    /// Nil when the trigger price is not a fixed share of the entry price, or of the funded price, in every cell.
    private init?(_ places: [Int], of all: [CellRules], market: MarketHistory) {
        guard places.allSatisfy({ SweepFrame.canSweep(all[$0], market: market) }) else { return nil }
        let leverages = Set(places.map { all[$0].cell.leverage }).sorted()
        let horizons = Set(places.map { all[$0].cell.horizon }).sorted()
        var opened: [CellRules] = []
        var index: [Leverage: Int] = [:]
        for leverage in leverages {
            guard let rules = places.lazy.map({ all[$0] }).first(where: { $0.cell.leverage == leverage }) else {
                continue
            }
            // The reference price is any: what is opened at one price is opened at every price.
            if rules.terms.rejection(rules.cell.contract, entryPrice: 1) == nil {
                index[leverage] = opened.count
                opened.append(rules)
            }
        }
        guard opened.count < Int(UInt16.max), !opened.isEmpty, horizons.count <= 64 else { return nil }
        rules = opened
        self.horizons = horizons
        cells = places.map { place in
            Cell(
                place: place, horizon: horizons.firstIndex(of: all[place].cell.horizon) ?? 0,
                leverage: index[all[place].cell.leverage])
        }
    }
}
