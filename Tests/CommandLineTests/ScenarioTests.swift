import Foundation
import TestSupport
import Testing

/// Scenarios, custody and tax from the command line.
@Suite struct ScenarioTests {
    private func lines(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func run(_ words: String...) throws -> Outcome { try Scratch().program.run(words) }

    @Test func reversePrintsOneObjectACell() throws {
        let found = try run(
            "scenario", "reverse", "--leverage", "10", "--side", "long", "--over", "0s,20m", "--owes", "0%,1000%",
            "--maintenance-rate", "0.005", "--fee", "0.0005", "--slippage", "0.0005", "--delay", "30s", "--json")
        #expect(found.code == 0, "\(found.err)")
        let cells = try lines(found.out)
        let names: Set = [
            "side", "leverage_x", "platform", "shape", "over_s", "owed_more_than_margin_frac", "liquidated_frac",
            "owes_frac",
        ]
        #expect(cells.count == 4 && cells.allSatisfy { Set($0.keys) == names })
        #expect(cells.map { $0["shape"] as? String } == ["jump", "jump", "line", "line"])
        #expect(cells[0]["over_s"] as? Int == 0 && cells[2]["over_s"] as? Int == 1200)
        #expect(abs((cells[0]["liquidated_frac"] as? Double ?? 0) - 0.09497487437185931) < 1e-12)
        #expect(abs((cells[2]["owes_frac"] as? Double ?? 0) - 0.148275081254461) < 1e-9)
        // Ten margins are more than a long of ten times can lose.
        #expect(cells[1]["owes_frac"] is NSNull && cells[1]["liquidated_frac"] is Double)
        let rejected = try lines(try run("scenario", "reverse", "--leverage", "500", "--over", "0s", "--json").out)
        #expect(
            rejected.count == 4 && rejected.allSatisfy { $0["liquidated_frac"] is NSNull && $0["owes_frac"] is NSNull })
    }

    @Test func reverseTakesAStudysGridAndPlatforms() throws {
        let scratch = try Scratch()
        try scratch.write(smallStudy(), to: "study.yaml")
        let own = try lines(try scratch.program.run(["scenario", "reverse", "study.yaml", "--json"]).out)
        #expect(own.count == 2 * 3 * 4 * 2 && own.allSatisfy { $0["platform"] as? String == "typical" })
        let venues = try scratch.program.run([
            "scenario", "reverse", "study.yaml", "--platform", "bybit,binance-usdm", "--leverage", "20", "--json",
        ])
        #expect(venues.code == 0, "\(venues.err)")
        let cells = try lines(venues.out)
        #expect(Set(cells.compactMap { $0["platform"] as? String }) == ["bybit", "binance-usdm"])
        let text = try scratch.program.run(["scenario", "reverse", "study.yaml", "--leverage", "10", "--side", "long"])
        #expect(text.out.contains("linear long on typical") && text.out.contains("9.497 %"), "\(text.out)")
        #expect(text.out.contains("in 20m") && text.out.contains("14.83 %"))
        let all = try lines(
            try scratch.program.run([
                "scenario", "reverse", "study.yaml", "--contract", "linear,margin", "--json",
            ]).out)
        #expect(Set(all.compactMap { $0["contract"] as? String }) == ["linear", "margin"])
    }

    @Test func shockTakesBothKindsOfMinus() throws {
        for minus in ["-", "\u{2212}"] {
            let found = try run(
                "scenario", "shock", "--size", minus + "30%", "--over", "20m", "--shape", "line", "--leverage", "2,10",
                "--side", "both", "--json")
            #expect(found.code == 0, "\(found.err)")
            let cells = try lines(found.out)
            #expect(cells.map { $0["liquidated"] as? Bool } == [false, true, false, false])
            #expect(cells.allSatisfy { $0["size_frac"] as? Double == -0.3 })
        }
        for shape in ["jump", "line", "v", "cascade"] {
            let found = try run(
                "scenario", "shock", "--size", "-30%", "--over", "20m", "--shape", shape, "--recover", "50%",
                "--leverage", "10", "--side", "long")
            #expect(found.code == 0 && found.out.contains("linear long on typical"), "\(shape): \(found.err)")
        }
        #expect(try run("scenario", "shock", "--size", "-120%").code == 64)
        #expect(try run("scenario", "shock", "--size", "-100%").code == 64)
        #expect(try run("scenario", "shock", "--size", "much").code == 64)
        #expect(try run("scenario", "shock", "--size", "-30%", "--shape", "line").code == 64)
        #expect(try run("scenario", "shock", "--size", "nan").code == 64)
    }

    /// Each refusal has a help of its own, and bounds stand in the unit of what was typed.
    @Test(arguments: [
        ("-30% --shape line --over 0s", "a line takes some time", "--over 20m"),
        ("-30% --shape v", "a v takes some time", "--over 20m"),
        ("0", "--size must be a move, not '0'", "write -30% for a fall"),
        ("0%", "--size must be a move, not '0%'", "write -30% for a fall"),
        ("-100%", "--size must be above -100%, not '-100%'", "belowzero scenario zero"),
        ("-130%", "--size must be above -100%, not '-130%'", "belowzero scenario zero"),
        ("\u{2212}1.3", "--size must be above -1, not '\u{2212}1.3'", "belowzero scenario zero"),
        ("200000000%", "--size must be at most 100000000%, not '200000000%'", "write 50%"),
        ("2e6", "--size must be at most 1000000, not '2e6'", "write 50%"),
        ("-30% --shape v --over 1h --recover 150%", "a part from 0% to 100%, not '150%'", ""),
        ("-30% --fee 200%", "--fee must be -10% to 10%", "--help"),
        ("-30% --fee 2", "--fee must be -0.1 to 0.1", "--help"),
        ("-30% --liquidation-fee 20%", "--liquidation-fee must be -10% to 10%", "--help"),
        ("-30% --margin-level 0.5", "--margin-level must be 1 to 10", "--help"),
        ("-30% --delay 3d", "--delay must be 1s to 1d", "--help"),
    ])
    func everyRefusalHasItsOwnHelp(words: String, message: String, help: String) throws {
        let arguments = ["scenario", "shock", "--size"] + words.split(separator: " ").map(String.init)
        let found = try Scratch().program.run(arguments)
        #expect(found.code == 64 && found.err.contains(message), "\(found.code) \(found.err)")
        #expect(help.isEmpty || found.err.contains(help), "\(found.err)")
        #expect(help.contains("zero") == found.err.contains("scenario zero"), "\(found.err)")
    }

    @Test func timesBeforeAnEventAreSaidToBeThat() throws {
        let found = try run("scenario", "run", "march-2020", "--before", "0s")
        #expect(found.code == 64 && found.err.contains("--before: cannot read '0s'"), "\(found.err)")
        #expect(found.err.contains("scenario matrix"))
        #expect(try run("sweep", "x.csv", "--horizon", "0s").err.contains("cannot read horizon '0s'"))
    }

    @Test func bracketsInCoinNeedAPrice() throws {
        let blind = try run("scenario", "reverse", "--platform", "binance-usdm", "--contract", "inverse")
        #expect(blind.code == 64 && blind.err.contains("--price"), "\(blind.err)")
        #expect(
            try run("scenario", "reverse", "--platform", "binance-usdm", "--contract", "inverse", "--price", "60000")
                .code == 0)
    }

    @Test func custody() throws {
        let found = try run("custody", "--years", "5", "--hazard", "1%", "--recovery", "30%", "--json")
        let object = try #require(try lines(found.out).first)
        #expect(Set(object.keys) == ["loss_probability_frac", "expected_loss_frac"])
        #expect(abs((object["loss_probability_frac"] as? Double ?? 0) - 0.04877057549928599) < 1e-15)
        let text = try run("custody", "--years", "5", "--hazard", "1%", "--keys", "0.5%", "--recovery", "30%")
        #expect(
            text.out.contains("7.226 %") && text.out.contains("5.78") && text.out.contains("not advice"), "\(text.out)")
        #expect(try run("custody", "--years", "0", "--hazard", "1%").code == 64)
        #expect(try run("custody", "--years", "5", "--hazard", "-1%").code == 64)
        #expect(try run("custody", "--years", "5", "--hazard", "1%", "--share", "120%").code == 64)
    }

    @Test func tax() throws {
        let words = ["tax", "--loss", "25000", "--gains", "4000", "--income-rate", "24%", "--gains-rate", "15%"]
        let program = try Scratch().program
        let years = try lines(try program.run(words + ["--json"]).out)
        #expect(
            years.count == 4 && Set(years[0].keys) == ["year", "offset_gains", "offset_income", "carried", "value"])
        #expect(years.map { $0["carried"] as? Int } == [18_000, 11_000, 4000, 0])
        #expect(years.map { $0["value"] as? Int } == [1320, 1320, 1320, 600])
        let text = try program.run(words).out
        #expect(text.contains("Used up in 4 years; worth 4560.00") && text.contains("not advice"), "\(text)")
        let list = try lines(
            try program.run(Array(words.prefix(3)) + ["--gains", "0,30000"] + words.suffix(4) + ["--json"]).out)
        #expect(list.map { $0["offset_gains"] as? Int } == [0, 22_000])
        #expect(try program.run(Array(words.prefix(3)) + ["--gains", "x"] + words.suffix(4)).code == 64)
        #expect(try program.run(["tax", "--loss", "-5", "--income-rate", "24%", "--gains-rate", "15%"]).code == 64)
    }

    @Test func aCoinGoesToNothing() throws {
        let found = try run("scenario", "zero", "--leverage", "1,10", "--fee", "0", "--slippage", "0", "--json")
        #expect(found.code == 0, "\(found.err)")
        let cells = try lines(found.out)
        // Four contracts, two sides, two leverages; at once, and three ways by three fills.
        #expect(cells.count == 4 * 2 * 2 * 10)
        func one(_ contract: String, _ side: String, _ leverage: Double, _ bars: Int, _ fill: String) throws -> [String:
            Any]
        {
            try #require(
                cells.first {
                    $0["contract"] as? String == contract && $0["side"] as? String == side
                        && $0["leverage_x"] as? Double == leverage && $0["bars_count"] as? Int == bars
                        && $0["fill"] as? String == fill
                })
        }
        #expect(try one("linear", "long", 10, 0, "at_once")["owed_margin_frac"] as? Double == 9)
        #expect(try one("inverse", "long", 10, 0, "at_once")["equity_margin_frac"] as? Double == -10)
        #expect(try one("spot", "long", 1, 0, "at_once")["owed_margin_frac"] as? Double == 0)
        #expect(try one("spot", "long", 10, 0, "at_once")["equity_margin_frac"] is NSNull)
        #expect(try one("linear", "long", 10, 100, "gap")["owed_margin_frac"] as? Double == 0)
        #expect(try run("scenario", "zero", "--bars", "0,x").code == 64)
        #expect(try run("scenario", "zero", "--bars", "2000000").code == 64)
        #expect(try run("scenario", "zero", "--leverage", "10").out.contains("inverse short on typical"))
    }

    @Test func eventsAreListed() throws {
        let list = try run("scenario", "list")
        #expect(
            list.code == 0 && list.out.contains("march-2020") && list.out.contains("-48.6 %")
                && list.out.contains("+982 %"))
        let events = try lines(try run("scenario", "list", "--json").out)
        #expect(events.count == 55 && events.allSatisfy { $0.keys.contains("size_frac") && $0["sources"] is [String] })
        let one = try run("scenario", "list", "popcat-2025")
        #expect(one.out.contains("almost 25 %") && one.out.contains("Assumed for a path"), "\(one.out)")
        #expect(try run("scenario", "list", "march-2002").code == 64)
    }

    @Test func eventsAreReplayedDrawn() throws {
        let found = try run("scenario", "run", "march-2020", "gdax-2017", "--leverage", "1,10", "--json")
        #expect(found.code == 0, "\(found.err)")
        let cells = try lines(found.out)
        #expect(cells.count == 2 * 2 * 2 * 4 && cells.allSatisfy { $0["prices"] as? String == "drawn" })
        #expect(cells.contains { $0["owed_margin_frac"] as? Double ?? 0 > 8 })
        let text = try run("scenario", "run", "march-2020", "--leverage", "10")
        #expect(
            text.out.contains("drawn as a path through the prices that are known") && text.out.contains("30d before"))
        #expect(try run("scenario", "run", "vw-2008").code == 64)
        #expect(try run("scenario", "run", "march-2020", "gdax-2017", "--prices", "x.csv").code == 64)
        #expect(try run("scenario", "run", "march-2020", "--prices", "absent.csv").code == 66)
        let oil = try lines(
            try run("scenario", "run", "wti-2020", "--leverage", "10", "--contract", "linear,inverse", "--json").out)
        #expect(oil.contains { $0["contract"] as? String == "inverse" && $0["equity_margin_frac"] is NSNull })
    }

    /// Half of how an event is drawn may be assumed, and what was a jump is drawn slower: that stands beside the numbers.
    @Test func whatIsDrawnIsSaid() throws {
        let words = ["scenario", "run", "eurchf-2015", "--leverage", "30", "--side", "long"]
        let program = try Scratch().program
        let text = try program.run(words)
        #expect(text.out.contains("drawn as a line of 10m from its figures"), "\(text.out)")
        #expect(text.out.contains("Assumed: ten minutes for minutes.") && text.out.contains("as a jump"))
        #expect(text.out.contains("belowzero scenario shock --size -29% --shape jump"))
        let drawn = try lines(try program.run(words + ["--json"]).out)
        #expect(drawn.allSatisfy { $0["shape"] as? String == "line" && $0["duration_s"] as? Int == 600 })
        #expect(drawn.allSatisfy { $0["assumed"] as? String == "ten minutes for minutes" })
        let shock = try lines(
            try run(
                "scenario", "shock", "--size", "-29%", "--shape", "jump", "--leverage", "30", "--side", "long",
                "--json"
            ).out)
        let (owed, jump) = (drawn[0]["owed_margin_frac"] as? Double, drawn[0]["jump_owed_margin_frac"] as? Double)
        #expect(jump == shock[0]["owed_margin_frac"] as? Double && jump ?? 0 > 7 && owed ?? 9 < 1)
        // March 2020 fell in hours that are known, and nobody calls it a jump.
        let fall = try run("scenario", "run", "march-2020", "--leverage", "10")
        #expect(!fall.out.contains("as a jump") && fall.out.contains("known, 3 of them in 17h, before"), "\(fall.out)")
        #expect(try !run("scenario", "run", "gbpusd-2016", "--leverage", "10").out.contains("Assumed"))
        let known = try lines(try run("scenario", "run", "march-2020", "--leverage", "10", "--json").out)
        #expect(known.allSatisfy { $0["shape"] as? String == "points" && $0["jump_owed_margin_frac"] is NSNull })
    }

    /// Hours that fall by a fifth within the event of March 2020.
    private static let fallByAFifth =
        "time,open,high,low,close\n"
        + (-60..<40).map { hour in
            let (open, close) = (hour <= 1 ? 100.0 : 80, hour < 1 ? 100.0 : 80)
            return "\(1_584_007_200 + hour * 3600),\(open),\(open),\(close),\(close)\n"
        }.joined()

    /// The engine of a run goes by a platform's own fill, and is not said to go by another.
    @Test func onPricesTheStudysOwnFillIsTaken() throws {
        let scratch = try Scratch()
        try scratch.write(ScenarioTests.fallByAFifth, to: "prices.csv")
        let liquidation = ", liquidation: {enabled: true, trigger: extreme, fill: worst, partial: true}"
        try scratch.write(
            """
            version: 1
            name: worst
            data: [{asset: A, path: prices.csv}]
            grid: {side: [long], leverage: [10], horizon: [1d], platform: [p]}
            platforms: {p: {tiers: [{to: .inf, rate: 0.005, amount: 0}]\(liquidation)}}
            """, to: "study.yaml")
        let replay = ["scenario", "run", "march-2020", "--study", "study.yaml"]
        let drawn = try scratch.program.run(replay)
        #expect(drawn.code == 0 && drawn.err.contains("fills by 'worst'"), "\(drawn.err)")
        #expect(drawn.err.contains("reduces positions by bracket"), "\(drawn.err)")
        let priced = try scratch.program.run(replay + ["--prices", "prices.csv", "--json"])
        #expect(priced.code == 0, "\(priced.err)")
        #expect(!priced.err.contains("known path"), "\(priced.err)")
        // Nothing is left of ten times but ten times what the extreme of 80 lost.
        let cells = try lines(priced.out)
        #expect(abs((cells[0]["owed_margin_frac"] as? Double ?? 0) - 1) < 0.02, "\(priced.out)")
        #expect(cells.allSatisfy { $0["shape"] is NSNull && $0["assumed"] is NSNull })
    }

    /// The event on a file, as the engine follows it: hours that fall by a fifth within the event.
    @Test func eventsAreReplayedOnPrices() throws {
        let scratch = try Scratch()
        try scratch.write(ScenarioTests.fallByAFifth, to: "prices.csv")
        let found = try scratch.program.run([
            "scenario", "run", "march-2020", "--prices", "prices.csv", "--leverage", "2,20", "--side", "long", "--json",
        ])
        #expect(found.code == 0, "\(found.err)")
        let cells = try lines(found.out)
        #expect(cells.count == 2 * 4 && cells.allSatisfy { $0["prices"] as? String == "file" })
        #expect(
            cells[0]["entered_utc"] as? String == "2020-03-12T09:00:00Z" && cells[0]["entry_price"] as? Double == 100)
        #expect(cells[0]["liquidated"] as? Bool == false && cells[4]["liquidated"] as? Bool == true)
        // The prices begin three days before: nothing is known of a week before.
        #expect(cells[2]["entered_utc"] is NSNull && cells[2]["equity_margin_frac"] is NSNull)
        let wrong = try scratch.program.run(["scenario", "run", "gdax-2017", "--prices", "prices.csv"])
        #expect(wrong.code == 65 && wrong.err.contains("gdax-2017"))
    }

    @Test func theMatrixIsATableAndAPage() throws {
        let scratch = try Scratch()
        let found = try scratch.program.run(["scenario", "matrix", "--leverage", "2,10", "--out", "m.html"])
        #expect(
            found.code == 0 && found.out.contains("linear on typical") && found.out.contains("gdax-2017"),
            "\(found.err)")
        #expect(found.out.contains("line, 10m*") && found.out.contains("at once") && found.out.contains("Assumed:\n"))
        #expect(found.out.contains("  eurchf-2015: ten minutes for minutes"))
        #expect(found.out.contains("No source says how far: ") && found.out.contains("vw-2008"))
        let page = try scratch.read("m.html")
        #expect(page.contains("Content-Security-Policy") && page.contains("default-src &#39;none&#39;"))
        #expect(page.contains("events</h1>") || page.contains("leave a debt"), "the headline")
        #expect(!page.contains("style=") && page.utf8.count < 250_000, "\(page.utf8.count)")
        let again = try scratch.program.run(["scenario", "matrix", "--leverage", "2,10", "--out", "m.html", "--json"])
        let cells = try lines(again.out)
        #expect(again.code == 0 && cells.count % 2 == 0 && cells.count > 80)
        #expect(
            cells.allSatisfy { $0["shape"] is String && $0["duration_s"] is NSNumber && $0.keys.contains("assumed") })
        let jumped = cells.filter { $0["jump_owed_margin_frac"] is Double }
        #expect(jumped.count > 10 && jumped.allSatisfy { $0["shape"] as? String != "jump" })
        #expect(page.contains("line, 10m*") && page.contains("ten minutes for minutes"))
        #expect(try scratch.read("m.html") == page)
        try scratch.write("mine", to: "mine.html")
        #expect(try scratch.program.run(["scenario", "matrix", "--out", "mine.html"]).code == 73)
        let printed = try scratch.program.run(["scenario", "matrix", "--leverage", "2,10", "--out", "-"])
        #expect(printed.out == page)
    }
}
