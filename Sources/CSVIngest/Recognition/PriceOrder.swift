import PriceSeries
import StressBasics

/// Judges in which order four price columns without names stand, by what must hold in every bar: the high is not below
/// and the low not above open and close; and by what mostly holds: a bar opens near the close before.
///
/// Bars whose four prices are equal say nothing and are left out.
struct PriceOrder {
    private var rows: [[Double]] = []

    /// The largest share of bars that may break the rule before an assumed order is refused: 1 in 20. Real files break
    /// it in less than 1 in 100 bars, files read in a wrong order in most.
    static let tolerated = 20
    /// Bars that say something, below which the values prove no unusual order.
    static let leastRows = 20

    /// Four columns of the sampled rows, sorted by time: files come in pages, newest first within each.
    init(_ table: SampleTable, columns: [Int], time: TimeColumn, numbers: NumberNotation) {
        for row in table.timed(time) { append(columns.compactMap { table.number(row.fields[$0], numbers) }) }
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

    /// Whether the four columns are of one magnitude: in half the rows or more the largest is below twice the smallest.
    var isOfOneMagnitude: Bool {
        let near = rows.count { row in
            guard let low = row.min(), let high = row.max(), low > 0 else { return false }
            return high < 2 * low
        }
        return near * 2 >= rows.count
    }

    /// The mean distance from the smallest to the largest of the four prices.
    var meanRange: Double {
        let sum = rows.reduce(0) { $0 + ($1.max() ?? 0) - ($1.min() ?? 0) }
        return sum / Double(max(1, rows.count))
    }

    /// An order and what speaks for it.
    struct Choice {
        var order: Order
        var confidence: RecognisedTrait.Confidence
        var reason: String
        /// The mean distance of an open from the close before, in price.
        var jump: Double
    }

    /// The order of open, high, low and close: the usual one unless the values clearly show another; nil when they
    /// contradict the usual one and show no other.
    var choice: Choice? {
        let isUsualFine = (rows.count - agreeing(.assumed)) * PriceOrder.tolerated <= rows.count
        let usual = isUsualFine ? usualChoice : nil
        guard rows.count >= PriceOrder.leastRows else { return usual }
        let ranked = Order.all.filter { agreeing($0) * 100 >= rows.count * 99 }.sorted { jumps($0) < jumps($1) }
        guard let best = ranked.first, best != .assumed else { return usual }
        guard ranked.dropFirst().allSatisfy({ isClearlyNearer(best, $0) }) else {
            return usual ?? published(among: ranked)
        }
        let share = "\(spacedCount(agreeing(best))) of \(counted(rows.count, "bar"))"
        return Choice(
            order: best, confidence: .likely,
            reason:
                "the values show the order \(best.words): high and low are the extremes in \(share), and bars open near "
                + "the close before", jump: jumps(best) / Double(rows.count))
    }

    /// The one order of those that fit in which a venue publishes bars, unless the values speak against it.
    private func published(among fitting: [Order]) -> Choice? {
        let known = fitting.filter(Order.published.contains)
        guard let order = known.first, known.count == 1, !fitting.contains(where: { isClearlyNearer($0, order) }) else {
            return nil
        }
        let share = "\(spacedCount(agreeing(order))) of \(counted(rows.count, "bar"))"
        return Choice(
            order: order, confidence: .likely,
            reason:
                "high and low are the extremes in \(share) in the order \(order.words), the only such order that a known "
                + "venue publishes", jump: jumps(order) / Double(rows.count))
    }

    private var usualChoice: Choice {
        let share = "\(spacedCount(agreeing(.assumed))) of \(counted(rows.count, "bar"))"
        return Choice(
            order: .assumed, confidence: rows.isEmpty ? .assumed : .likely,
            reason: rows.isEmpty
                ? "the usual order; no sampled bar has different prices"
                : "the values fit the order open, high, low, close in \(share)",
            jump: jumps(.assumed) / Double(max(1, rows.count)))
    }

    /// Whether the values contradict names that a header gives, and what they show instead.
    var contradiction: Order? {
        guard rows.count >= PriceOrder.leastRows else { return nil }
        if (rows.count - agreeing(.assumed)) * 2 > rows.count { return bestOrder() }
        return isExchanged ? .exchanged : nil
    }

    /// Whether bars would open far nearer to the close before if open and close were exchanged: clearly in the count of bars,
    /// and by half the distance in sum.
    var isExchanged: Bool {
        rows.count >= PriceOrder.leastRows && isClearlyNearer(.exchanged, .assumed)
            && jumps(.exchanged) * 2 < jumps(.assumed)
    }

    /// The refusal of an assumed order, when too many bars break its rule.
    func refusal(_ plan: ColumnPlan, at location: SourceLocation) -> IngestError? {
        let broken = rows.count - agreeing(Order.assumed)
        if broken * PriceOrder.tolerated <= rows.count {
            return isExchanged ? exchangedRefusal(plan, at: location) : nil
        }
        let best = bestOrder()
        let note = best.map { "\($0.words) fits \(spacedCount(agreeing($0))) of \(spacedCount(rows.count))" }
        return IngestError(
            .notRecognised, "cannot tell the order of the price columns",
            why: "read as open, high, low, close, \(spacedCount(broken)) of \(counted(rows.count, "bar")) "
                + "have a high that is not the highest or a low that is not the lowest",
            notes: note.map { [$0] } ?? [], at: location,
            hint: best.map { "say which column is which, for example \($0.setting(plan))" }
                ?? "no order of these columns makes bars; name the right ones: columns: {time: …, price: …}")
    }

    private func exchangedRefusal(_ plan: ColumnPlan, at location: SourceLocation) -> IngestError {
        IngestError(
            .notRecognised, "cannot tell open from close", why: "bars open far from the close before as they are read",
            notes: ["with open and close exchanged they open near it"], at: location,
            hint: "say which column is which, for example \(Order.exchanged.setting(plan))")
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

    /// Whether bars of one order open nearer to the close before than those of another far more often than chance would
    /// have it: by four standard deviations of a fair coin, and in six of ten bars that differ.
    private func isClearlyNearer(_ order: Order, _ other: Order) -> Bool {
        var (nearer, farther) = (0, 0)
        for (before, after) in zip(rows, rows.dropFirst()) {
            let own = abs(order.pick(after).0 - order.pick(before).3)
            let rival = abs(other.pick(after).0 - other.pick(before).3)
            if own < rival { nearer += 1 } else if own > rival { farther += 1 }
        }
        let (total, lead) = (Double(nearer + farther), Double(nearer - farther))
        return lead * lead >= 16 * total && lead >= 0.2 * total && total > 0
    }

    private func jumps(_ order: Order) -> Double {
        var sum = 0.0
        for (before, after) in zip(rows, rows.dropFirst()) { sum += abs(order.pick(after).0 - order.pick(before).3) }
        return sum
    }

    /// Which of the four columns holds open, high, low and close.
    struct Order: Equatable {
        var open: Int
        var high: Int
        var low: Int
        var close: Int

        static let assumed = Order(open: 0, high: 1, low: 2, close: 3)
        /// The usual order with open and close exchanged.
        static let exchanged = Order(open: 3, high: 1, low: 2, close: 0)
        /// Orders in which venues publish bars: most; Bitfinex and KuCoin; Gate; Coinbase; CoinMarketCap's tables.
        static let published = [
            assumed, Order(open: 0, high: 2, low: 3, close: 1), Order(open: 3, high: 1, low: 2, close: 0),
            Order(open: 2, high: 1, low: 0, close: 3), Order(open: 2, high: 0, low: 1, close: 3),
        ]
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

        /// The columns of a plan in this order.
        func prices(_ columns: [Int]) -> ColumnPlan.Prices {
            .bars(open: columns[open], high: columns[high], low: columns[low], close: columns[close])
        }

        /// The setting that reads this order, with the file's own positions.
        func setting(_ plan: ColumnPlan) -> String {
            let positions = plan.prices.columns
            let prices = names.map { "\($0.name): \(positions[$0.column])" }
            let volume = plan.volume.map { ["volume: \($0)"] } ?? []
            let times =
                plan.timeParts.count > 1
                ? "[\(plan.timeParts.map(String.init).joined(separator: ", "))]" : "\(plan.time)"
            return "columns: {" + (["time: \(times)"] + prices + volume).joined(separator: ", ") + "}"
        }
    }
}
