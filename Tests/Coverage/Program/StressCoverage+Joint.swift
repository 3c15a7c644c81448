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
        let found = Mutex<[Int: [JointCoverage.Row]]>([:])
        DispatchQueue.concurrentPerform(iterations: settings.count) { place in
            let setting = settings[place]
            let study = JointCoverage(
                setting.process, horizonDays: setting.horizonDays, days: setting.days, longRun: 20_000_000)
            let table = study.table(trials: trials, resamples: resamples)
            found.withLock { $0[place] = table }
        }
        let rows = found.withLock { found in
            settings.enumerated().flatMap { place, setting in (found[place] ?? []).map { (setting, $0) } }
        }
        let counts = [trials, resamples].map { groupedText($0, separator: ",") }
        print("\n\(counts[0]) invented histories a row, four entries a day, \(counts[1]) resamples each.\n")
        print("### Differences\n")
        printRows(rows.filter(\.1.target.isDifference), last: "intervals together")
        print("\n### Mean shortfalls\n")
        printRows(rows.filter { !$0.1.target.isDifference }, last: nil)
    }

    private static func printRows(_ rows: [(Setting, JointCoverage.Row)], last: String?) {
        let titles =
            ["process", "history", "held", "what", "truth", "percentile", "**shown**", "median width", "has one"]
            + (last.map { [$0] } ?? [])
        print(
            "| " + titles.joined(separator: " | ") + " |\n|---|---:|---:|---|"
                + String(repeating: "---:|", count: titles.count - 4))
        for (setting, row) in rows {
            let shown = row.shown
            let fields =
                [
                    setting.process.rawValue, setting.history, "\(setting.horizonDays) d", row.target.name,
                    percent(row.target.truth, 3), row.percentile.map { percent($0.hits) } ?? "",
                    shown.map { "**\(percent($0.hits))**" } ?? "none", shown.map { percent($0.width, 3) } ?? "",
                    percent(shown?.share ?? 0, 0),
                ] + (last == nil ? [] : [percent(row.fallbacks, 0)])
            print("| " + fields.joined(separator: " | ") + " |")
        }
    }
}
