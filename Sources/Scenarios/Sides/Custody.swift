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

    /// The part of all capital that is expected to be lost: each hazard comes first as often as it is part of both.
    public var expectedLoss: Double {
        guard total > 0 else { return 0 }
        return share * lossProbability * (hazard * (1 - recovery) + keyHazard) / total
    }
}
