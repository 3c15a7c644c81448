import StressBasics
import StressResults
import StressStatistics
import StudyPlan

@testable import StressReport

/// An amount in quote currency.
func money(_ quote: Int) -> LedgerAmount { LedgerAmount(units: Int128(quote) * 1_000_000) }

/// A group whose parts add up: what nobody else pays is owed.
func makeGroup(
    side: Side? = nil, leverage: Double? = nil, entries: Int = 100_000, unprotected: Int = 3260, shortfalls: Int = 306,
    owing: Int = 12, fund: Int = 600, queue: Int = 300, socialised: Int = 0, platform: Int = 0, owed: Int = 100
) -> LedgerGroup {
    let short = fund + queue + socialised + platform + owed
    return LedgerGroup(
        asset: nil, side: side, leverage: leverage.flatMap { Leverage($0) },
        counts: LedgerCounts(
            entries: entries, unprotected: unprotected, liquidated: 4000, shortfalls: shortfalls, owing: owing,
            deleveraged: 40),
        amounts: LedgerAmounts(
            margin: money(20_000), notional: money(400_000), shortfall: money(short), fund: money(fund),
            deleveraging: money(queue), socialised: money(socialised), platform: money(platform), owed: money(owed),
            haircut: money(queue)),
        intervals: LedgerIntervals(shortfall: Interval(low: 0.001, high: 0.009)))
}

/// Nothing was ever below zero.
func makeQuietGroup() -> LedgerGroup {
    makeGroup(unprotected: 0, shortfalls: 0, owing: 0, fund: 0, queue: 0, owed: 0)
}

/// Nobody opened a position; the platform rejected so many of 1000 quote.
func makeEmptyGroup(rejected: Int) -> LedgerGroup {
    var group = makeGroup(entries: 0, unprotected: 0, shortfalls: 0, owing: 0, fund: 0, queue: 0, owed: 0)
    (group.counts.liquidated, group.counts.deleveraged, group.counts.rejected) = (0, 0, rejected)
    (group.amounts.margin, group.amounts.notional, group.amounts.rejected) = (.zero, .zero, money(1000 * rejected))
    group.intervals = LedgerIntervals()
    return group
}

/// Days from midnight of 1 January 2024 in which the fund pays `10 × day` of what is missing, and a hundred is left on bad days.
func makeDays(_ count: Int, bad: Set<Int> = []) -> [LedgerDayRecord] {
    (0..<count).map { day in
        let isBad = bad.contains(day)
        return LedgerDayRecord(
            day: UTCInstant(milliseconds: 1_704_067_200_000 + Int64(day) * 86_400_000),
            balance: isBad ? .zero : money(5000 + day), lowest: isBad ? .zero : money(4000), inflow: money(5),
            outflow: money(isBad ? 900 : 0), shortfall: money(isBad ? 900 + 100 + day : 0),
            unpaid: money(isBad ? 100 + day : 0), shortfalls: isBad ? 9 : 0, unpaidShortfalls: isBad ? 3 : 0,
            socialised: .zero)
    }
}

/// A queue that met `touched` winners, of whom longs at 2× and 50× gave in the given parts.
func makeQueue(_ rule: DeleveragingRule, isOwn: Bool = false, touched: Int = 30, parts: (Int, Int) = (100, 200))
    -> QueueResult
{
    let total = QueueDay(
        day: nil, touched: touched, notional: money(9000), haircut: money(parts.0 + parts.1), largest: money(90),
        median: nil, profit: money(1200))
    let classes = [
        QueueClass(side: .long, leverage: Leverage(2)!, touched: touched / 2, haircut: money(parts.0)),
        QueueClass(side: .long, leverage: Leverage(50)!, touched: touched - touched / 2, haircut: money(parts.1)),
        QueueClass(side: .short, leverage: Leverage(50)!, touched: 0, haircut: .zero),
    ]
    return QueueResult(rule: rule, isOwn: isOwn, days: [], classes: classes, total: total, owed: money(100))
}

/// A platform of the given parts.
func makeLedgerResult(
    _ platform: String = "typical", groups: [LedgerGroup]? = nil,
    days: [LedgerDayRecord] = makeDays(60, bad: [20, 40]),
    queues: [QueueResult] = [makeQueue(.binance, isOwn: true), makeQueue(.least, touched: 300, parts: (250, 50))]
) -> LedgerResult {
    let episodes = days.filter { $0.unpaid > .zero }.map {
        ExhaustionRecord(start: $0.day + .hours(5), lastDay: $0.day + .days(1), unpaid: $0.unpaid, shortfalls: 3)
    }
    return LedgerResult(
        platform: platform, safeguards: SafeguardRules(),
        groups: groups ?? [
            makeGroup(), makeGroup(side: .long, leverage: 2, shortfalls: 6), makeGroup(side: .long, leverage: 50),
        ], days: days, episodes: episodes,
        needed: [
            FundNeeded(basis: .days, share: 0.99, amount: 1234, interval: Interval(low: 800, high: 4000), count: 60),
            FundNeeded(basis: .shortfalls, share: 1, amount: 9_876_543, interval: nil, count: 306),
        ],
        queues: queues, fundStart: money(5000), fundLowest: .zero, fundEnd: money(5059), rejected: 0)
}

/// A platform on which nobody opened a position.
func makeIdle(_ platform: String = "typical", rejected: Int) -> LedgerResult {
    var result = makeLedgerResult(
        platform, groups: [makeEmptyGroup(rejected: rejected)], days: makeDays(60), queues: [])
    result.needed = []
    return result
}

/// A platform on which nobody pays for anybody.
func makeLender(_ platform: String = "lender", owed: Int = 620) -> LedgerResult {
    var result = makeLedgerResult(
        platform, groups: [makeGroup(owing: 306, fund: 0, queue: 0, owed: owed)], days: [], queues: [])
    (result.fundStart, result.fundEnd, result.needed) = (.zero, .zero, [])
    return result
}

/// A report with a ledger of the given platforms.
func makeLedgerReport(_ platforms: [LedgerResult]) throws -> RunReport {
    var report = try makeReport(platforms: platforms.map(\.platform)) { _ in makeEstimate() }
    report.study.ledger = LedgerStudy(
        population: Population(
            classes: [TraderClass(side: .long, leverage: Leverage(20)!, weight: 1)], horizon: .days(7)),
        safeguards: SafeguardSettings())
    report.ledger = LedgerResults(platforms: platforms, differences: [], assets: report.assets.map(\.asset))
    return report
}
