import PriceSeries
import StressBasics

/// Finds the volume in the base currency among the columns that may be volumes.
///
/// Where two of them are there, the one that times the price gives the other is in the base currency; names only decide
/// where nothing can be multiplied.
struct VolumeColumns {
    private let table: SampleTable
    private let names: [String]
    private let plain: [String]
    private let prices: ColumnPlan.Prices
    private let numbers: NumberNotation

    /// What was found; all nil without a volume.
    struct Choice {
        var base: Int?
        var quote: Int?
        var trait: RecognisedTrait?
    }

    init(
        _ table: SampleTable, names: [String], plain: [String], prices: ColumnPlan.Prices, numbers: NumberNotation
    ) {
        (self.table, self.names, self.plain, self.prices, self.numbers) = (table, names, plain, prices, numbers)
    }

    func choose(_ rule: FormatRule.VolumeRule, isTrade: Bool) -> Choice {
        switch rule {
        case .none: return Choice()
        case .column(let name):
            return Choice(base: names.firstIndex(of: name))
        case .recognised:
            if isTrade, let size = first(of: ColumnNames.size + ["volume", "vol"]) { return byName(size) }
            return pair ?? named ?? Choice()
        }
    }

    private func first(of wanted: [String]) -> Int? {
        wanted.lazy.compactMap { plain.firstIndex(of: $0) }.first
    }

    private var candidates: [Int] {
        names.indices.filter { column in
            names[column].hasPrefix("vol") || ColumnNames.baseVolume.contains(plain[column])
                || ColumnNames.quoteVolume.contains(names[column])
        }
        // What was traded in the past day is not a bar's.
        .filter { !prices.columns.contains($0) && !names[$0].contains("24h") }
    }

    /// The two columns of which one times the price is the other in nearly all rows that can tell.
    private var pair: Choice? {
        let columns = candidates
        for (place, a) in columns.enumerated() {
            for b in columns[(place + 1)...] {
                let votes = votes(a, b)
                let decided = votes.first + votes.second
                guard decided >= 20, decided * 5 >= votes.rows * 4 else { continue }
                let (base, quote) = votes.first >= votes.second ? (a, b) : (b, a)
                let share = "\(spacedCount(decided)) of \(counted(votes.rows, "row"))"
                return Choice(
                    base: base, quote: quote,
                    trait: RecognisedTrait(
                        "volume", "column \(base) in base currency, column \(quote) in quote currency", .certain,
                        "one times the price is the other in \(share)"))
            }
        }
        return nil
    }

    /// Sampled rows in which column `a`, or column `b`, is the base currency's.
    private func votes(_ a: Int, _ b: Int) -> (rows: Int, first: Int, second: Int) {
        var (rows, first, second) = (0, 0, 0)
        let price = prices.columns[prices.columns.count - 1]
        for row in table.data where row.fields.count == table.width {
            guard let one = volume(row.fields[a]), let two = volume(row.fields[b]), one > 0, two > 0,
                let level = table.number(row.fields[price], numbers), level > 0
            else { continue }
            rows += 1
            if volumesAreSwapped(two, one, price: level) { first += 1 }
            if volumesAreSwapped(one, two, price: level) { second += 1 }
        }
        return (rows, first, second)
    }

    private func volume(_ text: String) -> Double? {
        var notation = numbers
        notation.hasSuffixes = true
        return table.number(text, notation)
    }

    /// By name alone: the surest name of a base volume, else the first that begins so and is not called after the quote.
    private var named: Choice? {
        if let column = first(of: ColumnNames.baseVolume), !prices.columns.contains(column),
            !ColumnNames.quoteVolume.contains(names[column])
        {
            return byName(column)
        }
        return candidates.first { !ColumnNames.quoteVolume.contains(names[$0]) }.map(byName)
    }

    private func byName(_ column: Int) -> Choice {
        let isAlone = candidates.count <= 1
        return Choice(
            base: column,
            trait: RecognisedTrait(
                "volume", "column \(column) in base currency", isAlone ? .assumed : .likely,
                isAlone ? "the only volume; nothing tells its currency" : "by its name; no second volume confirms it"))
    }
}
