import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero tax`: a realised loss after tax.
struct TaxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tax",
        abstract:
            "Follow a realised loss through the years in which it lowers taxes, by United States rules. Not advice.",
        discussion: """
            A side calculation: the loss offsets gains first, then up to --limit of income a year, and the rest is \
            carried forward (26 \
            U.S.C. 1211(b), 1212(b)). Short and long term are not told apart. The loss of a liquidation is at most \
            what was paid in, \
            unless the debt is paid. With --json one object a year.

            EXAMPLE
              belowzero tax --loss 25000 --gains 4000 --income-rate 24% --gains-rate 15%
            """)

    @Option(parsing: .unconditional, help: "The realised loss.")
    var loss: Double

    @Option(
        parsing: .unconditional,
        help:
            "What else is realised a year: one figure for every year, or several with commas, of which the last goes on."
    )
    var gains = "0"

    @Option(parsing: .unconditional, help: "Tax saved on a unit of income: 24%, or 0.24.")
    var incomeRate: String

    @Option(parsing: .unconditional, help: "Tax saved on a unit of gains: 15%, or 0.15.")
    var gainsRate: String

    @Option(
        parsing: .unconditional,
        help: "Income that may be offset a year. (default: \(numberText(TaxLoss.standardLimit)))")
    var limit: Double?

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let years = try tax().schedule
            try StandardOutput.write(common.json ? jsonLines(years.map(TaxYearJSON.init)) : text(years))
        }
    }

    private func tax() throws -> TaxLoss {
        let gains = try gains.split(separator: ",", omittingEmptySubsequences: false).map { part -> Double in
            guard let value = Double(part), value.isFinite else {
                throw Failure(
                    .usage, "cannot read '\(SourceLocation.presentable(String(part)))' in --gains",
                    hint: "write 4000, or 4000,0,2500")
            }
            return value
        }
        let income = try signedValue(Settings.Scenario.part, of: incomeRate, option: "--income-rate")
        let rate = try signedValue(Settings.Scenario.part, of: gainsRate, option: "--gains-rate")
        do throws(RuleError) {
            return try TaxLoss(
                loss: loss, gains: gains, incomeRate: income, gainsRate: rate,
                limit: limit ?? TaxLoss.standardLimit)
        } catch {
            throw Failure(.usage, error.message)
        }
    }

    private func text(_ years: [TaxLoss.Year]) -> String {
        func money(_ value: Double) -> String { fixedText(value, decimals: 2) }
        let rows = years.map {
            [String($0.year)] + [$0.offsetGains, $0.offsetIncome, $0.carried, $0.value].map(money)
        }
        let header = ["year", "offsets gains", "offsets income", "carried", "worth"]
        let table = scenarioTable([header] + rows)
        let (left, worth) = (years.last?.carried ?? 0, years.reduce(0) { $0 + $1.value })
        let span = years.count == 1 ? "1 year" : "\(years.count) years"
        let end = left > 0 ? "\(money(left)) is still carried after \(span)" : "Used up in \(span)"
        return table + """
            \(end); worth \(money(worth)) together, of a loss of \(money(loss)).
            A side calculation by the figures given, not advice. The loss of a liquidation is at most what was paid in, unless the debt is paid.

            """
    }
}

/// A year as `--json` prints it; money in the unit of the loss.
private struct TaxYearJSON: Encodable {
    let year: Int
    let offsetGains, offsetIncome, carried, value: Double

    init(_ year: TaxLoss.Year) {
        self.year = year.year
        (offsetGains, offsetIncome) = (year.offsetGains, year.offsetIncome)
        (carried, value) = (year.carried, year.value)
    }
}
