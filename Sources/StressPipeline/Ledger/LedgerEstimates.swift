import PlatformLedger
import StressBasics
import StressEngine
import StressResults
import StressStatistics
import StudyPlan

/// How sure a ledger's shares are: entries are counted by the UTC day on which they were opened, and days are resampled as
/// everywhere else.
struct LedgerEstimates: Sendable {
    private let assets: [String]
    private let names: [String]
    private let population: Population
    private let statistics: StatisticsRules
    private let platforms: [PlatformInput]
    private let tallies: [LedgerTally]
    /// All histories together, then each.
    private let panels: [ResampledDays]

    /// More groups than this are not compared between platforms class by class.
    private static let mostCompared = 1000

    /// - Parameters:
    ///   - names: of the platforms.
    ///   - platforms: of the same histories and population.
    ///   - tallies: what each of them found.
    init(
        _ histories: [LedgerStage.History], names: [String], platforms: [PlatformInput], tallies: [LedgerTally],
        statistics: StatisticsRules, threads: Int, control: RunControl
    ) throws(RunCancelled) {
        (assets, self.names) = (histories.map(\.asset), names)
        (self.statistics, self.platforms, self.tallies) = (statistics, platforms, tallies)
        let population = platforms[0].population
        self.population = population
        let days = LedgerDays.panels(
            histories, windows: platforms[0].assets.map(\.windows), horizon: population.horizon)
        let found = parallelMap(count: days.count, threads: threads) { place -> ResampledDays? in
            control.isCancelled
                ? nil : ResampledDays(days[place], tallies: tallies, classes: population.classes.count, statistics)
        }
        guard let found else { throw RunCancelled() }
        panels = found
    }

    // MARK: Groups

    /// Everybody on a platform; then each history, each class, and each class on each history.
    func groups(platform: Int, threads: Int, _ control: RunControl) throws(RunCancelled) -> [LedgerGroup] {
        let places = places
        let found = parallelMap(count: places.count, threads: threads) { index -> LedgerGroup? in
            control.isCancelled ? nil : group(platform, places[index])
        }
        guard let found else { throw RunCancelled() }
        return found
    }

    /// Panels and classes of the groups; all classes where nil.
    private var places: [(panel: Int, group: Int?)] {
        let groups = population.classes.indices
        return panels.indices.map { ($0, nil) } + panels.indices.flatMap { panel in groups.map { (panel, $0) } }
    }

    private func group(_ platform: Int, _ place: (panel: Int, group: Int?)) -> LedgerGroup {
        let panel = panels[place.panel]
        let sums = LedgerTally.total(panel.blocks(platform: platform, group: place.group))
        let group = place.group.map { population.classes[$0] }
        let isOwedPossible = platforms[platform].safeguards.recourse == .trader
        let liquidates = platforms[platform].rules.liquidation.enabled
        return LedgerGroup(
            asset: asset(place.panel), side: group?.side, leverage: group?.leverage, counts: LedgerCounts(sums),
            amounts: LedgerAmounts(sums),
            intervals: panel.intervals(
                platform: platform, group: place.group, isOwedPossible: isOwedPossible, liquidates: liquidates))
    }

    private func asset(_ panel: Int) -> String? { panel == 0 ? nil : assets[panel - 1] }

    /// The fund that would have been needed on a platform.
    func needed(platform: Int) -> [FundNeeded] {
        FundNeeded.all(tallies[platform], meanLength: panels[0].meanLength, confidence: statistics.confidence)
    }

    // MARK: Differences

    /// Each further platform's shares less the first one's, on the same traders; empty without resamples.
    func differences(threads: Int, _ control: RunControl) throws(RunCancelled) -> [PlatformDifference] {
        guard tallies.count > 1, statistics.resamples > 0 else { return [] }
        let all = places
        let compared = all.count <= LedgerEstimates.mostCompared ? all : all.filter { $0.group == nil }
        let found = parallelMap(count: compared.count, threads: threads) { index -> [PlatformDifference]? in
            control.isCancelled ? nil : differences(compared[index])
        }
        guard let found else { throw RunCancelled() }
        return found.flatMap(\.self)
    }

    private func differences(_ place: (panel: Int, group: Int?)) -> [PlatformDifference] {
        let group = place.group.map { population.classes[$0] }
        return PlatformDifference.Share.allCases.flatMap { share in
            tallies.indices.dropFirst().compactMap { platform in
                panels[place.panel].difference(platform, 0, group: place.group, share).map {
                    PlatformDifference(
                        platform: names[platform], other: names[0], asset: asset(place.panel),
                        side: group?.side, leverage: group?.leverage, share: share, difference: $0)
                }
            }
        }
    }
}
