import MarginModel
import PriceSeries
import StressBasics

extension Study {
    /// The study as YAML with every value spelled out; reads back as the same study. Its digest names the study.
    public var canonicalText: String {
        var lines = ["version: \(Study.version)", "name: \(quoted(name))", "data:"]
        lines += inputs.flatMap(inputLines)
        lines += gridLines + positionLines
        lines += ["platforms:"] + platforms.flatMap(platformLines)
        lines.append("statistics: {confidence: \(numberText(statistics.confidence)), block: \(statistics.block.text)}")
        if !limits.isEmpty { lines.append("limits:") }
        lines += limits.map {
            "  - {\((selectorParts($0.cells) + ["measure: \($0.measure.rawValue)", "max: \(numberText($0.max))"]).joined(separator: ", "))}"
        }
        lines.append("headline: {\(selectorParts(headline).joined(separator: ", "))}")
        return lines.joined(separator: "\n") + "\n"
    }

    private func inputLines(_ input: StudyInput) -> [String] {
        let source = input.source
        var lines = [
            "  - asset: \(quoted(input.asset))",
            "    path: [\(source.files.map(quoted).joined(separator: ", "))]",
            "    format: \(quoted(source.format ?? "auto"))",
        ]
        if let columns = source.columns {
            lines.append("    columns: {\(columnParts(columns).joined(separator: ", "))}")
        }
        lines.append("    time: \(quoted(timeText(source.time)))")
        lines.append("    timezone: \(quoted(offsetText(source.utcOffset)))")
        lines.append(
            "    header: \(source.header == .automatic ? "auto" : source.header == .present ? "true" : "false")")
        return lines
    }

    private func columnParts(_ columns: ColumnMapping) -> [String] {
        var parts = ["time: \(columnText(columns.time))"]
        switch columns.prices {
        case .single(let price): parts.append("price: \(columnText(price))")
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

    private func timeText(_ time: TimeNotation) -> String {
        switch time {
        case .automatic: "auto"
        case .seconds: "s"
        case .milliseconds: "ms"
        case .microseconds: "us"
        case .iso8601: "ISO 8601"
        case .pattern(let pattern): pattern
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

    private var positionLines: [String] {
        let gap =
            switch position.maxGap {
            case .automatic: "auto"
            case .off: "off"
            case .span(let span): span.text
            }
        return ["position: {notional: \(numberText(position.notional)), stride: \(position.stride), max_gap: \(gap)}"]
    }

    private func platformLines(_ platform: NamedPlatform) -> [String] {
        let (fees, liquidation) = (platform.rules.fees, platform.rules.liquidation)
        let feeText =
            "open: \(numberText(fees.open)), close: \(numberText(fees.close)), liquidation: \(numberText(fees.liquidation))"
        return [
            "  \(quoted(platform.name)):", "    fees: {\(feeText)}",
            "    slippage: \(numberText(platform.rules.slippage))", "    tiers:",
        ] + platform.rules.tiers.tiers.map { "      - \(tierText($0))" } + [
            "    liquidation: {enabled: \(liquidation.enabled), trigger: \(liquidation.trigger.rawValue), "
                + "fill: \(liquidation.fill.rawValue), latency: \(liquidation.latency)}"
        ]
    }

    private func tierText(_ tier: MaintenanceTier) -> String {
        let cap = tier.notionalCap == .infinity ? ".inf" : numberText(tier.notionalCap)
        let limit = tier.maxLeverage.map { ", max_leverage: \(numberText($0))" } ?? ""
        return "{to: \(cap), rate: \(numberText(tier.rate)), amount: \(numberText(tier.amount))\(limit)}"
    }

    private func selectorParts(_ cells: CellSelector) -> [String] {
        [
            cells.asset.map { "asset: \(quoted($0))" }, cells.contract.map { "contract: \($0.rawValue)" },
            cells.side.map { "side: \($0.rawValue)" }, cells.leverage.map { "leverage: \(numberText($0.value))" },
            cells.horizon.map { "horizon: \($0.text)" }, cells.platform.map { "platform: \(quoted($0))" },
        ].compactMap { $0 }
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
            default:
                body += scalar.value < 0x20 || scalar.value == 0x7F ? "\\x" + hexPair(scalar.value) : String(scalar)
            }
        }
        return "\"\(body)\""
    }

    private func hexPair(_ value: UInt32) -> String { String(String(value + 0x100, radix: 16).dropFirst()) }
}
