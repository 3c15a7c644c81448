import MarginModel
import PriceSeries
import StressBasics

extension Study {
    /// The study as YAML with every value spelled out that a result may depend on; reads back as the same study without its
    /// ``operations``. Its digest names the study, and stays what it is when runs are kept longer or alerts go elsewhere.
    public var canonicalText: String { text(isComplete: false) }

    private func text(isComplete: Bool) -> String {
        var lines = ["version: \(Study.version)", "name: \(quoted(name))", "data:"]
        lines += inputs.flatMap { inputLines($0, isComplete) }
        lines += gridLines + positionLines
        lines += ["platforms:"] + platforms.flatMap { $0.lines(isComplete: isComplete) }
        if let ledger { lines.append(ledger.line) }
        lines.append(statisticsLine)
        if !limits.isEmpty { lines.append("limits:") }
        lines += limits.map {
            "  - {\((selectorParts($0.cells) + limitParts($0, isComplete)).joined(separator: ", "))}"
        }
        if !behaviours.isEmpty { lines.append("behaviours:") }
        lines += behaviours.map { "  - {\($0.parts(name: quoted($0.name)).joined(separator: ", "))}" }
        if !baskets.isEmpty { lines.append("baskets:") }
        lines += baskets.map { "  - {\($0.parts(quoted: quoted).joined(separator: ", "))}" }
        if let resample { lines.append(resample.line) }
        if let custody { lines.append(custody.line(quoted: quoted)) }
        if let tax { lines.append(tax.line(quoted: quoted)) }
        let headlineParts = selectorParts(headline) + ruleParts(headlineOnNoValue, isComplete)
        lines.append("headline: {\(headlineParts.joined(separator: ", "))}")
        return lines.joined(separator: "\n") + "\n"
    }

    /// ``canonicalText`` with every default and with the settings that have no part in results; reads back as the same study.
    ///
    /// What a study can only leave out stands in comments, with what is done then.
    public var completeText: String {
        text(isComplete: true) + (operationLines + absentLines).map { $0 + "\n" }.joined()
    }

    /// What is left out, and what that means.
    private var absentLines: [String] {
        let absent: [(Bool, String)] = [
            (limits.isEmpty, "limits: none, no figure ends a run with exit code 3"),
            (behaviours.isEmpty, "behaviours: none, every position is held"),
            (baskets.isEmpty, "baskets: none, every position has an account of its own"),
            (resample == nil, "resample: none, no futures are simulated"),
            (custody == nil, "custody: none, it is not asked what may be lost beside the price"),
            (tax == nil, "tax: none, a loss is not followed through taxes"),
            (statistics.lookBack == nil, "statistics.look_back_margin: none"),
            (ledger == nil, "ledger: none, it is not asked who pays"),
            (archive == nil, "archive: the one that 'belowzero fetch' knows"),
            (operations.retention == nil, "retention: none, every run is kept"),
            (operations.onBreach == nil, "on_breach: none"), (operations.onFailure == nil, "on_failure: none"),
            (operations.metricsFile == nil, "metrics_file: none"),
            (operations.job.timeout == nil, "job.timeout: none"),
            (operations.job.memory == nil, "job.memory: most of what is free when the run starts"),
        ]
        let checks = SourceCheck.allCases.map { "\($0.rawValue): \($0.actions[0].rawValue)" }.joined(separator: ", ")
        let cell = headlineCell.map { "headline: the cell \(SourceLocation.presentable($0.id))" }
        return ["# Left out, and so:"]
            + [cell, "policy where a file names none: {\(checks)}"].compactMap { $0.map { "#   " + $0 } }
            + absent.filter(\.0).map { "#   " + $0.1 }
    }

    /// The same study with every path as `located` gives it: of data and tables, and of what a run writes and starts.
    public func locating(data located: (String) -> String, operations: (String) -> String) -> Study {
        var copy = self
        for index in copy.inputs.indices {
            copy.inputs[index].source.files = inputs[index].source.files.map(located)
            copy.inputs[index].mark?.files = inputs[index].mark?.files.map(located) ?? []
            copy.inputs[index].reference?.files = inputs[index].reference?.files.map(located) ?? []
            if case .file(var source)? = inputs[index].funding {
                source.files = source.files.map(located)
                copy.inputs[index].funding = .file(source)
            }
        }
        for index in copy.platforms.indices {
            copy.platforms[index].tierFile = platforms[index].tierFile.map { table in
                switch table {
                case .brackets(let file, let symbol): .brackets(file: located(file), symbol: symbol)
                case .schedule(let file, let size): .schedule(file: located(file), contractSize: size)
                }
            }
        }
        copy.operations.metricsFile = self.operations.metricsFile.map(operations)
        // A program without a folder is found along PATH.
        if let program = self.operations.onBreach?.words.first, program.contains("/") {
            copy.operations.onBreach?.words[0] = operations(program)
        }
        if let program = self.operations.onFailure?.words.first, program.contains("/") {
            copy.operations.onFailure?.words[0] = operations(program)
        }
        return copy
    }

    private var operationLines: [String] {
        var lines = archive.map { ["archive: {base: \(quoted($0.base.text))}"] } ?? []
        if let retention = operations.retention {
            let parts = [
                retention.days.map(Settings.Retained.days.entry), retention.runs.map(Settings.Retained.runs.entry),
            ]
            lines.append("retention: {\(parts.compactMap { $0 }.joined(separator: ", "))}")
        }
        for (key, command) in operations.commands {
            let words = command.words.map(quoted).joined(separator: ", ")
            lines.append("\(key): {command: [\(words)], timeout: \(command.timeout.text)}")
        }
        let job = [
            operations.job.timeout.map { "timeout: \($0.text)" }, operations.job.memory.map { "memory: \($0.text)" },
        ].compactMap { $0 }
        if !job.isEmpty { lines.append("job: {\(job.joined(separator: ", "))}") }
        if let file = operations.metricsFile { lines.append("metrics_file: \(quoted(file))") }
        return lines
    }

    private func limitParts(_ limit: StudyLimit, _ isComplete: Bool) -> [String] {
        let rule = ruleParts(limit.onNoValue, isComplete)
        var parts = limit.behaviour.map { ["\(StudyLoader.behaviourKey): \(quoted($0))"] } ?? []
        parts.append("measure: \(limit.measure.rawValue)")
        switch limit.form {
        case .max(let hours) where limit.measure == .newestBarAge:
            return ["max_age: \(TimeSpan(milliseconds: Int64((hours * 3_600_000).rounded())).text)"]
                + rule
        case .min(let bars) where limit.measure == .historyBars:
            return ["min_bars: \(numberText(bars))"] + rule
        case .max(let value): parts.append("max: \(numberText(value))")
        case .min(let value): parts.append("min: \(numberText(value))")
        case .drift(let drift):
            let change =
                switch drift.change {
                case .absolute(let change): "max_change: \(numberText(change))"
                case .halfWidths(let widths): "half_widths: \(numberText(widths))"
                case .nightMoves(let moves): "night_moves: \(numberText(moves))"
                }
            parts.append("drift: {runs: \(drift.runs), \(change)}")
        }
        // A rule without a bound would bring its own.
        let isRuled = limit.notShown != .warn
        let isBoundTold = limit.bound != .value || isComplete || isRuled
        let isRuleTold = isRuled || isComplete && limit.mayBeNotShown
        return parts + (isBoundTold ? ["bound: \(limit.bound.rawValue)"] : [])
            + (limit.monitor.map { ["\(StudyLoader.monitorKey): {false_alarm: \($0.text)}"] } ?? [])
            + (isRuleTold ? ["\(StudyLimit.notShownKey): \(limit.notShown.rawValue)"] : []) + rule
    }

    /// Only what was said: a study that says nothing of it keeps the digest it had before there was a choice.
    private func ruleParts(_ rule: StudyLimit.NoValueRule, _ isComplete: Bool) -> [String] {
        rule == .fail && !isComplete ? [] : ["\(StudyLoader.noValueKey): \(rule.rawValue)"]
    }

    private var statisticsLine: String {
        var parts = [Settings.Statistics.placed.entries(statistics)]
        if let lookBack = statistics.lookBack { parts.append("look_back_margin: \(lookBack.text)") }
        return "statistics: {\(parts.joined(separator: ", "))}"
    }

    private func inputLines(_ input: StudyInput, _ isComplete: Bool) -> [String] {
        var lines =
            ["  - asset: \(quoted(input.asset))"] + sourceParts(input.source, isComplete).map { "    " + $0 }
        if let reference = input.reference {
            lines.append("    reference: {\(sourceParts(reference, isComplete).joined(separator: ", "))}")
        }
        if let mark = input.mark {
            lines.append("    mark: {\(sourceParts(mark, isComplete).joined(separator: ", "))}")
        }
        if let funding = input.funding {
            lines.append("    funding: {\(fundingParts(funding).joined(separator: ", "))}")
        }
        return lines
    }

    private func sourceParts(_ source: BarSource, _ isComplete: Bool) -> [String] {
        var parts = [
            "path: [\(source.files.map(quoted).joined(separator: ", "))]", "format: \(quoted(source.format ?? "auto"))",
        ]
        let symbolPart = source.symbolColumn.map { ["symbol: \(columnText($0))"] } ?? []
        let columnTexts = (source.columns.map(columnParts) ?? []) + symbolPart
        if !columnTexts.isEmpty { parts.append("columns: {\(columnTexts.joined(separator: ", "))}") }
        parts += notationParts(source.time, source.utcOffset, source.header)
        // Only what was said: a study that says nothing of these keeps the digest it had before they existed.
        if isComplete || source.kind != .automatic { parts.append("kind: \(source.kind.rawValue)") }
        if let length = source.barLength { parts.append("bar: \(length.text)") }
        if isComplete || source.numbers != .automatic { parts.append("numbers: \(quoted(source.numbers.rawValue))") }
        if let delimiter = source.delimiter { parts.append("delimiter: \(quoted(delimiter.rawValue))") }
        if let symbol = source.symbol { parts.append("symbol: \(quoted(symbol))") }
        if let table = source.table { parts.append("table: \(quoted(table))") }
        if let each = source.each { parts.append("each: \(each.rawValue)") }
        if !source.policies.isEmpty {
            let policies = source.policies.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rawValue)" }
            parts.append("policy: {\(policies.joined(separator: ", "))}")
        }
        return parts
    }

    private func notationParts(_ time: TimeNotation, _ utcOffset: TimeSpan, _ header: HeaderRule) -> [String] {
        [
            "\(Settings.Source.time.key): \(quoted(time.setting))", "timezone: \(quoted(offsetText(utcOffset)))",
            Settings.Source.header.entry(header),
        ]
    }

    private func fundingParts(_ funding: FundingInput) -> [String] {
        switch funding {
        case .constant(let rate, let interval): return ["rate: \(numberText(rate))", "interval: \(interval.text)"]
        case .file(let source):
            let files = source.files.map(quoted).joined(separator: ", ")
            // A study with one file keeps the digest it had before there could be several.
            var parts = ["path: \(source.files.count == 1 ? files : "[\(files)]")"]
            if let time = source.time, let rate = source.rate {
                parts.append("columns: {time: \(columnText(time)), rate: \(columnText(rate))}")
            }
            let shift =
                (source.shift.milliseconds < 0 ? "-" : "") + TimeSpan(milliseconds: abs(source.shift.milliseconds)).text
            return parts + notationParts(source.notation, source.utcOffset, source.header) + ["shift: \(shift)"]
        }
    }

    private func columnParts(_ columns: ColumnMapping) -> [String] {
        let times = ([columns.time] + columns.timeParts).map(columnText)
        var parts = ["time: " + (times.count > 1 ? "[\(times.joined(separator: ", "))]" : times[0])]
        switch columns.prices {
        case .single(let price): parts.append("price: \(columnText(price))")
        case .quotes(let bid, let ask): parts += ["bid: \(columnText(bid))", "ask: \(columnText(ask))"]
        case .bars(let open, let high, let low, let close):
            parts += zip(["open", "high", "low", "close"], [open, high, low, close]).map { "\($0): \(columnText($1))" }
        }
        if let volume = columns.volume { parts.append("volume: \(columnText(volume))") }
        return parts
    }

    private func columnText(_ column: ColumnReference) -> String {
        switch column {
        case .index(let index): String(index)
        case .name(let name): quoted(name)
        }
    }

    private func offsetText(_ offset: TimeSpan) -> String {
        let minutes = offset.milliseconds / 60_000
        if minutes == 0 { return "UTC" }
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(minutes < 0 ? "-" : "+")\(two(abs(minutes) / 60)):\(two(abs(minutes) % 60))"
    }

    private var gridLines: [String] {
        [
            "grid:",
            "  contract: [\(grid.contracts.map(\.rawValue).joined(separator: ", "))]",
            "  side: [\(grid.sides.map(\.rawValue).joined(separator: ", "))]",
            "  leverage: [\(grid.leverages.map { numberText($0.value) }.joined(separator: ", "))]",
            "  horizon: [\(grid.horizons.map(\.text).joined(separator: ", "))]",
            "  platform: [\(platforms.map { quoted($0.name) }.joined(separator: ", "))]",
        ]
    }

    private var positionLines: [String] { ["position: {\(Settings.Position.placed.entries(position))}"] }

    private func selectorParts(_ cells: CellSelector) -> [String] {
        [
            cells.asset.map { "asset: \(quoted($0))" }, cells.contract.map { "contract: \($0.rawValue)" },
            cells.side.map { "side: \($0.rawValue)" }, cells.leverage.map { "leverage: \(numberText($0.value))" },
            cells.horizon.map { "horizon: \($0.text)" }, cells.platform.map { "platform: \(quoted($0))" },
        ].compactMap { $0 }
    }

}

extension NamedPlatform {
    /// The platform as an entry of a study's `platforms` section.
    public var canonicalText: String { lines(isComplete: false).joined(separator: "\n") }

    fileprivate func lines(isComplete: Bool) -> [String] {
        let platform = self
        let rules = platform.rules
        typealias Fee = Settings.FeeRates
        let fees = [
            Fee.open.entry(rules.fees.open), Fee.close.entry(rules.fees.close),
            Fee.liquidation.entry(rules.fees.liquidation),
        ]
        var lines = [
            "  \(quoted(platform.name)):", "    fees: {\(fees.joined(separator: ", "))}",
            "    slippage: \(slippageText(rules.slippage))",
        ]
        lines += tierLines(platform)
        if isComplete || rules.borrow != .none {
            typealias Known = Settings.Borrowing
            let terms = [Known.rate.entry(rules.borrow.yearlyRate), Known.marginLevel.entry(rules.borrow.marginLevel)]
            lines.append("    borrow: {\(terms.joined(separator: ", "))}")
        }
        lines.append("    liquidation: {\(liquidationParts(rules.liquidation).joined(separator: ", "))}")
        let parts = safeguards?.parts ?? []
        return lines + (parts.isEmpty ? [] : ["    ledger: {\(parts.joined(separator: ", "))}"])
    }

    private func slippageText(_ slippage: Slippage) -> String {
        typealias Known = Settings.SlippageLaw
        let whole = [Known.base.entry(slippage.base), Known.kappa.entry(slippage.impact)]
        return slippage.impact == 0 ? numberText(slippage.base) : "{\(whole.joined(separator: ", "))}"
    }

    private func liquidationParts(_ rules: LiquidationRules) -> [String] {
        typealias Known = Settings.Liquidation
        return [
            Known.enabled.entry(rules.enabled), Known.trigger.entry(rules.trigger), Known.fill.entry(rules.fill),
            Known.latency.entry(rules.latency), Known.delay.entry(rules.delay), Known.overshoot.entry(rules.overshoot),
            Known.partial.entry(rules.isPartial), Known.bounds.entry(rules.hasBounds),
        ]
    }

    private func tierLines(_ platform: NamedPlatform) -> [String] {
        switch platform.tierFile {
        case nil: ["    tiers:"] + platform.rules.tiers.tiers.map { "      - \(tierText($0))" }
        case .brackets(let file, let symbol): ["    tiers: {file: \(quoted(file)), symbol: \(quoted(symbol))}"]
        case .schedule(let file, let size): ["    tiers: {file: \(quoted(file)), contract_size: \(numberText(size))}"]
        }
    }

    private func tierText(_ tier: MaintenanceTier) -> String {
        let cap = tier.notionalCap == .infinity ? ".inf" : numberText(tier.notionalCap)
        let limit = tier.maxLeverage.map { ", max_leverage: \(numberText($0))" } ?? ""
        return "{to: \(cap), rate: \(numberText(tier.rate)), amount: \(numberText(tier.amount))\(limit)}"
    }
}

/// A YAML text: plain when it is beyond doubt a text, else in double quotes.
private func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x5F } && text.count > 5
    if plain { return text }
    var body = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": body += "\\\""
        case "\\": body += "\\\\"
        case "\n": body += "\\n"
        case "\t": body += "\\t"
        default:
            body += scalar.isHostile ? yamlEscape(scalar) : String(scalar)
        }
    }
    return "\"\(body)\""
}

/// `\x1b`, `\u202e` or `\U000e0001`.
private func yamlEscape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, length) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: length - digits.count) + digits
}
