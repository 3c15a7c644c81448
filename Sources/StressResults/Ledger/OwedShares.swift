import StressStatistics
import StudyPlan

extension RunReport {
    /// The same report with what is owed in every cell whose positions the ledger holds.
    public func withOwedShares() -> RunReport {
        guard let ledger else { return self }
        var copy = self
        for place in rows.indices {
            let key = rows[place].cell.key
            guard
                study.isInLedger(
                    contract: key.contract, side: key.side, leverage: key.leverage, horizon: key.horizon),
                let group = ledger.group(
                    platform: key.platform, asset: key.asset, side: key.side, leverage: key.leverage)
            else { continue }
            copy.rows[place].estimate.owed = group.owed
        }
        return copy
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
