import PriceSeries

/// Funding charged since the first bar, as running sums: what a position paid between two bars is their difference.
struct FundingSums: Sendable {
    /// `Σ ρ O` per coin, or `Σ ρ/O` per unit of notional of an inverse contract; empty without funding.
    let sums: [Double]
    /// The same of absolute amounts, by which rounding is bounded.
    let absolute: [Double]

    /// Without funding.
    static let none = FundingSums(charges: [])

    /// O(bars).
    init(_ market: MarketHistory, isInverse: Bool) {
        self.init(
            charges: zip(market.fundingPerBar ?? [], market.series.open).map { rate, open in
                rate == 0 ? 0 : !isInverse ? rate * open : open > 0 ? rate / open : 0
            })
    }

    private init(charges: [Double]) {
        sums = FundingSums.running(charges)
        absolute = FundingSums.running(charges.map(abs))
    }

    private static func running(_ values: [Double]) -> [Double] {
        var sum = 0.0
        return values.map {
            sum += $0
            return sum
        }
    }

    /// What was charged after one bar, up to another.
    @inline(__always)
    func paid(from: Int, to bar: Int) -> Double { sums[bar] - sums[from] }

    /// Bounds what the order of adding can change in a difference of sums up to `bar`.
    @inline(__always)
    func slack(_ bar: Int) -> Double { absolute.isEmpty ? 0 : 2.3e-16 * Double(bar + 16) * absolute[bar] }
}
