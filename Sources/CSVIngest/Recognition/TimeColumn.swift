import PriceSeries
import StressBasics

/// The column or columns that hold the time, and how they are read.
struct TimeColumn {
    /// The columns whose texts are joined by blanks, in this order; most often one.
    var columns: [Int]
    var decoder: TimeDecoder
    var trait: RecognisedTrait
    var findings: [Finding] = []

    /// Takes the first of `candidates` that can be read by `notation`; each is a list of columns to join.
    ///
    /// An epoch column that a spreadsheet has rounded (`1.61888E+12`) is passed over for a later one, with a finding.
    static func choose(
        _ candidates: [[Int]], table: SampleTable, notation: TimeNotation
    ) throws(IngestError) -> TimeColumn {
        if let fixed = try decoder(notation, table), let first = candidates.first {
            return TimeColumn(
                columns: first, decoder: fixed, trait: RecognisedTrait("time", fixed.words, .stated, ""))
        }
        var refusal: IngestError?
        for columns in candidates {
            switch TimeJudge(columns, table).verdict {
            case .success(var chosen):
                if let refusal { chosen.findings.append(passedOver(refusal, for: chosen, table)) }
                return chosen
            case .failure(let error): refusal = refusal ?? error
            }
        }
        throw refusal
            ?? IngestError(.notRecognised, "cannot find a time column", at: SourceLocation(file: table.name))
    }

    private static func passedOver(_ refusal: IngestError, for chosen: TimeColumn, _ table: SampleTable) -> Finding {
        Finding(
            check: "time_column", severity: .warning,
            message: "\(refusal.what): \(refusal.why); times are read from column \((chosen.columns.first ?? 0) + 1)",
            location: refusal.finding.location, action: "another column read")
    }

    /// The decoder that a notation fixes; nil for the automatic one.
    private static func decoder(_ notation: TimeNotation, _ table: SampleTable) throws(IngestError) -> TimeDecoder? {
        switch notation {
        case .automatic: return nil
        case .seconds: return .epoch(.seconds)
        case .milliseconds: return .epoch(.milliseconds)
        case .microseconds: return .epoch(.microseconds)
        case .nanoseconds: return .epoch(.nanoseconds)
        case .iso8601: return .iso8601
        case .spreadsheetDays: return .spreadsheetDays
        case .millisecondsOfDay(let start): return .millisecondsOfDay(start)
        case .pattern(let text):
            do {
                return .pattern(try TimePattern(text))
            } catch {
                throw flawError(error, text, table)
            }
        }
    }

    private static func flawError(_ flaw: TimePattern.Flaw, _ text: String, _ table: SampleTable) -> IngestError {
        let why =
            switch flaw {
            case .empty: "it is empty"
            case .unknownConversion(let conversion): "\(conversion) is no conversion"
            case .noYear: "it has no year: %Y, %y or %s"
            case .noMeridiem: "%I needs %p to tell morning from afternoon"
            }
        return IngestError(
            .setting, "cannot use the time pattern \"\(SourceLocation.presentable(text))\"", why: why,
            at: SourceLocation(file: table.name), hint: "conversions are \(TimePattern.conversions)")
    }
}

/// Whether the sample's values of some columns are times, and of which kind.
struct TimeJudge {
    private let columns: [Int]
    private let table: SampleTable
    private let values: [(text: String, row: SampleRow)]
    private let readings: [TimeReading?]

    init(_ columns: [Int], _ table: SampleTable) {
        (self.columns, self.table) = (columns, table)
        values = table.joinedValues(columns)
        readings = values.map { withBytes($0.text, TimeDecoder.automatic.read) }
    }

    private var column: Int { columns.first ?? 0 }

    var verdict: Result<TimeColumn, IngestError> {
        if let rounded = roundedEpoch { return .failure(roundedError(rounded)) }
        if let stamps = UncommonStamps.judge(values.map(\.text)) {
            return .success(
                chosen(stamps.decoder, RecognisedTrait("time", stamps.reading, .likely, stamps.reason)))
        }
        if readings.count(where: { $0 != nil }) * 2 > values.count {
            return .success(chosen(.automatic, automaticTrait))
        }
        if let ofDay = millisecondsOfDay { return ofDay }
        if let parts = calendarParts { return .success(parts) }
        if let order = DateOrder.judge(values.map(\.text)) { return fromDateOrder(order) }
        if let named = namedMonths { return named }
        if let days = spreadsheetDays { return .failure(days) }
        return .failure(unreadable)
    }

    private func chosen(_ decoder: TimeDecoder, _ trait: RecognisedTrait, _ findings: [Finding] = []) -> TimeColumn {
        TimeColumn(columns: columns, decoder: decoder, trait: trait, findings: findings)
    }

    private var share: String {
        let read = readings.count { $0 != nil }
        return "reads \(spacedCount(read)) of \(counted(values.count, "sampled time"))"
    }

    private var automaticTrait: RecognisedTrait {
        let forms = TimeForm.allCases.filter { form in readings.contains { $0?.form == form } }
        let words = forms.map { $0.epochUnit.map { "epoch " + $0 } ?? $0.words }.joined(separator: " and ")
        let isWhole = readings.allSatisfy { $0 != nil }
        return RecognisedTrait(
            "time", words, isWhole && forms.count == 1 ? .certain : .likely,
            share
                + (forms.contains { $0.epochUnit != nil }
                    ? ", each unit being plausible in the years 1990 to 2100" : ""))
    }

    // MARK: Damage

    private var roundedEpoch: SampleRow? {
        let exponents = values.indices.filter { index in
            readings[index]?.form.epochUnit != nil && values[index].text.contains { $0 == "E" || $0 == "e" }
        }
        // Honest stamps hardly repeat; rounded ones come in runs.
        let distinct = Set(exponents.map { readings[$0]?.milliseconds }).count
        guard let first = exponents.first, distinct * 2 < exponents.count else { return nil }
        return values[first].row
    }

    private func roundedError(_ row: SampleRow) -> IngestError {
        IngestError(
            .malformed, "cannot use the time column", why: "a spreadsheet has rounded its stamps, which now repeat",
            at: table.location(row, column: column),
            hint: "read another time column with columns: {time: …}, or fetch the file again")
    }

    private var unreadable: IngestError {
        let bad = readings.firstIndex { $0 == nil }.map { values[$0].row } ?? table.data.first
        let location = bad.map { table.location($0, column: column) } ?? SourceLocation(file: table.name)
        return IngestError(
            .notRecognised, "cannot read time", why: TimeDecoder.automatic.expectation, at: location,
            hint: "say how times are written with time: s, ms, us, ns, or a pattern such as \"%d/%m/%Y %H:%M\"")
    }

    /// Numbers that a spreadsheet would show as dates of the years 1970 to 2099. Read only when asked for: nothing in a
    /// number says that it is a date.
    private var spreadsheetDays: IngestError? {
        let days = values.compactMap { decimal($0.text) }
        guard !days.isEmpty, days.count == values.count, days.allSatisfy({ (25_569.0..<73_051).contains($0) }),
            zip(days, days.dropFirst()).allSatisfy({ $0 < $1 }) || zip(days, days.dropFirst()).allSatisfy({ $0 > $1 }),
            let first = values.first, let day = withBytes(first.text, TimeDecoder.spreadsheetDays.read),
            let last = days.max(), (last - 25_569) * 86_400_000 < Double(latestTime)
        else { return nil }
        return IngestError(
            .notRecognised, "cannot read time",
            why: "this may be a spreadsheet's day number, \(UTCInstant(milliseconds: day.milliseconds).minuteText)",
            at: table.location(first.row, column: column), hint: "say so with time: excel")
    }

    // MARK: Times of a day

    /// Milliseconds since midnight in equal steps of whole seconds: the date is then in the file's name or nowhere.
    private var millisecondsOfDay: Result<TimeColumn, IngestError>? {
        let stamps = values.compactMap { Int64($0.text) }
        guard stamps.count == values.count, stamps.count > 1, let first = values.first,
            stamps.allSatisfy({ (0..<86_400_000).contains($0) && $0 % 1000 == 0 }),
            zip(stamps, stamps.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        guard let day = dayInName(table.name) else {
            return .failure(
                IngestError(
                    .notRecognised, "cannot read time",
                    why: "these are milliseconds since midnight, and the file's name has no date",
                    at: table.location(first.row, column: column),
                    hint: "say the date with time: \"ms of 2017-12-17\""))
        }
        let date = UTCInstant(milliseconds: day).civil.dateText
        let trait = RecognisedTrait(
            "time", "milliseconds since midnight of \(date)", .likely,
            "\(spacedCount(stamps.count)) rising stamps below a day, and the file's name has one date")
        let finding = Finding(
            check: "date_from_name", severity: .note,
            message: "times are milliseconds of \(date), the date in the file's name",
            location: SourceLocation(file: table.name))
        return .success(chosen(.millisecondsOfDay(day), trait, [finding]))
    }

    // MARK: Dates that are not year first

    /// Year, month and day in columns of their own.
    private var calendarParts: TimeColumn? {
        guard columns.count >= 3 else { return nil }
        for pattern in ["%Y %m %d", "%Y %m %d %H", "%Y %m %d %H %M", "%Y %m %d %H %M %S", "%Y %b %d"] {
            guard let compiled = try? TimePattern(pattern) else { continue }
            let decoder = TimeDecoder.pattern(compiled)
            guard values.allSatisfy({ withBytes($0.text, decoder.read) != nil }) else { continue }
            return chosen(
                decoder,
                RecognisedTrait("time", "\"\(pattern)\"", .certain, "columns named year, month and day, joined"))
        }
        return nil
    }

    /// Dates with the name of the month, in the one way that reads the sample.
    private var namedMonths: Result<TimeColumn, IngestError>? {
        let texts = values.map(\.text)
        guard texts.contains(where: { text in text.contains { !$0.isNumber && $0 != "." } }) else { return nil }
        let reading = writtenPatterns.filter { pattern in
            texts.count { withBytes($0, pattern.read) != nil } * 100 >= texts.count * 98
        }
        guard let first = reading.first else { return nil }
        let choice = reading.count == 1 ? first : RisingOrder.only(of: reading, texts)
        guard let choice else {
            return .failure(twoReadings(reading.prefix(2).map { $0 }))
        }
        let trait = RecognisedTrait(
            "time", "\"\(choice.text)\"", reading.count == 1 ? .certain : .likely,
            reading.count == 1 ? "the only pattern that reads the sample" : RisingOrder.reason)
        let finding = Finding(
            check: "date_order", severity: .note, message: "times are read as \"\(choice.text)\"",
            location: values.first.map { table.location($0.row, column: column) })
        return .success(chosen(.pattern(choice), trait, [finding]))
    }

    private func twoReadings(_ patterns: [TimePattern]) -> IngestError {
        let example = values.first { value in
            Set(patterns.map { withBytes(value.text, $0.read)?.milliseconds }).count > 1
        }
        let row = (example ?? values.first)?.row
        let text = (example ?? values.first)?.text ?? ""
        let readings = patterns.compactMap { pattern in
            withBytes(text, pattern.read).map {
                "\(UTCInstant(milliseconds: $0.milliseconds).civil.dateText) (\"\(pattern.text)\")"
            }
        }
        return IngestError(
            .notRecognised, "cannot read time", why: "this may be \(readings.joined(separator: " or "))",
            at: row.map { table.location($0, column: column) } ?? SourceLocation(file: table.name),
            hint: "say which it is: " + patterns.map { "time: \"\($0.text)\"" }.joined(separator: " or "))
    }

    private func location(_ text: String) -> SourceLocation {
        let row = values.first { $0.text == text }?.row
        return row.map { table.location($0, column: column) } ?? SourceLocation(file: table.name)
    }

    private func fromDateOrder(_ order: DateOrder) -> Result<TimeColumn, IngestError> {
        switch order {
        case .proven(let text, let proof):
            return dated(
                text, .certain, "the only order that reads \"\(proof)\"", at: location(proof))
        case .ordered(let text):
            return dated(
                text, .likely, RisingOrder.reason, at: values.first.map { table.location($0.row, column: column) })
        case .ambiguous(let example, let text):
            return .failure(ambiguous(example, text, at: location(text)))
        case .contradictory(let dayFirst, let monthFirst):
            return .failure(
                IngestError(
                    .notRecognised, "cannot read time", why: "here the month comes first",
                    notes: ["in \"\(dayFirst)\" the day comes first"], at: location(monthFirst),
                    hint: "the column mixes two orders; fetch the file again"))
        }
    }

    private func dated(
        _ text: String, _ confidence: RecognisedTrait.Confidence, _ reason: String, at location: SourceLocation?
    ) -> Result<TimeColumn, IngestError> {
        guard let pattern = try? TimePattern(text) else { return .failure(unreadable) }
        let finding = Finding(
            check: "date_order", severity: .note, message: "times are read as \"\(text)\", \(reason)",
            location: location)
        return .success(
            chosen(.pattern(pattern), RecognisedTrait("time", "\"\(text)\"", confidence, reason), [finding]))
    }

    /// The readings of a date that the whole sample bears, spelled out, and the setting for each.
    private func ambiguous(_ date: DayMonthText, _ text: String, at location: SourceLocation) -> IngestError {
        let all =
            [date.dayFirstPattern, date.monthFirstPattern] + (date.yearDigits == 2 ? [date.yearFirstPattern] : [])
        let patterns = all.compactMap { try? TimePattern($0) }.filter { pattern in
            values.count { withBytes($0.text, pattern.read) != nil } * 100 >= values.count * 98
        }
        let readings = patterns.compactMap { pattern in
            withBytes(text, pattern.read).map {
                "\(UTCInstant(milliseconds: $0.milliseconds).civil.dateText) (\"\(pattern.text)\")"
            }
        }
        return IngestError(
            .notRecognised, "cannot read time", why: "this may be \(readings.joined(separator: " or "))", at: location,
            hint: "say which it is: " + patterns.map { "time: \"\($0.text)\"" }.joined(separator: " or "))
    }
}

/// Of several readings of the same dates, the one that puts them on a grid.
enum RisingOrder {
    /// Steps needed before the order of rows is evidence.
    static let leastSteps = 20
    /// A wrong order of day and month makes months of days: the true reading spans this many times less.
    private static let spanFactor: Int64 = 5

    static let reason = "the only reading that puts the rows in even steps of time"

    /// The pattern by which nearly all steps between rows are one length, when no other pattern does so, or when every
    /// other one that does takes several times as long for the same rows.
    static func only(of patterns: [TimePattern], _ texts: [String]) -> TimePattern? {
        let even = patterns.compactMap { pattern in span(pattern, texts).map { (pattern, span: $0) } }
        let ranked = even.sorted { $0.span < $1.span }
        guard let best = ranked.first else { return nil }
        let isClear = ranked.dropFirst().allSatisfy { $0.span >= best.span * spanFactor }
        return isClear ? best.0 : nil
    }

    /// The time between the first and the last row; nil when the steps are uneven under the pattern, or too few.
    private static func span(_ pattern: TimePattern, _ texts: [String]) -> Int64? {
        let times = texts.compactMap { withBytes($0, pattern.read)?.milliseconds }
        guard times.count * 100 >= texts.count * 98, times.count > leastSteps else { return nil }
        var lengths: [Int64: Int] = [:]
        for (before, after) in zip(times, times.dropFirst()) { lengths[length(before, after), default: 0] += 1 }
        let most = lengths.values.max() ?? 0
        guard most * 100 >= (times.count - 1) * 90, let low = times.min(), let high = times.max() else { return nil }
        return high - low
    }

    /// Months are of one length here, 30 days, and from Friday to Monday it is a day, as on exchanges.
    private static func length(_ before: Int64, _ after: Int64) -> Int64 {
        let day: Int64 = 86_400_000
        let step = after - before
        if abs(step) == 3 * day, weekday(min(before, after)) == 4 { return step / 3 }
        return (28 * day...31 * day).contains(abs(step)) ? (step < 0 ? -30 : 30) * day : step
    }

    /// The day of the week, Monday being 0.
    private static func weekday(_ time: Int64) -> Int64 { ((time / 86_400_000 + 3) % 7 + 7) % 7 }
}

/// The first millisecond of the one date that a file's name has, as `20171217` or `2017-12-17`; nil for none or several.
func dayInName(_ name: String) -> Int64? {
    let base = name.split(separator: "/").last.map(String.init) ?? name
    let characters = Array(base.utf8)
    var days: Set<Int64> = []
    for start in characters.indices {
        // A longer run of digits is no date.
        if start > 0, Ascii.isDigit(characters[start - 1]) { continue }
        for length in [8, 10] where start + length <= characters.count {
            let isEnd = start + length == characters.count || !Ascii.isDigit(characters[start + length])
            let text = characters[start..<(start + length)]
            guard isEnd, !text.contains(Ascii.slash),
                let reading = text.withContiguousStorageIfAvailable({ readCalendar($0, style: .lenient) }) ?? nil
            else { continue }
            days.insert(reading.milliseconds)
        }
    }
    return days.count == 1 ? days.first : nil
}

/// Ways in which dates are written with the name of a month, or with hours of one digit.
private let writtenPatterns: [TimePattern] = {
    let dates = [
        "%b %d, %Y", "%b %d %Y", "%d %b %Y", "%d-%b-%Y", "%b-%d-%Y", "%d/%b/%Y", "%d.%b.%Y", "%Y-%b-%d", "%d %b, %Y",
        "%a %b %d %Y", "%a, %d %b %Y", "%a %d %b %Y", "%a, %b %d, %Y", "%d-%b-%y", "%d %b %y", "%y-%b-%d", "%b %d, %y",
        "%d%b%Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y年 %m月 %d日", "%Y년%m월%d일", "%Y년 %m월 %d일",
        "%Y- %m- %d", "%Y/ %m/ %d", "%Y. %m. %d", "%Y. %m. %d.",
    ]
    let months = ["%Y-%m", "%Y/%m", "%Y年%m月", "%Y년 %m월", "%b %Y", "%b-%Y", "%Y-%b", "%b-%y", "%b %y"]
    let clocks = [
        "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", " %H:%M:%S %Z",
        " %H:%M:%S %z",
    ]
    return dates.flatMap { date in clocks.compactMap { try? TimePattern(date + $0) } }
        + months.compactMap { try? TimePattern($0) }
}()
