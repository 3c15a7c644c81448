import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// Turns the rules of a grid into first passages of one column.
///
/// For every entry `i`, leverage `l` and bar `j > i` the position is due at `j` exactly when
/// `trigger(j) ≤ scale(i)·level_l + offset(i)`, and below zero there when `extreme(j) ≤ scale(i)·bankruptcy_l + offset(i)`, up to
/// rounding. Shorts are turned over, so that the columns always fall towards a liquidation. What an exit leaves, less the
/// margin itself, is `(gain(j) + gainOffset(i))·gainScale(i) + gainBase` of the entry value. Derivations stand in `Sweep.md`.
struct SweepFrame: Sendable {
    /// How prices become columns.
    enum Form: Sendable {
        /// `d p`, when nothing is paid on the way.
        case price
        /// `d p − m |p| − d Σ ρ O`, in quote currency per coin.
        case fundedLinear
        /// `−(d + m)/p − d Σ ρ/O`, in coin per unit of notional.
        case fundedInverse
    }

    let form: Form
    /// `d`.
    let sign: Double
    let isInverse: Bool
    let closes: [Double]
    /// Whether the prices that trigger are those that decide what is below zero.
    let sharesColumns: Bool
    private let checked: [Double]
    private let extremes: [Double]
    private let rate: Double
    let openingFee: Double
    private let fundingSums: FundingSums

    init(_ rules: CellRules, market: MarketHistory) {
        let side = rules.cell.side
        sign = side.sign
        isInverse = rules.cell.contract == .inverse
        closes = market.series.close
        extremes = side == .long ? market.series.low : market.series.high
        let trigger = rules.platform.liquidation.trigger
        checked = MarketHistory.triggering(market, trigger, isLong: side == .long)
        rate = rules.platform.tiers.tiers[0].rate
        openingFee = rules.platform.fees.open
        form = SweepFrame.isFunded(rules, market) ? (isInverse ? .fundedInverse : .fundedLinear) : .price
        sharesColumns = form == .price && market.mark == nil && trigger == .extreme
        fundingSums = form == .price ? .none : FundingSums(market, isInverse: isInverse)
    }

    /// Whether positions of these rules are first passages of one column.
    ///
    /// Not with interest (the trigger moves with time), dated margins, brackets in coin (it depends on the price itself),
    /// brackets and funding at once, partial liquidation, or inverse contracts at prices of 0 and below. Where an opening
    /// hangs on rounding it may depend on the price, so those go one by one, too.
    static func canSweep(_ rules: CellRules, market: MarketHistory) -> Bool {
        let platform = rules.platform
        guard platform.schedule == nil, !platform.liquidation.isPartial else { return false }
        let isFlat = platform.tiers.tiers.count == 1
        switch rules.cell.contract {
        case .linear: return isFlat || market.fundingPerBar == nil
        case .inverse: return isFlat && market.isPositive && !hangsOnRounding(rules)
        case .margin: return platform.borrow.yearlyRate == 0
        case .spot: return true
        }
    }

    private static func hangsOnRounding(_ rules: CellRules) -> Bool {
        let platform = rules.platform
        let required = platform.tiers.tiers[0].rate + platform.fees.open
        return abs(1 / rules.cell.leverage.value - required) < 1e-9
    }

    private static func isFunded(_ rules: CellRules, _ market: MarketHistory) -> Bool {
        let isFundable = rules.cell.contract == .linear || rules.cell.contract == .inverse
        return isFundable && market.fundingPerBar != nil
    }
}

extension SweepFrame {
    @inline(__always)
    private func funding(_ bar: Int) -> Double { isFunded ? fundingSums.sums[bar] : 0 }

    /// The column that triggers.
    @inline(__always)
    func trigger(_ bar: Int) -> Double { column(checked[bar], rate: rate, bar) }

    /// The column that decides what is below zero.
    @inline(__always)
    func extreme(_ bar: Int) -> Double { column(extremes[bar], rate: 0, bar) }

    @inline(__always)
    private func column(_ price: Double, rate: Double, _ bar: Int) -> Double {
        switch form {
        case .price: sign * price
        case .fundedLinear: sign * price - rate * abs(price) - sign * funding(bar)
        case .fundedInverse: -(sign + rate) / price - sign * funding(bar)
        }
    }

    @inline(__always)
    func scale(_ entry: Int) -> Double { form == .fundedInverse ? 1 / closes[entry] : closes[entry] }

    @inline(__always)
    func offset(_ entry: Int) -> Double { -sign * funding(entry) }

    /// Bounds what rounding can move a level of a window that ends at `last`, in the column's unit.
    @inline(__always)
    func slack(_ entry: Int, last: Int, widestLevel: Double) -> Double {
        1e-11 * scale(entry) * (1 + widestLevel) + fundingSums.slack(last)
    }

    /// Level of a leverage: where equity meets the requirement, for an entry at price 1 with nothing paid.
    func level<Position: MarginPosition>(_ position: Position, _ leverage: Leverage) -> Double {
        form == .price ? sign * position.triggerPrice(.none) : fundedLevel(leverage)
    }

    /// The same of equity 0.
    func bankruptcyLevel<Position: MarginPosition>(_ position: Position, _ leverage: Leverage) -> Double {
        form == .price ? sign * position.bankruptcyPrice(.none) : fundedLevel(leverage)
    }

    private func fundedLevel(_ leverage: Leverage) -> Double {
        let margin = 1 / leverage.value - openingFee
        return isInverse ? -(sign + margin) : sign - margin
    }
}

extension SweepFrame {
    /// What an exit at `price` brings, in the unit of the columns, after a fee of `feeRate` and the funding up to `bar`.
    @inline(__always)
    func gain(at price: Double, feeRate: Double, bar: Int) -> Double {
        let atPrice = isInverse ? -(sign + feeRate) / price : sign * price - feeRate * abs(price)
        return atPrice - sign * funding(bar)
    }

    @inline(__always)
    func gainScale(_ entry: Int) -> Double { isInverse ? closes[entry] : 1 / closes[entry] }

    @inline(__always)
    func gainBase(_ entry: Int) -> Double {
        sign * funding(entry) * gainScale(entry) + (isInverse ? sign - openingFee : -(sign + openingFee))
    }

    /// What the price alone brings, of the entry value, without any cost.
    @inline(__always)
    func gross(_ price: Double, scale: Double) -> Double {
        isInverse ? sign * (1 - scale / price) : sign * (price * scale - 1)
    }

    /// The exit fee, of the entry value.
    @inline(__always)
    func exitFee(_ feeRate: Double, at price: Double, scale: Double) -> Double {
        feeRate * scale * (isInverse ? 1 / price : abs(price))
    }

    /// The price at which a position with this level is due in `bar`.
    @inline(__always)
    func triggerPrice(level: Double, bar: Int) -> Double {
        switch form {
        case .price: return sign * level
        case .fundedLinear:
            let margin = level + sign * funding(bar)
            return sign * margin >= 0 ? margin / (sign - rate) : margin / (sign + rate)
        case .fundedInverse: return -(sign + rate) / (level + sign * funding(bar))
        }
    }

    var isFunded: Bool { form != .price }
}
