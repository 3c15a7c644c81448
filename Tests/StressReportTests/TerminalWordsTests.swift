import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import Testing

@testable import StressReport

/// What a terminal and a mail say of limits, of many leverages and histories, and of short ones.
@Suite struct TerminalWordsTests {
    private func check(
        _ form: StudyLimit.Form, _ measure: Measure = .negativeEquity, bound: StudyLimit.Bound = .value,
        value: Double?, interval: (Double, Double)? = nil, baseline: Double? = nil, runs: Int = 0, threshold: Double?,
        outcome: LimitCheck.Outcome = .breach, contract: ContractKind = .linear
    ) -> LimitCheck {
        let cell = StudyCell(
            index: 0,
            key: CellKey(
                asset: "BTC-USD", contract: contract, side: .long, leverage: Leverage(100)!, horizon: .days(7),
                platform: "okx"))
        return LimitCheck(
            limit: StudyLimit(cells: CellSelector(), measure: measure, form: form, bound: bound), asset: "BTC-USD",
            cell: cell, value: value, interval: interval.map { Interval(low: $0.0, high: $0.1) }, baseline: baseline,
            earlierRuns: runs,
            threshold: threshold, outcome: outcome)
    }

    @Test func aBreachNamesPlatformMeasureFormAndUnit() {
        let place = "BTC-USD long 100× 7 d on okx: "
        #expect(
            check(.max(0.08), value: 0.1193, threshold: 0.08).breachWords == place
                + "below zero 11.93 % of entries > 8 %")
        #expect(
            check(.max(0.08), bound: .lower, value: 0.1193, interval: (0.096, 0.15), threshold: 0.08).breachWords
                == place + "lower end of below zero 9.6 % of entries > 8 %, value 11.93 %")
        #expect(
            check(.min(0.2), .liquidated, bound: .upper, value: 0.1, interval: (0.05, 0.15), threshold: 0.2).breachWords
                == place + "upper end of liquidated 15 % of entries < 20 %, value 10 %")
        let drift = StudyLimit.Form.drift(StudyLimit.Drift(runs: 20, change: .absolute(0.02)))
        #expect(
            check(drift, value: 0.12, baseline: 0.08, runs: 20, threshold: 0.02).breachWords == place
                + "below zero 12 % of entries, 4 points from 8 %, the median of 20 runs; limit 2 points")
        #expect(
            check(.max(24), .medianTimeToLiquidation, value: 36, threshold: 24, contract: .inverse).breachWords
                == "BTC-USD long inverse 100× 7 d on okx: median time to liquidation 36 h > 24 h")
        #expect(
            check(.min(10_000), .entries, value: 376, threshold: 10_000).breachWords == place
                + "entries held 376 < 10 000")
        #expect(
            check(.max(0.08), value: 0.08000001, threshold: 0.08).breachWords == place
                + "below zero 8 % of entries (0.08000001) > 8 %")
    }

    @Test func theLimitColumnNamesMeasureFormAndUnit() {
        func words(_ check: LimitCheck) -> String { plainText("\(check.columnSubject) \(check.columnWords)") }
        #expect(words(check(.max(0.08), value: 0.1, threshold: 0.08)) == "below zero <= 8 % BREACH")
        #expect(
            words(check(.min(3), .disjointWindows, value: 5, threshold: 3, outcome: .met)) == "disjoint windows >= 3 ok"
        )
        let drift = StudyLimit.Form.drift(StudyLimit.Drift(runs: 20, change: .absolute(0.02)))
        #expect(
            words(check(drift, value: 0.1, threshold: 0.02, outcome: .noHistory)) == "drift of below zero <= 2 points ?"
        )
        #expect(
            words(check(.max(0.08), bound: .lower, value: 0.1, threshold: 0.08, outcome: .met))
                == "lower end of below zero <= 8 % ok")
    }

    @Test func severalLimitsOfACellAreCounted() throws {
        func table(_ limits: [StudyLimit]) throws -> String {
            try makeReport(limits: limits) { _ in makeEstimate() }.terminalTable()
        }
        let cells = CellSelector(leverage: Leverage(20))
        let same = [0.5, 0.02, 0.6].map { StudyLimit(cells: cells, measure: .negativeEquity, form: .max($0)) }
        let one = try table(same)
        #expect(one.contains("limit: below zero") && one.contains("   <= 2 % BREACH (+2)"), "\(one)")
        #expect(!one.contains("none seen"), "a limit is no bound of a rate: \(one)")
        let other = StudyLimit(
            cells: CellSelector(leverage: Leverage(5)), measure: .liquidated, form: .max(0.9), bound: .lower)
        let two = try table(same + [other])
        #expect(two.contains("   below zero <= 2 % BREACH (+2)"), "\(two)")
        #expect(two.contains("   lower end of liquidated <= 90 % ok"), "\(two)")
    }

    @Test func aHundredLeveragesShowADozen() throws {
        let limit = StudyLimit(cells: CellSelector(leverage: Leverage(3)), measure: .negativeEquity, form: .max(0.001))
        let report = try makeReport(leverages: (1...125).map(Double.init), limits: [limit]) { _ in makeEstimate() }
        let lines = report.terminalTable().split(separator: "\n")
        let rows = lines.filter { $0.contains("× ") }
        #expect(rows.count == 12 && rows.first?.contains(" 1× ") == true && rows.last?.contains("125× ") == true)
        #expect(rows.contains { $0.contains(" 20× ") }, "the headline's")
        #expect(
            lines.contains {
                $0.contains("Shown: 12 of 125 leverages; all are in results.csv; 1 of the others breaches")
            })
        #expect(report.isLongOnTerminal && report.assetLines().isEmpty)
        #expect(try !makeReport { _ in makeEstimate() }.isLongOnTerminal)
    }

    @Test func everyHistoryHasALineTheWorstFirst() throws {
        let negative = ["A": 0, "B": 700, "C": 9000, "D": 0, "E": 0]
        var report = try makeReport(assets: ["A", "B", "C", "D", "E"]) { cell in
            if cell.asset == "E" { return makeEstimate(entries: 0, negative: 0, unprotected: 0, liquidated: 0) }
            let isWorst = cell.leverage.value == 100 && cell.side == .short && cell.horizon == .days(7)
            return makeEstimate(
                negative: isWorst ? negative[cell.asset] ?? 0 : 0, liquidated: cell.asset == "D" && isWorst ? 60_000 : 9
            )
        }
        report.failures = [JobFailure(asset: "E", stage: .reading, reason: .noInput, message: "gone", exitCode: 66)]
        let lines = report.assetLines().split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.dropFirst(2).map { $0.prefix(1) } == ["C", "B", "D", "A", "E"], "\(lines)")
        #expect(lines[2].hasPrefix("C 15 % ") && lines[2].hasSuffix("short 100× 7 d on typical"), "\(lines[2])")
        #expect(lines[4].hasPrefix("D 0 % <=") && lines[4].hasSuffix("short 100× 7 d on typical"))
        #expect(lines[6] == "E no data no result")
    }

    @Test func theLegendExplainsWhatStandsThereAndNothingElse() throws {
        let report = try TableTests.smallReport()
        let table = report.terminalTable()
        for words in [
            "n/a: cannot happen", "<=: none seen",
            "worst fill: below zero, liquidations filled at each bar's worst price",
            "n_eff: independent trials", "zero_seen: never below zero", "no_data: no entry has a whole window",
            "impossible: the contract",
        ] { #expect(table.contains(words), "\(words): \(table)") }
        #expect(!table.contains("few_windows:") && !table.contains("too few:") && !table.contains("best fill:"))
        // Columns that a narrow terminal leaves out need no words.
        let narrow = report.terminalTable(TerminalStyle(width: 60))
        #expect(!narrow.contains("n_eff") && !narrow.contains("zero_seen") && narrow.contains("n/a: cannot happen"))
        #expect(narrow.split(separator: "\n").allSatisfy { $0.count <= 60 }, "\(narrow)")
        let few = try makeReport { _ in makeEstimate(windows: 12) }.terminalTable()
        #expect(few.contains("few_windows: fewer than 30 independent windows, indicative only"), "\(few)")
    }

    @Test func theMailExplainsItsStatuses() throws {
        let body = try makeReport { _ in makeEstimate(negative: 0, windows: 12) }.mailBody
        #expect(body.contains("few_windows: fewer than 30 independent windows"))
        #expect(try !makeReport { _ in makeEstimate() }.mailBody.contains("zero_seen"))
        let none = try makeReport { _ in
            makeEstimate(entries: 0, negative: 0, unprotected: 0, liquidated: 0)
        }.mailBody
        #expect(none.contains("no data") && !none.contains("n/a"))
    }

    @Test(
        arguments: [
            (
                TimeSpan.hours(49), TimeSpan.days(7), [TimeSpan](),
                "49 hours long, and none of the study’s holding times fits"
            ),
            (.hours(49), .days(7), [.hours(4)], "49 hours long, and of the study’s holding times 4 hours fits"),
            (
                .days(16), .days(30), [.hours(4), .days(1)],
                "16 days long, and of the study’s holding times 4 hours and 1 day fit"
            ),
            (.days(16), .days(7), [.days(1)], "16 days long, with gaps that no window may span, and of the study’s"),
            (.days(16), .days(30), (1...9).map(TimeSpan.days), "5 days, 6 days and 3 more fit"),
        ])
    func aShortHistorySaysWhatFits(length: TimeSpan, wanted: TimeSpan, fitting: [TimeSpan], words: String) {
        #expect(plainText(HistoryFit(length: length, wanted: wanted, fitting: fitting).words).contains(words))
    }

    /// Entries are at closes: what the first bar takes is in no window, and is no gap.
    @Test(arguments: [
        (1, TimeSpan.days(1), TimeSpan.days(1), "is a single bar, after whose close nothing is known, and none"),
        (1, .hours(1), .days(1), "is a single bar, after whose close nothing is known, and none"),
        (7, .days(1), .days(7), "is 7 days long, the first bar included, which is in no window, and none"),
        (7, .days(1), .days(6), "is 7 days long, with gaps that no window may span, and none"),
        (7, .days(1), .days(8), "is 7 days long, and none"),
    ])
    func theFirstBarIsNoGap(bars: Int64, length: TimeSpan, wanted: TimeSpan, words: String) throws {
        var report = try makeReport(horizons: [wanted]) { _ in
            makeEstimate(entries: 0, excluded: 7, negative: 0, unprotected: 0, liquidated: 0)
        }
        (report.assets[0].bars, report.assets[0].barLength) = (Int(bars), length)
        report.assets[0].last =
            report.assets[0].first + TimeSpan(milliseconds: (bars - 1) * length.milliseconds)
        let fit = try #require(report.historyFit(of: report.rows[0].cell))
        #expect(plainText(fit.words) == "the history \(words) of the study’s holding times fits")
    }

    @Test func aHeadlineWithoutDataSaysHowLongTheHistoryIs() throws {
        let limit = StudyLimit(
            cells: CellSelector(side: .long, leverage: Leverage(20), horizon: .days(7)), measure: .negativeEquity,
            form: .max(0.5))
        let report = try makeReport(limits: [limit]) { cell in
            cell.horizon == .days(7)
                ? makeEstimate(entries: 0, excluded: 49, negative: 0, unprotected: 0, liquidated: 0) : makeEstimate()
        }
        let fit =
            "the history is 2557 days long, with gaps that no window may span, and of the study’s holding times 1 day fits"
        var sevenDays = report
        sevenDays.study.headline.horizon = .days(7)
        #expect(
            sevenDays.headlineText.hasSuffix(
                "has no result: no entry has a whole window in the data (49 entries excluded); \(fit)."),
            "\(sevenDays.headlineText)")
        #expect(sevenDays.headlineAbsenceWords?.hasSuffix("no entry has a whole window; \(fit)") == true)
        #expect(report.limits.first.map(report.absenceWords)?.hasSuffix("no entry has a whole window; \(fit)") == true)
    }
}
