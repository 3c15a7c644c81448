import MarginModel
import StressBasics
import Testing

/// A wallet and one to five positions at random, marks within a third of their entries.
private func randomAccount(_ random: inout SeededGenerator) -> CrossAccount {
    let count = 1 + Int(random.next() % 5)
    let positions = (0..<count).map { _ in
        let entry = (random.uniform() * 12 - 2).exponential
        let value = 1000 * (0.05 + random.uniform())
        return CrossPosition(
            size: (random.uniform() < 0.5 ? -1 : 1) * value / entry, entryPrice: entry,
            mark: entry * (0.67 + 0.66 * random.uniform()), tiers: randomTiers(&random, around: value))
    }
    return CrossAccount(wallet: 1000 * random.uniform(), positions: positions)
}

/// The seeds, of the first 4,000, for which a law does not hold.
private func seeds(breaking law: (CrossAccount, inout SeededGenerator) -> Bool) -> [UInt64] {
    (0..<4000).filter { seed in
        var random = SeededGenerator(seed: seed)
        let account = randomAccount(&random)
        return !law(account, &random)
    }
}

extension CrossAccount {
    fileprivate func moving(_ index: Int, to mark: Double) -> CrossAccount {
        var moved = self
        moved.positions[index].mark = mark
        return moved
    }

    /// What rounding in equity and maintenance is judged against.
    fileprivate var magnitude: Double {
        positions.reduce(abs(wallet)) { $0 + abs($1.netNotional) + abs($1.size * $1.entryPrice) }
    }
}

@Suite struct CrossAccountTests {
    @Test func equityMeetsTheRequirementAtEachTrigger() {
        let broken = seeds { account, random in
            account.positions.indices.allSatisfy { index in
                let there = account.moving(index, to: account.triggerPrice(of: index))
                return isClose(there.equity, there.maintenance, within: 1e-10 * there.magnitude)
            }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test func theWorseSideIsDueAndTheBetterIsNot() {
        let broken = seeds { account, random in
            account.positions.indices.allSatisfy { index in
                let (position, trigger) = (account.positions[index], account.triggerPrice(of: index))
                let step = position.sign * 1e-5 * max(abs(trigger), position.entryPrice)
                return account.moving(index, to: trigger - step).isDue
                    && !account.moving(index, to: trigger + step).isDue
            }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test func equityIsZeroAtEachBankruptcyPrice() {
        let broken = seeds { account, random in
            account.positions.indices.allSatisfy { index in
                let there = account.moving(index, to: account.bankruptcyPrice(of: index))
                return abs(there.equity) <= 1e-10 * there.magnitude
            }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Alone on a wallet of its margin, a position is the isolated one.
    @Test func oneSharedPositionIsTheIsolatedOne() {
        let broken = HeldKind.linear.seeds { held, drawn in
            guard let linear = held as? LinearPosition else { return false }
            let carry = Carry(funding: drawn.carry.funding)
            let alone = account(
                wallet: held.initialMargin - held.openingFee - carry.funding, size: held.sign * linear.quantity,
                entry: drawn.entry, tiers: drawn.terms.rules.tiers)
            let scale = 1e-12 * 125 * drawn.entry
            return isClose(alone.triggerPrice(of: 0), held.triggerPrice(carry), within: scale)
                && isClose(alone.bankruptcyPrice(of: 0), held.bankruptcyPrice(carry), within: scale)
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// A venue that keeps cash instead of entry prices sees the same account.
    @Test func cashInsteadOfEntryPricesIsTheSameAccount() {
        let broken = seeds { account, random in
            let cash = account.positions.reduce(account.wallet) { $0 - $1.size * $1.entryPrice }
            let booked = CrossAccount(
                wallet: cash,
                positions: account.positions.map {
                    CrossPosition(size: $0.size, entryPrice: 0, mark: $0.mark, tiers: $0.tiers)
                })
            return isClose(booked.equity, account.equity, within: 1e-12 * account.magnitude)
                && account.positions.indices.allSatisfy {
                    let scale = 1e-11 * account.magnitude / abs(account.positions[$0].size)
                    return isClose(booked.triggerPrice(of: $0), account.triggerPrice(of: $0), within: scale)
                        && isClose(booked.bankruptcyPrice(of: $0), account.bankruptcyPrice(of: $0), within: scale)
                }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Closed at its bankruptcy quotes, in any order and in parts, an account ends at 0.
    @Test func closingAtTheBankruptcyQuotesLeavesNothing() {
        let broken = seeds { account, random in
            var rest = account
            for _ in 0..<40 where !rest.positions.isEmpty {
                let index = Int(random.next() % UInt64(rest.positions.count))
                let share = random.uniform() < 0.3 && rest.positions.count < 3 ? 0.5 : 1
                guard rest.maintenance > 0 else { return true }
                rest = rest.closing(index, share: share, for: rest.bankruptcyQuote(of: index, share: share))
            }
            return rest.positions.isEmpty && abs(rest.wallet) <= 1e-9 * account.magnitude
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// The first half of a position above a bracket releases more than half of the maintenance: 100 of notional keep
    /// 0.2·100 − 10 = 10, half of it nothing, so that the first half carries the whole equity of 5.
    @Test func aPartialQuoteCountsTheMaintenanceItReleases() throws {
        let tiers = try table([(0, 0, 0), (50, 0.2, 10)])
        let held = account(wallet: 5, size: 1, entry: 100, tiers: tiers)
        #expect(held.bankruptcyQuote(of: 0, share: 0.5) == 45 && held.bankruptcyQuote(of: 0) == 95)
        #expect(held.closing(0, share: 0.5, for: 45).bankruptcyQuote(of: 0).isNaN, "nothing left to share by")
    }

    /// A close at the mark changes no equity, whatever the share.
    @Test func closingAtTheMarkKeepsTheEquity() {
        let broken = seeds { account, random in
            let (index, share) = (
                account.positions.count - 1, random.uniform() < 0.3 ? 1 : random.uniform() * 0.99 + 0.005
            )
            let after = account.closing(index, share: share, for: share * account.positions[index].netNotional)
            return isClose(after.equity, account.equity, within: 1e-11 * account.magnitude)
                && after.positions.count == account.positions.count - (share < 1 ? 0 : 1)
                && after.maintenance <= account.maintenance * (1 + 1e-12)
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Never on the better side of the mark, at most the spread away, and the mark itself while the account is not due.
    @Test func theFillablePriceLiesWithinItsSpread() {
        let broken = seeds { account, random in
            guard account.maintenance > 0 else { return true }
            return account.positions.indices.allSatisfy { index in
                let position = account.positions[index]
                let price = account.fillablePrice(of: index, bankruptcyAdjustment: 1, spreadToMaintenance: 0.1)
                let worse = position.sign * (position.mark - price)
                let widest = 0.1 * position.maintenance / abs(position.size)
                let (slack, isHealthy) = (1e-12 * position.mark, account.equity >= account.maintenance)
                return worse >= -slack && worse <= widest + slack && (!isHealthy || price == position.mark)
                    && (account.equity > 0 || isClose(worse, widest, within: slack))
            }
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    /// Sharing a wallet never leaves more missing than isolating its parts.
    @Test func isolatedDeficitsAreAtLeastTheSharedOne() {
        let broken = seeds { account, random in
            let weights = account.positions.map { _ in random.uniform() + 0.01 }
            let sum = weights.reduce(0, +)
            let missing = account.isolatedDeficits(margins: weights.map { account.wallet * $0 / sum })
            return missing.allSatisfy { $0 >= 0 }
                && missing.reduce(0, +) >= account.deficit - 1e-12 * account.magnitude
        }
        #expect(broken.isEmpty, "seeds \(broken.prefix(5))")
    }

    @Test func aHedgedPairHasTheSameEquityAtEveryMark() throws {
        let tiers = try MaintenanceTiers(flatRate: 0.01)
        let long = CrossPosition(size: 2, entryPrice: 90, mark: 100, tiers: tiers)
        let short = CrossPosition(size: -2, entryPrice: 110, mark: 100, tiers: tiers)
        let pair = CrossAccount(wallet: 10, positions: [long, short])
        for mark in [1.0, 50, 100, 1000] { #expect(pair.marked(at: [mark, mark]).equity == 50) }
        #expect(!pair.isDue && pair.marked(at: [1250, 1250]).isDue, "2·0.01·2·1250 = 50: both legs need margin")
        #expect(pair.isolatedDeficits(margins: [5, 5]) == [0, 0])
        #expect(pair.marked(at: [200, 200]).isolatedDeficits(margins: [5, 5]) == [0, 175])
    }

    @Test func anEmptyAccountIsNeverDue() {
        let empty = CrossAccount(wallet: -5, positions: [])
        #expect(!empty.isDue && empty.equity == -5 && empty.deficit == 5 && empty.maintenance == 0)
    }

    /// Gap, close and fee: a 10 coin long at 100 with 50 of margin.
    @Test func deficitsByHand() throws {
        let held = CrossPosition(size: 10, entryPrice: 100, mark: 100, tiers: try MaintenanceTiers(flatRate: 0))
        #expect(held.deficit(margin: 50, fill: 95) == 0 && held.deficit(margin: 50, fill: 94) == 10)
        #expect(held.deficit(margin: 50, fill: 95, fee: 0.01) == 9.5, "the fee alone ruins what ends at 0")
        let short = CrossPosition(size: -10, entryPrice: 100, mark: 100, tiers: try MaintenanceTiers(flatRate: 0))
        #expect(short.deficit(margin: 50, fill: 105) == 0 && short.deficit(margin: 50, fill: 106, fee: 0.01) == 20.6)
    }
}

@Suite struct TakeoverSettlementTests {
    @Test func theFundPaysDeficitsWholeAndTakesSurplusesUpToTheFee() {
        let missing = TakeoverSettlement(proceeds: 4900, bankruptcyQuote: 5000)
        #expect(
            missing.deficit == 100 && missing.fundDelta(maxFee: 0.005) == -100 && missing.fundDelta(maxFee: 0) == -100)
        let left = TakeoverSettlement(proceeds: 5010, bankruptcyQuote: 5000)
        #expect(left.deficit == 0 && left.surplus == 10)
        #expect(left.fundDelta(maxFee: 0.005) == 10, "less than the fee's bound")
        #expect(left.fundDelta(maxFee: 0.001) == 5.01 && left.fundDelta(maxFee: 0) == 0)
        #expect(left.fundDelta(maxFee: .infinity) == 10)
        #expect(TakeoverSettlement(proceeds: 5000, bankruptcyQuote: 5000).fundDelta(maxFee: 0.005) == 0)
    }

    /// A short's proceeds are what buying back cost, so both are negative.
    @Test func aShortsSettlement() {
        let bought = TakeoverSettlement(proceeds: -5400, bankruptcyQuote: -5499)
        #expect(bought.surplus == 99 && bought.fundDelta(maxFee: 0.015) == 81)
        #expect(TakeoverSettlement(proceeds: -5600, bankruptcyQuote: -5499).deficit == 101)
        #expect(TakeoverSettlement(proceeds: 0, bankruptcyQuote: -1).fundDelta(maxFee: .infinity) == 1)
    }
}
