import ArgumentParser
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// `belowzero resample`: positions in simulated futures of price histories.
struct ResampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resample",
        abstract: "Try positions in simulated futures of price histories, put together from their own bars.",
        discussion: """
            Asks of a history for a month or a year that it is too short to show. Futures begin at the newest price; \
            stationary (or block) puts together runs of bars as they followed each other, filtered takes bars at the \
            volatility that a future has come to (GARCH(1,1)). Positions are walked by the engine that walks histories. \
            Futures are made of the bars of the history alone, and intervals are of the draws alone. Takes a study, or \
            price files with the options below; a study's 'resample' section writes the same with 'belowzero run'.

            EXAMPLES
              belowzero resample BTCUSDT-1h.csv --length 30d,365d --leverage 2,5,10
              belowzero resample nightly.yaml --method filtered --paths 5000 --seed 7
            """)

    @Argument(help: "A study (.yaml, .yml), or price files.", completion: .file())
    var file: [String]

    @OptionGroup var grid: GridChanges

    @Option(
        help: "Lengths of the futures, which positions are held for: 30d,365d. (default: the study's, or these)")
    var length: String?

    @Option(help: "stationary or block, or filtered.")
    var method: String?

    @Option(help: "Futures of each history, \(Settings.Resample.paths.rangeWords).")
    var paths: String?

    @Option(
        help:
            "Mean length of what is drawn together: 1d; a bar at least, and as long as the history to draw it whole.")
    var block: String?

    @Option(help: "Seed of the draws.")
    var seed: String?

    @Option(name: .shortAndLong, help: "Write everything to this file as CSV; '-' prints it in place of the text.")
    var out: String?

    @OptionGroup(title: "Platform") var platform: PlatformOptions
    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup var forcing: ForceOption
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            try OwnFile.simulated.expectPlace(out, force: forcing.force, isJSON: common.json)
            let question = try question()
            let interruption = Interruption(isJSON: common.json, console: common.console)
            let answer = try interruption.during {
                try Futures(
                    question.study, rules: question.rules, files: question.files, caches: cache.caches,
                    threads: allCores
                ).answer(control: interruption.control)
            }
            try write(answer.results, question)
            if let failure = answer.failure { try partly(failure) }
        }
    }

    private func write(_ results: [SimulatedResult], _ question: Question) throws {
        if let out {
            let text = simulatedTableText(results, rules: question.rules, study: question.study)
            try OwnFile.simulated.write(text, to: out, force: forcing.force, console: common.console)
            if out == StandardOutput.name { return }
        }
        if common.json { return try Console.print(simulatedJSON(results)) }
        try Console.print(
            simulatedText(
                results, rules: question.rules, confidence: question.study.statistics.confidence, style: common.style))
    }

    // MARK: Question

    private struct Question {
        let study: Study
        let rules: ResampleRules
        let files: InputFiles
    }

    /// The study that is asked, with what was typed in place of what it says.
    private func question() throws -> Question {
        guard let named = try namedStudy(file) else { return try question(try typed(), InputFiles(base: "")) }
        let loaded = try LoadedStudy(file: named, threads: allCores)
        loaded.notes.forEach { common.console.say(Failure.text($0)) }
        return try question(loaded.study, loaded.files)
    }

    private func typed() throws -> Study {
        var grid = try GridOptions.parse(file)
        grid.file = file
        return try grid.study(platform: platform, reading: reading, console: common.console)
    }

    private func question(_ base: Study, _ files: InputFiles) throws -> Question {
        var study = base
        study.grid = try grid.applied(to: base.grid)
        var rules = study.resample ?? ResampleRules()
        typealias Known = Settings.Resample
        if let method { rules.method = try optionValue(Known.method, of: method, option: "--method") }
        if let paths { rules.paths = try optionValue(Known.paths, of: paths, option: "--paths") }
        if let block { rules.block = try optionValue(Known.block, of: block, option: "--block") }
        if let seed { rules.seed = try optionValue(Known.seed, of: seed, option: "--seed") }
        if let length { rules.lengths = try optionValue(Known.length, of: length, option: "--length") }
        return Question(study: study, rules: rules, files: files)
    }
}
