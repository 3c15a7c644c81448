import PriceSeries
import StressBasics

/// Looks behind a price of known name for an open, a high and a low under names that are not known, and for a high and a low of
/// known name without an open, or one of the two without the other.
struct HiddenBars {
    /// Columns of open, high, low and close; the open is nil where none stands beside a high and a low.
    private let open: Int?
    /// One of the two is nil where the header names only the other.
    private let high: Int?
    private let low: Int?
    private let price: Int
    /// Whether bars open near the close before, as bars do.
    private let opensNear: Bool

    /// Most columns that are looked at.
    private static let mostColumns = 24

    /// Nil when no other columns hold a high and a low around the price, or when these are of the past day.
    init?(_ table: SampleTable, price: Int, time: TimeColumn, numbers: NumberNotation) {
        let values = HiddenColumns(table, price: price, time: time, numbers: numbers)
        guard values.rowCount >= 5 else { return nil }
        if let found = values.nearestBars {
            guard !SnapshotGuard(values.rows(found.columns)).isRunning else { return nil }
            (open, high, low, opensNear) = (found.columns[0], found.columns[1], found.columns[2], found.opensNear)
        } else if let found = values.namedExtremes ?? values.loneExtreme {
            // A lone extreme stands for the other one, so that of a ticker stays as both of a ticker's do.
            let columns = [price, found.high ?? found.low, found.low ?? found.high, price].compactMap { $0 }
            guard !SnapshotGuard(values.rows(columns)).isRunning else { return nil }
            (open, high, low, opensNear) = (nil, found.high, found.low, false)
        } else {
            return nil
        }
        self.price = price
    }

    /// The refusal that names the reading which the values show.
    func refusal(_ table: SampleTable, time: TimeColumn) -> IngestError {
        let names = [open, high, low].compactMap { $0 }.map { table.columnName($0) ?? "column \($0)" }
        let alone = "kind: price (--kind price) reads the price alone"
        return IngestError(
            .notRecognised, "cannot take the file for prices alone",
            why: "\(quotedList(names)) \(held)",
            at: SourceLocation(file: table.name, line: table.header?.line),
            hint: reading(time).map { "say so with \($0), or \(alone)" }
                ?? "\(alone); bars need columns: {time: …, open: …, high: …, low: …, close: …}")
    }

    /// What the columns hold beside the price, as a verb phrase.
    private var held: String {
        if low == nil { return "holds a high above the price, and no column is named as the low" }
        if high == nil { return "holds a low below the price, and no column is named as the high" }
        return "hold \(open == nil ? "" : "an open, ")a high and a low around the price"
    }

    /// The setting that reads the bars; nil when the values do not bear it.
    private func reading(_ time: TimeColumn) -> String? {
        guard let open, let high, let low, opensNear else { return nil }
        let plan = ColumnPlan(
            time: time.columns[0], prices: .bars(open: open, high: high, low: low, close: price),
            timeParts: time.columns.count > 1 ? time.columns : [])
        return PriceOrder.Order.assumed.setting(plan)
    }

    fileprivate static func others(_ table: SampleTable, _ price: Int, _ time: TimeColumn) -> [Int] {
        (0..<min(table.width, mostColumns)).filter {
            $0 != price && !time.columns.contains($0)
                && table.columnName($0).map(ColumnNames.hasOtherMeaning) != true
        }
    }
}

/// The numbers of the columns beside a price, sorted by time.
private struct HiddenColumns {
    private let table: SampleTable
    private let price: Int
    private let values: [Int: [Double]]
    private let prices: [Double]
    /// Columns of the price's magnitude.
    private let near: [Int]

    init(_ table: SampleTable, price: Int, time: TimeColumn, numbers: NumberNotation) {
        (self.table, self.price) = (table, price)
        let rows = table.timed(time)
        func column(_ index: Int) -> [Double] {
            rows.map { table.number($0.fields[index], numbers) ?? .nan }
        }
        let others = HiddenBars.others(table, price, time)
        let prices = column(price)
        let values = Dictionary(uniqueKeysWithValues: ([price] + others).map { ($0, column($0)) })
        near = others.filter { other in
            HiddenColumns.mostly(prices.count) { isNear(values[other]?[$0] ?? .nan, prices[$0]) }
        }
        (self.prices, self.values) = (prices, values)
    }

    var rowCount: Int { prices.count }

    /// The rows of some columns.
    func rows(_ columns: [Int]) -> [[Double]] {
        prices.indices.map { row in columns.map { values[$0]?[row] ?? .nan } }.filter { !$0.contains(where: \.isNaN) }
    }

    private func values(_ column: Int) -> [Double] { values[column] ?? [] }

    private var aboves: [Int] { near.filter { high in mostly { values(high)[$0] >= prices[$0] } } }
    private var belows: [Int] { near.filter { low in mostly { values(low)[$0] <= prices[$0] } } }

    /// Open, high, low and close whose bars open nearest to the close before.
    var nearestBars: (columns: [Int], opensNear: Bool)? {
        var best: (columns: [Int], jump: Double)?
        for high in aboves {
            for low in belows where low != high && isApart(low, high) {
                for open in near
                where open != high && open != low && values(open) != prices && isInside(open, low, high) {
                    let jump = jump(open)
                    if jump < best?.jump ?? .infinity { best = ([open, high, low, price], jump) }
                }
            }
        }
        return best.map { ($0.columns, $0.jump * 2 < range($0.columns[2], $0.columns[1])) }
    }

    /// A high and a low by their names.
    var namedExtremes: (high: Int?, low: Int?)? {
        guard let high = named(aboves, ColumnNames.high), let low = named(belows, ColumnNames.low), isApart(low, high)
        else { return nil }
        return (high, low)
    }

    /// A high or a low by its name, where no column beside the price has the name of the other.
    var loneExtreme: (high: Int?, low: Int?)? {
        let others = values.keys.filter { $0 != price }
        let (isHigh, isLow) = (named(others, ColumnNames.high) != nil, named(others, ColumnNames.low) != nil)
        guard isHigh != isLow else { return nil }
        if isHigh {
            return named(aboves, ColumnNames.high).flatMap { isApart(price, $0) ? ($0, nil) : nil }
        }
        return named(belows, ColumnNames.low).flatMap { isApart($0, price) ? (nil, $0) : nil }
    }

    private func named(_ columns: [Int], _ names: [String]) -> Int? {
        columns.first { table.columnName($0).map(plainName).map(names.contains) == true }
    }

    private func isApart(_ low: Int, _ high: Int) -> Bool {
        prices.indices.contains { values(low)[$0] < values(high)[$0] }
    }

    private func isInside(_ open: Int, _ low: Int, _ high: Int) -> Bool {
        mostly { values(open)[$0] <= values(high)[$0] && values(open)[$0] >= values(low)[$0] }
    }

    private func jump(_ open: Int) -> Double {
        zip(values(open).dropFirst(), prices).reduce(0) { $0 + ($1.0.isNaN || $1.1.isNaN ? 0 : abs($1.0 - $1.1)) }
    }

    private func range(_ low: Int, _ high: Int) -> Double {
        zip(values(high), values(low)).reduce(0) { $0 + ($1.0.isNaN || $1.1.isNaN ? 0 : $1.0 - $1.1) }
    }

    private func mostly(_ test: (Int) -> Bool) -> Bool { HiddenColumns.mostly(prices.count, test) }

    private static func mostly(_ count: Int, _ test: (Int) -> Bool) -> Bool {
        (0..<count).count(where: test) * 100 >= count * 99
    }
}

/// Whether two prices are within a factor of two.
private func isNear(_ one: Double, _ other: Double) -> Bool {
    one > 0 && other > 0 && one < 2 * other && other < 2 * one
}
