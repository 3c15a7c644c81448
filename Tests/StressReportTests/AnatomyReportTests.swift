import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

@Suite("What a headline is made of") struct AnatomyReportTests {
    private static let hour: Int64 = 3_600_000

    /// A year of hourly entries; three days in March and one in July go wrong.
    static func report() throws -> RunReport {
        var report = try makeReport { _ in makeEstimate() }
        let start = CivilTime(year: 2021, month: 1, day: 1).instant!.milliseconds
        let entries = (0..<24 * 365).map { bar -> HeldEntry in
            let day = bar / 24
            let isNegative = (70..<73).contains(day) || day == 200
            let time = start + Int64(bar) * AnatomyReportTests.hour
            return HeldEntry(
                bar: Int32(bar), block: Int32(day), time: time,
                exitTime: start + Int64(day < 100 ? 75 : 203) * 24 * AnatomyReportTests.hour, isLiquidated: isNegative,
                isNegative: isNegative, equity: isNegative ? -0.25 : 1)
        }
        let context = CellAnatomy.Context(
            horizon: .days(7), barLength: .hours(1), blocks: 365, meanLength: 8,
            rules: ResamplingRules(resamples: 200))
        let times = entries.map(\.time)
        let conditions = MarketConditions(times: times, closes: times.indices.map { 100 + Double($0 % 7) })
        let cell = try #require(report.study.headlineCell)
        let span = try #require(TailSpan(first: 0, last: TimeSpan.days(365).milliseconds, run: .days(7)))
        let tail = TailReport(
            analysis: TailAnalysis(
                times: [], values: [], separation: .days(1), span: span, random: SeededGenerator(seed: 1)),
            scale: .moves(isFall: true),
            levels: [TailReport.Level(years: 5, move: nil, refusal: .fewPeaks)])
        let shortfallTail = TailReport(
            analysis: tail.analysis, scale: .shortfalls(isBounded: true, largestLoss: 10),
            levels: [
                TailReport.Level(
                    years: 1, move: .init(level: 0.2, interval: Interval(low: 0.12, high: 0.9)), refusal: nil),
                TailReport.Level(years: 5, move: nil, refusal: .tooFar),
            ])
        let slower = try #require(
            report.study.cells.first { $0.leverage.value < cell.leverage.value && $0.side == cell.side })
        let interval = FrequencyInterval(Interval(low: 0.01, high: 0.02), method: .clusteredBeta)
        let anatomy = CellAnatomy(entries: entries, market: conditions, context: context)
        report.details = [
            CellDetail(
                cell: cell, anatomy: anatomy,
                sensitivity: [
                    SensitivityRow(
                        assumption: "none", value: "", counts: EntryCounts(entries: 100, negative: 1),
                        frequency: anatomy.whole?.frequency, interval: interval),
                    SensitivityRow(
                        assumption: "fees", value: "×2", counts: EntryCounts(entries: 100, negative: 4),
                        frequency: 0.04, interval: interval),
                    SensitivityRow(
                        assumption: "bars", value: "1d", counts: EntryCounts(), frequency: nil, interval: nil),
                    SensitivityRow(
                        assumption: "largest_episode", value: "left out",
                        counts: EntryCounts(entries: entries.count - 72, negative: 24),
                        frequency: anatomy.withoutLargest?.frequency, interval: anatomy.withoutLargest?.interval),
                ], tail: tail, shortfallTail: shortfallTail,
                curves: [
                    LiquidationCurve(
                        cell: slower, points: LiquidationPoint.curve(Array(entries.dropFirst(4000)), context: context))
                ])
        ]
        let moves = (0..<3000).map { Double($0) / 10_000 }
        let margin = RequiredMargin(
            moves: moves, blocks: moves.indices.map { Int32($0 * 365 / 3000) }, frequency: 0.01, disjointWindows: 365,
            context: context)
        report.requirements = [
            MarginRequirement(
                asset: cell.asset, side: cell.side, horizon: cell.horizon, margin: try #require(margin))
        ]
        return report
    }

    /// A share of zero has a place of its own left of the logarithmic axis, which has none; without one the axis is as it was.
    @Test func zeroStandsApartFromALogarithmicAxis() throws {
        func row(_ assumption: String, _ frequency: Double, _ low: Double) -> SensitivityRow {
            SensitivityRow(
                assumption: assumption, value: "", counts: EntryCounts(entries: 100, negative: frequency * 100),
                frequency: frequency,
                interval: FrequencyInterval(Interval(low: low, high: frequency + 0.02), method: .clusteredBeta))
        }
        func drawn(_ rows: [SensitivityRow]) throws -> (title: String, svg: String) {
            let chart = try #require(SensitivityChart(rows))
            var w = HTMLWriter()
            chart.writeShapes(to: &w)
            return (plainText(chart.title), plainText(w.html))
        }
        let own = row("none", 0.04, 0.02)
        let apart = try drawn([own, row("fees", 0, 0)])
        #expect(apart.svg.contains("cx=\"184\"") && apart.svg.contains(">0</text>"), "\(apart.svg)")
        #expect(apart.svg.contains("log scale; 0 apart"))
        #expect(apart.title.hasSuffix("moves it most: 0 % instead of 4.0 %"), "\(apart.title)")
        let above = try drawn([own, row("fees", 0.05, 0.01)])
        #expect(!above.svg.contains("184") && !above.svg.contains("0 apart"))
        #expect(
            try drawn([own, row("fees", 0.0401, 0.01)]).title == "No changed assumption moves the headline visibly")
    }

    private func rows(_ file: String, _ report: RunReport) throws -> [[String: String]] {
        let lines = try #require(report.files().first { $0.path == file }).contents.split(separator: "\n")
        let header = lines[0].split(separator: ",").map(String.init)
        return lines.dropFirst().map { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Dictionary(uniqueKeysWithValues: zip(header, fields))
        }
    }

    @Test func tablesHoldTheParts() throws {
        let report = try AnatomyReportTests.report()
        let events = try rows("events.csv", report)
        #expect(events.map { $0["entries_count"] } == ["72", "24"])
        #expect(events[0]["first_entry_utc"] == "2021-03-12T00:00:00Z")
        #expect(events[0]["shortfall_max_margin_frac"] == "0.25")
        let calendar = try rows("calendar.csv", report)
        #expect(calendar.count == 12 && calendar[2]["negative_count"] == "72" && calendar[6]["negative_count"] == "24")
        let years = try rows("calendar_years.csv", report)
        #expect(years.map { $0["year"] } == ["2021"] && years[0]["months_count"] == "12")
        #expect(years[0]["negative_count"] == "96")
        let entries: Int = calendar.map { Int($0["entries_count"]!)! }.reduce(0, +)
        #expect(years[0]["entries_count"] == String(entries))
        let share: Double = 96 / Double(entries)
        #expect(Double(years[0]["negative_equity_frac"]!) == share)
        let conditions = try rows("conditions.csv", report)
        #expect(conditions.filter { $0["condition"] == "hour" }.count == 24)
        let sensitivity = try rows("sensitivity.csv", report)
        let whole = report.details[0].anatomy.whole?.frequency.description
        #expect(sensitivity.prefix(3).map { $0["negative_equity_frac"] } == [whole, "0.04", ""])
        #expect(try rows("tail.csv", report)[0]["refusal"] == "few_peaks")
        let shortfalls = try rows("shortfall_tail.csv", report)
        #expect(shortfalls.map { $0["shortfall_margin_frac"] } == ["0.2", ""])
        #expect(
            shortfalls.map { $0["shortfall_high_margin_frac"] } == ["0.9", ""] && shortfalls[1]["refusal"] == "too_far")
        let speeds = try rows("time_to_liquidation.csv", report)
        let headline = report.details[0].cell.leverage
        #expect(speeds.last { $0["leverage_x"] == numberText(headline.value) }?["liquidated_count"] == "96")
        #expect(Set(speeds.map { $0["leverage_x"] }).count == 2)
        let dictionary = try rows("columns.csv", report)
        for file in [
            "events.csv", "calendar.csv", "calendar_years.csv", "conditions.csv", "tail.csv", "max_leverage.csv",
        ] {
            #expect(dictionary.contains { $0["file"] == file })
        }
    }

    /// The highest leverage is the last before the first that breaks the chosen frequency, whatever comes after.
    @Test func highestLeverage() throws {
        func report(_ negative: @escaping (Double) -> Int) throws -> [String: String] {
            var report = try makeReport(horizons: [.days(7)]) { cell in
                makeEstimate(negative: negative(cell.leverage.value), windows: 3650)
            }
            report.study.statistics.maxFrequency = 0.01
            return try rows("max_leverage.csv", report)[0]
        }
        let falling = try report { [1: 0, 5: 100, 20: 5000, 100: 0][$0] ?? 0 }
        #expect(falling["max_leverage_x"] == "5" && falling["breaking_leverage_x"] == "20")
        let never = try report { _ in 0 }
        #expect(never["max_leverage_x"] == "100" && never["breaking_leverage_x"] == "")
        let always = try report { _ in 5000 }
        #expect(always["max_leverage_x"] == "" && always["breaking_leverage_x"] == "1")
    }

    /// Met, broken and unknown are three things: what has no data, or no interval, breaks nothing and keeps nothing.
    @Test func unknownIsNotBroken() throws {
        func row(_ estimate: @escaping (Double) -> CellEstimate) throws -> [String: String] {
            var report = try makeReport(horizons: [.days(7)]) { estimate($0.leverage.value) }
            report.study.statistics.maxFrequency = 0.01
            return try rows("max_leverage.csv", report)[0]
        }
        let none = makeEstimate(entries: 0, excluded: 40, negative: 0, unprotected: 0, liquidated: 0)
        let (fine, bad) = (makeEstimate(negative: 0, windows: 3650), makeEstimate(negative: 5000, windows: 3650))
        let gap = try row { $0 == 20 ? none : fine }
        #expect(gap["verdict"] == "unknown" && gap["max_leverage_x"] == "5" && gap["breaking_leverage_x"] == "")
        #expect(gap["met_count"] == "3" && gap["broken_count"] == "0" && gap["unknown_count"] == "1")
        #expect(gap["unknown_leverage_x"] == "20" && gap["unknown_reason"] == "no_data")
        let both = try row { $0 == 20 ? none : $0 == 100 ? bad : fine }
        #expect(both["verdict"] == "unknown" && both["breaking_leverage_x"] == "100")
        let all = try row { _ in none }
        #expect(all["verdict"] == "unknown" && all["unknown_count"] == "4" && all["max_leverage_x"] == "")
        let met = try row { _ in fine }
        #expect(met["verdict"] == "met" && met["unknown_count"] == "0" && met["unknown_reason"] == "")
        let broken = try row { $0 == 1 ? fine : bad }
        #expect(broken["verdict"] == "broken" && broken["breaking_leverage_x"] == "5")
        #expect(broken["max_leverage_x"] == "1")
    }

    @Test func marginsOfContracts() throws {
        let short = try #require(MarginRequirement.margin(0.25, contract: .inverse, side: .short))
        #expect(short == 0.2)
        // A long of margin 1/3 in coins is bankrupt where the price has lost a quarter: P0 L / (L + 1) at 3x.
        let long = try #require(MarginRequirement.margin(0.25, contract: .inverse, side: .long))
        #expect(abs(long - 1.0 / 3) < 1e-15)
        #expect(MarginRequirement.margin(1, contract: .inverse, side: .long) == nil)
        #expect(MarginRequirement.margin(0.3, contract: .linear, side: .long) == 0.3)
        #expect(MarginRequirement.margin(0.3, contract: .margin, side: .long) == nil)
        let row = try #require(
            try rows("max_leverage.csv", try AnatomyReportTests.report()).first { $0["margin_observed_frac"] != "" })
        // 30 of 3,000 moves lie beyond the 2,970th; the fee comes on top.
        #expect(row["margin_observed_frac"] == "0.2974")
    }

    @Test func pageSaysIt() throws {
        let page = try #require(Rendered.anatomy.first { $0.path == "reports/ltcusdt-long.html" })
            .contents
        #expect(page.contains("episode holds 75\u{202F}% of the entries below zero"))
        #expect(page.contains("Without the largest the share would be 0.3\u{202F}% instead of 1.1\u{202F}%."))
        #expect(page.contains("Fees ×2 moves it most: 4.0\u{202F}% instead of 1.1\u{202F}%"))
        #expect(page.contains("No extrapolation: fewer than 25 separate peaks above any threshold."))
        #expect(page.contains("months ended below zero"))
        #expect(page.contains("A margin of 30\u{202F}% of the notional would have kept"))
        #expect(
            page.contains(
                "No leverage of the grid is shown to stay at or below 1.0\u{202F}%; 1× is the lowest leverage that is above."
            ))
        #expect(markupFault(in: page) == nil)
        let without = try #require(
            makeReport { _ in makeEstimate() }.files().first { $0.path == "reports/ltcusdt-long.html" })
        #expect(!without.contents.contains("id=\"events\""))
    }

    private func quiet(bar: Int) -> HeldEntry {
        let time = Int64(bar) * AnatomyReportTests.hour
        return HeldEntry(
            bar: Int32(bar), block: Int32(bar / 24), time: time, exitTime: time + 5 * AnatomyReportTests.hour,
            isLiquidated: false, isNegative: false, equity: 1)
    }

    /// The same with a tail that could be fitted.
    static func extrapolated() throws -> RunReport {
        var report = try report()
        var random = SeededGenerator(seed: 8)
        let tail = GeneralizedPareto(shape: 0.1, scale: 0.04)
        let falls = (0..<2000).map { _ in tail.excess(survival: 1 - random.uniform()) }
        let times = falls.indices.map { Int64($0) * 86_400_000 }
        let span = try #require(TailSpan(first: 0, last: times[1999], run: .days(2)))
        let analysis = TailAnalysis(
            times: times, values: falls, separation: .hours(1), span: span, random: SeededGenerator(seed: 1))
        report.details[0].tail = TailReport(
            analysis: analysis, scale: .moves(isFall: true), periods: [1, 10, 100], confidence: 0.95)
        return report
    }

    /// A linear position is bankrupt where the move is its whole margin.
    @Test func leverageOfAMove() throws {
        let level = TailReport.Level(
            years: 10, move: .init(level: 0.5, interval: Interval(low: 0.4, high: 0.8)), refusal: nil)
        let linear = try #require(level.bankruptLeverage(contract: .linear, side: .long))
        #expect(linear.value == 2 && linear.interval == Interval(low: 1.25, high: 2.5))
        // Counted in coins a long that falls by half has lost its whole notional, and one that falls by 0.8 four times it.
        let inverse = try #require(level.bankruptLeverage(contract: .inverse, side: .long))
        #expect(abs(inverse.value - 1) < 1e-15 && abs(inverse.interval.low - 0.25) < 1e-15)
        let short = try #require(level.bankruptLeverage(contract: .inverse, side: .short))
        #expect(abs(short.value - 3) < 1e-15)
        let rows = try rows("tail.csv", try AnatomyReportTests.extrapolated())
        #expect(rows.map { $0["refusal"] } == ["", "", "too_far"])
        for row in rows.dropLast() {
            let move = try #require(Double(row["move_frac"] ?? ""))
            let own = try #require(Double(row["bankrupt_leverage_x"] ?? ""))
            #expect(abs(move * own - 1) < 1e-12)
            let high = try #require(Double(row["move_high_frac"] ?? ""))
            #expect(move < high && high < 1 && row["confidence"] == "0.95")
            let threshold = try #require(Double(row["threshold_frac"] ?? ""))
            #expect(threshold > 0 && threshold < move)
        }
    }

    /// A price cannot fall by more than it is: neither a level, nor an end, nor what the page says reaches 100 %.
    @Test func noFallIsTheWholePrice() throws {
        var report = try AnatomyReportTests.extrapolated()
        let far = TailFit.ReturnLevel(level: 2, interval: Interval(low: 0.5, high: 20))
        let fall = TailScale.moves(isFall: true).level(far)
        #expect(fall.interval.high < 1 && fall.level < fall.interval.high)
        report.details[0].tail?.levels = [TailReport.Level(years: 20, move: fall, refusal: nil)]
        let row = try rows("tail.csv", report)[0]
        #expect(try #require(Double(row["move_high_frac"] ?? "")) < 1)
        let page = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(page.contains("39–&gt;99"))
    }

    @Test func shortfallsBeyondTheData() throws {
        var report = try AnatomyReportTests.report()
        func page() throws -> String {
            try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        }
        let said =
            "Once in 1\(hardSpace)year an episode leaves a shortfall of more than 20\(narrowSpace)% of the margin"
        #expect(try page().contains(said))
        #expect(try page().contains("12–90"))
        report.details[0].shortfallTail?.levels.removeFirst()
        #expect(try page().contains("Its shortfalls are not extrapolated: more than 2 times the history."))
    }

    /// A cell in which nothing happened draws nothing and says so.
    @Test func nothingHappened() throws {
        var report = try AnatomyReportTests.report()
        let cell = report.details[0].cell
        let entries = (0..<500).map(quiet)
        let context = CellAnatomy.Context(
            horizon: .hours(5), barLength: .hours(1), blocks: 21, meanLength: 1, rules: ResamplingRules(resamples: 100))
        let conditions = MarketConditions(times: entries.map(\.time), closes: entries.map { _ in 5 })
        report.details = [
            CellDetail(
                cell: cell, anatomy: CellAnatomy(entries: entries, market: conditions, context: context),
                sensitivity: [
                    SensitivityRow(
                        assumption: "none", value: "", counts: EntryCounts(entries: 500, negative: 0), frequency: 0,
                        interval: nil)
                ])
        ]
        let page = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(page.contains("No episode: nothing went below zero"))
        #expect(markupFault(in: page) == nil)
        #expect(try rows("events.csv", report).isEmpty)
    }

    /// Seven hours of a day's holding time: an entry was watched for six of them at most, and two were liquidated.
    private func cutReport() throws -> RunReport {
        let entries = (0..<6).map { bar -> HeldEntry in
            let (time, isDue) = (Int64(bar) * AnatomyReportTests.hour, bar == 1 || bar == 3)
            return HeldEntry(
                bar: Int32(bar), block: 0, time: time, exitTime: isDue ? time + AnatomyReportTests.hour : 6 * hour,
                isLiquidated: isDue, negative: isDue ? .one : .zero, shortfall: isDue ? 0.5 : 0, equity: 0,
                cutTime: 6 * hour, isAtHorizon: !isDue)
        }
        let context = CellAnatomy.Context(
            horizon: .days(1), barLength: .hours(1), blocks: 1, meanLength: 1, rules: ResamplingRules(resamples: 100))
        let conditions = MarketConditions(times: entries.map(\.time), closes: entries.map { _ in 5 })
        var windows = WindowCounts()
        (windows.excluded, windows.cut, windows.cutLiquidated) = (7, 6, 2)
        var report = try makeReport { _ in
            CellEstimate(
                windows: windows, effectiveEntries: 0,
                exit: ExitEstimate(
                    negative: 0, frequency: nil, interval: nil, shortfall: nil, meanEquity: nil, cutNegative: 2),
                worstExit: nil, medianTimeToLiquidation: nil, status: .noData)
        }
        let cell = try #require(report.study.headlineCell)
        report.details = [
            CellDetail(cell: cell, anatomy: CellAnatomy(entries: entries, market: conditions, context: context))
        ]
        return report
    }

    private let hour = AnatomyReportTests.hour

    @Test("Of cut windows alone it is said what was seen, and for how long")
    func noWholeWindow() throws {
        let report = try cutReport()
        let page = try #require(report.files().first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(
            page.contains("Within 6\(hardSpace)h, the longest that any was watched, ")
                && page.contains("are liquidated"))
        #expect(page.contains("No entry has a whole window: the longest that any was watched is 6\(hardSpace)h."))
        #expect(page.contains("no entry has a whole window</h2>"), "the title of the shortfalls")
        #expect(!page.contains("there is no shortfall to measure") && !page.contains("No entry was liquidated"))
        #expect(markupFault(in: page) == nil)
        let speeds = try rows("time_to_liquidation.csv", report)
        #expect(speeds.map { $0["elapsed_h"] } == ["1", "2", "3", "4", "5", "6"])
        #expect(speeds.allSatisfy { $0["liquidated_count"] == "2" })
        for file in ["conditions.csv", "calendar.csv", "calendar_years.csv"] {
            for row in try rows(file, report) {
                #expect(row["negative_equity_frac"] == "" && row["entries_count"] == "0", "\(file)")
                #expect(Int(row["cut_count"] ?? "").map { $0 > 0 } == true, "\(file)")
            }
        }
        #expect(try rows("severity.csv", report)[0]["cut_negative_count"] == "2")
    }
}
