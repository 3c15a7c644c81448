import Foundation
import TestSupport
import Testing

/// Accounts whose margin falls: coins that lost their peg, along the figures of their events, and bitcoin as the margin of its own long.
///
/// What the program finds is held against the path worked out here, minute by minute, and the documentation's tables against both.
@Suite struct CollateralCaseTests {
    /// A price that falls on a line of its logarithm.
    private struct Fall {
        var begin: Double, end: Double, factor: Double

        /// No move at all.
        static let none = Fall(begin: 0, end: 1, factor: 1)

        func price(_ minute: Double) -> Double { exp(log(factor) * min(1, max(0, (minute - begin) / (end - begin)))) }
    }

    private func event(_ name: String) throws -> [String: Any] {
        let found = try Scratch().program.run(["scenario", "list", name, "--json"])
        return try #require(try JSONSerialization.jsonObject(with: Data(found.out.utf8)) as? [String: Any])
    }

    /// The event's fall, in minutes since a moment.
    private func fall(_ name: String, since moment: String) throws -> Fall {
        let event = try event(name)
        let word = try #require(event["from_utc"] as? String)
        let zero = try #require(ISO8601DateFormatter().date(from: moment))
        let from = try #require(ISO8601DateFormatter().date(from: word))
        let seconds = try #require(event["duration_s"] as? Double)
        let size = try #require(event["size_frac"] as? Double)
        let begin = from.timeIntervalSince(zero) / 60
        return Fall(begin: begin, end: begin + seconds / 60, factor: 1 + size)
    }

    private func bars(_ fall: Fall, times: Double, minutes: Int) -> String {
        var csv = "time,open,high,low,close\n"
        for minute in 0..<minutes {
            let (open, close) = (times * fall.price(Double(minute)), times * fall.price(Double(minute + 1)))
            csv += "\(1_760_000_040 + minute * 60),\(open),\(max(open, close)),\(min(open, close)),\(close)\n"
        }
        return csv
    }

    private func study(_ leverages: [Double], haircut: Double, horizon: String, fill: String) -> String {
        """
        version: 1
        data: [{asset: BTC, path: btc.csv}, {asset: COIN, path: coin.csv}]
        grid: {side: [long], leverage: \(leverages), horizon: [\(horizon)]}
        position: {stride: 100000}
        platforms: {p: {fees: {open: 0, close: 0}, slippage: 0, liquidation: {fill: \(fill)}, tiers: [{to: .inf, rate: 0.005}]}}
        statistics: {resamples: 0}
        baskets:
          - {name: money, legs: [{asset: BTC, side: long, share: 1}], mode: [cross]}
          - {name: coin, legs: [{asset: BTC, side: long, share: 1}], mode: [cross], collateral: {asset: COIN, haircut: \(haircut)}}
        """
    }

    private typealias Ended = (isClosed: Bool, left: Double)

    /// What the program leaves of the margin, by basket and leverage.
    private func found(_ scratch: Scratch) throws -> [String: [Double: Ended]] {
        let run = try scratch.program.run(["run", "study.yaml", "--out", "run", "--no-store"])
        try #require(run.code == 0 || run.code == 4, "\(run.err)")
        var found: [String: [Double: Ended]] = [:]
        for row in csvTable(try scratch.read("run/baskets.csv")) {
            try #require(row["entries_count"] == "1", "\(row)")
            let leverage = try #require(Double(row["leverage_x"] ?? ""))
            let left = try #require(Double(row["equity_mean_margin_frac"] ?? ""))
            found[row["basket"] ?? "", default: [:]][leverage] = (row["liquidated_count"] == "1", left)
        }
        return found
    }

    /// The same by hand, filled at the open of the next minute: equity in parts of the notional is held against half a percent of the
    /// position, along each minute in small steps.
    private func byHand(_ btc: Fall, _ coin: Fall, leverage: Double, haircut: Double, minutes: Int) -> Ended {
        func left(_ minute: Double, counted: Double) -> Double {
            coin.price(minute) * counted / leverage + btc.price(minute) / btc.price(1) - 1
        }
        for minute in 1..<minutes {
            for step in 0...2000 {
                let at = Double(minute) + Double(step) / 2000
                guard left(at, counted: 1 - haircut) <= 0.005 * btc.price(at) / btc.price(1) else { continue }
                return (true, leverage * left(Double(minute + 1), counted: 1))
            }
        }
        return (false, leverage * left(Double(minutes), counted: 1))
    }

    private static let leverages = [2.0, 3, 5, 10]

    /// One row of the documentation: `34.2`, or `−7.5 x` where the platform closed it.
    private func shown(_ end: Ended) -> String {
        let text = String(format: "%.1f", abs(end.left) * 100)
        return (end.left < 0 && text != "0.0" ? "−" : "") + text + (end.isClosed ? " x" : "")
    }

    private func documentation() throws -> String {
        try String(
            contentsOfFile: packageRoot + "/Sources/BelowZeroCLI/Documentation.docc/Scenarios.md", encoding: .utf8)
    }

    @Test(arguments: [
        ("usdc-2023", "2023-03-10T23:30:00Z", false), ("october-2025-usde", "2025-10-10T20:50:00Z", true),
        ("october-2025-wbeth", "2025-10-10T20:50:00Z", true),
    ])
    func coinsThatLoseTheirPeg(name: String, begin: String, bitcoinFalls: Bool) throws {
        let coin = try fall(name, since: begin)
        let btc = bitcoinFalls ? try fall("october-2025-btc", since: begin) : .none
        let minutes = Int(max(coin.end, btc.end)) + 5
        var rows: [String: [String]] = [:]
        for haircut in [0, 0.1] {
            let scratch = try Scratch()
            try scratch.write(bars(btc, times: 112_000, minutes: minutes + 3), to: "btc.csv")
            try scratch.write(bars(coin, times: 1, minutes: minutes + 3), to: "coin.csv")
            try scratch.write(
                study(CollateralCaseTests.leverages, haircut: haircut, horizon: "\(minutes - 1)m", fill: "next"),
                to: "study.yaml")
            let found = try found(scratch)
            for leverage in CollateralCaseTests.leverages {
                for (basket, path) in [("money", Fall.none), ("coin", coin)] {
                    let expected = byHand(
                        btc, path, leverage: leverage, haircut: basket == "coin" ? haircut : 0, minutes: minutes)
                    let own = try #require(found[basket]?[leverage])
                    #expect(
                        own.isClosed == expected.isClosed && abs(own.left - expected.left) < 1e-6,
                        "\(name) \(basket) \(haircut) \(leverage)×: \(own) \(expected)")
                    rows[basket + (haircut > 0 ? ", haircut" : ""), default: []].append(shown(own))
                }
            }
        }
        let text = try documentation()
        for (what, haircut) in [("money", ""), ("the coin", ""), ("the coin", ", 10 % haircut")] {
            let key = (what == "money" ? "money" : "coin") + (haircut.isEmpty ? "" : ", haircut")
            let row = "| `\(name)` | \(what)\(haircut) | \((rows[key] ?? []).joined(separator: " | ")) |"
            #expect(text.contains(row), "\(row)")
        }
    }

    /// Twelve hours of Black Thursday and the day after, as Binance had them: a long that money carries through is closed on its own coin.
    @Test(.needsSharedData) func bitcoinAsTheMarginOfItsOwnLong() throws {
        let shared = try #require(sharedFolder)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", shared + "/data/cryptodatadownload/Binance_BTCUSDT_1h.csv.gz"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // From the hour before the fall, 9:00 of 12 March; the rows that are told by name of day stand once.
        var hours: [Int: [Double]] = [:]
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            guard fields.count > 6, let time = Double(fields[0]), time < 1e11,
                (1_584_003_600..<1_584_003_600 + 26 * 3600).contains(Int(time))
            else { continue }
            hours[Int(time)] = fields[3...6].compactMap(Double.init)
        }
        let times = hours.keys.sorted()
        try #require(times.count == 26)
        let prices = try times.map { try #require(hours[$0]) }
        let scratch = try Scratch()
        let csv =
            "time,open,high,low,close\n"
            + zip(times, prices).map { "\($0),\($1.map { "\($0)" }.joined(separator: ","))\n" }.joined()
        for file in ["btc.csv", "coin.csv"] { try scratch.write(csv, to: file) }
        try scratch.write(study([1, 2, 3, 5], haircut: 0, horizon: "24h", fill: "gap"), to: "study.yaml")
        let found = try found(scratch)
        var rows: [String: [String]] = [:]
        for leverage in [1.0, 2, 3, 5] {
            for (basket, weight) in [("money", 0.0), ("coin", 1.0)] {
                // Due where E = (1 − w + w p)/L + p − 1 is half a percent of p.
                let level = (1 - (1 - weight) / leverage) / (weight / leverage + 0.995)
                let entry = prices[0][3]
                func left(_ price: Double) -> Double {
                    leverage * ((1 - weight + weight * price) / leverage + price - 1)
                }
                var expected: Ended = (false, left(prices[24][3] / entry))
                for bar in prices[1...24] where bar[2] / entry <= level {
                    expected = (true, left(min(bar[0] / entry, level)))
                    break
                }
                let own = try #require(found[basket]?[leverage])
                #expect(
                    own.isClosed == expected.isClosed && abs(own.left - expected.left) < 1e-9,
                    "\(basket) \(leverage)×: \(own) \(expected)")
                rows[basket, default: []].append(shown(own))
            }
        }
        let page = try documentation()
        for (what, key) in [("money", "money"), ("the coin", "coin")] {
            let row = "| `march-2020` | \(what) | \((rows[key] ?? []).joined(separator: " | ")) |"
            #expect(page.contains(row), "\(row)")
        }
    }
}
