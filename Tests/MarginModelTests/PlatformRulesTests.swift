import MarginModel
import StressBasics
import Testing

@Suite struct MarginScheduleTests {
    private func entry(_ from: Int64, _ initial: Double, _ maintenance: Double) -> MarginSchedule.Entry {
        .init(from: UTCInstant(milliseconds: from), initial: initial, maintenance: maintenance)
    }

    @Test func lookUps() throws {
        let schedule = try MarginSchedule(
            [entry(100, 50, 40), entry(200, 60, 45), entry(400, 30, 30)], contractSize: 5)
        func initial(_ time: Int64) -> Double? { schedule.inForce(at: UTCInstant(milliseconds: time))?.initial }
        #expect(initial(99) == nil && initial(-1_000_000) == nil)
        #expect(initial(100) == 50 && initial(199) == 50)
        #expect(initial(200) == 60 && initial(300) == 60 && initial(399) == 60)
        #expect(initial(400) == 30 && initial(1 << 50) == 30)
        let columns = schedule.perCoin(at: [0, 150, 200, 500])
        #expect(columns.initial[0].isNaN && columns.maintenance[0].isNaN)
        #expect(columns.initial[1...] == [10, 12, 6] && columns.maintenance[1...] == [8, 9, 6])
        #expect(schedule.perCoin(at: []).initial.isEmpty)
    }

    /// The binary search is the last entry that has begun, on tables of every length.
    @Test(arguments: 1...20)
    func lookUpAgreesWithTheDefinition(_ count: Int) throws {
        let entries = (1...count).map { entry(Int64($0) * 10, Double($0), Double($0)) }
        let schedule = try MarginSchedule(entries, contractSize: 1)
        for time in Int64(0)...Int64(count + 1) * 10 {
            let instant = UTCInstant(milliseconds: time)
            #expect(schedule.inForce(at: instant) == entries.last { $0.from <= instant })
        }
    }

    @Test func brokenTablesNameTheRow() {
        func said(_ entries: [MarginSchedule.Entry], size: Double = 1) -> String {
            message { () throws(RuleError) in _ = try MarginSchedule(entries, contractSize: size) } ?? "nothing"
        }
        #expect(said([]) == "the margin history is empty")
        for size in [0, -1, .infinity, .nan] {
            #expect(said([entry(0, 5, 4)], size: size) == "the contract size must be above 0")
        }
        #expect(said([entry(0, 5, 0)]) == "margin history row 1: amounts must be above 0")
        #expect(said([entry(0, .nan, 4)]) == "margin history row 1: amounts must be above 0")
        #expect(said([entry(0, 5, 4), entry(1, .infinity, 4)]) == "margin history row 2: amounts must be above 0")
        #expect(said([entry(0, 5, 5.5)]) == "margin history row 1: maintenance exceeds the initial margin")
        #expect(said([entry(7, 5, 4), entry(7, 5, 4)]) == "margin history row 2: its date does not rise")
        #expect(said([entry(7, 5, 5)]) == "nothing")
    }
}

@Suite struct PlatformRulesTests {
    @Test(arguments: [-0.01, 1, 1.5, .nan, .infinity])
    func slippageOutOfRangeIsRefused(_ base: Double) {
        #expect(throws: RuleError.self) { try Slippage(base: base) }
    }

    @Test(arguments: [-0.01, 100.1, .nan, .infinity])
    func impactOutOfRangeIsRefused(_ impact: Double) {
        #expect(throws: RuleError.self) { try Slippage(base: 0, impact: impact) }
    }

    /// `s_0 + κ σ √(N0/V)`: 0.001 + 0.5·0.02·√(10,000/1,000,000) = 0.002.
    @Test func slippageGrowsWithTheShareOfTheVolume() throws {
        let slippage = try Slippage(base: 0.001, impact: 0.5)
        #expect(isClose(slippage.fraction(notional: 1e4, volume: 1e6, volatility: 0.02), 0.002, within: 1e-15))
        for volume in [0, -1, Double.nan] {
            #expect(slippage.fraction(notional: 1e4, volume: volume, volatility: 0.02) == 0.001, "volume unknown")
        }
        #expect(slippage.fraction(notional: 1e12, volume: 1, volatility: 1) == Slippage.most)
        #expect(try Slippage(base: 0.3).fraction(notional: 1e12, volume: 1, volatility: 1) == 0.3, "fixed")
    }

    /// A base above the bound stays what it is: impact can only add.
    @Test func impactNeverLowersTheBase() throws {
        let slippage = try Slippage(base: 0.995, impact: 1)
        #expect(slippage.fraction(notional: 1, volume: 1, volatility: 0.1) >= 0.995)
    }

    @Test(arguments: [(-0.1, 1.0), (10.1, 1), (.nan, 1), (0.1, 0.99), (0.1, 10.1), (0.1, .nan)])
    func borrowRulesOutOfRangeAreRefused(rate: Double, level: Double) {
        #expect(throws: RuleError.self) { try BorrowRules(yearlyRate: rate, marginLevel: level) }
    }

    @Test func borrowRulesAtTheEndsOfTheRangesAreAccepted() throws {
        #expect(try BorrowRules(yearlyRate: 10, marginLevel: 10).marginLevel == 10)
        #expect(try BorrowRules(yearlyRate: 0, marginLevel: 1) == BorrowRules.none)
    }

    @Test func feesAndLatencyAreChecked() {
        for fee in [0.11, -0.11, .nan] {
            #expect(throws: RuleError.self) { try Fees(open: fee, close: 0, liquidation: 0) }
            #expect(throws: RuleError.self) { try Fees(open: 0, close: fee, liquidation: 0) }
            #expect(throws: RuleError.self) { try Fees(open: 0, close: 0, liquidation: fee) }
        }
        for latency in [0, 10_001] {
            #expect(throws: RuleError.self) { try LiquidationRules(latency: latency) }
        }
    }

    @Test func fillRulesResolveByBarLength() throws {
        #expect(try LiquidationRules(fill: .auto, latency: 2).resolvedFill(barLength: .minutes(1)) == .next(latency: 1))
        #expect(try LiquidationRules(fill: .auto).resolvedFill(barLength: .minutes(6)).name == "delay")
        #expect(try LiquidationRules(fill: .next, latency: 3).resolvedFill(barLength: .hours(1)) == .next(latency: 3))
        let others = try [FillRule.gap, .worst, .best].map {
            try LiquidationRules(fill: $0, latency: 3).resolvedFill(barLength: .hours(1))
        }
        #expect(others == [.gap, .worst, .best])
        #expect(others.map(\.name) == ["gap", "worst", "best"] && ResolvedFill.next(latency: 3).name == "next")
    }
}
