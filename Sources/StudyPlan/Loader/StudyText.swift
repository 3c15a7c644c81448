import MarginModel
import PriceSeries
import StressBasics

extension Study {
    /// The study as YAML with every value spelled out that a result may depend on; reads back as the same study without its
    /// ``operations``. Its digest names the study, and stays what it is when runs are kept longer or alerts go elsewhere.
    public var canonicalText: String { text(isComplete: false) }

    /// ``canonicalText`` without what figures are only called or held against: the name, limits and the headline. Runs of equal ones ask
    /// for the same figures of every cell that both have.
    public var figuresText: String {
        var copy = self
        (copy.name, copy.limits, copy.headline) = ("", [], CellSelector())
        copy.headlineOnNoValue = .fail
        return copy.canonicalText
    }

    private func text(isComplete: Bool) -> String {
        typealias Known = Settings.Whole
        var lines = [Known.version.entry("\(Study.version)"), Known.name.entry(name), "\(Known.data.key):"]
        lines += inputs.flatMap { inputLines($0, isComplete) }
        lines += gridLines + [Known.position.entry("{\(Settings.Position.placed.entries(position))}")]
        lines += ["\(Known.platforms.key):"] + platforms.flatMap { $0.lines(isComplete: isComplete) }
        if let ledger { lines.append(ledger.line) }
        lines.append(statisticsLine)
        lines += listLines(Known.limits, limits.map { selectorParts($0.cells) + limitParts($0, isComplete) })
        lines += listLines(Known.behaviours, behaviours.map(\.parts))
        lines += listLines(Known.baskets, baskets.map(\.parts))
        if let resample { lines.append(Known.resample.entry("{\(Settings.Resample.placed.entries(resample))}")) }
        if let custody { lines.append(Known.custody.entry("{\(custody.parts.joined(separator: ", "))}")) }
        if let tax { lines.append(Known.tax.entry("{\(tax.parts.joined(separator: ", "))}")) }
        let headlineParts = selectorParts(headline) + ruleParts(headlineOnNoValue, isComplete)
        lines.append(Known.headline.entry("{\(headlineParts.joined(separator: ", "))}"))
        return lines.joined(separator: "\n") + "\n"
    }

    /// A list of sections, each on a line of its own; nothing for an empty one.
    private func listLines(_ setting: SettingFacts, _ entries: [[String]]) -> [String] {
        guard !entries.isEmpty else { return [] }
        return ["\(setting.key):"] + entries.map { "  - {\($0.joined(separator: ", "))}" }
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
        copy.inputs = inputs.map { $0.locating(located) }
        for index in copy.platforms.indices {
            copy.platforms[index].tierFile = platforms[index].tierFile?.locating(located)
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
        typealias Known = Settings.Operation
        let job = Settings.Job.placed.parts(operations.job)
        let lines: [String?] = [
            archive.map { Settings.Whole.archive.entry("{\(Settings.Archive.base.entry($0.base))}") },
            operations.retention.map { Known.retention.entry("{\(Settings.Retained.placed.entries($0))}") },
            operations.onBreach.map { Known.onBreach.entry($0.text) },
            operations.onFailure.map { Known.onFailure.entry($0.text) },
            job.isEmpty ? nil : Known.job.entry("{\(job.joined(separator: ", "))}"),
            operations.metricsFile.map(Known.metricsFile.entry),
        ]
        return lines.compactMap { $0 }
    }

    private func limitParts(_ limit: StudyLimit, _ isComplete: Bool) -> [String] {
        typealias Known = Settings.Limits
        let rule = ruleParts(limit.onNoValue, isComplete)
        var parts = limit.behaviour.map { [Known.behaviour.entry($0)] } ?? []
        parts.append(Known.measure.entry(limit.measure))
        switch limit.form {
        case .max(let hours) where limit.measure == .newestBarAge:
            return [Known.maxAge.entry(TimeSpan(milliseconds: Int64((hours * 3_600_000).rounded())))] + rule
        case .min(let bars) where limit.measure == .historyBars:
            return [Known.minBars.entry(Int(bars))] + rule
        case .max(let value): parts.append(Known.max.entry(value))
        case .min(let value): parts.append(Known.min.entry(value))
        case .drift(let drift): parts.append(Known.drift.entry("{\(drift.text)}"))
        }
        // A rule without a bound would bring its own.
        let isRuled = limit.notShown != .warn
        let isBoundTold = limit.bound != .value || isComplete || isRuled
        let isRuleTold = isRuled || isComplete && limit.mayBeNotShown
        return parts + (isBoundTold ? [Known.bound.entry(limit.bound)] : [])
            + (limit.monitor.map { [Known.monitor.entry("{\(Settings.Monitoring.falseAlarm.entry($0))}")] } ?? [])
            + (isRuleTold ? [Known.notShown.entry(limit.notShown)] : []) + rule
    }

    /// Only what was said: a study that says nothing of it keeps the digest it had before there was a choice.
    private func ruleParts(_ rule: StudyLimit.NoValueRule, _ isComplete: Bool) -> [String] {
        rule == .fail && !isComplete ? [] : [Settings.Headline.onNoValue.entry(rule)]
    }

    private var statisticsLine: String {
        var parts = [Settings.Statistics.placed.entries(statistics)]
        if let lookBack = statistics.lookBack { parts.append(Settings.Statistics.lookBack.entry(lookBack.text)) }
        return Settings.Whole.statistics.entry("{\(parts.joined(separator: ", "))}")
    }

    private func inputLines(_ input: StudyInput, _ isComplete: Bool) -> [String] {
        typealias Known = Settings.Input
        let beside = [
            input.reference.map { Known.reference.entry("{\(sourceParts($0, isComplete).joined(separator: ", "))}") },
            input.mark.map { Known.mark.entry("{\(sourceParts($0, isComplete).joined(separator: ", "))}") },
            input.funding.map { Known.funding.entry("{\(fundingParts($0).joined(separator: ", "))}") },
        ]
        let parts = sourceParts(input.source, isComplete) + beside.compactMap { $0 }
        return ["  - \(Known.asset.entry(input.asset))"] + parts.map { "    " + $0 }
    }

    private func sourceParts(_ source: BarSource, _ isComplete: Bool) -> [String] {
        typealias Known = Settings.Source
        let symbolPart = source.symbolColumn.map { [Settings.Columns.symbol.entry(columnText($0))] } ?? []
        let columns = (source.columns.map(columnParts) ?? []) + symbolPart
        let policies = source.policies.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.rawValue)" }
        // Only what was said: a study that says nothing of the later ones keeps the digest it had before they existed.
        let parts: [String?] = [
            Known.path.entry(source.files), Known.format.entry(source.format),
            columns.isEmpty ? nil : Known.columns.entry("{\(columns.joined(separator: ", "))}"),
            Known.time.entry(source.time), Known.timezone.entry(source.utcOffset), Known.header.entry(source.header),
            isComplete || source.kind != .automatic ? Known.kind.entry(source.kind) : nil,
            source.barLength.map(Known.bar.entry),
            isComplete || source.numbers != .automatic ? Known.numbers.entry(source.numbers) : nil,
            source.delimiter.map(Known.delimiter.entry), source.symbol.map(Known.symbol.entry),
            source.table.map(Known.table.entry), source.each.map(Known.each.entry),
            policies.isEmpty ? nil : Known.policy.entry("{\(policies.joined(separator: ", "))}"),
        ]
        return parts.compactMap { $0 }
    }

    private func fundingParts(_ funding: FundingInput) -> [String] {
        typealias Known = Settings.Funding
        switch funding {
        case .constant(let rate, let interval): return [Known.rate.entry(rate), Known.interval.entry(interval)]
        case .file(let source):
            typealias Source = Settings.Source
            typealias Columns = Settings.FundingColumns
            // A study with one file keeps the digest it had before there could be several.
            let path = source.files.count == 1 ? "\(Source.path.key): \(yamlText(source.files[0]))" : nil
            var parts = [path ?? Source.path.entry(source.files)]
            if let time = source.time, let rate = source.rate {
                let columns = [Columns.time.entry(columnText(time)), Columns.rate.entry(columnText(rate))]
                parts.append(Known.columns.entry("{\(columns.joined(separator: ", "))}"))
            }
            return parts + [
                Source.time.entry(source.notation), Source.timezone.entry(source.utcOffset),
                Source.header.entry(source.header), Known.shift.entry(source.shift),
            ]
        }
    }

    private func columnParts(_ columns: ColumnMapping) -> [String] {
        typealias Known = Settings.Columns
        let times = ([columns.time] + columns.timeParts).map(columnText)
        var parts = [Known.times.entry(times.count > 1 ? "[\(times.joined(separator: ", "))]" : times[0])]
        switch columns.prices {
        case .single(let price): parts.append(Known.price.entry(columnText(price)))
        case .quotes(let bid, let ask):
            parts += [Known.bid.entry(columnText(bid)), Known.ask.entry(columnText(ask))]
        case .bars(let open, let high, let low, let close):
            parts += zip(Known.bar, [open, high, low, close]).map { $0.entry(columnText($1)) }
        }
        if let volume = columns.volume { parts.append(Known.volume.entry(columnText(volume))) }
        return parts
    }

    private func columnText(_ column: ColumnReference) -> String {
        switch column {
        case .index(let index): String(index)
        case .name(let name): yamlText(name)
        }
    }

    private var gridLines: [String] {
        typealias Known = Settings.Grid
        let names = platforms.map { yamlText($0.name) }.joined(separator: ", ")
        let parts = Known.placed.parts(grid) + [Known.platform.entry("[\(names)]")]
        return ["\(Settings.Whole.grid.key):"] + parts.map { "  " + $0 }
    }

    private func selectorParts(_ cells: CellSelector) -> [String] { Settings.Cells.placed.parts(cells) }
}

extension StudyLimit.Drift {
    fileprivate var text: String {
        typealias Known = Settings.Drift
        let distance =
            switch change {
            case .absolute(let change): Known.maxChange.entry(change)
            case .halfWidths(let widths): Known.halfWidths.entry(widths)
            case .nightMoves(let moves): Known.nightMoves.entry(moves)
            }
        return "\(Known.runs.entry(runs)), \(distance)"
    }
}

extension Operations.AlertCommand {
    fileprivate var text: String {
        typealias Known = Settings.Alert
        let words = words.map(yamlText).joined(separator: ", ")
        return "{\(Known.command.entry("[\(words)]")), \(Known.timeout.entry(timeout))}"
    }
}

extension NamedPlatform {
    /// The platform as an entry of a study's `platforms` section.
    public var canonicalText: String { lines(isComplete: false).joined(separator: "\n") }

    fileprivate func lines(isComplete: Bool) -> [String] {
        let platform = self
        let rules = platform.rules
        typealias Part = Settings.Platform
        typealias Fee = Settings.FeeRates
        let fees = [
            Fee.open.entry(rules.fees.open), Fee.close.entry(rules.fees.close),
            Fee.liquidation.entry(rules.fees.liquidation),
        ]
        var lines = [
            "  \(yamlText(platform.name)):", "    " + Part.fees.entry("{\(fees.joined(separator: ", "))}"),
            "    " + Part.slippage.entry(slippageText(rules.slippage)),
        ]
        lines += tierLines(platform)
        if isComplete || rules.borrow != .none {
            typealias Known = Settings.Borrowing
            let terms = [Known.rate.entry(rules.borrow.yearlyRate), Known.marginLevel.entry(rules.borrow.marginLevel)]
            lines.append("    " + Part.borrow.entry("{\(terms.joined(separator: ", "))}"))
        }
        let liquidation = liquidationParts(rules.liquidation).joined(separator: ", ")
        lines.append("    " + Part.liquidation.entry("{\(liquidation)}"))
        let parts = safeguards?.parts ?? []
        return lines + (parts.isEmpty ? [] : ["    " + Part.ledger.entry("{\(parts.joined(separator: ", "))}")])
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
        typealias Known = Settings.TierTable
        let tiers = Settings.Platform.tiers
        return switch platform.tierFile {
        case nil: ["    \(tiers.key):"] + platform.rules.tiers.tiers.map { "      - {\(tierText($0))}" }
        case .brackets(let file, let symbol):
            ["    " + tiers.entry("{\(Known.file.entry(file)), \(Known.symbol.entry(symbol))}")]
        case .schedule(let file, let size):
            ["    " + tiers.entry("{\(Known.file.entry(file)), \(Known.size.entry(size))}")]
        }
    }

    private func tierText(_ tier: MaintenanceTier) -> String {
        typealias Known = Settings.Tier
        let parts = [
            Known.cap.entry(tier.notionalCap), Known.rate.entry(tier.rate), Known.amount.entry(tier.amount),
            tier.maxLeverage.map(Known.maxLeverage.entry),
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }
}

/// A YAML text: plain when it is beyond doubt a text, else in double quotes.
func yamlText(_ text: String) -> String {
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

extension StudyInput {
    /// The same input with every path as `located` gives it.
    fileprivate func locating(_ located: (String) -> String) -> StudyInput {
        var copy = self
        copy.source.files = source.files.map(located)
        copy.mark?.files = mark?.files.map(located) ?? []
        copy.reference?.files = reference?.files.map(located) ?? []
        if case .file(var source)? = funding {
            source.files = source.files.map(located)
            copy.funding = .file(source)
        }
        return copy
    }
}

extension TierFile {
    /// The same table in the file that `located` gives.
    fileprivate func locating(_ located: (String) -> String) -> TierFile {
        switch self {
        case .brackets(let file, let symbol): .brackets(file: located(file), symbol: symbol)
        case .schedule(let file, let size): .schedule(file: located(file), contractSize: size)
        }
    }
}
