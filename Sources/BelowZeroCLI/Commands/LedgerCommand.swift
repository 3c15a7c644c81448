import ArgumentParser
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// `belowzero ledger`: one platform's safeguards against another's on the same traders.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Ask who pays: one platform's safeguards against another's, on the same traders and prices.",
        discussion: """
            A population of traders opens positions at every bar; the platform's insurance fund, auto-deleveraging and socialised \
            loss pay for those that are closed below zero, in the order in which things happen, and what is left the \
            traders owe or the platform bears. Takes a study with a 'ledger' section, or price files with the options \
            below. 'belowzero run' writes the same, with its pages, for a study that has the section.

            EXAMPLES
              belowzero ledger Data/Studies/who-pays.yaml
              belowzero ledger BTCUSDT-1h.csv --platform okx,bare-lender --population bitmex-2019
              belowzero ledger study.yaml --platform okx --out who-pays.csv
            """)

    @Argument(help: "A study (.yaml, .yml), or price files.", completion: .file())
    var file: [String]

    @Option(help: "Platforms of the study or venues, with commas; the first is compared with the others.")
    var platform: String?

    @Option(help: "Who trades: \(PopulationPreset.all.map(\.name).joined(separator: ", ")).")
    var population: String?

    @Option(help: "How long positions are held.")
    var horizon: String?

    @Option(
        parsing: .unconditional,
        help: "What every insurance fund begins with, quote currency, where the platform says nothing of its own.")
    var fund: String?

    @Option(name: .shortAndLong, help: "Write every class to this file as CSV; '-' prints it in place of the text.")
    var out: String?

    @OptionGroup var forcing: ForceOption
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            try OwnFile.ledger.expectPlace(out, force: forcing.force, isJSON: common.json)
            let question = try LedgerQuestion(self)
            question.notes.forEach { common.console.say(Failure.text($0)) }
            let interruption = Interruption(isJSON: common.json, console: common.console)
            let answer = try interruption.during {
                try WhoPays(question.study, files: question.files, caches: cache.caches, threads: allCores)
                    .answer(control: interruption.control)
            }
            try write(answer.results, question.study)
            if let failure = answer.failure { try partly(failure) }
        }
    }

    private func write(_ results: LedgerResults, _ study: Study) throws {
        if let out {
            let text = ledgerTableText(results, study: study)
            try OwnFile.ledger.write(text, to: out, force: forcing.force, console: common.console)
            if out == StandardOutput.name { return }
        }
        if common.json { return try StandardOutput.write(results.json) }
        try StandardOutput.write(ledgerText(results, study: study, style: common.style))
    }
}

/// The study that is asked: a file's, with what was typed instead, or one of price files.
private struct LedgerQuestion {
    let study: Study
    let files: InputFiles
    let notes: [Finding]

    init(_ command: LedgerCommand) throws {
        guard let named = try namedStudy(command.file) else {
            try self.init(try LedgerQuestion.typed(command), file: "--platform", files: InputFiles(base: ""), notes: [])
            return
        }
        let loaded = try LoadedStudy(file: named, threads: allCores)
        var study = loaded.study
        try LedgerQuestion.change(&study, command)
        try self.init(study, file: named, files: loaded.files, notes: loaded.notes)
    }

    /// What was typed may ask of a platform what the ledger does not follow.
    private init(_ study: Study, file: String, files: InputFiles, notes: [Finding]) throws {
        do throws(StudyError) { try study.validate(file: file) } catch {
            throw Failure(.usage, error.findings[0].message, hint: error.findings[0].hint)
        }
        (self.study, self.files, self.notes) = (study, files, notes)
    }

    /// The study of price files: the grid of a study has no part in a ledger.
    private static func typed(_ command: LedgerCommand) throws -> Study {
        var grid = try GridOptions.parse(command.file + ["--leverage", "10", "--horizon", command.horizon ?? "7d"])
        grid.file = command.file
        var study = try grid.study(
            platform: try PlatformOptions.parse([]), reading: try ReadingOptions.parse([]),
            console: command.common.console)
        try change(&study, command)
        return study
    }

    /// Puts in what was typed.
    private static func change(_ study: inout Study, _ command: LedgerCommand) throws {
        if let name = command.population ?? (study.ledger == nil ? PopulationPreset.all[0].name : nil) {
            guard let preset = PopulationPreset.all.first(where: { $0.name == name }) else {
                let names = PopulationPreset.all.map(\.name)
                throw Failure(
                    .usage, "there is no population '\(SourceLocation.presentable(name))'",
                    hint: didYouMean(name, among: names, rest: "known: \(names.joined(separator: ", "))"))
            }
            var ledger =
                study.ledger
                ?? LedgerStudy(
                    population: Population(classes: [], horizon: .days(7)), safeguards: SafeguardSettings())
            ledger.population.classes = preset.classes
            study.ledger = ledger
        }
        if let horizon = command.horizon {
            study.ledger?.population.horizon = try optionValue(
                Settings.Ledger.horizon, of: horizon, option: "--horizon")
        }
        if let fund = command.fund {
            study.ledger?.safeguards.fundDays = nil
            study.ledger?.safeguards.fundAmount = try optionValue(
                Settings.Fund.amount, of: fund, option: "--fund")
        }
        if let platforms = command.platform { study.platforms = try chosenPlatforms(platforms, of: study.platforms) }
    }
}
