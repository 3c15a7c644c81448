import PriceSeries
import StressBasics

extension StudyLoader {
    /// The `data` section.
    func inputs(_ reader: YAMLReader) -> [StudyInput]? {
        guard let list = reader.list() else { return nil }
        let inputs = list.map(input)
        return inputs.contains { $0 == nil } ? nil : inputs.compactMap { $0 }
    }

    private func input(_ reader: YAMLReader) -> StudyInput? {
        let known = ["asset", "funding", "mark", "reference"] + sourceKeys
        guard let map = reader.map(known: known) else { return nil }
        guard let asset = map.required("asset").flatMap(assetName), let files = map.required("path").flatMap(paths)
        else {
            return nil
        }
        guard let source = source(map, files: files) else { return nil }
        var input = StudyInput(asset: asset, source: source)
        if let value = map["funding"] {
            guard let funding = funding(value) else { return nil }
            input.funding = funding
        }
        if let value = map["mark"] {
            guard let mark = otherSeries(value) else { return nil }
            input.mark = mark
        }
        if let value = map["reference"] {
            guard let reference = otherSeries(value) else { return nil }
            input.reference = reference
        }
        return divides(input, map) ? input : nil
    }

    /// Whether what stands beside the prices is divided as they are; false after a problem.
    private func divides(_ input: StudyInput, _ map: YAMLMap) -> Bool {
        let each = input.source.each
        for (key, beside) in [("mark", input.mark), ("reference", input.reference)] {
            guard let beside, beside.each != each else { continue }
            let rule = each ?? beside.each
            let hint = each == nil ? "write each beside path, too, or leave it out" : "write it in '\(key)', too"
            let _: Void? = map[key]?.wrong(
                "'each: \(rule?.rawValue ?? "")' is for the prices and what stands beside them", hint: hint)
            return false
        }
        if each != nil, case .file? = input.funding {
            let _: Void? = map["funding"]?.wrong(
                "a file of funding is of one market", hint: "write a rate and an interval, or an input for each market")
            return false
        }
        return true
    }

    /// The keys of a price history, in the order in which messages name them.
    private var sourceKeys: [String] {
        [
            "path", "format", "columns", Known.time.key, "timezone", Known.header.key, Known.kind.key, Known.bar.key,
            Known.numbers.key, Known.delimiter.key, "symbol", "table", "each", "policy",
        ]
    }
    private typealias Known = Settings.Source

    private func otherSeries(_ reader: YAMLReader) -> BarSource? {
        guard let map = reader.map(known: sourceKeys),
            let files = map.required("path").flatMap(paths)
        else { return nil }
        return source(map, files: files)
    }

    private func funding(_ reader: YAMLReader) -> FundingInput? {
        guard
            let map = reader.map(known: ["path", "columns", "time", "timezone", "header", "shift", "rate", "interval"])
        else { return nil }
        guard map["path"] != nil else { return constantFunding(map) }
        guard map["rate"] == nil, map["interval"] == nil else {
            return reader.wrong("give either a path or a rate and an interval")
        }
        guard let files = map.required("path").flatMap(paths) else { return nil }
        return fundingSource(map, files: files).map(FundingInput.file)
    }

    private func constantFunding(_ map: YAMLMap) -> FundingInput? {
        guard let rate = map.required("rate")?.number(-0.1...0.1), let interval = map.required("interval")?.span()
        else {
            return nil
        }
        return .constant(rate: rate, interval: interval)
    }

    private func fundingSource(_ map: YAMLMap, files: [String]) -> FundingSource? {
        // Times, zone and header are written as for prices.
        guard let like = source(map.without("columns"), files: files) else { return nil }
        var source = FundingSource(
            file: files[0], notation: like.time, utcOffset: like.utcOffset, header: like.header)
        source.files = files
        if let value = map["columns"] {
            guard let columns = value.map(known: ["time", "rate"]), let time = columns.required("time").flatMap(column),
                let rate = columns.required("rate").flatMap(column)
            else { return nil }
            (source.time, source.rate) = (time, rate)
        }
        if let value = map["shift"] {
            guard let shift = signedSpan(value) else { return nil }
            source.shift = shift
        }
        return source
    }

    /// `-3h`, `0s`, `15m`.
    private func signedSpan(_ reader: YAMLReader) -> TimeSpan? {
        guard let text = reader.text() else { return nil }
        let isNegative = text.hasPrefix("-")
        guard let span = TimeSpan(isNegative ? String(text.dropFirst()) : text) else {
            return reader.expected("a duration", hint: "write it like 0s, 15m or -3h")
        }
        return TimeSpan(milliseconds: isNegative ? -span.milliseconds : span.milliseconds)
    }

    private func assetName(_ reader: YAMLReader) -> String? {
        reader.text().flatMap(reader.outputName)
    }

    private func paths(_ reader: YAMLReader) -> [String]? {
        guard let list = reader.list() else { return nil }
        let paths = list.map { $0.text() }
        guard paths.allSatisfy({ $0.map { !$0.isEmpty && !$0.utf8.contains(0) } ?? false }) else {
            return reader.expected("a path or a list of paths")
        }
        return paths.compactMap { $0 }
    }

    private func source(_ map: YAMLMap, files: [String]) -> BarSource? {
        var source = BarSource(files: files)
        if let value = map["format"] {
            guard let name = value.text() else { return nil }
            source.format = name == "auto" ? nil : name
        }
        if let value = map["columns"] {
            guard let names = value.map(known: columnKeys) else { return nil }
            if let symbol = names["symbol"] {
                guard let column = column(symbol) else { return nil }
                source.symbolColumn = column
            }
            if columnKeys.contains(where: { $0 != "symbol" && names[$0] != nil }) || names["symbol"] == nil {
                guard let columns = columns(value) else { return nil }
                source.columns = columns
            }
        }
        guard let notation = map.value(of: Known.time) else { return nil }
        source.time = notation
        if let value = map["timezone"] {
            guard let offset = utcOffset(value) else { return nil }
            source.utcOffset = offset
        }
        guard let rule = map.value(of: Known.header) else { return nil }
        source.header = rule
        return rowSettings(map, &source) ? source : nil
    }

    /// What a row is and how its fields are written; false after a problem.
    private func rowSettings(_ map: YAMLMap, _ source: inout BarSource) -> Bool {
        guard let kind = map.value(of: Known.kind), let numbers = map.value(of: Known.numbers) else { return false }
        (source.kind, source.numbers) = (kind, numbers)
        (source.barLength, source.delimiter) = (map.value(of: Known.bar), map.value(of: Known.delimiter))
        guard (source.barLength == nil) == (map[Known.bar.key] == nil),
            (source.delimiter == nil) == (map[Known.delimiter.key] == nil)
        else { return false }
        if let value = map["symbol"] {
            guard let symbol = value.text(), !symbol.isEmpty else {
                let _: Void? = value.expected("the text of the symbol column")
                return false
            }
            source.symbol = symbol
        }
        if let value = map["table"] {
            guard let table = value.text(), !table.isEmpty else { return false }
            source.table = table
        }
        if let value = map["each"] {
            guard let each = value.choice(MarketDivision.self) else { return false }
            guard map[each.rawValue] == nil else {
                let _: Void? = value.wrong("give either '\(each.rawValue)' or 'each: \(each.rawValue)'")
                return false
            }
            source.each = each
        }
        guard let value = map["policy"] else { return true }
        guard let policies = policies(value) else { return false }
        source.policies = policies
        return true
    }

    /// `{bad_ticks: drop, missing_bars: fail}`.
    private func policies(_ reader: YAMLReader) -> [String: PolicyAction]? {
        guard let map = reader.map(known: SourceCheck.allCases.map(\.rawValue)) else { return nil }
        var policies: [String: PolicyAction] = [:]
        for check in SourceCheck.allCases {
            guard let value = map[check.rawValue] else { continue }
            guard let action = value.choice(PolicyAction.self) else { return nil }
            guard check.actions.contains(action) else {
                let words = check.actions.map(\.rawValue).joined(separator: " or ")
                return value.wrong("\(check.rawValue) cannot be '\(action.rawValue)'", hint: "write \(words)")
            }
            policies[check.rawValue] = action
        }
        return policies
    }

    private var columnKeys: [String] {
        ["time", "open", "high", "low", "close", "price", "bid", "ask", "volume", "symbol"]
    }

    private func columns(_ reader: YAMLReader) -> ColumnMapping? {
        guard let map = reader.map(known: columnKeys),
            let times = map.required("time")?.list()?.map(column), times.allSatisfy({ $0 != nil }),
            let time = times.first ?? nil
        else { return nil }
        guard let prices = prices(map, reader: reader) else { return nil }
        var mapping = ColumnMapping(time: time, prices: prices)
        mapping.timeParts = times.dropFirst().compactMap { $0 }
        if let value = map["volume"] {
            guard let volume = column(value) else { return nil }
            mapping.volume = volume
        }
        return mapping
    }

    private func prices(_ map: YAMLMap, reader: YAMLReader) -> ColumnMapping.Prices? {
        let bars = ["open", "high", "low", "close"]
        if let price = map["price"] {
            guard !bars.contains(where: { map[$0] != nil }) else {
                return reader.wrong("give either price or open, high, low and close")
            }
            return column(price).map(ColumnMapping.Prices.single)
        }
        if let first = map["bid"] ?? map["ask"] {
            guard !bars.contains(where: { map[$0] != nil }) else {
                return first.wrong("give either bid and ask or open, high, low and close")
            }
            guard let bid = map.required("bid").flatMap(column), let ask = map.required("ask").flatMap(column) else {
                return nil
            }
            return .quotes(bid: bid, ask: ask)
        }
        let found = bars.map { map.required($0).flatMap(column) }
        guard let open = found[0], let high = found[1], let low = found[2], let close = found[3] else { return nil }
        return .bars(open: open, high: high, low: low, close: close)
    }

    private func column(_ reader: YAMLReader) -> ColumnReference? {
        // A quoted "0" is a header name, a bare 0 a position.
        if let scalar = reader.node.scalar, scalar.style == .plain || scalar.style == .any, let index = reader.node.int
        {
            guard (0...1023).contains(index) else { return reader.wrong("columns are counted from 0 to 1023") }
            return .index(index)
        }
        guard let name = reader.text(), !name.isEmpty else {
            return reader.expected("a column number from 0 or a header name")
        }
        return .name(name)
    }

    private func utcOffset(_ reader: YAMLReader) -> TimeSpan? {
        guard let text = reader.text() else { return nil }
        if text == "UTC" || text == "Z" { return TimeSpan(milliseconds: 0) }
        let hint = "write UTC or an offset such as \"+03:00\"; zones with daylight saving are not read"
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = text.first, sign == "+" || sign == "-", parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
            let hours = Int64(parts[0]), let minutes = Int64(parts[1]), (0...14).contains(hours),
            (0...59).contains(minutes)
        else { return reader.wrong("'\(SourceLocation.presentable(text))' is not a fixed offset from UTC", hint: hint) }
        return TimeSpan.minutes((sign == "-" ? -1 : 1) * (hours * 60 + minutes))
    }
}
