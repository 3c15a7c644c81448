import Foundation
import TestSupport
import Testing

/// `each`: one file, an asset for every market.
@Suite struct DividedInputTests {
    private let coins: String = {
        let rows = (0..<300).flatMap { index in
            ["AAA", "BBB"].enumerated().map { market, name in
                let price = Double(100 * (market + 1)) * (1 + 0.03 * sin(Double(index * (market + 2))))
                return "\(1_614_556_800 + 3600 * index),\(price),\(price * 1.01),\(price * 0.99),\(price),\(name)"
            }
        }
        return "time,open,high,low,close,Currency\n" + rows.joined(separator: "\n") + "\n"
    }()

    private func study(_ input: String, rest: String = "") -> String {
        """
        version: 1
        name: coins
        data:
        \(input)
        grid: {leverage: [5, 20], horizon: [1d]}
        platforms: {p: {tiers: [{to: .inf, rate: 0.005}]}}
        \(rest)
        """
    }

    /// The law: the run of a divided file is the run of as many inputs, each with its symbol.
    @Test func aDividedFileRunsAsItsMarkets() throws {
        let scratch = try Scratch()
        try scratch.write(coins, to: "c.csv")
        try scratch.write(study("  - {asset: c, path: c.csv, each: symbol}"), to: "each.yaml")
        try scratch.write(
            study(
                "  - {asset: c AAA, path: c.csv, symbol: AAA}\n  - {asset: c BBB, path: c.csv, symbol: BBB}"),
            to: "two.yaml")
        let each = try scratch.program.run(["run", "each.yaml", "--out", "-"])
        let two = try scratch.program.run(["run", "two.yaml", "--out", "-"])
        #expect(each.code == 0 && each.out == two.out && each.out.contains("c BBB"), "\(each.err)")
        #expect(each.err.contains("'c' has 2 symbols, each an asset of its own"))
        let printed = try scratch.program.run(["run", "each.yaml", "--print-study"])
        #expect(printed.out.contains("symbol: \"BBB\"") && !printed.out.contains("each: symbol"), "\(printed.out)")
    }

    @Test func headlineAndLimitsNameMarkets() throws {
        let scratch = try Scratch()
        try scratch.write(coins, to: "c.csv")
        let input = "  - {asset: c, path: c.csv, each: symbol}"
        let limits = "limits: [{asset: c AAA, measure: negative_equity_frac, max: 0.9}]"
        try scratch.write(study(input, rest: "headline: {asset: c BBB, leverage: 20}\n" + limits), to: "good.yaml")
        let good = try scratch.program.run(["run", "good.yaml", "--out", "good", "--no-store"])
        #expect(good.code == 0 && good.out.contains("c BBB"), "\(good.out)\(good.err)")
        // A market that is gone breaks what names it, and says so.
        try scratch.write(study(input, rest: "headline: {asset: c CCC, leverage: 20}"), to: "gone.yaml")
        let gone = try scratch.program.run(["run", "gone.yaml", "--out", "-"])
        #expect(gone.code == 78 && gone.err.contains("the study has no asset 'c CCC'"), "\(gone.err)")
        #expect(gone.err.contains("it has c AAA, c BBB"), "\(gone.err)")
        // Of a file that is not there nobody knows its markets: that is what is told.
        try scratch.write(study("  - {asset: c, path: none.csv, each: symbol}", rest: limits), to: "none.yaml")
        let none = try scratch.program.run(["run", "none.yaml", "--out", "-"])
        #expect(none.code == 66 && none.err.contains("none.csv"), "\(none.err)")
    }

    @Test func marksAreDividedAlike() throws {
        let scratch = try Scratch()
        try scratch.write(coins, to: "c.csv")
        try scratch.write(
            study("  - {asset: c, path: c.csv, each: symbol, mark: {path: c.csv, each: symbol}}"), to: "good.yaml")
        let good = try scratch.program.run(["check", "good.yaml"])
        #expect(good.code == 0 && good.out.contains("mark prices of c BBB"), "\(good.out)\(good.err)")
        for (input, words) in [
            ("each: symbol, mark: {path: c.csv}", "write it in 'mark', too"),
            ("mark: {path: c.csv, each: symbol}", "beside path"),
            ("each: symbol, symbol: AAA", "give either 'symbol' or 'each: symbol'"),
            ("each: table, table: AAA", "give either 'table' or 'each: table'"),
            ("each: symbol, funding: {path: f.csv}", "a file of funding is of one market"),
            ("each: market", "symbol"),
        ] {
            try scratch.write(study("  - {asset: c, path: c.csv, \(input)}"), to: "bad.yaml")
            let bad = try scratch.program.run(["check", "bad.yaml"])
            #expect(bad.code == 78 && bad.err.contains(words), "\(input): \(bad.err)")
        }
    }

    @Test func checkAndSweepTakeEach() throws {
        let scratch = try Scratch()
        try scratch.write(coins, to: "c.csv")
        let check = try scratch.program.run(["check", "c.csv", "--each", "symbol"])
        #expect(check.code == 0 && check.out.contains("c.csv (symbol AAA)"), "\(check.out)\(check.err)")
        #expect(check.out.contains("2 of 2 markets and files are readable"))
        let json = try scratch.program.run(["check", "c.csv", "--each", "symbol", "--json"])
        #expect(json.out.contains("\"role\":\"symbol BBB\""), "\(json.out)")
        let options = ["--leverage", "5", "--horizon", "1d", "--out", "-"]
        let sweep = try scratch.program.run(["sweep", "c.csv", "--each", "symbol"] + options)
        #expect(sweep.code == 0 && sweep.out.contains("c BBB"), "\(sweep.err)")
        let plain = try scratch.program.run(["sweep", "c.csv"] + options)
        #expect(plain.code == 65 && plain.err.contains("--each symbol"), "\(plain.err)")
        let both = try scratch.program.run(["check", "c.csv", "--each", "symbol", "--symbol", "AAA"])
        #expect(both.code == 64 && both.err.contains("give either --symbol or --each symbol"), "\(both.err)")
        let validate = try scratch.program.run(["validate", "c.csv", "--each", "symbol"])
        #expect(validate.code == 64, "\(validate.err)")
    }

    /// Names out of a file reach tables and pages: nothing in them may do anything there.
    @Test func hostileNamesAreShownOrRefused() throws {
        let scratch = try Scratch()
        try scratch.write(coins.replacing("BBB", with: "B\u{202E}B=<b>"), to: "c.csv")
        let sweep = try scratch.program.run([
            "sweep", "c.csv", "--each", "symbol", "--leverage", "5", "--horizon", "1d", "--out", "-",
        ])
        #expect(sweep.code == 0 && sweep.out.contains("c B·B=<b>"), "\(sweep.err)")
        try scratch.write(coins.replacing("BBB", with: String(repeating: "B", count: 63)), to: "c.csv")
        let long = try scratch.program.run(["sweep", "c.csv", "--each", "symbol"])
        #expect(long.code == 64 && long.err.contains("1 to 64 characters"), "\(long.err)")
    }
}
