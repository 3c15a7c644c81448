import MarginModel
import StressBasics
import Testing

@Suite struct InversePositionTests {
    private func inverse(
        _ side: Side, _ leverage: Double, at price: Double = 8000, rate: Double = 0, open: Double = 0
    ) throws -> InversePosition {
        InversePosition(
            try terms(side, leverage: leverage, notional: 10_000, rate: rate, open: open), entryPrice: price)
    }

    /// Bankrupt at `P0 L/(L+1)` long and `P0 L/(L−1)` short, before fees.
    @Test(arguments: [1.0, 1.5, 2, 5, 10, 50, 125])
    func bankruptcyPrices(_ leverage: Double) throws {
        let long = try inverse(.long, leverage).bankruptcyPrice(.none)
        #expect(isClose(long, 8000 * leverage / (leverage + 1), within: 1e-8))
        let short = try inverse(.short, leverage).bankruptcyPrice(.none)
        #expect(isClose(short, leverage > 1 ? 8000 * leverage / (leverage - 1) : .infinity, within: 1e-8))
    }

    /// `P0 (1 + m)/(1 + 1/L − f_o)` long, `P0 (1 − m)/(1 − 1/L + f_o)` short, never when the denominator is not above 0.
    @Test(arguments: [1.0, 1.5, 2, 5, 10, 50, 125])
    func triggerPrices(_ leverage: Double) throws {
        let (m, fee) = (0.004, 0.0006)
        let long = try inverse(.long, leverage, rate: m, open: fee).triggerPrice(.none)
        #expect(isClose(long, 8000 * (1 + m) / (1 + 1 / leverage - fee), within: 1e-8))
        let short = try inverse(.short, leverage, rate: m, open: fee).triggerPrice(.none)
        #expect(isClose(short, 8000 * (1 - m) / (1 - 1 / leverage + fee), within: 1e-7 * short))
        let rebate = try inverse(.short, 1, rate: m, open: -fee)
        #expect(rebate.triggerPrice(.none) == .infinity)
    }

    @Test func unleveredLongIsRuinedAtHalfAndShortNever() throws {
        #expect(try inverse(.long, 1).bankruptcyPrice(.none) == 4000)
        let short = try inverse(.short, 1)
        #expect(short.bankruptcyPrice(.none) == .infinity && short.triggerPrice(.none) == .infinity)
        #expect(short.equity(at: 1e12, .none) > 0, "the coin covers any rise")
    }

    @Test func atZeroALongHasLostWithoutBoundAndAShortGained() throws {
        for price in [0.0, -30] {
            let (long, short) = (try inverse(.long, 3, rate: 0.01), try inverse(.short, 3, rate: 0.01))
            #expect(long.equity(at: price, .none) == -.infinity && short.equity(at: price, .none) == .infinity)
            #expect(long.excess(at: price, .none) < 0 && short.excess(at: price, .none) > 0)
            #expect(long.tradedNotional(at: price) == 0 && long.fundingCharge(rate: 0.01, at: price) == 0)
        }
    }

    /// Wisebitcoin's example: 10,000 contracts at 10,024 with a rate of 0.025 % pay (10000/10024)·0.025 % BTC.
    @Test func fundingIsPaidInCoin() throws {
        let charge = try inverse(.long, 10).fundingCharge(rate: 0.00025, at: 10_024)
        #expect(isClose(charge, 10_000 / 10_024 * 0.00025, within: 1e-18))
        #expect(try inverse(.short, 10).fundingCharge(rate: 0.00025, at: 10_024) == -charge)
    }

    /// In `y = 1/p`, quote currency priced in coin, an inverse position *is* the linear position of the other side with
    /// `N0` units of quote currency entered at `1/P0`: `E_inv(p) = E_lin(1/p)`, `R_inv(p) = R_lin(1/p)`, and so
    /// `p*_inv = 1/y*_lin`, where `y* ≤ 0` means that no price triggers a short, or every price a long. Funding changes sign.
    @Test func anInversePositionIsALinearOneInReciprocalPrices() {
        let broken = HeldKind.inverse.seeds { held, drawn in
            var mirrored = drawn.terms
            mirrored.side = drawn.terms.side == .long ? .short : .long
            mirrored.notional = drawn.terms.notional / drawn.entry
            let linear = LinearPosition(mirrored, entryPrice: 1 / drawn.entry)
            let carry = Carry(funding: drawn.carry.funding)
            let samePrices = [0.01, 0.5, 0.97, 1, 1.2, 30].allSatisfy { ratio in
                let (price, scale) = (ratio * drawn.entry, 1e-12 * held.magnitude(at: ratio * drawn.entry, carry))
                return isClose(held.equity(at: price, carry), linear.equity(at: 1 / price, carry), within: scale)
                    && isClose(
                        held.requirement(at: price, carry), linear.requirement(at: 1 / price, carry), within: scale)
                    && isClose(
                        held.fundingCharge(rate: 1, at: price), -linear.fundingCharge(rate: 1, at: 1 / price),
                        within: scale)
            }
            func mirrors(_ inverse: Double, _ linear: Double) -> Bool {
                isClose(1 / inverse, max(0, linear), within: 1e-12 / drawn.entry * 125)
            }
            return samePrices && mirrors(held.triggerPrice(carry), linear.triggerPrice(carry))
                && mirrors(held.bankruptcyPrice(carry), linear.bankruptcyPrice(carry))
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// An account whose wallet is the position's margin is the position, and a reserved fee joins the rate.
    @Test func anAccountWithThePositionsMarginIsThePosition() {
        let broken = HeldKind.inverse.seeds { held, drawn in
            let wallet = held.initialMargin - held.openingFee - drawn.carry.funding
            let account = InverseAccount(
                side: drawn.terms.side, contractValue: drawn.terms.notional, entryPrice: drawn.entry, wallet: wallet,
                tiers: drawn.terms.rules.tiers)
            return account.triggerPrice() == held.triggerPrice(drawn.carry)
                && isClose(
                    1 / account.bankruptcyPrice, 1 / held.bankruptcyPrice(drawn.carry), within: 1e-12 / drawn.entry)
                && account.maintenance(at: drawn.entry) == held.requirement(at: drawn.entry, drawn.carry)
                && account.equity(at: 0) == -held.sign * .infinity && account.maintenance(at: 0) == 0
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test(arguments: MaintenanceBasis.allCases)
    func anAccountsEquityMeetsItsMaintenance(_ basis: MaintenanceBasis) {
        let broken = HeldKind.inverse.seeds { held, drawn in
            let account = InverseAccount(
                side: drawn.terms.side, contractValue: drawn.terms.notional, entryPrice: drawn.entry,
                wallet: held.entryValue * (1 - drawn.carry.years / 2.1), tiers: drawn.terms.rules.tiers,
                closingFee: 0.00075)
            let (trigger, ruin) = (account.triggerPrice(basis: basis), account.bankruptcyPrice)
            let fee = account.closingFee * account.contractValue / ruin
            guard trigger.isFinite, ruin.isFinite else { return drawn.terms.side == .short }
            let scale = 1e-9 * (account.wallet + held.entryValue + held.tradedNotional(at: trigger))
            return isClose(account.equity(at: trigger), account.maintenance(at: trigger, basis: basis), within: scale)
                && isClose(account.equity(at: ruin), fee, within: scale)
                && held.sign * (trigger - ruin) >= -1e-9 * trigger
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }
}
