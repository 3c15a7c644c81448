import RunStore
import StressBasics
import StressResults
import StressStatistics
import StudyPlan

/// What became of a price history's bars between two runs: by the fingerprints of both where they have one, else as far as ends, counts and
/// bytes of files tell.
struct BarsChange {
    /// Whether bars that were there before differ: restated ones, another first bar, or fewer bars; without fingerprints also other bytes
    /// and nothing new.
    let isRevised: Bool
    /// The UTC days and months whose bars differ; nil where nothing tells.
    let restated: [String]?
    /// Whether a window of the same length moved on: the oldest bars are gone and newer ones are there.
    let isRolled: Bool
    /// Bars that were added at the end; of a window that moved on the bar lengths by which its end did.
    let added: Int

    /// - Parameters:
    ///   - was: the price history in the earlier run.
    ///   - now: the same in this one.
    ///   - isOther: whether its files have other bytes.
    init(from was: StoredJob, to now: StoredJob, isOther: Bool) {
        let grown = (now.bars ?? 0) - (was.bars ?? 0)
        let moved = BarsChange.moved(was, now)
        restated = BarsChange.restated(was, now)
        let isOtherwise = restated.map { !$0.isEmpty } ?? (moved == nil && grown == 0 && isOther)
        isRevised = isOtherwise || moved == nil && (now.first != was.first || grown < 0)
        isRolled = moved != nil && !isRevised
        added = moved ?? max(0, grown)
    }

    private static func restated(_ was: StoredJob, _ now: StoredJob) -> [String]? {
        guard was.barLength == now.barLength, let before = was.fingerprint.flatMap(HistoryFingerprint.init(text:)),
            let own = now.fingerprint.flatMap(HistoryFingerprint.init(text:))
        else { return nil }
        return own.restated(since: before, sameFirst: was.first == now.first, sameLast: was.last == now.last)
    }

    /// How many bar lengths a window moved on that kept its span, or its bars; nil where it did not.
    private static func moved(_ was: StoredJob, _ now: StoredJob) -> Int? {
        guard let wasFirst = was.first, let wasLast = was.last, let first = now.first, let last = now.last,
            let bar = now.barLength, bar == was.barLength, bar.milliseconds > 0, first > wasFirst, last > wasLast,
            first <= wasLast
        else { return nil }
        let (begin, end) = (first.milliseconds - wasFirst.milliseconds, last.milliseconds - wasLast.milliseconds)
        guard now.bars == was.bars || abs(end - begin) <= bar.milliseconds else { return nil }
        return Int(end / bar.milliseconds)
    }
}

extension RunReport {
    /// Says what is not as it was in `before`, an earlier run of the study. O(limits + histories).
    public mutating func addChanges(since before: RunRecord) {
        changes = RunChanges(
            runID: before.run.runID, started: before.run.started,
            isStudyChanged: before.run.studyDigest != studyDigest.hex,
            asksForSameFigures: before.run.figuresDigest.map { $0 == figuresDigest.hex },
            versionBefore: before.run.version == version ? nil : before.run.version,
            items: changedVerdicts(since: before) + changedHistories(since: before) + changedShares(since: before))
    }

    private func changedVerdicts(since before: RunRecord) -> [ChangedItem] {
        let earlier = Dictionary(
            LimitKey.keyed(before.limits).map { ($0.key, $0.limit) }, uniquingKeysWith: { first, _ in first })
        return LimitKey.keyed(limits).compactMap { key, check in
            guard let was = earlier[key], was.status != check.outcome.rawValue else { return nil }
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
        func item(_ kind: ChangedItem.Kind, restated: [String]? = nil) -> ChangedItem {
            ChangedItem(
                kind, asset: name, before: .init(bars: was.flatMap { $0.isFailed ? nil : $0.bars }),
                after: .init(bars: isFailed ? nil : asset?.bars), restated: restated)
        }
        guard let was else { return item(.added) }
        if isFailed || was.isFailed { return isFailed == was.isFailed ? nil : item(isFailed ? .lost : .found) }
        guard let asset else { return nil }
        let now = StoredJob(
            asset: name, first: asset.first, last: asset.last, bars: asset.bars, barLength: asset.barLength,
            fingerprint: asset.fingerprint?.text)
        let change = BarsChange(from: was, to: now, isOther: asset.files.map(\.digest.hex) != digests)
        if change.isRevised { return item(.revised, restated: change.restated) }
        if change.isRolled { return item(.rolled, restated: change.restated) }
        return change.added > 0 ? item(.appended, restated: change.restated) : nil
    }
}
