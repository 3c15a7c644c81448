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
            resample: {method: filtered, paths: 500, block: 6h, horizon: [365d, 30d], seed: 9}
            custody: {years: 2.5, hazard: 1%, keys: 0.5%, share: 80%, recovery: 30%, source: "a: survey"}
            tax: {loss: 25000, gains: [4000, 0], income_rate: 24%, gains_rate: 15%, limit: 1500, source: us}
            """)
        let rules = try #require(study.resample)
        #expect(rules.method == .filtered && rules.paths == 500 && rules.block == .hours(6) && rules.seed == 9)
        #expect(rules.horizons == [.days(30), .days(365)])
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

    /// A study that says nothing of them has the text, and with it the name, that it had before there were any.
    @Test func absentSectionsLeaveNoTrace() throws {
        let text = try load("").canonicalText
        #expect(["resample", "custody", "tax"].allSatisfy { !text.contains("\n\($0):") })
    }

    @Test(arguments: [
        ("resample: {paths: 99}", "100"), ("resample: {method: dream}", "stationary"),
        ("resample: {horizon: [1d, 1d]}", "twice"),
        ("resample: {horizon: [1d, 2d, 3d, 4d, 5d, 6d, 7d, 8d, 9d, 10d, 11d]}", "at most 10"),
        ("resample: {path: 500}", "paths"), ("custody: {years: 5}", "hazard"), ("custody: {hazard: 2000%}", "10"),
        ("custody: {hazard: 1%, years: 0}", "0.001"), ("tax: {gains: 3}", "income_rate"),
        ("tax: {income_rate: 120%}", "1"),
        ("tax: {income_rate: 0.2, gains: []}", "the list is empty"), ("tax: {income_rate: 0.2, gains: [-1]}", "0"),
    ])
    func mistakesAreNamed(section: String, words: String) {
        #expect(problems(section).contains(words), "\(problems(section))")
    }
}
