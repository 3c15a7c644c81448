import MarginModel
import StressBasics
import Testing

/// Two brackets whose second has the given rate and amount, as far down as the amount allows.
private func secondBracket(rate: Double, amount: Double, firstRate: Double) throws -> MaintenanceTiers {
    let cap = amount / (rate - firstRate)
    return try MaintenanceTiers([
        MaintenanceTier(notionalCap: cap, rate: firstRate, amount: 0),
        MaintenanceTier(notionalCap: .infinity, rate: rate, amount: amount),
    ])
}

private func position(_ side: Side, price: Double, quantity: Double, margin: Double) throws -> LinearPosition {
    let notional = price * quantity
    return LinearPosition(
        side: side, entryPrice: price, notional: notional, leverage: try #require(Leverage(notional / margin)),
        openingFee: 0)
}

@Suite struct LinearPositionTests {
    /// Binance, "How to Calculate Liquidation Price of USDⓈ-M Futures Contracts", the worked example of the FAQ.
    @Test func binanceWorkedExamples() throws {
        let ether = try position(.long, price: 1456.84, quantity: 3683.979, margin: 1_535_443.01)
        let etherTiers = try secondBracket(rate: 0.10, amount: 135_365, firstRate: 0.05)
        #expect(abs(ether.triggerPrice(tiers: etherTiers) - 1114.78) < 0.005)
        let bitcoin = try position(.long, price: 32_481.98, quantity: 109.488, margin: 1_535_443.01)
        let bitcoinTiers = try secondBracket(rate: 0.025, amount: 16_300, firstRate: 0.01)
        #expect(abs(bitcoin.triggerPrice(tiers: bitcoinTiers) - 18_778.73) < 0.005)
    }

    /// The parametrised expectations of freqtrade's `test_get_liquidation_price` (rate 0.01, amount 0.01, no buffer).
    @Test(arguments: [
        (Side.short, 5.0, 10.0, 1.0, 11.89108910891089), (.short, 3, 10, 1, 13.211221122079207),
        (.short, 5, 8, 1, 9.514851485148514),
        (.short, 5, 10, 0.6, 11.897689768976898), (.long, 5, 10, 1, 8.070707070707071),
        (.long, 5, 8, 1, 6.454545454545454),
        (.long, 3, 10, 1, 6.723905723905723), (.long, 5, 10, 0.6, 8.063973063973064),
    ])
    func freqtradeExpectations(side: Side, leverage: Double, price: Double, quantity: Double, expected: Double) throws {
        let tiers = try secondBracket(rate: 0.01, amount: 0.01, firstRate: 0)
        let held = try position(side, price: price, quantity: quantity, margin: price * quantity / leverage)
        #expect(abs(held.triggerPrice(tiers: tiers) / expected - 1) < 1e-6)
    }

    /// dYdX documentation: isolated, 1,000 of equity, short 3 ETH at 3,000, maintenance 5 % → 3174.60, where 476.2 is left.
    @Test func dydxWorkedExample() throws {
        let held = try position(.short, price: 3000, quantity: 3, margin: 1000)
        let tiers = try MaintenanceTiers(flatRate: 0.05)
        let trigger = held.triggerPrice(tiers: tiers)
        #expect(abs(trigger - 3174.60) < 0.005)
        #expect(abs(held.equity(at: trigger) - 476.2) < 0.05)
    }

    /// Bybit help centre: 1 BTC long at 10,000 with 50× is bankrupt at 9,800.
    @Test func bybitBankruptcyPrice() throws {
        #expect(try position(.long, price: 10_000, quantity: 1, margin: 200).bankruptcyPrice == 9800)
    }

    @Test func aFullyPaidLongIsWorthlessAtZeroAndAShortAtTwice() throws {
        #expect(try position(.long, price: 50, quantity: 4, margin: 200).bankruptcyPrice == 0)
        #expect(try position(.short, price: 50, quantity: 4, margin: 200).bankruptcyPrice == 100)
    }

    @Test(arguments: 0..<2000)
    func equityMeetsTheRequirementAtTheTrigger(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rows = [0.004, 0.004 + 0.02 * random.uniform(), 0.03 + 0.3 * random.uniform()]
        let caps = [5000 * (1 + random.uniform()), 50_000 * (1 + random.uniform())]
        let amounts = [0, caps[0] * (rows[1] - rows[0]), caps[0] * (rows[1] - rows[0]) + caps[1] * (rows[2] - rows[1])]
        let tiers = try MaintenanceTiers(
            zip(rows, zip(caps + [.infinity], amounts)).map {
                MaintenanceTier(notionalCap: $1.0, rate: $0, amount: $1.1)
            })
        let side = random.uniform() < 0.5 ? Side.long : .short
        let held = LinearPosition(
            side: side, entryPrice: 0.01 + 1000 * random.uniform(), notional: 200_000 * random.uniform() + 1,
            leverage: try #require(Leverage(1 + 124 * random.uniform())), openingFee: 0.001 * random.uniform())
        let trigger = held.triggerPrice(tiers: tiers)
        let gap = held.equity(at: trigger) - held.requirement(at: trigger, tiers: tiers)
        #expect(abs(gap) < 1e-9 * held.tradedNotional(at: held.entryPrice), "seed \(seed)")
        // Worse than the trigger is due, better is not: the crossing is the right one.
        let step = 1e-6 * held.entryPrice
        func isDue(_ price: Double) -> Bool { held.equity(at: price) <= held.requirement(at: price, tiers: tiers) }
        #expect(isDue(trigger - side.sign * step) && !isDue(trigger + side.sign * step), "seed \(seed)")
    }
}
