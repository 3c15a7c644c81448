import CoverageSimulation
import Dispatch
import StressBasics
import StressStatistics
import Synchronization

/// The tables of return levels, of moves and of shortfalls.
extension StressCoverage {
    /// `StressCoverage --tail [trials] [first seed]` prints these alone, with `--shortfalls` the second of them.
    static func printTailTables(trials: Int, firstSeed: Int) {
        let isOfBoth = !CommandLine.arguments.contains("--shortfalls")
        let shares = [nil, 0.1, 0.03].filter { isOfBoth || $0 != nil }
        let processes = [ReturnProcess.independent, .student, .garchJumps, .regimes, .slowRegimes]
        let places = processes.flatMap { process in [1, 7].map { (process, $0) } }
        let found = Mutex<[Int: [TailRows]]>([:])
        DispatchQueue.concurrentPerform(iterations: places.count) { place in
            let rows = tables(places[place].0, places[place].1, shares, trials: trials, firstSeed: firstSeed)
            found.withLock { $0[place] = rows }
        }
        let all = found.withLock { found in places.indices.flatMap { found[$0] ?? [] } }
        let seeds = "seeds \(firstSeed) to \(firstSeed + trials - 1); of the truth 2024"
        let words = "\(groupedText(trials, separator: ",")) invented histories a row (\(seeds)), four entries a day.\n"
        if isOfBoth {
            print("\n### Return levels of moves\n\n" + words)
            printRows(all.filter { $0.share == nil }, trials: trials, truth: "true fall")
        }
        print("\n### Return levels of shortfalls\n\n" + words)
        printRows(all.filter { $0.share != nil }, trials: trials, truth: "true shortfall")
    }

    /// The rows of one market, holding time and length.
    private struct TailRows {
        let process: ReturnProcess
        let horizonDays: Int
        let days: Int
        /// Of the entries that are liquidated, where shortfalls are looked at.
        let share: Double?
        let rows: [TailCoverage.Row]
    }

    private static func tables(
        _ process: ReturnProcess, _ horizon: Int, _ shares: [Double?], trials: Int, firstSeed: Int
    ) -> [TailRows] {
        let market = TailCoverage.Market(process, horizonDays: horizon, bars: 20_000_000)
        return shares.flatMap { share in
            let subject = share.map { TailCoverage.Subject.lateExits(distance: market.fall(share: $0)) } ?? .falls
            let truth = market.levels(subject)
            return (share == nil ? [120, 731, 1826] : [731, 1826]).map { days in
                let study = TailCoverage(process, horizonDays: horizon, days: days, subject: subject, truth: truth)
                return TailRows(
                    process: process, horizonDays: horizon, days: days, share: share,
                    rows: study.table(trials: trials, firstSeed: firstSeed))
            }
        }
    }

    private static func printRows(_ tables: [TailRows], trials: Int, truth: String) {
        let isOfShortfalls = tables.contains { $0.share != nil }
        let titles =
            ["process", "history", "held"] + (isOfShortfalls ? ["liquidated"] : []) + [
                "once in", truth, "given", "**holds**", "too low", "too high", "median width", "refused",
            ]
        print(
            "| " + titles.joined(separator: " | ") + " |\n|---|" + String(repeating: "---:|", count: titles.count - 2)
                + "---|")
        for table in tables {
            let head =
                [table.process.rawValue, length(table.days), "\(table.horizonDays) d"]
                + (table.share.map { [percent($0, 0)] } ?? [])
            // A length that is refused whatever the period is one row.
            let isRefused = table.rows.allSatisfy { $0.given == 0 }
            for row in isRefused ? Array(table.rows.prefix(1)) : table.rows { print(line(head, row, trials: trials)) }
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
