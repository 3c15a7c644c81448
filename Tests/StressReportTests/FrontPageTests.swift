import Foundation
import RunStore
import StressBasics
import StressResults
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

@Suite("Front pages") struct FrontPageTests {
    private func index(_ report: RunReport) -> String {
        let pages = report.assetSides
        return IndexPage(report: report, pages: pages, tables: ["results.csv"], answers: report.answers).file.contents
    }

    /// Histories whose shares rise with leverage, each in its own way; some have few windows, and some shares are zero.
    ///
    /// - Parameter hasOwnLimits: whether each has a limit of its own; else one limit is held against all.
    private func manyHistories(_ count: Int, seed: UInt64, hasOwnLimits: Bool = false) throws -> RunReport {
        let names = (1...count).map { "COIN\($0)USDT" }
        let selectors =
            hasOwnLimits
            ? names.map { CellSelector(asset: $0, leverage: Leverage(20)) } : [CellSelector(leverage: Leverage(20))]
        let limits = selectors.map { StudyLimit(cells: $0, measure: .negativeEquity, max: 0.05) }
        var random = SeededGenerator(seed: seed)
        let wild = Dictionary(uniqueKeysWithValues: names.map { ($0, Double.random(in: 0.05...1, using: &random)) })
        return try makeReport(
            assets: names, leverages: [1, 2, 3, 5, 10, 20, 25, 50, 75, 100, 125], horizons: [.days(7)], limits: limits
        ) { cell in
            // Histories differ by much more than the cells of one, which rise with leverage but for some.
            let draw = (wild[cell.asset] ?? 1) * Double.random(in: 0.8...1, using: &random)
            let share = max(0, cell.leverage.value / 125 - 0.02) * draw
            let isFew = cell.asset == "COIN7USDT" || Int.random(in: 0..<40, using: &random) == 0
            let windows = isFew ? 20 : 365
            return makeEstimate(negative: Int(share * 61_200), worst: 61_200, windows: windows)
        }
    }

    @Test(
        "Five hundred histories fit into 350 kB, with a box to filter them; a limit for each of them adds to it",
        arguments: [(false, 350_000), (true, 530_000)])
    func fiveHundred(hasOwnLimits: Bool, most: Int) throws {
        let html = index(try manyHistories(500, seed: 500, hasOwnLimits: hasOwnLimits))
        #expect(html.utf8.count <= most, "\(html.utf8.count)")
        #expect(html.contains("id=\"filter\"") && html.contains("heat wide dense sortable"))
        #expect(html.matches(of: /<tr(?: class=fews)?><th><a href=reports\//).count == 1000)
        #expect(html.matches(of: /<li><a href=reports\//).count == 500 && html.matches(of: /<svg><title>/).count == 500)
        #expect(markupFault(in: html) == nil)
        #expect(!index(try makeReport { _ in makeEstimate() }).contains("id=\"filter\""))
    }

    /// What a reader without scripts sees of a row: a cell without class has the colour of the darkest before it.
    private func cells(_ row: Substring, isFewRow: Bool) -> [String] {
        var darkest = 0
        return row.split(separator: "<td").map { field in
            let classes = field.prefixMatch(of: /(?: class="?([a-z0-9 ]+)"?)?>/).flatMap { $0.1 } ?? ""
            let names = classes.split(separator: " ")
            let own = names.first { $0.hasPrefix("b") }.flatMap { Int($0.dropFirst()) }
            let colour = classes.isEmpty ? darkest : own ?? -1
            darkest = max(darkest, own ?? 0)
            let number = field[field.index(after: field.firstIndex(of: ">")!)...].prefix { $0 != "\n" && $0 != "<" }
            return "\(number) b\(colour)" + (isFewRow || names.contains("few") ? " few" : "")
                + (names.contains("hl") ? " hl" : "")
        }
    }

    @Test("Cells of a long table have number, colour and marks of their shares")
    func terseCells() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let report = try manyHistories(60, seed: seed)
        let html = index(report)
        let table = html[html.firstRange(of: "id=\"assets\"")!.upperBound...]
        let rows = table[..<table.firstRange(of: "</table>")!.lowerBound].matches(
            of: /<tr(?: class=(fews))?><th><a href=[^>]*>[^<]*<\/a>(<td[^\n]*)/)
        let pages = report.assetSides
        #expect(rows.count == 120 && pages.count == 120)
        for (row, page) in zip(rows, pages) {
            let expected = report.study.grid.leverages.map { leverage in
                let own = page.rows.first { $0.cell.leverage == leverage }!
                let share = own.estimate.figure(.negativeEquity, confidence: 0.95)?.share
                let number = share.map { markupText(shareNumber($0.fraction)) } ?? "n/a"
                let colour = share.map { ColourBins.bin(of: $0.fraction) } ?? -1
                return "\(number) b\(colour)" + (share?.isIndicative == true ? " few" : "")
                    + (own.cell == report.study.headlineCell ? " hl" : "")
            }
            #expect(cells(row.2, isFewRow: row.1 != nil) == expected, "seed \(seed), \(page.fileName)")
        }
    }

    @Test("Paths of thumbs lead through their points, but for those on the line between others")
    func thumbs() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 2...20, using: &random)
            let points = (0..<count).map { place in
                (x: Double(place) * 6.3 + 4, y: Double.random(in: 0...50, using: &random).rounded(.down))
            }
            let text = CurveThumb.path(points)
            let numbers = text.matches(of: /-?[0-9]+/).compactMap { Int($0.0) }
            var (place, places) = ((0, 0), [(Int, Int)]())
            for pair in stride(from: 0, to: numbers.count, by: 2) {
                place = (place.0 + numbers[pair], place.1 + numbers[pair + 1])
                places.append(place)
            }
            #expect(places.map(\.0) == points.map { Int($0.x.rounded()) }, "seed \(seed): \(text)")
            #expect(places.map(\.1) == points.map { Int($0.y) }, "seed \(seed): \(text)")
            let kept = CurveThumb.simplified(points)
            #expect(kept.first! == points.first! && kept.last! == points.last!)
            for point in points {
                let after = try #require(kept.firstIndex { $0.x >= point.x })
                guard after > 0 else { continue }
                let (a, b) = (kept[after - 1], kept[after])
                let line = a.y + (b.y - a.y) * (point.x - a.x) / (b.x - a.x)
                #expect(abs(line - point.y) <= 0.6 + 1e-9, "seed \(seed)")
            }
        }
        #expect(CurveThumb.simplified([(0, 0), (1, 1.4), (2, 2), (9, 9)]).count == 2)
    }

    @Test("What qualifies the headline stands wherever it is quoted, in the same words", arguments: [false, true])
    func qualifications(hasLimits: Bool) throws {
        let limit = StudyLimit(cells: CellSelector(leverage: Leverage(20)), measure: .negativeEquity, max: 0.5)
        let report = try makeLateReport(limits: hasLimits ? [limit] : [])
        let sentences = try #require(report.headlineSentences)
        let own = sentences.qualifications.map(\.sentence)
        #expect(
            own.count == 2 && own[0].hasPrefix("That is with positions closed 30 seconds after the trigger; closed at"))
        #expect(
            own[0].contains("so a law decides most of the number") && own[1].contains("which no entry shows") == false)
        #expect(own[1].contains("no entry shows either"))
        let files = Dictionary(report.files().map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        for path in ["index.html", "reports/ltcusdt-long.html"] {
            let page = try #require(files[path])
            for paragraph in sentences.qualifications {
                var w = HTMLWriter()
                w.phrases(paragraph)
                #expect(page.contains("<p class=\"lede worst\">" + w.html + "</p>"), "\(path)")
            }
            #expect(markupFault(in: page) == nil)
        }
        let text = ([sentences.headline.sentence] + own).joined(separator: " ")
        #expect(report.headlineText == text)
        for path in ["summary.txt", "summary.json"] { #expect(try #require(files[path]).contains(text), "\(path)") }
        #expect(report.mailBody.contains(text))
        // Tables that quote it in numbers have both sides, too.
        #expect(report.mailBody.contains(">At once</th>") && report.mailBody.contains(">Worst fill</th>"))
        #expect(plainText(withTips(files["index.html"]!)).contains("At once: 1.5 %"))
    }

    /// The engine evaluates the platform's fills whatever the contract; nobody closes what is paid for in full.
    @Test("A spot holding has no trigger, and nothing is said of fills")
    func spotHasNoFills() throws {
        var report = try makeReport(leverages: [1], contracts: [.spot]) { _ in
            makeEstimate(negative: 0, worst: 0, atOnce: 0)
        }
        for place in report.rows.indices { report.rows[place].fill = "off" }
        let sentences = try #require(report.headlineSentences)
        #expect(sentences.worstFill.isEmpty && sentences.settlingDelay == nil)
        for page in report.files() where page.path.hasSuffix(".html") {
            for words in ["after the trigger", "closed at once", "At once:", "worst fill:"] {
                #expect(!page.contents.contains(words), "\(words) in \(page.path)")
            }
        }
        for place in report.rows.indices { report.rows[place].fill = "delay" }
        #expect(try #require(report.headlineSentences).worstFill.sentence.contains("after the trigger"))
    }

    @Test("A history without data stands beside its last good value")
    func failures() throws {
        var report = try makeReport { _ in makeEstimate() }
        report.failures = [
            JobFailure(
                asset: "XRP<b>", stage: .reading, reason: .noInput, message: "cannot read xrp.csv: <no> such file",
                hint: "check the path", exitCode: 66)
        ]
        report.lastGood = [
            LastGoodValue(
                cell: CellKey(
                    asset: "XRP<b>", contract: .linear, side: .long, leverage: Leverage(20)!, horizon: .days(7),
                    platform: "typical"), share: 0.042,
                started: UTCInstant(milliseconds: 1_795_140_000_000))
        ]
        let html = plainText(index(report))
        #expect(html.contains("<h2 id=\"h-failures\">1 price history has no result</h2>"))
        #expect(html.contains("XRP&lt;b&gt;") && html.contains("&lt;no&gt; such file"))
        #expect(html.contains("long 20× 7 d: 4.2 % on 2026-11-20"))
        #expect(html.contains("<strong>1 price history without data</strong>"))
        report.lastGood = []
        #expect(index(report).contains("none on record"))
    }

    // MARK: All nights

    private let cell = CellKey(
        asset: "BTC", contract: .linear, side: .long, leverage: Leverage(20)!, horizon: .days(7), platform: "typical")

    private func record(
        night: Int, value: Double?, limit: Double = 0.05, study: String = "a", figures: String? = nil,
        version: String = "1",
        bars: Int = 1000, digest: String = "x", status: StoredRun.Status = .ok
    ) -> RunRecord {
        let started = UTCInstant(milliseconds: 1_795_140_000_000 + Int64(night) * 86_400_000)
        let run = StoredRun(
            folder: status == .failed ? nil : "nightly/\(started.folderText)", runID: "r\(night)", study: "nightly",
            studyDigest: study, figuresDigest: figures, resultsDigest: "r", version: version, command: "belowzero run",
            started: started,
            duration: .seconds(41), status: status, exitCode: status == .failed ? 65 : 0,
            message: status == .failed ? "cannot read <btc>" : "", confidence: 0.95)
        guard status != .failed else { return RunRecord(run: run) }
        return RunRecord(
            run: run,
            jobs: [StoredJob(asset: "BTC", first: UTCInstant(milliseconds: 0), bars: bars, warnings: 2)],
            inputs: [StoredInput(asset: "BTC", file: "b.csv", bytes: 1, rows: 1, digest: digest, format: "f")],
            headlines: [
                StoredHeadline(
                    cell: cell, isStudyHeadline: true, status: "ok", entries: 9, effectiveEntries: 9,
                    shares: value.map { [.negativeEquity: $0] } ?? [:], interval: nil)
            ],
            limits: [
                StoredLimit(
                    asset: "BTC", cell: cell, measure: "negative_equity_frac", form: "max", bound: "value",
                    threshold: limit, value: value,
                    status: (value ?? 0) > limit ? "breach" : value == nil ? "no_value" : "met")
            ])
    }

    /// A date on a page, which no line breaks.
    private func unbroken(_ date: String) -> String { "<span class=\"nb\">\(date)</span>" }

    private func page(_ oldestFirst: [RunRecord]) -> String {
        NightsPage(
            studies: [NightsPage.StudyHistory(study: "nightly", records: oldestFirst.reversed())], version: "0.1.0"
        ).html
    }

    @Test("A line a card, a dashed limit, and a dotted mark where values cannot be compared")
    func nights() throws {
        let nights = (0..<40).map { night in
            record(
                night: night, value: night < 35 ? 0.031 : 0.06, study: night < 35 ? "a" : "b",
                version: night < 20 ? "1" : "2", bars: 1000 + 24 * night, digest: "d\(night)")
        }
        let html = page(nights)
        #expect(markupFault(in: html) == nil)
        #expect(html.matches(of: /<article class="card">/).count == 2)
        #expect(
            plainText(html).contains(
                "The newest run, of \(unbroken("2026-12-29")): <strong>1 limit breached</strong>, 0 limits met."))
        // Thirty nights: of the two changes both lie within them.
        let card = html[html.firstRange(of: "<article")!.lowerBound...].prefix { $0 != "\n" || true }
        let first = String(card[..<card.firstRange(of: "</article>")!.lowerBound])
        #expect(first.matches(of: /class="rf"/).count == 2)
        #expect(first.matches(of: /class="ax"/).count == 27)
        let limit = html[html.ranges(of: "<article")[1].lowerBound...]
        #expect(limit.contains("class=\"bk\""))
        #expect(plainText(html).contains("+2.9 points against the median of 30") || plainText(html).contains("6.0 %"))
        #expect(html.contains("href=\"nightly/2026-12-29T020000Z/index.html\"") || html.contains("/index.html\""))
        #expect(html == page(nights))
    }

    /// Runs of a study with limits in every unit, one of them below zero, and with runs that failed.
    private func manyUnits(seed: Int) -> [RunRecord] {
        (0..<12).map { night in
            var record = record(
                night: night, value: 0.0307 + 0.0013 * Double((night * 7 + seed) % 5), study: night < 4 ? "a" : "b",
                version: "2.0.\(night / 6)", bars: 1000 + 37 * night, digest: "d\(night)",
                status: night == 9 ? .failed : .ok)
            guard record.run.status != .failed else { return record }
            let measures: [(String, String, Double, Double)] = [
                ("entries_count", "min", 1200, 1507 + Double(31 * night)), ("newest_bar_age_h", "max", 36, 13.7),
                ("equity_mean_margin_frac", "min", -0.25, -0.0367 - 0.01 * Double(night)),
                ("time_to_liquidation_p50_h", "min", 5, 7.3 + Double(night)), ("made_up_ratio", "max", 8, 7.25),
            ]
            record.limits += measures.map { measure, form, limit, value in
                StoredLimit(
                    asset: "BTC", cell: measure == "newest_bar_age_h" ? nil : cell, measure: measure, form: form,
                    bound: "value", threshold: limit, value: night == 3 ? nil : value, status: "met")
            }
            record.run.duration = .seconds(Int64(41 + 60 * night))
            return record
        }
    }

    /// Three studies, one of which failed last.
    func studies() -> NightsPage {
        let failed = (0..<3).map { record(night: $0, value: 0.0419, status: $0 == 2 ? .failed : .ok) }
        let all = [("nightly", manyUnits(seed: 1)), ("weekly", manyUnits(seed: 4)), ("broken", failed)]
        return NightsPage(
            studies: all.map { NightsPage.StudyHistory(study: $0, records: $1.reversed()) }, version: "0.1.0")
    }

    @Test("Every number of the page of all nights is in its JSON, and a changed one is not")
    func numbers() throws {
        let (page, numbers) = (studies(), PageNumbers(nights: studies().json))
        let entries = numbers.entries(in: page.html, scope: PageNumbers.Scope())
        let faults = entries.filter { !$0.isFound }.map(\.description)
        #expect(entries.count > 150 && faults.isEmpty, "\(faults.count) of \(entries.count): \(faults.prefix(20))")
        #expect(numbers.unnoticedChanges(in: page.html) < 0.4)
        for (right, wrong) in [
            ("median of 10", "median of 17"), ("+170.5 against", "+172.5 against"), ("3 studies", "8 studies"),
        ] {
            let plain = plainText(page.html)
            #expect(plain.contains(right), "\(right)")
            #expect(!numbers.faults(in: plain.replacing(right, with: wrong), scope: PageNumbers.Scope()).isEmpty)
        }
    }

    /// Nine moves of +1 and −1 after each other, then the night before at 4: 3 to 5 is expected, in 8 of 10 cases.
    @Test("Tonight is held against the moves of the nights before")
    func prediction() throws {
        let values: [Double?] = [4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4.5]
        let calm = [Bool](repeating: false, count: values.count)
        let found = try #require(NightPrediction(values: values, isBreak: calm, isShare: false))
        #expect(found.ends.low == 4 && found.ends.high == 6 && found.moves == 9 && found.coverage == 0.8)
        // A night that cannot be compared takes its move away, and with it the last that is needed.
        var broken = calm
        broken[3] = true
        #expect(NightPrediction(values: values, isBreak: broken, isShare: false) == nil)
        broken = calm
        broken[10] = true
        #expect(NightPrediction(values: values, isBreak: broken, isShare: false) == nil)
        #expect(NightPrediction(values: values.dropLast() + [nil], isBreak: calm, isShare: false) == nil)
        let shares = values.map { $0.map { ($0 - 4) / 10 } }
        #expect(
            try #require(NightPrediction(values: shares + [0], isBreak: calm + [false], isShare: true)).ends.low == 0)
    }

    /// Of moves that are alike, the next lies between the lowest and the highest of `n` others in `n − 1` of `n + 1` cases.
    @Test("Predictions hold as often as they say")
    func coverage() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var (held, tried) = (0, 2000)
        for _ in 0..<tried {
            var values: [Double?] = [0]
            for _ in 0..<20 {
                // Heavy tails: no law of the moves is supposed.
                let step = Double.random(in: -1...1, using: &random)
                values.append(values[values.count - 1]! + step * step * step / max(0.01, abs(step)))
            }
            let found = try #require(
                NightPrediction(values: values, isBreak: [Bool](repeating: false, count: 21), isShare: false))
            #expect(found.moves == 19)
            if (found.ends.low...found.ends.high).contains(values[20]!) { held += 1 }
        }
        // 18 of 20, within five standard errors.
        #expect(abs(Double(held) / Double(tried) - 0.9) < 5 * (0.09 / Double(tried)).squareRoot(), "seed \(seed)")
    }

    @Test("Marks say what changed, and the card where tonight was expected")
    func marks() {
        let nights = (0..<20).map { night in
            record(
                night: night, value: 0.03125 + Double(night % 3) / 1024, study: night < 4 ? "a" : "b",
                version: night < 6 ? "1" : "2", bars: 1000, digest: night < 8 ? "x" : "y")
        }
        let html = plainText(page(nights))
        for letter in ["S", "V", "D"] { #expect(html.contains(">\(letter)</text>"), "\(letter)") }
        #expect(html.contains("Expected 2.9 % to 3.2 %, where 14 of 16 such nights end: within."), "\(html)")
        #expect(html.contains("class=\"pr\""))
    }

    @Test("A limit is shown in its own unit and with its sign")
    func units() throws {
        let html = plainText(studies().html)
        #expect(html.contains("entries held · limit ≥ 1200") || html.contains("entries held · limit ≥ 1 200"))
        #expect(html.contains("median time to liquidation · limit ≥ 5 h"))
        #expect(html.contains("mean final equity of margin · limit ≥ −25 %") && html.contains(">−15 %<"))
        #expect(!html.contains("mean final equity of margin · limit ≥ <"))
    }

    @Test("Failed runs leave a gap and say why; nothing on record is said, too")
    func gaps() throws {
        let html = page([
            record(night: 0, value: 0.03), record(night: 1, value: 0.03), record(night: 2, value: nil, status: .failed),
        ])
        #expect(html.contains("cannot read &lt;btc&gt;") && html.contains("failed, exit 65"))
        #expect(plainText(html).contains("no value; last good 3.0 % on 2026-11-21"))
        #expect(plainText(html).contains("<strong>1 run failed</strong>"))
        #expect(markupFault(in: html) == nil)
        let empty = NightsPage(studies: [], version: "0.1.0").html
        #expect(empty.contains("No run is on record.") && markupFault(in: empty) == nil)
    }

    /// Of two limits that differ in their number alone each has its card, the one that is breached first.
    @Test func limitsThatDifferInTheirNumberHaveTheirOwnCards() {
        let nights = (0..<4).map { night in
            var record = record(night: night, value: 0.043, limit: 0.21)
            var strict = record.limits[0]
            (strict.threshold, strict.status) = (0.001, "breach")
            record.limits.append(strict)
            return record
        }
        let cards = NightsPage.StudyHistory(study: "nightly", records: nights.reversed()).cards.dropFirst()
        #expect(cards.map(\.status) == ["breach", "met"])
        #expect(
            cards.map { $0.nights.map(\.limit) } == [
                Array(repeating: 0.001, count: 4), Array(repeating: 0.21, count: 4),
            ])
    }

    /// A limit alone keeps its card when its number changes.
    @Test func aLimitAloneKeepsItsCard() {
        let nights = (0..<4).map { record(night: $0, value: 0.043, limit: $0 < 2 ? 0.21 : 0.2) }
        let cards = NightsPage.StudyHistory(study: "nightly", records: nights.reversed()).cards.dropFirst()
        #expect(cards.map { $0.nights.map(\.limit) } == [[0.21, 0.21, 0.2, 0.2]])
    }

    @Test("Data that were added are no break, data that changed are")
    func changes() {
        func change(_ a: RunRecord, _ b: RunRecord) -> RunChange { RunChange(b, since: a) }
        let base = record(night: 0, value: 0.03)
        #expect(!change(base, record(night: 1, value: 0.03, bars: 1024, digest: "y")).isBreak)
        #expect(change(base, record(night: 1, value: 0.03, digest: "y")).words == "older data")
        #expect(change(base, record(night: 1, value: 0.03, bars: 900, digest: "y")).revised)
        #expect(change(base, record(night: 1, value: 0.03, study: "b", version: "2")).words == "study, version (was 1)")
        #expect(change(base, base).words == "–")
    }

    /// Limits, headline and name make no figure: values on both sides of such a change are alike, and where tonight was expected stays.
    @Test func otherLimitsBreakNoLine() throws {
        let nights = (0..<20).map { night in
            record(
                night: night, value: 0.03125 + Double(night % 3) / 1024, limit: night < 15 ? 0.21 : 0.2,
                study: night < 15 ? "a" : "b", figures: "f")
        }
        let html = plainText(page(nights))
        #expect(!html.contains("class=\"rf\"") && html.contains("where 17 of 19 such nights end: within."), "\(html)")
        #expect(html.contains(">limits or headline<"))
        let change = RunChange(nights[15], since: nights[14])
        #expect(change.limits && !change.study && !change.isBreak)
        let numbers = NightsPage(
            studies: [NightsPage.StudyHistory(study: "nightly", records: nights.reversed())], version: "0.1.0"
        ).json
        #expect(numbers.matches(of: /"is_study_changed":true,"are_figures_changed":false/).count == 1)
        // Another grid, and a run of before limits were told apart, break it.
        #expect(RunChange(record(night: 1, value: 0.03, study: "b", figures: "g"), since: nights[0]).study)
        let old = record(night: 0, value: 0.03)
        #expect(RunChange(record(night: 1, value: 0.03, study: "b", figures: "f"), since: old).study)
        #expect(!RunChange(record(night: 1, value: 0.03, figures: "f"), since: old).isBreak)
    }

    /// The page has no clock: it says of which dates the newest runs are, however old.
    @Test func theTitleSaysOfWhichDatesTheNewestRunsAre() {
        func title(_ nights: [Int]) -> String {
            let studies = nights.map { night in
                NightsPage.StudyHistory(study: "s\(night)", records: [record(night: night, value: 0.03)])
            }
            return plainText(NightsPage(studies: studies, version: "0.1.0").html)
        }
        #expect(
            title([0]).contains("The newest run, of \(unbroken("2026-11-20")): <em>1 limit met</em>."), "\(title([0]))")
        #expect(
            title([9, 0]).contains(
                "The newest runs, of \(unbroken("2026-11-20")) to \(unbroken("2026-11-29")): <em>2 limits met</em>."))
    }

    /// Ends that read alike are one value.
    @Test func whatIsExpectedIsSaidOnce() {
        let nights = (0..<12).map { record(night: $0, value: 0.03125) }
        #expect(plainText(page(nights)).contains("Expected 3.1 %, where 9 of 11 such nights end: within."))
    }

    /// A line without an axis says what its least and its greatest value are, once where the two read alike.
    @Test func theLineOfACardSaysItsExtremes() {
        func labels(_ values: [Double]) -> [String] {
            let nights = values.enumerated().map { record(night: $0, value: $1) }
            let html = plainText(page(nights))
            let card = html[html.firstRange(of: "<article")!.lowerBound...].prefix(
                upTo: html.firstRange(of: "</article>")!.lowerBound)
            return card.matches(of: /text-anchor="?end"?>([^<]*%)</).map { String($0.1) }
        }
        #expect(labels([0.031, 0.052, 0.044]) == ["5.2 %", "3.1 %"])
        #expect(labels([0.031, 0.0311]) == ["3.1 %"])
    }

    @Test(
        "Links stay inside the folder of the store",
        arguments: [
            ("nightly/2026-11-20T020000Z", "nightly/2026-11-20T020000Z"), ("a b/\"<x>", "a%20b/%22%3Cx%3E"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ])
    func addresses(path: String, link: String) { #expect(relativeAddress(path) == link) }

    @Test("Folders elsewhere have no link", arguments: ["/srv/x", "../x", "a/../../x"])
    func outside(path: String) { #expect(relativeAddress(path) == nil) }
}
