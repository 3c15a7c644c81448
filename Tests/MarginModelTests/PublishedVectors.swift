import MarginModel
import StressBasics
import Testing

/// One number that a venue or a peer's test suite prints, and how our public API computes it.
struct PublishedVector: Sendable, CustomTestStringConvertible {
    let name: String
    let expected: Double
    let tolerance: Tolerance
    let compute: @Sendable () throws -> Double

    enum Tolerance {
        /// Half a unit of the last printed decimal, for numbers that venues print rounded.
        case decimals(Int)
        /// Relative, as the source's own test compares.
        case relative(Double)
        /// Numbers that follow exactly: rounding of doubles only.
        case exact
    }

    /// `source: what` in the reports; the table's order is that of the notes the numbers were collected in (V1, V2, …).
    init(
        _ name: String, _ expected: Double, _ tolerance: Tolerance = .exact,
        _ compute: @autoclosure @escaping @Sendable () throws -> Double
    ) {
        (self.name, self.expected, self.tolerance, self.compute) = (name, expected, tolerance, compute)
    }

    var testDescription: String { name }

    var allowed: Double {
        switch tolerance {
        case .decimals(let count): 0.5000001 * (0..<count).reduce(1) { result, _ in result / 10 }
        case .relative(let part): part * abs(expected)
        case .exact: 1e-12 * max(1, abs(expected))
        }
    }
}

@Suite struct PublishedVectors {
    @Test(arguments: binance + freqtrade + dydxPrices + hyperliquid + inverse + dydxCode + peers)
    func agrees(_ vector: PublishedVector) throws {
        let found = try vector.compute()
        #expect(abs(found - vector.expected) <= vector.allowed, "\(vector.name): \(found), not \(vector.expected)")
    }

    // V1, V2. Binance, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts" (faq b3c689…), as in freqtrade's
    // tests/exchange/test_binance.py: one wallet of 1,535,443.01, a BTC and an ETH long.
    private static let ether = CrossPosition(
        size: 3683.979, entryPrice: 1456.84, mark: 1335.18, tiers: try! bracketAlone(rate: 0.10, amount: 135_365))
    private static let bitcoin = CrossPosition(
        size: 109.488, entryPrice: 32_481.98, mark: 31_967.27, tiers: try! bracketAlone(rate: 0.025, amount: 16_300))
    private static func binanceAccount(_ positions: [CrossPosition]) -> CrossAccount {
        CrossAccount(wallet: 1_535_443.01, positions: positions)
    }

    static let binance: [PublishedVector] = [
        .init("V1 Binance isolated ETH", 1114.78, .decimals(2), binanceAccount([ether]).triggerPrice(of: 0)),
        .init("V1 Binance isolated BTC", 18_778.73, .decimals(2), binanceAccount([bitcoin]).triggerPrice(of: 0)),
        .init("V2 Binance cross ETH", 1153.26, .decimals(2), binanceAccount([ether, bitcoin]).triggerPrice(of: 0)),
        .init("V2 Binance cross BTC", 26_316.89, .decimals(2), binanceAccount([ether, bitcoin]).triggerPrice(of: 1)),
        .init("V2 Binance TMM of BTC", 71_200.811, .decimals(3), bitcoin.maintenance),
        .init("V2 Binance UPNL of BTC", -56_354.568, .decimals(3), bitcoin.unrealised),
        .init("V2 Binance TMM of ETH", 356_512.508, .decimals(3), ether.maintenance),
        .init("V2 Binance UPNL of ETH", -448_192.885, .decimals(3), ether.unrealised),
    ]

    // V3. freqtrade tests/exchange/test_exchange.py, test_get_liquidation_price: rate 0.01, amount 0.01, no buffer. Its
    // docstring's worked numbers contradict the parametrised ones, which are the ones here.
    private static func binanceRow(
        _ side: Side, _ leverage: Double, _ price: Double, _ quantity: Double, _ expected: Double
    ) -> PublishedVector {
        .init(
            "V3 freqtrade Binance \(side) \(leverage)x \(price) \(quantity)", expected, .relative(1e-6),
            try linear(
                side, leverage: leverage, price: price, quantity: quantity,
                tiers: bracketAlone(rate: 0.01, amount: 0.01)
            ).triggerPrice(.none))
    }
    // Gate and OKX: the taker fee of 0.06 % joins the maintenance rate.
    private static func takerRow(
        _ side: Side, _ leverage: Double, _ price: Double, _ expected: Double
    ) -> PublishedVector {
        .init(
            "V3 freqtrade Gate/OKX \(side) \(leverage)x \(price)", expected, .relative(1e-6),
            try linear(side, leverage: leverage, price: price, quantity: 1, tiers: MaintenanceTiers(flatRate: 0.0106))
                .triggerPrice(.none))
    }
    // Bybit, older isolated rule: the maintenance margin is a fraction of the *entry* value, an amount per coin.
    private static func bybitRow(_ side: Side, _ leverage: Double, _ expected: Double) -> PublishedVector {
        .init(
            "V3 freqtrade Bybit \(side) \(leverage)x", expected, .relative(1e-6),
            try linear(side, leverage: leverage, price: 10, quantity: 1, tiers: MaintenanceTiers(flatRate: 0))
                .triggerPrice(Carry(maintenancePerCoin: 0.01 * 10)))
    }

    static let freqtrade: [PublishedVector] = [
        binanceRow(.short, 5, 10, 1, 11.89108910891089), binanceRow(.short, 3, 10, 1, 13.211221122079207),
        binanceRow(.short, 5, 8, 1, 9.514851485148514), binanceRow(.short, 5, 10, 0.6, 11.897689768976898),
        binanceRow(.long, 5, 10, 1, 8.070707070707071), binanceRow(.long, 5, 8, 1, 6.454545454545454),
        binanceRow(.long, 3, 10, 1, 6.723905723905723), binanceRow(.long, 5, 10, 0.6, 8.063973063973064),
        takerRow(.short, 5, 10, 11.87413417771621), takerRow(.short, 3, 10, 13.193482419684678),
        takerRow(.short, 5, 8, 9.499307342172967), takerRow(.long, 5, 10, 8.085708510208207),
        takerRow(.long, 3, 10, 6.738090425173506),
        bybitRow(.long, 1, 0.1), bybitRow(.long, 3, 6.7666666), bybitRow(.long, 5, 8.1), bybitRow(.long, 10, 9.1),
        bybitRow(.short, 1, 19.9), bybitRow(.short, 3, 13.233333), bybitRow(.short, 5, 11.9),
        bybitRow(.short, 10, 10.9),
        // V9. Bybit help centre, bankruptcy price of USDT contracts.
        .init(
            "V9 Bybit bankruptcy, 1 BTC long at 10,000, 50x", 9800, .exact,
            try linear(.long, leverage: 50, price: 10_000, quantity: 1, tiers: MaintenanceTiers(flatRate: 0))
                .bankruptcyPrice(.none)),
    ]

    // V5. dYdX documentation, docs/pages/concepts/trading/liquidations.mdx: equity 1,000; MMF 5 %, STRK 10 %.
    private static func dydxShort(_ size: Double, beside others: [CrossPosition] = []) throws -> CrossAccount {
        var account = try account(
            wallet: 1000, size: -size, entry: 3000, tiers: MaintenanceTiers(flatRate: 0.05))
        account.positions += others
        return account
    }
    private static func starknet() throws -> CrossPosition {
        try CrossPosition(size: 1000, entryPrice: 1.75, mark: 1.75, tiers: MaintenanceTiers(flatRate: 0.10))
    }
    static let dydxPrices: [PublishedVector] = [
        .init("V5 dYdX isolated, 3 ETH short", 3174.60, .decimals(2), try dydxShort(3).triggerPrice(of: 0)),
        .init("V5 dYdX equity left there", 476.2, .decimals(1), try dydxShort(3).marked(at: [3174.60]).equity),
        .init("V5 dYdX requirement of STRK", 175, .exact, try starknet().maintenance),
        .init(
            "V5 dYdX cross, 1.5 ETH short beside STRK", 3380.95, .decimals(2),
            try dydxShort(1.5, beside: [starknet()]).triggerPrice(of: 0)),
    ]

    // V6. Hyperliquid live positions, freqtrade tests/exchange/test_hyperliquid.py: rate 1/(2·max leverage), 1e-4 relative.
    private static func live(
        _ name: String, most: Double, _ entry: Double, _ size: Double, _ collateral: Double, _ expected: Double
    ) -> PublishedVector {
        .init(
            "V6 Hyperliquid \(name) \(size > 0 ? "long" : "short")", expected, .relative(1e-4),
            try account(
                wallet: collateral, size: size, entry: entry, tiers: MaintenanceTiers(flatRate: 1 / (2 * most))
            ).triggerPrice(of: 0))
    }

    static let hyperliquid: [PublishedVector] = [
        live("ETH 1x", most: 50, 2458.5, 0.015, 36.864593, 0.86915825),
        live("BTC 5x", most: 50, 66_930, 0.0015, 20.043862, 54_108.51043771),
        live("SOL 5x", most: 20, 173.06, 0.6, 20.735658, 142.05186667),
        live("BTC 5x", most: 50, 68_139, -0.00145, 19.72573, 80_933.61590987),
        live("DOGE 2x", most: 20, 0.14333, -351, 25.136807, 0.20970228),
        live("SOL 3x", most: 20, 173.08, -0.33, 19.01881, 225.08561715),
        live("ETH 4x", most: 50, 2552, -0.0327, 20.833393, 3157.53150453),
        live("BTC 1x", most: 50, 67_400, -0.00031, 20.887308, 133_443.97317151),
        live("XYZ-AAPL 5x", most: 10, 250, 0.5, 25, 210.5263157894737),
        live("XYZ-GOOGL 10x", most: 10, 190, -0.5, 9.5, 199.04761904761904),
        live("XYZ-TSLA 7x", most: 10, 350, 1, 50, 315.7894736842105),
    ]
}
