import PriceSeries
import StressBasics

/// Judges in which order four price columns without names stand, by what must hold in every bar: the high is not below
/// and the low not above open and close.
///
/// Bars whose four prices are equal say nothing and are left out.
struct PriceOrder {
    private var rows: [[Double]] = []

    /// The largest share of bars that may break the rule before an assumed order is refused: 1 in 20. Real files break
    /// it in less than 1 in 100 bars, files read in a wrong order in most.
    static let tolerated = 20

    /// The four price columns of the sampled rows, in time order; nil for a plan with a single price.
    init?(_ table: SampleTable, plan: ColumnPlan) {
        guard case .bars(let open, let high, let low, let close) = plan.prices else { return nil }
        let wanted = [open, high, low, close]
        for row in table.data where row.fields.count == table.width {
            append(wanted.compactMap { decimal(row.fields[$0]) })
        }
        let times = table.values(plan.time).compactMap { withBytes($0.text, TimeDecoder.automatic.read)?.milliseconds }
        if let first = times.first, let last = times.last, last < first { rows.reverse() }
    }

    /// The first bars of a series that was read in an assumed order.
    init(_ bars: BarColumns) {
        for index in 0..<min(bars.count, 100_000) {
            append([bars.open[index], bars.high[index], bars.low[index], bars.close[index]])
        }
    }

    private mutating func append(_ prices: [Double]) {
        if prices.count == 4, Set(prices).count > 1 { rows.append(prices) }
    }

    /// Throws when open, high, low, close is not what the values show.
    func check(_ plan: ColumnPlan, at table: SampleTable) throws(IngestError) {
        let location = SourceLocation(file: table.name, line: table.data.first?.line)
        if let refusal = refusal(plan, at: location) { throw refusal }
    }

    /// The refusal of an assumed order, when too many bars break its rule.
    func refusal(_ plan: ColumnPlan, at location: SourceLocation) -> IngestError? {
        let broken = rows.count - agreeing(Order.assumed)
        guard broken * PriceOrder.tolerated > rows.count else { return nil }
        let best = bestOrder()
        let note = best.map { "\($0.words) fits \(spacedCount(agreeing($0))) of \(spacedCount(rows.count))" }
        return IngestError(
            .notRecognised, "cannot tell the order of the price columns",
            why: "read as open, high, low, close, \(spacedCount(broken)) of \(counted(rows.count, "bar")) "
                + "have a high that is not the highest or a low that is not the lowest",
            notes: note.map { [$0] } ?? [], at: location,
            hint: "say which column is which, for example \((best ?? .assumed).setting(plan))")
    }

    private func agreeing(_ order: Order) -> Int {
        rows.count { row in
            let (open, high, low, close) = order.pick(row)
            return high >= open && high >= close && low <= open && low <= close
        }
    }

    /// The order that fits nearly all bars; of two that differ only in what opens and what closes, the one whose bars
    /// open nearer to the close before.
    private func bestOrder() -> Order? {
        let fitting = Order.all.filter { agreeing($0) * 100 >= rows.count * 99 }
        return fitting.min { jumps($0) < jumps($1) }
    }

    private func jumps(_ order: Order) -> Double {
        var sum = 0.0
        for (before, after) in zip(rows, rows.dropFirst()) { sum += abs(order.pick(after).0 - order.pick(before).3) }
        return sum
    }

    /// Which of the four columns holds open, high, low and close.
    private struct Order {
        var open: Int
        var high: Int
        var low: Int
        var close: Int

        static let assumed = Order(open: 0, high: 1, low: 2, close: 3)
        static let all: [Order] = (0..<4).flatMap { open in
            (0..<4).flatMap { high in
                (0..<4).compactMap { low in
                    guard Set([open, high, low]).count == 3 else { return nil }
                    return Order(open: open, high: high, low: low, close: 6 - open - high - low)
                }
            }
        }

        func pick(_ row: [Double]) -> (Double, Double, Double, Double) { (row[open], row[high], row[low], row[close]) }

        private var names: [(name: String, column: Int)] {
            [("open", open), ("high", high), ("low", low), ("close", close)].sorted { $0.1 < $1.1 }
        }

        var words: String { names.map(\.name).joined(separator: ", ") }

        /// The setting that reads this order, with the file's own positions.
        func setting(_ plan: ColumnPlan) -> String {
            let positions = plan.all
            let prices = names.map { "\($0.name): \(positions[$0.column + 1])" }
            let volume = plan.volume.map { ["volume: \($0)"] } ?? []
            return "columns: {" + (["time: \(plan.time)"] + prices + volume).joined(separator: ", ") + "}"
        }
    }
}
