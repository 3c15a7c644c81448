import Foundation

/// The numbers of some rows by what they may be shown as.
struct NumberIndex {
    private var counts: Set<Double> = []
    private var plain: [Double] = []
    private var percents: [Double] = []
    private var leverages: Set<Double> = []
    private var hours: [Double] = []
    private var bytes: [Double] = []
    private var money: [Double] = []
    private var times: Set<String> = []
    private var words: Set<String> = []
    /// Texts whose numbers were taken: a table repeats its names in every row.
    private var texts: Set<String> = []

    /// Fields in the unit that the row's field `unit` names.
    private static let measured: Set<String> = [
        "value", "limit", "median", "change_from_median", "lowest", "highest", "last_value",
        "before_value", "before_low", "before_high", "after_value", "after_low", "after_high",
        "predicted_low", "predicted_high",
    ]

    init(_ rows: [(file: String, row: [String: String])], section: String) {
        for (file, row) in rows {
            for (column, field) in row where !field.isEmpty { add(field, column, file, row, section) }
        }
        plain.sort()
        percents.sort()
        hours.sort()
        bytes.sort()
        money.sort()
    }

    private mutating func add(
        _ field: String, _ column: String, _ file: String, _ row: [String: String], _ section: String
    ) {
        // What an answer says must be found in its figures, not in the answer.
        if file == "answers.csv", ["answer", "hint"].contains(column) { return }
        if column.hasSuffix("_utc") {
            let text = field.replacingOccurrences(of: "T", with: " ")
            times.formUnion([String(text.prefix(10)), String(text.prefix(16))])
            return
        }
        guard let value = Double(field) else {
            guard texts.insert(field).inserted else { return }
            // Messages and names: what they hold stands in the file as it stands on the page.
            // Tables write the sign of a factor in ASCII.
            let shown = field.hasPrefix("x") ? "×" + field.dropFirst() : field
            words.formUnion(NumberToken.all(in: shown.replacingOccurrences(of: "\u{202F}", with: "")).map(\.text))
            return times.formUnion(NumberToken.all(in: field).filter(\.isTime).map(\.text))
        }
        // A statement carries its unit in the name of its figure; a limit and what it bounds have it beside them.
        let name = column == "value" ? row["figure"] ?? column : column
        let suffixes = ["fraction": "frac", "of margin": "frac", "h": "h"]
        let isMeasured = NumberIndex.measured.contains(column)
        let unit = isMeasured ? row["unit"].flatMap { suffixes[$0] } : nil
        switch unit.map({ $0[...] }) ?? name.split(separator: "_").last {
        case "frac":
            percents.append(abs(value) * 100)
            if section == "safeguards" || section == "who-pays" { plain.append(abs(value) * 10_000) }
        case "x": leverages.insert(value)
        case "h":
            hours.append(abs(value))
            // No time at all is written without a unit.
            if value == 0 { counts.insert(0) }
        case "s": hours.append(abs(value) / 3600)
        case "days": hours.append(abs(value) * 24)
        case "bytes": bytes.append(value)
        case "price", "notional", "y", "margin", "fee", "paid", "equity", "requirement", "arms":
            plain.append(abs(value))
        case "quote":
            money.append(abs(value))
            fallthrough
        default:
            counts.insert(abs(value))
            // Days that are counted are written as days that are measured.
            if column.hasSuffix("days_count") { hours.append(abs(value) * 24) }
            if value != value.rounded() { plain.append(abs(value)) }
        }
    }

    func holds(_ token: NumberToken) -> Bool {
        if token.isTime { return times.contains(token.text) }
        if words.contains(token.text) { return true }
        switch token.unit {
        case "%": return holdsPercent(token)
        case "×": return leverages.contains(token.value) || leverages.contains { token.range.contains($0) }
        case "h", "hour", "hours": return has(hours, token.range)
        case "d", "day", "days": return has(hours, scaled(token.range, 24))
        case "min", "minute", "minutes": return has(hours, scaled(token.range, 1.0 / 60))
        case "s", "second", "seconds": return has(hours, scaled(token.range, 1.0 / 3600))
        case "kB": return has(bytes, scaled(token.range, 1e3))
        case "MB": return has(bytes, scaled(token.range, 1e6))
        case "GB": return has(bytes, scaled(token.range, 1e9))
        case "B": return has(bytes, token.range) || has(plain, token.range)
        case "year", "years":
            return counts.contains(token.value) || has(bytes, token.range) || has(plain, token.range)
        case "M": return has(money, scaled(token.moneyRange, 1e6))
        case "bn": return has(money, scaled(token.moneyRange, 1e9))
        case "T": return has(money, scaled(token.moneyRange, 1e12))
        // Tables and drawings name the unit once, in a head or a title.
        default:
            if token.sign == "<", has(money, 1e-300...token.value) { return true }
            if has(money, token.moneyRange) { return true }
            return token.decimals == 0 && counts.contains(token.value) || holdsPercent(token) || has(plain, token.range)
        }
    }

    private func holdsPercent(_ token: NumberToken) -> Bool {
        switch token.sign {
        case "<": return has(percents, 1e-300...token.value)
        case ">": return has(percents, token.value...(100 - 1e-12))
        case "≤": return has(percents, token.boundRange) || has(percents, token.range)
        default: return has(percents, token.range) || has(percents, token.boundRange)
        }
    }

    private func scaled(_ range: ClosedRange<Double>, _ factor: Double) -> ClosedRange<Double> {
        (range.lowerBound * factor)...(range.upperBound * factor)
    }

    /// Whether a value lies in the range, by halving.
    private func has(_ sorted: [Double], _ range: ClosedRange<Double>) -> Bool {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] <= range.upperBound
    }
}
