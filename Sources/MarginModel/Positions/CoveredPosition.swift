import StressBasics

extension PositionTerms {
    /// Whether the margin covers the worst that a price at or above zero can do, funding aside. A long that is paid for in full is
    /// worth nothing at worst, and then owes no more than its opening fee; an inverse short of 1× holds the coin it is short
    /// of. Exit fees and slippage are fractions of what is received, so they cannot ruin what is covered.
    public func isCovered(_ contract: ContractKind) -> Bool {
        let margin = 1 / leverage.value - rules.fees.open
        switch (contract, side) {
        case (.linear, .long), (.margin, .long), (.spot, .long), (.inverse, .short): return margin >= 1
        default: return false
        }
    }

    /// Whether the platform would open the position at no price at all, as far as a study tells: what depends on the price, or
    /// on a table that is yet to be read, may be opened.
    ///
    /// - Parameter isTableKnown: whether the rules have their own table of margins.
    public func isNeverOpened(_ contract: ContractKind, isTableKnown: Bool) -> Bool {
        switch contract {
        case .spot: rejection(contract, entryPrice: 1) != nil
        case .linear, .margin: isTableKnown && rules.schedule == nil && rejection(contract, entryPrice: 1) != nil
        case .inverse: false
        }
    }
}
