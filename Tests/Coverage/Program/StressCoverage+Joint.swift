import CoverageSimulation
import Dispatch
import StressBasics
import StressStatistics
import Synchronization

/// The tables of differences and of mean shortfalls.
extension StressCoverage {
    /// `StressCoverage --joint [trials]` prints these alone.
    static func printJointTables(trials: Int) {
        let processes = [ReturnProcess.independent, .garchJumps, .regimes, .slowRegimes]
        let settings = processes.flatMap { process in
            [(1, 1826), (7, 1826), (7, 366), (1, 120)].map { Setting(process: process, horizonDays: $0, days: $1) }
        }
        let rows = Mutex<[Int: [JointCoverage.Row]]>([:])
        DispatchQueue.concurrentPerform(iterations: settings.count) { place in
            let setting = settings[place]
            let study = JointCoverage(
                setting.process, horizonDays: setting.horizonDays, days: setting.days, longRun: 20_000_000)
            let table = study.table(trials: trials, resamples: resamples)
            rows.withLock { $0[place] = table }
        }
        let all = rows.withLock { $0 }
        for (place, setting) in settings.enumerated() {
            for row in all[place] ?? [] {
                let parts = row.coverage.sorted { $0.key < $1.key }.map {
                    "\($0.key) \(fixedText($0.value.hits * 100, decimals: 1))% of \(fixedText($0.value.share * 100, decimals: 0))% w \(fixedText($0.value.width, decimals: 2))"
                }
                print(
                    "\(setting.process.rawValue) \(setting.history) \(setting.horizonDays)d | \(row.target.name) | \(significantText(row.target.truth, digits: 3)) | \(parts.joined(separator: " | "))"
                )
            }
        }
    }
}
