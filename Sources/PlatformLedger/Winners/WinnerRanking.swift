import MarginModel
import StudyPlan

/// What winners rank by at the price at which they are closed.
struct WinnerRanking {
    let rule: DeleveragingRule
    /// The price at which they are closed.
    let fill: Double
    /// Their side's sign.
    let sign: Double
    /// What funding has added up to, per coin.
    let fundingSum: Double
    let tiers: MaintenanceTiers
    /// What a dated schedule asks for a coin; 0 without one.
    let maintenancePerCoin: Double

    /// Profit of what is open; 0 or below where nothing can be taken.
    @inline(__always)
    func profit(_ winner: OpenPosition) -> Double { winner.profit(at: fill) * winner.part }

    /// How far in front a winner stands, by the position as it was opened: closing a part of it changes no ratio. 0 where a fill of 0
    /// leaves no ratio to tell.
    @inline(__always)
    func score(_ winner: OpenPosition) -> Double {
        let score = plainScore(winner)
        return score.isNaN ? 0 : score
    }

    /// The nearest number of 40 significant bits. Error at most 5e-13 of the number.
    @inline(__always)
    private func withoutLastBits(_ number: Double) -> Double {
        let dropped: UInt64 = 1 << 13
        return Double(bitPattern: (number.bitPattern &+ dropped / 2) & ~(dropped - 1))
    }

    @inline(__always)
    private func plainScore(_ winner: OpenPosition) -> Double {
        let profit = winner.profit(at: fill)
        let value = winner.quantity * fill
        let equity = winner.equity(at: fill, fundingSum: fundingSum)
        switch rule {
        case .bitmex: return (profit / (winner.quantity * winner.price)) * (value / equity)
        case .binance:
            let requirement = tiers.requirement(value) + winner.quantity * maintenancePerCoin
            return (profit / winner.margin) * (requirement / equity)
        case .hyperliquid: return (sign > 0 ? fill / winner.price : winner.price / fill) * (value / equity)
        case .profit, .least:
            // At a price of 0 a short has won all that it sold, whenever that was: what divisions leave in the last bits is no order.
            return fill == 0 ? withoutLastBits(profit * winner.part) : profit * winner.part
        case .proRata: return 0
        }
    }
}

/// Bounds of scores. Per coin a winner's ratios depend on its entry price, its leverage and the funding since, whatever its size, so that
/// what some rows hold at most bounds what their positions score.
struct ScoreBounds {
    private let ranking: WinnerRanking
    /// Margin after the opening fee over entry value, by slot.
    private let margins: [Double]
    private let leverages: [Double]
    /// Largest notional of a slot's usual size.
    private let notional: Double

    init(_ ranking: WinnerRanking, _ slots: SlotFigures) {
        self.ranking = ranking
        (margins, leverages, notional) = (slots.margins, slots.leverages, slots.largest)
    }

    /// More than any score in the rows; nil where nobody has a profit.
    @inline(__always)
    func bound(_ rows: RowsSummary) -> Double? {
        let (fill, isLong) = (ranking.fill, ranking.sign > 0)
        guard !rows.isEmpty else { return nil }
        let best = isLong ? rows.low : rows.high
        let profit = ranking.sign * (fill - best)
        guard profit > 0 else { return nil }
        guard fill > 0 else { return .infinity }
        if !ranking.rule.isByRatio { return profit / best * rows.largest * (1 + 1e-9) }
        let equity = leastEquity(rows)
        guard equity > 0 else { return .infinity }
        let ratio: Double
        switch ranking.rule {
        case .binance: ratio = profit / best * leverages[Int(rows.slot)] * maintenanceRate(rows)
        case .hyperliquid: ratio = isLong ? fill / best : best / fill
        default: ratio = profit / best
        }
        return ratio * (fill / equity) * (1 + 1e-7)
    }

    /// Less than the equity of any coin of a winner in the rows.
    @inline(__always)
    private func leastEquity(_ rows: RowsSummary) -> Double {
        let (fill, margin) = (ranking.fill, margins[Int(rows.slot)])
        let rounding = 1e-12 * (fill + rows.high + abs(ranking.fundingSum))
        if ranking.sign > 0 {
            // A long wins where it entered below the fill.
            return fill - min(rows.high, fill) * (1 - margin) - (ranking.fundingSum - rows.fundingLow) - rounding
        }
        return max(rows.low, fill) * (1 + margin) - fill + (ranking.fundingSum - rows.fundingHigh) - rounding
    }

    /// Maintenance over notional rises with the notional.
    private func maintenanceRate(_ rows: RowsSummary) -> Double {
        let (tiers, scheduled) = (ranking.tiers, ranking.maintenancePerCoin / ranking.fill)
        guard tiers.tiers.count > 1 else { return tiers.tiers[0].rate + scheduled }
        let value = notional * rows.scale / rows.low * ranking.fill
        return tiers.requirement(value) / value + scheduled
    }
}

extension DeleveragingRule {
    /// Whether winners are ranked by ratios that a part of a position has, too.
    fileprivate var isByRatio: Bool { self != .profit && self != .least }
}

/// What searches for winners need of the classes, by slot.
struct SlotFigures {
    let leverages: [Double]
    /// `1/L − f_o`.
    let margins: [Double]
    /// The largest usual notional of a class.
    let largest: Double

    init(_ groups: [LedgerAsset.Group]) {
        leverages = groups.map(\.leverage)
        margins = groups.map { 1 / $0.leverage - $0.openingRate }
        largest = groups.map { $0.notional(1) }.max() ?? 0
    }
}
