import StressBasics
import StressResults
import StressStatistics
import StudyPlan

@testable import StressReport

/// A report with two baskets in every cell, invented; one of them with a name that a page must not believe.
func makeBasketReport() throws -> RunReport {
    var report = try makeReport(leverages: [3, 20], horizons: [.days(7)]) { _ in makeEstimate() }
    let asset = report.study.inputs[0].asset
    var pair = Basket(
        name: "<b>pair</b> & \u{202E}co",
        legs: [
            BasketLeg(asset: asset, side: .long, share: 0.625),
            BasketLeg(asset: asset, side: .short, share: 0.375, rate: 0.021),
        ])
    (pair.closing, pair.rebalance) = (.worst, .days(2))
    pair.collateral = BasketCollateral(asset: asset, haircut: 0.08)
    let single = Basket(name: "single", legs: [BasketLeg(asset: asset, side: .long, share: 1)])
    report.study.baskets = [pair, single]
    report.baskets = report.study.baskets.flatMap { basket in
        report.study.basketCells.flatMap { cell in
            basket.modes.enumerated().map { makeBasketResult(basket, cell, $1, place: $0) }
        }
    }
    return report
}

private func makeBasketResult(_ basket: Basket, _ cell: BasketCell, _ mode: AccountMode, place: Int) -> BasketResult {
    func estimate(_ place: Int) -> BasketEstimate {
        var estimate = BasketEstimate(makeBasketTally(place, cell.leverage.value), excludedBefore: 13)
        let share = estimate.negativeShare ?? 0
        estimate.negativeInterval = Interval(low: share * 0.71, high: share * 1.43 + 0.0007)
        return estimate
    }
    var own = estimate(place)
    if mode != .alone { own.change = BasketChange(from: estimate(0), to: own) }
    let others = OtherPaths([
        (.together, estimate(place)), (.apart, estimate(place + 4)), (.adverse, estimate(place + 7)),
    ])
    return BasketResult(
        basket: basket, cell: cell, mode: mode, fill: "delay", estimate: own,
        others: basket.isOnPath(mode) ? others : nil)
}

/// 4,321 entries, of which some are closed and some owe.
private func makeBasketTally(_ place: Int, _ leverage: Double) -> BasketTally {
    var tally = BasketTally(barLength: .hours(1))
    tally.beginChunk()
    tally.beginBlock()
    for entry in 0..<4321 {
        let isClosed = entry % (5 + place) == 0
        let isOwing = isClosed && entry % 37 == place
        let equity = isOwing ? -0.0113 * Double(entry % 11 + 1) : 1 + leverage * (Double(entry % 97) / 970 - 0.0412)
        tally.add(
            EntryExit(equity: isOwing ? equity : max(0.001, equity), closedBar: isClosed ? entry + 1 : nil),
            legsClosed: isClosed ? EventCount(1 + place % 2) : .zero, tolerance: 1e-12,
            path: WatchedPath(liquidatedAfter: isClosed ? 1 : nil, unprotectedAfter: nil, cutAfter: nil),
            closedAfter: isClosed ? 1 : nil)
    }
    return tally
}
