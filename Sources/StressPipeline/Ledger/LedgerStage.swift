import MarginModel
import PlatformLedger
import PriceSeries
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// Lets the study's population live through all price histories on each of its platforms.
struct LedgerStage {
    /// A price history with a part in it.
    struct History: Sendable {
        let asset: String
        let market: MarketHistory
    }

    let study: Study
    let threads: Int
    let control: RunControl

    /// Who paid; nil for a study without a ledger, and without histories. Has the same bits for any number of threads.
    /// O(platforms × queues × positions log open).
    func results(_ histories: [History]) throws(RunCancelled) -> LedgerResults? {
        guard let population = study.ledgerPopulation, !histories.isEmpty else { return nil }
        let platforms = try platforms(histories, population)
        let own = try tallies(platforms)
        let unmoved = try unmoved(platforms)
        let queues = try queues(platforms, own)
        let estimates = try LedgerEstimates(
            histories, names: study.platforms.map(\.name), platforms: platforms, tallies: own,
            statistics: study.statistics, threads: threads, control: control)
        var results: [LedgerResult] = []
        for (place, platform) in platforms.enumerated() {
            results.append(
                LedgerResult(
                    platform: study.platforms[place].name, tally: own[place], unmoved: unmoved[place],
                    input: platform, groups: try estimates.groups(platform: place, threads: threads, control),
                    queues: queues[place], needed: estimates.needed(platform: place)))
        }
        return LedgerResults(
            platforms: results, differences: try estimates.differences(threads: threads, control),
            assets: histories.map(\.asset))
    }

    private func platforms(_ histories: [History], _ population: Population) throws(RunCancelled) -> [PlatformInput] {
        let study = study
        let count = histories.count
        let assets = try map(study.platforms.count * count) { place -> LedgerAsset in
            let (history, rules) = (histories[place % count], study.platforms[place / count].rules)
            return LedgerAsset(
                name: history.asset, market: history.market, population: population, rules: rules,
                maxGap: study.position.maxGap.resolved(barLength: history.market.barLength))
        }
        return study.platforms.enumerated().map { place, platform in
            let assets = Array(assets[place * count..<(place + 1) * count])
            var safeguards = study.safeguards(of: platform)
            if let days = safeguards.fund.daysOfFees {
                safeguards.fund.amount = days * feesPerDay(assets, population, platform.rules)
            }
            return PlatformInput(
                assets: assets, population: population, rules: platform.rules, safeguards: safeguards,
                seed: study.statistics.seed)
        }
    }

    /// What all traders pay in a day for opening and closing, as far as it is known before anything happens: at the notional of the entry,
    /// on every history, whatever is rejected or closed early. Quote currency.
    private func feesPerDay(_ assets: [LedgerAsset], _ population: Population, _ rules: PlatformRules) -> Double {
        let opened = population.notionals.reduce(0, +) / Double(population.stride)
        let bars = assets.reduce(0) { $0 + TimeSpan.days(1).over($1.market.barLength) }
        return opened * bars * (rules.fees.open + rules.fees.close)
    }

    /// The platforms whose liquidations move prices, where they do not; nil for the others.
    private func unmoved(_ platforms: [PlatformInput]) throws(RunCancelled) -> [LedgerTally?] {
        let moved = platforms.indices.filter { platforms[$0].safeguards.impact != nil }
        let found = try map(moved.count) { [control] place -> LedgerTally? in
            var platform = platforms[moved[place]]
            platform.safeguards = platform.safeguards.withoutImpact
            return try? platform.run(control: control)
        }
        return platforms.indices.map { place in moved.firstIndex(of: place).map { found[$0] } }
    }

    private func tallies(_ platforms: [PlatformInput]) throws(RunCancelled) -> [LedgerTally] {
        try map(platforms.count) { [control] in try? platforms[$0].run(control: control) }
    }

    /// What every queue would have taken, where a platform's fund left anything to take.
    private func queues(
        _ platforms: [PlatformInput], _ own: [LedgerTally]
    ) throws(RunCancelled) -> [[QueueResult]] {
        // Winners are closed against liquidated positions alone.
        let asked = platforms.indices.filter {
            own[$0].total.liquidated > 0 && (own[$0].unpaidShortfalls > 0 || platforms[$0].safeguards.early != nil)
        }
        let jobs = asked.flatMap { place in DeleveragingRule.allCases.map { (place, $0) } }
        let found = try map(jobs.count) { [control] job -> QueueResult? in
            let (place, rule) = jobs[job]
            let isOwn = platforms[place].safeguards.deleveraging == rule
            var platform = platforms[place]
            platform.safeguards = platform.safeguards.replacing(deleveraging: rule)
            guard let tally = isOwn ? own[place] : try? platform.run(control: control) else { return nil }
            return QueueResult(rule, isOwn: isOwn, tally: tally, population: platform.population)
        }
        return platforms.indices.map { place in
            zip(jobs, found).filter { $0.0.0 == place }.map(\.1)
        }
    }

    private func map<Value: Sendable>(
        _ count: Int, _ transform: @escaping @Sendable (Int) -> Value?
    ) throws(RunCancelled) -> [Value] {
        guard let values = parallelMap(count: count, threads: threads, transform), !control.isCancelled else {
            throw RunCancelled()
        }
        return values
    }
}
