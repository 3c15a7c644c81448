import MarginModel
import StressBasics

extension PublishedVectors {
    private static func coin(
        _ side: Side, _ contracts: Double, at entry: Double, wallet: Double, rate: Double, amount: Double = 0,
        fee: Double = 0
    ) throws -> InverseAccount {
        try InverseAccount(
            side: side, contractValue: contracts, entryPrice: entry, wallet: wallet,
            tiers: bracketAlone(rate: rate, amount: amount), closingFee: fee)
    }
    // V7. dev.binance.vision/t/6292: 100,000 COIN-M contracts of 100 USD. The poster's bracket (amount 11.81) was stale: with
    // 11.605, which a later page of the venue lists, the price the venue showed follows. Brackets are dated data.
    private static func coinMargined(amount: Double) throws -> Double {
        try coin(.long, 1e7, at: 45_000, wallet: 101, rate: 0.125, amount: amount).triggerPrice()
    }
    // V8. Bybit, inverse cross (older rule: maintenance on the entry value, closing fee at the bankruptcy price).
    private static func bybitCross() throws -> InverseAccount {
        try coin(.long, 10_000, at: 8000, wallet: 0.5, rate: 0.005, fee: 0.00075)
    }
    // V10. Kraken, equity protection process. The page's text says a maintenance of 0.00125 BTC, which is on the entry value;
    // its price of 7481 follows only with the maintenance on the current value.
    private static func kraken() throws -> InverseAccount { try coin(.long, 1000, at: 8000, wallet: 0.01, rate: 0.01) }
    // V11. Bybit unified account 2024: the position value and initial margin are printed; the page breaks off there, so the
    // rest is what its formula (entry basis) gives.
    private static func unified(_ side: Side) throws -> InverseAccount {
        try coin(side, 60_000, at: 50_000, wallet: 0.12, rate: 0.005)
    }
    private static func unifiedPosition() throws -> InversePosition {
        InversePosition(try terms(.long, leverage: 10, notional: 60_000), entryPrice: 50_000)
    }

    static let inverse: [PublishedVector] = [
        .init("V7 Binance COIN-M, current bracket", 33_599.42, .decimals(2), try coinMargined(amount: 11.605)),
        .init("V7 Binance COIN-M, stale bracket", 33_578.859744834, .decimals(9), try coinMargined(amount: 11.81)),
        .init("V8 Bybit inverse cross bankruptcy", 5718.57, .decimals(2), try bybitCross().bankruptcyPrice),
        .init(
            "V8 Bybit inverse cross liquidation, unrounded", 5739.0835, .decimals(4),
            try bybitCross().triggerPrice(basis: .entry)),
        .init(
            "V8 Bybit inverse cross liquidation, as printed", 5739.50, .exact,
            try bybitCross().quoted(bybitCross().triggerPrice(basis: .entry), tick: 0.5)),
        .init(
            "V8 Bybit ADL page bankruptcy", 7735.372549, .decimals(6),
            InversePosition(try terms(.long, leverage: 50, notional: 5000), entryPrice: 7890.08).bankruptcyPrice(.none)),
        .init(
            "V8 Bybit ADL page bankruptcy, as printed", 7735.50, .exact,
            try coin(.long, 5000, at: 7890.08, wallet: 5000 / 7890.08 / 50, rate: 0.005).quoted(7735.372549, tick: 0.5)),
        .init("V10 Kraken inverse liquidation", 7481.481, .decimals(3), try kraken().triggerPrice()),
        .init("V10 Kraken inverse bankruptcy", 7407.407, .decimals(3), try kraken().bankruptcyPrice),
        .init("V11 Bybit inverse position value", 1.2, .exact, try unifiedPosition().entryValue),
        .init("V11 Bybit inverse initial margin", 0.12, .exact, try unifiedPosition().initialMargin),
        .init(
            "V11 Bybit inverse maintenance (derived)", 0.006, .exact,
            try unified(.long).maintenance(at: 40_000, basis: .entry)),
        .init(
            "V11 Bybit inverse long (derived)", 45_662.10, .decimals(2), try unified(.long).triggerPrice(basis: .entry)),
        .init(
            "V11 Bybit inverse short (derived)", 55_248.62, .decimals(2),
            try unified(.short).triggerPrice(basis: .entry)),
        // V18. Binance COIN-M BTCUSD: level 5 starts at 50 BTC with 5 % after 2.5 % and an amount of 0.56.
        .init(
            "V18 Binance COIN-M level 5 amount", 1.81, .exact,
            try table([(0, 0, 0), (0.56 / 0.025, 0.025, 0.56), (50, 0.05, 1.81)]).tier(for: 51).amount),
    ]
}
