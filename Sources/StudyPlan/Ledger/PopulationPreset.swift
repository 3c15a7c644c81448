import StressBasics

/// A population whose leverages somebody published.
public struct PopulationPreset: Hashable, Sendable {
    /// What a study calls it.
    public let name: String
    /// Who trades.
    public let classes: [TraderClass]
    /// What it is and where its figures are from, in a sentence or two.
    public let source: String

    init(_ name: String, long: [(Double, Double)], short: [(Double, Double)], source: String) {
        (self.name, self.source) = (name, source)
        func classes(_ side: Side, _ weights: [(Double, Double)]) -> [TraderClass] {
            weights.compactMap { leverage, weight in
                Leverage(leverage).map { TraderClass(side: side, leverage: $0, weight: weight) }
            }
        }
        self.classes = classes(.long, long) + classes(.short, short)
    }
}

extension PopulationPreset {
    /// All of them.
    public static let all: [PopulationPreset] = [bitmex2019, ftx2021]

    /// Leverages on BitMEX's XBTUSD, May 2018 to April 2019: an exponential law on (0, 100×] through the published 80th percentiles
    /// by contracts, 54× for longs and 47× for shorts, cut into six classes; its means, 31.6× and 27.8×, lie among the published
    /// monthly ones, 22–39× and 26–37×. BitMEX, "Leverage Statistics, April 2019", 2019-05-15. Effective leverages of open positions,
    /// not those at the entry.
    private static let bitmex2019 = PopulationPreset(
        "bitmex-2019",
        long: [(2, 8), (5, 9), (10, 18), (25, 28), (50, 17), (75, 20)],
        short: [(2, 10), (5, 11), (10, 20), (25, 29), (50, 10), (75, 20)],
        source:
            "BitMEX, Leverage Statistics, April 2019 (2019-05-15): 80 % of contracts at most 54× long and 47× short; an exponential "
            + "law through them")

    /// Leverages on FTX as the exchange gave them on 2021-07-25, 2× on average and way less than 1 % above 20×: an exponential law above
    /// 1× with that mean, cut into four classes, the same for both sides. The exchange's own word, and not checked by anyone.
    private static let ftx2021 = PopulationPreset(
        "ftx-2021", long: [(1, 34), (2, 43), (3, 18), (5, 5)], short: [(1, 34), (2, 43), (3, 18), (5, 5)],
        source:
            "FTX, S. Bankman-Fried on 2021-07-25: about 2× on average, way less than 1 % above 20×; an exponential law above 1×"
    )
}
