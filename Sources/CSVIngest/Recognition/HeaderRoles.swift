import PriceSeries
import StressBasics

/// What the columns of a table with a header are for, by their names, with content as the judge where names leave a choice.
struct HeaderRoles {
    private let table: SampleTable
    /// Names without anything but letters and digits.
    private let names: [String]
    /// The same without brackets and leading numbers.
    private let plain: [String]

    /// Nil without a header.
    init?(_ table: SampleTable) {
        guard let header = table.names else { return nil }
        self.table = table
        names = header.map(normalizedName)
        plain = header.map(plainName)
    }

    /// Whether there is a column of this name.
    func has(_ name: String) -> Bool { names.contains(name) }

    /// The layout by one rule; nil when the header lacks a role that the rule needs.
    func layout(
        _ rule: FormatRule, volume: FormatRule.VolumeRule, source: BarSource
    ) throws(IngestError) -> Layout? {
        let candidates = times
        guard let first = candidates.first?.first, let prices = try prices(rule.kind, source) else { return nil }
        let time = try TimeColumn.choose(candidates, table: table, notation: source.time)
        var plan = ColumnPlan(time: first, prices: prices)
        let numbers = try NumberChoice.choose(prices.columns, table: table, style: source.numbers)
        try check(plan, rule, source, time, numbers.notation)
        let volumes = VolumeColumns(table, names: names, plain: plain, prices: prices, numbers: numbers.notation)
        let chosen = volumes.choose(volume, isTrade: rule.kind == .trades)
        (plan.volume, plan.quoteVolume) = (chosen.base, chosen.quote)
        plan.symbol = ColumnNames.symbol.lazy.compactMap { names.firstIndex(of: $0) }.first ?? lengthColumn(source)
        var layout = try Layout.make(
            rule.format, kind: rule.kind, plan: plan, time: time, numbers: numbers, columns: named(plan, time),
            table: table, source: source, isOrderAssumed: false)
        if let trait = chosen.trait { layout.traits.append(trait) }
        if case .bars = plan.prices { layout.hasCloseTimes = CloseTimes.names.contains(names[time.columns[0]]) }
        if let assumption = assumption(plan, time) { layout.findings.append(assumption) }
        return layout
    }

    /// A column with the lengths of the bars, which are chosen between as markets are; nil where the user asks for another text.
    private func lengthColumn(_ source: BarSource) -> Int? {
        guard let column = names.firstIndex(where: LengthColumn.names.contains) else { return nil }
        let texts = Set(table.values(column).map(\.text))
        guard !texts.isEmpty, texts.allSatisfy(LengthColumn.isLength) else { return nil }
        guard let wanted = source.symbol.map(SymbolFilter.key) else { return column }
        return texts.contains { SymbolFilter.key($0) == wanted } || LengthColumn.isLength(wanted) ? column : nil
    }

    /// How the columns were found.
    private func named(_ plan: ColumnPlan, _ time: TimeColumn) -> RecognisedTrait {
        let columns = [time.columns[0]] + plan.all.dropFirst()
        let words = columns.map { table.columnName($0) ?? "column \($0 + 1)" }.map(SourceLocation.presentable)
        let reason = "the header names \(words.joined(separator: ", "))"
        guard let price = assumedPrice(plan) else {
            return RecognisedTrait("columns", plan.words(table), .certain, reason)
        }
        return RecognisedTrait(
            "columns", plan.words(table), .assumed, "\(reason), and nothing says that \(quotedList([price])) is a price"
        )
    }

    private func meaning(_ column: Int) -> PriceMeaning { PriceMeaning(table.columnName(column) ?? "") }

    /// The name of the one price, when it might be anything's.
    private func assumedPrice(_ plan: ColumnPlan) -> String? {
        guard case .single(let price) = plan.prices, meaning(price) == .unknown else { return nil }
        return table.columnName(price) ?? "column \(price)"
    }

    /// Says which column is taken for the price where its name does not.
    private func assumption(_ plan: ColumnPlan, _ time: TimeColumn) -> Finding? {
        guard let name = assumedPrice(plan) else { return nil }
        return Finding(
            check: "price_column", severity: .warning,
            message: "\(quotedList([name])) is taken for the price, which its name does not say",
            location: SourceLocation(file: table.name, line: table.header?.line), action: "read as prices",
            hint: "if it is the price, columns: {time: \(time.columns[0]), price: \(plan.prices.columns[0])} says so")
    }

    /// Refuses what names alone would take for something else.
    private func check(
        _ plan: ColumnPlan, _ rule: FormatRule, _ source: BarSource, _ time: TimeColumn, _ numbers: NumberNotation
    ) throws(IngestError) {
        switch plan.prices {
        case .bars: try check(plan, time, numbers)
        case .single(let price) where source.kind == .automatic && (rule.kind == .price || rule.kind == .trades):
            if let hidden = HiddenBars(table, price: price, time: time, numbers: numbers) {
                throw hidden.refusal(table, time: time)
            }
        default: break
        }
    }

    // MARK: Times

    /// Columns that may be the time, the surest first; several in one entry belong together.
    private var times: [[Int]] {
        let calendar = ColumnNames.calendar.map { names.firstIndex(of: $0) }
        if calendar.prefix(3).allSatisfy({ $0 != nil }) { return [calendar.prefix { $0 != nil }.compactMap { $0 }] }
        let dates = ColumnNames.dates.compactMap { names.firstIndex(of: $0) }
        let clocks = ColumnNames.clocks.compactMap { names.firstIndex(of: $0) }
        let pair = dates.flatMap { date in clocks.filter { $0 != date }.map { [date, $0] } }.first {
            table.areDateAndClock($0[0], $0[1])
        }
        let named = ColumnNames.time.compactMap { wanted in names.firstIndex(of: wanted) ?? plain.firstIndex(of: wanted)
        }
        var seen: Set<Int> = []
        let single = named.filter { seen.insert($0).inserted }.map { [$0] }
        let isWeak = single.allSatisfy { ColumnNames.weakTime.contains(names[$0[0]]) }
        guard pair == nil, isWeak else { return (pair.map { [$0] } ?? []) + single }
        if !single.isEmpty { return single + timesByValue }
        return unnamedTime.isEmpty ? timesByValue : unnamedTime
    }

    /// The first column without a price's name whose values are times: dates, or stamps that rise or fall.
    private var timesByValue: [[Int]] {
        let prices = ColumnNames.open + ColumnNames.high + ColumnNames.low + ColumnNames.close
        let found = (0..<min(table.width, 8)).first { column in
            guard !prices.contains(plain[column]), case .success(let time) = TimeJudge([column], table).verdict else {
                return false
            }
            let values = table.values(column)
            let stamps = values.compactMap { withBytes($0.text, time.decoder.read)?.milliseconds }
            guard stamps.count > 1, values.contains(where: { decimal($0.text) != nil }) else { return !stamps.isEmpty }
            let steps = zip(stamps, stamps.dropFirst())
            return [steps.count { $0 <= $1 }, steps.count { $0 >= $1 }].contains { $0 * 20 >= (stamps.count - 1) * 19 }
        }
        return found.map { [[$0]] } ?? []
    }

    /// A first column without a telling name that holds times.
    private var unnamedTime: [[Int]] {
        guard let first = names.first,
            first.isEmpty || first.hasPrefix("unnamed") || first.contains("time") || first.contains("date")
        else { return [] }
        let isTime = table.values(0).first.map { withBytes($0.text, TimeDecoder.automatic.read) != nil } ?? false
        return isTime ? [[0]] : []
    }

    // MARK: Prices

    private func prices(_ kind: RowKind, _ source: BarSource) throws(IngestError) -> ColumnPlan.Prices? {
        let bars = try bars
        let quotes = try quotes
        switch kind {
        case .bars, .automatic: return bars
        case .quotes: return bars == nil ? quotes : nil
        case .trades:
            let isTrade =
                names.contains(where: ColumnNames.tradeMarks.contains)
                || plain.contains(where: ColumnNames.size.contains)
            // Of a market that is picked out of several, the others' rows repeat the times.
            let isPicked = source.symbol != nil || source.symbolColumn != nil || source.each == .symbol
            guard bars == nil, quotes == nil, isTrade || (!isPicked && hasRepeatedTimes) else { return nil }
            return try single
        case .price: return try single
        }
    }

    private var bars: ColumnPlan.Prices? {
        get throws(IngestError) {
            let found = [
                ("open", ColumnNames.open), ("high", ColumnNames.high), ("low", ColumnNames.low),
                ("close", ColumnNames.close),
            ]
            guard found.allSatisfy({ role in role.1.contains { plain.contains($0) } }) else { return nil }
            var columns: [Int] = []
            for (role, wanted) in found {
                guard let column = try column(role, wanted) else { return nil }
                columns.append(column)
            }
            return .bars(open: columns[0], high: columns[1], low: columns[2], close: columns[3])
        }
    }

    private var quotes: ColumnPlan.Prices? {
        get throws(IngestError) {
            guard let bid = try column("bid", ColumnNames.bid), let ask = try column("ask", ColumnNames.ask),
                plain[bid].utf8.count > 1 || areQuotes(bid, ask)
            else { return nil }
            return .quotes(bid: bid, ask: ask)
        }
    }

    /// Whether two columns named by a letter hold bids and asks: near each other, the ask hardly ever below.
    private func areQuotes(_ bid: Int, _ ask: Int) -> Bool {
        let rows = table.data.prefix(200).compactMap { row -> (Double, Double)? in
            guard row.fields.count == table.width, let low = decimal(row.fields[bid]),
                let high = decimal(row.fields[ask])
            else { return nil }
            return (low, high)
        }
        return !rows.isEmpty && rows.count { $0.1 >= $0.0 && $0.1 < 2 * $0.0 } * 10 >= rows.count * 9
    }

    /// The one price of a row. Two columns that may both be it and differ are two readings.
    private var single: ColumnPlan.Prices? {
        get throws(IngestError) {
            if let close = names.firstIndex(of: "close") { return .single(close) }
            let rivals = plain.indices.filter { ColumnNames.rivalPrices.contains(plain[$0]) && holdsNumbers($0) }
            if let other = rivals.dropFirst().first(where: { differ(rivals[0], $0) }) {
                throw twoColumns("price", [rivals[0], other])
            }
            if let price = try column("price", ColumnNames.close) { return .single(price) }
            // Of two columns one is the time, and the other one is the price unless its name says otherwise.
            guard table.width == 2, times.first == [0], holdsNumbers(1) else { return nil }
            if case .other = meaning(1) { return nil }
            return .single(1)
        }
    }

    /// The column of the surest name; several of that name must hold the same.
    private func column(_ role: String, _ wanted: [String]) throws(IngestError) -> Int? {
        for name in wanted where name.utf8.count > 1 || hasLetterNames(role) {
            let found = plain.indices.filter { plain[$0] == name }
            guard let first = found.first else { continue }
            if let other = found.dropFirst().first(where: { differ(first, $0) }) {
                throw twoColumns(role, [first, other])
            }
            return first
        }
        return nil
    }

    /// Names of one letter count only together: a column C alone is a market.
    private func hasLetterNames(_ role: String) -> Bool {
        let together =
            switch role {
            case "open", "high", "low", "close": ["o", "h", "l", "c"]
            case "bid", "ask": ["b", "a"]
            default: ["-"]
            }
        return together.allSatisfy(plain.contains)
    }

    private func holdsNumbers(_ column: Int) -> Bool {
        let texts = table.values(column).prefix(50)
        return !texts.isEmpty && texts.count { $0.text.contains(where: \.isNumber) } * 2 > texts.count
    }

    private func differ(_ a: Int, _ b: Int) -> Bool {
        table.data.contains { row in
            row.fields.indices.contains(a) && row.fields.indices.contains(b) && row.fields[a] != row.fields[b]
        }
    }

    /// Whether one in twenty of the sampled rows repeats the time of the row before with other values: single trades then,
    /// not bars.
    private var hasRepeatedTimes: Bool {
        guard let columns = times.first else { return false }
        let values = table.joinedValues(columns)
        let repeats = zip(values, values.dropFirst()).count { $0.text == $1.text && $0.row.fields != $1.row.fields }
        return values.count > 20 && repeats * 20 > values.count
    }

    // MARK: Content

    /// Throws when the values contradict what the header says of high and low.
    private func check(
        _ plan: ColumnPlan, _ time: TimeColumn, _ numbers: NumberNotation
    ) throws(IngestError) {
        let order = PriceOrder(table, columns: plan.prices.columns, time: time, numbers: numbers)
        guard let shown = order.contradiction else { return }
        throw IngestError(
            .notRecognised, "cannot tell the price columns",
            why: shown == .exchanged
                ? "by the header's names bars open far from the close before, and exchanged they open near it"
                : "the header's names and the values disagree about which is the high and which the low",
            at: SourceLocation(file: table.name, line: table.header?.line),
            hint: "say which column is which; the values would fit \(shown.setting(plan))")
    }

    private func twoColumns(_ role: String, _ columns: [Int]) -> IngestError {
        let words = columns.map { "\($0) \"\(SourceLocation.presentable(table.columnName($0) ?? ""))\"" }
        let setting =
            role == "price" ? "columns: {time: …, price: \(columns[0])}" : "columns: {…, \(role): \(columns[0])}"
        return IngestError(
            .notRecognised, "cannot choose the \(role) column", why: "it may be \(words.joined(separator: " or "))",
            at: SourceLocation(file: table.name, line: table.header?.line),
            hint: "say which it is, counted from 0: \(setting) or \(columns[1])")
    }
}
