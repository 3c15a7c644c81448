import PriceSeries
import StressBasics

/// The time column that was chosen, and how it is read.
struct TimeColumn {
    var column: Int
    var decoder: TimeDecoder
    var findings: [Finding] = []

    /// Takes the first of `candidates` that can be read by `notation`.
    ///
    /// An epoch column that a spreadsheet has rounded (`1.61888E+12`) is passed over for a later one, with a finding.
    static func choose(
        _ candidates: [Int], table: SampleTable, notation: TimeNotation
    ) throws(IngestError) -> TimeColumn {
        if let fixed = try decoder(notation, table), let first = candidates.first {
            return TimeColumn(column: first, decoder: fixed)
        }
        var refusal: IngestError?
        for column in candidates {
            switch judge(column, table) {
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
            message: "\(refusal.what): \(refusal.why); times are read from column \(chosen.column + 1)",
            location: refusal.finding.location, action: "another column read")
    }

    /// The decoder that a notation fixes; nil for the automatic one.
    private static func decoder(_ notation: TimeNotation, _ table: SampleTable) throws(IngestError) -> TimeDecoder? {
        switch notation {
        case .automatic: return nil
        case .seconds: return .epoch(.seconds)
        case .milliseconds: return .epoch(.milliseconds)
        case .microseconds: return .epoch(.microseconds)
        case .iso8601: return .iso8601
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

    /// Whether the sample's values of one column are times, and of which kind.
    private static func judge(_ column: Int, _ table: SampleTable) -> Result<TimeColumn, IngestError> {
        let values = table.values(column)
        let readings = values.map { withBytes($0.text, TimeDecoder.automatic.read) }
        if let rounded = roundedEpoch(values, readings) {
            return .failure(roundedError(rounded, column, table))
        }
        if readings.count(where: { $0 != nil }) * 2 > values.count {
            return .success(TimeColumn(column: column, decoder: .automatic))
        }
        guard let order = DateOrder.judge(values.map(\.text)) else {
            return .failure(unreadable(column, table, values, readings))
        }
        return fromDateOrder(order, column, table, values)
    }

    private static func roundedEpoch(
        _ values: [(text: String, row: SampleRow)], _ readings: [TimeReading?]
    ) -> SampleRow? {
        let exponents = values.indices.filter { index in
            readings[index]?.form.epochUnit != nil && values[index].text.contains { $0 == "E" || $0 == "e" }
        }
        // Honest stamps hardly repeat; rounded ones come in runs.
        let distinct = Set(exponents.map { readings[$0]?.milliseconds }).count
        guard let first = exponents.first, distinct * 2 < exponents.count else { return nil }
        return values[first].row
    }

    private static func roundedError(_ row: SampleRow, _ column: Int, _ table: SampleTable) -> IngestError {
        IngestError(
            .malformed, "cannot use the time column", why: "a spreadsheet has rounded its stamps, which now repeat",
            at: table.location(row, column: column),
            hint: "read another time column with columns: {time: …}, or fetch the file again")
    }

    private static func unreadable(
        _ column: Int, _ table: SampleTable, _ values: [(text: String, row: SampleRow)], _ readings: [TimeReading?]
    ) -> IngestError {
        let bad = readings.firstIndex { $0 == nil }.map { values[$0].row } ?? table.data.first
        let location = bad.map { table.location($0, column: column) } ?? SourceLocation(file: table.name)
        return IngestError(
            .notRecognised, "cannot read time", why: TimeDecoder.automatic.expectation, at: location,
            hint: "say how times are written with time: s, ms, us, or a pattern such as \"%d/%m/%Y %H:%M\"")
    }

    private static func fromDateOrder(
        _ order: DateOrder, _ column: Int, _ table: SampleTable, _ values: [(text: String, row: SampleRow)]
    ) -> Result<TimeColumn, IngestError> {
        func location(_ text: String) -> SourceLocation {
            let row = values.first { $0.text == text }?.row
            return row.map { table.location($0, column: column) } ?? SourceLocation(file: table.name)
        }
        switch order {
        case .proven(let text, let proof):
            guard let pattern = try? TimePattern(text) else {
                return .failure(unreadable(column, table, values, values.map { _ in nil }))
            }
            let finding = Finding(
                check: "date_order", severity: .note,
                message: "times are read as \"\(text)\", the only order that reads \"\(proof)\"",
                location: location(proof))
            return .success(TimeColumn(column: column, decoder: .pattern(pattern), findings: [finding]))
        case .ambiguous(let example, let text):
            return .failure(ambiguous(example, at: location(text)))
        case .contradictory(let dayFirst, let monthFirst):
            return .failure(
                IngestError(
                    .notRecognised, "cannot read time", why: "here the month comes first",
                    notes: ["in \"\(dayFirst)\" the day comes first"], at: location(monthFirst),
                    hint: "the column mixes two orders; fetch the file again"))
        }
    }

    /// Both readings of a date, spelled out, and the setting for each.
    private static func ambiguous(_ date: DayMonthText, at location: SourceLocation) -> IngestError {
        func reading(year: Int, month: Int, day: Int) -> String? {
            CivilTime(year: year, month: month, day: day).instant.map { $0.civil.dateText }
        }
        let year = date.yearDigits == 4 ? date.year : 2000 + date.year
        let isYearFirst = date.yearDigits == 2
        let yearFirst = isYearFirst ? reading(year: 2000 + date.first, month: date.second, day: date.year) : nil
        let readings = [
            reading(year: year, month: date.second, day: date.first).map { "\($0) (\"\(date.dayFirstPattern)\")" },
            reading(year: year, month: date.first, day: date.second).map { "\($0) (\"\(date.monthFirstPattern)\")" },
            yearFirst.map { "\($0) (\"\(date.yearFirstPattern)\")" },
        ].compactMap { $0 }
        return IngestError(
            .notRecognised, "cannot read time", why: "this may be \(readings.joined(separator: " or "))", at: location,
            hint: "say which it is: time: \"\(date.dayFirstPattern)\" or time: \"\(date.monthFirstPattern)\"")
    }
}
