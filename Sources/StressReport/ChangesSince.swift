import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What became of a price history's bars between two runs.
struct BarsChange {
    /// Whether bars that were there before differ: another first bar, fewer bars, or other bytes and nothing new.
    let isRevised: Bool
    /// Bars that were added at the end.
    let added: Int

    /// - Parameters:
    ///   - was: the price history in the earlier run.
    ///   - first: its first bar now.
    ///   - bars: its bars now.
    ///   - isOther: whether its files have other bytes.
    init(from was: StoredJob, first: UTCInstant?, bars: Int?, isOther: Bool) {
        let grown = (bars ?? 0) - (was.bars ?? 0)
        isRevised = first != was.first || grown < 0 || grown == 0 && isOther
        added = max(0, grown)
    }
}

extension RunReport {
    /// Says what is not as it was in `before`, an earlier run of the study. O(limits + histories).
    public mutating func addChanges(since before: RunRecord) {
        changes = RunChanges(
            runID: before.run.runID, started: before.run.started,
            isStudyChanged: before.run.studyDigest != studyDigest.hex,
            versionBefore: before.run.version == version ? nil : before.run.version,
            items: changedVerdicts(since: before) + changedHistories(since: before) + changedShares(since: before))
    }

    private func changedVerdicts(since before: RunRecord) -> [ChangedItem] {
        let earlier = Dictionary(before.limits.map { (LimitKey($0), $0) }, uniquingKeysWith: { first, _ in first })
        return limits.compactMap { check in
            guard let was = earlier[LimitKey(check)], was.status != check.outcome.rawValue else { return nil }
            return ChangedItem(
                .verdict, asset: check.asset, cell: check.cell?.key, measure: check.limit.measure.rawValue,
                behaviour: check.limit.behaviour, platform: check.platform,
                before: .init(status: was.status, value: was.value, interval: was.interval),
                after: .init(status: check.outcome.rawValue, value: check.value, interval: check.interval))
        }
    }

    private func changedShares(since before: RunRecord) -> [ChangedItem] {
        let earlier = Dictionary(before.headlines.map { ($0.cell, $0) }, uniquingKeysWith: { first, _ in first })
        return pageHeadlines.compactMap { row in
            guard let was = earlier[row.cell.key] else { return nil }
            let exit = row.estimate.exit
            let item = ChangedItem(
                .share, asset: row.cell.asset, cell: row.cell.key, measure: Measure.negativeEquity.name,
                before: .init(status: was.status, value: was.negativeEquity, interval: was.interval),
                after: .init(
                    status: row.estimate.status.rawValue, value: exit.frequency, interval: exit.interval?.ends))
            return item.before == item.after ? nil : item
        }
    }

    private func changedHistories(since before: RunRecord) -> [ChangedItem] {
        let earlier = Dictionary(before.jobs.map { ($0.asset, $0) }, uniquingKeysWith: { first, _ in first })
        let digests = Dictionary(grouping: before.inputs, by: \.asset).mapValues { $0.map(\.digest) }
        let names = study.inputs.map(\.asset)
        let own = names.compactMap { changedHistory($0, was: earlier[$0], digests: digests[$0] ?? []) }
        let gone = before.jobs.filter { !names.contains($0.asset) }.map { job in
            ChangedItem(.removed, asset: job.asset, before: .init(bars: job.bars))
        }
        return own + gone
    }

    private func changedHistory(_ name: String, was: StoredJob?, digests: [String]) -> ChangedItem? {
        let asset = assets.first { $0.asset == name }
        let isFailed = failures.contains { $0.asset == name }
        func item(_ kind: ChangedItem.Kind) -> ChangedItem {
            ChangedItem(
                kind, asset: name, before: .init(bars: was.flatMap { $0.isFailed ? nil : $0.bars }),
                after: .init(bars: isFailed ? nil : asset?.bars))
        }
        guard let was else { return item(.added) }
        if isFailed || was.isFailed { return isFailed == was.isFailed ? nil : item(isFailed ? .lost : .found) }
        guard let asset else { return nil }
        let change = BarsChange(
            from: was, first: asset.first, bars: asset.bars, isOther: asset.files.map(\.digest.hex) != digests)
        if change.isRevised { return item(.revised) }
        return change.added > 0 ? item(.appended) : nil
    }
}

extension LimitKey {
    /// The key under which the history keeps a verdict of this run.
    init(_ check: LimitCheck) {
        (asset, cell, measure) = (check.asset, check.cell?.key, check.limit.measure.rawValue)
        (form, bound) = (check.limit.form.name, check.limit.bound.rawValue)
        (behaviour, platform) = (check.limit.behaviour, check.platform)
    }
}
