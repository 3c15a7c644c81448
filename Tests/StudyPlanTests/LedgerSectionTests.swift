import Foundation
import StressBasics
import StressStatistics
import TestSupport
import Testing

@testable import StudyPlan

/// Who trades and who pays, as a study says it.
@Suite struct LedgerSectionTests {
    private func yaml(_ ledger: String, platform: String = "", more: String = "") -> String {
        """
        version: 1
        data: [{asset: A, path: a.csv}]
        grid: {leverage: [2, 10], horizon: [1d, 7d]\(more.hasPrefix(", platform") ? more : "")}
        platforms: {p: {tiers: [{to: .inf, rate: 0.01}]\(platform)}, q: {tiers: [{to: .inf, rate: 0.01}]}}
        \(ledger)
        \(more.hasPrefix("limits") ? more : "")
        """
    }

    private func problems(_ yaml: String) -> [String] {
        do throws(StudyError) {
            _ = try loadStudy(yaml: yaml, file: "s.yaml")
            return []
        } catch { return error.findings.map { "\($0.message) = \($0.hint)" } }
    }

    @Test func everythingIsRead() throws {
        let study = try loadStudy(
            yaml: yaml(
                """
                ledger:
                  population: {classes: [{side: both, leverage: "10,20", weight: 2}], open_interest_per_bar: 5e4, scale: volume}
                  horizon: 3d
                  fund: {amount: 1e6, floor: 100, top_up: {below: 1e5, to: 5e5}}
                  surplus: {fund: 0.5}
                  fund_share: 0.25
                  adl: pro_rata
                  adl_when: {fall: 0.3, within: 8h}
                  socialised: {cap: 0.9}
                  recourse: platform
                  impact: {depth: 2e6, half_life: 10m}
                """), file: "s.yaml"
        ).value
        let population = try #require(study.ledgerPopulation)
        #expect(population.classes.map(\.side) == [.long, .long, .short, .short])
        #expect(population.classes.map(\.leverage.value) == [10, 20, 10, 20] && population.horizon == .days(3))
        #expect(population.notionals == [25_000, 25_000, 25_000, 25_000] && population.scale == .volume)
        let rules = study.safeguards(of: study.platforms[0])
        #expect(rules.fund == FundRules(amount: 1e6, floor: 100, topUp: .init(below: 1e5, to: 5e5)))
        #expect(rules.surplusToFund == 0.5 && rules.feeToFund == 0.25 && rules.deleveraging == .proRata)
        #expect(rules.early == EarlyDeleveraging(fall: 0.3, within: .hours(8)))
        #expect(rules.socialisedCap == 0.9 && rules.recourse == .platform)
        #expect(rules.impact == LiquidationImpact(gamma: 1, depth: 2e6, halfLife: .minutes(10), maxRounds: 10))
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
    }

    /// A platform's own words win, one by one; what it does not say is what the study says of all.
    @Test func aPlatformSaysWhatIsItsOwn() throws {
        let text = yaml(
            "ledger: {population: bitmex-2019, adl: binance, fund: {amount: 5}, recourse: platform}",
            platform: ", ledger: {adl: off, fund: {floor: 2}, impact: {depth: 5}}")
        let study = try loadStudy(yaml: text, file: "s.yaml").value
        let (own, common) = (study.safeguards(of: study.platforms[0]), study.safeguards(of: study.platforms[1]))
        #expect(own.deleveraging == nil && own.fund == FundRules(amount: 5, floor: 2) && own.recourse == .platform)
        #expect(own.impact?.depth == 5 && common.impact == nil)
        #expect(common.deleveraging == .binance && common.fund == FundRules(amount: 5) && common.recourse == .platform)
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
        #expect(try loadStudy(yaml: study.completeText, file: "again").value == study)
    }

    /// Published figures that the presets stand for: see their comments.
    @Test func presetsHoldWhatWasPublished() throws {
        func mean(_ name: String, _ side: Side) throws -> Double {
            let preset = try #require(PopulationPreset.all.first { $0.name == name })
            let classes = preset.classes.filter { $0.side == side }
            #expect(abs(classes.reduce(0) { $0 + $1.weight } - 100) < 1e-9)
            return classes.reduce(0) { $0 + $1.weight * $1.leverage.value } / 100
        }
        #expect(try (22...39).contains(mean("bitmex-2019", .long)) && (26...37).contains(mean("bitmex-2019", .short)))
        #expect(try abs(mean("ftx-2021", .long) - 2) < 0.02)
    }

    @Test(arguments: [
        ("ledger: {horizon: 1d}", "ledger has no 'population'"),
        ("ledger: {population: bitmex-2018}", "did you mean 'bitmex-2019'?"),
        ("ledger: {population: {open_interest_per_bar: 5}}", "give either a preset or classes"),
        (
            "ledger: {population: {classes: [{side: long, leverage: 5}, {side: both, leverage: 5}]}}",
            "long at 5× stands twice"
        ),
        ("ledger: {population: ftx-2021, adl: binanc}", "did you mean 'binance'?"),
        ("ledger: {population: ftx-2021, fund: {top_up: {below: 5, to: 4}}}", "at least 'below'"),
        ("ledger: {population: ftx-2021, surplus: everybody}", "expected fund, trader or {fund: part}"),
        ("ledger: {population: ftx-2021, adl_when: {fall: 0.3}}", "has no 'within'"),
        ("ledger: {population: ftx-2021, fund: {amount: 1, days_of_fees: 2}}", "either an amount or days_of_fees"),
        ("ledger: {population: ftx-2021, impact: {gamma: 2}}", "has no 'depth'"),
    ])
    func mistakesAreNamed(ledger: String, words: String) {
        let found = problems(yaml(ledger))
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    /// What asks winners early, or fills a fund up to its floor, where that decides nothing; where a platform of several lets it, nothing is said.
    @Test(
        arguments: [
            ("adl: off, adl_when: {fall: 0.3, within: 8h}", "", "nobody closes winners here"),
            ("adl_when: {fall: 0.3, within: 8h}", "", "'adl_when' decides nothing"),
            ("adl_when: {fall: 0.3, within: 8h}", "adl_when: off, adl: binance", "nobody closes winners here"),
            ("adl: off", "adl_when: {fall: 0.3, within: 8h}", "platform 'p' closes no winners"),
            ("adl: off", "adl: off, adl_when: {fall: 0.3, within: 8h}", "platform 'p' closes no winners"),
            ("adl: bitmex, adl_when: {fall: 0.3, within: 8h}", "", nil),
            ("adl: bitmex, adl_when: {fall: 0.3, within: 8h}", "adl: off", nil),
            ("adl_when: {fall: 0.3, within: 8h}", "adl: profit", nil),
            ("adl: bitmex", "adl_when: {fall: 0.3, within: 8h}", nil),
            ("adl: off, adl_when: off", "adl_when: off", nil),
            ("fund: {floor: 500, top_up: {below: 100, to: 200}}", "", "what it is given pays nobody"),
            ("fund: {top_up: {below: 100, to: 200}}", "fund: {floor: 200}", "platform 'p' fills its fund up to 200"),
            ("fund: {floor: 500, top_up: {below: 600, to: 600}}", "", nil),
            ("fund: {top_up: {below: 0, to: 0}}", "", nil),
            ("fund: {floor: 500, top_up: {below: 100, to: 200}}", "fund: {floor: 0}", "platform 'q'"),
        ] as [(String, String, String?)])
    func whatDecidesNothingIsRefused(common: String, own: String, words: String?) {
        let platform = own.isEmpty ? "" : ", ledger: {\(own)}"
        let found = problems(yaml("ledger: {population: ftx-2021, \(common)}", platform: platform))
        guard let words else {
            #expect(found.isEmpty, "\(found)")
            return
        }
        #expect(found.contains { $0.contains(words) }, "\(found)")
        // Runs were made of such studies before they were refused, and are still read.
        let text = yaml("ledger: {population: ftx-2021, \(common)}", platform: platform)
        #expect(throws: Never.self) { try loadStudy(yaml: text, file: "s.yaml", isStored: true) }
    }

    /// Positions are linear; how a platform closes them, and by which brackets or dated margins, is followed.
    @Test func whatTheLedgerDoesNotFollowIsRefused() {
        func found(_ platform: String, contract: String = "linear") -> [String] {
            problems(
                """
                version: 1
                data: [{asset: A, path: a.csv}]
                grid: {leverage: [2], horizon: [1d], contract: \(contract)}
                platforms: {p: {\(platform)}}
                ledger: {population: {classes: [{side: both, leverage: 10}], open_interest_per_bar: 1e9, scale: volume}}
                """)
        }
        let brackets = "tiers: [{to: 50000, rate: 0.01}, {to: .inf, rate: 0.02, amount: 500}]"
        #expect(found("\(brackets), liquidation: {partial: true}").isEmpty)
        let inverse = found("slippage: 0.001", contract: "inverse")
        #expect(inverse.count == 1 && inverse[0].contains("the grid has none"), "\(inverse)")
        let dated = problems(
            yaml("ledger: {population: ftx-2021}").replacingOccurrences(
                of: "{tiers: [{to: .inf, rate: 0.01}]}, q", with: "{tiers: {file: m.csv, contract_size: 5}}, q"))
        #expect(dated.isEmpty, "margins per contract by date are followed: \(dated)")
    }

    @Test func aPlatformCannotPayWithoutTraders() {
        let found = problems(yaml("", platform: ", ledger: {adl: binance}"))
        #expect(found.count == 1 && found[0].contains("asks for no ledger"), "\(found)")
    }

    /// A limit on what is owed speaks of the ledger's own positions, or says what it means elsewhere.
    @Test func limitsOnDebtNameTheLedgersPositions() {
        let ledger = "ledger: {population: {classes: [{side: both, leverage: 10}]}, horizon: 7d}"
        func limit(_ words: String) -> String { "limits: [{\(words)measure: owed_frac, max: 0.1}]" }
        #expect(problems(yaml(ledger, more: limit("leverage: 10, horizon: 7d, "))).isEmpty)
        #expect(problems(yaml(ledger, more: limit("on_no_value: ignore, "))).isEmpty)
        let others = problems(yaml(ledger, more: limit("leverage: 2, ")))
        #expect(others.count == 1 && others[0].contains("names others"), "\(others)")
        // What is missing is named, and where everything is named nothing is.
        let open = problems(yaml(ledger, more: limit("")))
        #expect(open.count == 1 && open[0].contains("it names no leverage"), "\(open)")
        #expect(open[0].contains("add leverage: 10, horizon: 7d, or say"), "\(open)")
        let one = "ledger: {population: {classes: [{side: long, leverage: 10}]}, horizon: 7d}"
        let wide = problems(yaml(one, more: limit("horizon: 7d, ")))
        #expect(wide.count == 1 && wide[0].contains("it names no side and no leverage"), "\(wide)")
        let crossed = "{side: long, leverage: 10}, {side: short, leverage: 2}"
        let pairs = problems(
            yaml("ledger: {population: {classes: [\(crossed)]}, horizon: 7d}", more: limit("horizon: 7d, ")))
        #expect(pairs.count == 1 && pairs[0].contains("it names no side and no leverage"), "\(pairs)")
        let none = problems(yaml("", more: limit("")))
        #expect(none.count == 1 && none[0].contains("asks for none"), "\(none)")
    }

    /// Limits on money speak of everybody on a platform, and only of what somebody can owe, give or bear there.
    @Test(
        arguments: [
            ("measure: ledger_owed_quote, max: 1000", nil),
            ("asset: A, measure: ledger_owed_margin_frac, max: 1.5", nil),
            ("platform: p, measure: ledger_fund_lowest_quote, min: 5", nil),
            ("measure: ledger_shortfall_margin_frac, max: 0.1, bound: upper", nil),
            ("measure: ledger_exhausted_count, max: 0", nil), ("measure: ledger_haircut_quote, max: 1e12", nil),
            ("leverage: 2, measure: ledger_owed_quote, max: 5", "is of everybody on a platform"),
            ("asset: A, measure: ledger_unpaid_quote, max: 5", "is of a fund, which serves all"),
            ("measure: ledger_owed_quote, drift: {max_change: 5}", "has no 'drift'"),
            ("measure: ledger_owed_margin_frac, max: 5, monitor: {false_alarm: 5% a year}", "has no 'monitor'"),
            ("measure: ledger_owed_quote, max: -1", "is always breached"),
            ("measure: ledger_owed_quote, max: 1, bound: lower", "has no interval"),
            ("measure: ledger_platform_quote, max: 5", "where traders owe what is left"),
            ("measure: ledger_socialised_quote, max: 5", "without socialised loss"),
            ("platform: nobody, measure: ledger_owed_quote, max: 5", "nobody"),
        ] as [(String, String?)])
    func limitsOnMoney(limit: String, words: String?) throws {
        let ledger = "ledger: {population: {classes: [{side: both, leverage: 10}]}, horizon: 7d, adl: profit}"
        let text = yaml(ledger, more: "limits: [{\(limit)}]")
        let found = problems(text)
        guard let words else {
            #expect(found.isEmpty, "\(found)")
            let study = try loadStudy(yaml: text, file: "s.yaml").value
            #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
            return
        }
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
        let none = problems(yaml("", more: "limits: [{measure: ledger_owed_quote, max: 5}]"))
        #expect(none.count == 1 && none[0].contains("asks for none"), "\(none)")
    }

    /// What venues say of who pays has no part in a study that does not ask.
    @Test func venuesBringTheirSafeguards() throws {
        let file = packageRoot + "/Data/Venues/okx.yaml"
        let okx = try loadVenue(yaml: String(contentsOfFile: file, encoding: .utf8), file: "okx.yaml")
        func study(_ ledger: String) throws -> Study {
            let text = """
                version: 1
                data: [{asset: A, path: a.csv}]
                grid: {leverage: [2], horizon: [1d], platform: [okx]}
                \(ledger)
                """
            return try loadStudy(yaml: text, file: "s", venues: [okx]).value
        }
        let asked = try study("ledger: {population: ftx-2021}")
        let rules = asked.safeguards(of: asked.platforms[0])
        #expect(rules.deleveraging == .bitmex && rules.early == EarlyDeleveraging(fall: 0.3, within: .hours(8)))
        #expect(rules.recourse == .platform)
        #expect(try study("").platforms[0].safeguards == nil)
        #expect(try loadStudy(yaml: asked.canonicalText, file: "again").value == asked)
    }
}
