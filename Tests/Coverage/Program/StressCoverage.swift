import CoverageSimulation
import Dispatch
import StressBasics
import StressStatistics
import Synchronization

/// Prints the tables of coverage as Markdown: how often nominal 95 % intervals hold the truth.
///
/// `StressCoverage [trials]`, `StressCoverage --joint [trials] [first seed]` for differences and mean shortfalls alone, `--year [trials]`
/// for further years and turbulent spells, `--tail [trials] [first seed]` for return levels (`--shortfalls`: of shortfalls alone), or
/// `StressCoverage --time` for the time that resampling a large grid takes.
@main struct StressCoverage {
    static let resamples = 1000
    static let frequencies = [0.1, 0.03, 0.01, 0.003]

    struct Setting {
        let process: ReturnProcess
        let horizonDays: Int
        let days: Int

        var history: String { days % 365 == 1 ? "\(days / 365) y" : "\(days) d" }
    }

    static func main() {
        if CommandLine.arguments.contains("--time") { return timeResampling() }
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let (trials, firstSeed) = (numbers.first ?? 1000, numbers.dropFirst().first ?? 0)
        if CommandLine.arguments.contains("--joint") {
            return printJointTables(trials: trials, firstSeed: firstSeed)
        }
        if CommandLine.arguments.contains("--year") { return printYearTables(trials: trials) }
        if CommandLine.arguments.contains("--tail") {
            return printTailTables(trials: trials, firstSeed: firstSeed)
        }
        let ordinary = [ReturnProcess.independent, .autoregressive, .garchJumps, .regimes].flatMap { process in
            [1, 7, 30].map { Setting(process: process, horizonDays: $0, days: 1826) }
        }
        // Where theory promises little: memory as long as the history, or few windows.
        let hard =
            [1, 7, 30].map { Setting(process: .slowRegimes, horizonDays: $0, days: 1826) }
            + [ReturnProcess.independent, .garchJumps, .regimes].flatMap { process in
                [7, 30].map { Setting(process: process, horizonDays: $0, days: 366) }
            }
        print(
            "\(groupedText(trials, separator: ",")) invented histories a row, four entries a day.\n\n### Five years\n")
        printTable(ordinary, trials: trials)
        print("\n### Hard cases\n")
        printTable(hard, trials: trials)
        print("\n### Weeks and months\n")
        printTable(short, trials: trials)
        printYearTables(trials: trials)
        printJointTables(trials: trials, firstSeed: 0)
        printTailTables(trials: trials, firstSeed: 0)
    }

    /// Files of a single month, as vendors sell minute bars.
    private static var short: [Setting] {
        [ReturnProcess.independent, .garchJumps, .regimes].flatMap { process in
            [(30, 1), (30, 7), (120, 1), (120, 7)].map { Setting(process: process, horizonDays: $1, days: $0) }
        }
    }

    private static func printTable(_ settings: [Setting], trials: Int) {
        let rows = Mutex<[Int: [CoverageRow]]>([:])
        DispatchQueue.concurrentPerform(iterations: settings.count) { place in
            let setting = settings[place]
            let study = CoverageStudy(
                setting.process, horizonDays: setting.horizonDays, days: setting.days,
                frequencies: frequencies, longRun: 20_000_000)
            let table = study.table(trials: trials)
            rows.withLock { $0[place] = table }
        }
        let titles =
            ["process", "history", "held", "true frequency"]
            + CoverageMethod.allCases.map { $0 == .shown ? "**shown**" : $0.rawValue }
            + ["half width of shown", "zero seen"]
        print(
            "| " + titles.joined(separator: " | ") + " |\n|---|" + String(repeating: "---:|", count: titles.count - 1))
        let all = rows.withLock { $0 }
        for (place, setting) in settings.enumerated() { all[place]?.forEach { print(line(setting, $0)) } }
    }

    static func percent(_ share: Double, _ decimals: Int = 1) -> String {
        fixedText(share * 100, decimals: decimals) + " %"
    }

    private static func line(_ setting: Setting, _ row: CoverageRow) -> String {
        let shares = CoverageMethod.allCases.map { method in
            method == .shown ? "**\(percent(row.coverage(method)))**" : percent(row.coverage(method))
        }
        let trials = Double(row.trials)
        let fields =
            [setting.process.rawValue, setting.history, "\(setting.horizonDays) d", percent(row.truth)] + shares
            + [
                "\(fixedText((row.width[.shown] ?? 0) / 2, decimals: 2)) × truth",
                percent(Double(row.zeroSeen) / trials, 0),
            ]
        return "| " + fields.joined(separator: " | ") + " |"
    }
}
