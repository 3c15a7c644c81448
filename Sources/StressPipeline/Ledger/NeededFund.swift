import PlatformLedger
import StressResults
import StressStatistics

extension FundNeeded {
    /// The shares that are asked for.
    static let shares = [0.99, 0.999, 1]

    /// The fund at the beginning of a day that would have paid so many of the days, and of the shortfalls, in full, whatever flows in later.
    /// What lies below its floor pays nothing, so that it is in the fund as well; a day on which nothing was short needs none at all. Nothing is known
    /// where nobody opened a position.
    ///
    /// - Parameter meanLength: of a run of days that is resampled as one.
    static func all(_ tally: LedgerTally, meanLength: Double, confidence: Double) -> [FundNeeded] {
        guard tally.total.entries > 0 else { return [] }
        var next = 0
        let shortfalls = tally.days.map { day -> [Double] in
            defer { next += day.shortfalls }
            return Array(tally.needs[next..<next + day.shortfalls])
        }
        // What the day's last shortfall needs pays those before it as well.
        let days = shortfalls.map { [$0.last ?? 0] }
        return Basis.allCases.flatMap { basis -> [FundNeeded] in
            let blocks = basis == .days ? days : shortfalls
            let disjoint = blocks.count { !$0.isEmpty }
            return shares.compactMap { share in
                CoveringLevel(
                    blocks, share: share, meanLength: meanLength, disjoint: disjoint, confidence: confidence
                ).map {
                    FundNeeded(basis: basis, share: share, amount: $0.level, interval: $0.interval, count: $0.count)
                }
            }
        }
    }
}
