import Foundation
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import StressReport

@Suite("Who pays") struct WhoPaysTests {
    private func title(_ platforms: LedgerResult...) -> String {
        plainText(LedgerResults(platforms: platforms, differences: [], assets: []).title)
    }

    @Test("Titles name the kindest and the harshest platform")
    func titles() {
        let kind = makeLedgerResult("kind", groups: [makeGroup(owing: 0, owed: 0)])
        let quiet = makeLedgerResult(groups: [makeQuietGroup()])
        #expect(title(kind) == "Clients owe nothing: the fund paid 67 %, deleveraged winners gave 33 %")
        #expect(title(makeLedgerResult()) == "Clients owe 10 % of what was missing, 0.5 % of margin")
        #expect(title(quiet) == "No position was closed below zero, so nobody had anything to pay")
        #expect(
            title(makeLender(), kind, makeLedgerResult())
                == "The same traders and prices: kind’s clients owe nothing, lender’s clients owe 3.1 % of margin"
        )
        let paid = "the 0.3 % on kind (4.5 % of margin)"
        #expect(
            title(kind, kind)
                == "The same traders and prices: clients owe nothing on either platform; others paid for the 0.3 % closed below zero on kind "
                + "(4.5 % of margin) and \(paid)")
        #expect(title(quiet, quiet).hasSuffix("on either platform, and no position was closed below zero"))
        #expect(title(kind, kind, quiet).contains("clients owe nothing on any of 3 platforms; others paid for the 0 %"))
        #expect(title() == "Nobody traded")
    }

    @Test("A story says every count once, and who paid")
    func stories() {
        let story = plainText(makeGroup(platform: 1000, owed: 100).story(confidence: 0.95, horizon: .days(7)))
        #expect(
            story
                == "Of 100 000 positions 3260 would have been below zero at some bar, had nobody liquidated; 306 were "
                + "closed below zero (0.3 %, 95 % CI 0.1–0.9 %), 2000 quote short in all. The fund paid 30 %, deleveraged winners "
                + "gave 15 %, the platform bore 50 %; clients owe 0.5 % of margin, 100 quote in all.")
        let quiet = plainText(makeQuietGroup().story(confidence: 0.95, horizon: .days(7)))
        #expect(quiet.hasSuffix("had nobody liquidated; 0 were closed below zero."))
    }

    @Test("Where nobody opened a position no sentence calls that good, and the reason is said")
    func nobody() throws {
        let rejected = makeEmptyGroup(rejected: 478), idle = makeEmptyGroup(rejected: 0)
        #expect(
            plainText(rejected.story(confidence: 0.95, horizon: .days(2)))
                == "No position was opened: the platform rejects all of them, whose margin would not exceed the requirement "
                + "or whose leverage is above what it allows at their size.")
        #expect(
            plainText(idle.story(confidence: 0.95, horizon: .minutes(30)))
                == "No position was opened: no bar with a price above zero is followed by another within the 30 minutes for which it would be held."
        )
        let empty = makeLedgerResult("empty", groups: [idle])
        let kind = makeLedgerResult("kind", groups: [makeGroup(owing: 0, owed: 0)])
        #expect(title(empty) == "No position was opened")
        #expect(title(empty, empty) == "No position was opened on any platform")
        #expect(
            title(empty, kind)
                == "Only kind opens positions. Clients owe nothing: the fund paid 67 %, deleveraged winners gave 33 %")
        #expect(
            title(kind, empty, kind)
                == "The same traders and prices: clients owe nothing on either platform; others paid for the 0.3 % closed below zero on kind "
                + "(4.5 % of margin) and the 0.3 % on kind (4.5 % of margin); no position was opened on empty"
        )
        #expect(
            plainText(makeIdle(rejected: 0).fundTitle)
                == "The fund of typical has nobody to pay for: no position was opened")
        let report = try makeLedgerReport([makeIdle(rejected: 478)])
        let index = plainText(try #require(report.files().first { $0.path == "index.html" }).contents)
        #expect(index.contains("No position was opened: the platform rejects all of them"))
        for wrong in ["nobody had anything to pay", "has nothing to pay", "would have paid", "Of 0 positions"] {
            #expect(!index.contains(wrong), "\(wrong)")
        }
        let answer = try #require(report.answers.first { $0.question == .safeguards }).sentence.sentence
        #expect(
            answer.contains("no trader of its ledger opened a position, as the platform rejects all of them"),
            "\(answer)")
    }

    @Test("What a platform rejects of the open interest is said above the figures")
    func rejections() throws {
        var (all, high) = (makeGroup(), makeEmptyGroup(rejected: 478))
        (high.side, high.leverage) = (.short, Leverage(1000)!)
        (all.counts.rejected, all.amounts.rejected) = (478, StressReportTests.money(400_000))
        let result = makeLedgerResult(groups: [all, makeGroup(side: .long, leverage: 10), high])
        #expect(
            result.warnings.map(plainText) == [
                "50 % of the open interest was never opened: typical rejects 1000× short, whose margin would not exceed the requirement or "
                    + "whose leverage is above what it allows at their size. All figures are of the rest."
            ])
        #expect(result.findings.map(\.check) == ["ledger_not_opened"])
        #expect(try #require(result.findings.first).message.contains("rejects 50 % of the open interest"))
        let files = try makeLedgerReport([result]).files()
        let table = csvTable(try #require(files.first { $0.path == "safeguards.csv" }).contents)
        let rows = table.filter { $0["step"] == "ledger" }
        #expect(rows.map { $0["rejected_count"] } == ["478", "", "478"])
        #expect(rows.map { $0["rejected_notional_frac"] } == ["0.5", "", "1.0"])
        #expect(makeLedgerResult().findings.isEmpty, "documents that did not count them say nothing")
    }

    @Test("A fund behind the winners does not pay everything, and one with a floor is not empty when it cannot pay")
    func fundWords() throws {
        let early = makeLedgerResult(
            groups: [makeGroup(fund: 850, queue: 150, owed: 0)], days: makeDays(60, bad: [20]).map(paid))
        #expect(
            plainText(early.fundTitle)
                == "The fund of typical is never below 0 quote: winners were asked before it and gave 15 % of what was missing, it paid 85 %"
        )
        let alone = makeLedgerResult(
            groups: [makeGroup(fund: 850, queue: 0, owed: 0)], days: makeDays(60, bad: [20]).map(paid))
        #expect(plainText(alone.fundTitle) == "The fund of typical pays everything and is never below 0 quote")
        var floored = makeLedgerResult()
        floored.safeguards.fund.floor = 6000
        #expect(
            floored.warnings.map(plainText) == [
                "The fund of typical begins with 5000 quote, below its floor of 6000 quote: until more flows in, it pays nobody."
            ])
        #expect(floored.findings.map(\.check) == ["fund_below_floor"])
        func page(_ result: LedgerResult) throws -> String {
            plainText(try #require(makeLedgerReport([result]).files().first { $0.path == "index.html" }).contents)
        }
        let (with, without) = (try page(floored), try page(makeLedgerResult()))
        #expect(
            with.contains("Times with the fund of typical at its floor or below")
                && !with.contains("Times without money"))
        #expect(with.contains("to the next day that ended with more than its floor in it"))
        #expect(without.contains("Times without money in the fund of typical") && !without.contains("its floor"))
    }

    /// The same day, with nothing unpaid.
    private func paid(_ day: LedgerDayRecord) -> LedgerDayRecord {
        var day = day
        (day.unpaid, day.unpaidShortfalls) = (.zero, 0)
        return day
    }

    @Test("Amounts in a terminal have their unit in the head")
    func terminalHeads() throws {
        let report = try makeLedgerReport([makeLedgerResult()])
        let results = try #require(report.ledger)
        let style = TerminalStyle.plain
        let lines = ledgerText(results, study: report.study, style: style).split(separator: "\n")
        let head = try #require(lines.first { $0.contains("class") && $0.contains("entries") })
        let names = head.split(separator: "   ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        #expect(
            names == [
                "class", "entries", "below zero", "short, quote", "fund, quote", "queue, quote", "charged, quote",
                "platform, quote", "owed, quote", "owed of margin",
            ])
    }

    @Test("A breach names the platform and the money")
    func limits() {
        func words(_ measure: Measure, _ value: Double, most: Double, asset: String = "") -> String {
            LimitCheck(
                limit: StudyLimit(cells: CellSelector(), measure: measure, max: most), asset: asset, platform: "lender",
                value: value, earlierRuns: 0, threshold: most, outcome: .breach
            ).breachWords
        }
        #expect(
            words(.ledgerOwed, 61_076.2, most: 1) == "everybody on lender: owed by traders 61 076 quote > 1 quote")
        #expect(
            words(.ledgerOwedOfMargin, 0.0312, most: 0.01, asset: "TWO")
                == "everybody with TWO on lender: debt over margin 3.12 % > 1 %")
        #expect(
            words(.ledgerExhausted, 3, most: 0) == "everybody on lender: exhaustions of the fund 3 > 0")
        #expect(
            words(.ledgerUnpaid, 5000.000001, most: 5000).contains("5000 quote (5000.000001) > 5000 quote"))
    }

    @Test(
        "Money has three digits",
        arguments: [
            (0.0, "0"), (0.004, "<0.01"), (0.5, "0.5"), (12.54, "12.5"), (999.4, "999"), (999.6, "1000"),
            (12_345, "12 300"),
            (999_400, "999 000"), (999_600, "1 M"), (1_234_567, "1.23 M"), (9.996e8, "1 bn"), (2.1e9, "2.1 bn"),
            (-1234, "−1230"),
        ])
    func money(value: Double, text: String) {
        #expect(plainText(moneyNumber(value)) == text)
    }

    /// Whatever the parts: what is taken away leads from what was missing to what is owed.
    @Test("Bars add up", arguments: 0..<200)
    func barsAddUp(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func part() -> Int { Int(random.uniform() * 3) * Int(random.uniform() * 1e6) }
        let group = makeGroup(fund: part(), queue: part(), socialised: part(), platform: part(), owed: part())
        let steps = WaterfallChart.money(group.amounts)
        #expect(steps.first?.to == group.amounts.shortfall.quote && steps.last?.to == group.amounts.owed.quote)
        for (before, after) in zip(steps, steps.dropFirst()) where after.kind == .change {
            #expect(after.from == before.to && after.to < after.from)
        }
        #expect(steps.dropLast().last?.to == group.amounts.owed.quote)
        let chart = try #require(WaterfallChart(group, platform: "a", liquidates: true))
        #expect(chart.panels.count == (group.amounts.shortfall > .zero ? 2 : 1))
        #expect(chart.panels[0].map(\.to) == [3260, 306, 306, 12, 12])
        #expect(WaterfallChart(makeQuietGroup(), platform: "a", liquidates: true) == nil)
    }

    /// Days put together lose no money and no day without any.
    @Test("Bins hold what their days do", arguments: [1, 2, 59, 180, 181, 730, 4000])
    func bins(count: Int) {
        let bad = Set([0, count / 2, count - 1])
        let days = makeDays(count, bad: bad)
        let bins = FundChart.bins(days)
        #expect(
            bins.count <= FundChart.mostBins && bins.first?.first == days.first?.day
                && bins.last?.last == days.last?.day)
        let missing = days.reduce(LedgerAmount.zero) { $0 + $1.shortfall }
        #expect(abs(bins.reduce(0) { $0 + $1.shortfall } - missing.quote) < 1e-6)
        #expect(bins.count { $0.lowest == 0 } <= bad.count && bins.contains { $0.lowest == 0 })
        for day in bad {
            #expect(bins.contains { $0.unpaid > 0 && $0.first <= days[day].day && days[day].day <= $0.last })
        }
    }

    @Test("The worst days are marked, a week apart")
    func crashes() {
        let days = makeDays(100, bad: [3, 4, 9, 30, 60, 61, 90, 99])
        let marked = FundChart.crashes(days).map { ($0.milliseconds - days[0].day.milliseconds) / 86_400_000 }
        #expect(marked == [99, 90, 61, 30])
        #expect(FundChart.crashes(makeDays(10)).isEmpty)
    }

    @Test("The front page has the section, every link leads to a file, and names from outside stay text")
    func page() throws {
        let name = "<b>\u{202E}x"
        let report = try makeLedgerReport([makeLedgerResult(), makeLender(name)])
        let files = report.files()
        let index = try #require(files.first { $0.path == "index.html" }).contents
        for id in ["who-pays", "fund-1", "needed-1", "queue-1", "givers-1"] {
            #expect(index.contains("<section id=\"\(id)\""), "\(id)")
        }
        #expect(!index.contains("<section id=\"fund-2\"") && !index.contains(name) && index.contains("&lt;b&gt;"))
        #expect(markupFault(in: index) == nil)
        let paths = Set(files.map(\.path))
        for link in index.matches(of: /href="([^"#]*)"/) where !link.1.isEmpty && !link.1.hasPrefix("..") {
            #expect(paths.contains(String(link.1)) || link.1 == "results.json.gz", "\(link.1)")
        }
        let written = paths.filter {
            $0.hasPrefix("charts/who-pays") || $0.hasPrefix("charts/fund") || $0.hasPrefix("charts/queue")
        }
        #expect(
            written == ["charts/who-pays-1.svg", "charts/who-pays-2.svg", "charts/fund-1.svg", "charts/queue-1.svg"])
        let page = try #require(files.first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(
            page.contains("who are others than these: see Who pays"),
            "the ledger has no class of the headline on this history")
        let without = try makeReport { _ in makeEstimate() }.files()
        #expect(try #require(without.first { $0.path == "index.html" }).contents.contains("who-pays") == false)
    }

    @Test("An impact is shouted, with the same without it; a fund beyond all positions is warned of")
    func warnings() throws {
        var moved = makeLedgerResult()
        moved.safeguards.impact = LiquidationImpact(gamma: 1, depth: 2_000_000, halfLife: .hours(1), maxRounds: 10)
        let calm = makeGroup(unprotected: 3000, shortfalls: 200, fund: 400, queue: 100, owed: 0)
        moved.figures = PlatformFigures(
            tradingFees: StressReportTests.money(600), liquidationFees: .zero,
            mostOpen: StressReportTests.money(4999),
            withoutImpact: ImpactComparison(
                counts: calm.counts, amounts: calm.amounts, fundLowest: .zero, fundEnd: .zero,
                tradingFees: StressReportTests.money(1200), liquidationFees: .zero,
                mostOpen: StressReportTests.money(7000)))
        let words = moved.warnings.map(plainText)
        #expect(words.count == 2)
        #expect(
            words[0]
                == "Liquidations move the price on typical (gamma 1, depth 2 M quote, half-life 1h): a supposition, and not what the prices "
                + "say. Without it 4000 positions are liquidated in place of 4000, 200 are closed below zero in place of 306, "
                + "and 500 quote is missing in place of 1000 quote.")
        #expect(
            words[1].hasPrefix(
                "The fund of typical begins with 5000 quote, more than all positions that were ever open at once, 5000 quote"
            ))
        let files = try makeLedgerReport([moved]).files()
        let index = plainText(try #require(files.first { $0.path == "index.html" }).contents)
        #expect(index.contains("Liquidations move the price on typical"))
        #expect(index.contains("10 quote a day: all of them would bring together what it began with in 500 days."))
        let table = try #require(files.first { $0.path == "platforms.csv" }).contents
        let rows = csvTable(table)
        #expect(rows.map { $0["impact"] } == ["on", "off"] && rows.map { $0["shortfall_quote"] } == ["1000", "500"])
        #expect(rows[0]["fund_start_days"] == "500" && rows[0]["impact_half_life_h"] == "1")
        #expect(rows.map { $0["open_max_quote"] } == ["4999", "7000"] && rows[1]["fund_start_days"] == "250")
        #expect(rows.map { $0["trading_fees_quote"] } == ["600", "1200"])
        #expect(makeLedgerResult().warnings.isEmpty)
    }

    @Test("The waterfall says how often positions were closed in part, beside what they add up to")
    func reductions() throws {
        func steps(_ reductions: Int?) -> [WaterfallChart.Step] {
            WaterfallChart.positions(
                LedgerCounts(
                    entries: 10_000, unprotected: 300, liquidated: 2000, shortfalls: 40, owing: 10, deleveraged: 0,
                    reductions: reductions), liquidates: true)
        }
        #expect(steps(nil) == steps(0) && !steps(0).contains { $0.kind == .aside })
        for times in [1, 700] {
            let all = steps(times)
            let aside = try #require(all.first { $0.kind == .aside })
            #expect(aside.number == counted(times, "time", "times") && aside.to == Double(times))
            // It takes nothing away: without it the steps are those of a platform that closes whole positions.
            #expect(all.filter { $0.kind != .aside } == steps(0))
        }
        var group = makeGroup()
        group.counts.reductions = 99_999
        let chart = try #require(WaterfallChart(group, platform: "typical", liquidates: true))
        var w = HTMLWriter()
        chart.write(to: &w)
        let ends = w.html.matches(of: /<rect class="[a-z0-9]+" x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)"/).map {
            Double($0.1)! + Double($0.2)!
        }
        #expect(!ends.isEmpty && ends.allSatisfy { $0 <= chart.width }, "\(ends)")
    }

    @Test("A page says who pays where the population has the headline's traders")
    func ownPage() throws {
        var group = makeGroup(side: .long, leverage: 20)
        group.asset = "LTCUSDT"
        let report = try makeLedgerReport([makeLedgerResult(groups: [makeGroup(), group])])
        let page = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(page.contains("As traders among others on the platform: Of 100\u{202F}000"))
        #expect(
            page.contains("../index.html#who-pays") && !page.contains("is not computed") && markupFault(in: page) == nil
        )
    }

    @Test("Drawings stay small and stand alone, however long the history and however many its episodes")
    func drawings() throws {
        let days = makeDays(4000, bad: Set((0..<1000).map { $0 * 4 }))
        let report = try makeLedgerReport([makeLedgerResult(days: days), makeLender()])
        for file in try #require(WhoPaysSection(report)).drawings {
            #expect(XMLParser(data: Data(file.contents.utf8)).parse(), "\(file.path)")
            #expect(!file.contents.contains("var(") && file.contents.utf8.count < 80_000, "\(file.path)")
            for path in file.contents.matches(of: /\sd="([^"]*)"/) {
                #expect(path.1.utf8.count { $0 == UInt8(ascii: "M") || $0 == UInt8(ascii: "L") } <= 400)
            }
        }
    }

    @Test("Ticks are round dates, few, and inside", arguments: [1, 2, 7, 40, 100, 101, 365, 900, 901, 4000, 20_000])
    func ticks(days: Int64) {
        let first: Int64 = 1_704_067_200_000
        let axis = DayAxis(first: first, last: first + days * DayAxis.day, start: 0, end: 100)
        #expect((1...5).contains(axis.ticks.count), "\(axis.ticks)")
        for tick in axis.ticks {
            #expect((first..<axis.last).contains(tick.time) && tick.time % DayAxis.day == 0)
        }
        #expect(axis.position(first) == 0 && axis.position(axis.last) == 100 && axis.position(axis.last + 1) == 100)
    }
}
