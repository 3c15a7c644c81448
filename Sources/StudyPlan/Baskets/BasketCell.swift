import StressBasics

/// One basket at one leverage, for one holding time, on one platform.
public struct BasketCell: Hashable, Codable, Sendable {
    /// `L` of the account.
    public var leverage: Leverage
    /// The longest that legs are held.
    public var horizon: TimeSpan
    /// Name of the platform.
    public var platform: String

    /// A cell of the given values.
    public init(leverage: Leverage, horizon: TimeSpan, platform: String) {
        (self.leverage, self.horizon, self.platform) = (leverage, horizon, platform)
    }
}

extension Study {
    /// What every basket is tried in: leverage, holding time, platform, the last running fastest.
    public var basketCells: [BasketCell] {
        grid.leverages.flatMap { leverage in
            grid.horizons.flatMap { horizon in
                platforms.map { BasketCell(leverage: leverage, horizon: horizon, platform: $0.name) }
            }
        }
    }

    /// The one of them that the first sentence on baskets speaks of: the headline's.
    public var headlineBasketCell: BasketCell? {
        headlineCell.map { BasketCell(leverage: $0.leverage, horizon: $0.horizon, platform: $0.platform) }
    }
}

extension Basket {
    /// Whether paths can differ: whether an account holds more than one series.
    public func isOnPath(_ mode: AccountMode) -> Bool { collateral != nil || (mode == .cross && legs.count > 1) }

    /// Accounts that are walked at an entry, over all modes and paths.
    public var accountsPerEntry: Int {
        modes.reduce(0) { sum, mode in
            (mode == .isolated ? legs.count : 1) * (isOnPath(mode) ? BarPath.allCases.count : 1) + sum
        }
    }
}
