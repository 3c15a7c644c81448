import MarginModel
import StressBasics

/// A realised loss that is set off against gains first, then against some income a year, the rest carried forward.
///
/// The shape of 26 U.S.C. 1211(b) and 1212(b), whose limit is 3,000 a year; short and long term are not told apart. A side
/// calculation, never advice. Amounts are in one currency, whichever it is.
public struct TaxLoss: Hashable, Sendable {
    /// The loss, above 0.
    public let loss: Double
    /// What else is realised each year; the last figure goes on.
    public let gains: [Double]
    /// The tax saved on a unit of income.
    public let incomeRate: Double
    /// The tax saved on a unit of gains.
    public let gainsRate: Double
    /// Income that may be offset a year.
    public let limit: Double

    /// The limit of 26 U.S.C. 1211(b)(1).
    public static let standardLimit = 3000.0
    /// Years that are followed at most.
    public static let mostYears = 100

    /// Checks the ranges: 0 < loss ≤ 10¹⁵, 1 to 100 gains and the limit 0…10¹⁵, rates 0…1.
    public init(
        loss: Double, gains: [Double], incomeRate: Double, gainsRate: Double, limit: Double = TaxLoss.standardLimit
    ) throws(RuleError) {
        guard loss > 0, loss <= 1e15 else { throw RuleError("the loss must be above 0 and at most 1e15") }
        guard (1...TaxLoss.mostYears).contains(gains.count), (gains + [limit]).allSatisfy((0...1e15).contains) else {
            throw RuleError("gains (at most \(TaxLoss.mostYears) years) and the limit must be 0 to 1e15")
        }
        guard (0...1).contains(incomeRate), (0...1).contains(gainsRate) else {
            throw RuleError("tax rates must be 0 to 100%")
        }
        (self.loss, self.gains, self.limit) = (loss, gains, limit)
        (self.incomeRate, self.gainsRate) = (incomeRate, gainsRate)
    }

    /// What becomes of the loss in one year.
    public struct Year: Hashable, Sendable {
        /// From 1.
        public let year: Int
        /// Gains that are offset.
        public let offsetGains: Double
        /// Income that is offset.
        public let offsetIncome: Double
        /// What is left for later years.
        public let carried: Double
        /// Tax that is not paid because of it.
        public let value: Double
    }

    /// The years until nothing is left, at most ``mostYears``, and none after which nothing can change any more.
    public var schedule: [Year] {
        var years: [Year] = []
        var left = loss
        while left > 0, years.count < TaxLoss.mostYears {
            let year = year(years.count + 1, left: left)
            years.append(year)
            left = year.carried
            if years.count >= gains.count, year.offsetGains == 0, year.offsetIncome == 0 { break }
        }
        return years
    }

    private func year(_ number: Int, left: Double) -> Year {
        let offsetGains = min(left, gains[min(number, gains.count) - 1])
        let offsetIncome = min(left - offsetGains, limit)
        return Year(
            year: number, offsetGains: offsetGains, offsetIncome: offsetIncome,
            carried: left - offsetGains - offsetIncome,
            value: offsetGains * gainsRate + offsetIncome * incomeRate)
    }
}
