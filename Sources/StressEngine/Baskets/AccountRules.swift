import MarginModel
import PriceSeries
import StressBasics
import StudyPlan

/// A position of an account with every choice made.
struct AccountLeg: Sendable {
    /// Place among the basket's series: it decides on prices and on luck.
    let series: Int
    /// Its part of the basket.
    let share: Double
    /// What it is opened with.
    let terms: PositionTerms
    /// What exits and rebalancing trade at, by its own bars.
    let pricing: ExitPricing
    /// What liquidations are filled by.
    let fill: ResolvedFill

    var sign: Double { terms.side.sign }
}

/// What the margin of an account is held in, with every choice made.
struct AccountCollateral: Sendable {
    /// Place among the basket's series.
    let series: Int
    /// What it is worth at the entry, quote currency.
    let margin: Double
    /// The part that counts in checks.
    let counted: Double
    let pricing: ExitPricing
    let fill: ResolvedFill
}

/// An account of a basket's legs, or of one of them, on one platform.
struct AccountRules: Sendable {
    /// At least one; all, or one of the basket's.
    let legs: [AccountLeg]
    let collateral: AccountCollateral?
    let path: BarPath
    let closing: AccountClosing
    /// Nil where legs are left as they are.
    let rebalance: TimeSpan?
    let platform: PlatformRules
    /// For each movement of the path where each leg goes, and behind them the collateral.
    let movements: [[Course]]

    /// Where a price goes in a movement.
    enum Course: Sendable {
        case stays
        case falls
        case rises
        case closes
    }

    init(
        legs: [AccountLeg], collateral: AccountCollateral?, basket: Basket, path: BarPath, platform: PlatformRules
    ) {
        (self.legs, self.collateral, self.path, self.platform) = (legs, collateral, path, platform)
        (closing, rebalance) = (basket.closing, legs.count > 1 ? basket.rebalance : nil)
        movements = path.movements(falling: legs.map { $0.sign > 0 } + (collateral == nil ? [] : [true]))
    }

    /// Where prices go when a platform looks at closes alone: straight there, all at once.
    var toCloses: [Course] { Array(repeating: .closes, count: legs.count + (collateral == nil ? 0 : 1)) }

    /// What a liquidation takes of the traded notional.
    var liquidationFee: Double { platform.fees.close + platform.fees.liquidation }

    /// Whether fills are known by a law, and entries that are due are walked at many points of it.
    var isLawful: Bool { legs.contains { $0.fill.law != nil } || collateral?.fill.law != nil }
}

extension BarPath {
    /// The movements, each from the opens; those in which nothing moves are left out.
    ///
    /// - Parameter falling: for each series whether its adverse extreme is its low.
    func movements(falling: [Bool]) -> [[AccountRules.Course]] {
        typealias Course = AccountRules.Course
        func adverse(_ falls: Bool) -> Course { falls ? .falls : .rises }
        let all: [[Course]]
        switch self {
        case .sides: all = [falling.map { $0 ? .falls : .stays }, falling.map { $0 ? .stays : .rises }]
        case .together: all = [falling.map { _ in .falls }, falling.map { _ in .rises }]
        case .apart:
            all = falling.indices.map { mover in
                falling.enumerated().map { $0 == mover ? adverse($1) : .stays }
            }
        case .adverse: all = [falling.map(adverse)]
        }
        return all.filter { $0.contains { $0 != .stays } }
    }
}
