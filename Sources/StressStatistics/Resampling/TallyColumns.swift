/// The block sums of a cell's shares and shortfalls, made together: a sum over the blocks that several of them need is added up once.
///
/// Every column is the one that ``CellTally`` makes by itself, to the last bit.
struct TallyColumns {
    /// Of what they are.
    let tally: CellTally
    /// Below zero under each fill rule, liquidated, unprotected; all with the same entries.
    let shares: [BlockShare]
    /// Σ events of each of them.
    let counts: [Double]

    /// Entries below zero in each block under each fill rule, and all of them.
    private let negative: [[Double]]
    private let negativeTotals: [Double]
    private let entries: [UInt32]
    private let exposure: Exposure
    private let isCut: Bool

    /// O(fill rules × blocks).
    init(_ tally: CellTally) {
        self.tally = tally
        (entries, exposure, isCut) = (tally.entries.array, tally.exposure, tally.cut.watched.total > 0)
        negative = tally.negative.map { $0.array.map(\.value) }
        let events = negative + [tally.liquidated, tally.unprotected].map { $0.array.map(Double.init) }
        let plain = columnSums(events)
        negativeTotals = Array(plain[..<negative.count])
        let scaled = isCut ? TallyColumns.scaled(events, plain, tally, exposure) : events
        shares = scaled.map { [entries] in BlockShare(events: $0, entries: entries) }
        counts = isCut ? columnSums(scaled) : plain
    }

    /// As ``CellTally/share(_:_:)``.
    private static func scaled(
        _ events: [[Double]], _ counts: [Double], _ tally: CellTally, _ exposure: Exposure
    ) -> [[Double]] {
        let shares =
            tally.negativeTimes.map(exposure.share)
            + [exposure.share(tally.timesToLiquidation), exposure.share(tally.timesToUnprotected)]
        return events.indices.map { place in
            let frequency = exposure.entries > 0 ? counts[place] / Double(exposure.entries) : 0
            return frequency > 0 ? events[place].map { $0 * (shares[place] / frequency) } : events[place]
        }
    }

    /// The fill rules under which anything ended below zero.
    var negativeFills: [Int] { tally.roles.indices.filter { tally.negative[$0].total > 0 } }

    /// The frequency of a share; nil without entries.
    func frequency(_ place: Int) -> Double? {
        exposure.entries > 0 ? counts[place] / Double(exposure.entries) : nil
    }

    /// The frequency of the liquidated; nil without entries.
    var liquidatedFrequency: Double? { frequency(tally.roles.count) }

    /// For each of some fill rules ``CellTally/meanShortfall(fill:)`` and ``CellTally/shortfallPerEntry(fill:)``.
    func shortfalls(_ fills: [Int]) -> [BlockRatio] {
        let sums = fills.map { tally.blockShortfalls[$0].array }
        let held = entries.map(Double.init)
        return zip(fills, zip(sums, columnSums(sums))).flatMap { fill, column in
            let (sums, total) = column
            let events = isCut ? exposure.rawShare(tally.negativeTimes[fill]) : 0
            let perEntry = isCut ? exposure.shortfall(tally.negativeTimes[fill]) : 0
            let mean = events > 0 ? perEntry / events : 0
            return [
                ratio(sums, total, weights: negative[fill], negativeTotals[fill], mean: mean),
                // Whole numbers: every order of adding them gives the same.
                ratio(sums, total, weights: held, Double(exposure.entries), mean: perEntry),
            ]
        }
    }

    private func ratio(
        _ sums: [Double], _ total: Double, weights: [Double], _ weight: Double, mean: Double
    ) -> BlockRatio {
        let value = weight > 0 ? total / weight : 0
        guard isCut, value > 0 else { return BlockRatio(sums: sums, weights: weights) }
        return BlockRatio(sums: sums.map { $0 * (mean / value) }, weights: weights)
    }
}
