import TestSupport
import Testing

/// Amounts that are equal on paper, and that divisions leave apart in their last bits.
@Suite struct TieTests {
    private func bars(_ closes: [Double]) -> String {
        let rows = zip([closes[0]] + closes, closes).enumerated().map { hour, pair in
            "\(1_600_000_000 + 3600 * hour),\(pair.0),\(max(pair.0, pair.1)),\(min(pair.0, pair.1)),\(pair.1)"
        }
        return (["time,open,high,low,close"] + rows).joined(separator: "\n") + "\n"
    }

    /// Tables of a run; its headline may have no data.
    private func run(_ prices: String, _ rest: String) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(prices, to: "a.csv")
        try scratch.write(
            """
            version: 1
            data: [{asset: A, path: a.csv}]
            position: {notional: 10000, stride: 1, max_gap: off}
            platforms:
              p:
                fees: {open: 0, close: 0, liquidation: 0}
                slippage: 0
                tiers: [{to: .inf, rate: 0.005, amount: 0}]
                liquidation: {trigger: extreme, fill: worst}
            statistics: {resamples: 0}
            \(rest)
            """, to: "study.yaml")
        let outcome = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-cache", "--no-store"])
        #expect([0, 4].contains(outcome.code), "\(outcome.err)")
        return scratch
    }

    private func ledger(_ closes: [Double], openInterest: Int) throws -> [String: String] {
        let scratch = try run(
            bars(closes),
            """
            grid: {side: [long], leverage: [5], horizon: [1d]}
            ledger:
              population:
                classes:
                  - {side: long, leverage: 10, weight: 1}
                  - {side: short, leverage: 2, weight: 1}
                  - {side: short, leverage: 5, weight: 1}
                open_interest_per_bar: \(openInterest)
              horizon: 1d
              fund: {amount: 0, floor: 0}
              adl: profit
              recourse: trader
            """)
        return try #require(rows(scratch.read("run/safeguards.csv")).first)
    }

    /// At a price of 0 shorts have won all that they sold. Those of equal size go by age, whatever their size: all money grows with
    /// the open interest. The oldest cannot pay as much as is asked of it, so that the order is seen in what is owed.
    @Test func equalProfitsGoByAge() throws {
        let closes = [100, 102.17, 139.58, 114.78, 0, 0]
        func amounts(_ openInterest: Int) throws -> [Double] {
            let row = try ledger(closes, openInterest: openInterest)
            return try ["shortfall_quote", "adl_quote", "owed_quote"].map { try #require(Double(row[$0] ?? "")) }
        }
        let whole = try amounts(9000)
        #expect(whole.allSatisfy { $0 > 100 })
        for openInterest in [1000, 2000, 3000, 4000, 8000, 15_000] {
            for (part, whole) in zip(try amounts(openInterest), whole) {
                #expect(abs(part - whole * Double(openInterest) / 9000) < 0.01, "\(openInterest)")
            }
        }
    }

    /// A margin that is the requirement opens nothing, whatever the price.
    @Test func whoStandsAtTheRequirementIsRejected() throws {
        let closes = [2.4274, 2.4243, 2.4722, 2.4735, 2.4547, 2.4308, 2.2365, 2.2242]
        let scratch = try run(
            bars(closes),
            """
            grid: {side: [long], leverage: [50], horizon: [5h]}
            baskets:
              - name: k
                legs: [{asset: A, side: short, share: 1.0, rate: 0.02}]
                mode: [alone, isolated, cross]
            """)
        let found = try rows(scratch.read("run/baskets.csv"))
        #expect(found.count >= 3)
        for row in found { #expect(row["entries_count"] == "0" && row["rejected_count"] == "3", "\(row)") }
    }
}
