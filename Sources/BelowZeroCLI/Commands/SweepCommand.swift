import ArgumentParser
import CSVIngest
import MarginModel
import PriceSeries
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero sweep`: a grid from the command line, no study file.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Sweep a leverage grid over price files, without a study file.",
        discussion: """
            Each file is one asset, named after the file. The platform is described by the options; its defaults are those \
            of the 'typical' platform that 'belowzero init' writes.

            EXAMPLES
              belowzero sweep BTCUSDT-1h.csv --leverage 1:125 --horizon 1d,7d --side both
              belowzero sweep BTCUSDT-1h.csv --leverage 20 --stop-loss 5% --behaviour 'panic seller'
              belowzero sweep BTCUSDT-1h.csv --leverage 1:50 --print-study > mine.yaml
              belowzero sweep old.csv --columns time=0,open=1,close=2,high=3,low=4 --time ms --out - > results.csv
            """)

    @OptionGroup var grid: GridOptions

    @Option(
        name: .shortAndLong,
        help: "The folder to make; '-' prints results.csv instead. (default: Reports/sweep/<UTC time>)")
    var out: String?

    @Flag(help: "Print the sweep as a study that 'belowzero run' makes the same tables and pages of, and stop.")
    var printStudy = false

    @OptionGroup(title: "Platform") var platform: PlatformOptions
    @OptionGroup(title: "Behaviour") var behaviour: BehaviourOptions
    @OptionGroup(title: "Reading") var reading: ReadingOptions
    @OptionGroup(title: "History") var storing: StoreOptions
    @OptionGroup var computing: ComputingOptions
    @OptionGroup var work: WorkOptions
    @OptionGroup var common: CommonOptions

    func validate() throws { try StandardOutput.expectName(out, for: "--out") }

    func run() throws {
        try common.reporting(isRun: !printStudy && !computing.dryRun) {
            let console = common.console(isRun: !computing.dryRun)
            var study = try grid.study(platform: platform, reading: reading, console: console)
            study.behaviours = try behaviour.behaviours()
            study.orderFindings.forEach { console.say(Failure.text($0)) }
            if printStudy {
                return try StudyPrint(study: study, files: InputFiles(base: ""), common: common).print()
            }
            let command =
                (["belowzero", "sweep"] + grid.words + platform.words + behaviour.words + reading.words)
                .map(shellQuoted).joined(
                    separator: " ")
            try StudyRun(
                study: study, files: InputFiles(base: ""), out: out, command: command, work: work, common: common,
                store: storing.sweepPath(out: out), patience: try storing.patience(),
                isRehearsal: computing.dryRun, kernel: computing.kernel
            ).run()
        }
    }
}
