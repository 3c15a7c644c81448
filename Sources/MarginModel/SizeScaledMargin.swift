/// Margin rates that grow with the size of the position: `IM(s, p) = (i + k|s|)·|s|·|p|`, `MM(s, p) = (m + k|s|)·|s|·|p|`.
///
/// `s` size in coins, `p` price, result in quote currency. Convex in the size, so no bracket table gives it, and adding to a
/// position raises the rate of all of it. For a *given* size the rate is fixed, so each position has a flat table:
/// see ``maintenanceTiers(size:)``.
public struct SizeScaledMargin: Hashable, Sendable {
    /// `i`: the initial rate of the smallest position, a fraction of notional.
    public let initialBase: Double
    /// `m`: the maintenance rate of the smallest position, a fraction of notional.
    public let maintenanceBase: Double
    /// `k`: what each coin adds to both rates, a fraction of notional per coin.
    public let perCoin: Double

    /// Checks the ranges: 0 < maintenance ≤ initial < 1, a growth of at least 0.
    public init(initialBase: Double, maintenanceBase: Double, perCoin: Double) throws(RuleError) {
        guard maintenanceBase > 0, maintenanceBase <= initialBase, initialBase < 1 else {
            throw RuleError("the base rates must satisfy 0 < maintenance <= initial < 1")
        }
        guard perCoin >= 0, perCoin.isFinite else { throw RuleError("the rate's growth per coin must be at least 0") }
        self.init(unchecked: initialBase, maintenanceBase, perCoin)
    }

    private init(unchecked initialBase: Double, _ maintenanceBase: Double, _ perCoin: Double) {
        self.initialBase = initialBase
        self.maintenanceBase = maintenanceBase
        self.perCoin = perCoin
    }

    /// Deribit's linear BTC contracts: 2 % and 1 %, plus 0.005 % per BTC. (support.deribit.com, article 25944738177565, as read
    /// in November 2026.)
    public static let deribitBitcoin = SizeScaledMargin(unchecked: 0.02, 0.01, 0.00005)
    /// Deribit's linear SOL contracts: 4 % and 2 %, plus 0.0005 % per SOL. (Same article.)
    public static let deribitSolana = SizeScaledMargin(unchecked: 0.04, 0.02, 0.000005)

    /// `(i + k|s|)·|s|·|p|`: what opening takes.
    public func initial(size: Double, price: Double) -> Double {
        (initialBase + perCoin * abs(size)) * abs(size * price)
    }

    /// `(m + k|s|)·|s|·|p|`: what holding takes.
    public func maintenance(size: Double, price: Double) -> Double {
        (maintenanceBase + perCoin * abs(size)) * abs(size * price)
    }

    /// The flat table `m + k|s|` of a position of this size, at every price, for ``CrossPosition`` and ``LinearPosition``.
    ///
    /// - Throws: ``RuleError`` when the rate reaches 1: such a size cannot be held.
    public func maintenanceTiers(size: Double) throws(RuleError) -> MaintenanceTiers {
        try MaintenanceTiers(flatRate: maintenanceBase + perCoin * abs(size))
    }
}
