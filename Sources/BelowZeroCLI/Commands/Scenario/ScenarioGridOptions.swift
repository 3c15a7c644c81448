import ArgumentParser
import MarginModel
import Scenarios
import StressBasics
import StressPipeline
import StudyPlan

/// The positions that a scenario is asked for: a study's grid on its platforms, with what was typed in place of it.
struct ScenarioGridOptions: ParsableArguments {
    @OptionGroup var typed: GridChanges

    @Option(help: "Platforms of the study or venues, with commas. (default: the study's, or that of a sweep)")
    var platform: String?

    @Option(
        parsing: .unconditional,
        help: "Entry price, quote currency: asked for where brackets are in coin; nothing else depends on it.")
    var price: Double?

    @OptionGroup(title: "Platform") var changes: PlatformChanges

    /// The leverages of a scenario that has no study.
    private static let leverages = "1,2,5,10,20,50,100"
    /// Positions of a scenario.
    private static let mostCells = 100_000

    func validate() throws {
        if let price, !(price > 0 && price <= 1e15) { throw ValidationError("--price must be above 0, at most 1e15") }
    }

    /// The grid of a study file, or the typed one, on platforms whose tables are read.
    ///
    /// - Parameters:
    ///   - name: a study file, if one was named.
    ///   - contracts: for what has neither.
    ///   - followsPaths: whether known paths are followed; on prices the engine of a run goes by all rules of a platform.
    func grid(
        study name: String?, contracts: [ContractKind] = [.linear], followsPaths: Bool = true, console: Console
    ) throws -> ScenarioGrid {
        let loaded = try name.map { try LoadedStudy(file: $0, findsFiles: false, threads: allCores) }
        loaded?.notes.forEach { console.say(Failure.text($0)) }
        let study = loaded?.study
        let own =
            try study?.grid
            ?? StudyGrid(
                contracts: contracts, sides: Side.allCases,
                leverages: parseLeverages(ScenarioGridOptions.leverages), horizons: [])
        let asked = try typed.applied(to: own)
        let grid = ScenarioGrid(
            contracts: asked.contracts, sides: asked.sides, leverages: asked.leverages,
            platforms: try platforms(of: study, files: loaded?.files ?? InputFiles(base: "")),
            notional: changes.notional ?? study?.position.notional ?? Settings.Position.notional.start,
            entryPrice: price ?? 1)
        let checked = try checked(grid)
        if followsPaths { checked.findings.forEach { console.say(Failure.text($0)) } }
        return checked
    }

    private func checked(_ grid: ScenarioGrid) throws -> ScenarioGrid {
        if let objection = grid.objection(knowsPrice: price != nil) {
            throw Failure(.usage, objection.message, hint: objection.hint)
        }
        let axes = [grid.contracts.count, grid.sides.count, grid.leverages.count, grid.platforms.count]
        guard axes.reduce(1, *) <= ScenarioGridOptions.mostCells else {
            throw Failure(
                .usage, "a scenario has at most \(ScenarioGridOptions.mostCells) positions",
                hint: "name fewer leverages")
        }
        return grid
    }

    private func platforms(of study: Study?, files: InputFiles) throws -> [NamedPlatform] {
        let own = try study?.platforms ?? [NamedPlatform(name: "typical", rules: PlatformOptions.parse([]).rules())]
        let chosen = try platform.map { try chosenPlatforms($0, of: own) } ?? own
        let changed = try chosen.map(changes.applied)
        guard var study, changed.contains(where: { $0.tierFile != nil }) else { return changed }
        study.platforms = changed
        return try ResolvedStudy(study, files: files).study.platforms
    }
}

/// What of a platform's rules is typed in place of its own.
struct PlatformChanges: ParsableArguments {
    @Option(parsing: .unconditional, help: partHelp(Settings.Tier.rate))
    var maintenanceRate: TypedPart?
    @Option(parsing: .unconditional, help: partHelp(Settings.FeeRates.open))
    var fee: TypedPart?
    @Option(parsing: .unconditional, help: partHelp(Settings.FeeRates.liquidation))
    var liquidationFee: TypedPart?
    @Option(parsing: .unconditional, help: partHelp(Settings.SlippageLaw.base))
    var slippage: TypedPart?
    @Option(parsing: .unconditional, help: optionHelp(Settings.Borrowing.marginLevel))
    var marginLevel: Double?
    @Option(help: optionHelp(Settings.Liquidation.delay))
    var delay: TimeSpan?
    @Flag(help: "Nobody liquidates.")
    var noLiquidation = false
    @Option(parsing: .unconditional, help: optionHelp(Settings.Position.notional))
    var notional: Double?

    func validate() throws {
        if let notional, !(notional > 0 && Settings.Position.notional.allows(notional)) {
            throw ValidationError("--notional must be \(Settings.Position.notional.rangeWords), and not 0")
        }
        try maintenanceRate?.check(Settings.Tier.rate, option: "--maintenance-rate")
        try fee?.check(Settings.FeeRates.open, option: "--fee")
        try liquidationFee?.check(Settings.FeeRates.liquidation, option: "--liquidation-fee")
        try slippage?.check(Settings.SlippageLaw.base, option: "--slippage")
        if let marginLevel, !Settings.Borrowing.marginLevel.allows(marginLevel) {
            throw ValidationError("--margin-level must be \(Settings.Borrowing.marginLevel.rangeWords)")
        }
        if let delay, !Settings.Liquidation.delay.allows(delay) {
            throw ValidationError("--delay must be \(Settings.Liquidation.delay.rangeWords)")
        }
    }

    /// The platform with what was typed in place of its own.
    func applied(to platform: NamedPlatform) throws -> NamedPlatform {
        var changed = platform
        if maintenanceRate != nil { changed.tierFile = nil }
        do throws(RuleError) { changed.rules = try applied(to: platform.rules) } catch {
            throw Failure(.usage, error.message)
        }
        return changed
    }

    private func applied(to own: PlatformRules) throws(RuleError) -> PlatformRules {
        var tiers = own.tiers
        if let maintenanceRate { tiers = try MaintenanceTiers(flatRate: maintenanceRate.value) }
        let liquidation = own.liquidation
        return PlatformRules(
            fees: try Fees(
                open: fee?.value ?? own.fees.open, close: fee?.value ?? own.fees.close,
                liquidation: liquidationFee?.value ?? own.fees.liquidation),
            slippage: try Slippage(base: slippage?.value ?? own.slippage.base, impact: own.slippage.impact),
            tiers: tiers,
            liquidation: try LiquidationRules(
                enabled: !noLiquidation && liquidation.enabled, trigger: liquidation.trigger, fill: liquidation.fill,
                latency: liquidation.latency, delay: delay ?? liquidation.delay, overshoot: liquidation.overshoot,
                isPartial: liquidation.isPartial),
            borrow: try BorrowRules(
                yearlyRate: own.borrow.yearlyRate, marginLevel: marginLevel ?? own.borrow.marginLevel),
            schedule: maintenanceRate == nil ? own.schedule : nil)
    }
}

/// Values between commas, each as the setting has it; a minus may be typed as a hyphen or as the sign itself.
func settingValues<Value: Hashable>(_ setting: Setting<Value>, of text: String, option: String) throws -> [Value] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 100 else { throw Failure(.usage, "\(option) names at most 100 values") }
    var values: [Value] = []
    for part in parts {
        let value = try signedValue(setting, of: String(part), option: option)
        if !values.contains(value) { values.append(value) }
    }
    return values
}

/// The same of one value.
func signedValue<Value>(_ setting: Setting<Value>, of text: String, option: String) throws -> Value {
    try optionValue(setting, of: text.replacing("\u{2212}", with: "-"), option: option)
}
