import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StressReport
import StressResults
import StudyPlan

/// `belowzero custody`: what may be lost wherever the price goes, and joined with what the price takes.
struct CustodyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "custody",
        abstract:
            "Say how likely coins are lost to a failed platform or lost keys, and how much on average. Not advice.",
        discussion: """
            A side calculation from figures of your own, or from some that were counted (--presets lists them with their \
            arithmetic and sources): hazards are constant, independent and add up; after a failure of the platform \
            the recovered part cannot be lost again, and of lost keys nothing is recovered. With --prices it is joined \
            with the price, taken to be independent: how likely more than --more-than of the capital is gone after the \
            years, for coins at the platform, coins with keys of your own, and every leverage.

            EXAMPLES
              belowzero custody --years 5 --hazard 1% --keys 0.5% --recovery 30%
              belowzero custody --years 1 --preset exchanges-2015 --prices BTCUSDT-1d.csv --leverage 2,5,20
            """)

    @Option(parsing: .unconditional, help: "How long, in years: above 0, at most 100.")
    var years: Double?

    @Option(parsing: .unconditional, help: "Failures of the platform a year: 1%, or 0.01.")
    var hazard: String?

    @Option(parsing: .unconditional, help: "Losses of the keys a year. (default: 0%, or the preset's)")
    var keys: String?

    @Option(parsing: .unconditional, help: "The part of the capital that is held there.")
    var share = "100%"

    @Option(parsing: .unconditional, help: "What is given back after a failure. (default: 0%, or the preset's)")
    var recovery: String?

    @Option(
        help:
            "Hazards that were counted, several with commas: \(CustodyPreset.all.map(\.name).joined(separator: ", ")). What is typed beside them goes first."
    )
    var preset: String?

    @Flag(help: "List the presets with their arithmetic and sources.")
    var presets = false

    @Option(parsing: .upToNextOption, help: "Price files to join it with.", completion: .file())
    var prices: [String] = []

    @Option(name: [.customShort("l"), .long], help: "With --prices: leverages, 1,5,20 or 1:125.")
    var leverage = "2,5,10,20"

    @Option(help: "With --prices: long or short.")
    var side = "long"

    @Option(parsing: .unconditional, help: "With --prices: more than which part of the capital has to be gone.")
    var moreThan = "50%"

    @OptionGroup(title: "Platform, with --prices") var platform: PlatformOptions
    @OptionGroup(title: "Reading, with --prices") var reading: ReadingOptions
    @OptionGroup(title: "Cache, with --prices") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            guard !presets else { return try StandardOutput.write(common.json ? presetsJSON : presetsText) }
            let rules = try rules()
            let custody = try custody(rules)
            let joined = prices.isEmpty ? nil : try joined(rules)
            try StandardOutput.write(try common.json ? json(custody, joined) : text(custody, rules, joined))
            if let failure = joined?.failure { try partly(failure) }
        }
    }

    // MARK: Question

    private func rules() throws -> CustodyRules {
        guard let years else { throw Failure(.usage, "--years is missing", hint: "say how long, such as --years 5") }
        var rules = try base()
        typealias Known = Settings.Scenario
        func set(
            _ part: WritableKeyPath<CustodyRules, Double>, _ text: String?, _ known: Setting<Double>, _ option: String
        )
            throws
        {
            if let text { rules[keyPath: part] = try signedValue(known, of: text, option: option) }
        }
        rules.years = years
        try set(\.hazard, hazard, Known.hazard, "--hazard")
        try set(\.keys, keys, Known.hazard, "--keys")
        try set(\.share, share, Known.part, "--share")
        try set(\.recovery, recovery, Known.part, "--recovery")
        try set(\.moreThan, moreThan, Settings.CustodyRates.moreThan, "--more-than")
        return rules
    }

    /// What presets say, to begin with.
    private func base() throws -> CustodyRules {
        guard let preset else {
            guard hazard != nil else {
                throw Failure(
                    .usage, "--hazard is missing",
                    hint: "write --hazard 1%, or --preset; --presets lists what was counted")
            }
            return CustodyRules(hazard: 0)
        }
        let chosen = try optionValue(Settings.CustodyRates.preset, of: preset, option: "--preset")
        return CustodyRules(chosen) ?? CustodyRules(hazard: 0)
    }

    private func custody(_ rules: CustodyRules) throws -> Custody {
        do throws(RuleError) {
            return try Custody(
                years: rules.years, hazard: rules.hazard, keyHazard: rules.keys, share: rules.share,
                recovery: rules.recovery)
        } catch {
            throw Failure(.usage, error.message)
        }
    }

    private func joined(_ rules: CustodyRules) throws -> CustodyPrices.Answer {
        guard try parseSides(side).count == 1 else {
            throw Failure(.usage, "--side is one side here", hint: "write long or short")
        }
        var grid = try GridOptions.parse(
            prices + ["--contract", "linear", "--side", side, "--leverage", leverage, "--horizon", "1d"])
        grid.file = prices
        var study = try grid.study(platform: platform, reading: reading, console: common.console)
        study.grid.horizons = [TimeSpan(milliseconds: max(1, Int64(rules.years * 365 * 86_400_000)))]
        let interruption = Interruption(isJSON: common.json, console: common.console)
        return try interruption.during {
            try CustodyPrices(study, rules: rules, files: InputFiles(base: ""), caches: cache.caches, threads: allCores)
                .answer(control: interruption.control)
        }
    }

    // MARK: Answer

    private func text(_ custody: Custody, _ rules: CustodyRules, _ joined: CustodyPrices.Answer?) -> String {
        let source = rules.source.isEmpty ? "the figures given" : "figures that were counted: \(rules.source)"
        return """
            Within \(yearText(custody.years)) \
            \(custody.keyHazard > 0 ? custody.hazard > 0 ? "either happens" : "the keys are lost" : "it happens") \
            with a probability of \(percentWords(custody.lossProbability)); \
            \(percentWords(custody.expectedLoss)) of the capital is lost on average.
            \(joined.map { table($0.holdings, rules) } ?? "")\
            A side calculation from \(source); not advice: nobody knows a platform's hazard.

            """
    }

    private func yearText(_ years: Double) -> String { "\(numberText(years)) \(years == 1 ? "year" : "years")" }

    private func table(_ holdings: [CustodyHolding], _ rules: CustodyRules) -> String {
        let rows = holdings.map { holding in
            [
                SourceLocation.presentable(holding.cell.asset), holding.plainWords,
                percentWords(holding.price), percentWords(holding.custody), percentWords(holding.either),
                String(holding.entries),
            ]
        }
        let head = ["prices", "holding", "by the price", "by custody", "together", "entries"]
        return "\nMore than \(percentWords(rules.moreThan)) of the capital gone after \(yearText(rules.years)):\n"
            + scenarioTable([head] + rows) + "\n"
    }

    private func json(_ custody: Custody, _ joined: CustodyPrices.Answer?) throws -> String {
        let lines = (joined?.holdings ?? []).map { CustodyHoldingJSON($0) }
        return jsonLines([CustodyJSON(custody)]) + jsonLines(lines)
    }

    // MARK: Presets

    private var presetsText: String {
        CustodyPreset.all.map { preset in
            let figures = [
                preset.hazard.map { "hazard \(percentWords($0)) a year" },
                preset.keys.map { "keys \(percentWords($0)) a year" },
                preset.recovery.map { "recovery \(percentWords($0))" },
            ].compactMap { $0 }.joined(separator: ", ")
            let sources = preset.sources.map { "  - \($0)" }.joined(separator: "\n")
            return "\(preset.name): \(figures)\n\(common.style.wrapped(preset.arithmetic))\n\(sources)\n"
        }.joined(separator: "\n")
            + "\nWhat was counted is of its time and its platforms: nobody knows the hazard of another. Not advice.\n"
    }

    private var presetsJSON: String { jsonLines(CustodyPreset.all.map(CustodyPresetJSON.init)) }
}

private struct CustodyJSON: Encodable {
    let lossProbabilityFrac, expectedLossFrac: Double

    init(_ custody: Custody) {
        (lossProbabilityFrac, expectedLossFrac) = (custody.lossProbability, custody.expectedLoss)
    }
}

private struct CustodyHoldingJSON: Encodable {
    let asset, holding, side: String
    let leverageX, priceMoreFrac, custodyMoreFrac, eitherMoreFrac: Double
    let entriesCount: Int

    init(_ holding: CustodyHolding) {
        (asset, self.holding, side) = (holding.cell.asset, holding.kind.rawValue, holding.cell.side.rawValue)
        leverageX = holding.cell.leverage.value
        (priceMoreFrac, custodyMoreFrac) = (holding.price, holding.custody)
        (eitherMoreFrac, entriesCount) = (holding.either, holding.entries)
    }
}

private struct CustodyPresetJSON: Encodable {
    let preset, source, arithmetic: String
    let hazardYearFrac, keysYearFrac, recoveryFrac: Double?
    let sources: [String]

    init(_ preset: CustodyPreset) {
        (self.preset, source, arithmetic) = (preset.name, preset.source, preset.arithmetic)
        (hazardYearFrac, keysYearFrac, recoveryFrac) = (preset.hazard, preset.keys, preset.recovery)
        sources = preset.sources
    }
}
