import MarginModel
import StressBasics

extension PublishedVectors {
    // V12. dYdX v4-chain, protocol/x/clob/keeper/liquidations_test.go: BTC at 50,000 and ETH at 3,000, both 10 %
    // maintenance. The chain keeps cash, not entry prices: P0 = 0.
    private static func chain(cash: Double, btc: Double = 0, eth: Double = 0) throws -> CrossAccount {
        let tiers = try MaintenanceTiers(flatRate: 0.10)
        let held = [(btc, 50_000.0), (eth, 3000)].filter { $0.0 != 0 }
        return CrossAccount(
            wallet: cash,
            positions: held.map { CrossPosition(size: $0.0, entryPrice: 0, mark: $0.1, tiers: tiers) })
    }
    private static func fillable(_ account: CrossAccount, _ adjustment: Double, _ spread: Double) -> Double {
        account.fillablePrice(of: 0, bankruptcyAdjustment: adjustment, spreadToMaintenance: spread)
    }

    static let dydxCode: [PublishedVector] = [
        .init("V12 dYdX quote, long", 4501, .exact, try chain(cash: -4501, btc: 0.1).bankruptcyQuote(of: 0)),
        .init("V12 dYdX quote, short", -5499, .exact, try chain(cash: 5499, btc: -0.1).bankruptcyQuote(of: 0)),
        .init(
            "V12 dYdX quote, half", 2500, .exact, try chain(cash: -5000, btc: 0.1).bankruptcyQuote(of: 0, share: 0.5)),
        .init("V12 dYdX quote, below zero", 5100, .exact, try chain(cash: -5100, btc: 0.1).bankruptcyQuote(of: 0)),
        .init(
            "V12 dYdX quote, two longs", 294, .exact,
            try chain(cash: -490, btc: 0.004, eth: 0.1).bankruptcyQuote(of: 1)),
        .init(
            "V12 dYdX quote, two shorts", -306, .exact,
            try chain(cash: 510, btc: -0.004, eth: -0.1).bankruptcyQuote(of: 1)),
        .init(
            "V12 dYdX quote, long and short", -306, .exact,
            try chain(cash: 110, btc: 0.004, eth: -0.1).bankruptcyQuote(of: 1)),
        .init("V12 dYdX fillable, long", 49_999, .exact, try fillable(chain(cash: -4501, btc: 0.1), 1, 0.1)),
        .init("V12 dYdX fillable, long, BA 2", 49_998, .exact, try fillable(chain(cash: -4501, btc: 0.1), 2, 0.1)),
        .init("V12 dYdX fillable, long, SMMR .2", 49_998, .exact, try fillable(chain(cash: -4501, btc: 0.1), 1, 0.2)),
        .init("V12 dYdX fillable, short", 50_001, .exact, try fillable(chain(cash: 5499, btc: -0.1), 1, 0.1)),
        .init("V12 dYdX fillable, short, BA 2", 50_002, .exact, try fillable(chain(cash: 5499, btc: -0.1), 2, 0.1)),
        .init("V12 dYdX fillable, bankrupt", 49_500, .exact, try fillable(chain(cash: -5000, btc: 0.1), 1, 0.1)),
        .init(
            "V12 dYdX insurance fund", 28.05, .exact,
            TakeoverSettlement(proceeds: 5610, bankruptcyQuote: 5100).fundDelta(maxFee: 0.005)),
    ]

    // V13. FLOX, liquidation engine: long 10 at 100 with equity 50, mark 40.
    private static func flox() throws -> CrossAccount {
        try account(wallet: 50, size: 10, entry: 100, tiers: MaintenanceTiers(flatRate: 0)).marked(at: [40])
    }
    // V14. HKUDS/Vibe-Trading, agent/backtest/perpetual_risk.py and its tests: up to 50,000 at 0.4 %, to 250,000 at 0.5 %
    // less 50. BTC 1 long at 60,000 marked at 59,500; the ETH mark and the shares of the wallet follow from its totals.
    private static let brackets = try! table([(0, 0.004, 0), (50_000, 0.005, 50)])
    private static func vibe(wallet: Double, ether: Double, entry: Double, mark: Double) -> CrossAccount {
        let btc = CrossPosition(size: 1, entryPrice: 60_000, mark: 59_500, tiers: brackets)
        let eth = CrossPosition(size: ether, entryPrice: entry, mark: mark, tiers: brackets)
        return CrossAccount(wallet: wallet, positions: [btc, eth])
    }
    private static func vibeIsolated(_ margin: Double) -> CrossAccount {
        account(wallet: margin, size: 1, entry: 60_000, tiers: brackets).marked(at: [59_500])
    }
    // V17. dYdX documentation, contract-loss-mechanism.mdx: A long and B short 500 at 1 with 100 each, price 2.
    private static func dydxLoser() throws -> CrossAccount {
        try account(wallet: 100, size: -500, entry: 1, tiers: MaintenanceTiers(flatRate: 0)).marked(at: [2])
    }
    private static func dydxWinner() throws -> CrossPosition {
        try CrossPosition(
            size: 500, entryPrice: 1, mark: dydxLoser().bankruptcyPrice(of: 0), tiers: MaintenanceTiers(flatRate: 0))
    }
    // V19. TorchTrade#314: 10,000 on a long at 100. What it books after #364 is 0 from bankruptcy on; ours is not capped, and
    // the loss beyond the margin is the deficit.
    private static func torch(_ leverage: Double, at price: Double) throws -> Double {
        try linear(
            .long, leverage: leverage, price: 100, quantity: 100 * leverage, tiers: MaintenanceTiers(flatRate: 0.004)
        ).equity(at: price, .none)
    }

    static let peers: [PublishedVector] =
        [
            .init("V13 FLOX deficit", 550, .exact, try flox().deficit),
            .init(
                "V13 FLOX deficit, isolated", 550, .exact, try flox().positions[0].deficit(margin: 50, fill: 40)),
            .init("V14 Vibe MM at 50,000", 200, .exact, brackets.requirement(50_000)),
            .init("V14 Vibe MM at 50,001", 200.005, .exact, brackets.requirement(50_001)),
            .init("V14 Vibe isolated MM", 247.5, .exact, vibeIsolated(600).maintenance),
            .init("V14 Vibe isolated is due", 1, .exact, vibeIsolated(600).isDue ? 1 : 0),
            .init("V14 Vibe threshold is due", 1, .exact, vibeIsolated(747.5).isDue ? 1 : 0),
            .init("V14 Vibe above it is not", 0, .exact, vibeIsolated(747.500_000_000_000_5).isDue ? 1 : 0),
            .init(
                "V14 Vibe two legs MM", 259.54, .exact,
                vibe(wallet: 1000, ether: -1, entry: 3000, mark: 3010).maintenance),
            .init(
                "V14 Vibe two legs balance", 490, .exact, vibe(wallet: 1000, ether: -1, entry: 3000, mark: 3010).equity),
            .init(
                "V14 Vibe cross MM", 367.1, .exact, vibe(wallet: 1000, ether: 10, entry: 2900, mark: 2990).maintenance),
            .init(
                "V14 Vibe cross balance", 1400, .exact, vibe(wallet: 1000, ether: 10, entry: 2900, mark: 2990).equity),
            .init(
                "V14 Vibe cross is healthy", 0, .exact,
                vibe(wallet: 1000, ether: 10, entry: 2900, mark: 2990).isDue ? 1 : 0),
            .init("V17 dYdX loser's equity", -400, .exact, try dydxLoser().equity),
            .init("V17 dYdX bankruptcy price", 1.2, .exact, try dydxLoser().bankruptcyPrice(of: 0)),
            .init("V17 dYdX winner's gain there", 100, .exact, try dydxWinner().unrealised),
            .init("V19 TorchTrade 5x to 85", 2500, .exact, try torch(5, at: 85)),
            .init("V19 TorchTrade 20x to 96", 2000, .exact, try torch(20, at: 96)),
            .init("V19 TorchTrade 20x to 90, capped", 0, .exact, try max(0, torch(20, at: 90))),
            .init("V19 20x to 90, uncapped (derived)", -10_000, .exact, try torch(20, at: 90)),
            .init("V19 20x to 85, uncapped (derived)", -20_000, .exact, try torch(20, at: 85)),
            // V20. Deribit, support article 25944738177565.
            .init(
                "V20 Deribit 25 BTC initial", 53_125, .exact,
                SizeScaledMargin.deribitBitcoin.initial(size: 25, price: 1e5)),
            .init(
                "V20 Deribit 25 BTC maintenance", 28_125, .exact,
                SizeScaledMargin.deribitBitcoin.maintenance(size: 25, price: 1e5)),
            .init(
                "V20 Deribit 350 BTC initial", 1_312_500, .exact,
                SizeScaledMargin.deribitBitcoin.initial(size: 350, price: 1e5)),
        ] + bitcoinBrackets

    /// V18. Binance BTCUSDT, freqtrade's binance_leverage_tiers.json of 2024-10: `(floor, rate, amount)`.
    static let bitcoinRows: [(floor: Double, rate: Double, amount: Double)] = [
        (0, 0.004, 0), (50e3, 0.005, 50), (600e3, 0.0065, 950), (3e6, 0.01, 11_450), (12e6, 0.02, 131_450),
        (70e6, 0.025, 481_450), (100e6, 0.05, 2_981_450), (230e6, 0.1, 14_481_450), (480e6, 0.125, 26_481_450),
        (600e6, 0.15, 41_481_450), (800e6, 0.25, 121_481_450), (1.2e9, 0.5, 421_481_450),
    ]
    /// The published amounts from the published rates by the rule `amount_k = amount_{k−1} + floor_k (rate_k − rate_{k−1})`.
    private static let bitcoinBrackets = bitcoinRows.indices.map(bitcoinBracket)
    private static func bitcoinBracket(_ index: Int) -> PublishedVector {
        let row = bitcoinRows[index]
        let notional = 1.1 * (row.floor + 1)
        return .init(
            "V18 Binance BTCUSDT bracket \(index + 1)", row.rate * notional - row.amount, .exact,
            try continuousTable(floors: bitcoinRows.map(\.floor), rates: bitcoinRows.map(\.rate))
                .requirement(notional))
    }
}
