import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero custody`: what may be lost wherever the price goes.
struct CustodyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "custody",
        abstract:
            "Say how likely coins are lost to a failed platform or lost keys, and how much on average. Not advice.",
        discussion: """
            A side calculation from figures of your own: hazards are constant, independent and add up; after a \
            failure of the platform \
            the recovered part cannot be lost again, and of lost keys nothing is recovered.

            EXAMPLE
              belowzero custody --years 5 --hazard 1% --keys 0.5% --recovery 30%
            """)

    @Option(parsing: .unconditional, help: "How long, in years: above 0, at most 100.")
    var years: Double

    @Option(parsing: .unconditional, help: "Failures of the platform a year: 1%, or 0.01.")
    var hazard: String

    @Option(parsing: .unconditional, help: "Losses of the keys a year.")
    var keys = "0%"

    @Option(parsing: .unconditional, help: "The part of the capital that is held there.")
    var share = "100%"

    @Option(parsing: .unconditional, help: "What is given back after a failure of the platform.")
    var recovery = "0%"

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let custody = try custody()
            if common.json { return try Console.print(jsonText(CustodyJSON(custody))) }
            try Console.print(
                """
                Within \(numberText(custody.years)) \(custody.years == 1 ? "year" : "years") \
                \(custody.keyHazard > 0 ? "either happens" : "it happens") \
                with a probability of \(percentWords(custody.lossProbability)); \
                \(percentWords(custody.expectedLoss)) of the capital is lost on average.
                A side calculation from the figures given, not advice: nobody knows a platform's hazard.
                """)
        }
    }

    private func custody() throws -> Custody {
        func part(_ text: String, _ option: String) throws -> Double {
            try signedValue(Settings.Scenario.part, of: text, option: option)
        }
        func rate(_ text: String, _ option: String) throws -> Double {
            try signedValue(Settings.Scenario.hazard, of: text, option: option)
        }
        let (hazard, keys) = (try rate(hazard, "--hazard"), try rate(keys, "--keys"))
        let (share, recovery) = (try part(share, "--share"), try part(recovery, "--recovery"))
        do throws(RuleError) {
            return try Custody(years: years, hazard: hazard, keyHazard: keys, share: share, recovery: recovery)
        } catch {
            throw Failure(.usage, error.message)
        }
    }
}

private struct CustodyJSON: Encodable {
    let lossProbabilityFrac, expectedLossFrac: Double

    init(_ custody: Custody) {
        (lossProbabilityFrac, expectedLossFrac) = (custody.lossProbability, custody.expectedLoss)
    }
}
