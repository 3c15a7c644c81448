import StressStatistics

/// What became of one entry of a basket, all its accounts together. Amounts are in parts of the margin.
struct BasketOutcome: Hashable {
    /// How it ended; below zero is an entry of which any account is, and its shortfall is the sum of theirs.
    var exit: EntryExit
    /// Legs that the platform closed, expected where fills are known by a law.
    var legsClosed: EventCount
    /// The moment in which the platform first closed one; nil where it never did.
    var due: Int?
    /// The moment in which the last account ended; nil where some stood to the end of the holding time.
    var ended: Int?

    /// - Parameters:
    ///   - accounts: how each ended; of a cut window only what ended before is known.
    ///   - margin: of all together, quote currency.
    ///   - tolerance: below zero means below minus this, quote currency.
    init(_ accounts: [AccountEnds], isCut: Bool, margin: Double, tolerance: Double) {
        let closed = accounts.filter { $0.ended != nil }
        let isClosed = closed.count == accounts.count
        let known = isCut ? closed : accounts
        let points = accounts.map(\.equity.count).max() ?? 1
        let owed = (0..<points).map { point in
            known.reduce(0.0) { sum, account in
                let equity = account.equity(at: point)
                return equity < -tolerance ? sum - equity : sum
            }
        }
        let sum = (0..<points).reduce(0.0) { sum, point in accounts.reduce(sum) { $0 + $1.equity(at: point) } }
        let equity = sum / Double(points) / margin
        let isPlain = points == 1 && known.count == 1
        exit = EntryExit(
            equity: equity, spread: isPlain ? nil : ShortfallSpread(owed: owed.map { $0 / margin }))
        legsClosed = accounts.reduce(.zero) { sum, account in
            sum + EventCount(units: (Int64(account.closedCount) << 32) / Int64(account.equity.count))
        }
        due = accounts.compactMap(\.due).min()
        let isOwing = isCut && !isClosed && owed.contains { $0 > 0 }
        ended = isClosed || isOwing ? closed.compactMap(\.ended).max() : nil
    }
}

extension AccountEnds {
    /// Final equity at a point of the law; the same at all where nothing depends on it.
    fileprivate func equity(at point: Int) -> Double { equity.count == 1 ? equity[0] : equity[point] }
}

extension ShortfallSpread {
    /// The spread of shortfalls of equal probability; 0 for none.
    fileprivate init(owed: [Double]) {
        self.init()
        let found = owed.filter { $0 > 0 }.sorted()
        guard let largest = found.last else { return }
        self.init(
            negative: EventCount(units: (Int64(found.count) << 32) / Int64(owed.count)),
            shortfall: owed.reduce(0, +) / Double(owed.count), largest: largest
        ) { share in found[max(1, Int((share * Double(found.count)).rounded(.up))) - 1] }
    }
}
