import MarginModel
import StressBasics
import Testing

@Suite struct TierTests {
    @Test func publishedBracketsAreAcceptedAndContinuous() throws {
        let tiers = try table(PublishedVectors.bitcoinRows)
        for row in PublishedVectors.bitcoinRows.dropFirst() {
            let (below, above) = (tiers.requirement(row.floor), tiers.requirement(row.floor.nextUp))
            #expect(isClose(above, below, within: 1e-9 * row.floor), "at \(row.floor)")
        }
    }

    @Test func randomTablesAreContinuousRisingAndConvex() {
        let broken = (0..<4000).filter { (seed: UInt64) in
            var random = SeededGenerator(seed: seed)
            let tiers = randomTiers(&random, around: 1000)
            return !tiers.tiers.dropLast().map(\.notionalCap).allSatisfy { cap in
                let (at, past) = (tiers.requirement(cap), tiers.requirement(cap.nextUp))
                let (low, high) = (tiers.requirement(0.9 * cap), tiers.requirement(1.1 * cap))
                return isClose(past, at, within: 1e-12 * cap) && low <= at && at <= high
                    && low + high >= 2 * at - 1e-12 * cap
            }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Two brackets with one rate between them are one bracket, to the bit.
    @Test(arguments: [HeldKind.linear, .inverse])
    func aFlatTableOfTwoBracketsIsOneBracket(_ kind: HeldKind) throws {
        let broken = kind.seeds { held, drawn in
            var (one, two) = (drawn, drawn)
            let (rate, value) = (0.03 * drawn.carry.years, held.entryValue)
            guard let flat = try? MaintenanceTiers(flatRate: rate),
                let split = try? table([(0, rate, 0), (0.9 * value, rate, 0)]),
                let flatRules = try? rules(tiers: flat), let splitRules = try? rules(tiers: split)
            else { return false }
            (one.terms.rules, two.terms.rules) = (flatRules, splitRules)
            return kind.open(one).triggerPrice(drawn.carry) == kind.open(two).triggerPrice(drawn.carry)
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test func aCapBelongsToTheLowerBracket() throws {
        let tiers = try table([(0, 0.004, 0), (50e3, 0.005, 50)])
        #expect(tiers.tier(for: 50_000).rate == 0.004 && tiers.tier(for: 50_000.nextUp).rate == 0.005)
    }

    @Test func brokenTablesNameTheRow() {
        func said(_ tiers: [MaintenanceTier]) -> String {
            message { () throws(RuleError) in _ = try MaintenanceTiers(tiers) } ?? "nothing"
        }
        func tier(_ cap: Double, _ rate: Double, _ amount: Double, _ limit: Double? = nil) -> MaintenanceTier {
            MaintenanceTier(notionalCap: cap, rate: rate, amount: amount, maxLeverage: limit)
        }
        #expect(said([]) == "the tier table is empty")
        #expect(said([tier(100, 0.01, 0)]).hasPrefix("tier 1: the last tier must have no cap"))
        #expect(said([tier(.infinity, 0.01, 5)]) == "tier 1: the amount must be 0")
        #expect(said([tier(.infinity, 1, 0)]).hasPrefix("tier 1: the rate"))
        #expect(said([tier(.infinity, -0.1, 0)]).hasPrefix("tier 1: the rate"))
        #expect(said([tier(.infinity, .nan, 0)]).hasPrefix("tier 1: the rate"))
        #expect(said([tier(100, 0.02, 0), tier(.infinity, 0.01, -1)]).hasPrefix("tier 2: its rate"))
        #expect(said([tier(100, 0.01, 0), tier(.infinity, 0.02, .nan)]) == "tier 2: the amount is not a number")
        #expect(
            said([tier(100, 0.01, 0), tier(.infinity, 0.02, 2)])
                == "tier 2: amount 2 breaks continuity at 100, expected 1")
        let twice = [tier(100, 0.01, 0), tier(100, 0.02, 1), tier(.infinity, 0.03, 2)]
        #expect(said(twice).hasPrefix("tier 2: its cap"))
        #expect(said([tier(100, 0.01, 0, 20), tier(.infinity, 0.02, 1, 50)]).hasPrefix("tier 2: its leverage limit"))
        #expect(said([tier(.infinity, 0.01, 0, 0.5)]).hasPrefix("tier 1: the leverage limit"))
        #expect(said([tier(100, 0.01, 0, 50), tier(.infinity, 0.02, 1, 20)]) == "nothing")
    }
}

@Suite struct SizeScaledMarginTests {
    @Test func ratesGrowWithTheSizeOfEitherSide() {
        let margin = SizeScaledMargin.deribitBitcoin
        #expect(margin.maintenance(size: -25, price: 1e5) == margin.maintenance(size: 25, price: 1e5))
        #expect(margin.maintenance(size: 50, price: 1e5) > 2 * margin.maintenance(size: 25, price: 1e5), "convex")
        #expect(isClose(SizeScaledMargin.deribitSolana.initial(size: 1000, price: 10), 450, within: 1e-9))
        #expect(isClose(SizeScaledMargin.deribitSolana.maintenance(size: 1000, price: 10), 250, within: 1e-9))
    }

    @Test func oneSizeHasAFlatTable() throws {
        let margin = SizeScaledMargin.deribitBitcoin
        let tiers = try margin.maintenanceTiers(size: -25)
        for price in [1.0, 30_000, 1e5] {
            let (table, law) = (tiers.requirement(25 * price), margin.maintenance(size: -25, price: price))
            #expect(isClose(table, law, within: 1e-12 * 25 * price))
        }
        #expect(throws: RuleError.self) { try margin.maintenanceTiers(size: 1e6) }
    }

    @Test(arguments: [
        (0.02, 0.0, 0.0), (0.02, 0.03, 0), (1, 0.01, 0), (0.02, 0.01, -1e-9), (.nan, 0.01, 0), (0.02, 0.01, .infinity),
    ])
    func impossibleRatesAreRefused(initial: Double, maintenance: Double, perCoin: Double) {
        #expect(throws: RuleError.self) {
            try SizeScaledMargin(initialBase: initial, maintenanceBase: maintenance, perCoin: perCoin)
        }
    }
}
