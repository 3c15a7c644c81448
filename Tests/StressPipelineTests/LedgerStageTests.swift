import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import Testing

@testable import StressPipeline
@testable import StudyPlan

/// From a study with a ledger to who paid.
@Suite struct LedgerStageTests {
    private func market(_ seed: UInt64, bars: Int, start: Int64 = 0) throws -> MarketHistory {
        var random = SeededGenerator(seed: seed).stream("ledger stage")
        var close = [100.0]
        for bar in 1..<bars { close.append(close[bar - 1] * (1 + 0.06 * (random.uniform() - 0.5))) }
        let open = [100.0] + close.dropLast()
        return MarketHistory(
            series: try BarSeries(
                time: (0..<bars).map { start + Int64($0) * 3_600_000 }, open: open,
                high: zip(open, close).map { max($0, $1) * 1.01 }, low: zip(open, close).map { min($0, $1) * 0.99 },
                close: close))
    }

    private func study(_ ledger: String, lender: String = "adl: off") throws -> Study {
        let yaml = """
            version: 1
            data: [{asset: A, path: a.csv}, {asset: B, path: b.csv}]
            grid: {leverage: [5, 20], horizon: [1d]}
            platforms:
              venue: {tiers: [{to: .inf, rate: 0.005}], slippage: 0.001, liquidation: {fill: worst}}
              lender: {tiers: [{to: .inf, rate: 0.005}], liquidation: {enabled: false}, ledger: {\(lender)}}
            statistics: {resamples: 200}
            ledger: {\(ledger)}
            """
        return try loadStudy(yaml: yaml, file: "s.yaml").value
    }

    private func results(_ study: Study, threads: Int = 2, seed: UInt64 = 7) throws -> LedgerResults {
        let histories = try [
            LedgerStage.History(asset: "A", market: market(seed, bars: 700)),
            // Days that the other has, and days that it has not.
            LedgerStage.History(asset: "B", market: market(seed + 1, bars: 500, start: 30 * 3_600_000)),
        ]
        let stage = LedgerStage(study: study, threads: threads, control: RunControl())
        let found = try stage.results(histories)
        return try #require(found)
    }

    private let full =
        "population: {classes: [{side: both, leverage: 5:20:15}]}, horizon: 1d, adl: binance, socialised: {cap: 0.5}, recourse: trader"

    /// Groups are the sums of their parts, and what losers were short of is the sum of what was paid, in whole units.
    @Test(arguments: UInt64(1)...8)
    func partsAddUp(seed: UInt64) throws {
        let results = try results(study(full), seed: seed * 10)
        #expect(results.assets == ["A", "B"] && results.platforms.map(\.platform) == ["venue", "lender"])
        for platform in results.platforms {
            let all = try #require(platform.all)
            #expect(platform.groups.count == 1 + 2 + 4 + 8)
            let parts = platform.groups.filter { $0.asset != nil && $0.side != nil }
            #expect(all.counts.entries == parts.reduce(0) { $0 + $1.counts.entries }, "seed \(seed)")
            #expect(all.counts.shortfalls == parts.reduce(0) { $0 + $1.counts.shortfalls }, "seed \(seed)")
            for group in platform.groups {
                let sums = group.amounts
                let paid = sums.fund + sums.deleveraging + sums.socialised + sums.platform + sums.owed
                #expect(sums.shortfall == paid, "seed \(seed)")
            }
            let days = platform.days.reduce(LedgerAmount.zero) { $0 + $1.shortfall }
            #expect(days == all.amounts.shortfall, "seed \(seed)")
        }
    }

    /// Nobody protects anybody at the lender, so what falls short is owed, and the share is what the counts say, inside its interval.
    @Test func theLendersClientsOwe() throws {
        let lender = try results(study("\(full), fund: {amount: 0}", lender: "adl: off, socialised: off")).platforms[1]
        let all = try #require(lender.all)
        #expect(all.counts.shortfalls > 50 && all.counts.owing == all.counts.shortfalls && lender.queues.isEmpty)
        #expect(all.amounts.owed == all.amounts.shortfall)
        let (share, interval) = (try #require(all.owedShare), try #require(all.intervals.owed))
        #expect(interval.low < share && share < interval.high && share == all.shortfallShare)
    }

    /// Negative-balance protection leaves nothing to owe, and nothing to estimate.
    @Test func whatCannotHappenHasNoInterval() throws {
        let results = try results(study(full.replacing("recourse: trader", with: "recourse: platform")))
        for group in results.platforms.flatMap(\.groups) {
            #expect(group.counts.owing == 0 && group.intervals.owed == nil && group.intervals.shortfall != nil)
        }
    }

    /// Every queue is tried on the platform that has anything to ask of winners, and its own result is the platform's.
    @Test func queuesStandSideBySide() throws {
        let venue = try results(study(full + ", surplus: trader")).platforms[0]
        #expect(venue.queues.map(\.rule) == DeleveragingRule.allCases)
        let own = try #require(venue.queues.first { $0.isOwn })
        let all = try #require(venue.all)
        #expect(own.rule == .binance && own.total.touched == all.counts.deleveraged && own.total.touched > 0)
        #expect(own.total.haircut == all.amounts.deleveraging && own.owed == all.amounts.owed)
        #expect(own.classes.reduce(LedgerAmount.zero) { $0 + $1.haircut } == own.total.haircut)
        #expect(own.days.reduce(LedgerAmount.zero) { $0 + $1.haircut } == own.total.haircut)
    }

    /// Everybody who was short had something of somebody, or owes it, and nobody paid more positions than there were; what nobody paid has
    /// no interval.
    @Test func payersAreCounted() throws {
        let results = try results(study(full + ", surplus: trader, fund: {amount: 500}"))
        var paidByFund = 0
        for group in results.platforms.flatMap(\.groups) {
            let paid = try #require(group.counts.paid)
            let counts = [paid.fund, paid.deleveraging, paid.socialised, paid.platform, group.counts.owing]
            let sums = group.amounts
            let amounts = [sums.fund, sums.deleveraging, sums.socialised, sums.platform, sums.owed]
            for (count, amount) in zip(counts, amounts) { #expect((count > 0) == (amount > .zero)) }
            #expect((counts.max() ?? 0) <= group.counts.shortfalls)
            #expect(group.counts.shortfalls <= counts.reduce(0, +))
            let intervals = try #require(group.intervals.perNotional)
            let ends = [
                intervals.fund, intervals.deleveraging, intervals.socialised, intervals.platform, intervals.owed,
            ]
            for (interval, amount) in zip(ends, amounts) where amount == .zero { #expect(interval == nil) }
            paidByFund += paid.fund
        }
        #expect(paidByFund > 0)
    }

    /// 365 days of fees: two sides of 10,000 at each of 24 bars a day of both histories, with 0.001 to open and 0.002 to close.
    @Test func aFundOfDaysOfFees() throws {
        let text = try self.study(full + ", fund: {days_of_fees: 365}", lender: "fund: {amount: 7}").completeText
        let edited = text.replacing(
            "fees: {open: 0, close: 0, liquidation: 0}", with: "fees: {open: 0.001, close: 0.002, liquidation: 0}")
        #expect(edited != text)
        let study = try loadStudy(yaml: edited, file: "s.yaml").value
        let platforms = try results(study).platforms
        #expect(abs(platforms[0].fundStart.quote - 365 * 2 * 10_000 * 24 * 2 * 0.003) < 1e-3)
        #expect(platforms[1].fundStart.quote == 7)
        // What was paid indeed is near to it: positions are closed early, and not at the price of the entry.
        let fees365 = try #require(platforms[0].feesPerDay).quote * 365
        #expect(abs(fees365 / platforms[0].fundStart.quote - 1) < 0.2)
        let days = try #require(platforms[0].startInDaysOfFees)
        #expect(abs(days - platforms[0].fundStart.quote / fees365 * 365) < 1e-6)
    }

    /// A fund that all positions together could not use up is warned of; so is an impact, beside the run without it.
    @Test func warningsNameWhatChangesTheFigures() throws {
        let quiet = try results(study(full)).platforms
        #expect(quiet.flatMap(\.findings).isEmpty && quiet.allSatisfy { $0.figures?.withoutImpact == nil })
        let impact = ", surplus: trader, impact: {depth: 50000, half_life: 2h}"
        let found = try results(study(full + impact, lender: "fund: {amount: 1e9}")).platforms
        #expect(found[0].findings.map(\.check) == ["ledger_impact"])
        #expect(found[1].findings.map(\.check) == ["fund_beyond_positions"], "nobody liquidates there")
        let plain = try results(study(full + ", surplus: trader", lender: "fund: {amount: 1e9}")).platforms
        for (with, without) in zip(found, plain) {
            let compared = try #require(with.figures?.withoutImpact)
            #expect(compared.amounts == without.all?.amounts && compared.counts == without.all?.counts)
            #expect(compared.fundEnd == without.fundEnd && compared.fundLowest == without.fundLowest)
        }
        // Nobody liquidates at the lender.
        #expect(found[0].all?.amounts != plain[0].all?.amounts && found[1].all == plain[1].all)
    }

    /// A fund of the amount that is called needed, at the beginning of every day and without inflow, leaves nothing unpaid on the share of
    /// days and of shortfalls that it stands for; with a unit less it does not. What it has below its floor pays nobody.
    @Test(arguments: UInt64(1)...4, [0, 137.25])
    func theNeededFundPaysWhatItSays(seed: UInt64, floor: Double) throws {
        func days(_ amount: Double) throws -> (days: [LedgerDayRecord], needed: [FundNeeded]) {
            let fund = "{amount: \(amount), floor: \(floor), top_up: {below: \(amount), to: \(amount)}}"
            let ledger = full.replacing("adl: binance", with: "adl: off")
            let results = try results(
                study("\(ledger), surplus: trader, fund_share: 0, fund: \(fund)"), seed: seed * 10)
            return (results.platforms[0].days, results.platforms[0].needed)
        }
        let needed = try days(floor + 1).needed.filter { $0.amount > 0 }
        #expect(needed.count >= 4, "seed \(seed)")
        for level in needed {
            func paid(_ amount: Double) throws -> Double {
                let days = try days(amount).days
                guard level.basis == .shortfalls else {
                    return Double(days.count { $0.unpaid == .zero }) / Double(days.count)
                }
                let (all, unpaid) = days.reduce((0, 0)) { ($0.0 + $1.shortfalls, $0.1 + $1.unpaidShortfalls) }
                return Double(all - unpaid) / Double(all)
            }
            #expect(level.amount > floor, "seed \(seed), floor \(floor)")
            #expect(try paid(level.amount) >= level.share - 1e-12, "seed \(seed), floor \(floor), \(level)")
            #expect(try paid(level.amount - 1e-6) < level.share - 1e-12, "seed \(seed), floor \(floor), \(level)")
        }
    }

    /// Where nobody opens a position nothing is known of a fund: no zeros, and a warning of why.
    @Test(arguments: [
        ("classes: [{side: both, leverage: 1000}]", "1d", "rejects 100 % of the open interest"),
        ("classes: [{side: both, leverage: 5}]", "30m", "no bar with a price above zero is followed by another"),
    ])
    func nothingIsKnownWhereNobodyOpens(classes: String, horizon: String, why: String) throws {
        let ledger = full.replacing("classes: [{side: both, leverage: 5:20:15}]", with: classes)
        let found = try results(study(ledger.replacing("horizon: 1d", with: "horizon: \(horizon)"))).platforms[0]
        let all = try #require(found.all)
        #expect(all.counts.entries == 0 && found.needed.isEmpty && found.days.count > 20)
        #expect(found.findings.map(\.check) == ["ledger_not_opened"])
        #expect(found.findings.allSatisfy { $0.message.contains("no position") && $0.message.contains(why) })
        #expect((all.counts.rejected ?? -1 > 0) == classes.contains("1000") && all.counts.rejected == found.rejected)
    }

    /// Two classes of one weight of which the platform rejects one: half of the open interest, of everybody and of each history.
    @Test func whatIsRejectedIsHalf() throws {
        let ledger = full.replacing("leverage: 5:20:15", with: "leverage: \"10,1000\"")
        let found = try results(study(ledger)).platforms[0]
        for group in found.groups {
            let share = try #require(group.rejectedShare)
            #expect(share == (group.leverage.map { $0.value > 20 ? 1 : 0 } ?? 0.5), "\(group)")
            #expect(
                group.counts.rejected == (share == 0 ? 0 : share == 1 ? group.counts.rejected : group.counts.entries))
        }
        #expect(try results(study(full)).platforms.flatMap(\.groups).allSatisfy { $0.rejectedShare == 0 })
    }

    /// An episode lasts while the fund ends its days with no more than its floor, and ends on the first day that it does not.
    @Test(arguments: UInt64(1)...6, [0, 900])
    func episodesEndAboveTheFloor(seed: UInt64, floor: Int) throws {
        let fund = "fund: {amount: 1000, floor: \(floor)}, fund_share: 0, surplus: {fund: 0.02}"
        let found = try results(study("\(full), \(fund)"), seed: seed * 10).platforms[0]
        let most = LedgerAmount(units: Int128(floor) * 1_000_000)
        #expect(!found.episodes.isEmpty, "seed \(seed)")
        for episode in found.episodes {
            let days = found.days.filter { $0.day + .days(1) > episode.start }
            #expect(days.first?.unpaid ?? .zero > .zero, "seed \(seed)")
            #expect(days.first { $0.balance > most }?.day == episode.lastDay, "seed \(seed)")
        }
        let unpaid = found.days.reduce(LedgerAmount.zero) { $0 + $1.unpaid }
        #expect(found.episodes.reduce(LedgerAmount.zero) { $0 + $1.unpaid } == unpaid, "seed \(seed)")
    }

    @Test func threadsChangeNothing() throws {
        let study = try study(full)
        let (one, four) = (try results(study, threads: 1), try results(study, threads: 4))
        #expect(one == four)
    }

    /// The difference of two platforms is that of their shares.
    @Test func differencesAreThoseOfTheShares() throws {
        let results = try results(study(full))
        #expect(!results.differences.isEmpty)
        for item in results.differences {
            func group(_ platform: String) throws -> LedgerGroup {
                let found = results.platforms.first { $0.platform == platform }?.groups.first {
                    $0.asset == item.asset && $0.side == item.side && $0.leverage == item.leverage
                }
                return try #require(found)
            }
            let (first, second) = (try group(item.platform), try group(item.other))
            let shares = [first, second].map { (item.share == .shortfall ? $0.shortfallShare : $0.owedShare) ?? .nan }
            #expect(abs(item.difference.difference - (shares[0] - shares[1])) < 1e-12)
        }
    }

    @Test func cancelledIsCancelled() throws {
        let control = RunControl()
        control.cancel()
        let stage = LedgerStage(study: try study(full), threads: 2, control: control)
        let history = LedgerStage.History(asset: "A", market: try market(1, bars: 300))
        #expect(throws: RunCancelled.self) { try stage.results([history]) }
    }
}
