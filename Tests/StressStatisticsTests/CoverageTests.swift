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
        for row in study.table(trials: 160, resamples: 400) {
            #expect(row.coverage(.shown) >= 0.89, "\(process.rawValue), \(row.truth)")
        }
    }

    /// Weeks of data: resamples of a few runs must not pretend to know more than there is.
    @Test(arguments: [(ReturnProcess.garchJumps, 30, 1), (.garchJumps, 60, 7), (.regimes, 30, 7)])
    func shortHistoriesHoldTheTruth(process: ReturnProcess, days: Int, held: Int) {
        let study = CoverageStudy(
            process, horizonDays: held, days: days, frequencies: [0.1, 0.03], longRun: 1_000_000)
        for row in study.table(trials: 160, resamples: 200) {
            #expect(row.coverage(.shown) >= 0.89, "\(process.rawValue), \(row.truth)")
        }
    }

    /// What everybody would do without thinking: entries as trials.
    @Test func plainWilsonDoesNot() {
        let study = CoverageStudy(
            .garchJumps, horizonDays: 7, days: 1826, frequencies: [0.03], longRun: 1_000_000)
        #expect(study.table(trials: 60, resamples: 100)[0].coverage(.plainWilson) < 0.6)
    }

    @Test func zeroSeenStillHoldsTheTruth() {
        let study = CoverageStudy(
            .regimes, horizonDays: 30, days: 1826, frequencies: [0.003], longRun: 2_000_000)
        let row = study.table(trials: 60, resamples: 100)[0]
        #expect(row.zeroSeen > 10, "this rarely happens at all")
        #expect(row.coverage(.shown) >= 0.88)
    }

    @Test func histories() {
        let study = CoverageStudy(.independent, horizonDays: 1, days: 30, frequencies: [0.5], longRun: 100_000)
        let history = study.history(seed: 4)
        #expect(history[0].total == 30 * 4 - 4 && history[0].entries.count == 30)
        #expect(history == study.history(seed: 4) && history != study.history(seed: 5))
        #expect(abs(study.levels[0].truth - 0.5) < 1e-4)
    }
}
