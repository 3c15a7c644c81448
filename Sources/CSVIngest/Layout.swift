import PriceSeries
import StressBasics

/// Everything that the fast pass over a file needs to know, decided from a sample.
struct Layout {
    /// Name of the format, as in ``knownFormats``, or `explicit columns`.
    var format: String
    /// One sentence: how it was recognised.
    var reason: String
    /// What the number of a row is called in messages.
    var noun = "price"
    var delimiter: UInt8
    /// Rows before the first data row.
    var skippedRows: Int
    /// Fields that every data row must have.
    var width: Int
    /// The header's names, when there is a header.
    var names: [String]?
    var plan: ColumnPlan
    var time: TimeDecoder
    /// Whether nothing but the values speaks for the order of the price columns.
    var isOrderAssumed: Bool
    /// What recognition noticed.
    var findings: [Finding] = []

    /// The name of a column, when it has one.
    func columnName(_ column: Int) -> String? {
        guard let names, names.indices.contains(column), !names[column].isEmpty else { return nil }
        return names[column]
    }
}

extension Layout {
    /// Decides how a file is read: by explicit columns, by a named format, or by what the sample shows.
    static func resolve(_ table: SampleTable, source: BarSource) throws(IngestError) -> Layout {
        var layout: Layout
        if let columns = source.columns {
            layout = try explicit(columns, table: table, notation: source.time)
        } else {
            layout = try recognised(table, format: source.format, notation: source.time)
        }
        layout.notePreamble(table)
        return layout
    }

    /// Adds the finding about rows before the table, when there are any.
    mutating func notePreamble(_ table: SampleTable) {
        guard let line = table.preamble.first else { return }
        findings.insert(Layout.preambleFinding(table, at: line), at: 0)
    }

    private static func preambleFinding(_ table: SampleTable, at line: SampleRow) -> Finding {
        let count = table.preamble.count
        let place = SourceLocation(file: table.name, line: line.line, text: line.fields.first)
        return Finding(
            check: "preamble", severity: .note, message: "\(counted(count, "row")) before the table, not data",
            count: count, location: place, action: "skipped")
    }

    private static func explicit(
        _ columns: ColumnMapping, table: SampleTable, notation: TimeNotation
    ) throws(IngestError) -> Layout {
        let prices: ColumnPlan.Prices
        switch columns.prices {
        case .single(let price): prices = .single(try position(of: price, table))
        case .bars(let open, let high, let low, let close):
            prices = .bars(
                open: try position(of: open, table), high: try position(of: high, table),
                low: try position(of: low, table), close: try position(of: close, table))
        }
        var volume: Int?
        if let reference = columns.volume { volume = try position(of: reference, table) }
        let plan = ColumnPlan(time: try position(of: columns.time, table), prices: prices, volume: volume)
        let time = try TimeColumn.choose([plan.time], table: table, notation: notation)
        return make(
            "explicit columns", "the study names the columns", plan: plan, time: time, table: table,
            isOrderAssumed: false)
    }

    static func make(
        _ format: String, _ reason: String, plan: ColumnPlan, time: TimeColumn, table: SampleTable,
        isOrderAssumed: Bool
    ) -> Layout {
        var plan = plan
        plan.time = time.column
        return Layout(
            format: format, reason: reason, delimiter: table.delimiter, skippedRows: table.skippedRows,
            width: table.width, names: table.names, plan: plan, time: time.decoder, isOrderAssumed: isOrderAssumed,
            findings: time.findings)
    }

    /// The position of a column that the study names.
    static func position(of reference: ColumnReference, _ table: SampleTable) throws(IngestError) -> Int {
        switch reference {
        case .index(let index):
            guard index >= 0, index < table.width else { throw noSuchPosition(index, table) }
            return index
        case .name(let name):
            guard let names = table.names else { throw noHeader(name, table) }
            let wanted = trimmed(name).lowercased()
            let found = names.indices.filter { names[$0].lowercased() == wanted }
            guard let first = found.first else { throw noSuchName(name, names, table) }
            if found.count > 1 { throw repeatedName(name, found, table) }
            return first
        }
    }

    private static func place(_ table: SampleTable) -> SourceLocation {
        SourceLocation(file: table.name, line: (table.header ?? table.data.first)?.line)
    }

    private static func noSuchPosition(_ index: Int, _ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot find column \(index)",
            why: "rows have \(table.width) columns, counted from 0 to \(table.width - 1)", at: place(table))
    }

    private static func noHeader(_ name: String, _ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot find column \"\(SourceLocation.presentable(name))\"",
            why: "the file has no header row", at: place(table),
            hint: "name columns by position, counted from 0, or set header: true")
    }

    private static func noSuchName(_ name: String, _ names: [String], _ table: SampleTable) -> IngestError {
        // Names longer than any that people type would only cost time.
        let near = nearestName(to: name, among: names.filter { $0.utf8.count <= 64 }).map {
            "did you mean \"\(SourceLocation.presentable($0))\"?"
        }
        return IngestError(
            .setting, "cannot find column \"\(SourceLocation.presentable(name))\"", why: "the header has no such name",
            notes: ["the header has \(quotedList(names))"], at: place(table), hint: near ?? "use one of these names")
    }

    private static func repeatedName(_ name: String, _ found: [Int], _ table: SampleTable) -> IngestError {
        IngestError(
            .setting, "cannot choose column \"\(SourceLocation.presentable(name))\"",
            why: "the header has it \(found.count) times", at: place(table),
            hint: "name it by position, counted from 0: \(found.prefix(8).map(String.init).joined(separator: " or "))")
    }
}

/// Names in quotes, at most 20 of them.
func quotedList(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "\"\(SourceLocation.presentable($0))\"" }.joined(separator: ", ")
    return names.count > 20 ? shown + ", …" : shown
}
