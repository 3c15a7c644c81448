import CoverageSimulation
import Dispatch
import StressBasics
import StressStatistics
import Synchronization

/// The table of return levels.
extension StressCoverage {
    /// `StressCoverage --tail [trials]` prints this alone.
    static func printTailTable(trials: Int) {
        let processes = [ReturnProcess.independent, .student, .garchJumps, .regimes, .slowRegimes]
        let places = processes.flatMap { process in [1, 7].map { (process, $0) } }
        let found = Mutex<[Int: [(Int, [TailCoverage.Row])]]>([:])
        DispatchQueue.concurrentPerform(iterations: places.count) { place in
            let (process, horizon) = places[place]
            let truth = TailCoverage.truth(process, horizonDays: horizon, longRun: 30_000_000)
            let tables = [120, 731, 1826].map { days in
                (
                    days,
                    TailCoverage(process, horizonDays: horizon, days: days, truth: truth).table(trials: trials)
                )
            }
            found.withLock { $0[place] = tables }
        }
        let all = found.withLock { $0 }
        print("\n### Return levels\n")
        print(
            "\(groupedText(trials, separator: ",")) invented histories a row (seeds 0 to \(trials - 1); of the truth 2024), "
                + "four entries a day.\n"
        )
        let titles = [
            "process", "history", "held", "once in", "true fall", "given", "**holds the truth**", "too low", "too high",
            "median width", "refused",
        ]
        print(
            "| " + titles.joined(separator: " | ") + " |\n|---|" + String(repeating: "---:|", count: titles.count - 2)
                + "---|")
        for (place, (process, horizon)) in places.enumerated() {
            for (days, rows) in all[place] ?? [] {
                for row in rows { print(line([process.rawValue, length(days), "\(horizon) d"], row, trials: trials)) }
            }
        }
    }

    private static func length(_ days: Int) -> String { days > 365 ? "\(days / 365) y" : "\(days) d" }

    private static func line(_ head: [String], _ row: TailCoverage.Row, trials: Int) -> String {
        func percent(_ count: Int) -> String {
            row.given == 0 ? "" : fixedText(100 * Double(count) / Double(row.given), decimals: 1) + " %"
        }
        let widths = row.widths.sorted()
        let reasons = row.refusals.sorted { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }
        let fields =
            head + [
                "\(Int(row.period)) y", fixedText(100 * row.truth, decimals: 1) + " %",
                fixedText(100 * Double(row.given) / Double(trials), decimals: 0) + " %",
                row.given == 0 ? "none" : "**\(percent(row.held))**", percent(row.below), percent(row.above),
                widths.isEmpty ? "" : fixedText(widths[widths.count / 2], decimals: 2) + " × truth",
                reasons.map { "\($0.key.rawValue) \($0.value * 100 / trials) %" }
                    .joined(separator: ", "),
            ]
        return "| " + fields.joined(separator: " | ") + " |"
    }
}
