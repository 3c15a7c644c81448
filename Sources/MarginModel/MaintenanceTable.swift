/// What a platform asks of a position by its size.
public protocol MaintenanceTable: Sendable {
    /// What a platform's brackets come to.
    init(_ tiers: MaintenanceTiers)

    /// Maintenance margin of a position of `notional`, in quote currency.
    func requirement(_ notional: Double) -> Double

    /// What `crossing` gives for the rate and amount of the first bracket whose cap holds the notional of `quantity` coins at that very
    /// price, for the last one where none does.
    func price(quantity: Double, _ crossing: (_ rate: Double, _ amount: Double) -> Double) -> Double

    /// The caps of the brackets below the one that holds `notional`, the nearest first.
    func caps(below notional: Double) -> [Double]
}

extension MaintenanceTiers: MaintenanceTable {
    /// Itself.
    @inlinable
    public init(_ tiers: MaintenanceTiers) { self = tiers }

    /// O(tiers).
    @inlinable
    public func price(quantity: Double, _ crossing: (_ rate: Double, _ amount: Double) -> Double) -> Double {
        for tier in tiers {
            let candidate = crossing(tier.rate, tier.amount)
            if abs(candidate) * quantity <= tier.notionalCap { return candidate }
        }
        let last = tiers[tiers.count - 1]
        return crossing(last.rate, last.amount)
    }

    /// O(tiers).
    public func caps(below notional: Double) -> [Double] {
        let bracket = tiers.firstIndex { notional <= $0.notionalCap } ?? tiers.count - 1
        return tiers[..<bracket].reversed().map(\.notionalCap)
    }
}

/// One rate for every size: the figures of a table of one bracket, without its storage.
public struct FlatMaintenance: MaintenanceTable {
    @usableFromInline let rate: Double
    @usableFromInline let amount: Double

    /// The lowest bracket; of a table of one bracket that is all of it.
    @inlinable
    public init(_ tiers: MaintenanceTiers) { (rate, amount) = (tiers.tiers[0].rate, tiers.tiers[0].amount) }

    /// `m n − a`.
    @inlinable
    public func requirement(_ notional: Double) -> Double { rate * notional - amount }

    /// The one bracket's.
    @inlinable
    public func price(quantity: Double, _ crossing: (_ rate: Double, _ amount: Double) -> Double) -> Double {
        crossing(rate, amount)
    }

    /// None: there is one bracket.
    public func caps(below notional: Double) -> [Double] { [] }
}
