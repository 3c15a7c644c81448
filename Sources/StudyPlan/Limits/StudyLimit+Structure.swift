import MarginModel
import PriceSeries
import StressBasics

extension Study {
    /// Why the positions that a limit names make it decide nothing, whatever the prices do: no platform opens them, nobody
    /// liquidates them, or their margin covers all that can be lost. Nil when one of them may decide something.
    func structuralObjection(to limit: StudyLimit) -> (message: String, hint: String)? {
        let measure = limit.measure
        guard measure.subject != .evidence else { return nil }
        let name = measure.rawValue
        if allPositions(of: limit, { $0.isNeverOpened }) {
            return (
                "no platform opens the positions it names, so \(name) has no value", "name positions that are opened"
            )
        }
        let opened = { (body: @escaping (Position) -> Bool) in
            self.allPositions(of: limit) { $0.isNeverOpened || body($0) }
        }
        if measure.subject == .liquidation, opened({ $0.contract == .spot }) {
            return ("nobody is liquidated on the spot market, so \(name) decides nothing", "name another contract")
        }
        guard limit.isIdleWhereCovered, opened({ $0.isCovered }) else { return nil }
        return (
            "the margin covers all that these positions can lose, so \(name) \(limit.coveredWords)",
            "name a higher leverage; or, for prices that do fall below zero, set policy: {non_positive_prices: keep}"
        )
    }

    /// A position of the grid in one price history.
    private struct Position {
        let contract: ContractKind
        let terms: PositionTerms
        let isTableKnown: Bool
        /// Whether funding, or prices that are expected below zero, may take what its margin covers.
        let isExposed: Bool

        var isNeverOpened: Bool { terms.isNeverOpened(contract, isTableKnown: isTableKnown) }
        var isCovered: Bool { !isExposed && terms.isCovered(contract) }
    }

    /// Whether something holds for all positions that a limit names. Ends at the first one for which it does not.
    private func allPositions(of limit: StudyLimit, _ body: (Position) -> Bool) -> Bool {
        let cells = limit.cells
        func chosen<Value: Equatable>(_ values: [Value], _ wanted: Value?) -> [Value] {
            wanted.map { [$0] } ?? values
        }
        // Of price histories only this matters, and there may be thousands.
        let exposures = Set(inputs.filter { cells.asset == nil || cells.asset == $0.asset }.map(\.mayCostCoveredMargin))
        let named = platforms.filter { cells.platform == nil || cells.platform == $0.name }
        return chosen(grid.contracts, cells.contract).allSatisfy { contract in
            chosen(grid.sides, cells.side).allSatisfy { side in
                chosen(grid.leverages, cells.leverage).allSatisfy { leverage in
                    named.allSatisfy { platform in
                        let terms = PositionTerms(
                            side: side, leverage: leverage, notional: position.notional, rules: platform.rules)
                        return exposures.allSatisfy {
                            body(
                                Position(
                                    contract: contract, terms: terms, isTableKnown: platform.tierFile == nil,
                                    isExposed: $0))
                        }
                    }
                }
            }
        }
    }
}

extension StudyInput {
    /// Whether something other than a price at or above zero may cost the margin of a position that is paid for in full.
    fileprivate var mayCostCoveredMargin: Bool {
        funding != nil || source.policies[SourceCheck.nonPositivePrices.rawValue] == .keep
    }
}

extension StudyLimit {
    /// Whether it decides nothing where nothing can be lost beyond the margin: shares and shortfalls below zero are 0 there,
    /// and equity is not below it.
    fileprivate var isIdleWhereCovered: Bool {
        guard measure == .meanEquity else { return measure.subject == .belowZero }
        if case .min(let least) = form { return least <= 0 }
        return false
    }

    fileprivate var coveredWords: String {
        if case .min(let least) = form, measure != .meanEquity {
            return "is 0, and a min of \(numberText(least)) is always breached"
        }
        return measure == .meanEquity
            ? "is not below 0, and this min is never breached" : "is 0, and this is never breached"
    }
}
