import PlatformLedger
import StressResults
import StressStatistics
import StudyPlan

/// What every platform's ledger found on the days of a panel, by class, and the resamples that judge all of it.
struct ResampledDays: Sendable {
    /// By platform: all classes together, then each.
    private let sums: [[[LedgerSums]]]
    /// One column a platform, group and share.
    private let panel: HorizonPanel?

    private static let shares: [PlatformDifference.Share] = PlatformDifference.Share.allCases

    /// O(resamples × days + platforms × classes × days).
    init(_ days: LedgerDays, tallies: [LedgerTally], classes: Int, _ statistics: StatisticsRules) {
        let sums = tallies.map { $0.sums(of: days.assets, on: days.blocks, count: days.count, classes: classes) }
        self.sums = sums
        let columns = sums.flatMap { groups in
            groups.flatMap { group in ResampledDays.shares.map { LedgerSums.share(group, $0.count) } }
        }
        panel = HorizonPanel(
            columns: columns, horizonBlocks: days.horizonBlocks, disjointWindows: days.disjointWindows,
            rules: statistics.resampling, name: days.name, memory: days.memory)
    }

    /// Mean length of a run of days that is resampled as one.
    var meanLength: Double { panel?.plan.meanLength ?? 1 }

    /// What a platform's ledger found on each day; of all classes where `group` is nil.
    func blocks(platform: Int, group: Int?) -> [LedgerSums] { sums[platform][group.map { $0 + 1 } ?? 0] }

    /// How sure a group's shares are.
    ///
    /// - Parameters:
    ///   - isOwedPossible: whether anybody can owe anything; what cannot happen has no interval.
    ///   - liquidates: whether the platform liquidates.
    func intervals(platform: Int, group: Int?, isOwedPossible: Bool, liquidates: Bool) -> LedgerIntervals {
        guard let panel else { return LedgerIntervals() }
        let blocks = blocks(platform: platform, group: group)
        func ends(_ count: LedgerSums.Count) -> Interval? {
            panel.inference(LedgerSums.share(blocks, count))?.interval.ends
        }
        let sizes = perMargin(blocks, panel)
        return LedgerIntervals(
            unprotected: ends(.unprotected), liquidated: liquidates ? ends(.liquidated) : nil,
            shortfall: ends(.shortfalls),
            owed: isOwedPossible ? ends(.owing) : nil, shortfallPerMargin: sizes[0],
            owedPerMargin: isOwedPossible ? sizes[1] : nil, perNotional: perNotional(blocks, panel))
    }

    /// Of what losers were short of, and of what is owed, over the margin of all.
    private func perMargin(_ blocks: [LedgerSums], _ panel: HorizonPanel) -> [Interval?] {
        sizes([.shortfall, .owed], over: .margin, blocks, panel)
    }

    /// Of what losers were short of, and of what each paid, over the notional of all; nil of whom nobody asked.
    private func perNotional(_ blocks: [LedgerSums], _ panel: HorizonPanel) -> MoneyIntervals {
        let total = LedgerTally.total(blocks)
        let paid = ResampledDays.amounts.filter { total.amount($0.of) > 0 }
        let found = sizes(paid.map(\.of), over: .notional, blocks, panel)
        var intervals = MoneyIntervals()
        for (amount, interval) in zip(paid, found) { intervals[keyPath: amount.to] = interval }
        return intervals
    }

    private static var amounts: [(of: LedgerSums.Amount, to: WritableKeyPath<MoneyIntervals, Interval?>)] {
        [
            (.shortfall, \.shortfall), (.fund, \.fund), (.deleveraging, \.deleveraging),
            (.socialised, \.socialised), (.platform, \.platform), (.owed, \.owed),
        ]
    }

    /// Of amounts over what was paid in, or opened.
    private func sizes(
        _ amounts: [LedgerSums.Amount], over base: LedgerSums.Amount, _ blocks: [LedgerSums], _ panel: HorizonPanel
    ) -> [Interval?] {
        let weights = LedgerSums.quotes(blocks, base)
        let ratios = amounts.map { BlockRatio(sums: LedgerSums.quotes(blocks, $0), weights: weights) }
        // Where nobody is liquidated what is missing comes from all who are closed when their time is over.
        let liquidated = LedgerSums.share(blocks, .liquidated).frequency ?? 0
        let events = liquidated > 0 ? liquidated : 1
        return panel.means(of: ratios, entries: LedgerSums.entries(blocks), eventShare: events).map {
            $0?.interval
        }
    }

    /// A platform's share less another's; nil where neither saw any.
    func difference(
        _ platform: Int, _ other: Int, group: Int?, _ share: PlatformDifference.Share
    ) -> DifferenceInference? {
        let (first, second) = (column(platform, group, share), column(other, group, share))
        guard let panel, panel.shares[first].count + panel.shares[second].count > 0 else { return nil }
        return panel.difference(first, second)
    }

    private func column(_ platform: Int, _ group: Int?, _ share: PlatformDifference.Share) -> Int {
        let groups = sums[0].count
        let place = ResampledDays.shares.firstIndex(of: share) ?? 0
        return (platform * groups + (group.map { $0 + 1 } ?? 0)) * ResampledDays.shares.count + place
    }
}

extension PlatformDifference.Share {
    /// The count of a group's sums.
    fileprivate var count: LedgerSums.Count {
        switch self {
        case .shortfall: .shortfalls
        case .owed: .owing
        }
    }
}
