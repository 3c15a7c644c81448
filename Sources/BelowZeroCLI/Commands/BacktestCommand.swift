import ArgumentParser
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StressStatistics
import StudyPlan

/// `belowzero backtest`: what the past of price files said of their later years.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Hold what the data up to each year said of it against what the year showed.",
        discussion: """
            For every calendar year with at least a year of data before it, the share of entries below zero is predicted from \
            the data up to it alone, and counted in it. Printed is how often the prediction for one further year held the \
            year's share, and how often the interval of the long run did, which is not made to. Files and options are those \
            of 'belowzero sweep'; a folder stands for all files in it.

            EXAMPLES
              belowzero backtest BTCUSDT-1h.csv --leverage 5,20 --horizon 7d
              belowzero backtest prices/ --horizon 7d --out backtest.csv
            """)

    @OptionGroup var grid: GridOptions

    @Option(
        name: .shortAndLong,
        help: "Write every cell and year to this file as CSV; '-' prints it in place of the summary.")
    var out: String?

    @OptionGroup(title: "Platform") var platform: PlatformOptions
    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup var forcing: ForceOption
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            try OwnFile.backtest.expectPlace(out, force: forcing.force, isJSON: common.json)
            let study = try grid.study(
                platform: platform, reading: reading, console: common.console)
            let interruption = Interruption(isJSON: common.json, console: common.console)
            let answers = try interruption.during {
                try Backtest(study, files: InputFiles(base: ""), caches: cache.caches, threads: allCores)
                    .answers(control: interruption.control)
            }
            try write(answers, confidence: study.statistics.confidence)
            if out != StandardOutput.name { try tell(answers) }
            try end(answers)
        }
    }

    private func write(_ answers: [Backtest.Answer], confidence: Double) throws {
        guard let out else { return }
        let records = answers.flatMap { (try? $0.records.get()) ?? [] }
        let text = backtestText(records, confidence: confidence)
        try OwnFile.backtest.write(text, to: out, force: forcing.force, console: common.console)
    }

    private func tell(_ answers: [Backtest.Answer]) throws {
        let scores = answers.compactMap { answer in
            (try? answer.records.get()).map { BacktestScore(asset: answer.asset, records: $0) }
        }
        if common.json { return try scores.forEach { try Console.print(jsonText($0)) } }
        for score in scores { try Console.print(score.text) }
        if scores.count > 1 { try Console.print(BacktestScore(together: scores).text) }
    }

    /// Complains of what could not be used: all of it, or some.
    private func end(_ answers: [Backtest.Answer]) throws {
        var failures: [Failure] = []
        for answer in answers {
            if case .failure(let failure) = answer.records { failures.append(failure) }
        }
        guard !failures.isEmpty else { return }
        try partly(Failure(failures, of: answers.count))
    }
}

/// How often the past of a history held what later years showed.
struct BacktestScore: Encodable {
    let asset: String
    let cellsCount: Int
    let firstYear: Int?
    let lastYear: Int?
    let yearsCount: Int
    let inPredictionCount: Int
    let inIntervalCount: Int

    init(asset: String, records: [YearRecord]) {
        let tests = records.flatMap(\.years)
        (self.asset, cellsCount) = (asset, records.count)
        (firstYear, lastYear) = (tests.map(\.year).min(), tests.map(\.year).max())
        yearsCount = tests.count
        inPredictionCount = tests.count(where: \.isInPrediction)
        inIntervalCount = tests.count(where: \.isInConfidence)
    }

    /// Several histories as one.
    init(together scores: [BacktestScore]) {
        (asset, cellsCount) = ("all", scores.reduce(0) { $0 + $1.cellsCount })
        (firstYear, lastYear) = (scores.compactMap(\.firstYear).min(), scores.compactMap(\.lastYear).max())
        yearsCount = scores.reduce(0) { $0 + $1.yearsCount }
        inPredictionCount = scores.reduce(0) { $0 + $1.inPredictionCount }
        inIntervalCount = scores.reduce(0) { $0 + $1.inIntervalCount }
    }

    /// One line for a terminal.
    var text: String {
        let name = SourceLocation.presentable(asset)
        guard let firstYear, let lastYear else {
            return "\(name): no year to test by: it takes a whole calendar year with a year of data before it"
        }
        let years = firstYear == lastYear ? "\(firstYear)" : "\(firstYear) to \(lastYear)"
        return "\(name): \(groupedText(cellsCount, separator: " ")) cells, \(years): of "
            + "\(groupedText(yearsCount, separator: " ")) shares of a year the prediction held \(share(inPredictionCount)), "
            + "the long run's interval \(share(inIntervalCount))"
    }

    private func share(_ count: Int) -> String {
        "\(groupedText(count, separator: " ")) (\(fixedText(100 * Double(count) / Double(yearsCount), decimals: 0)) %)"
    }
}
