import CoverageSimulation
import Dispatch
import StressBasics
import StressStatistics
import Synchronization

/// The tables of what one further year shows, and of what turbulent spells a history needs.
extension StressCoverage {
    private static var settings: [Setting] {
        [ReturnProcess.independent, .garchJumps, .regimes, .slowRegimes].flatMap { process in
            [(1, 1826), (7, 1826), (7, 731), (1, 120)].map { Setting(process: process, horizonDays: $0, days: $1) }
        }
    }

    /// `StressCoverage --year [trials]` prints these alone.
    static func printYearTables(trials: Int) {
        let found = Mutex<[Int: (years: [YearCoverage.Row], spells: [CoverageRow])]>([:])
        DispatchQueue.concurrentPerform(iterations: settings.count) { place in
            let setting = settings[place]
            let study = CoverageStudy(
                setting.process, horizonDays: setting.horizonDays, days: setting.days, frequencies: frequencies,
                longRun: 20_000_000)
            let tables = (YearCoverage(study).table(trials: trials), study.table(trials: trials))
            found.withLock { $0[place] = tables }
        }
        let all = found.withLock { $0 }
        print("\n### One further year\n")
        print("| process | history | held | true frequency | 95 % interval | **prediction** | width | years of 0 |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        for (place, setting) in settings.enumerated() { all[place]?.years.forEach { print(line(setting, $0)) } }
        print("\n### Turbulent spells\n")
        print("| process | history | held | true frequency | none seen | one | two or more |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for (place, setting) in settings.enumerated() { all[place]?.spells.forEach { print(spells(setting, $0)) } }
    }

    private static func start(_ setting: Setting, _ truth: Double) -> [String] {
        [setting.process.rawValue, setting.history, "\(setting.horizonDays) d", percent(truth)]
    }

    private static func line(_ setting: Setting, _ row: YearCoverage.Row) -> String {
        let fields = [
            percent(row.confidence), "**\(percent(row.prediction))**",
            "\(fixedText(row.width, decimals: 1)) × truth", percent(row.zeroYears, 0),
        ]
        return "| " + (start(setting, row.truth) + fields).joined(separator: " | ") + " |"
    }

    private static func spells(_ setting: Setting, _ row: CoverageRow) -> String {
        let fields = row.bySpells.map { found in
            found.trials == 0
                ? ""
                : "\(percent(Double(found.hits) / Double(found.trials))) of \(groupedText(found.trials, separator: ","))"
        }
        return "| " + (start(setting, row.truth) + fields).joined(separator: " | ") + " |"
    }
}
