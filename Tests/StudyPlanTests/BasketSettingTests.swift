import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StudyPlan

/// The `baskets` of a study: read, written, described, and refused where they say nothing clear.
@Suite struct BasketSettingTests {
    private func yaml(_ baskets: String, grid: String = "", liquidation: String = "") -> String {
        """
        version: 1
        data: [{asset: LUNA, path: a.csv}, {asset: ADA, path: b.csv}, {asset: BTC, path: c.csv}]
        grid: {leverage: [2], horizon: [1d]\(grid)}
        platforms: {p: {tiers: [{to: .inf, rate: 0.01}]\(liquidation)}}
        baskets: \(baskets)
        """
    }

    private func load(_ baskets: String) throws -> [Basket] {
        try loadStudy(yaml: yaml(baskets), file: "s.yaml").value.baskets
    }

    private func problems(_ text: String) -> String {
        do throws(StudyError) {
            _ = try loadStudy(yaml: text, file: "s.yaml")
            return ""
        } catch { return error.findings.map { "\($0.message) (\($0.hint))" }.joined(separator: "; ") }
    }

    private let pair = "{asset: LUNA, side: long, share: 0.5}, {asset: ADA, side: short, share: 50%, rate: 2%}"

    @Test func basketsAreRead() throws {
        let found = try load(
            """
            [{name: pair, legs: [\(pair)], mode: [alone, isolated, cross], path: sides, close: all, rebalance: none,
              collateral: {asset: BTC, haircut: 10%}},
             {name: plain, legs: {asset: BTC, side: long, share: 1}, mode: cross, close: worst, rebalance: 2d, path: apart}]
            """)
        var pair = Basket(
            name: "pair",
            legs: [
                BasketLeg(asset: "LUNA", side: .long, share: 0.5),
                BasketLeg(asset: "ADA", side: .short, share: 0.5, rate: 0.02),
            ])
        pair.collateral = BasketCollateral(asset: "BTC", haircut: 0.1)
        var plain = Basket(name: "plain", legs: [BasketLeg(asset: "BTC", side: .long, share: 1)])
        (plain.modes, plain.closing, plain.rebalance, plain.path) = ([.cross], .worst, .days(2), .apart)
        #expect(found == [pair, plain])
        #expect(found[0].assets == ["LUNA", "ADA", "BTC"])
    }

    @Test func textReadsBack() throws {
        let baskets =
            "[{name: pair, legs: [\(pair)], collateral: {asset: BTC}}, {name: b, legs: [\(pair)], mode: cross, rebalance: 1w}]"
        let study = try loadStudy(yaml: yaml(baskets), file: "s.yaml").value
        #expect(study.baskets.count == 2)
        #expect(try loadStudy(yaml: study.canonicalText, file: "again").value == study)
        #expect(try loadStudy(yaml: study.completeText, file: "again").value == study)
        // A study without baskets has the text, and with it the name, that it had before there were any.
        let without = yaml(baskets).split(separator: "\n").dropLast().joined(separator: "\n")
        #expect(!(try loadStudy(yaml: without, file: "s").value.canonicalText).contains("baskets"))
    }

    @Test(arguments: [
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 0.5}]}]", "add up to 0.5"),
        ("[{name: a, legs: [{asset: LUNE, side: long, share: 1}]}]", "did you mean 'LUNA'?"),
        ("[{name: a, legs: [{asset: LUNA, side: up, share: 1}]}]", "long"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1.5}]}]", "1"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1, rate: 100%}]}]", "99%"),
        ("[{name: a, legs: []}]", "empty"), ("[{name: a}]", "no 'legs'"),
        ("[{legs: [{asset: LUNA, side: long, share: 1}]}]", "no 'name'"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1}], mode: [cross, cross]}]", "twice"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1}], mode: crossed}]", "cross"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1}], paths: sides}]", "did you mean 'path'?"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1}], rebalance: 0d}]", "rebalance"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1}], collateral: {asset: ETH}}]", "no asset 'ETH'"),
        ("[{name: a, legs: [{asset: LUNA, side: long, share: 1}], collateral: {haircut: 10%}}]", "no 'asset'"),
        (
            "[{name: a, legs: [{asset: LUNA, side: long, share: 1}]}, {name: a, legs: [{asset: ADA, side: long, share: 1}]}]",
            "another basket 'a'"
        ),
    ])
    func mistakesAreNamed(baskets: String, words: String) {
        #expect(problems(yaml(baskets)).contains(words), "\(problems(yaml(baskets)))")
    }

    /// What an account of several legs cannot be on a platform, or in a grid.
    @Test func whatCannotBeIsRefused() {
        let one = "[{name: a, legs: [{asset: LUNA, side: long, share: 1}]}]"
        #expect(problems(yaml(one)) == "")
        #expect(problems(yaml(one, grid: ", contract: [inverse]")).contains("linear contracts"))
        #expect(problems(yaml(one, liquidation: ", liquidation: {fill: best}")).contains("use fill: gap"))
        #expect(problems(yaml(one, liquidation: ", liquidation: {partial: true}")).contains("whole ones"))
        let legs = (0..<21).map { _ in "{asset: LUNA, side: long, share: \(1 / 21.0)}" }.joined(separator: ", ")
        #expect(problems(yaml("[{name: a, legs: [\(legs)]}]")).contains("at most 20"))
    }
}
