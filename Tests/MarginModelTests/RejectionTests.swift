import MarginModel
import StressBasics
import Testing

@Suite struct RejectionTests {
    private func isRejected(
        _ contract: ContractKind, _ side: Side = .long, leverage: Double = 100, rate: Double = 0, open: Double = 0,
        limit: Double? = nil, enabled: Bool = true, level: Double = 1, price: Double = 50
    ) throws -> Bool {
        let tiers = try MaintenanceTiers([
            MaintenanceTier(notionalCap: .infinity, rate: rate, amount: 0, maxLeverage: limit)
        ])
        let borrow = try BorrowRules(yearlyRate: 0, marginLevel: level)
        let terms = try PositionTerms(
            side: side, leverage: Leverage(leverage)!, notional: 1000,
            rules: rules(tiers: tiers, open: open, enabled: enabled, borrow: borrow))
        return terms.rejection(contract, entryPrice: price) != nil
    }

    @Test(arguments: [ContractKind.linear, .inverse], Side.allCases)
    func marginMustExceedTheRequirement(_ contract: ContractKind, _ side: Side) throws {
        // 128× and 1/128 are exact in binary, so that equal means equal.
        #expect(try isRejected(contract, side, leverage: 128, rate: 0.0078125, price: 64), "equal is not enough")
        #expect(try !isRejected(contract, side, leverage: 128, rate: 0.0078124, price: 64))
        #expect(try isRejected(contract, side, rate: 0.0095, open: 0.0006), "the fee comes off first")
        #expect(try !isRejected(contract, side, rate: 0.0095, open: -0.0006))
        #expect(try !isRejected(contract, side, rate: 0.5, enabled: false), "nobody closes it")
    }

    /// A maintenance rate of `1/L − f_o` asks all that is left after the fee. In doubles one of the two may be larger, in a twelfth of
    /// these the margin.
    @Test(arguments: [ContractKind.linear, .inverse], Side.allCases)
    func equalOnPaperIsNotEnough(_ contract: ContractKind, _ side: Side) throws {
        let units = 1_000_000
        for leverage in 2...125 where units % leverage == 0 {
            for fee in [0, 200, 400, 500, 550, 600, 1000] where units / leverage > fee {
                let rate = units / leverage - fee
                func isRejected(rate: Int) throws -> Bool {
                    try self.isRejected(
                        contract, side, leverage: Double(leverage), rate: Double(rate) / 1e6, open: Double(fee) / 1e6)
                }
                #expect(try isRejected(rate: rate), "\(leverage)×, fee \(fee) ppm")
                #expect(try !isRejected(rate: rate - 1), "\(leverage)×, fee \(fee) ppm, a millionth less")
            }
        }
    }

    /// The same of loans: at a level `l` a long of `l/(l − 1)` has exactly what is asked, and a short of `1/(l − 1)`.
    @Test func equalOnPaperIsNotEnoughForLoans() throws {
        for (level, part) in [(1.04, 25.0), (1.05, 20), (1.1, 10), (1.125, 8), (1.2, 5), (1.25, 4), (1.5, 2)] {
            #expect(try isRejected(.margin, .long, leverage: part + 1, level: level), "\(level)")
            #expect(try !isRejected(.margin, .long, leverage: part + 0.9999, level: level), "\(level)")
            #expect(try isRejected(.margin, .short, leverage: part, level: level), "\(level)")
            #expect(try !isRejected(.margin, .short, leverage: part - 0.0001, level: level), "\(level)")
        }
    }

    @Test(arguments: [ContractKind.linear, .inverse])
    func theTiersLeverageLimitHolds(_ contract: ContractKind) throws {
        #expect(try isRejected(contract, leverage: 51, limit: 50))
        #expect(try !isRejected(contract, leverage: 50, limit: 50))
        #expect(try !isRejected(contract, leverage: 51, limit: 50, enabled: false))
    }

    /// 20× up to 30 and 5× above: in coin for an inverse contract, so 1,000 of notional at 50 is a value of 20.
    @Test func theBracketIsTheOneOfTheSize() throws {
        let tiers = try MaintenanceTiers([
            MaintenanceTier(notionalCap: 30, rate: 0.01, amount: 0, maxLeverage: 20),
            MaintenanceTier(notionalCap: .infinity, rate: 0.02, amount: 0.3, maxLeverage: 5),
        ])
        let terms = try PositionTerms(
            side: .long, leverage: Leverage(10)!, notional: 1000, rules: rules(tiers: tiers))
        #expect(terms.rejection(.inverse, entryPrice: 50) == nil)
        #expect(terms.rejection(.inverse, entryPrice: 25)?.contains("at most 5×") == true)
        #expect(terms.rejection(.linear, entryPrice: 50)?.contains("at most 5×") == true)
    }

    /// A level of 1.25 asks a quarter of the debt: 0.25·0.75 N0 = 0.1875 N0 of a 4× long, 0.25 N0 of a 4× short.
    @Test func borrowedMarginMustExceedTheLevelsShare() throws {
        #expect(try !isRejected(.margin, .long, leverage: 4, level: 1.25))
        #expect(try isRejected(.margin, .long, leverage: 5, level: 1.25), "0.2 N0 against 0.25·0.8 N0")
        #expect(try isRejected(.margin, .short, leverage: 4, level: 1.25), "0.25 N0 against 0.25 N0")
        #expect(try !isRejected(.margin, .short, leverage: 3.9, level: 1.25))
        #expect(try !isRejected(.margin, .long, leverage: 4, rate: 0.9, limit: 2), "brackets are not for loans")
        #expect(try !isRejected(.margin, .short, leverage: 4, enabled: false, level: 1.25))
    }

    @Test func aSpotAccountLendsNothing() throws {
        #expect(try isRejected(.spot, leverage: 1.01) && isRejected(.spot, leverage: 2, enabled: false))
        #expect(try !isRejected(.spot, leverage: 1, rate: 0.9, open: 0.1))
    }

    /// What is rejected would be due at once, and what is opened is not, for every kind.
    @Test(arguments: HeldKind.allCases)
    func rejectedIsWhatWouldBeClosedAtOnce(_ kind: HeldKind) {
        let contract: ContractKind =
            switch kind {
            case .linear: .linear
            case .inverse: .inverse
            case .borrowedCash, .borrowedCoin: .margin
            case .spot: .spot
            }
        let broken = kind.seeds { held, drawn in
            let excess = held.excess(at: drawn.entry, .none)
            let isRejected = drawn.terms.rejection(contract, entryPrice: drawn.entry) != nil
            return isRejected == (excess <= 0) || abs(excess) < 2e-12 * held.entryValue
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// CME's shape: 10 coins at 50 with 10× have a margin of 5 per coin.
    @Test func aScheduleSetsInitialAndMaintenanceMargin() throws {
        let entry = MarginSchedule.Entry(from: UTCInstant(milliseconds: 0), initial: 20, maintenance: 16)
        let schedule = try MarginSchedule([entry], contractSize: 5)
        let terms = try PositionTerms(
            side: .long, leverage: Leverage(10)!, notional: 500,
            rules: rules(tiers: MaintenanceTiers(flatRate: 0), open: 0.01, schedule: schedule))
        func said(_ initial: Double, _ maintenance: Double) -> String? {
            let scheduled = ScheduledMargin(initial: initial, maintenance: maintenance)
            return terms.rejection(.linear, entryPrice: 50, scheduled: scheduled)
        }
        #expect(said(5, 4) == nil, "exactly the initial margin is enough")
        #expect(said(5.000000000000001, 4) == nil, "whatever a division leaves of it")
        #expect(said(5.01, 4)?.contains("scheduled initial margin") == true)
        #expect(said(5, 4.5)?.contains("does not exceed the maintenance") == true, "4.5 is left after the fee")
        #expect(said(.nan, .nan)?.contains("none is in force") == true)
        let early = schedule.perCoin(at: [-1])
        #expect(said(early.initial[0], early.maintenance[0]) != nil, "before the first date")
    }
}
