import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// `belowzero scenario shock`: one move of the price against a grid.
struct ScenarioShock: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shock",
        abstract:
            "Send positions through one move of the price, and say who is liquidated, at what price, and what is owed.",
        discussion: """
            Takes a study, whose grid and platforms are asked, or the options. Shapes: jump, at once; line, the \
            logarithm of the price \
            goes straight; v, a line and then a part of the move back in the same time; cascade, a third of the line \
            in the first two \
            thirds of the time and the rest in the last. With --json one object a position; null where nothing is opened.

            EXAMPLES
              belowzero scenario shock --size -30% --over 20m --leverage 2,5,10 --side long
              belowzero scenario shock nightly.yaml --size -50% --over 2h --shape v --recover 80% --json
            """)

    @Argument(
        help: "A study, whose grid and platforms are asked. (default: the options)",
        completion: .file(extensions: ["yaml", "yml"]))
    var study: String?

    @Option(parsing: .unconditional, help: optionHelp(Settings.Scenario.size))
    var size: String

    @Option(help: ArgumentHelp("How long it takes. (default: 0s, at once)", valueName: "time"))
    var over: String?

    @Option(help: "jump, line, v or cascade. (default: line, or jump where it takes no time)")
    var shape: ShockShape?

    @Option(parsing: .unconditional, help: optionHelp(Settings.Scenario.recover))
    var recover: String?

    @OptionGroup var grid: ScenarioGridOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.reporting {
            let shock = try shock()
            let cells = try grid.grid(study: study, console: common.console).cells
            let outcomes = cells.map { $0.position?.outcome(on: shock.path) }
            if common.json {
                let lines = zip(cells, outcomes).map { ShockLine($0, shock, $1) }
                return try StandardOutput.write(jsonLines(lines))
            }
            try StandardOutput.write(
                shockWords(shock) + "\n\n" + scenarioBlocks(cells, rows: { pathRows($0, shock.path) }))
        }
    }

    /// What was typed. What a shape has no use for is said, and left out.
    private func shock() throws -> Shock {
        let size = try typedSize()
        let length = try over.map { try optionValue(Settings.Scenario.over, of: $0, option: "--over") } ?? .seconds(0)
        let shape = shape ?? (length.milliseconds == 0 ? .jump : .line)
        let back = try recover.map { try signedValue(Settings.Scenario.recover, of: $0, option: "--recover") }
        if shape == .jump, length.milliseconds > 0 {
            common.console.say("note: a jump takes no time; --over is not used")
        }
        if shape != .v, back != nil { common.console.say("note: only a v recovers; --recover is not used") }
        do throws(RuleError) {
            return try Shock(
                shape: shape, size: size, length: shape == .jump ? .seconds(0) : length,
                recovery: shape == ShockShape.v ? back ?? ScenarioShock.standardRecovery : 0)
        } catch {
            throw Failure(
                .usage, error.message, hint: "say how long with --over 20m, or leave --shape out for a jump, at once")
        }
    }

    /// The move, in the unit of what was typed where it is none that a price can make.
    private func typedSize() throws -> Double {
        let isPercent = size.hasSuffix("%")
        func bound(_ percent: String, _ part: String) -> String { isPercent ? percent : part }
        func refused(_ words: String, hint: String) -> Failure {
            Failure(.usage, "--size must be \(words), not '\(SourceLocation.presentable(size))'", hint: hint)
        }
        switch TypedPart(argument: size)?.value {
        case 0?: throw refused("a move", hint: "write -30% for a fall, 50% for a rise")
        case let part? where part <= -1:
            throw refused(
                "above \(bound("-100%", "-1"))", hint: "a coin that goes to nothing: belowzero scenario zero")
        case let part? where part > 1e6:
            throw refused("at most \(bound("100000000%", "1000000"))", hint: "write 50% for a rise by a half")
        default: return try signedValue(Settings.Scenario.size, of: size, option: "--size")
        }
    }

    /// Of a v, unless it is said.
    private static let standardRecovery = 0.5
}

extension ShockShape: ExpressibleByArgument {}

/// What a shock did to a position as `--json` prints it. Prices are in parts of the entry price.
private struct ShockLine: Encodable {
    let contract, side: String
    let leverageX: Double
    let platform, shape: String
    let sizeFrac, overS, recoverFrac: Double
    @Nullable var liquidated: Bool?
    @Nullable var liquidatedAfterS: Double?
    @Nullable var triggerPriceFrac: Double?
    @Nullable var closePriceFrac: Double?
    @Nullable var equityMarginFrac: Double?
    @Nullable var owedMarginFrac: Double?

    init(_ cell: ScenarioGrid.Cell, _ shock: Shock, _ outcome: PathOutcome?) {
        (contract, side, leverageX) = (cell.contract.rawValue, cell.side.rawValue, cell.leverage.value)
        (platform, shape, sizeFrac) = (cell.platform, shock.shape.rawValue, shock.size)
        (overS, recoverFrac) = (shock.length.inSeconds, shock.recovery)
        (liquidated, liquidatedAfterS) = (outcome?.isLiquidated, outcome?.triggered)
        (triggerPriceFrac, closePriceFrac) = (outcome?.trigger, outcome?.closing)
        (equityMarginFrac, owedMarginFrac) = (outcome?.equity, outcome?.owed)
    }
}
