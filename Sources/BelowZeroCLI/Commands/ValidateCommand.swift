import ArgumentParser
import CSVIngest
import Foundation
import MarginModel
import PriceSeries
import StressBasics
import StressEngine
import StressPipeline
import StudyPlan

/// `belowzero validate`: does the delay law hold on these prices?
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Compare what longer bars say by the delay law with what their own minutes say.",
        discussion: """
            Reads files of one-minute bars (or shorter ones), groups them to 5, 15, 60 and 240 minutes, and prints for each \
            leverage and holding time the share of entries below zero by the minutes, and the ratio to it of what the longer \
            bars say, with intervals; and the overshoot that would have made them equal on the average. A ratio of 0.7 says \
            that hours show seven tenths of what happened. With --json one object a file, and after several \
            one for all of them together.

            EXAMPLES
              belowzero validate BTCUSDT-1m.csv
              belowzero validate minutes/*.csv.gz --leverage 10,25,50 --horizon 4h,1d --json
            """)

    @Argument(help: "Price files of bars of a minute or less.", completion: .file())
    var file: [String]

    @Option(name: [.customShort("l"), .long], help: "Leverages: 1,5,20 or 1:125 or 1:100:5.")
    var leverage = "10,20,50,100"

    @Option(help: "Holding times: 4h,1d,7d.")
    var horizon = "1d"

    @Option(help: "Time from trigger to fill: 1s to 1d, and at least half a bar of the files.")
    var delay = Settings.Liquidation.delay.start

    @Option(help: optionHelp(Settings.Liquidation.overshoot))
    var overshoot = Settings.Liquidation.overshoot.start

    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup(title: "Cache") var cache: CacheOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let study = try study()
            var (comparisons, failures) = ([MinuteComparison](), [Failure]())
            for name in file {
                do {
                    comparisons.append(try show(name, study))
                } catch let failure as Failure where failure.code == .badData || failure.code == .noInput {
                    failures.append(failure)
                    failure.messages.forEach(Console.complain)
                }
            }
            if comparisons.count > 1 {
                let together = FilesTogether(comparisons, confidence: study.statistics.confidence)
                try Console.print(common.json ? jsonText(FilesTogetherJSON(together)) : together.text)
            }
            if !failures.isEmpty {
                let isMissing = failures.allSatisfy { $0.code == .noInput }
                throw ExitCode((isMissing ? Failure.Code.noInput : .badData).rawValue)
            }
        }
    }

    private func show(_ name: String, _ study: Study) throws -> MinuteComparison {
        let market = try market(name)
        let comparison: MinuteComparison
        do throws(RunCancelled) {
            comparison = try MinuteComparison(study: study, market: market, threads: allCores)
        } catch {
            preconditionFailure("nobody cancels it")
        }
        let text = ValidationText(
            name: SourceLocation.presentablePath(name), market: market, comparison: comparison,
            settings: ValidationSettings(delay: delay, overshoot: overshoot, confidence: study.statistics.confidence))
        try Console.print(common.json ? jsonText(ValidationJSON(text)) : text.text)
        return comparison
    }

    private func market(_ name: String) throws -> MarketHistory {
        let source = try reading.source(files: [name])
        guard source.each == nil else {
            throw Failure(.usage, "one market is compared at a time", hint: "pick it with --symbol or --table")
        }
        let market: MarketHistory
        let reader = HistoryReader(files: InputFiles(base: ""), threads: allCores, caches: cache.caches)
        do throws(IngestError) {
            market = MarketHistory(series: try reader.series(source).get().series)
        } catch {
            throw Failure(
                error.exitIsNoInput ? .noInput : .badData, messages: [error.rendered()], findings: [error.finding])
        }
        let longest = TimeSpan(milliseconds: 2 * delay.milliseconds)
        guard market.series.count > 1, market.barLength <= longest else {
            throw Failure(
                .badData,
                "\(SourceLocation.presentablePath(name)): bars of \(market.barLength.text) do not tell what was paid \(delay.text) later",
                hint: "give bars of at most \(longest.text), or a --delay of at least half a bar")
        }
        return market
    }

    /// The typical platform of a sweep, filled by the law.
    private func study() throws -> Study {
        var platform = try PlatformOptions.parse([])
        (platform.fill, platform.delay, platform.overshoot) = (.delay, delay, overshoot)
        let grid = StudyGrid(leverages: try parseLeverages(leverage), horizons: try parseHorizons(horizon))
        var study = Study(
            name: "validate", inputs: [StudyInput(asset: "minutes", source: BarSource(files: file))], grid: grid,
            position: PositionRules(notional: platform.notional),
            platforms: [NamedPlatform(name: "typical", rules: try platform.rules())])
        study.statistics.resamples = 0
        do throws(StudyError) { try study.validate(file: "command line") } catch {
            throw Failure(.usage, error.findings[0].message, hint: error.findings[0].hint)
        }
        return study
    }
}
