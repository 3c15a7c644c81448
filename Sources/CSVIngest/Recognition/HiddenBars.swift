import PriceSeries
import StressBasics

/// Looks behind a price of known name for an open, a high and a low under names that are not known.
struct HiddenBars {
    /// Columns of open, high, low and close.
    let columns: [Int]

    /// Most columns that are looked at.
    private static let mostColumns = 24

    /// Nil when no three other columns hold an open, a high and a low around the price.
    init?(_ table: SampleTable, price: Int, time: TimeColumn, numbers: NumberNotation) {
        let rows = table.timed(time)
        func column(_ index: Int) -> [Double] {
            rows.map { table.number($0.fields[index], numbers) ?? .nan }
        }
        let prices = column(price)
        guard rows.count >= 5 else { return nil }
        let others = (0..<min(table.width, HiddenBars.mostColumns)).filter {
            $0 != price && !time.columns.contains($0)
        }
        let values = (0..<table.width).map { others.contains($0) ? column($0) : [] }
        func mostly(_ test: (Int) -> Bool) -> Bool { rows.indices.count(where: test) * 100 >= rows.count * 99 }
        func isNear(_ one: Double, _ other: Double) -> Bool {
            one > 0 && other > 0 && one < 2 * other && other < 2 * one
        }
        let near = others.filter { other in mostly { isNear(values[other][$0], prices[$0]) } }
        var best: (columns: [Int], jump: Double)?
        for high in near where mostly({ values[high][$0] >= prices[$0] }) {
            for low in near where low != high && mostly({ values[low][$0] <= prices[$0] }) {
                guard rows.indices.contains(where: { values[low][$0] < values[high][$0] }) else { continue }
                for open in near where open != high && open != low && values[open] != prices {
                    let (o, h, l) = (values[open], values[high], values[low])
                    guard mostly({ o[$0] <= h[$0] && o[$0] >= l[$0] }) else { continue }
                    let jump = zip(o.dropFirst(), prices).reduce(0) { $0 + abs($1.0 - $1.1) }
                    if jump < best?.jump ?? .infinity { best = ([open, high, low, price], jump) }
                }
            }
        }
        guard let best else { return nil }
        columns = best.columns
    }

    /// The refusal that names the reading which the values show.
    func refusal(_ table: SampleTable, time: TimeColumn) -> IngestError {
        let plan = ColumnPlan(
            time: time.columns[0],
            prices: .bars(open: columns[0], high: columns[1], low: columns[2], close: columns[3]),
            timeParts: time.columns.count > 1 ? time.columns : [])
        let names = columns.prefix(3).map { table.columnName($0) ?? "column \($0)" }
        return IngestError(
            .notRecognised, "cannot take the file for prices alone",
            why: "\(quotedList(names)) hold an open, a high and a low around the price",
            at: SourceLocation(file: table.name, line: table.header?.line),
            hint: "say so with \(PriceOrder.Order.assumed.setting(plan)), or kind: price to read the price alone")
    }
}
