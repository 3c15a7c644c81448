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
