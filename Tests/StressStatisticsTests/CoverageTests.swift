import CoverageSimulation
import StressStatistics
import Testing

/// The fast form of `make coverage`: fewer histories, so wider bands of what passes.
@Suite struct CoverageTests {
    /// 160 trials of a 95 % interval hold the truth in 143 to 160 with a chance of 99.9 %; an interval that covers 85 % does
    /// with 6 %.
    @Test(arguments: [ReturnProcess.independent, .autoregressive, .garchJumps, .regimes])
    func shownIntervalsHoldTheTruth(process: ReturnProcess) {
        let study = CoverageStudy(
            process, horizonDays: 7, days: 1826, frequencies: [0.1, 0.03, 0.01], longRun: 2_000_000)
        for row in study.table(trials: 160) {
            #expect(row.coverage(.shown) >= 0.89, "\(process.rawValue), \(row.truth)")
        }
    }

    /// Weeks of data: resamples of a few runs must not pretend to know more than there is.
    @Test(arguments: [(ReturnProcess.garchJumps, 30, 1), (.garchJumps, 60, 7), (.regimes, 30, 7)])
    func shortHistoriesHoldTheTruth(process: ReturnProcess, days: Int, held: Int) {
        let study = CoverageStudy(
            process, horizonDays: held, days: days, frequencies: [0.1, 0.03], longRun: 1_000_000)
        for row in study.table(trials: 160) {
            #expect(row.coverage(.shown) >= 0.89, "\(process.rawValue), \(row.truth)")
        }
    }

    /// What everybody would do without thinking: entries as trials.
    @Test func plainWilsonDoesNot() {
        let study = CoverageStudy(
            .garchJumps, horizonDays: 7, days: 1826, frequencies: [0.03], longRun: 1_000_000)
        #expect(study.table(trials: 60)[0].coverage(.plainWilson) < 0.6)
    }

    @Test func zeroSeenStillHoldsTheTruth() {
        let study = CoverageStudy(
            .regimes, horizonDays: 30, days: 1826, frequencies: [0.003], longRun: 2_000_000)
        let row = study.table(trials: 60)[0]
        #expect(row.zeroSeen > 10, "this rarely happens at all")
        #expect(row.coverage(.shown) >= 0.88)
    }

    @Test func histories() {
        let study = CoverageStudy(.independent, horizonDays: 1, days: 30, frequencies: [0.5], longRun: 100_000)
        let history = study.history(seed: 4)
        #expect(history.columns[0].total == 30 * 4 - 4 && history.columns[0].entries.count == 30)
        #expect(history == study.history(seed: 4) && history != study.history(seed: 5))
        #expect(abs(study.levels[0].truth - 0.5) < 1e-4)
    }
}

/// The same for differences and mean shortfalls.
@Suite struct JointCoverageTests {
    /// Where the quantiles of the resamples hold the truth in 65 to 90 %.
    @Test(arguments: [
        (ReturnProcess.independent, 7, 1826), (.garchJumps, 7, 366), (.regimes, 7, 1826), (.regimes, 7, 366),
    ])
    func differencesHoldTheTruth(process: ReturnProcess, held: Int, days: Int) throws {
        let study = JointCoverage(process, horizonDays: held, days: days, longRun: 1_000_000).only(\.isDifference)
        for row in study.table(trials: 80, resamples: 300) {
            let shown = try #require(row.shown)
            #expect(shown.hits >= 0.87 && shown.share == 1, "\(process.rawValue) \(days) d, \(row.target.name)")
        }
    }

    /// Means of a handful of crashes hold the truth in 85 to 95 %, where the quantiles do in 45 to 85 %, or say that they cannot.
    @Test(arguments: [(ReturnProcess.garchJumps, 1), (.regimes, 1), (.regimes, 7)])
    func meansHoldTheTruth(process: ReturnProcess, held: Int) throws {
        let study = JointCoverage(process, horizonDays: held, days: 1826, longRun: 1_000_000)
            .only { !$0.isDifference }
        for row in study.table(trials: 80, resamples: 300) {
            guard let shown = row.shown, shown.share > 0.6 else { continue }
            #expect(shown.hits >= 0.82, "\(process.rawValue) \(held) d, \(row.target.name)")
        }
    }
}
