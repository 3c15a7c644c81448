/// What some rows of a side hold at most.
struct RowsSummary {
    /// Entry prices.
    var (low, high) = (Double.infinity, -Double.infinity)
    /// What funding had added up to.
    var (fundingLow, fundingHigh) = (Double.infinity, -Double.infinity)
    /// What was opened of the usual.
    var scale = 0.0
    /// The first slot that is open, the one with the highest leverage; the largest number where none is.
    var slot = Int32.max
    /// Notional of one position at its entry, as far as it is open.
    var largest = 0.0

    var isEmpty: Bool { slot == .max }

    mutating func add(_ row: PositionRow, slot: Int, notional: Double) {
        (low, high) = (min(low, row.price), max(high, row.price))
        (fundingLow, fundingHigh) = (min(fundingLow, row.fundingStart), max(fundingHigh, row.fundingStart))
        (scale, largest) = (max(scale, row.scale), max(largest, notional))
        self.slot = min(self.slot, Int32(slot))
    }

    mutating func merge(_ other: RowsSummary) {
        (low, high) = (min(low, other.low), max(high, other.high))
        fundingLow = min(fundingLow, other.fundingLow)
        fundingHigh = max(fundingHigh, other.fundingHigh)
        (scale, largest) = (max(scale, other.scale), max(largest, other.largest))
        slot = min(slot, other.slot)
    }
}
