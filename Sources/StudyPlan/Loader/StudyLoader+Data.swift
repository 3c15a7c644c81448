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
        typealias Known = Settings.Input
        guard let map = reader.map(Known.section), let asset = map.required(Known.asset), let source = source(map)
        else { return nil }
        var input = StudyInput(asset: asset, source: source)
        if let value = map[Known.funding] {
            guard let funding = funding(value) else { return nil }
            input.funding = funding
        }
        if let value = map[Known.mark] {
            guard let mark = otherSeries(value) else { return nil }
            input.mark = mark
        }
        if let value = map[Known.reference] {
            guard let reference = otherSeries(value) else { return nil }
            input.reference = reference
        }
        return divides(input, map) ? input : nil
    }

    /// Whether what stands beside the prices is divided as they are; false after a problem.
    private func divides(_ input: StudyInput, _ map: YAMLMap) -> Bool {
        let each = input.source.each
        typealias Known = Settings.Input
        for (key, beside) in [(Known.mark.key, input.mark), (Known.reference.key, input.reference)] {
            guard let beside, beside.each != each else { continue }
            let rule = each ?? beside.each
            let hint = each == nil ? "write each beside path, too, or leave it out" : "write it in '\(key)', too"
            let _: Void? = map[key]?.wrong(
                "'each: \(rule?.rawValue ?? "")' is for the prices and what stands beside them", hint: hint)
            return false
        }
        if each != nil, case .file? = input.funding {
            let _: Void? = map[Known.funding]?.wrong(
                "a file of funding is of one market", hint: "write a rate and an interval, or an input for each market")
            return false
        }
        return true
    }

    private typealias Known = Settings.Source

    private func otherSeries(_ reader: YAMLReader) -> BarSource? { reader.map(Known.section).flatMap(source) }

    private func funding(_ reader: YAMLReader) -> FundingInput? {
        typealias Known = Settings.Funding
        guard let map = reader.map(Known.section) else { return nil }
        guard map[Settings.Source.path.facts] != nil else { return constantFunding(map) }
        guard map[Known.rate.facts] == nil, map[Known.interval.facts] == nil else {
            return reader.wrong("give either a path or a rate and an interval")
        }
        return fundingSource(map).map(FundingInput.file)
    }

    private func constantFunding(_ map: YAMLMap) -> FundingInput? {
        typealias Known = Settings.Funding
        guard let rate = map.required(Known.rate), let interval = map.required(Known.interval) else { return nil }
        if let other = Known.file.compactMap({ map[$0] }).first {
            return other.wrong("says how a file is read, and there is no path", hint: "leave it out, or name a file")
        }
        return .constant(rate: rate, interval: interval)
    }

    private func fundingSource(_ map: YAMLMap) -> FundingSource? {
        typealias Known = Settings.Funding
        typealias Source = Settings.Source
        guard let files = map.required(Source.path), let notation = map.value(of: Source.time),
            let offset = map.value(of: Source.timezone), let header = map.value(of: Source.header),
            let shift = map.value(of: Known.shift)
        else { return nil }
        var source = FundingSource(file: files[0], notation: notation, utcOffset: offset, header: header)
        (source.files, source.shift) = (files, shift)
        if let value = map[Known.columns] {
            typealias Columns = Settings.FundingColumns
            guard let columns = value.map(Columns.section), let time = columns.required(Columns.time).flatMap(column),
                let rate = columns.required(Columns.rate).flatMap(column)
            else { return nil }
            (source.time, source.rate) = (time, rate)
        }
        return source
    }

    /// `-3h`, `0s`, `15m`.
    static func signedSpan(_ reader: YAMLReader) -> TimeSpan? {
        guard let text = reader.text() else { return nil }
        let isNegative = text.hasPrefix("-")
        guard let span = TimeSpan(isNegative ? String(text.dropFirst()) : text) else {
            return reader.expected("a duration", hint: "write it like 0s, 15m or -3h")
        }
        return TimeSpan(milliseconds: isNegative ? -span.milliseconds : span.milliseconds)
    }

    static func paths(_ reader: YAMLReader) -> [String]? {
        guard let list = reader.list() else { return nil }
        let paths = list.map { $0.text() }
        guard paths.allSatisfy({ $0.map { !$0.isEmpty && !$0.utf8.contains(0) } ?? false }) else {
            return reader.expected("a path or a list of paths")
        }
        return paths.compactMap { $0 }
    }

    private func source(_ map: YAMLMap) -> BarSource? {
        guard let files = map.required(Known.path),
            var source = Known.placed.read(map, into: BarSource(files: files))
        else { return nil }
        if let value = map[Known.columns] {
            guard columnSettings(value, &source) else { return nil }
        }
        if let value = map[Known.each.facts], let each = source.each, map[each.rawValue] != nil {
            return value.wrong("give either '\(each.rawValue)' or 'each: \(each.rawValue)'")
        }
        guard let value = map[Known.policy] else { return source }
        guard let policies = policies(value) else { return nil }
        source.policies = policies
        return source
    }

    /// Where the columns are; false after a problem.
    private func columnSettings(_ reader: YAMLReader, _ source: inout BarSource) -> Bool {
        typealias Known = Settings.Columns
        guard let names = reader.map(Known.section) else { return false }
        if let symbol = names[Known.symbol] {
            guard let column = column(symbol) else { return false }
            source.symbolColumn = column
            guard names.keys.contains(where: { $0 != Known.symbol.key }) else { return true }
        }
        guard let columns = columns(names) else { return false }
        source.columns = columns
        return true
    }

    /// `{bad_ticks: drop, missing_bars: fail}`.
    private func policies(_ reader: YAMLReader) -> [String: PolicyAction]? {
        guard let map = reader.map(Settings.Policies.section) else { return nil }
        var policies: [String: PolicyAction] = [:]
        for check in SourceCheck.allCases {
            guard let value = map[Settings.Policies.of(check)] else { continue }
            guard let action = value.choice(PolicyAction.self) else { return nil }
            guard check.actions.contains(action) else {
                let words = check.actions.map(\.rawValue).joined(separator: " or ")
                return value.wrong("\(check.rawValue) cannot be '\(action.rawValue)'", hint: "write \(words)")
            }
            policies[check.rawValue] = action
        }
        return policies
    }

    private func columns(_ map: YAMLMap) -> ColumnMapping? {
        typealias Known = Settings.Columns
        guard let times = map.required(Known.times)?.list()?.map(column), times.allSatisfy({ $0 != nil }),
            let time = times.first ?? nil
        else { return nil }
        guard let prices = prices(map) else { return nil }
        var mapping = ColumnMapping(time: time, prices: prices)
        mapping.timeParts = times.dropFirst().compactMap { $0 }
        if let value = map[Known.volume] {
            guard let volume = column(value) else { return nil }
            mapping.volume = volume
        }
        return mapping
    }

    private func prices(_ map: YAMLMap) -> ColumnMapping.Prices? {
        typealias Known = Settings.Columns
        let hasBars = Known.bar.contains { map[$0] != nil }
        if let price = map[Known.price] {
            guard !hasBars else { return map.owner.wrong("give either price or open, high, low and close") }
            guard map[Known.bid] == nil, map[Known.ask] == nil else {
                return map.owner.wrong("give either price or bid and ask")
            }
            return column(price).map(ColumnMapping.Prices.single)
        }
        if let first = map[Known.bid] ?? map[Known.ask] {
            guard !hasBars else { return first.wrong("give either bid and ask or open, high, low and close") }
            return quotes(map)
        }
        return bars(map)
    }

    private func quotes(_ map: YAMLMap) -> ColumnMapping.Prices? {
        typealias Known = Settings.Columns
        guard let bid = map.required(Known.bid).flatMap(column), let ask = map.required(Known.ask).flatMap(column)
        else { return nil }
        return .quotes(bid: bid, ask: ask)
    }

    private func bars(_ map: YAMLMap) -> ColumnMapping.Prices? {
        let found = Settings.Columns.bar.map { map.required($0).flatMap(column) }
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

    /// The offset as a study says it: `UTC`, `+03:00`.
    static func offsetText(_ offset: TimeSpan) -> String {
        let minutes = offset.milliseconds / 60_000
        if minutes == 0 { return "UTC" }
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(minutes < 0 ? "-" : "+")\(two(abs(minutes) / 60)):\(two(abs(minutes) % 60))"
    }

    static func utcOffset(_ reader: YAMLReader) -> TimeSpan? {
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
