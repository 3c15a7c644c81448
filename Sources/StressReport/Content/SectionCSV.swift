import StressBasics
import StressResults

extension PageSections {
    /// The tables of the sections as CSV, a file a table: what the words of the pages are rounded from. Two more say where each table
    /// stands (`tables.csv`) and what its columns are (`columns.csv`).
    public var files: [ReportFile] {
        let found = pages.flatMap { page in page.sections.flatMap { $0.files(page: page.file) } }
        let tables = [tableOfTables(found)] + found.map(csv)
        return (tables + [RunReport.columnsTable(describing: tables)]).map {
            ReportFile(path: $0.file, contents: $0.contents)
        }
    }

    private func tableOfTables(_ tables: [SectionFile]) -> CSVTable {
        let own: [Column<SectionFile>] = [
            Column("file", "", .text, "CSV file in this folder") { $0.path },
            Column("page", "", .text, "Page on which it stands") { $0.page },
            Column("section", "", .text, "Section of the page, as its address names it") { $0.section.id },
            Column("label", "", .text, "What the section is about") { plainText($0.section.label) },
            Column("title", "", .text, "What the section found") { plainText($0.section.title) },
            Column("table", "", .text, "What the table holds") { plainText($0.table.name) },
            Column("rows_count", "rows", .integer, "Its rows") { String($0.table.rows.count) },
        ]
        return CSVTable(file: "tables.csv", columns: [.run(runID, runWords)] + own.map(\.plainSigns), rows: tables)
    }

    private func csv(_ file: SectionFile) -> CSVTable {
        CSVTable(
            file: file.path, columns: [.run(runID, runWords)] + file.table.csvColumns,
            rows: Array(file.table.rows.indices))
    }
}

/// A table of a section with the file that it goes to.
struct SectionFile {
    /// Inside the folder: `reports/btcusdt-long/severity.csv`.
    let path: String
    /// The file of the page.
    let page: String
    let section: ReportSection
    let table: SectionTable
}

extension ReportSection {
    /// The section's tables; where there are several each has a number.
    ///
    /// - Parameter page: the file of the page that it is on.
    func files(page: String) -> [SectionFile] {
        let tables = SectionParts(blocks).tables
        let stem = page.replacing(".html", with: "") + "/" + id
        return tables.enumerated().map { place, table in
            let number = tables.count > 1 ? "-\(place + 1)" : ""
            return SectionFile(path: stem + number + ".csv", page: page, section: self, table: table)
        }
    }
}

// MARK: - Columns

extension SectionTable {
    /// What a CSV holds of the table: its rows' titles, then the exact numbers of each column with their intervals, and the words where
    /// there is no number. Rows are known by their place.
    var csvColumns: [Column<Int>] {
        // Leverages in ASCII; names are kept as they are, as they are the keys of every table.
        let titles = rows.map { row in
            let words = plainText(row.title.words)
            return row.title.contains(where: \.isName) ? words : words.replacing("×", with: "x")
        }
        let first = Column<Int>(columnName(head.first ?? ""), "", .text, "Title of the row") { titles[$0] }
        let figures = rows.map { $0.cells.flatMap(\.figures) }
        let others = head.indices.dropFirst().flatMap { place in
            FigureColumn(
                title: head[place],
                figures: figures.map { $0.indices.contains(place - 1) ? $0[place - 1] : nil }
            ).columns
        }
        return withoutRepeats([first] + others)
    }
}

/// A column of a table, from which several of a CSV follow.
private struct FigureColumn {
    /// As it stands above the column.
    let title: String
    /// By row; nil for drawings.
    let figures: [ShownFigure?]

    private var isExact: Bool { figures.contains { $0?.isExact == true } }
    private var name: String { columnName(title) }

    /// What all exact numbers of the column count; nil where they differ, and where they count nothing.
    private var unit: ShownFigure.Unit? {
        let units = Set(figures.compactMap { $0 }.filter(\.isExact).map(\.unit))
        return units.count == 1 ? units.first ?? nil : nil
    }

    private var hasManyUnits: Bool { Set(figures.compactMap { $0 }.filter(\.isExact).map(\.unit)).count > 1 }

    var columns: [Column<Int>] {
        guard isExact else {
            return figures.contains { $0 != nil } ? [words(named: name, meaning: plainText(title))] : []
        }
        let columns: [Column<Int>?] = [
            figures.contains { $0?.value != nil } ? numbers("", plainText(title)) { $0.value } : nil,
            hasInterval
                ? numbers("_low", "Lower end of the interval of \(plainText(title))") { $0.interval?.low } : nil,
            hasInterval
                ? numbers("_high", "Upper end of the interval of \(plainText(title))") { $0.interval?.high } : nil,
            hasManyUnits ? units : nil, hasReasons ? words(named: name + "_words", meaning: reasonWords) : nil,
        ]
        return columns.compactMap { $0 }
    }

    private var hasInterval: Bool { figures.contains { $0?.interval != nil } }
    private var hasReasons: Bool { figures.contains { $0.map { !$0.isExact && !$0.words.isEmpty } ?? false } }
    private var reasonWords: String { "What stands in place of a number under \(plainText(title))" }

    private func numbers(
        _ end: String, _ meaning: String, _ value: @escaping (ShownFigure) -> Double?
    ) -> Column<Int> {
        Column(named(end), unit?.words ?? "", .number, meaning) { place in
            field(figures[place].flatMap(value))
        }
    }

    /// The unit stands last in a name.
    private func named(_ end: String) -> String { name + end + (unit.map { "_" + $0.rawValue } ?? "") }

    private func words(named name: String, meaning: String) -> Column<Int> {
        Column<Int>(name, "", .text, meaning) { place in
            guard let figure = figures[place], !isExact || !figure.isExact else { return "" }
            return plainText(figure.words)
        }.plainSigns
    }

    private var units: Column<Int> {
        Column(name + "_unit", "", .text, "What the number under \(plainText(title)) counts") { place in
            guard let figure = figures[place], figure.isExact else { return "" }
            return figure.unit?.rawValue ?? ""
        }
    }
}

extension ShownFigure {
    /// Whether there is a number behind the words.
    fileprivate var isExact: Bool { value != nil || interval != nil }
}

extension ShownFigure.Unit {
    /// As `columns.csv` has it.
    fileprivate var words: String {
        switch self {
        case .count: "count"
        case .fraction: "fraction"
        case .quote: "quote"
        case .coin: "coin"
        case .leverage: "x"
        }
    }
}

/// `Owed, % of margin` as `owed_of_margin`: lower case letters and digits of ASCII, bounded.
private func columnName(_ title: String) -> String {
    let letters = plainText(title).replacing("×", with: "x").lowercased().unicodeScalars.map { scalar -> Character in
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : " "
    }
    let words = String(letters).split(separator: " ").joined(separator: "_").prefix(60)
    return words.isEmpty ? "column" : String(words)
}

/// The columns with a number behind each name that came before.
private func withoutRepeats(_ columns: [Column<Int>]) -> [Column<Int>] {
    var known: Set<String> = ["run_id"]
    return columns.map { column in
        var (name, copy) = (column.name, 2)
        while !known.insert(name).inserted {
            name = "\(column.name)_\(copy)"
            copy += 1
        }
        return Column(name, column.unit, column.type, column.meaning, text: column.text)
    }
}
