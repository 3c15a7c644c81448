import Foundation
import StressBasics
import TestSupport
import Testing

@testable import StudyPlan

/// `resample`, `custody` and `tax` of a study: read, written, described, and refused where they say nothing clear.
@Suite struct FuturesSettingTests {
    private func yaml(_ section: String) -> String {
        """
        version: 1
        data: [{asset: A, path: a.csv}]
        grid: {leverage: [1, 20], horizon: [1d]}
        headline: {leverage: 20}
        platforms: {p: {tiers: [{to: .inf, rate: 0.005}]}}
        \(section)
        """
    }

    private func load(_ section: String) throws -> Study { try loadStudy(yaml: yaml(section), file: "s.yaml").value }

    private func problems(_ section: String) -> String {
        do throws(StudyError) {
            _ = try loadStudy(yaml: yaml(section), file: "s.yaml")
            return ""
        } catch {
            return error.findings.map { "\($0.message) \($0.hint)" }.joined(separator: "; ")
        }
    }

    @Test func everythingIsReadAndReadsBack() throws {
        let study = try load(
            """
            resample: {method: filtered, paths: 500, block: 6h, length: [365d, 30d], seed: 9}
            custody: {years: 2.5, hazard: 1%, keys: 0.5%, share: 80%, recovery: 30%, source: "a: survey"}
            tax: {loss: 25000, gains: [4000, 0], income_rate: 24%, gains_rate: 15%, limit: 1500, source: us}
            """)
        let rules = try #require(study.resample)
        #expect(rules.method == .filtered && rules.paths == 500 && rules.block == .hours(6) && rules.seed == 9)
        #expect(rules.lengths == [.days(30), .days(365)])
        let custody = try #require(study.custody), tax = try #require(study.tax)
        #expect(custody.years == 2.5 && custody.hazard == 0.01 && custody.keys == 0.005 && custody.share == 0.8)
        #expect(custody.recovery == 0.3 && custody.source == "a: survey")
        #expect(tax.loss == 25_000 && tax.gains == [4000, 0] && tax.incomeRate == 0.24 && tax.gainsRate == 0.15)
        #expect(tax.limit == 1500 && tax.source == "us")
        let again = try loadStudy(yaml: study.canonicalText, file: "s.yaml").value
        #expect(again == study && again.canonicalText == study.canonicalText)
    }

    @Test func defaultsAreThoseOfTheDocumentation() throws {
        let study = try load("resample: {method: block}\ncustody: {hazard: 0.02}\ntax: {income_rate: 0.3}")
        #expect(study.resample == ResampleRules())
        #expect(study.custody == CustodyRules(hazard: 0.02) && study.tax == TaxRules(incomeRate: 0.3))
        #expect(study.headlineMargin == 500)
    }

    @Test func aLengthIsOneOrSeveral() throws {
        for (written, days) in [("30d", [30]), ("[365d, 30d]", [30, 365]), ("\"30d,7d\"", [7, 30])]
            as [(String, [Int64])]
        {
            #expect(try load("resample: {length: \(written)}").resample?.lengths == days.map { .days($0) })
        }
    }

    /// Each figure follows from what its source counted, and what is said beside a preset goes first.
    @Test func presetsAreArithmetic() throws {
        let found = Dictionary(uniqueKeysWithValues: CustodyPreset.all.map { ($0.name, $0) })
        let first = try #require(found["exchanges-2013"]), second = try #require(found["exchanges-2015"])
        let keys = try #require(found["lost-keys-2017"])
        // 29.9 % of new exchanges close within a year; 6 of 11 repaid.
        #expect(try abs(1 - exp(-#require(first.hazard)) - 0.299) < 1e-12)
        #expect(first.recovery == 6.0 / 11 && second.recovery == first.recovery)
        // 38 closed in at most six years of 80.
        #expect(try abs(#require(second.hazard) * 480 - 38) < 1e-12)
        // 17 % gone after 8.9 years.
        #expect(try abs(exp(-8.9 * #require(keys.keys)) - 0.83) < 1e-12)
        #expect(CustodyPreset.all.allSatisfy { $0.sources.count >= 2 && $0.source.count <= 99 })
        let study = try load("custody: {preset: [exchanges-2015, lost-keys-2017], recovery: 0%, more_than: 30%}")
        let rules = try #require(study.custody)
        #expect(
            rules.hazard == second.hazard && rules.keys == keys.keys && rules.recovery == 0 && rules.moreThan == 0.3)
        #expect(rules.source == second.source + "; " + keys.source)
        #expect(try loadStudy(yaml: study.canonicalText, file: "s.yaml").value == study)
        #expect(try load("custody: {preset: lost-keys-2017}").custody?.hazard == 0)
    }

    @Test func gainsThatAreNotTaxedHaveToBeMeant() throws {
        #expect(try load("tax: {income_rate: 0.2, gains: 4000, gains_rate: 0%}").tax?.gains == [4000])
        #expect(try load("tax: {income_rate: 0.2, gains_rate: 10%}").tax?.gains == [0])
    }

    /// A study that says nothing of them has the text, and with it the name, that it had before there were any.
    @Test func absentSectionsLeaveNoTrace() throws {
        let text = try load("").canonicalText
        #expect(["resample", "custody", "tax"].allSatisfy { !text.contains("\n\($0):") })
    }

    @Test(arguments: [
        ("resample: {paths: 99}", "100"), ("resample: {method: dream}", "stationary"),
        ("resample: {length: [1d, 1d]}", "twice"),
        ("resample: {length: [1d, 2d, 3d, 4d, 5d, 6d, 7d, 8d, 9d, 10d, 11d]}", "at most 10"),
        ("resample: {path: 500}", "paths"), ("custody: {years: 5}", "hazard"),
        ("custody: {preset: exchange-2015}", "exchanges-2015"),
        ("custody: {hazard: 1%, more_than: 100%}", "99.9%"), ("custody: {hazard: 2000%}", "10"),
        ("custody: {hazard: 1%, years: 0}", "0.001"), ("tax: {gains: 3}", "income_rate"),
        ("tax: {income_rate: 120%}", "1"),
        ("tax: {income_rate: 0.2, gains: 4000}", "gains_rate"), ("tax: {income_rate: 0.2, gains: [0, 1]}", "15%"),
        ("resample: {horizon: 30d}", "length"),
        ("tax: {income_rate: 0.2, gains: []}", "the list is empty"), ("tax: {income_rate: 0.2, gains: [-1]}", "0"),
    ])
    func mistakesAreNamed(section: String, words: String) {
        #expect(problems(section).contains(words), "\(problems(section))")
    }
}
