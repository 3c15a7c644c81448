import PriceSeries
import StressBasics

/// A column that tells markets apart, whatever its name: rows of one time differ in it, and its few texts come again.
struct MarketColumn {
    var column: Int
    /// Its texts, sorted.
    var names: [String]

    /// Looks through rows in groups of one time each; nil when no column keeps the rows of nearly every group apart. Of
    /// several such columns one with letters comes first: a rank tells rows apart and changes from day to day.
    init?(_ groups: [[[String]]], excluding used: Set<Int>) {
        let width = groups.first?.first?.count ?? 0
        let found = (0..<width).filter { !used.contains($0) }.compactMap { MarketColumn(groups, column: $0) }
        guard let best = found.first(where: \.hasLetters) ?? found.first else { return nil }
        self = best
    }

    private init?(_ groups: [[[String]]], column: Int) {
        let rowCount = groups.reduce(0) { $0 + $1.count }
        var names: Set<String> = []
        let apart = groups.count { group in
            let texts = group.compactMap { $0.indices.contains(column) ? trimmed($0[column]) : nil }
            names.formUnion(texts)
            return Set(texts).count == group.count
        }
        let isFew = groups.count > 1 ? names.count * 2 <= rowCount : names.allSatisfy { decimal($0) == nil }
        let isNumber = names.contains { $0.contains(".") && decimal($0) != nil }
        guard apart * 20 >= groups.count * 19, isFew, !isNumber, names.count > 1 else { return nil }
        (self.column, self.names) = (column, names.sorted())
    }

    private var hasLetters: Bool { names.allSatisfy { $0.contains(where: \.isLetter) } }

    fileprivate init(column: Int, names: [String]) {
        (self.column, self.names) = (column, names)
    }

    /// More than this share of rows, 1 in 20, must repeat a time with other values before they count as of several markets.
    static let tolerated = 20

    /// The refusal that names the column and its markets.
    func refusal(columnName: String?, at location: SourceLocation) -> IngestError {
        let title = columnName.map { "\"\(SourceLocation.presentable($0))\"" } ?? "\(column)"
        return IngestError(
            .notRecognised, "cannot read several markets as one series",
            why: "the rows are of \(quotedList(names)) in column \(title)", at: location,
            hint: severalMarketsHint(names) + "; the column is "
                + "columns: {…, symbol: \(columnName.map(SourceLocation.presentable) ?? String(column))}")
    }
}

extension MarketColumn {
    /// The refusal of rows of one symbol that another column tells apart again, as venues do.
    func secondRefusal(columnName: String?, at location: SourceLocation) -> IngestError {
        let title = columnName.map { "\"\(SourceLocation.presentable($0))\"" } ?? "\(column)"
        return IngestError(
            .notRecognised, "cannot read several markets as one series",
            why: "the rows of the symbol are of \(quotedList(names)) in column \(title)", at: location,
            hint: "one column can be chosen by; write the rows of one of them to a file of their own")
    }
}

extension SampleTable {
    /// The column that separates rows of the same time; nil when few rows share one, or nothing separates them.
    func marketColumn(_ plan: ColumnPlan, _ decoder: TimeDecoder) -> MarketColumn? {
        let rows = stamped(plan.timeParts.count > 1 ? plan.timeParts : [plan.time], decoder)
        var groups: [[[String]]] = []
        var start = 0
        while start < rows.count {
            let end = rows[start...].firstIndex { $0.time != rows[start].time } ?? rows.count
            let fields = rows[start..<end].map(\.row.fields)
            if Set(fields.map { row in plan.prices.columns.map { row[$0] } }).count > 1 { groups.append(fields) }
            start = end
        }
        let repeats = groups.reduce(0) { $0 + $1.count - 1 }
        guard repeats * MarketColumn.tolerated > rows.count else { return nil }
        return MarketColumn(groups, excluding: Set(plan.all + plan.timeParts))
    }

    /// The column that holds the market `wanted`: the one that separates rows, else one whose few texts have it; in a long
    /// file, whose sample may be of another market, one whose sampled text is always the same.
    func symbolColumn(of wanted: String, _ plan: ColumnPlan, _ decoder: TimeDecoder) -> Int? {
        if let found = marketColumn(plan, decoder)?.column { return found }
        let used = Set(plan.all + plan.timeParts)
        let key = SymbolFilter.key(wanted)
        let rest = (0..<width).filter { !used.contains($0) }
        let texts = rest.map { column in Set(values(column).map { SymbolFilter.key($0.text) }) }
        if let index = rest.indices.first(where: {
            texts[$0].contains(key) && texts[$0].count * 2 <= max(2, data.count)
        }) {
            return rest[index]
        }
        guard data.count >= Sample.mostRows / 2 else { return nil }
        return rest.indices.first { index in
            texts[index].count == 1 && texts[index].contains { $0.contains(where: \.isLetter) }
        }.map { rest[$0] }
    }
}

/// The refusal of a series in which many rows of one file repeat a time with other prices and a column says why; looks at
/// up to 200 such pairs, read again from the file.
func severalMarkets(_ rows: AssembledRows, files: [FileRows], places: [InputPlace]) -> IngestError? {
    let total = files.reduce(0) { $0 + $1.file.rowCount }
    let areMany = rows.conflicts.count * MarketColumn.tolerated > total
    for (index, place) in places.enumerated() where place.isRereadable && files.indices.contains(index) {
        let layout = files[index].layout
        let pairs = rows.conflictPairs.filter { $0.file == place.name }
        // A day among its hours is one row in 25: lengths of bars are asked for however few rows show them.
        let lengths = layout.lengthColumn
        guard !pairs.isEmpty, areMany || lengths != nil else { continue }
        let lines = physicalLines(Set(pairs.flatMap { [$0.dropped, $0.kept] }), of: place)
        let groups = pairs.compactMap { pair -> [[String]]? in
            guard let one = lines[pair.dropped], let two = lines[pair.kept] else { return nil }
            return [one, two].map { splitFields($0, delimiter: layout.delimiter) }
        }
        var used = Set(layout.plan.all + layout.plan.timeParts + [layout.plan.symbol].compactMap { $0 })
        if !areMany { used.formUnion((0..<layout.width).filter { $0 != lengths }) }
        guard let found = MarketColumn(groups, excluding: used) else { continue }
        let location = SourceLocation(file: place.name, line: pairs[0].dropped)
        return layout.plan.symbol == nil
            ? found.refusal(columnName: layout.columnName(found.column), at: location)
            : found.secondRefusal(columnName: layout.columnName(found.column), at: location)
    }
    return nil
}

/// The refusal of a series whose level of prices changes where the text of an unused column changes for good, too: one market
/// after the other. Looks at up to 20 such places, the rows around which are read again from the file.
func interleavedMarkets(
    _ series: BarSeries, _ rows: AssembledRows, files: [FileRows], places: [InputPlace]
) -> IngestError? {
    let shifts = (1..<max(1, series.count)).lazy.filter { bar in
        let (before, after) = (series.close[bar - 1], series.open[bar])
        return before > 0 && after > 0 && max(before / after, after / before) >= LevelShiftCheck.leastFactor
    }
    for bar in shifts.prefix(20) where bar >= blockRows && bar + blockRows <= series.count {
        let around = ((bar - blockRows)..<(bar + blockRows)).map { rows.location($0) }
        guard let index = places.firstIndex(where: { $0.name == around[0].file }), places[index].isRereadable,
            around.allSatisfy({ $0.file == around[0].file }), files[index].layout.plan.symbol == nil
        else { continue }
        if let refusal = changedName(around, layout: files[index].layout, of: places[index]) { return refusal }
    }
    return nil
}

/// The refusal of rows whose first half has one name in an unused column, and whose second half another.
private func changedName(_ around: [SourceLocation], layout: Layout, of place: InputPlace) -> IngestError? {
    let lines = physicalLines(Set(around.compactMap(\.line)), of: place)
    let fields = around.compactMap { $0.line.flatMap { lines[$0] } }
        .map { splitFields($0, delimiter: layout.delimiter) }
    guard fields.count == 2 * blockRows else { return nil }
    let used = Set(layout.plan.all + layout.plan.timeParts)
    for column in 0..<layout.width where !used.contains(column) {
        let texts = fields.map { $0.indices.contains(column) ? trimmed($0[column]) : "" }
        let (before, after) = (Set(texts.prefix(blockRows)), Set(texts.suffix(blockRows)))
        guard let one = before.first, let two = after.first, before.count == 1, after.count == 1, one != two,
            isName(one), isName(two)
        else { continue }
        return MarketColumn(column: column, names: [one, two].sorted()).refusal(
            columnName: layout.columnName(column), at: around[blockRows])
    }
    return nil
}

/// Rows on either side of a change of level that must have one text each.
private let blockRows = 10

/// Whether a text has more letters than digits, as names of markets have and dates have not.
private func isName(_ text: String) -> Bool {
    text.count(where: \.isLetter) > text.count(where: \.isNumber)
}
