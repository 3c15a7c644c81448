import MarginModel
import StressBasics

/// The bracket a venue's page quotes alone: `MM(n) = rate·n − amount` from where that is above 0, nothing below.
func bracketAlone(rate: Double, amount: Double) throws -> MaintenanceTiers {
    if amount == 0 { return try MaintenanceTiers(flatRate: rate) }
    return try MaintenanceTiers([
        MaintenanceTier(notionalCap: amount / rate, rate: 0, amount: 0),
        MaintenanceTier(notionalCap: .infinity, rate: rate, amount: amount),
    ])
}

/// A table from `(floor, rate, amount)` rows, as venues print them.
func table(_ rows: [(floor: Double, rate: Double, amount: Double)]) throws -> MaintenanceTiers {
    try MaintenanceTiers(
        rows.enumerated().map { index, row in
            let cap = index + 1 < rows.count ? rows[index + 1].floor : .infinity
            return MaintenanceTier(notionalCap: cap, rate: row.rate, amount: row.amount)
        })
}

/// A table with the amounts that make it continuous.
func continuousTable(floors: [Double], rates: [Double]) throws -> MaintenanceTiers {
    var amount = 0.0
    let rows = floors.indices.map { index -> (floor: Double, rate: Double, amount: Double) in
        if index > 0 { amount += floors[index] * (rates[index] - rates[index - 1]) }
        return (floors[index], rates[index], amount)
    }
    return try table(rows)
}

/// Rules with everything at rest that is not named.
func rules(
    tiers: MaintenanceTiers, open: Double = 0, enabled: Bool = true, borrow: BorrowRules = .none,
    schedule: MarginSchedule? = nil
) throws -> PlatformRules {
    try PlatformRules(
        fees: Fees(open: open, close: 0, liquidation: 0), slippage: Slippage(base: 0), tiers: tiers,
        liquidation: LiquidationRules(enabled: enabled), borrow: borrow, schedule: schedule)
}

/// Terms with a flat maintenance rate.
func terms(
    _ side: Side, leverage: Double, notional: Double, rate: Double = 0, open: Double = 0
) throws -> PositionTerms {
    try PositionTerms(
        side: side, leverage: Leverage(leverage)!, notional: notional,
        rules: rules(tiers: MaintenanceTiers(flatRate: rate), open: open))
}

/// An isolated linear position whose margin is `price·quantity/leverage`.
func linear(
    _ side: Side, leverage: Double, price: Double, quantity: Double, tiers: MaintenanceTiers
) throws -> LinearPosition {
    let terms = try PositionTerms(
        side: side, leverage: Leverage(leverage)!, notional: price * quantity, rules: rules(tiers: tiers))
    return LinearPosition(terms, entryPrice: price)
}

/// An account that carries one position at its entry price.
func account(wallet: Double, size: Double, entry: Double, tiers: MaintenanceTiers) -> CrossAccount {
    CrossAccount(wallet: wallet, positions: [CrossPosition(size: size, entryPrice: entry, mark: entry, tiers: tiers)])
}

/// The message of the error that making something throws; nil when it throws none.
func message(_ make: () throws(RuleError) -> Void) -> String? {
    do { try make() } catch { return error.message }
    return nil
}

/// `|a − b| ≤ tolerance`, and equal infinities are close.
func isClose(_ a: Double, _ b: Double, within tolerance: Double) -> Bool { a == b || abs(a - b) <= tolerance }
