import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// A behaviour with every choice made for one cell of one history.
struct BehaviourRules: Sendable {
    var behaviour: Behaviour
    /// Distances from the entry price, in parts of it; infinite for none.
    let stop: Double
    let trailing: Double
    let panic: Double
    /// Limit orders, nearest first, distances in parts of the entry price.
    var exits: [PlannedExit]
    /// What stops are filled by.
    let stopFill: ResolvedFill
    let isFavourableFirst: Bool
    /// Whether the platform closes positions, at closes or inside bars, in parts or whole. Kept here: asking the cell's rules copies them.
    var liquidates: Bool
    let triggersAtClose: Bool
    let isPartial: Bool
    /// Whether the platform asks for more of larger positions.
    let hasTiers: Bool
    /// Whether what becomes of a position is the same in parts of its margin whatever its size.
    var isScaleFree: Bool { !hasTiers }
    /// What liquidations are filled by.
    let fill: ResolvedFill
    /// Fees of an exit, and of a liquidation in all.
    let closeFee: Double
    let liquidationFee: Double
    /// Top-ups at most.
    let topUps: Int
    /// Instalments, 1 for all at once.
    let instalments: Int
    /// Milliseconds from one to the next.
    let instalmentStep: Int64

    init(_ behaviour: Behaviour, cell: CellRules, market: MarketHistory) {
        self.behaviour = behaviour
        let scale = behaviour.unit == .margin ? 1 / cell.cell.leverage.value : 1
        stop = behaviour.stopLoss.map { $0 * scale } ?? .infinity
        trailing = behaviour.trailingStop ?? .infinity
        panic = behaviour.panicExit ?? .infinity
        exits = behaviour.exits.filter(\.distance.isFinite).map {
            PlannedExit(distance: $0.distance * scale, part: $0.part)
        }
        stopFill = cell.platform.liquidation.resolvedFill(barLength: market.barLength, delay: behaviour.stopDelay)
        let liquidation = cell.platform.liquidation
        (liquidates, isPartial) = (liquidation.enabled, liquidation.isPartial)
        triggersAtClose = liquidation.trigger == .close
        hasTiers = cell.platform.tiers.tiers.count > 1
        fill = cell.fills[0].rule
        closeFee = cell.platform.fees.close
        liquidationFee = cell.platform.fees.close + cell.platform.fees.liquidation
        topUps = behaviour.topUp.map { $0.at > 0 && $0.add > 0 ? $0.times : 0 } ?? 0
        isFavourableFirst = behaviour.order == .favourable
        instalments = behaviour.instalments?.count ?? 1
        instalmentStep = behaviour.instalments?.every.milliseconds ?? 0
    }

    /// Whether a stop order stands.
    var hasStop: Bool { stop.isFinite || trailing.isFinite }

    /// Whether the best close since entry matters.
    var isTrailing: Bool { trailing.isFinite || panic.isFinite }
}
