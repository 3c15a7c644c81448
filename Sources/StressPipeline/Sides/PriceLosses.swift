import MarginModel
import PriceSeries
import Scenarios
import StressBasics
import StressEngine
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// What the price left of entries of one position, in parts of the margin: those with a whole window. Of a window that is cut only the
/// closed would be known, who are not like the others.
struct PriceLosses {
    /// Ascending.
    private let equities: [Double]

    init(_ entries: [HeldEntry]) { equities = entries.filter { $0.cutTime == nil }.map(\.equity).sorted() }

    /// Entries that are counted.
    var entries: Int { equities.count }

    /// Share of entries that are left with less than so much; 0 without entries. O(log entries).
    func below(_ level: Double) -> Double {
        var (low, high) = (0, equities.count)
        while low < high {
            let middle = (low + high) / 2
            if equities[middle] < level { low = middle + 1 } else { high = middle }
        }
        return equities.isEmpty ? 0 : Double(low) / Double(equities.count)
    }
}

/// Chances that more than a part of the capital is gone, for holdings of one history: coins that are paid in full, at a platform and
/// with keys of one's own, and positions at every leverage.
struct CustodyHoldings {
    let study: Study
    let rules: CustodyRules
    let threads: Int
    let control: RunControl

    /// Leverages that are followed: every one of them is a walk of its own.
    static let mostLeverages = 12

    /// Holdings of a history.
    ///
    /// - Parameters:
    ///   - cell: a position; its history, contract, side, holding time and platform are those of all.
    ///   - leverages: ascending.
    func holdings(
        like cell: CellKey, leverages: [Leverage], market: MarketHistory
    ) throws -> [CustodyHolding] {
        var spot = cell
        (spot.contract, spot.side) = (.spot, .long)
        if let one = Leverage(1) { spot.leverage = one }
        let coins = try losses(of: [spot], market)
        let keys = leverages.map { leverage in
            var key = cell
            key.leverage = leverage
            return key
        }
        let positions = cell.contract == .spot ? [] : try losses(of: keys, market)
        let span = min(100, cell.horizon.inHours / (24 * 365))
        let own = try Custody(
            years: span, hazard: rules.hazard, keyHazard: rules.keys, share: rules.share, recovery: rules.recovery)
        let cold = try Custody(years: span, hazard: 0, keyHazard: rules.keys, share: rules.share)
        let held = coins.flatMap { [holding(.spot, $0, own), holding(.cold, $0, cold)] }
        return (held + positions.map { holding(.position, $0, own) }).compactMap { $0 }
    }

    private typealias Found = (key: CellKey, losses: PriceLosses)

    private func holding(_ kind: CustodyHolding.Kind, _ found: Found, _ custody: Custody) -> CustodyHolding? {
        guard found.losses.entries > 0 else { return nil }
        return CustodyHolding(
            kind: kind, cell: found.key, entries: found.losses.entries,
            price: found.losses.below(1 - rules.moreThan),
            custody: custody.chanceOfLosing(moreThan: rules.moreThan) { $0 > 1 ? 1 : 0 },
            either: custody.chanceOfLosing(moreThan: rules.moreThan, below: found.losses.below))
    }

    /// What the engine leaves of every entry of positions that differ in their leverage alone.
    private func losses(of keys: [CellKey], _ market: MarketHistory) throws -> [Found] {
        guard let first = keys.first else { return [] }
        var own = study
        own.inputs = study.inputs.filter { $0.asset == first.asset }
        own.grid = StudyGrid(like: first, leverages: keys.map(\.leverage))
        own.platforms = study.platforms.filter { $0.name == first.platform }
        (own.limits, own.behaviours, own.baskets) = ([], [], [])
        let job = HistoryJob(study: own, asset: first.asset, market: market)
        return try keys.indices.map { place in
            (keys[place], PriceLosses(try job.heldEntries(cell: place, threads: threads, control: control)))
        }
    }
}

extension StressSession {
    /// Joins custody with the price of the headline's history, which is read once more.
    func addCustody(to report: inout RunReport) throws {
        guard let rules = study.custody, report.sides?.custody != nil, let cell = study.headlineCell?.key,
            let place = study.inputs.firstIndex(where: { $0.asset == cell.asset }),
            let own = report.assets.first(where: { $0.asset == cell.asset }),
            !report.failures.contains(where: { $0.asset == cell.asset })
        else { return }
        guard let read = jobReader.read(place, sharing: 1) else { throw RunCancelled() }
        let stage = CustodyHoldings(study: study, rules: rules, threads: settings.threads, control: observer.control)
        let leverages = chosen(
            study.grid.leverages.sorted(), limit: CustodyHoldings.mostLeverages, keeping: cell.leverage)
        report.sides?.custody?.holdings = try stage.holdings(
            like: cell, leverages: leverages, market: try history(read, as: own).market)
    }
}
