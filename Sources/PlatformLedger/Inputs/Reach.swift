import MarginModel

/// How a trigger price moves while funding is paid, and how far prices go within a window. An object, so that a look counts one reference.
final class Reach: Sendable {
    private let asset: LedgerAsset
    /// What a unit of funding per coin moves a trigger price by, at least and at most.
    private let slopes: ClosedRange<Double>
    /// `Σ |ρ O|` up to each bar; nil without funding.
    private let paid: [Double]?
    private let lows: SlidingExtremes
    private let highs: SlidingExtremes

    init(_ asset: LedgerAsset, tiers: MaintenanceTiers) {
        self.asset = asset
        let most = tiers.tiers.map(\.rate).max() ?? 0
        slopes = 1 / (1 + most)...1 / (1 - most)
        paid = asset.fundingSums.map { sums in
            var (sum, before) = (0.0, 0.0)
            return sums.map { value in
                sum += abs(value - before)
                before = value
                return sum
            }
        }
        let series = asset.market.series
        // Funding paid so far is as good as a price that much worse.
        let lows = asset.fundingSums.map { zip(series.low, $0).map { $0 - $1 } } ?? series.low
        let highs = asset.fundingSums.map { zip(series.high, $0).map { $0 - $1 } } ?? series.high
        self.lows = SlidingExtremes(lows.map { -$0 })
        self.highs = SlidingExtremes(highs)
    }

    /// The lowest and the highest price of a window, each less what funding has added up to there.
    func worst(entry: Int, last: Int) -> (low: Double, high: Double) {
        (-lows.most(entry + 1...last), highs.most(entry + 1...last))
    }

    /// Where a position stands among trigger prices: what its trigger price is without funding, less the funding that others
    /// have paid before it.
    @inline(__always)
    static func key(trigger: Double, sign: Double, fundingSum: Double) -> Double { sign * (trigger - fundingSum) }

    /// No position whose key is below this is due where `checked` is the worst price; `oldest` is the entry of the oldest, and a dated
    /// schedule asks for `maintenance` a coin, which moves every trigger price as much as funding does.
    @inline(__always)
    func threshold(checked: Double, sign: Double, bar: Int, oldest: Int, maintenance: Double) -> Double {
        let asked = maintenance * slopes.upperBound * (1 + 1e-9)
        guard let sums = asset.fundingSums, let paid else { return sign * checked - asked - 1e-9 * abs(checked) }
        let slack = (paid[bar] - paid[oldest]) * max(slopes.upperBound - 1, 1 - slopes.lowerBound)
        return sign * (checked - sums[bar]) - asked - slack * (1 + 1e-9) - 1e-9 * (abs(checked) + abs(sums[bar]))
    }
}

/// The largest value of any run of a column: of blocks of powers of two. O(n log n) memory would be a table; blocks of 64 suffice.
struct SlidingExtremes {
    private let values: [Double]
    private let blocks: [Double]
    private static let width = 64

    init(_ values: [Double]) {
        self.values = values
        blocks = stride(from: 0, to: values.count, by: Self.width).map { start in
            values[start..<min(start + Self.width, values.count)].max() ?? -.infinity
        }
    }

    /// O(√ of the run, about).
    func most(_ range: ClosedRange<Int>) -> Double {
        var (place, most) = (range.lowerBound, -Double.infinity)
        while place <= range.upperBound {
            if place % Self.width == 0, place + Self.width - 1 <= range.upperBound {
                most = max(most, blocks[place / Self.width])
                place += Self.width
            } else {
                most = max(most, values[place])
                place += 1
            }
        }
        return most
    }
}
