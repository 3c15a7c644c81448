import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StudyPlan
import Testing

/// What must not change what a ledger finds.
@Suite struct LedgerInvarianceTests {
    /// The same platform with another population and rules.
    private func rebuilt(
        _ platform: RandomPlatform, population: Population, rules: PlatformRules? = nil
    ) -> PlatformInput {
        let input = platform.input
        let assets = input.assets.map {
            LedgerAsset(
                name: $0.name, market: $0.market, population: population, rules: rules ?? input.rules,
                maxGap: platform.maxGap)
        }
        return PlatformInput(
            assets: assets, population: population, rules: rules ?? input.rules, safeguards: input.safeguards,
            seed: input.seed)
    }

    /// Without two classes that are alike nothing is a tie but what is closed at the same horizon.
    private func distinct(_ population: Population) -> Population {
        var (copy, seen) = (population, Set<[String]>())
        copy.classes = population.classes.filter { seen.insert([$0.side.rawValue, $0.leverage.plainText]).inserted }
        return copy
    }

    @Test(arguments: 0..<20) func theOrderOfClassesDoesNotMatter(batch: UInt64) throws {
        var compared = 0
        for (seed, platform) in try RandomPlatform.batch(batch) {
            var platform = platform
            // Those take from all winners at once, each rounded by itself.
            let rules = [DeleveragingRule.proRata, .least]
            if rules.contains(platform.input.safeguards.deleveraging ?? .profit) {
                platform.input.safeguards.deleveraging = .hyperliquid
            }
            let population = distinct(platform.input.population)
            var (random, turned) = (SeededGenerator(seed: seed), population)
            turned.classes.shuffle(using: &random)
            let (a, list) = try rebuilt(platform, population: population).run(into: EventList())
            let isTied = list.events.contains {
                if case .closed(_, _, false, let equity, _) = $0 { equity < 0 } else { false }
            }
            guard !isTied else { continue }
            let b = try rebuilt(platform, population: turned).run()
            for (place, group) in turned.classes.enumerated() {
                let other = try #require(population.classes.firstIndex(of: group))
                #expect(b.sums(group: place) == a.sums(group: other), "seed \(seed), class \(group)")
            }
            #expect(a.days == b.days && a.episodes == b.episodes && a.books == b.books, "seed \(seed)")
            #expect(a.lowestFund == b.lowestFund && a.rejected == b.rejected, "seed \(seed)")
            compared += 1
        }
        #expect(compared > 50, "the law needs platforms to be one")
    }

    /// Notional, fund and brackets 1,024 times as large: all amounts are, and nothing else changes.
    @Test(arguments: 0..<20) func scalingAllMoneyScalesAllMoney(batch: UInt64) throws {
        for (seed, platform) in try RandomPlatform.batch(batch) {
            var platform = platform
            // What a size costs by itself does not scale; volumes are the market's.
            guard platform.input.rules.slippage.impact == 0 else { continue }
            // A fall of exactly so much may be missed by a unit.
            platform.input.safeguards.early = nil
            var population = platform.input.population
            population.openInterestPerBar = max(population.openInterestPerBar, 10_000)
            let (one, list) = try rebuilt(platform, population: population).run(into: EventList())
            let many = try scaled(platform, population, by: 1024).run()
            expectScaled(one, many, by: 1024, seed)
            // Less than half a unit below zero is a shortfall only on the larger one.
            let near = list.events.count { if case .closed(_, _, _, 0, _) = $0 { true } else { false } }
            #expect((0...near).contains(many.total.shortfalls - one.total.shortfalls), "seed \(seed)")
        }
    }

    private func scaled(_ platform: RandomPlatform, _ population: Population, by factor: Double) throws -> PlatformInput
    {
        var population = population
        population.openInterestPerBar *= factor
        let tiers = try MaintenanceTiers(
            platform.input.rules.tiers.tiers.map {
                MaintenanceTier(notionalCap: $0.notionalCap * factor, rate: $0.rate, amount: $0.amount * factor)
            })
        let rules = platform.input.rules.replacing(tiers: tiers)
        var input = rebuilt(platform, population: population, rules: rules)
        let fund = input.safeguards.fund
        input.safeguards.fund = FundRules(
            amount: fund.amount * factor, floor: fund.floor * factor,
            topUp: fund.topUp.map { FundRules.TopUp(below: $0.below * factor, to: $0.to * factor) })
        return input
    }

    private func expectScaled(_ one: LedgerTally, _ many: LedgerTally, by factor: Int128, _ seed: UInt64) {
        let (a, b) = (one.total, many.total)
        #expect(a.entries == b.entries && a.liquidated == b.liquidated, "seed \(seed)")
        #expect(a.unprotected == b.unprotected, "seed \(seed)")
        // Every flow of the small one is rounded by half a unit at most, and many flows make a balance.
        let most = Double(factor) * 6 * Double(a.entries + a.deleveraged + 1)
        let amounts: [KeyPath<LedgerSums, Int128>] = [
            \.margin, \.notional, \.shortfall, \.fund, \.deleveraging, \.socialised, \.platform, \.owed, \.haircut,
        ]
        for amount in amounts {
            let difference = a[keyPath: amount] * factor - b[keyPath: amount]
            #expect(abs(Double(difference)) <= most, "seed \(seed), \(amount)")
        }
        for account in [\Books.fund, \.platform, \.traders, \.market] {
            let difference = one.books[keyPath: account] * factor - many.books[keyPath: account]
            #expect(abs(Double(difference)) <= most, "seed \(seed), \(account)")
        }
    }
}
