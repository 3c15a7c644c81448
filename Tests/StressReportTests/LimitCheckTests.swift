import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

@Suite struct LimitCheckTests {
    /// 6 of 200 entries below zero in 40 windows, shortfalls from 0.1 to 0.5.
    private func estimate(
        _ negative: Int = 6, status: CellStatus = .ok, hasInterval: Bool = true
    ) -> CellEstimate {
        let share = Double(negative) / 200
        let interval = FrequencyInterval(Interval(low: share / 2, high: share * 2), method: .wilsonDisjoint)
        let shortfall = ShortfallSummary(mean: 0.2, p50: 0.15, p90: 0.4, p99: 0.48, max: 0.5)
        var windows = WindowCounts()
        (windows.entries, windows.excluded, windows.liquidated, windows.unprotected) = (200, 3, 50, 40)
        return CellEstimate(
            windows: windows, effectiveEntries: 40,
            exit: ExitEstimate(
                negative: Double(negative), frequency: share,
                interval: hasInterval && status != .impossible ? interval : nil,
                shortfall: negative > 0 ? shortfall : nil, meanEquity: -0.125),
            worstExit: nil, medianTimeToLiquidation: .hours(5), status: status)
    }

    private func check(
        _ limit: StudyLimit, _ estimate: CellEstimate, earlier values: [Double] = [], started: String? = nil
    ) throws -> LimitCheck {
        var report = try makeReport(leverages: [20], horizons: [.days(7)], limits: [limit]) { _ in estimate }
        if let started { report.circumstances.started = UTCInstant(rfc3339: started)! }
        var earlier = EarlierValues()
        let cell = report.rows[0].cell.key
        earlier.add([cell: values], of: limit.measure)
        report.judgeLimits(earlier: earlier)
        return try #require(report.limits.first)
    }

    private func limit(
        _ form: StudyLimit.Form, _ measure: Measure = .negativeEquity,
        bound: StudyLimit.Bound = .value
    ) -> StudyLimit {
        StudyLimit(cells: CellSelector(side: .long), measure: measure, form: form, bound: bound)
    }

    /// The share is 0.03, its interval 0.015 to 0.06.
    @Test(arguments: [
        (StudyLimit.Form.max(0.03), StudyLimit.Bound.value, false), (.max(0.0299), .value, true),
        (.max(0.0299), .lower, false), (.max(0.0149), .lower, true), (.max(0.0599), .upper, true),
        (.max(0.06), .upper, false), (.min(0.03), .value, false), (.min(0.0301), .value, true),
        (.min(0.0301), .upper, false), (.min(0.0601), .upper, true), (.min(0.0151), .lower, true),
    ])
    func theChosenEndIsHeldAgainstTheLimit(form: StudyLimit.Form, bound: StudyLimit.Bound, isBreach: Bool) throws {
        let found = try check(limit(form, bound: bound), estimate())
        #expect(found.breached == isBreach && found.value == 0.03 && found.interval?.low == 0.015)
    }

    /// By where the limit lies to the interval from 0.015 to 0.06 around 0.03: which of three verdicts, and that no verdict depends on
    /// the rule for what is not shown.
    @Test(arguments: [
        (StudyLimit.Form.max(0.0149), StudyLimit.Bound.interval, LimitCheck.Outcome.breach),
        (.max(0.015), .interval, .notShown), (.max(0.0299), .interval, .notShown), (.max(0.0599), .interval, .notShown),
        (.max(0.06), .interval, .met), (.min(0.0601), .interval, .breach), (.min(0.06), .interval, .notShown),
        (.min(0.0151), .interval, .notShown), (.min(0.015), .interval, .met),
        (.max(0.0299), .value, .breach), (.max(0.03), .value, .notShown), (.max(0.06), .value, .met),
        (.min(0.0301), .value, .breach), (.min(0.03), .value, .notShown), (.min(0.015), .value, .met),
        (.max(0.0149), .lower, .breach), (.max(0.015), .lower, .notShown), (.max(0.06), .lower, .met),
        (.max(0.0599), .upper, .breach), (.max(0.06), .upper, .met),
        (.min(0.0601), .upper, .breach), (.min(0.06), .upper, .notShown), (.min(0.0151), .lower, .breach),
    ])
    func aLimitHasThreeVerdicts(form: StudyLimit.Form, bound: StudyLimit.Bound, outcome: LimitCheck.Outcome) throws {
        for rule in StudyLimit.NotShownRule.allCases {
            var ruled = limit(form, bound: bound)
            ruled.notShown = rule
            let found = try check(ruled, estimate())
            #expect(found.outcome == outcome)
            let isUnshown = outcome == .notShown
            #expect(found.failsUnshown == (isUnshown && rule == .fail) && found.warns == (isUnshown && rule == .warn))
            #expect(!isUnshown || ruled.mayBeNotShown)
        }
    }

    /// An estimate without an interval has no end to be held, and is shown to be within nothing; what cannot happen needs none.
    @Test(arguments: [
        (StudyLimit.Form.max(0.06), StudyLimit.Bound.upper, LimitCheck.Outcome.noValue),
        (.max(0.06), .interval, .noValue),
        (.max(0.0001), .lower, .noValue), (.min(0.01), .lower, .noValue), (.min(0.9), .interval, .noValue),
        (.max(0.06), .value, .notShown), (.min(0.01), .value, .notShown), (.max(0.0299), .value, .breach),
    ])
    func withoutAnIntervalNothingIsShown(
        form: StudyLimit.Form, bound: StudyLimit.Bound, outcome: LimitCheck.Outcome
    ) throws {
        let bare = estimate(6, hasInterval: false)
        let found = try check(limit(form, bound: bound), bare)
        #expect(found.outcome == outcome && found.value == 0.03)
        let isUnjudged = outcome == .noValue
        #expect(found.figures.contains("without an interval") == (outcome != .breach), "\(found.figures)")
        #expect(found.absence == (isUnjudged ? .noInterval : nil) && found.isUnknown == isUnjudged)
        if outcome == .notShown { #expect(found.notShownWords.contains("(without an interval), not shown to be")) }
        let impossible = try check(limit(form, bound: bound), estimate(0, status: .impossible))
        #expect(impossible.outcome == (form.name == "max" ? .met : .breach) && impossible.absence == nil)
    }

    /// A limit on a behaviour is held against its figure and interval, with the same three verdicts; a cell in which it was not followed
    /// has no value.
    @Test(arguments: [
        (0.0149, LimitCheck.Outcome.breach), (0.0151, .notShown), (0.0599, .notShown), (0.06, .met),
    ])
    func aBehaviourHasThreeVerdicts(most: Double, outcome: LimitCheck.Outcome) throws {
        var limit = StudyLimit(
            cells: CellSelector(side: .long), measure: .negativeEquity, form: .max(most), bound: .interval)
        limit.behaviour = "stop at 5 %"
        var report = try makeBehaviourReport()
        report.study.limits = [limit]
        for place in report.behaviours.indices where report.behaviours[place].behaviour == "stop at 5 %" {
            report.behaviours[place].estimate.negativeShare = 0.03
            report.behaviours[place].estimate.negativeInterval = Interval(low: 0.015, high: 0.06)
        }
        let gone = report.rows.first { $0.cell.side == .long && $0.cell.leverage.value == 3 }?.cell
        report.behaviours.removeAll { $0.cell.key == gone?.key }
        report.judgeLimits()
        #expect(report.limits.count == 2)
        for check in report.limits {
            let isFollowed = check.cell?.key != gone?.key
            #expect(check.outcome == (isFollowed ? outcome : .noValue) && check.behaviourName == "stop at 5 %")
            #expect(check.absence == (isFollowed ? nil : .notFollowed) && check.isUnknown == !isFollowed)
            #expect(check.breachWords.contains("under «stop at 5 %»") || check.breachWords.contains("under \"stop"))
        }
    }

    /// `max_leverage.csv` has the rows of holding first, as without behaviours, then those of each behaviour.
    @Test func theHighestLeverageOfEachBehaviour() throws {
        var report = try makeBehaviourReport()
        report.study.statistics.maxFrequency = 0.05
        for place in report.behaviours.indices where report.behaviours[place].behaviour == "stop at 5 %" {
            let high = report.behaviours[place].cell.leverage.value == 3 ? 0.05 : 0.0501
            report.behaviours[place].estimate.negativeInterval = Interval(low: 0, high: high)
        }
        let columns = MaxLeverage.columns(of: report)
        var plain = report
        plain.behaviours = []
        let held = MaxLeverage.columns(of: plain)
        #expect(columns.count == 3 * held.count)
        #expect(columns.prefix(held.count).map(\.behaviour) == held.map { _ in "hodl" })
        for column in columns where column.behaviour == "stop at 5 %" {
            #expect(
                column.verdict == .broken && column.highest?.cell.leverage.value == 3 && column.highest?.high == 0.05)
            #expect(column.breaking?.cell.leverage.value == 20 && column.breaking?.high == 0.0501)
        }
        // Without an interval nothing is known of it.
        #expect(columns.filter { $0.behaviour.contains("FOMO") }.allSatisfy { $0.verdict == .unknown })
        let lines = report.maxLeverageTable.contents.split(separator: "\n")
        let before = plain.maxLeverageTable.contents.split(separator: "\n")
        #expect(Array(lines.prefix(before.count)) == before)
    }

    /// Zero seen has an interval, which may hold the limit; what cannot happen has none.
    @Test func zeroSeenIsNotShownBelowItsBound() throws {
        let seen = estimate(0, status: .zeroSeen)
        #expect(try check(limit(.max(0.01)), seen).outcome == .met, "its interval is from 0 to 0")
        var report = try makeReport(
            leverages: [20], horizons: [.days(7)], limits: [limit(.max(1e-6), bound: .interval)]
        ) { _ in makeEstimate(negative: 0) }
        #expect(report.limits[0].outcome == .notShown && report.status == .ok && !report.subject.contains("not shown"))
        report.study.limits[0].notShown = .fail
        report.judgeLimits()
        #expect(report.status == .limitBreached && report.subject.hasPrefix("[not shown] LTCUSDT long 20"))
        #expect(report.summaryText.contents.contains("1 not shown\n  NOT SHOWN  LTCUSDT long 20"))
        #expect(report.limitsTable.contents.contains("not_shown,max,interval,fraction,"))
        #expect(report.terminalTable().contains("NOT SHOWN"))
    }

    /// A year of nights needs more room than one: what 95 % call a breach is not shown where more looks than one are counted, and cells
    /// share the false alarms of their limit.
    @Test func aMonitoredLimitLooksEveryNight() throws {
        var limit = limit(.max(0.0149), bound: .interval)
        #expect(try check(limit, estimate()).outcome == .breach)
        limit.monitor = StudyLimit.Monitor("5% a year")
        let one = try check(limit, estimate())
        let monitored = try #require(one.monitored)
        #expect(one.outcome == .notShown && monitored.ends.low < 0.0149 && monitored.ends.high > 0.06)
        #expect(monitored.falseAlarm == 0.05 && monitored.standardErrors > 1.96 && one.interval?.low == 0.015)
        limit.form = .max(monitored.ends.low * 0.999)
        let breach = try check(limit, estimate())
        #expect(breach.outcome == .breach && breach.breachWords.contains("monitored lower end of below zero"))
        #expect(breach.breachWords.hasSuffix("false alarms 5% a year"), "\(breach.breachWords)")
        let many = try makeReport(leverages: [10, 20], horizons: [.days(7)], limits: [limit]) { _ in estimate() }
        #expect(many.limits.count == 2 && many.limits.allSatisfy { $0.monitored?.falseAlarm == 0.025 })
        #expect(many.limits.allSatisfy { $0.outcome == .notShown }, "two share the alarms of one")
        limit.form = .max(0.06)
        #expect(try check(limit, estimate()).outcome == .met, "the night's own interval is within")
        let impossible = try check(limit, estimate(0, status: .impossible))
        #expect(impossible.outcome == .met && impossible.monitored == nil)
        #expect(limit.words == "interval of below zero ≤ 6\u{202F}%, false alarms 5% a year")
    }

    /// A window that moves along forgets: its looks need more room, and a note says so. One that begins where it did is left alone.
    @Test func aRollingHistoryIsSaidAndJudgedAsOne() throws {
        var limit = limit(.max(0.0149))
        limit.monitor = StudyLimit.Monitor("5% a year")
        var report = try makeReport(leverages: [20], horizons: [.days(7)], limits: [limit]) { _ in estimate() }
        let (asset, before) = (report.assets[0].asset, report.assets[0].findings.count)
        func judged(_ moved: TimeSpan) throws -> MonitoredInterval {
            var earlier = EarlierValues()
            earlier.beginnings = [
                asset: UTCInstant(milliseconds: report.assets[0].first.milliseconds - moved.milliseconds)
            ]
            report.addRolling(since: earlier)
            report.judgeLimits(earlier: earlier)
            return try #require(report.limits[0].monitored)
        }
        let grown = try judged(.hours(23))
        #expect(report.assets[0].findings.count == before)
        let rolled = try judged(.days(3))
        let length = report.assets[0].last + report.assets[0].barLength - report.assets[0].first
        let wanted = MonitoredBoundary(
            falseAlarm: 0.05, days: length.inHours / 24, firstDays: 7, rolls: true)
        #expect(rolled.standardErrors == wanted.standardErrors && rolled.standardErrors >= grown.standardErrors)
        let note = try #require(report.assets[0].findings.first { $0.check == "rolling_history" })
        #expect(note.severity == .note && note.count == 3 && note.message.contains("a window that moves along"))
        var plain = try makeReport(leverages: [20], horizons: [.days(7)]) { _ in estimate() }
        var earlier = EarlierValues()
        earlier.beginnings = [asset: UTCInstant(milliseconds: 0)]
        plain.addRolling(since: earlier)
        #expect(!plain.assets[0].findings.contains { $0.check == "rolling_history" }, "nothing is monitored")
    }

    @Test func whatCannotHappenNeedsNoInterval() throws {
        let found = try check(limit(.max(0), bound: .upper), estimate(0, status: .impossible))
        #expect(found.outcome == .met && found.interval == nil)
    }

    /// The median of 1, 2, 3, 4 and 100 hundredths is 3: one odd night moves it by nothing.
    @Test func driftIsTheDistanceFromTheMedian() throws {
        func drift(_ change: StudyLimit.Drift.Change, _ values: [Double], runs: Int = 5) throws -> LimitCheck {
            try check(limit(.drift(StudyLimit.Drift(runs: runs, change: change))), estimate(), earlier: values)
        }
        let odd = try drift(.absolute(0.001), [1, 0.02, 0.03, 0.04, 0.01])
        #expect(odd.outcome == .met && odd.baseline == 0.03 && odd.earlierRuns == 5 && odd.threshold == 0.001)
        #expect(try drift(.absolute(0.009), [0.02, 0.02, 0.02]).breached, "upwards")
        #expect(try drift(.absolute(0.009), [0.04, 0.04, 0.04]).breached, "downwards")
        #expect(try drift(.absolute(0.011), [0.02, 0.02, 0.02]).outcome == .met)
        #expect(try drift(.absolute(0), [0.03, 0.03, 0.03, 0.03]).baseline == 0.03)
        // Half of the interval is 0.0225.
        #expect(try drift(.halfWidths(1), [0.05, 0.05, 0.05]).outcome == .met)
        #expect(try drift(.halfWidths(0.5), [0.05, 0.05, 0.05]).breached)
        let few = try drift(.absolute(0), [9, 9])
        #expect(few.outcome == .noHistory && few.baseline == nil && few.earlierRuns == 2)
        let last = try drift(.absolute(0), [0.03, 0.03, 0.03, 9, 9, 9], runs: 3)
        #expect(last.outcome == .met, "only the last three count")
        let even = try drift(.absolute(1), [0.01, 0.02, 0.04, 0.09])
        #expect(even.baseline == 0.03)
    }

    /// Bars are old from their close on. The last one of the fixture opens at 2025-12-31T23:00Z and is an hour long.
    @Test(arguments: [
        ("2026-01-01T00:00:00Z", 0.0, false), ("2026-01-02T12:00:00Z", 36.0, false),
        ("2026-01-02T12:00:00.001Z", 36.0, true), ("2025-12-31T23:30:00Z", -0.5, false),
    ])
    func freshnessIsCountedFromTheClose(started: String, hours: Double, isBreach: Bool) throws {
        let limit = StudyLimit(cells: CellSelector(), measure: .newestBarAge, form: .max(36))
        let found = try check(limit, estimate(), started: started)
        #expect(found.breached == isBreach && found.cell == nil && found.asset == "LTCUSDT")
        #expect(abs((found.value ?? .nan) - hours) < 1e-5)
    }

    @Test func everyMeasureHasItsValue() throws {
        let wanted: [Measure: Double] = [
            .negativeEquity: 0.03, .liquidated: 0.25, .unprotected: 0.2, .meanShortfall: 0.2, .medianShortfall: 0.15,
            .p90Shortfall: 0.4, .p99Shortfall: 0.48, .largestShortfall: 0.5, .meanEquity: -0.125,
            .medianTimeToLiquidation: 5, .entries: 200, .excluded: 3, .rejected: 0, .liquidatedCount: 50,
            .negativeCount: 6, .unprotectedCount: 40, .effectiveEntries: 40, .disjointWindows: 40,
            .cut: 0, .cutLiquidated: 0, .cutNegative: 0,
        ]
        for measure in Measure.allCases {
            #expect(estimate().knownValue(measure) == wanted[measure], "\(measure)")
        }
        let nothing = CellEstimate(
            windows: WindowCounts(), effectiveEntries: 0,
            exit: ExitEstimate(negative: 0, frequency: nil, interval: nil, shortfall: nil, meanEquity: nil),
            worstExit: nil, medianTimeToLiquidation: nil, status: .noData)
        let measured = Measure.allCases.filter { nothing.knownValue($0) != nil }
        #expect(measured.isEmpty, "a failed job breaches nothing")
        #expect(estimate(0).knownValue(.largestShortfall) == 0, "nothing below zero is a shortfall of nothing")
    }

    /// The columns that a limit may be set on are those of the table.
    @Test func measuresAreColumnsOfResults() throws {
        let report = try makeReport { _ in estimate() }
        let columns = Set(report.resultsTable.dictionary.map { $0[0] })
        for measure in Measure.allCases where !measure.isOfHistory && measure.ledgerFigure == nil {
            #expect(columns.contains(measure.rawValue), "\(measure.rawValue)")
        }
    }

    /// Nothing is known, which is neither met nor breached.
    @Test func aLimitWithoutAValueMakesTheRunPartial() throws {
        func report(_ limits: [StudyLimit], _ estimate: @escaping (StudyCell) -> CellEstimate) throws -> RunReport {
            var report = try makeReport(leverages: [20, 50], horizons: [.days(7)], limits: limits, estimate: estimate)
            report.judgeLimits()
            return report
        }
        func empty(_ status: CellStatus) -> CellEstimate {
            var windows = WindowCounts()
            if status == .rejected { windows.rejected = 200 } else { windows.excluded = 200 }
            return CellEstimate(
                windows: windows, effectiveEntries: 0,
                exit: ExitEstimate(negative: 0, frequency: nil, interval: nil, shortfall: nil, meanEquity: nil),
                worstExit: nil, medianTimeToLiquidation: nil, status: status)
        }
        let plain = limit(.max(0.9))
        let unknown = try report([plain]) { _ in empty(.noData) }
        #expect(unknown.status == .partial && unknown.isHeadlineUnknown && unknown.unknownLimits.count == 2)
        #expect(unknown.subject.hasPrefix("[no data] the headline "), "\(unknown.subject)")
        #expect(unknown.summaryText.contents.contains("2 without a value"))
        let half = try report([plain]) { $0.leverage.value == 50 ? empty(.noData) : estimate() }
        #expect(half.unknownLimits.count == 1, "one cell of two is not known")
        var ignoring = plain
        ignoring.onNoValue = .ignore
        #expect(try report([ignoring]) { $0.leverage.value == 50 ? empty(.noData) : estimate() }.status == .ok)
        let refused = try report([plain]) { $0.leverage.value == 50 ? empty(.rejected) : estimate() }
        #expect(refused.status == .ok, "that the platform opens no such position is known")
        let idle = try report([plain]) { _ in empty(.rejected) }
        #expect(idle.status == .partial && !idle.isHeadlineUnknown, "but a limit on nothing else guards nothing")
    }

    @Test func aHistoryHasItsFewestBars() throws {
        let short = StudyLimit(cells: CellSelector(), measure: .historyBars, form: .min(1e6))
        let bars = try makeReport { _ in estimate() }.assets[0].bars
        let found = try check(short, estimate())
        #expect(found.breached && found.cell == nil && found.value == Double(bars))
        #expect(short.words.hasPrefix("at least 1") && short.words.hasSuffix("000 bars"))
    }

    @Test func aShorterHistoryIsAFinding() throws {
        var report = try makeReport { _ in estimate() }
        let asset = report.assets[0]
        func job(_ bars: Int) -> StoredJob {
            StoredJob(
                asset: asset.asset, first: asset.first, last: asset.last, bars: bars, barLength: asset.barLength)
        }
        let before = asset.findings.count
        report.addShrinkage(since: [job(asset.bars)])
        #expect(report.assets[0].findings.count == before)
        report.addShrinkage(since: [job(asset.bars + 7)])
        let found = report.assets[0].findings.first { $0.check == "shorter_history" }
        #expect(found?.severity == .warning && found?.count == 7)
    }

    @Test func theTableSaysItAll() throws {
        let limits = [
            limit(.max(0.02), bound: .lower), limit(.min(-0.1), .meanEquity),
            StudyLimit(cells: CellSelector(), measure: .newestBarAge, form: .max(36)),
            limit(.drift(StudyLimit.Drift(runs: 5, change: .absolute(0.1)))),
        ]
        let report = try makeReport(leverages: [20], horizons: [.days(7)], limits: limits) { _ in estimate() }
        let lines = report.limitsTable.contents.split(separator: "\n").map(String.init)
        #expect(
            lines[0].hasSuffix(
                "platform,measure,limit_max_frac,value_frac,status,form,bound,unit,limit,value,low,high,baseline,earlier_runs_count,not_shown,monitored_low,monitored_high,false_alarm_frac,together_low,together_high,together_status,behaviour"
            ))
        #expect(
            lines[1].hasSuffix(
                "negative_equity_frac,0.02,0.03,not_shown,max,lower,fraction,0.02,0.03,0.015,0.06,,,warn,,,,,,,hodl"))
        #expect(
            lines[2].hasSuffix("equity_mean_margin_frac,,-0.125,breach,min,value,of margin,-0.1,-0.125,,,,,,,,,,,,hodl")
        )
        #expect(lines[3].contains(",LTCUSDT,,,,,,newest_bar_age_h,,,breach,max,value,h,36.0,"))
        #expect(lines[4].hasSuffix("no_history,drift,value,fraction,0.1,0.03,0.015,0.06,,0,,,,,,,,hodl"))
        let summary = report.summary(files: []).contents
        #expect(summary.contains("\"status\": \"no_history\"") && summary.contains("\"form\": \"min\""))
    }

    @Test func limitsAreWords() {
        #expect(limit(.max(0.05)).words == "below zero ≤ 5\u{202F}%")
        #expect(limit(.max(0.05), bound: .interval).words == "interval of below zero ≤ 5\u{202F}%")
        #expect(limit(.max(0.05), bound: .lower).words == "lower end of below zero ≤ 5\u{202F}%")
        #expect(limit(.min(-0.1), .meanEquity).words == "mean final equity of margin ≥ -10\u{202F}%")
        #expect(
            StudyLimit(cells: CellSelector(), measure: .newestBarAge, form: .max(36)).words
                == "newest bar at most 36\u{00A0}h old")
        #expect(
            limit(.drift(StudyLimit.Drift(runs: 20, change: .absolute(0.01)))).words
                .hasPrefix("below zero within 1\u{202F}% of the median of the last 20"))
    }
}
