import PriceSeries
import StressBasics

extension Layout {
    /// Walks the table of formats, or the part of it that the source names, and takes the first rule that fits; without one,
    /// looks for prices by what the columns hold.
    static func recognised(_ table: SampleTable, source: BarSource) throws(IngestError) -> Layout {
        let format = source.format
        if let format, !knownFormats.contains(where: { $0.name == format }) { throw unknownFormat(format, table) }
        let rules = formatRules.filter { rule in
            (format == nil || rule.format == format) && (source.kind == .automatic || rule.kind == source.kind)
        }
        var refusal: IngestError?
        for rule in rules {
            if let layout = try fitting(rule, table, source, &refusal) { return layout }
        }
        if format == nil || format == "ohlc", source.kind == .automatic || source.kind == .bars {
            do throws(IngestError) {
                if let layout = try ContentSearch(table, source: source)?.layout { return layout }
            } catch {
                // What the values of all columns say is worth more than that a rule found no time where it looked.
                throw refusal.map { $0.what == "cannot read time" ? error : $0 } ?? error
            }
        }
        throw refusal ?? unrecognised(table, format: format)
    }

    /// The layout by one rule; nil when it does not fit.
    ///
    /// - Parameter refusal: the first of what rules that fit had against the file.
    private static func fitting(
        _ rule: FormatRule, _ table: SampleTable, _ source: BarSource, _ refusal: inout IngestError?
    ) throws(IngestError) -> Layout? {
        switch rule.shape {
        case .named(let marks, let volume):
            guard let roles = HeaderRoles(table), marks.allSatisfy(roles.has) else { return nil }
            return try roles.layout(rule, volume: volume, source: source)
        case .placed(let width, let plan, let proof):
            guard table.header == nil, table.width == width else { return nil }
            do throws(IngestError) {
                return try placed(rule, plan, proof, table: table, source: source)
            } catch {
                // The rule fits, and something that only the user knows is wanting.
                if error.reason == .setting { throw error }
                // A rule whose time stands elsewhere is a long shot; its refusal would say nothing of the file.
                if plan.time == 0 { refusal = refusal ?? error }
                return nil
            }
        }
    }

    /// A file without header under one rule; nil when it does not fit.
    private static func placed(
        _ rule: FormatRule, _ plan: ColumnPlan, _ proof: FormatRule.Proof, table: SampleTable, source: BarSource
    ) throws(IngestError) -> Layout? {
        // A date and a clock in columns of their own shift everything behind them.
        guard table.clockColumn(after: plan.time) == nil else { return nil }
        let time = try TimeColumn.choose([[plan.time]], table: table, notation: source.time)
        guard holds(proof, table, plan), plan.prices.columns.allSatisfy(table.holdsNumbers) else { return nil }
        let numbers = try NumberChoice.choose(plan.prices.columns, table: table, style: source.numbers)
        var plan = plan
        var columns = RecognisedTrait("columns", plan.words(table), .likely, "\(table.width) columns without header")
        if case .bars = plan.prices {
            let order = PriceOrder(table, columns: plan.prices.columns, time: time, numbers: numbers.notation)
            guard order.isOfOneMagnitude else { return nil }
            columns = try ordered(&plan, order, table)
        }
        return try make(
            rule.format, kind: rule.kind, plan: plan, time: time, numbers: numbers, columns: columns, table: table,
            source: source, isOrderAssumed: true)
    }

    /// Puts prices into the order that their values show, and says how that was found.
    private static func ordered(
        _ plan: inout ColumnPlan, _ order: PriceOrder, _ table: SampleTable
    ) throws(IngestError) -> RecognisedTrait {
        guard let choice = order.choice else {
            throw order.refusal(plan, at: SourceLocation(file: table.name, line: table.data.first?.line))
                ?? unrecognised(table, format: nil)
        }
        plan.prices = choice.order.prices(plan.prices.columns)
        return RecognisedTrait(
            "columns", plan.words(table), choice.confidence,
            "\(table.width) columns without header, the first a time, and \(choice.reason)")
    }

    /// Whether all but one in twenty of the sampled rows fulfil a format's extra condition.
    private static func holds(_ proof: FormatRule.Proof, _ table: SampleTable, _ plan: ColumnPlan) -> Bool {
        let rows = table.data.filter { $0.fields.count == table.width }
        let fulfilled = rows.count { row in
            switch proof {
            case .nothing: return true
            case .side(let column):
                return ["1", "2", "-1", "b", "s", "buy", "sell", "bid", "ask"].contains(row.fields[column].lowercased())
            case .truth(let column): return ["true", "false"].contains(row.fields[column].lowercased())
            case .positive(let column): return decimal(row.fields[column]).map { $0 > 0 } ?? false
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
        let near = didYouMean(format, among: names, quote: "\"")
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
            hint: otherKindHint(table) ?? oneFieldHint(table) ?? wideHint(table)
                ?? repeatedHint(table)
                ?? "say which columns to read, counted from 0 or by name: "
                + "columns: {time: …, open: …, high: …, low: …, close: …} or columns: {time: …, price: …}")
    }

    /// What to do with rows that are one field.
    private static func oneFieldHint(_ table: SampleTable) -> String? {
        guard table.width == 1, let only = table.names?.first ?? table.data.first?.fields.first else { return nil }
        let isStated = table.traits.contains { $0.subject == "delimiter" && $0.confidence == .stated }
        if isStated, let found = FieldDelimiter.allCases.first(where: { only.utf8.contains($0.byte) }) {
            let words = found == .tab ? "\\t" : found.rawValue
            return
                "the lines have \(found.words)s and not the delimiter that was named; leave it out, or say delimiter: \"\(words)\""
        }
        if [",", ";", "\t"].contains(where: { only.contains($0) }) {
            return "every line is one quoted field; take the quotes off: tr -d '\"' < FILE > NEW.csv"
        }
        // Times have colons, and dates have strokes.
        let rival = ["^", "~", "#", "¦", ":"].first { mark in
            only.split(separator: Character(mark), omittingEmptySubsequences: false).count >= 4
        }
        if let rival { return "\(rival) is no delimiter; write commas: tr '\(rival)' ',' < FILE > NEW.csv" }
        return only.contains(" ") ? "blanks are no delimiter; write commas: tr -s ' ' ',' < FILE > NEW.csv" : nil
    }

    /// What to do with several columns of one price's name.
    private static func repeatedHint(_ table: SampleTable) -> String? {
        guard let names = table.names?.map(normalizedName) else { return nil }
        let known = ["open", "high", "low", "close"].filter { name in names.count { $0 == name } > 1 }
        guard let name = known.last else { return nil }
        let places = names.indices.filter { names[$0] == name }.prefix(4).map(String.init).joined(separator: ", ")
        return
            "the columns of several markets stand side by side (\(name) in \(places)); name those of one by position, counted "
            + "from 0: columns: {time: …, open: …, high: …, low: …, close: …}"
    }

    /// The columns of a wide table that may be the price.
    private static func wideHint(_ table: SampleTable) -> String? {
        guard table.header != nil, table.width > 2, case .success = TimeJudge([0], table).verdict else { return nil }
        let numeric = (1..<min(table.width, 64)).filter { column in
            let values = table.values(column)
            return !values.isEmpty && values.allSatisfy { decimal($0.text) != nil }
        }
        guard let first = numeric.first else { return nil }
        let others = numeric.dropFirst().prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "say which column is the price, counted from 0: columns: {time: 0, price: \(first)}"
            + (others.isEmpty ? "" : " or \(others)") + "; or name open, high, low and close"
    }

    /// What to do with a file of another kind that a study reads elsewhere.
    private static func otherKindHint(_ table: SampleTable) -> String? {
        guard let names = table.names.map({ Set($0.map(normalizedName)) }) else { return nil }
        if !names.isDisjoint(with: ["fundingrate", "lastfundingrate"]) {
            return "these are funding rates: a study names them under funding: {path: …}"
        }
        if table.width == 2, case .other(let meaning) = PriceMeaning(table.columnName(1) ?? "") {
            let reads = "columns: {time: 0, price: 1} reads"
            return meaning == "a change of prices"
                ? "these are changes of prices, not prices; \(reads) them all the same"
                : "by its name this is \(meaning), not a price; \(reads) it all the same"
        }
        if names.isSuperset(of: ["date", "initial", "maintenance"]) {
            return "these are margins per contract: a study names them under tiers: {file: …, contract_size: …}"
        }
        return nil
    }
}

extension ColumnPlan {
    /// `time 1 "unix", open 4 "open", …`, counted from 0 as settings count.
    func words(_ table: SampleTable) -> String {
        func column(_ role: String, _ index: Int) -> String {
            let name = table.columnName(index).map { " \"\(SourceLocation.presentable($0))\"" } ?? ""
            return "\(role) \(index)\(name)"
        }
        let times = timeParts.count > 1 ? timeParts : [time]
        let roles: [String] =
            switch prices {
            case .bars: ["open", "high", "low", "close"]
            case .single: ["price"]
            case .quotes: ["bid", "ask"]
            }
        let parts = times.map { column("time", $0) } + zip(roles, prices.columns).map { column($0, $1) }
        return (parts + (volume.map { [column("volume", $0)] } ?? [])).joined(separator: ", ")
    }
}

extension SampleTable {
    /// The column behind `date` when that holds dates alone and this one times of the day.
    func clockColumn(after date: Int) -> Int? {
        let clock = date + 1
        return clock < width && areDateAndClock(date, clock) ? clock : nil
    }

    /// Whether one column holds dates without a time and another one times without a date.
    func areDateAndClock(_ date: Int, _ clock: Int) -> Bool {
        let rows = data.prefix(50).filter { $0.fields.count == width }
        guard !rows.isEmpty else { return false }
        return rows.allSatisfy { row in
            let (day, hour) = (row.fields[date], row.fields[clock])
            let isClock = hour.contains(":") || ((4...6).contains(hour.count) && hour.allSatisfy(\.isNumber))
            guard isClock, !day.contains(":"), !day.contains(" "), !hour.contains("-"), !hour.contains(".") else {
                return false
            }
            let joined = "\(day) \(hour)"
            return withBytes(joined, readLenientCalendar) != nil || DayMonthText(joined) != nil
        }
    }
}

private func readLenientCalendar(_ bytes: UnsafeBufferPointer<UInt8>) -> TimeReading? {
    readCalendar(bytes, style: .lenient)
}
