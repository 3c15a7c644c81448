import StressEngine
import StressStatistics
import TestSupport
import Testing

/// Compares two tallies of the same cell by different kernels: counts must be equal, sums agree to 10⁻¹² of what was added.
///
/// A sum of equities is a difference of large numbers where leverage is high, so it is judged against the gross amount:
/// leverage times entries. What is equal to the last bit is not weighed.
func expectAgreement(
    _ fast: CellResult, _ plain: CellResult, _ comment: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let (a, b) = (fast.tally, plain.tally)
    // Written where something differs: a cell's description costs more than comparing it.
    func name() -> String { "\(comment()): \(fast.rules.cell), \(fast.kernel) against \(plain.kernel)" }
    #expect(
        a.entries == b.entries && a.excluded == b.excluded && a.rejected == b.rejected, "\(name())",
        sourceLocation: sourceLocation)
    #expect(a.liquidated == b.liquidated, "\(name()) liquidated", sourceLocation: sourceLocation)
    #expect(a.unprotected == b.unprotected, "\(name()) unprotected", sourceLocation: sourceLocation)
    #expect(a.undecided == b.undecided, "\(name()) undecided", sourceLocation: sourceLocation)
    #expect(a.timesToLiquidation == b.timesToLiquidation, "\(name()) times", sourceLocation: sourceLocation)
    #expect(
        a.timesToUnprotected == b.timesToUnprotected, "\(name()) times to the first bar below zero",
        sourceLocation: sourceLocation)
    #expect(a.cut == b.cut, "\(name()) cut", sourceLocation: sourceLocation)
    for fill in a.exits.indices {
        // Probabilities come from figures that differ by rounding; what is certain is equal.
        let (share, plainShare) = (
            a.exposure.rawShare(a.negativeTimes[fill]), b.exposure.rawShare(b.negativeTimes[fill])
        )
        #expect(abs(share - plainShare) <= 1e-8 * max(1, plainShare), "\(name()) share", sourceLocation: sourceLocation)
        let isLawful = if case .delay = fast.rules.fills[fill].rule { true } else { false }
        let slack = isLawful ? 1e-8 : 0
        expectEvents(
            a.negative[fill].array, b.negative[fill].array, slack: slack, "\(name()) negative", sourceLocation)
        expectHistograms(
            a.shortfalls[fill], b.shortfalls[fill], slack: slack * Double(a.entries.total), name(), sourceLocation)
        expectSums(
            a.exits[fill], b.exits[fill], gross: fast.rules.cell.leverage.value * Double(a.entries.total),
            slack: slack * Double(a.entries.total), name(), sourceLocation)
        // Block by block: the plain walk adds forward, the sweep backward.
        if let (one, other) = leastAlike(a.blockShortfalls[fill].array, b.blockShortfalls[fill].array) {
            #expect(
                abs(one - other) <= (isLawful ? 1e-8 : 1e-11) * max(1, one), "\(name()) owed: \(one) against \(other)",
                sourceLocation: sourceLocation)
        }
        let (blocks, chunks) = (a.blockShortfalls[fill].array.reduce(0, +), a.exitTotals(fill: fill).shortfall)
        #expect(
            a.blockShortfalls[fill].blockCount == a.entries.blockCount
                && abs(blocks - chunks) <= 1e-11 * max(1, chunks),
            "\(name()) owed in all: \(blocks) against \(chunks)", sourceLocation: sourceLocation)
    }
}

private func expectEvents(
    _ a: [EventCount], _ b: [EventCount], slack: Double, _ name: @autoclosure () -> String,
    _ sourceLocation: SourceLocation
) {
    if a == b { return }
    #expect(a.count == b.count, "\(name()) blocks", sourceLocation: sourceLocation)
    for (one, other) in zip(a, b) where one != other {
        #expect(
            abs((one - other).value) <= slack * max(1, one.value), "\(name()): \(one.value) against \(other.value)",
            sourceLocation: sourceLocation)
    }
}

private func expectHistograms(
    _ a: LogHistogram, _ b: LogHistogram, slack: Double, _ name: @autoclosure () -> String,
    _ sourceLocation: SourceLocation
) {
    if slack == 0 { return #expect(a == b, "\(name()) shortfall bins", sourceLocation: sourceLocation) }
    #expect(abs((a.total - b.total).value) <= slack, "\(name()) shortfall bins", sourceLocation: sourceLocation)
    for share in [0.1, 0.5, 0.9] {
        // A rank may lie at the edge of a bin.
        let (one, other) = (a.quantile(share) ?? 0, b.quantile(share) ?? 0)
        #expect(
            abs(one - other) <= 0.011 * one, "\(name()) shortfall quantile \(share)", sourceLocation: sourceLocation)
    }
}

private func expectSums(
    _ a: [ExitSums], _ b: [ExitSums], gross: Double, slack: Double, _ name: @autoclosure () -> String,
    _ sourceLocation: SourceLocation
) {
    if a == b { return }
    #expect(a.count == b.count, "\(name()) chunks", sourceLocation: sourceLocation)
    for (one, other) in zip(a, b) where one != other {
        #expect(
            abs((one.negative - other.negative).value) <= slack
                && abs((one.cutNegative - other.cutNegative).value) <= slack && one.cutUnbounded == other.cutUnbounded
                && one.unboundedNegative == other.unboundedNegative
                && one.unboundedPositive == other.unboundedPositive, "\(name()) sums", sourceLocation: sourceLocation)
        let pairs =
            [
                ("equity", one.equity, other.equity), ("shortfall", one.shortfall, other.shortfall),
                ("largest", one.largestShortfall, other.largestShortfall),
            ] + zip(one.causes.parts, other.causes.parts).map { ($0.name, $0.value, $1.value) }
        for (what, x, y) in pairs where x != y {
            #expect(
                abs(x - y) <= max(1e-12, slack > 0 ? 1e-9 : 0) * max(gross, abs(x), abs(y)),
                "\(name()) \(what): \(x) against \(y)",
                sourceLocation: sourceLocation)
        }
    }
}
