import Foundation
import MarginModel
import StressBasics
import Testing

@testable import Scenarios

@Suite struct CustodyTests {
    @Test func theExamples() throws {
        let one = try Custody(years: 5, hazard: 0.01, recovery: 0.3)
        #expect(fixedText(one.lossProbability * 100, decimals: 3) == "4.877")
        #expect(fixedText(one.expectedLoss * 100, decimals: 3) == "3.414")
        let keys = try Custody(years: 5, hazard: 0.01, keyHazard: 0.005, recovery: 0.3)
        #expect(fixedText(keys.lossProbability * 100, decimals: 3) == "7.226")
        #expect(fixedText(keys.expectedLoss * 100, decimals: 3) == "5.781")
    }

    /// Years of days: what happens first decides. Agrees with the closed form as days get short.
    @Test func daysAddUp() throws {
        let custody = try Custody(years: 3, hazard: 0.2, keyHazard: 0.1, share: 0.6, recovery: 0.25)
        let steps = 300_000
        let (hack, keys) = (0.2 * 3 / Double(steps), 0.1 * 3 / Double(steps))
        var (safe, lost) = (1.0, 0.0)
        for _ in 0..<steps {
            lost += safe * 0.6 * (hack * 0.75 + keys)
            safe *= 1 - hack - keys
        }
        #expect(abs(1 - safe - custody.lossProbability) < 1e-6 && abs(lost - custody.expectedLoss) < 1e-6)
    }

    @Test func laws() throws {
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let (years, hazard, keys) = (random.uniform() * 50 + 0.01, random.uniform(), random.uniform() * 0.5)
            let (share, recovery) = (random.uniform(), random.uniform())
            func loss(
                _ years: Double, _ hazard: Double, _ keys: Double, _ share: Double, _ recovery: Double
            ) throws -> Double {
                try Custody(years: years, hazard: hazard, keyHazard: keys, share: share, recovery: recovery)
                    .expectedLoss
            }
            let base = try loss(years, hazard, keys, share, recovery)
            #expect(try loss(years * 1.5, hazard, keys, share, recovery) >= base, "seed \(seed)")
            #expect(try loss(years, hazard, keys * 2, share, recovery) >= base, "seed \(seed)")
            #expect(try loss(years, hazard, keys, share, recovery / 2) >= base, "seed \(seed)")
            #expect(base >= 0 && base <= share, "seed \(seed)")
            // All of it recovered, and no keys to lose: nothing is lost. Half held there: half is lost.
            #expect(try loss(years, hazard, 0, share, 1) == 0, "seed \(seed)")
            #expect(try abs(loss(years, hazard, keys, share / 2, recovery) * 2 - base) < 1e-15, "seed \(seed)")
            // Keys are hacks of which nothing comes back.
            #expect(try abs(loss(years, hazard, keys, share, 0) - loss(years, hazard + keys, 0, share, 0)) < 1e-14)
        }
        #expect(try Custody(years: 1, hazard: 0).expectedLoss == 0)
    }

    // MARK: Joined with the price

    /// The share of equities that are below a level.
    private func below(_ equities: [Double]) -> (Double) -> Double {
        { level in Double(equities.count { $0 < level }) / Double(equities.count) }
    }

    /// By hand: a failure within the year with 10 %, of which 30 % or 60 % are recovered; one price in five leaves 0.4, the others 1.
    @Test func thePaperCase() throws {
        let prices = below([0.4, 1, 1, 1, 1])
        let hazard = -log(0.9)
        func chance(_ recovery: Double, _ part: Double, share: Double = 1) throws -> Double {
            try Custody(years: 1, hazard: hazard, share: share, recovery: recovery)
                .chanceOfLosing(moreThan: part, below: prices)
        }
        // More than half: 0.9 · 1/5 by the price, and every failure, for 30 % of anything is less than half.
        #expect(try abs(chance(0.3, 0.5) - 0.28) < 1e-12)
        // 60 % of 1 is more than half, 60 % of 0.4 is not.
        #expect(try abs(chance(0.6, 0.5) - 0.2) < 1e-12)
        // More than 80 %: no price does; a failure of which 30 % come back leaves 0.12 of 0.4, and 0.3 of 1.
        #expect(try abs(chance(0.3, 0.8) - 0.1 / 5) < 1e-12)
        // Half of it elsewhere: a failure leaves 0.65 of what the price left.
        #expect(try abs(chance(0.3, 0.5, share: 0.5) - 0.2) < 1e-12)
        #expect(try abs(chance(0.3, 0.3, share: 0.5) - (0.9 / 5 + 0.1)) < 1e-12)
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func lawsOfTheJoin(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let equities = (0..<40).map { _ in random.uniform() * 3 - 0.8 }
        let part = random.uniform() * 0.99
        func custody(_ factor: Double = 1, recovery: Double, share: Double, keys: Double) throws -> Custody {
            try Custody(years: 2, hazard: 0.3 * factor, keyHazard: keys, share: share, recovery: recovery)
        }
        let (recovery, share, keys) = (random.uniform(), random.uniform(), random.uniform() * 0.3)
        let own = try custody(recovery: recovery, share: share, keys: keys)
        let chance = own.chanceOfLosing(moreThan: part, below: below(equities))
        let price = below(equities)(1 - part)
        let alone = own.chanceOfLosing(moreThan: part) { $0 > 1 ? 1 : 0 }
        #expect(abs(own.ends.reduce(0) { $0 + $1.chance } - 1) < 1e-12)
        // Never less than the price alone, never more than that the price does it or anything is lost.
        #expect(
            chance >= price - 1e-12 && chance <= 1 - (1 - price) * (1 - own.lossProbability) + 1e-12, "seed \(seed)")
        #expect(alone <= own.lossProbability + 1e-12)
        // More is gone less often; more often where failures are more frequent.
        #expect(own.chanceOfLosing(moreThan: part / 2, below: below(equities)) >= chance - 1e-12)
        let platform = try [1, 2].map { try custody($0, recovery: recovery, share: share, keys: 0) }
            .map { $0.chanceOfLosing(moreThan: part, below: below(equities)) }
        #expect(platform[1] >= platform[0] - 1e-12, "seed \(seed)")
        // Everything there and nothing recovered: independence in its plain form.
        let all = try custody(recovery: 0, share: 1, keys: keys)
        let expected = 1 - (1 - price) * (1 - all.lossProbability)
        #expect(abs(all.chanceOfLosing(moreThan: part, below: below(equities)) - expected) < 1e-12)
        // Nothing there, or no hazard: the price alone.
        let none = try custody(recovery: recovery, share: 0, keys: keys)
        #expect(abs(none.chanceOfLosing(moreThan: part, below: below(equities)) - price) < 1e-12)
        // A price that stands still, everything there: that anything is lost.
        #expect(abs(all.chanceOfLosing(moreThan: part) { $0 > 1 ? 1 : 0 } - all.lossProbability) < 1e-12)
    }

    /// Draws of what comes first, and of the price: the closed form is their mean.
    @Test func theJoinIsThatOfDraws() throws {
        let custody = try Custody(years: 3, hazard: 0.2, keyHazard: 0.1, share: 0.7, recovery: 0.4)
        let equities = [-0.3, 0.1, 0.45, 0.6, 0.8, 1, 1.2, 2]
        var random = SeededGenerator(seed: 41)
        let draws = 200_000
        var gone = 0
        for _ in 0..<draws {
            let (platform, keys) = (-log(1 - random.uniform()) / 0.2, -log(1 - random.uniform()) / 0.1)
            var left = equities[Int(random.next() % 8)]
            if min(platform, keys) < 3 { left *= platform < keys ? 0.3 + 0.7 * 0.4 : 0.3 }
            gone += 1 - left > 0.45 ? 1 : 0
        }
        let (share, found) = (
            custody.chanceOfLosing(moreThan: 0.45, below: below(equities)), Double(gone) / Double(draws)
        )
        #expect(abs(found - share) < 4 * (share * (1 - share) / Double(draws)).squareRoot(), "\(found) \(share)")
    }

    @Test func rangesAreHeld() {
        #expect(throws: RuleError.self) { try Custody(years: 0, hazard: 0.01) }
        #expect(throws: RuleError.self) { try Custody(years: 5, hazard: -0.01) }
        #expect(throws: RuleError.self) { try Custody(years: 5, hazard: .nan) }
        #expect(throws: RuleError.self) { try Custody(years: 5, hazard: 0.01, share: 1.1) }
        #expect(throws: RuleError.self) { try Custody(years: .infinity, hazard: 0.01) }
    }
}

@Suite struct TaxLossTests {
    @Test func theExample() throws {
        let years = try TaxLoss(loss: 25_000, gains: [4000], incomeRate: 0.24, gainsRate: 0.15).schedule
        #expect(years.map(\.year) == [1, 2, 3, 4])
        #expect(years.map(\.offsetGains) == [4000, 4000, 4000, 4000])
        #expect(years.map(\.offsetIncome) == [3000, 3000, 3000, 0])
        #expect(years.map(\.carried) == [18_000, 11_000, 4000, 0])
        #expect(years.map(\.value) == [1320, 1320, 1320, 600])
        #expect(years.reduce(0) { $0 + $1.value } == 4560)
    }

    /// Nothing is lost on the way, nothing is used beyond what may be, and a larger loss is never worth less.
    @Test func laws() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let gains = (0...random.next() % 4).map { _ in Double(random.next() % 5000) }
            let limit = Double(random.next() % 5000)
            let loss = 1 + Double(random.next() % 100_000)
            func tax(_ loss: Double) throws -> [TaxLoss.Year] {
                try TaxLoss(loss: loss, gains: gains, incomeRate: 0.3, gainsRate: 0.2, limit: limit).schedule
            }
            let years = try tax(loss)
            #expect(
                years.reduce(0) { $0 + $1.offsetGains + $1.offsetIncome } + years.last!.carried == loss, "seed \(seed)")
            for (place, year) in years.enumerated() {
                let gain = place < gains.count ? gains[place] : gains.last!
                #expect(year.offsetGains <= gain && year.offsetIncome <= limit, "seed \(seed)")
                #expect(year.offsetIncome == 0 || year.offsetGains == gain, "gains come first, seed \(seed)")
                #expect(year.carried <= (place > 0 ? years[place - 1].carried : loss), "seed \(seed)")
            }
            let more = try tax(loss * 2)
            #expect(more.reduce(0) { $0 + $1.value } >= years.reduce(0) { $0 + $1.value } - 1e-9, "seed \(seed)")
            #expect(years.last!.carried == 0 || years.count == TaxLoss.mostYears || (limit == 0 && gains.last! == 0))
        }
    }

    /// What can never be used ends the table; what takes longer than it is long is still carried.
    @Test func endsAreSaid() throws {
        let never = try TaxLoss(loss: 10, gains: [0, 4, 0], incomeRate: 0.3, gainsRate: 0.2, limit: 0).schedule
        #expect(never.map(\.carried) == [10, 6, 6])
        let long = try TaxLoss(loss: 1e9, gains: [0], incomeRate: 0.3, gainsRate: 0.2).schedule
        #expect(long.count == 100 && long.last!.carried == 1e9 - 300_000)
        #expect(throws: RuleError.self) { try TaxLoss(loss: -1, gains: [0], incomeRate: 0, gainsRate: 0) }
        #expect(throws: RuleError.self) { try TaxLoss(loss: 1, gains: [], incomeRate: 0, gainsRate: 0) }
        #expect(throws: RuleError.self) { try TaxLoss(loss: 1, gains: [0], incomeRate: 24, gainsRate: 0) }
    }
}
