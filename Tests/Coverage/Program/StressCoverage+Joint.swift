import CoverageSimulation
import Dispatch
import StressBasics
import StressStatistics
import Synchronization

/// The tables of differences and of mean shortfalls.
extension StressCoverage {
    /// A process and a holding time, whose truth serves histories of every length.
    private struct JointPlace {
        let process: ReturnProcess
        let horizonDays: Int
        var lengths: [Int] { horizonDays == 1 ? [1826, 120] : [1826, 731, 366] }
    }

    /// `StressCoverage --joint [trials] [first seed]` prints these alone.
    static func printJointTables(trials: Int, firstSeed: Int) {
        let places = [ReturnProcess.independent, .garchJumps, .regimes, .slowRegimes].flatMap { process in
            [1, 7].map { JointPlace(process: process, horizonDays: $0) }
        }
        let found = Mutex<[Int: [(Setting, JointCoverage.Row)]]>([:])
        DispatchQueue.concurrentPerform(iterations: places.count) { index in
            let judged = Self.judged(places[index], trials: trials, firstSeed: firstSeed)
            found.withLock { $0[index] = judged }
        }
        let rows = found.withLock { found in places.indices.flatMap { found[$0] ?? [] } }
        let counts = [trials, resamples].map { groupedText($0, separator: ",") }
        print(
            "\n\(counts[0]) invented histories a row (seeds \(firstSeed) to \(firstSeed + trials - 1); of the truth 2024), four "
                + "entries a day, \(counts[1]) resamples each.\n")
        print("### Differences\n")
        printDifferences(rows.filter(\.1.target.isDifference))
        print("\n### Mean shortfalls\n")
        printMeans(rows.filter { !$0.1.target.isDifference }, trials: trials)
    }

    private static func judged(_ place: JointPlace, trials: Int, firstSeed: Int) -> [(Setting, JointCoverage.Row)] {
        let study = JointCoverage(
            place.process, horizonDays: place.horizonDays, days: place.lengths[0], longRun: 10_000_000)
        return place.lengths.flatMap { days in
            let setting = Setting(process: place.process, horizonDays: place.horizonDays, days: days)
            let table = JointCoverage(study, days: days).table(
                trials: trials, firstSeed: firstSeed, resamples: resamples)
            return table.map { (setting, $0) }
        }
    }

    private static func printDifferences(_ rows: [(Setting, JointCoverage.Row)]) {
        printHead(["percentile", "**shown**", "median width", "intervals together"], last: "---:")
        for (setting, row) in rows {
            printLine(setting, row, [share(row.before), bold(row.shown), width(row.shown), percent(row.fallbacks, 0)])
        }
    }

    private static func printMeans(_ rows: [(Setting, JointCoverage.Row)], trials: Int) {
        printHead(["bootstrap-t", "given", "**shown**", "given", "median width", "refused"], last: "---")
        for (setting, row) in rows {
            let reasons = row.refusals.sorted { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }
            let refused = reasons.map { "\($0.key.rawValue) \(percent(Double($0.value) / Double(trials), 0))" }
            printLine(
                setting, row,
                [
                    share(row.before), percent(row.before?.share ?? 0, 0), bold(row.shown),
                    percent(row.shown?.share ?? 0, 0), width(row.shown), refused.joined(separator: ", "),
                ])
        }
    }

    private static func share(_ found: JointCoverage.Coverage?) -> String { found.map { percent($0.hits) } ?? "none" }

    private static func bold(_ found: JointCoverage.Coverage?) -> String {
        found.map { "**\(percent($0.hits))**" } ?? "none"
    }

    private static func width(_ found: JointCoverage.Coverage?) -> String {
        found.map { percent($0.width, 3) } ?? ""
    }

    private static func printHead(_ titles: [String], last: String) {
        let all = ["process", "history", "held", "what", "truth"] + titles
        print(
            "| " + all.joined(separator: " | ") + " |\n|---|---:|---:|---|"
                + String(repeating: "---:|", count: all.count - 5) + last + "|")
    }

    private static func printLine(_ setting: Setting, _ row: JointCoverage.Row, _ fields: [String]) {
        let start = [
            setting.process.rawValue, setting.history, "\(setting.horizonDays) d", row.target.name,
            percent(row.target.truth, 3),
        ]
        print("| " + (start + fields).joined(separator: " | ") + " |")
    }
}
