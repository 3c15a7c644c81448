import MarginModel
import StressBasics
import Testing

/// Laws every kind of position keeps, on thousands of random ones; a failure names the seeds.
@Suite struct ClosedFormLawTests {
    @Test(arguments: HeldKind.allCases)
    func openingCostsTheFeeAndNothingElse(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let expected = held.initialMargin - held.openingFee
            return isClose(held.equity(at: drawn.entry, .none), expected, within: 1e-12 * held.entryValue)
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test(arguments: HeldKind.allCases)
    func equityMeetsTheRequirementAtTheTrigger(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let trigger = held.triggerPrice(drawn.carry)
            guard trigger.isFinite else { return kind == .inverse || kind == .spot }
            return abs(held.excess(at: trigger, drawn.carry)) <= 1e-9 * held.magnitude(at: trigger, drawn.carry)
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test(arguments: HeldKind.allCases)
    func theWorseSideIsDueAndTheBetterIsNot(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let trigger = held.triggerPrice(drawn.carry)
            func isDue(_ price: Double) -> Bool { held.excess(at: price, drawn.carry) <= 0 }
            guard trigger.isFinite else {
                // Beyond every price: a long below plus infinity always is, anything else never.
                let always = held.sign > 0 && trigger > 0
                return [0.001, 1, 1000].allSatisfy { isDue($0 * drawn.entry) == always }
            }
            let step = held.sign * 1e-4 * max(abs(trigger), 0.001 * drawn.entry)
            return isDue(trigger - step) && !isDue(trigger + step)
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test(arguments: HeldKind.allCases)
    func equityIsZeroAtTheBankruptcyPrice(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let price = held.bankruptcyPrice(drawn.carry)
            guard price.isFinite else {
                let isRuined = [0.001, 1, 1000].map { held.equity(at: $0 * drawn.entry, drawn.carry) < 0 }
                return kind == .inverse && isRuined.allSatisfy { $0 == (held.sign > 0) }
            }
            return abs(held.equity(at: price, drawn.carry))
                <= 1e-9 * (held.entryValue + abs(drawn.carry.funding) + held.tradedNotional(at: price))
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Wherever something must be kept, the position is closed before it is bankrupt.
    @Test(arguments: HeldKind.allCases)
    func theTriggerComesBeforeBankruptcy(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let (trigger, ruin) = (held.triggerPrice(drawn.carry), held.bankruptcyPrice(drawn.carry))
            if kind == .spot { return trigger == -.infinity }
            return trigger == ruin || held.sign * (trigger - ruin) >= -1e-9 * max(drawn.entry, abs(trigger))
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// More leverage, nearer trigger; with brackets too, because the requirement does not depend on the leverage.
    @Test(arguments: HeldKind.allCases)
    func theTriggerMovesTowardsTheEntryWithLeverage(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let less = kind.open(drawn.with(leverage: 1 + (drawn.terms.leverage.value - 1) / 2))
            let (near, far) = (held.triggerPrice(drawn.carry), less.triggerPrice(drawn.carry))
            return near == far || held.sign * (near - far) > -1e-12 * max(drawn.entry, abs(near))
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Paying funding, or interest, never moves the trigger away.
    @Test(arguments: HeldKind.allCases)
    func carryMovesTheTriggerTowardsTheEntry(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            var more = drawn.carry
            more.funding += 0.1 * held.initialMargin
            more.years += 1
            let (near, far) = (held.triggerPrice(more), held.triggerPrice(drawn.carry))
            return near == far || held.sign * (near - far) > -1e-12 * max(drawn.entry, abs(near))
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Prices times `c` with the notional fixed: every price of the position times `c`. Coin amounts shrink by `c`.
    @Test(arguments: HeldKind.allCases)
    func scalingAllPricesScalesTheTrigger(_ kind: HeldKind) {
        let broken = kind.seeds { held, drawn in
            let factor = 0.01 + Double(drawn.seed % 1000)
            let other = kind.open(drawn.scaled(by: factor, kind))
            let carry = drawn.scaled(by: factor, kind).carry
            let pairs = [
                (held.triggerPrice(drawn.carry), other.triggerPrice(carry)),
                (held.bankruptcyPrice(drawn.carry), other.bankruptcyPrice(carry)),
            ]
            return pairs.allSatisfy { plain, scaled in
                isClose(scaled / factor, plain, within: 1e-9 * (drawn.entry + abs(plain)))
                    || isClose(factor / scaled, 1 / plain, within: 1e-9 / drawn.entry)
            }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }
}

extension RandomTerms {
    /// The same position in a market whose prices are `factor` times as high, the notional unchanged.
    fileprivate func scaled(by factor: Double, _ kind: HeldKind) -> RandomTerms {
        var scaled = self
        scaled.entry *= factor
        scaled.carry.maintenancePerCoin *= factor
        guard kind == .inverse else { return scaled }
        scaled.carry.funding /= factor
        let rows = terms.rules.tiers.tiers.map {
            MaintenanceTier(notionalCap: $0.notionalCap / factor, rate: $0.rate, amount: $0.amount / factor)
        }
        scaled.terms.rules = try! rules(
            tiers: MaintenanceTiers(rows), open: terms.rules.fees.open, borrow: terms.rules.borrow)
        return scaled
    }
}
