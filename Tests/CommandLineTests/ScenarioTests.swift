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
}
