import StressEngine
import StressStatistics
import Testing

/// Compares two tallies of the same cell by different kernels: counts must be equal, sums agree to 10⁻¹² of what was added.
///
/// A sum of equities is a difference of large numbers where leverage is high, so it is judged against the gross amount:
/// leverage times entries.
func expectAgreement(
    _ fast: CellResult, _ plain: CellResult, _ comment: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let (a, b) = (fast.tally, plain.tally)
    let name = "\(comment): \(fast.rules.cell), \(fast.kernel) against \(plain.kernel)"
    #expect(
        a.entries == b.entries && a.excluded == b.excluded && a.rejected == b.rejected, "\(name)",
        sourceLocation: sourceLocation)
    #expect(a.liquidated == b.liquidated, "\(name) liquidated", sourceLocation: sourceLocation)
    #expect(a.unprotected == b.unprotected, "\(name) unprotected", sourceLocation: sourceLocation)
    #expect(a.undecided == b.undecided, "\(name) undecided", sourceLocation: sourceLocation)
    #expect(a.negative == b.negative, "\(name) negative", sourceLocation: sourceLocation)
    #expect(a.timesToLiquidation == b.timesToLiquidation, "\(name) times", sourceLocation: sourceLocation)
    #expect(a.shortfalls == b.shortfalls, "\(name) shortfall bins", sourceLocation: sourceLocation)
    for fill in a.exits.indices {
        expectSums(
            a.exits[fill], b.exits[fill], gross: fast.rules.cell.leverage.value * Double(a.entries.total), name,
            sourceLocation)
        // Block by block: the plain walk adds forward, the sweep backward.
        for (one, other) in zip(a.owed[fill].array, b.owed[fill].array) {
            #expect(
                abs(one - other) <= 1e-11 * max(1, one), "\(name) owed: \(one) against \(other)",
                sourceLocation: sourceLocation)
        }
        let (blocks, chunks) = (a.owed[fill].array.reduce(0, +), a.exitTotals(fill: fill).shortfall)
        #expect(
            a.owed[fill].blockCount == a.entries.blockCount && abs(blocks - chunks) <= 1e-11 * max(1, chunks),
            "\(name) owed in all: \(blocks) against \(chunks)", sourceLocation: sourceLocation)
    }
}

private func expectSums(
    _ a: [ExitSums], _ b: [ExitSums], gross: Double, _ name: String, _ sourceLocation: SourceLocation
) {
    #expect(a.count == b.count, "\(name) chunks", sourceLocation: sourceLocation)
    for (one, other) in zip(a, b) {
        #expect(
            one.negative == other.negative && one.unboundedNegative == other.unboundedNegative
                && one.unboundedPositive == other.unboundedPositive, "\(name) sums", sourceLocation: sourceLocation)
        let pairs =
            [
                ("equity", one.equity, other.equity), ("shortfall", one.shortfall, other.shortfall),
                ("largest", one.largestShortfall, other.largestShortfall),
            ] + zip(one.causes.parts, other.causes.parts).map { ($0.name, $0.value, $1.value) }
        for (what, x, y) in pairs {
            #expect(
                abs(x - y) <= 1e-12 * max(gross, abs(x), abs(y)), "\(name) \(what): \(x) against \(y)",
                sourceLocation: sourceLocation)
        }
    }
}
