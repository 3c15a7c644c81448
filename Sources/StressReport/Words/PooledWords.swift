import StressBasics
import StressResults
import StressStatistics
import StudyPlan

extension AssetSide {
    /// A history shorter than this is told what the study's others would make of it: a year's share is off by more than a factor of
    /// three in about one case of five.
    private static let short = TimeSpan.days(730)

    /// `Taken together with the study’s 6 other histories it would be 1.2 % (95 % CI 0.5–2.8 %), …`; nil for long histories and where
    /// nothing is pooled. Never the headline: it borrows from other prices.
    func pooledWords(_ row: ResultRow) -> String? {
        let span = asset.last + asset.barLength - asset.first
        guard span < AssetSide.short, let (rates, pooled) = report.pooled(row.cell) else { return nil }
        let others = counted(rates.estimates.count - 1, "other history", "other histories")
        let ends = "\(shareNumber(pooled.interval.low))–\(shareNumber(pooled.interval.high))"
        return
            "This history is short. Taken together with the study’s \(others) its share would be \(shareText(pooled.rate)) "
            + "(\(confidenceText(confidence)) CI \(ends)\(narrowSpace)%), \(percentText(pooled.ownWeight)) of it its own: an estimate "
            + "that borrows from other prices (spread between histories τ = \(significantText(rates.tau, digits: 2)) on the log "
            + "share), beside the result and not in its place."
    }
}
