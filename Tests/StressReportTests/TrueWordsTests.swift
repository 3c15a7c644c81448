import MarginModel
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

/// Sentences that hold of the figures beside them, each where another was once written.
@Suite("True words") struct TrueWordsTests {
    @Test("A leverage whose interval alone reaches above is not called above")
    func maxLeverage() throws {
        let cells = try makeReport(leverages: [1, 5]) { _ in makeEstimate() }.rows.map(\.cell)
        func words(_ levels: (share: Double, high: Double)...) -> String? {
            let judged = zip(cells.filter { $0.side == .long && $0.horizon == .days(7) }, levels).map { cell, level in
                JudgedLeverage(
                    cell: cell, share: level.share, high: level.high, verdict: level.high <= 0.01 ? .met : .broken,
                    reason: .noInterval)
            }
            return MaxLeverage(judged).map { plainText($0.words(most: 0.01)) }
        }
        #expect(
            words((0, 0.019), (0.3, 0.4))
                == "No leverage of the grid is shown to stay at or below 1.0 %; 1× has 0 %, but its interval reaches 1.9 %."
        )
        #expect(
            words((0.03, 0.05), (0.3, 0.4))
                == "No leverage of the grid is shown to stay at or below 1.0 %; 1× is the lowest leverage that is above."
        )
        #expect(
            words((0, 0.009), (0.004, 0.012))
                == "Up to 1× the interval’s upper end is at or below 1.0 %; 5× has 0.4 %, but its interval reaches 1.2 %."
        )
    }

    @Test("Where a stop is filled sooner than a liquidation, what is said of it names both delays")
    func stops() throws {
        var report = try makeBehaviourReport()
        let stop = try #require(report.behaviours.first { $0.behaviour == "stop at 5 %" })
        let other = try #require(report.behaviours.first { !$0.isHodl && $0.behaviour != "stop at 5 %" })
        #expect(report.stopWords(stop) == nil, "nobody knows what it is")
        var rules = Behaviour(name: "stop at 5 %")
        rules.stopLoss = 0.05
        report.study.behaviours = [rules]
        let words = "its stop filled 1 second after it is hit, liquidations 30 seconds after"
        #expect(report.stopWords(stop).map(plainText) == words && report.stopWords(other) == nil)
        #expect(report.stopWords([other]) == nil)
        let page = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(
            plainText(page).contains("Stops are filled 1 second after they are hit, liquidations 30 seconds after."))
        let answer = try #require(report.answers.first { $0.question == .protection }).sentence.sentence
        #expect(answer.contains("«stop at 5 %»") == answer.contains(words), "\(answer)")
        let fees = try Fees(open: 0.0005, close: 0.0005, liquidation: 0)
        report.study.platforms[0].rules = PlatformRules(
            fees: fees, slippage: try Slippage(base: 0), tiers: try MaintenanceTiers(flatRate: 0.005),
            liquidation: try LiquidationRules(fill: .worst))
        #expect(report.stopWords(stop) == nil, "no delay decides")
    }

    @Test("The largest shortfall by a law is what the law leaves possible")
    func possibleShortfall() throws {
        func page(_ report: RunReport) throws -> String {
            plainText(try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents)
        }
        let (late, certain) = (try page(makeLateReport()), try page(makeReport { _ in makeEstimate() }))
        #expect(late.contains("Worst possible shortfall") && late.contains("; the largest possible is "))
        #expect(!late.contains("Worst shortfall") && !late.contains("; the largest is "))
        #expect(certain.contains("Worst shortfall") && certain.contains("; the largest is "))
    }

    @Test("What moves the headline most is what is farthest from it in points, bounds apart")
    func sensitivity() throws {
        func row(_ assumption: String, _ value: String, _ share: Double) -> SensitivityRow {
            SensitivityRow(
                assumption: assumption, value: value, counts: EntryCounts(entries: 100, negative: 4), frequency: share,
                interval: FrequencyInterval(Interval(low: share / 2, high: share + 0.01), method: .clusteredBeta))
        }
        let own = row("none", "", 0.042)
        let all = [own, row("fill", "best", 0), row("fill", "gap", 0.0007), row("fill", "worst", 0.48)]
        func title(_ rows: [SensitivityRow]) throws -> String { plainText(try #require(SensitivityChart(rows)).title) }
        let reach = "filled at the trigger 0 %, at each bar’s worst price 48 %"
        #expect(try title(all) == "Fill gap moves it most: 0.07 % instead of 4.2 %; \(reach)")
        #expect(
            try title(all + [row("fees", "×2", 0.2)])
                == "Fees ×2 moves it most: 20 % instead of 4.2 %; \(reach)")
        #expect(try title([own, all[1], all[3]]) == "Only the fill moves it: \(reach), instead of 4.2 %")
        #expect(try title([own, all[2]]) == "Fill gap moves it most: 0.07 % instead of 4.2 %")
        #expect(try title([own, row("max_gap", "off", 0.042)]) == "No change moves the headline")
    }

    @Test("A hazard that was not given is not told as none")
    func lostKeys() throws {
        var report = try makeFuturesReport()
        report.study.custody?.keys = 0
        report.sides?.custody?.coldProbability = 0
        let answer = report.answers[6].sentence.sentence
        #expect(
            answer.contains(
                "the platform is lost within 5 years with a probability of 8.5 %, 6.5 % of the capital on average; lost keys "
                    + "were given no chance"), "\(answer)")
        let index = plainText(try #require(report.files().first { $0.path == "index.html" }).contents)
        #expect(
            index.contains("Lost keys were given no chance") && !index.contains("the platform or the keys are lost"))
        #expect(!index.contains("Were that part held with keys"))
    }

    @Test("Where nobody owes, platforms are told apart by what others paid")
    func nobodyOwes() throws {
        let kind = makeLedgerResult("kind", groups: [makeGroup(owing: 0, owed: 0)])
        let harsh = makeLedgerResult("harsh", groups: [makeGroup(shortfalls: 13_000, owing: 0, fund: 9000, owed: 0)])
        let report = try makeLedgerReport([harsh, kind])
        let title = plainText(LedgerResults(platforms: [harsh, kind], differences: [], assets: []).title)
        #expect(
            title
                == "The same traders and prices: clients owe nothing on either platform; others paid for the 0.3 % closed below zero on kind "
                + "(4.5 % of margin) and the 13 % on harsh (46 % of margin)")
        #expect(report.answers.contains { $0.sentence.sentence.contains("the 13 % on harsh") })
    }

    @Test("What is said of all limits together names those that are in it")
    func together() throws {
        let own = StudyLimit(
            cells: CellSelector(side: .long), measure: .negativeEquity, form: .max(0.1), bound: .interval)
        let bars = StudyLimit(cells: CellSelector(), measure: .historyBars, form: .min(10))
        var report = try makeReport(leverages: [10, 20], horizons: [.days(7)], limits: [own, bars]) { _ in
            makeEstimate()
        }
        report.judgeLimits()
        for place in report.limits.indices { report.limits[place].together = report.limits[place].interval }
        let words = try #require(report.togetherText)
        #expect(words.hasPrefix("All 2 cells of ") && words.contains("long: interval of below zero ≤ 10 %"), "\(words)")
        #expect(!words.contains("bars"))
        let definition = LimitsSection(report, pages: []).section
        #expect(plainText(definition.definition).contains("the value, or what bound names, lies beyond it"))
    }
}
