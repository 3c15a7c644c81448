import ArgumentParser
import MarginModel
import PriceSeries
import StressBasics
import StressPipeline
import StudyPlan

/// What the help of an option says of the setting that it stands for.
func optionHelp<Value>(_ setting: Setting<Value>) -> ArgumentHelp { ArgumentHelp(setting.help) }

/// The same of a part that may be typed in percent.
func partHelp(_ setting: Setting<Double>) -> ArgumentHelp {
    ArgumentHelp(String(setting.help.dropLast()) + ": 0.005, or 0.5%.")
}

/// Reads what was typed behind an option as a study would read it.
func optionValue<Value>(_ setting: Setting<Value>, of text: String, option: String) throws -> Value {
    do throws(StudyError) {
        return try setting.value(of: text, option: option)
    } catch {
        let first = error.findings[0]
        throw Failure(.usage, first.message, hint: first.hint)
    }
}

/// The platform and position of a sweep.
struct PlatformOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: partHelp(Settings.Tier.rate))
    var maintenanceRate = TypedPart(Settings.Tier.rate.start)
    @Option(parsing: .unconditional, help: partHelp(Settings.FeeRates.open))
    var fee = TypedPart(Settings.FeeRates.open.start)
    @Option(parsing: .unconditional, help: partHelp(Settings.FeeRates.liquidation))
    var liquidationFee = TypedPart(Settings.FeeRates.liquidation.start)
    @Option(parsing: .unconditional, help: partHelp(Settings.SlippageLaw.base))
    var slippage = TypedPart(Settings.SlippageLaw.base.start)
    @Option(parsing: .unconditional, help: optionHelp(Settings.SlippageLaw.kappa))
    var kappa = Settings.SlippageLaw.kappa.start
    @Option(parsing: .unconditional, help: partHelp(Settings.Borrowing.rate))
    var borrowRate = TypedPart(Settings.Borrowing.rate.start)
    @Option(parsing: .unconditional, help: optionHelp(Settings.Borrowing.marginLevel))
    var marginLevel = Settings.Borrowing.marginLevel.start
    @Option(help: optionHelp(Settings.Liquidation.fill))
    var fill = Settings.Liquidation.fill.start
    @Option(help: optionHelp(Settings.Liquidation.trigger))
    var trigger = Settings.Liquidation.trigger.start
    @Option(parsing: .unconditional, help: optionHelp(Settings.Liquidation.latency))
    var latency = Settings.Liquidation.latency.start
    @Option(help: optionHelp(Settings.Liquidation.delay))
    var delay = Settings.Liquidation.delay.start
    @Option(help: optionHelp(Settings.Liquidation.overshoot))
    var overshoot = Settings.Liquidation.overshoot.start
    @Flag(help: optionHelp(Settings.Liquidation.bounds))
    var bounds = Settings.Liquidation.bounds.start
    @Flag(help: "Nobody liquidates.")
    var noLiquidation = false
    @Option(parsing: .unconditional, help: optionHelp(Settings.Position.notional))
    var notional = Settings.Position.notional.start
    @Option(parsing: .unconditional, help: optionHelp(Settings.Position.stride))
    var stride = Settings.Position.stride.start
    @Option(help: optionHelp(Settings.Position.maxGap))
    var maxGap = "auto"
    @Option(parsing: .unconditional, help: optionHelp(Settings.Statistics.resamples))
    var resamples = Settings.Statistics.resamples.start

    func validate() throws {
        guard notional.isFinite, notional > 0 else { throw ValidationError("--notional must be above 0") }
        // The sweep's study is read again.
        typealias Known = Settings.Position
        try checkPlatform()
        try check(Known.notional, Known.notional.allows(notional), option: "--notional")
        try check(Known.stride, Known.stride.allows(stride), option: "--stride")
        try check(
            Settings.Statistics.resamples, Settings.Statistics.resamples.allows(resamples), option: "--resamples")
        try checkEffects()
    }

    private func checkPlatform() throws {
        typealias Known = Settings.Liquidation
        try maintenanceRate.check(Settings.Tier.rate, option: "--maintenance-rate")
        try fee.check(Settings.FeeRates.open, option: "--fee")
        try liquidationFee.check(Settings.FeeRates.liquidation, option: "--liquidation-fee")
        try slippage.check(Settings.SlippageLaw.base, option: "--slippage")
        try borrowRate.check(Settings.Borrowing.rate, option: "--borrow-rate")
        let level = Settings.Borrowing.marginLevel
        try check(level, level.allows(marginLevel), option: "--margin-level")
        try check(Settings.SlippageLaw.kappa, Settings.SlippageLaw.kappa.allows(kappa), option: "--kappa")
        try check(Known.latency, Known.latency.allows(latency), option: "--latency")
        try check(Known.delay, Known.delay.allows(delay), option: "--delay")
        try check(Known.overshoot, Known.overshoot.allows(overshoot), option: "--overshoot")
    }

    /// Refuses options that decide nothing beside others. Those at their defaults may have been typed or not.
    private func checkEffects() throws {
        typealias Known = Settings.Liquidation
        let (isDelayed, isLawful) = (delay != Known.delay.start, overshoot != Known.overshoot.start)
        if noLiquidation {
            let idle = [
                ("--fill", fill != Known.fill.start), ("--trigger", trigger != Known.trigger.start),
                ("--latency", latency > 1), ("--delay", isDelayed), ("--overshoot", isLawful), ("--bounds", bounds),
            ].first(where: \.1)
            guard let idle else { return }
            throw ValidationError("\(idle.0) decides nothing with --no-liquidation: leave one of the two out")
        }
        guard latency <= 1 || fill == .next else {
            throw ValidationError("--latency is of --fill next; say in seconds with --delay how late others fill")
        }
        guard fill == .auto || fill == .delay || !(isDelayed || isLawful) else {
            let option = isDelayed ? "--delay" : "--overshoot"
            throw ValidationError(
                "\(option) is of --fill auto and delay, and decides nothing with --fill \(fill.rawValue): leave one of the two out"
            )
        }
    }

    private func check<Value>(_ setting: Setting<Value>, _ isAllowed: Bool, option: String) throws {
        guard isAllowed else { throw ValidationError("\(option) must be \(setting.rangeWords)") }
    }

    func rules() throws -> PlatformRules {
        do throws(RuleError) {
            return try PlatformRules(
                fees: Fees(open: fee.value, close: fee.value, liquidation: liquidationFee.value),
                slippage: Slippage(base: slippage.value, impact: kappa),
                tiers: MaintenanceTiers(flatRate: maintenanceRate.value),
                liquidation: LiquidationRules(
                    enabled: !noLiquidation, trigger: trigger, fill: fill, latency: latency, delay: delay,
                    overshoot: overshoot, hasBounds: bounds),
                borrow: BorrowRules(yearlyRate: borrowRate.value, marginLevel: marginLevel))
        } catch {
            throw Failure(.usage, error.message)
        }
    }

    func gap() throws -> MaxGap { try optionValue(Settings.Position.maxGap, of: maxGap, option: "--max-gap") }

    /// The options as words of the command that repeats the run.
    var words: [String] {
        [
            "--maintenance-rate", numberText(maintenanceRate.value), "--fee", numberText(fee.value),
            "--liquidation-fee",
            numberText(liquidationFee.value),
            "--slippage", numberText(slippage.value), "--fill", fill.rawValue, "--trigger", trigger.rawValue,
            "--latency",
            String(latency), "--delay", delay.text, "--overshoot", numberText(overshoot),
            "--notional", numberText(notional), "--stride", String(stride), "--max-gap", maxGap,
            "--kappa", numberText(kappa), "--borrow-rate", numberText(borrowRate.value),
            "--margin-level", numberText(marginLevel), "--resamples", String(resamples),
        ] + (noLiquidation ? ["--no-liquidation"] : []) + (bounds ? ["--bounds"] : [])
    }
}

/// How price files are read.
struct ReadingOptions: ParsableArguments {
    @Option(help: optionHelp(Settings.Source.format))
    var format = "auto"
    @Option(
        help:
            "Columns by 0-based position or header name: time=0,open=1,high=2,low=3,close=4[,volume=5] or time=0,price=1."
    )
    var columns: String?
    @Option(help: optionHelp(Settings.Source.time))
    var time = "auto"
    @Option(help: optionHelp(Settings.Source.kind))
    var kind = Settings.Source.kind.start
    @Option(help: optionHelp(Settings.Source.bar))
    var bar: String?
    @Option(help: optionHelp(Settings.Source.numbers))
    var numbers = Settings.Source.numbers.start
    @Option(help: optionHelp(Settings.Source.delimiter))
    var delimiter: String?
    @Option(help: optionHelp(Settings.Source.symbol))
    var symbol: String?
    @Option(help: optionHelp(Settings.Source.table))
    var table: String?
    @Option(help: optionHelp(Settings.Source.each))
    var each: MarketDivision?
    @Option(
        help: "CHECK=ACTION: what to do with the rows or bars that a check finds: keep, drop or fail. May be repeated.")
    var policy: [String] = []
    @Option(help: optionHelp(Settings.Source.header))
    var header = "auto"

    func source(files: [String]) throws -> BarSource {
        var source = BarSource(
            files: files, format: format == "auto" ? nil : format, columns: try columns.flatMap(parseColumns),
            time: try optionValue(Settings.Source.time, of: time, option: "--time"),
            header: try optionValue(Settings.Source.header, of: header, option: "--header"))
        source.kind = kind
        source.barLength = try bar.map { try optionValue(Settings.Source.bar, of: $0, option: "--bar") }
        source.numbers = numbers
        source.delimiter = try fieldDelimiter()
        source.symbol = symbol
        source.table = table
        if let each, each == .symbol ? symbol != nil : table != nil {
            throw Failure(.usage, "give either --\(each.rawValue) or --each \(each.rawValue)")
        }
        source.each = each
        source.symbolColumn = symbolColumn(columns)
        source.policies = try parsePolicies(policy)
        return source
    }

    private func fieldDelimiter() throws -> FieldDelimiter? {
        try delimiter.map { text in
            // A shell passes the two signs that stand for a tab.
            let isTab = text == "tab" || text == "\\t"
            return try optionValue(Settings.Source.delimiter, of: isTab ? "\t" : text, option: "--delimiter")
        }
    }

    /// The options as words of the command that repeats the run.
    var words: [String] {
        (format == "auto" ? [] : ["--format", format]) + (columns.map { ["--columns", $0] } ?? [])
            + (time == "auto" ? [] : ["--time", time]) + (header == "auto" ? [] : ["--header", header])
            + (kind == .automatic ? [] : ["--kind", kind.rawValue]) + (bar.map { ["--bar", $0] } ?? [])
            + (numbers == .automatic ? [] : ["--numbers", numbers.rawValue])
            + (delimiter.map { ["--delimiter", $0] } ?? []) + (symbol.map { ["--symbol", $0] } ?? [])
            + (table.map { ["--table", $0] } ?? []) + (each.map { ["--each", $0.rawValue] } ?? [])
            + policy.flatMap { ["--policy", $0] }
    }
}

/// The column that `…,symbol=NAME` names, which may stand alone.
private func symbolColumn(_ columns: String?) -> ColumnReference? {
    let part = columns?.split(separator: ",").first { $0.hasPrefix("symbol=") }
    return part.map { String($0.dropFirst(7)) }.map { Int($0).map(ColumnReference.index) ?? .name($0) }
}

/// `time=0,open=1,high=2,low=3,close=4` or `time=date,price=last`; nil when only the symbol's column is named.
func parseColumns(_ text: String) throws -> ColumnMapping? {
    var parts = try columnParts(text)
    let symbol = parts.removeValue(forKey: "symbol")
    if symbol != nil, parts.isEmpty { return nil }
    guard let time = parts["time"] else { throw Failure(.usage, "--columns names no time", hint: columnsHint) }
    func areAll(_ roles: String...) -> Bool { parts.keys.allSatisfy(roles.contains) }
    if let bid = parts["bid"], let ask = parts["ask"], areAll("time", "bid", "ask") {
        return ColumnMapping(time: time, prices: .quotes(bid: bid, ask: ask))
    }
    if let price = parts["price"], areAll("time", "price", "volume") {
        return ColumnMapping(time: time, prices: .single(price), volume: parts["volume"])
    }
    guard let open = parts["open"], let high = parts["high"], let low = parts["low"], let close = parts["close"],
        parts["price"] == nil
    else {
        throw Failure(.usage, "--columns needs open, high, low and close, or price alone", hint: columnsHint)
    }
    return ColumnMapping(
        time: time, prices: .bars(open: open, high: high, low: low, close: close), volume: parts["volume"])
}

/// Columns by what they hold.
private func columnParts(_ text: String) throws -> [String: ColumnReference] {
    var parts: [String: ColumnReference] = [:]
    for part in text.split(separator: ",") {
        let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
        guard sides.count == 2, columnRoles.contains(sides[0]), parts[sides[0]] == nil else {
            let near = sides.count == 2 && parts[sides[0]] == nil ? columnRoles : []
            throw Failure(
                .usage, "cannot read '\(SourceLocation.presentable(String(part)))' in --columns",
                hint: didYouMean(sides.first ?? "", among: near, rest: columnsHint))
        }
        parts[sides[0]] = Int(sides[1]).map(ColumnReference.index) ?? .name(sides[1])
        if case .index(let index) = parts[sides[0]], !(0...1023).contains(index) {
            throw Failure(.usage, "columns are counted from 0 to 1023", hint: columnsHint)
        }
    }
    return parts
}

private let columnsHint = "write time=0,open=1,high=2,low=3,close=4 or time=0,price=1"

private let columnRoles = ["time", "open", "high", "low", "close", "price", "bid", "ask", "volume", "symbol"]

/// `bad_ticks=drop` and so on.
func parsePolicies(_ texts: [String]) throws -> [String: PolicyAction] {
    var policies: [String: PolicyAction] = [:]
    for text in texts {
        let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
        let names = SourceCheck.allCases.map(\.rawValue)
        guard sides.count == 2, let check = SourceCheck(rawValue: sides[0]) else {
            throw Failure(
                .usage, "cannot read --policy '\(SourceLocation.presentable(text))'",
                hint: didYouMean(
                    sides.first ?? text, among: names,
                    rest: "write CHECK=ACTION with \(names.joined(separator: ", "))"))
        }
        guard let action = PolicyAction(rawValue: sides[1]), check.actions.contains(action) else {
            let actions = check.actions.map(\.rawValue)
            throw Failure(
                .usage, "cannot read --policy '\(SourceLocation.presentable(text))'",
                hint: didYouMean(
                    sides[1], among: actions, rest: "\(check.rawValue) can be \(actions.joined(separator: " or "))"))
        }
        policies[check.rawValue] = action
    }
    return policies
}

extension RowKind: ExpressibleByArgument {}
extension NumberStyle: ExpressibleByArgument {}
extension MarketDivision: ExpressibleByArgument {}
extension FillRule: ExpressibleByArgument {}
extension LiquidationTrigger: ExpressibleByArgument {}

extension TimeSpan: ExpressibleByArgument {
    /// A span as studies write it.
    public init?(argument: String) { self.init(argument) }

    /// As help shows it.
    public var defaultValueDescription: String { text }
}
