import MarginModel
import StressBasics
import Testing

/// Positions that change while they stand: every kind under terms drawn at random.
@Suite struct AdjustmentTests {
    private func adjusted<Position: AdjustablePosition>(
        _ position: Position, _ drawn: RandomTerms, _ change: (inout Position, Carry) -> Void
    ) -> any MarginPosition {
        var copy = position
        change(&copy, drawn.carry)
        return copy
    }

    private func isEqual(_ a: any MarginPosition, _ b: any MarginPosition, _ drawn: RandomTerms) -> Bool {
        [0.3, 0.9, 1, 1.2, 4].allSatisfy { factor in
            let price = drawn.entry * factor
            let slack = 1e-9 * b.magnitude(at: price, drawn.carry)
            return isClose(a.equity(at: price, drawn.carry), b.equity(at: price, drawn.carry), within: slack)
                && isClose(a.requirement(at: price, drawn.carry), b.requirement(at: price, drawn.carry), within: slack)
        } && isClose(a.initialMargin, b.initialMargin, within: 1e-9 * b.initialMargin)
    }

    /// Two parts bought at one price at once are the whole.
    @Test(arguments: HeldKind.allCases)
    func partsAddUp(kind: HeldKind) {
        let broken = kind.seeds { whole, drawn in
            guard let whole = whole as? any AdjustablePosition else { return false }
            var drawn = drawn
            // Nothing passed: interest counts from the purchase.
            drawn.carry.years = 0
            func halves<Position: AdjustablePosition>(_ position: Position) -> any MarginPosition {
                adjusted(position.scaled(by: 0.25), drawn) { $0.join(position.scaled(by: 0.75), $1) }
            }
            return isEqual(halves(whole), whole, drawn)
        }
        #expect(broken.isEmpty, "\(broken.prefix(5))")
    }

    /// What is paid in is there at once, at every price, and joins the margin.
    @Test(arguments: HeldKind.allCases)
    func creditsAreEquity(kind: HeldKind) {
        let broken = kind.seeds { position, drawn in
            guard let position = position as? any AdjustablePosition else { return false }
            let amount = position.initialMargin * 1.5
            func credited<P: AdjustablePosition>(_ p: P) -> any MarginPosition {
                adjusted(p, drawn) { $0.credit(amount, margin: amount / 3, $1) }
            }
            let after = credited(position)
            return [0.5, 1, 2].allSatisfy { factor in
                let price = drawn.entry * factor
                let gained = after.equity(at: price, drawn.carry) - position.equity(at: price, drawn.carry)
                return isClose(
                    gained, amount, within: 1e-9 * position.magnitude(at: price, drawn.carry) + 1e-9 * amount)
            } && isClose(after.initialMargin, position.initialMargin + amount / 3, within: 1e-12 * after.initialMargin)
        }
        #expect(broken.isEmpty, "\(broken.prefix(5))")
    }

    /// Interest of a later purchase counts from it on.
    @Test func laterLoansAreYounger() throws {
        let rules = try rules(
            tiers: MaintenanceTiers(flatRate: 0.005), borrow: BorrowRules(yearlyRate: 0.1, marginLevel: 1.1))
        let terms = try PositionTerms(side: .long, leverage: #require(Leverage(2)), notional: 1000, rules: rules)
        var position = BorrowedCashPosition(terms, entryPrice: 100)
        position.join(BorrowedCashPosition(terms, entryPrice: 100), Carry(years: 1))
        // 500 for two years and 500 for one, at a tenth a year.
        #expect(abs(position.equity(at: 100, Carry(years: 2)) - (2000 - 1000 - 100 - 50)) < 1e-9)
        // A loan that is paid back stops to cost.
        position.credit(500, margin: 500, Carry(years: 2))
        #expect(abs(position.equity(at: 100, Carry(years: 3)) - (2000 - 500 - 150 - 50)) < 1e-9)
    }
}
