import MarginModel
import PriceSeries
import StressBasics
import StressStatistics

/// What a held position met inside its window, before an exit price is chosen.
public struct EntryPath: Hashable, Sendable {
    /// The bar in which equity fell to the requirement; nil when it never did or nobody liquidates.
    public var liquidationBar: Int?
    /// The first bar at whose extreme equity was below zero, had nobody liquidated; nil without one.
    public var unprotectedBar: Int?
    /// Funding, interest time and scheduled margin at the liquidation, or at the last bar.
    public var carry: Carry

    /// Whether equity was ever below zero, had nobody liquidated.
    public var isUnprotected: Bool { unprotectedBar != nil }
}

/// Walks one entry bar by bar, exactly as the model's definition reads. Slow and plain on purpose: it is the judge of
/// every faster kernel.
final class PlainKernel<Position: KernelPosition>: Sendable {
    /// The prices.
    let market: MarketHistory
    /// The cell.
    let rules: CellRules
    // Read at every entry. A cell holds texts: asking it for one of them there would copy it, and count references to them.
    let side: Side
    let contract: ContractKind
    /// The windows of the cell's horizon.
    let windows: EntryWindows
    let scheduled: ScheduledMargins?
    let pricing: ExitPricing
    /// The prices that trigger: the mark's when there is a mark series.
    let checkedPrices: [Double]
    /// Whether those are the extremes that tell equity.
    private let checksExtremes: Bool
    let funding: [Double]?
    private let times: [Int64]
    // Positions hold a reference to their table: threads that share one would wait for each other.
    let terms: PositionTerms
    /// A position of the terms at a price of 1, to open others after.
    let pattern: Position
    /// Whether the platform opens none of them, where it asks for no price: a position's value and margin are then the same at each.
    private let isRejectedAtAnyPrice: Bool?

    /// A kernel for one cell of one price history. Give every thread its own.
    init(market: MarketHistory, rules: CellRules, windows: EntryWindows, scheduled: ScheduledMargins? = nil) {
        self.market = market
        self.rules = rules
        (side, contract) = (rules.cell.side, rules.cell.contract)
        self.windows = windows
        self.scheduled = scheduled
        pricing = ExitPricing(rules, market: market, windows: windows)
        let trigger = rules.platform.liquidation.trigger
        checkedPrices = MarketHistory.triggering(market, trigger, isLong: side == .long)
        checksExtremes = trigger == .extreme && market.mark == nil
        (funding, times) = (market.fundingPerBar, market.series.time)
        terms = rules.terms.withOwnStorage
        pattern = Position(terms, entryPrice: 1)
        isRejectedAtAnyPrice =
            contract == .inverse || rules.platform.schedule != nil || scheduled != nil
            ? nil : terms.rejection(contract, entryPrice: 1) != nil
    }

    /// The position opened at the close of bar `entry`.
    @inline(__always)
    func position(entry: Int) -> Position { pattern.reopened(terms, at: pricing.closes[entry]) }

    /// Whether the platform would not open it.
    func isRejected(entry: Int) -> Bool {
        let price = pricing.closes[entry]
        // At a price of 0 the coins of a position are no number.
        if let isRejectedAtAnyPrice, (terms.notional / price).isFinite { return isRejectedAtAnyPrice }
        let margin = scheduled.map { $0[entry] } ?? .none
        return terms.rejection(contract, entryPrice: price, scheduled: margin) != nil
    }

    /// Walks the window of `entry`, whose last bar is `last`. O(bars of the window).
    ///
    /// Between two bars with the same carry nothing differs but the price, and neither equity nor what it has above the requirement
    /// rises when the price moves against the position. So a bar whose prices are no worse than what was fine before it is fine; the
    /// formulas are asked where a price is the worst so far, and anew once the carry has changed. Interest changes it in every bar, and
    /// only to the worse: there the worst prices so far are asked for with what is owed eight bars later.
    ///
    /// Specialised by name for every contract: without whole-module optimisation, as in debug builds, the compiler would
    /// otherwise call each formula through a witness table, twenty times slower.
    @_specialize(where Position == LinearPosition)
    @_specialize(where Position == InversePosition)
    @_specialize(where Position == BorrowedCashPosition)
    @_specialize(where Position == BorrowedCoinPosition)
    @_specialize(where Position == SpotPosition)
    func path(entry: Int, last: Int) -> EntryPath {
        let position = position(entry: entry)
        let extremes = pricing.extremes
        let isLiquidating = rules.platform.liquidation.enabled
        let belowZero = -CellRules.tolerance * position.entryValue
        let hasCarry = hasCarry
        var carry = Carry.none
        var worst = WorstPrices(sign: position.sign)
        var path = EntryPath(liquidationBar: nil, unprotectedBar: nil, carry: .none)
        var bar = entry
        while bar < last {
            bar += 1
            if hasCarry, changes(&carry, position, entry: entry, at: bar), !Position.bearsInterest {
                worst = WorstPrices(sign: position.sign)
            }
            let isWorse = worst.isPassed(extreme: extremes[bar], checked: checkedPrices[bar])
            guard isWorse || Position.bearsInterest else {
                bar += passedOver(after: bar, through: last, worst)
                continue
            }
            if path.unprotectedBar == nil, position.equity(at: extremes[bar], carry) < belowZero {
                path.unprotectedBar = bar
            }
            if isLiquidating, path.liquidationBar == nil, isDue(position, at: checkedPrices[bar], carry) {
                path.liquidationBar = bar
                path.carry = carry
            }
            // Nothing that comes later can change either answer.
            if path.isUnprotected, path.liquidationBar != nil || !(isLiquidating || hasCarry) { break }
            if Position.bearsInterest {
                bar += passedOver(owing: position, entry, after: bar, through: last, worst, path)
            }
        }
        if path.liquidationBar == nil {
            if Position.bearsInterest { carry.years = years(from: entry, to: last) }
            path.carry = carry
        }
        return path
    }

    /// The same of a position that owes interest: none of the bars has a worse price than was met before, and even at those prices, with
    /// what is owed at the end of the eight, nothing happens that has not happened. Debt and requirement rise with time, and with the price
    /// where that is above 0.
    @inline(__always)
    private func passedOver(
        owing position: Position, _ entry: Int, after bar: Int, through last: Int, _ worst: WorstPrices,
        _ path: EntryPath
    ) -> Int {
        guard scheduled == nil, worst.arePositive else { return 0 }
        var end = bar
        while end + 8 <= last, isFine(worst, from: end + 1), holds(position, worst, path, entry, at: end + 8) {
            end += 8
        }
        return end - bar
    }

    /// Whether nothing new happens at the worst prices, with the interest owed at `bar`.
    @inline(__always)
    private func holds(_ position: Position, _ worst: WorstPrices, _ path: EntryPath, _ entry: Int, at bar: Int) -> Bool
    {
        var carry = Carry.none
        carry.years = years(from: entry, to: bar)
        let belowZero = -CellRules.tolerance * position.entryValue
        let isAbove = path.isUnprotected || position.equity(at: worst.extremePrice, carry) >= belowZero
        let isSettled = path.liquidationBar != nil || !rules.platform.liquidation.enabled
        return isAbove && (isSettled || !isDue(position, at: worst.checkedPrice, carry))
    }

    /// How many bars after `bar` are passed over, eight at a time: none has a worse price than was met before, and what is carried stays as
    /// it is.
    @inline(__always)
    private func passedOver(after bar: Int, through last: Int, _ worst: WorstPrices) -> Int {
        if Position.bearsInterest || scheduled != nil { return 0 }
        var end = bar
        while end + 8 <= last, isFine(worst, from: end + 1), isFreeOfFunding(from: end + 1) { end += 8 }
        return end - bar
    }

    @inline(__always)
    private func isFine(_ worst: WorstPrices, from bar: Int) -> Bool {
        worst.holdsExtremes(pricing.extremes, from: bar)
            && (checksExtremes || worst.holdsChecked(checkedPrices, from: bar))
    }

    @inline(__always)
    private func isFreeOfFunding(from bar: Int) -> Bool {
        funding?.withUnsafeBufferPointer { funding in (bar..<bar + 8).allSatisfy { funding[$0] == 0 } } ?? true
    }

    /// Takes a carry to the start of `bar`; says whether it is another one.
    @inline(__always)
    private func changes(_ carry: inout Carry, _ position: Position, entry: Int, at bar: Int) -> Bool {
        let before = carry
        advance(&carry, position, entry: entry, to: bar)
        return carry != before
    }

    var hasCarry: Bool { funding != nil || Position.bearsInterest || scheduled != nil }

    /// Takes a carry to the start of `bar`: funding stamped since the bar before, time since entry, the margin in force.
    func advance(_ carry: inout Carry, _ position: Position, entry: Int, to bar: Int) {
        if let rate = funding?[bar], rate != 0 {
            carry.funding += position.fundingCharge(rate: rate, at: pricing.opens[bar])
        }
        if Position.bearsInterest { carry.years = years(from: entry, to: bar) }
        if let scheduled { carry.maintenancePerCoin = scheduled[bar].maintenance }
    }

    @inline(__always)
    func years(from entry: Int, to bar: Int) -> Double { Double(times[bar] - times[entry]) / millisecondsPerYear }

    @inline(__always)
    func isDue(_ position: Position, at price: Double, _ carry: Carry) -> Bool {
        position.equity(at: price, carry) <= position.requirement(at: price, carry)
    }
}

/// 365 days, the year of every rate in the model.
private let millisecondsPerYear = 365.0 * 86_400_000

/// The margins of a dated schedule, bar by bar.
struct ScheduledMargins: Sendable {
    private let initial: [Double]
    private let maintenance: [Double]
    private let tree: FirstPassage

    /// Lays a schedule along a price history. O(bars log entries).
    init(_ schedule: MarginSchedule, along series: BarSeries) {
        (initial, maintenance) = schedule.perCoin(at: series.time)
        // Before the first date no margin is known; positions are rejected there, so any bound will do.
        tree = FirstPassage(maintenance.map { $0.isNaN ? 0 : $0 }, negated: true)
    }

    /// The highest maintenance margin in the block of 16^`height` bars that `bar` lies in.
    func most(height: Int, at bar: Int) -> Double { -tree.minimum(height: height, at: bar) }

    /// The margins in force at the open of `bar`.
    subscript(bar: Int) -> ScheduledMargin {
        ScheduledMargin(initial: initial[bar], maintenance: maintenance[bar])
    }
}

/// The worst prices that a walk has met, of those that tell equity and of those that trigger.
private struct WorstPrices {
    /// +1 where falling prices hurt, −1 where rising ones do.
    let sign: Double
    private var extreme = Double.infinity
    private var checked = Double.infinity

    init(sign: Double) { self.sign = sign }

    /// The worst of each, as a price.
    var extremePrice: Double { sign * extreme }
    var checkedPrice: Double { sign * checked }
    var arePositive: Bool { extremePrice > 0 && checkedPrice > 0 && extreme.isFinite && checked.isFinite }

    /// Whether the extremes of eight bars are no worse than all before them.
    @inline(__always)
    func holdsExtremes(_ prices: [Double], from bar: Int) -> Bool { areEight(prices, from: bar, noWorseThan: extreme) }

    /// Whether the prices of eight bars that trigger are no worse than all before them.
    @inline(__always)
    func holdsChecked(_ prices: [Double], from bar: Int) -> Bool { areEight(prices, from: bar, noWorseThan: checked) }

    @inline(__always)
    private func areEight(_ prices: [Double], from bar: Int, noWorseThan worst: Double) -> Bool {
        prices.withUnsafeBytes { bytes in
            let place = bar * MemoryLayout<Double>.stride
            return !any(sign * bytes.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self) .< worst)
        }
    }

    /// Whether a bar has a price that is worse than all before it; remembers it.
    @inline(__always)
    mutating func isPassed(extreme: Double, checked: Double) -> Bool {
        let (extreme, checked) = (sign * extreme, sign * checked)
        guard extreme < self.extreme || checked < self.checked else { return false }
        self.extreme = min(self.extreme, extreme)
        self.checked = min(self.checked, checked)
        return true
    }
}
