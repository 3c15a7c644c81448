import PriceSeries
import StressBasics

/// Looks for a time and four prices by what the columns hold, in files whose header, if any, says nothing known.
///
/// Four columns side by side are prices when they are of one magnitude and one order of open, high, low and close fits
/// nearly every sampled bar. Several fits (bid and ask prices, an average beside the prices) are told apart by how near
/// bars open to the close before, and when that does not tell either, the user is asked.
struct ContentSearch {
    private let table: SampleTable
    private let source: BarSource
    private let time: TimeColumn
    private let numeric: [Int]

    /// Nil when no column holds times.
    init?(_ table: SampleTable, source: BarSource) throws(IngestError) {
        guard table.width >= 5, table.width <= 64, let columns = ContentSearch.timeColumns(table) else { return nil }
        (self.table, self.source) = (table, source)
        time = try TimeColumn.choose([columns], table: table, notation: source.time)
        numeric = (0..<table.width).filter { column in
            guard !columns.contains(column) else { return false }
            let texts = table.values(column)
            return texts.count > 0
                && texts.count { text in
                    NumberStyle.allCases.contains { style in
                        NumberNotation(style).map { table.number(text.text, $0) != nil } ?? false
                    }
                } * 20 >= texts.count * 19
        }
    }

    /// A date with the clock behind it, or the first column that holds times.
    private static func timeColumns(_ table: SampleTable) -> [Int]? {
        for column in 0..<min(table.width, 8) {
            if let clock = table.clockColumn(after: column) { return [column, clock] }
            if case .success = TimeJudge([column], table).verdict { return [column] }
        }
        return nil
    }

    private struct Candidate {
        var columns: [Int]
        var choice: PriceOrder.Choice
        /// The mean distance from low to high, in price.
        var range: Double
    }

    /// The layout that the values show; nil when they show none.
    var layout: Layout? {
        get throws(IngestError) {
            guard numeric.count >= 4 else { return nil }
            let numbers = try NumberChoice.choose(numeric, table: table, style: source.numbers)
            let found = candidates(numbers.notation).sorted { $0.choice.jump < $1.choice.jump }
            guard let best = found.first else { return nil }
            if found.count > 1, best.choice.jump * 2 > found[1].choice.jump || found[1].choice.jump == 0 {
                throw ambiguous(found, numbers.notation)
            }
            if best.columns.contains(where: hasTellingName) {
                let isOther = best.columns.contains { table.columnName($0).map(ColumnNames.hasOtherMeaning) == true }
                guard best.choice.jump * 2 < best.range, !isOther else { return nil }
                throw asked(best)
            }
            return try layout(best, numbers)
        }
    }

    /// Whether the header gives the column a name that may mean something: not a number, nor `col3` or `unnamed`.
    private func hasTellingName(_ column: Int) -> Bool {
        guard let name = table.columnName(column).map(normalizedName), name.contains(where: \.isLetter) else {
            return false
        }
        let word = name.filter(\.isLetter)
        return
            !(["col", "column", "field", "unnamed", "var", "value", "unnamedlevel"].contains(word) || word.count == 1)
            || !name.contains(where: \.isNumber)
    }

    /// Names that are not known are not overruled by values without asking.
    private func asked(_ best: Candidate) -> IngestError {
        IngestError(
            .notRecognised, "cannot tell the price columns", why: "the header's names are not known",
            notes: ["by the values they could be \(best.choice.order.words)"],
            at: SourceLocation(file: table.name, line: table.header?.line),
            hint: "if they are, say so with \(setting(best)); else name the price: columns: {time: …, price: …}")
    }

    private func setting(_ candidate: Candidate) -> String {
        candidate.choice.order.setting(
            ColumnPlan(
                time: time.columns[0], prices: PriceOrder.Order.assumed.prices(candidate.columns),
                timeParts: time.columns.count > 1 ? time.columns : []))
    }

    private func candidates(_ numbers: NumberNotation) -> [Candidate] {
        guard numeric.count >= 4 else { return [] }
        return (0...(numeric.count - 4)).compactMap { start in
            let columns = Array(numeric[start..<(start + 4)])
            guard columns[3] - columns[0] == 3 else { return nil }
            let order = PriceOrder(table, columns: columns, time: time, numbers: numbers)
            guard order.isOfOneMagnitude, let choice = order.choice, choice.confidence != .assumed else { return nil }
            return Candidate(columns: columns, choice: choice, range: order.meanRange)
        }
    }

    private func layout(_ best: Candidate, _ numbers: NumberChoice) throws(IngestError) -> Layout {
        var plan = ColumnPlan(time: time.columns[0], prices: best.choice.order.prices(best.columns))
        let rest = numeric.filter { !best.columns.contains($0) }
        // Without names only a product with the price, or being the one column behind the prices, makes a volume.
        let names = (0..<table.width).map { rest.contains($0) ? "volume" : "" }
        let volumes = VolumeColumns(table, names: names, plain: names, prices: plan.prices, numbers: numbers.notation)
        let isOnlyOne = rest.count == 1 && rest[0] == best.columns[3] + 1
        let chosen = rest.count > 1 ? volumes.choose(.recognised, isTrade: false) : .init()
        if chosen.quote != nil { (plan.volume, plan.quoteVolume) = (chosen.base, chosen.quote) }
        if isOnlyOne { plan.volume = rest[0] }
        let header = table.header == nil ? "columns without header" : "columns whose names are not known"
        var layout = try Layout.make(
            "ohlc", kind: .bars, plan: plan, time: time, numbers: numbers,
            columns: RecognisedTrait(
                "columns", plan.words(table), best.choice.confidence, "\(table.width) \(header); \(best.choice.reason)"),
            table: table, source: source, isOrderAssumed: true)
        if chosen.quote != nil, let trait = chosen.trait { layout.traits.append(trait) }
        return layout
    }

    private func ambiguous(_ found: [Candidate], _ numbers: NumberNotation) -> IngestError {
        let settings = found.prefix(2).map(setting)
        return IngestError(
            .notRecognised, "cannot tell which columns are the prices",
            why: "several columns fit open, high, low and close",
            at: SourceLocation(file: table.name, line: (table.header ?? table.data.first)?.line),
            hint: "say which they are: \(settings.joined(separator: " or "))")
    }
}
