import StressBasics
import StressResults
import StudyPlan

/// One column of a CSV: how it is called, what it means, and what stands in it. The dictionary `columns.csv` is made
/// of the same values as the files, so the two cannot drift apart.
struct Column<Row> {
    /// The header, snake case, with the unit last.
    let name: String
    /// The unit, empty for names and texts.
    let unit: String
    /// What a reader may parse the field as.
    let type: ColumnType
    /// One sentence without a full stop.
    let meaning: String
    /// The field of a row; empty when there is none.
    let text: (Row) -> String

    init(_ name: String, _ unit: String, _ type: ColumnType, _ meaning: String, text: @escaping (Row) -> String) {
        (self.name, self.unit, self.type, self.meaning, self.text) = (name, unit, type, meaning, text)
    }

    /// The same column of a row that is found inside another.
    func of<Outer>(_ inner: @escaping (Outer) -> Row) -> Column<Outer> {
        Column<Outer>(name, unit, type, meaning) { text(inner($0)) }
    }

    /// The column of something larger that need not hold a row of this one; empty where it does not.
    func of<Outer>(_ inner: @escaping (Outer) -> Row?) -> Column<Outer> {
        Column<Outer>(name, unit, type, meaning) { inner($0).map(text) ?? "" }
    }
}

extension Column {
    /// Name, unit, type and meaning.
    fileprivate var description: [String] { [name, unit, type.rawValue, meaning] }

    /// The same column with the signs that this program sets for people written in ASCII: a spreadsheet takes a CSV for text
    /// of its own code page. What users wrote is left as it is.
    var plainSigns: Column {
        Column(name, unit, type, meaning) { row in
            let text = text(row)
            guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
            return text.reduce(into: "") { $0 += plainSign[$1] ?? String($1) }
        }
    }
}

private let plainSign: [Character: String] = [
    "→": "to", "×": "x", "–": "-", "−": "-", "…": "...", "≤": "<=", "≥": ">=", "«": "\"", "»": "\"", "\u{A0}": " ",
    "\u{202F}": " ",
]

/// A finished CSV with the description of its columns.
struct CSVTable {
    /// The file's name in the run folder.
    let file: String
    /// Per column: name, unit, type, meaning.
    let dictionary: [[String]]
    /// The whole file.
    let contents: String

    /// A table of several figures of each of some items, the item's own columns first; without a row of one that has no figures.
    init<Item, Figure>(
        file: String, items: [Item], named names: [Column<Item>], _ figures: (Item) -> [Figure],
        columns: [Column<Figure>]
    ) {
        self.file = file
        dictionary = names.map(\.description) + columns.map(\.description)
        let groups: [(names: [String], rows: [Figure])] = items.compactMap { item in
            let rows = figures(item)
            return rows.isEmpty ? nil : (names.map { $0.text(item) }, rows)
        }
        contents =
            CSVText(
                header: dictionary.map { $0[0] }, types: names.map(\.type) + columns.map(\.type), groups: groups,
                fields: columns.map(\.text)
            ).text
    }

    init<Row>(file: String, columns: [Column<Row>], rows: [Row]) {
        self.file = file
        dictionary = columns.map(\.description)
        let names: [String] = columns.map { $0.name }
        let types: [ColumnType] = columns.map { $0.type }
        let fields: [(Row) -> String] = columns.map { $0.text }
        contents = CSVText(header: names, types: types, rows: rows, fields: fields).text
    }
}

extension RunReport {
    /// Every CSV of the run with these pages, the dictionary last.
    func tables(pages: [AssetSide], answers: [Answer]) -> [CSVTable] {
        var tables =
            [resultsTable, severityTable, intervalsTable, safeguardsTable, maxLeverageTable] + anatomyTables
            + comparisonTables + behaviourTables + basketTables + simulatedTables + sideTables + pooledTables
            + backtestTables + lookBackTables
            + ledgerTables + [
                dataQualityTable, inputsTable, statementsTable(pages: pages, answers: answers), answersTable(answers),
            ]
        if !study.limits.isEmpty { tables.append(limitsTable) }
        tables += failureTables + changeTables
        return tables + [RunReport.columnsTable(describing: tables)]
    }

    /// `columns.csv`, which describes the other files and itself.
    static func columnsTable(describing tables: [CSVTable]) -> CSVTable {
        let parts = [
            ("file", "CSV file in the run folder"), ("column", "Header of the column"),
            ("unit", "Unit of its numbers; empty for names and texts"),
            ("type", "What its fields parse as: text, integer, number or time (RFC 3339, UTC)"),
            ("meaning", "What it says"),
        ]
        let columns = parts.enumerated().map { place, part in
            Column<[String]>(part.0, "", .text, part.1) { $0[place] }
        }
        let own = parts.map { ["columns.csv", $0.0, "", ColumnType.text.rawValue, $0.1] }
        let others = tables.flatMap { table in table.dictionary.map { [table.file] + $0 } }
        return CSVTable(file: "columns.csv", columns: columns, rows: others + own)
    }

    /// The run's name, first in every table so that tables of many runs can be stacked.
    func runColumn<Row>() -> Column<Row> { .run(runID) }
}

/// What a run is named by.
let runIDWords = "Content name of the run: equal for equal inputs, study and version"

extension Column {
    /// The name of a run, the same in every row.
    static func run(_ id: String, _ words: String = runIDWords) -> Column {
        Column("run_id", "", .text, words) { _ in id }
    }
}

/// The columns that name a row's cell, in the order of every table; see ``axisColumns(_:prefix:words:_:)``.
func keyColumns<Row>(
    _ axes: [CellAxis] = CellAxis.allCases, prefix: String = "", words: String = "",
    _ key: @escaping (Row) -> CellKey
) -> [Column<Row>] {
    axisColumns(axes, prefix: prefix, words: words) { key($0)[$1] }
}

/// A column an axis, with a row's value on it; empty where it has none.
///
/// - Parameters:
///   - axes: the axes that have a column.
///   - prefix: what their names begin with.
///   - words: what is added to what they hold.
func axisColumns<Row>(
    _ axes: [CellAxis] = CellAxis.allCases, prefix: String = "", words: String = "",
    _ value: @escaping (Row, CellAxis) -> AxisValue?
) -> [Column<Row>] {
    axes.map { axis in
        Column(prefix + axis.column, axis.unit, axis.unit.isEmpty ? .text : .number, axis.words + words) {
            value($0, axis)?.field ?? ""
        }
    }
}

extension CellKey {
    /// As members of a JSON object, under the names of their columns.
    var members: [(String, JSONValue)] {
        CellAxis.allCases.map { axis in
            switch self[axis] {
            case .text(let text): (axis.column, .text(text))
            case .number(let number): (axis.column, .number(number))
            }
        }
    }
}

/// `value` as a field: shortest round-trip decimal, empty when missing.
func field(_ value: Double?) -> String { value.map(numberText) ?? "" }
