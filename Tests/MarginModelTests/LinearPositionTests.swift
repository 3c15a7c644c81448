import MarginModel
import StressBasics
import Testing

@Suite struct LinearPositionTests {
    private func held(_ side: Side, _ leverage: Double, rate: Double = 0, open: Double = 0) throws -> LinearPosition {
        LinearPosition(try terms(side, leverage: leverage, notional: 200, rate: rate, open: open), entryPrice: 50)
    }

    @Test func aFullyPaidLongIsWorthlessAtZeroAndAShortAtTwice() throws {
        #expect(try held(.long, 1).bankruptcyPrice(.none) == 0)
        #expect(try held(.short, 1).bankruptcyPrice(.none) == 100)
    }

    /// Long `(q P0 − M + f_o N0 + F)/(q(1 − m))`, short `(q P0 + M − f_o N0 − F)/(q(1 + m))`; `P0 − d (M − f_o N0 − F)/q`.
    @Test func closedFormsOfOneBracket() throws {
        let carry = Carry(funding: 1.5)
        let (long, short) = (
            try held(.long, 5, rate: 0.01, open: 0.0006), try held(.short, 5, rate: 0.01, open: 0.0006)
        )
        let margin = 40 - 0.12 - 1.5
        #expect(isClose(long.triggerPrice(carry), (200 - margin) / (4 * 0.99), within: 1e-12))
        #expect(isClose(short.triggerPrice(carry), (200 + margin) / (4 * 1.01), within: 1e-12))
        #expect(isClose(long.bankruptcyPrice(carry), 50 - margin / 4, within: 1e-12))
        #expect(isClose(short.bankruptcyPrice(carry), 50 + margin / 4, within: 1e-12))
        // Funding moves a long's trigger by F/(q(1 − m)).
        let moved = long.triggerPrice(carry) - long.triggerPrice(.none)
        #expect(isClose(moved, 1.5 / (4 * 0.99), within: 1e-12))
    }

    @Test func aLongThatIsMoreThanPaidForTriggersBelowZero() throws {
        let long = try held(.long, 1, rate: 0.01)
        let received = Carry(funding: -8)
        // 4 p + 8 = 0.01·4·|p| at p = −8/(4·1.01).
        #expect(isClose(long.triggerPrice(received), -8 / 4.04, within: 1e-12))
        #expect(long.excess(at: -1.9, received) > 0 && long.excess(at: -2, received) < 0)
    }

    @Test func aScheduledAmountPerCoinJoinsTheRequirement() throws {
        let long = try held(.long, 5)
        let carry = Carry(maintenancePerCoin: 2)
        #expect(long.requirement(at: 45, carry) == 8)
        #expect(isClose(long.triggerPrice(carry), 42, within: 1e-12), "bankrupt at 40, closed 2 before")
    }

    @Test func longsPayFundingAndShortsReceiveIt() throws {
        #expect(try held(.long, 5).fundingCharge(rate: 0.001, at: 60) == 0.24)
        #expect(try held(.short, 5).fundingCharge(rate: 0.001, at: 60) == -0.24)
    }

    /// Selling a part at `p` changes the equity at `p` by the fee alone, and lowers the requirement.
    @Test func reducingKeepsTheEquityExceptForTheFee() {
        let broken = HeldKind.linear.seeds { held, drawn in
            guard var position = held as? LinearPosition else { return false }
            let (price, whole) = (0.9 * drawn.entry, position.quantity)
            let (before, kept) = (position.excess(at: price, drawn.carry), position.requirement(at: price, drawn.carry))
            position.reduce(to: 0.4 * whole, at: price, fee: 0.001 * drawn.terms.notional)
            let equity = held.equity(at: price, drawn.carry) - 0.001 * drawn.terms.notional
            let scale = 1e-12 * held.magnitude(at: price, drawn.carry)
            let trigger = position.triggerPrice(drawn.carry)
            return isClose(position.equity(at: price, drawn.carry), equity, within: scale)
                && position.requirement(at: price, drawn.carry) <= kept
                && position.excess(at: price, drawn.carry) >= before - 0.001 * drawn.terms.notional - scale
                && position.quantity == 0.4 * whole
                && isClose(
                    position.excess(at: trigger, drawn.carry), 0,
                    within: 1e-9 * held.entryValue
                        + 1e-9 * position.magnitude(at: trigger, drawn.carry))
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }
}

@Suite struct BorrowedPositionTests {
    private func borrowed(_ side: Side, _ leverage: Double, rate: Double = 0, level: Double = 1.1) throws
        -> PositionTerms
    {
        try PositionTerms(
            side: side, leverage: Leverage(leverage)!, notional: 1000,
            rules: rules(
                tiers: MaintenanceTiers(flatRate: 0), borrow: BorrowRules(yearlyRate: rate, marginLevel: level)))
    }

    /// 10 coins at 100 with 250 of one's own: 750 owed, closed at a level of 1.1 when the coins are worth 825.
    @Test func cashLoanByHand() throws {
        let held = BorrowedCashPosition(try borrowed(.long, 4), entryPrice: 100)
        #expect(isClose(held.triggerPrice(.none), 82.5, within: 1e-12) && held.bankruptcyPrice(.none) == 75)
        #expect(held.equity(at: 90, .none) == 150)
        let later = Carry(years: 0.5)
        let costly = BorrowedCashPosition(try borrowed(.long, 4, rate: 0.2), entryPrice: 100)
        #expect(isClose(costly.triggerPrice(later), 1.1 * 825 / 10, within: 1e-12), "10 % interest on 750 by then")
        #expect(isClose(costly.bankruptcyPrice(later), 82.5, within: 1e-12))
        #expect(costly.fundingCharge(rate: 0.01, at: 100) == 0 && costly.tradedNotional(at: 90) == 900)
    }

    /// 10 coins borrowed and sold at 100 with 250 of one's own: 1,250 cover 12.5 coins at 100.
    @Test func coinLoanByHand() throws {
        let held = BorrowedCoinPosition(try borrowed(.short, 4), entryPrice: 100)
        #expect(held.bankruptcyPrice(.none) == 125)
        #expect(isClose(held.triggerPrice(.none), 125 / 1.1, within: 1e-12))
        let costly = BorrowedCoinPosition(try borrowed(.short, 4, rate: 0.2), entryPrice: 100)
        #expect(isClose(costly.bankruptcyPrice(Carry(years: 0.5)), 125 / 1.1, within: 1e-12), "11 coins owed by then")
        #expect(costly.fundingCharge(rate: 0.01, at: 100) == 0 && costly.tradedNotional(at: 90) == 900)
    }

    /// OKX help centre 6997123251341, isolated margin: long `(liability + interest)(1 + MMR)(1 + taker)/assets`, short the
    /// inverse, which are our forms with a level of `(1 + MMR)(1 + taker)`.
    @Test func okxFormOfTheLevel() throws {
        let (level, loan) = (1.03 * 1.0015, 750.0)
        let long = BorrowedCashPosition(try borrowed(.long, 4, level: level), entryPrice: 100)
        #expect(isClose(long.triggerPrice(.none), loan * 1.03 * 1.0015 / 10, within: 1e-12))
        let short = BorrowedCoinPosition(try borrowed(.short, 4, level: level), entryPrice: 100)
        #expect(isClose(short.triggerPrice(.none), 1250 / (10 * 1.03 * 1.0015), within: 1e-12))
    }

    @Test func spotOwesNothingAndNobodyClosesIt() throws {
        let held = SpotPosition(try terms(.long, leverage: 1, notional: 1000, open: 0.001), entryPrice: 100)
        #expect(held.triggerPrice(.none) == -.infinity && held.requirement(at: 0, .none) == -.infinity)
        #expect(held.equity(at: 0, .none) == -1 && held.bankruptcyPrice(.none) == 0.1, "only the fee can be missing")
        #expect(held.fundingCharge(rate: 0.01, at: 100) == 0 && held.tradedNotional(at: 90) == 900)
    }
}
