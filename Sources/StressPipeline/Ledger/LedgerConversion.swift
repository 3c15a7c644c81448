import PlatformLedger
import StressBasics
import StressResults
import StudyPlan

extension LedgerCounts {
    init(_ sums: LedgerSums) {
        self.init(
            entries: sums.entries, unprotected: sums.unprotected, liquidated: sums.liquidated,
            shortfalls: sums.shortfalls, owing: sums.owing, deleveraged: sums.deleveraged,
            paid: PaidCounts(
                fund: sums.fundPaid, deleveraging: sums.deleveragingPaid, socialised: sums.socialisedPaid,
                platform: sums.platformPaid), reductions: sums.reductions,
            deleveragedPositions: sums.deleveragedPositions, rejected: sums.rejected)
    }
}

extension LedgerAmounts {
    init(_ sums: LedgerSums) {
        func amount(_ units: Int128) -> LedgerAmount { LedgerAmount(units: units) }
        self.init(
            margin: amount(sums.margin), notional: amount(sums.notional), shortfall: amount(sums.shortfall),
            fund: amount(sums.fund), deleveraging: amount(sums.deleveraging), socialised: amount(sums.socialised),
            platform: amount(sums.platform), owed: amount(sums.owed), haircut: amount(sums.haircut),
            rejected: amount(sums.rejectedNotional))
    }
}

extension UTCInstant {
    /// Midnight of a day since the epoch.
    fileprivate init(day: Int64) { self.init(milliseconds: day * TimeSpan.days(1).milliseconds) }
}

extension LedgerDayRecord {
    fileprivate init(_ day: LedgerDay) {
        func amount(_ units: Int128) -> LedgerAmount { LedgerAmount(units: units) }
        self.init(
            day: UTCInstant(day: day.day), balance: amount(day.balance), lowest: amount(day.lowest),
            inflow: amount(day.inflow), outflow: amount(day.outflow), shortfall: amount(day.shortfall),
            unpaid: amount(day.unpaid), shortfalls: day.shortfalls, unpaidShortfalls: day.unpaidShortfalls,
            socialised: amount(day.socialised))
    }
}

extension LedgerResult {
    init(
        platform: String, tally: LedgerTally, unmoved: LedgerTally?, input: PlatformInput, groups: [LedgerGroup],
        queues: [QueueResult], needed: [FundNeeded]
    ) {
        self.init(
            platform: platform, safeguards: input.safeguards, groups: groups,
            days: tally.days.map { LedgerDayRecord($0) },
            episodes: tally.episodes.map { episode in
                ExhaustionRecord(
                    start: UTCInstant(milliseconds: episode.start),
                    lastDay: episode.lastDay.map { UTCInstant(day: $0) },
                    unpaid: LedgerAmount(units: episode.unpaid), shortfalls: episode.shortfalls)
            },
            needed: needed, queues: queues,
            fundStart: LedgerAmount(units: Money.total(input.safeguards.fund.amount)),
            fundLowest: LedgerAmount(units: tally.lowestFund), fundEnd: LedgerAmount(units: tally.books.fund),
            rejected: tally.rejected, figures: PlatformFigures(tally, unmoved: unmoved))
    }
}

extension PlatformFigures {
    fileprivate init(_ tally: LedgerTally, unmoved: LedgerTally?) {
        self.init(
            tradingFees: LedgerAmount(units: tally.tradingFees),
            liquidationFees: LedgerAmount(units: tally.liquidationFees),
            mostOpen: LedgerAmount(units: Money.total(tally.mostOpen)),
            withoutImpact: unmoved.map { found in
                ImpactComparison(
                    counts: LedgerCounts(found.total), amounts: LedgerAmounts(found.total),
                    fundLowest: LedgerAmount(units: found.lowestFund), fundEnd: LedgerAmount(units: found.books.fund),
                    tradingFees: LedgerAmount(units: found.tradingFees),
                    liquidationFees: LedgerAmount(units: found.liquidationFees),
                    mostOpen: LedgerAmount(units: Money.total(found.mostOpen)))
            })
    }
}

extension QueueResult {
    /// What a queue took in the run of a tally.
    init(_ rule: DeleveragingRule, isOwn: Bool, tally: LedgerTally, population: Population) {
        let days = tally.days.filter { $0.deleveraging.touched > 0 }
        let classes = population.classes.indices.map { place in
            let (group, sums) = (population.classes[place], tally.sums(group: place))
            return QueueClass(
                side: group.side, leverage: group.leverage, touched: sums.deleveraged,
                haircut: LedgerAmount(units: sums.haircut))
        }
        self.init(
            rule: rule, isOwn: isOwn,
            days: days.map { QueueDay(UTCInstant(day: $0.day), $0.deleveraging, median: $0.deleveraging.median) },
            classes: classes,
            total: QueueDay(
                nil, days.reduce(into: DeleveragedDay()) { $0.add($1.deleveraging) }, median: nil,
                positions: tally.total.deleveragedPositions),
            owed: LedgerAmount(units: tally.total.owed))
    }
}

extension QueueDay {
    fileprivate init(_ day: UTCInstant?, _ found: DeleveragedDay, median: Double?, positions: Int? = nil) {
        self.init(
            day: day, touched: found.touched, notional: LedgerAmount(units: found.notional),
            haircut: LedgerAmount(units: found.haircut), largest: LedgerAmount(units: Int128(found.largest)),
            median: median.map { $0 / Money.unitsPerQuote }, profit: LedgerAmount(units: found.profit),
            positions: positions)
    }
}

extension DeleveragedDay {
    /// Adds a day; the middle haircut of several days is not known.
    fileprivate mutating func add(_ day: DeleveragedDay) {
        touched += day.touched
        notional += day.notional
        haircut += day.haircut
        largest = max(largest, day.largest)
        profit += day.profit
        closedProfit += day.closedProfit
    }
}
