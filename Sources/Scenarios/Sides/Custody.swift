import MarginModel
import StressBasics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What may happen to coins wherever their price goes: the platform that holds them fails, or the keys are lost.
///
/// Two hazards a year, constant and independent. What comes first decides: after a failure of the platform the recovered part is out of
/// reach of both. A side calculation, never advice.
public struct Custody: Hashable, Sendable {
    /// `T`, years.
    public let years: Double
    /// `λ`: failures of the platform a year.
    public let hazard: Double
    /// Losses of the keys a year, of which nothing is recovered.
    public let keyHazard: Double
    /// `s`: the part of the capital that is held there.
    public let share: Double
    /// `r`: the part that is given back after a failure of the platform.
    public let recovery: Double

    /// Checks the ranges: 0 < years ≤ 100, hazards 0…10 a year, share and recovery 0…1.
    public init(
        years: Double, hazard: Double, keyHazard: Double = 0, share: Double = 1, recovery: Double = 0
    ) throws(RuleError) {
        guard years > 0, years <= 100 else { throw RuleError("the years must be above 0 and at most 100") }
        for (name, rate) in [("hazard", hazard), ("hazard of the keys", keyHazard)] where !(0...10).contains(rate) {
            throw RuleError("the \(name) must be 0 to 1000% a year")
        }
        for (name, part) in [("share", share), ("recovery", recovery)] where !(0...1).contains(part) {
            throw RuleError("the \(name) must be 0 to 100%")
        }
        (self.years, self.hazard, self.keyHazard) = (years, hazard, keyHazard)
        (self.share, self.recovery) = (share, recovery)
    }

    private var total: Double { hazard + keyHazard }

    /// That either happens within the years: `1 − e^{−(λ + κ)T}`.
    public var lossProbability: Double { -expm1(-total * years) }

    /// What the years may bring: nothing, a failure of the platform first, or lost keys first, each with how likely it is and what part of
    /// whatever the price left is kept. The chances add up to 1.
    public var ends: [(chance: Double, kept: Double)] {
        let first = total > 0 ? hazard / total : 0
        return [
            (1 - lossProbability, 1), (lossProbability * first, 1 - share * (1 - recovery)),
            (total > 0 ? lossProbability * (1 - first) : 0, 1 - share),
        ]
    }

    /// That more than a part of the capital is gone, by the price, by custody, or by both: the two are taken to be independent.
    ///
    /// - Parameters:
    ///   - part: 0 to below 1.
    ///   - below: the chance that the price leaves less than so much of the capital; 0 for nothing that it could leave less than.
    public func chanceOfLosing(moreThan part: Double, below: (Double) -> Double) -> Double {
        ends.reduce(0) { sum, end in
            // What is left of e is kept · e: less than 1 − part where e is less than (1 − part)/kept.
            let chance = end.kept > 0 ? below((1 - part) / end.kept) : 1
            return sum + end.chance * chance
        }
    }

    /// The part of all capital that is expected to be lost: each hazard comes first as often as it is part of both.
    public var expectedLoss: Double {
        guard total > 0 else { return 0 }
        return share * lossProbability * (hazard * (1 - recovery) + keyHazard) / total
    }
}
