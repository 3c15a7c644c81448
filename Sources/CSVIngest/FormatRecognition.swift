import PriceSeries
import StressBasics

extension Layout {
    /// Walks the table of formats, or the part of it that `format` names, and takes the first rule that fits.
    static func recognised(
        _ table: SampleTable, format: String?, notation: TimeNotation
    ) throws(IngestError) -> Layout {
        if let format, !knownFormats.contains(where: { $0.name == format }) { throw unknownFormat(format, table) }
        let rules = formatRules.filter { format == nil || $0.format == format }
        for rule in rules {
            switch rule.shape {
            case .named(let marks, let volume):
                guard let found = namedPlan(table, marks: marks, volume: volume, isSingle: rule.format == "price-only")
                else { continue }
                let time = try TimeColumn.choose(found.times, table: table, notation: notation)
                return make(
                    rule.format, namedReason(table, found.plan, time.column), plan: found.plan, time: time,
                    table: table, isOrderAssumed: false)
            case .placed(let width, let plan, let proof):
                guard table.header == nil, table.width == width else { continue }
                let time = try TimeColumn.choose([plan.time], table: table, notation: notation)
                guard holds(proof, table, plan) else { continue }
                try PriceOrder(table, plan: plan)?.check(plan, at: table)
                return make(
                    rule.format, placedReason(width), plan: plan, time: time, table: table, isOrderAssumed: true)
            }
        }
        throw unrecognised(table, format: format)
    }

    private static func namedReason(_ table: SampleTable, _ plan: ColumnPlan, _ time: Int) -> String {
        let columns = [time] + plan.all.dropFirst()
        let names = columns.map { table.columnName($0) ?? "column \($0 + 1)" }.map(SourceLocation.presentable)
        return "the header names \(names.joined(separator: ", "))"
    }

    private static func placedReason(_ width: Int) -> String {
        "\(width) columns without header, the first a time"
            + (width > 2 ? ", and the values fit the order open, high, low, close" : " and the second a price")
    }

    // MARK: Headers

    private static func namedPlan(
        _ table: SampleTable, marks: [String], volume: FormatRule.VolumeNames, isSingle: Bool
    ) -> (plan: ColumnPlan, times: [Int])? {
        guard let header = table.names else { return nil }
        let names = header.map(normalizedName)
        func first(_ wanted: [String]) -> Int? {
            wanted.lazy.compactMap { names.firstIndex(of: $0) }.first
        }
        guard marks.allSatisfy(names.contains), let close = first(ColumnNames.close) else { return nil }
        let times = timeColumns(names, table)
        guard let time = times.first else { return nil }
        let extremes = (first(ColumnNames.open), first(ColumnNames.high), first(ColumnNames.low))
        let prices: ColumnPlan.Prices
        switch extremes {
        case (let open?, let high?, let low?): prices = .bars(open: open, high: high, low: low, close: close)
        default:
            guard isSingle else { return nil }
            prices = .single(close)
        }
        return (ColumnPlan(time: time, prices: prices, volume: volumeColumn(names, volume)), times)
    }

    private static func volumeColumn(_ names: [String], _ rule: FormatRule.VolumeNames) -> Int? {
        switch rule {
        case .none: nil
        case .generic: ColumnNames.volume.lazy.compactMap { names.firstIndex(of: $0) }.first
        case .prefix(let prefix): names.firstIndex { $0.hasPrefix(prefix) }
        }
    }

    /// Columns named like times, the surest first; without any, a first column without a name that holds times.
    private static func timeColumns(_ names: [String], _ table: SampleTable) -> [Int] {
        let named = ColumnNames.time.compactMap { names.firstIndex(of: $0) }
        if !named.isEmpty { return named }
        guard let first = names.first, first.isEmpty || first.hasPrefix("unnamed") else { return [] }
        let isTime = table.values(0).first.map { withBytes($0.text, TimeDecoder.automatic.read) != nil } ?? false
        return isTime ? [0] : []
    }

    // MARK: Files without header

    /// Whether all but one in twenty of the sampled rows fulfil a format's extra condition.
    private static func holds(_ proof: FormatRule.Proof, _ table: SampleTable, _ plan: ColumnPlan) -> Bool {
        let rows = table.data.filter { $0.fields.count == table.width }
        let fulfilled = rows.count { row in
            switch proof {
            case .nothing: return true
            case .wholeNumber(let column):
                return decimal(row.fields[column]).map { $0 >= 0 && $0 == $0.rounded() } ?? false
            case .laterTime(let column):
                let times = [plan.time, column].map { withBytes(row.fields[$0], TimeDecoder.automatic.read) }
                guard let start = times[0], let end = times[1] else { return false }
                return end.milliseconds > start.milliseconds
            case .withinRange(let column):
                guard case .bars(_, let high, let low, _) = plan.prices, let value = decimal(row.fields[column]),
                    let top = decimal(row.fields[high]), let bottom = decimal(row.fields[low])
                else { return false }
                return value == 0 || (bottom...max(top, bottom)).contains(value)
            }
        }
        return fulfilled * 20 >= rows.count * 19
    }

    // MARK: Refusals

    private static func unknownFormat(_ format: String, _ table: SampleTable) -> IngestError {
        let names = knownFormats.map(\.name)
        let near = nearestName(to: format, among: names).map { "did you mean \"\($0)\"?" }
        return IngestError(
            .setting, "cannot use the format \"\(SourceLocation.presentable(format))\"",
            why: "there is no format of this name", notes: ["formats are \(names.joined(separator: ", "))"],
            at: SourceLocation(file: table.name), hint: near ?? "leave the format out to have it recognised")
    }

    private static func unrecognised(_ table: SampleTable, format: String?) -> IngestError {
        let seen = table.names.map { "the header has \(quotedList($0))" } ?? "\(table.width) columns without header"
        let what = format.map { "cannot read the file as \($0)" } ?? "cannot recognise the format"
        let row = table.header ?? table.data.first
        return IngestError(
            .notRecognised, what, why: seen,
            notes: ["formats are \(knownFormats.map(\.name).joined(separator: ", "))"],
            at: SourceLocation(file: table.name, line: row?.line),
            hint: "say which columns to read, counted from 0 or by name: columns: {time: 0, open: 1, high: 2, "
                + "low: 3, close: 4} or columns: {time: 0, price: 1}")
    }
}
