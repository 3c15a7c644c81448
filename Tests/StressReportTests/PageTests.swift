import Foundation
import PriceSeries
import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan
import TestSupport
import Testing

@testable import StressReport

@Suite("Pages")
struct PageTests {
    static let hostileNames = [
        "<script>alert(1)</script>\"'&", "../../etc/passwd", "a\u{202E}b\u{200F}c", "=cmd|' /C calc'!A0",
        "</title><img src=x>",
        "\u{0}\u{7}tab\tline\nend", "",
    ]

    private func pages(_ report: RunReport) -> [ReportFile] { pages(report.files()) }

    private func pages(_ files: [ReportFile]) -> [ReportFile] { files.filter { $0.path.hasSuffix(".html") } }

    @Test("Every element is closed, every attribute quoted")
    func balance() throws {
        let reports = [
            try realisticReport(contracts: ContractKind.allCases, hasBounds: true),
            try realisticReport(platforms: ["typical", "a <strict> one"]),
            try realisticReport(hasWorstFill: false),
            try makeReport(assets: PageTests.hostileNames) { _ in makeEstimate() },
            try makeReport { _ in makeEstimate(entries: 0, negative: 0, unprotected: 0, liquidated: 0) },
            try makeReport(leverages: [20], horizons: [.days(7)]) { _ in makeEstimate(negative: 0) },
        ]
        let files = try [Rendered.nightlyBounds, Rendered.small] + reports.map { $0.files() }
        for page in files.flatMap({ pages($0) }) {
            #expect(markupFault(in: page.contents) == nil, "\(page.path)")
        }
    }

    @Test(
        "The checker finds what it is for",
        arguments: ["<p>", "<p></b>", "<p a=b></p>", "a & b", "1 > 0", "<p a=\"1\" a=\"1\"></p>"])
    func checker(fault: String) {
        #expect(markupFault(in: "<!doctype html>" + fault) != nil)
    }

    @Test("Nothing from outside becomes markup")
    func hostile() throws {
        let report = try makeReport(assets: PageTests.hostileNames, platforms: ["<u>"]) { _ in makeEstimate(worst: 3000)
        }
        for page in pages(report) {
            #expect(!page.contents.contains("<script>alert"))
            #expect(!page.contents.contains("<img"))
            #expect(!page.contents.contains("<u>"))
            let controls = page.contents.unicodeScalars.filter {
                $0.value < 0x20 && $0 != "\n" || (0x202A...0x202E).contains($0.value) || $0.value == 0x200F
            }
            #expect(controls.isEmpty)
        }
        let index = try #require(pages(report).first).contents
        #expect(index.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"))
    }

    @Test("Page names are safe and different")
    func slugs() {
        let slugs = pageSlugs(for: PageTests.hostileNames + ["BTCUSDT", "BTC", "btc", "BTC/USDT", "con"])
        #expect(Set(slugs).count == slugs.count)
        for slug in slugs {
            #expect(!slug.isEmpty && slug.utf8.count <= 60)
            #expect(slug.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") })
        }
        #expect(pageSlugs(for: ["BTCUSDT"]) == ["btcusdt"])
        #expect(pageSlugs(for: ["BTC", "btc"]).allSatisfy { $0.hasPrefix("btc-") })
        #expect(pageSlugs(for: ["a", "BTC/USDT"])[1] == pageSlugs(for: ["BTC/USDT"])[0])
    }

    @Test("Blanks that mean nothing are left out of styles, and texts stay")
    func squeezed() {
        let style =
            ".a , b c { color: red; content: \"x ; { : y\"; }\n@media print { .d + .e { width: calc(1px + 2px) } }"
        #expect(
            PageCode.squeezed(style)
                == ".a ,b c{color:red;content:\"x ; { : y\"}\n@media print{.d + .e{width:calc(1px + 2px)}}")
    }

    @Test("The policy admits exactly the page's own style and script")
    func policy() throws {
        for page in pages(try Rendered.small) {
            let html = page.contents
            let policy = try #require(html.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).1
            let styles = html.matches(of: /<style>([\s\S]*?)<\/style>/).map { String($0.1) }
            let scripts = html.matches(of: /<script>([\s\S]*?)<\/script>/).map { String($0.1) }
            #expect(styles.count == 2 && scripts.count == 1)
            func sources(_ codes: [String]) -> String {
                codes.map { "&#39;sha256-\(base64(hex: Digest(of: $0).hex))&#39;" }.joined(separator: " ")
            }
            #expect(
                policy == "default-src &#39;none&#39;; style-src \(sources(styles)); script-src \(sources(scripts)); "
                    + "img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;")
        }
    }

    @Test(
        "Base64 by RFC 4648",
        arguments: [("", ""), ("66", "Zg=="), ("666f", "Zm8="), ("666f6f", "Zm9v"), ("fbff", "+/8=")])
    func base64Vectors(hex: String, text: String) {
        #expect(base64(hex: hex) == text)
    }

    @Test("One file: no address, no inline style, no handler, every id once")
    func selfContained() throws {
        for page in try pages(Rendered.nightly) + pages(Rendered.twoContracts) {
            let html = page.contents
            #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("//www"))
            #expect(!html.contains(" style=") && html.firstMatch(of: /\son[a-z]+="/) == nil)
            let ids = html.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
            #expect(Set(ids).count == ids.count)
            for target in html.matches(of: /\shref="#([^"]*)"/) { #expect(ids.contains(String(target.1))) }
        }
    }

    @Test("Links lead to files of the run")
    func links() throws {
        let files = try Rendered.nightly
        let paths = Set(files.map(\.path) + [storedResultsName])
        let contents = Dictionary(files.map { ($0.path, $0.contents) }, uniquingKeysWith: { first, _ in first })
        for page in pages(files) {
            for link in page.contents.matches(of: /\shref="([^#"][^"]*)"/).map({ String($0.1) }) {
                let target = (page.path == "index.html" ? link : link.replacing("../", with: "")).split(separator: "#")
                #expect(paths.contains(String(target[0])), "\(link) in \(page.path)")
                guard target.count > 1 else { continue }
                let isThere = contents[String(target[0])]?.contains(" id=\"\(target[1])\"")
                #expect(isThere == true, "\(link) in \(page.path)")
            }
        }
    }

    @Test("Of very many price histories a page's study names its own, and of few all", arguments: [3, 20, 21, 40])
    func ownStudy(count: Int) throws {
        let assets = (0..<count).map { "COIN\($0)X" }
        var report = try makeReport(assets: assets, leverages: [20], horizons: [.days(7)]) { _ in makeEstimate() }
        let entries = assets.map { "  - asset: \"\($0)\"\n    path: [\"\($0).csv\"]\n" }
        let (before, after) = ("version: 1\nname: nightly\ndata:\n", "grid:\n  side: [long]\nposition: {stride: 1}\n")
        report.studyText = before + entries.joined() + after
        for page in report.assetSides {
            let text = page.records.study ?? report.studyText
            let named = assets.filter { text.contains("\"\($0)\"") }
            #expect(named == (count > 20 ? [page.asset.asset] : assets))
            #expect(text.hasPrefix(before) && text.hasSuffix(after))
            #expect(text.contains("\(count - 1) more price histories") == (count > 20))
        }
        // What cannot be told apart stays whole.
        report.studyText = before + entries.dropLast().joined() + after
        #expect(report.assetSides.allSatisfy { $0.records.study == nil })
    }

    @Test("A page of 12 leverages, 8 holding times and 5 measures fits the budget")
    func size() throws {
        for page in pages(try Rendered.nightlyBounds) {
            #expect(page.contents.utf8.count <= 350_000, "\(page.path): \(page.contents.utf8.count)")
        }
    }

    @Test("A grid too large for a page shows an even choice and says so")
    func largeGrid() throws {
        let report = try makeReport(
            leverages: (1...125).map(Double.init), horizons: (1...20).map { .days($0) }
        ) { _ in makeEstimate() }
        let page = pages(report)[1].contents
        #expect(
            plainText(page).contains(
                "Shown: 24 of 125 leverages and 12 of 20 holding times; the full grid is in results.csv."))
        #expect(page.matches(of: /<td class="b/).count == 24 * 12 * 3)
        #expect(page.contains("class=\"b6 hl\""))
    }

    @Test("An even choice keeps both ends and what is wanted", arguments: [(3, 2), (24, 77), (12, 125)])
    func choice(limit: Int, wanted: Int) {
        let values = chosen(Array(1...125), limit: limit, keeping: wanted)
        #expect(values.count == limit && values.first == 1 && values.last == 125 && values.contains(wanted))
        #expect(values == values.sorted())
    }

    @Test("The four ways of having no share look different")
    func kinds() throws {
        let page = pages(try Rendered.small)
        let long = page[1].contents
        let short = page[2].contents
        #expect(long.contains("class=\"na\"") && long.contains(">n/a</td>"))
        #expect(long.contains("class=\"b0\"") && long.contains(">0<small>≤1.1</small></td>"))
        #expect(long.contains("class=\"nd\"") && long.contains(">no data</td>"))
        #expect(short.contains("class=\"rj\"") && short.contains(">rejected</td>"))
        #expect(long.contains(" few\""))
    }

    @Test("The worst fill stands in the answer, the key figures and the grid")
    func worstFill() throws {
        let page = pages(try Rendered.small)[1].contents
        #expect(page.contains("<p class=\"lede worst\">"))
        #expect(plainText(page).contains("worst fill: 9.5 %"))
        #expect(page.contains("for=\"m2\">Worst fill</label>"))
        #expect(!pages(try makeReport { _ in makeEstimate() })[1].contents.contains("Worst fill</label>"))
    }

    @Test("Details beyond fifty are left to the file")
    func details() throws {
        let page = pages(try Rendered.nightly)[1].contents
        #expect(page.contains("Single rows and gaps (63)"))
        #expect(page.contains("13 more in data_quality.csv."))
    }

    @Test("The same report gives the same bytes, and only the clock's facts change with the clock")
    func deterministic() throws {
        var report = try realisticReport()
        let first = report.files()
        #expect(first == report.files())
        report.circumstances.threads = 1
        report.circumstances.started = UTCInstant(milliseconds: 0)
        let changed: [String] = zip(first, report.files()).filter { $0 != $1 }.map(\.0.path)
        let pages: [String] = first.map(\.path).filter { $0.hasSuffix(".html") }
        #expect(Set(changed) == Set(pages + ["run.json"]))
    }

    @Test("Every number of the grid is in a file of the run")
    func traceable() throws {
        let files = try Rendered.singleBounds
        let results = try csvRows(#require(files.first { $0.path == "results.csv" }).contents)
        let intervals = try csvRows(#require(files.first { $0.path == "intervals.csv" }).contents)
        for (page, side) in [(files[1], "long"), (files[2], "short")] {
            let rows = results.filter { $0["side"] == side }
            for measure in Measure.shown where measure != .gapNegativeEquity || rows[0]["gap_negative_count"] != "" {
                let ends = measure.intervalFile == "results.csv" ? rows : intervals.filter { $0["side"] == side }
                let ofMeasure = ends.filter { $0["measure", default: measure.name] == measure.name }
                let ofCell = Dictionary(ofMeasure.map { (cellKey($0), $0) }, uniquingKeysWith: { first, _ in first })
                let expected = rows.map { expectedCell($0, measure, interval: ofCell[cellKey($0)]) }
                #expect(heatCells(of: page.contents, pane: measure.place) == expected, "\(measure) \(side)")
            }
        }
    }

    /// What a heat cell must show, from the fields of the files alone.
    private func expectedCell(_ row: [String: String], _ measure: Measure, interval: [String: String]?) -> String {
        if row["entries_count"] == "0" { return row["rejected_count"] == "0" ? "no data" : "rejected" }
        let value = Double(row[measure.name]!)!
        if row["status"] == "impossible", measure != .liquidated, value == 0 { return "n/a" }
        let prefixes: [Measure: String] = [
            .negativeEquity: "ci95", .worstNegativeEquity: "worst_ci95", .bestNegativeEquity: "best_ci95",
            .gapNegativeEquity: "gap_ci",
        ]
        let prefix = prefixes[measure] ?? "ci"
        let (low, high) = (Double(interval![prefix + "_low_frac"]!)!, Double(interval![prefix + "_high_frac"]!)!)
        let range = value > 0 ? "\(shareNumber(low))–\(shareNumber(high))" : "≤\(boundNumber(high))"
        return markupText(shareNumber(value)) + "<small>" + markupText(range) + "</small>"
    }

    private func cellKey(_ row: [String: String]) -> [String?] {
        ["asset", "side", "leverage_x", "horizon_h", "platform"].map { row[$0] }
    }

    private func csvRows(_ csv: String) -> [[String: String]] {
        let lines = csv.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }

    private func heatCells(of html: String, pane: Int) -> [String] {
        let start = html.firstRange(of: "<div class=\"pane p\(pane)\">")!.upperBound
        let end = html[start...].firstRange(of: "</table>")!.lowerBound
        return html[start..<end].matches(of: /<td [^>]*>(.*?)<\/td>/).map { String($0.1) }
    }

    @Test("Bounds stand in the answer, the grid, the drawing and the table")
    func bounds() throws {
        let page = pages(try Rendered.singleBounds)[1].contents
        #expect(page.contains("for=\"m4\">Best fill</label>"))
        #expect(plainText(page).contains("best to worst fill: 0.3–21 %"))
        #expect(page.contains("class=\"hb\"") && page.contains(">Best fill</text>"))
        #expect(page.contains("Best fill, %</th>"))
        let plain = pages(try Rendered.single)[1].contents
        #expect(!plain.contains("class=\"hb\"") && !plain.contains("Best fill</label>"))
    }

    @Test("Causes are drawn and tabled from severity.csv, with what lessened a shortfall left of zero")
    func causes() throws {
        let files = try Rendered.single
        let rows = try csvRows(#require(files.first { $0.path == "severity.csv" }).contents)
        let row = try #require(
            rows.first { $0["leverage_x"] == "20" && $0["horizon_h"] == "168" && $0["side"] == "long" })
        let shares = ShortfallCause.allCases.map { Double(row["cause_\($0.rawValue)_share_frac"]!)! }
        let fields = shares.map { "<td class=\"r\">\(markupText(signedPercentNumber($0)))</td>" }
        let page = files[1].contents
        #expect(page.contains("<th scope=\"row\">20×</th>" + fields.joined()))
        #expect(page.contains("href=\"#causes\"") && page.contains("class=\"c-latency\""))
        #expect(shares.contains { $0 < 0 })
    }

    @Test(
        "A mean shortfall stands with its interval, or with the reason why it has none",
        arguments: [
            (MeanInference.Method.clusteredGamma, "(95 % CI 8.0–31 %)", "8.0–31"),
            (.fewRuns, "(the history is too short for an interval)", "too few"),
            (.fewEpisodes, "(too few episodes for an interval)", "too few"),
            (.unbounded, "(without those that have no bound, and so without an interval)", "too few"),
        ])
    func meanShortfall(method: MeanInference.Method, words: String, field: String) throws {
        let ends = method == .clusteredGamma ? Interval(low: 0.08, high: 0.31) : nil
        let mean = MeanInference(mean: 0.13, interval: ends, method: method)
        let share = BlockShare(
            counts: (0..<100).map { $0 % 9 == 0 ? 3 : 0 }, entries: Array(repeating: 24, count: 100))
        let panel = try #require(
            HorizonPanel(
                columns: [share], horizonBlocks: 1, disjointWindows: 100, rules: ResamplingRules(resamples: 100),
                name: "page", memory: MarketMemory(runBlocks: 1)))
        let inference = CellInference(
            negative: [panel.inference(share)], roles: [.chosen], liquidated: nil, unprotected: nil, meanRunBlocks: 1,
            meanRun: .days(1), disjointWindows: 100, severity: [SeverityInference(mean: mean, perEntry: mean)])
        let files = try makeReport(horizons: [.days(7)]) { _ in makeEstimate().resampled(inference) }.files()
        let page = try #require(files.first { $0.path == "reports/ltcusdt-long.html" }).contents
        #expect(plainText(page).contains("Mean shortfall at 20×: 13 % of margin \(words)."))
        #expect(page.contains("<td class=\"r\">13</td><td class=\"r\">\(field)</td>"))
        let rows = try csvRows(#require(files.first { $0.path == "severity.csv" }).contents)
        for row in rows {
            for name in ["shortfall_mean", "shortfall_per_entry"] {
                #expect(row["\(name)_ci_method"] == method.rawValue)
                #expect(row["\(name)_ci_low_margin_frac"] == (ends.map { numberText($0.low) } ?? ""))
                #expect(row["\(name)_ci_high_margin_frac"] == (ends.map { numberText($0.high) } ?? ""))
            }
            #expect(row["status"] == "ok" && row["confidence"] == "0.95")
        }
    }

    @Test("Every contract and platform has a grid under its name, on one page a side")
    func contracts() throws {
        let report = try realisticReport(
            assets: ["BTCUSD"], platforms: ["typical", "strict"], contracts: ContractKind.allCases)
        let all = pages(report)
        #expect(all.map(\.path) == ["index.html", "reports/btcusd-long.html", "reports/btcusd-short.html"])
        for contract in ["Linear contract", "Inverse contract, coin-margined", "Margin loan", "Spot"] {
            for platform in ["typical", "strict"] {
                #expect(all[1].contents.contains("<h4>\(contract), platform \(platform)</h4>"))
            }
        }
        for page in all { #expect(page.contents.matches(of: /\shl"/).count == (page.path == "index.html" ? 1 : 4)) }
    }

    @Test(
        "Checks have names that read well",
        arguments: [
            ("funding_coverage", "Funding coverage"), ("ohlc_consistency", "OHLC consistency"),
            ("mark_coverage", "Mark price coverage"), ("mark_ohlc_consistency", "Mark prices: OHLC consistency"),
            ("wide_gaps", "Wide gaps"), ("dropped_rows", "Dropped rows"), ("extreme_rates", "Extreme funding rates"),
            ("non_positive_prices", "Non-positive prices"), ("utc_offset_unused", "UTC offset unused"),
        ])
    func checkNames(check: String, words: String) {
        #expect(checkWords(check) == words)
    }

    @Test("Funding and mark prices are named among the assumptions")
    func inputs() throws {
        var report = try makeReport { _ in makeEstimate() }
        #expect(!pages(report)[1].contents.contains("<dt>Funding</dt><dd>−0.01"))
        report.study.inputs[0].funding = .constant(rate: -0.0001, interval: .hours(8))
        report.study.inputs[0].mark = BarSource(files: ["mark.csv"])
        let page = plainText(pages(report)[1].contents)
        #expect(page.contains("<dt>Funding</dt><dd>−0.01 % of the position’s value every 8 hours</dd>"))
        #expect(page.contains("<dt>Mark prices</dt><dd>trigger liquidations in place of traded prices</dd>"))
    }

    @Test("A small page with bounds byte by byte")
    func goldenBounds() throws {
        let page = pages(try Rendered.bounded)[1].contents
        let body = try #require(page.firstRange(of: "<body>"))
        try expectGolden(String(page[body.lowerBound...]), "bounds-long.body.html")
    }

    @Test("A small page byte by byte")
    func golden() throws {
        let page = pages(try Rendered.small)[1].contents
        let body = try #require(page.firstRange(of: "<body>"))
        try expectGolden(String(page[body.lowerBound...]), "ltcusdt-long.body.html")
    }

    /// Writes the realistic run to the folder of `REPORT_PREVIEW`, for the browser checks and the eye.
    @Test("Preview", .enabled(if: ProcessInfo.processInfo.environment["REPORT_PREVIEW"] != nil))
    func preview() throws {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["REPORT_PREVIEW"]!)
        for (name, report) in try PageTests.previews() {
            for file in report.files() {
                let url = folder.appending(path: name).appending(path: file.path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try file.contents.write(to: url, atomically: true, encoding: .utf8)
            }
        }
    }

    /// The realistic run, and runs whose first sentence is one of the rarer ones.
    static func previews() throws -> [(String, RunReport)] {
        let rejected = makeEstimate(entries: 0, rejected: 61_200, negative: 0, unprotected: 0, liquidated: 0)
        return [
            ("nightly", try realisticReport()),
            ("bounds", try realisticReport(assets: ["LTCUSDT"], hasBounds: true)),
            (
                "contracts",
                try realisticReport(
                    assets: ["BTCUSD"], platforms: ["typical", "strict"],
                    contracts: [.inverse, .linear, .margin, .spot],
                    hasBounds: true)
            ),
            ("spot", try realisticReport(assets: ["BTCUSD"], contracts: [.spot])),
            ("platforms", try realisticReport(assets: ["LTCUSDT"], platforms: ["typical", "strict"])),
            ("hostile", try makeReport(assets: hostileNames) { _ in makeEstimate(worst: 3000) }),
            ("zero", try makeReport { _ in makeEstimate(negative: 0, unprotected: 0, liquidated: 0) }),
            ("impossible", try makeReport { _ in makeEstimate(negative: 0, unprotected: 0, status: .impossible) }),
            ("rejected", try makeReport { _ in rejected }),
            ("few", try makeReport(leverages: [20]) { _ in makeEstimate(negative: 1, windows: 9) }),
            (
                "large",
                try makeReport(leverages: (1...125).map(Double.init), horizons: (1...20).map { .days($0) }) {
                    makeEstimate(negative: Int($0.leverage.value * 90), worst: Int($0.leverage.value * 270))
                }
            ),
        ]
    }
}
