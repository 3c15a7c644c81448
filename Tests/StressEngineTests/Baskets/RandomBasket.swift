import MarginModel
import PriceSeries
import StressBasics
import StudyPlan
import TestSupport

@testable import StressEngine

/// Baskets, platforms and histories drawn at random: legs that have bars at other moments, funding, brackets, collateral.
struct RandomBasket {
    var basket: Basket
    var cell: TestCell
    var markets: [MarketHistory]

    init(_ seed: UInt64, legs: Int? = nil) throws {
        var random = SeededGenerator(seed: seed).stream("baskets")
        func flip(_ odds: UInt64 = 2) -> Bool { random.next() % odds == 0 }
        let count = legs ?? 1 + Int(random.next() % 3)
        var drawn = (0..<count).map { _ in 0.1 + random.uniform() }
        drawn = drawn.map { $0 / drawn.reduce(0, +) }
        basket = Basket(
            name: "b",
            legs: drawn.enumerated().map { place, share in
                BasketLeg(
                    asset: "\(place)", side: random.next() % 2 == 0 ? .long : .short, share: share,
                    rate: random.next() % 3 == 0 ? 0.02 : nil)
            })
        basket.closing = flip() ? .all : .worst
        basket.rebalance = flip(3) ? .minutes(Int64(1 + random.next() % 30)) : nil
        basket.collateral = flip(3) ? BasketCollateral(asset: "c", haircut: flip() ? 0 : 0.2) : nil
        cell = try RandomStudy.cell(.linear, &random)
        (cell.isPartial, cell.schedule, cell.hasBounds) = (false, nil, false)
        if cell.fill == .best { cell.fill = .delay }
        // Prices that are rounded would meet round leverages exactly, and what is equal hangs on the last bit.
        cell.leverage = [2.013, 10.073, 30.117][Int(random.next() % 3)]
        cell.horizon = .minutes(Int64(1 + random.next() % 120))
        markets = try (0..<basket.assets.count).map { place in
            var stream = SeededGenerator(seed: seed).stream("market \(place)")
            return try RandomStudy.market(seed &* 5 &+ UInt64(place), &stream)
        }
    }

    var study: Study { get throws { try cell.study() } }

    var basketCell: BasketCell {
        get throws {
            let study = try study
            return BasketCell(leverage: study.grid.leverages[0], horizon: cell.horizon, platform: "p")
        }
    }

    func job(_ kernel: KernelChoice = .automatic) throws -> BasketJob? {
        BasketJob(study: try study, basket: basket, markets: markets, kernel: kernel)
    }

    /// What becomes of every entry of a complete window; nil where the platform would not have opened it.
    func outcomes(_ mode: AccountMode, _ path: BarPath) throws -> [Int: BasketOutcome] {
        guard let job = try job() else { return [:] }
        let windows = job.windows(cell.horizon)
        let walks = job.walks(try basketCell, BasketVariant(mode: mode, path: path), windows)
        var found: [Int: BasketOutcome] = [:]
        for entry in windows.lastBar.indices {
            guard let (last, isCut) = windows.watched(entry), !isCut,
                !walks.contains(where: { $0.isRejected(entry) })
            else { continue }
            found[entry] = job.outcome(entry, last: last, isCut: false, try basketCell, walks)
        }
        return found
    }
}
