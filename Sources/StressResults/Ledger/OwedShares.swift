import StressBasics
import StressStatistics
import StudyPlan

extension RunReport {
    /// The same report with what is owed in every cell whose positions the ledger holds.
    public func withOwedShares() -> RunReport {
        guard let ledger else { return self }
        var copy = self
        let groups = ledger.groupsByClass
        for place in rows.indices {
            let key = rows[place].cell.key
            // A cell without a whole window has no share, this one neither.
            guard rows[place].estimate.windows.entries > 0,
                study.isInLedger(key),
                let group = groups[
                    LedgerClass(platform: key.platform, asset: key.asset, side: key.side, leverage: key.leverage)]
            else { continue }
            copy.rows[place].estimate.owed = group.owed
        }
        return copy
    }
}

/// What a group of the ledger holds: the traders of one direction and leverage of a history on a platform.
private struct LedgerClass: Hashable {
    let platform: String
    let asset: String?
    let side: Side?
    let leverage: Leverage?
}

extension LedgerResults {
    /// Every group by its class; of two alike the first counts, as in ``group(platform:asset:side:leverage:)``.
    fileprivate var groupsByClass: [LedgerClass: LedgerGroup] {
        let pairs = platforms.flatMap { result in
            result.groups.map { group in
                let key = LedgerClass(
                    platform: result.platform, asset: group.asset, side: group.side, leverage: group.leverage)
                return (key, group)
            }
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }
}

extension LedgerGroup {
    /// The share of entries that owe something; nil without entries.
    var owed: OwedShare? {
        owedShare.map { share in
            OwedShare(
                count: counts.owing, fraction: share,
                interval: intervals.owed.map {
                    FrequencyInterval($0, method: share == 0 ? .zeroCountEffective : .clusteredBeta)
                })
        }
    }
}
